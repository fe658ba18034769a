/* SPDX-License-Identifier: MIT */
/*
 * A plan: an operation, a frozen list of targets, and the rules it runs under. What runs is
 * exactly the plan that was confirmed, or nothing.
 *
 * Its hash ("7f3a-91c2") covers operation, sorted targets with host and store, rules and
 * expiry, never live figures: the same plan has the same hash wherever it is made. Plans
 * expire at fixed moments (every PLAN_WINDOW_S since the epoch), so that two calls mean the
 * same one; each lives for one to two windows.
 */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/vec.h"
#include "core/operation.h"

#define PLAN_WINDOW_S 43200
#define PLAN_HASH_SIZE 10 /* "7f3a-91c2" and NUL */
#define PLAN_TARGETS_MAX 1000000

struct plan_target {
	char *mailbox;
	char *host;      /* its owner: where it is done */
	char *store;     /* the store id it had when the plan was made */
	uint32_t index;  /* of the host in the configuration; not part of the hash */
};

struct plan {
	const struct operation *operation;
	struct {
		vec_of(struct plan_target);
	} targets; /* sorted by mailbox, then store; no two alike */
	char *argument; /* what the operation needs besides (restore: the copy); NULL: nothing */
	int64_t expires_s;
	char hash[PLAN_HASH_SIZE];
};

/* Adds a target to a plan that is being made; the texts are copied. */
void plan_add(struct plan *plan, const char *mailbox, const char *host, uint32_t index,
	const char *store);

/* Sorts, looks for doubles, sets expiry and hash. No targets is an error, never "all". */
bool plan_freeze(struct plan *plan, int64_t wall_s, struct err *err);

/*
 * Does HASH, as a person typed it, mean this plan, now or as it was made in the window
 * before? Then the plan takes that expiry and hash. ERR says whether it is no hash, or that
 * of another plan, and what to do.
 */
bool plan_confirm(struct plan *plan, const char *hash, int64_t wall_s, struct err *err);

struct plan plan_copy(const struct plan *plan);
void plan_release(struct plan *plan);

#endif
