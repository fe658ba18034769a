/* SPDX-License-Identifier: MIT */
/*
 * From a mailbox to a plan, and from a plan to what its hosts are asked: what the screens and
 * the commands without a screen share.
 *
 * The way of a repair: every backend is asked where the mailbox lies (COMMAND_STORES, into
 * struct places); its owner is asked for a check (COMMAND_CHECK); the check says whether it may
 * be planned (repair_allowed) and what a person must know first (repair_warn); the plan is frozen
 * and confirmed (core/plan.h); then each of its hosts gets repair_ask_start by a COMMAND_JOB and
 * its records go into a struct job (core/job.h).
 *
 * The owner is the only backend that has the mailbox's store. A store that two backends reach
 * is looked at, not touched: nothing says which of them serves it.
 */
#ifndef CORE_REPAIR_H
#define CORE_REPAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/check.h"
#include "core/config.h"
#include "core/job.h"
#include "core/operation.h"
#include "core/plan.h"
#include "core/sample.h"
#include "core/store/ledger.h"

/* What one backend said of a mailbox. */
struct placed {
	uint32_t host; /* of the configuration */
	bool away;     /* it could not be asked; `error` says why */
	bool there;    /* the store's path exists */
	char *store;   /* its id; NULL unknown */
	char *path;    /* NULL unknown */
	char *error;   /* why it could not be looked up; NULL: it was */
};

/* What all backends said of one. */
struct places {
	char *mailbox;
	vec_of(struct placed);
};

/* Both replace what the host said before. */
void places_take(struct places *places, uint32_t host, const struct store_seen *seen);
void places_away(struct places *places, uint32_t host, const char *why);
/* Both are there, and in one store. */
bool place_alike(const struct placed *a, const struct placed *b);
bool places_told(const struct places *places, uint32_t host);
void places_release(struct places *places);

/*
 * The place of its owner, when all backends were asked. ONLY is the host a person chose,
 * UINT32_MAX none. NULL with an error of kind ERR_NOMAILBOX (no host knows it), ERR_AWAY
 * (it has no home yet, its store is not there, a host that may have it is away) or
 * ERR_RIGHTS (hosts share its store; it lies on two).
 */
const struct placed *places_owner(const struct places *places, const struct config *config,
	uint32_t only, struct err *err);

/* Sentences for a person. */
struct warnings {
	vec_of(char *);
};

void warnings_release(struct warnings *warnings);

/* May what was checked be put on a plan? ERR says why it is set aside and what to do. */
bool repair_allowed(const struct operation *operation, const struct check *check, struct err *err);

/* What a person must know before confirming: new UIDs, flags that are lost, sessions, … */
void repair_warn(struct warnings *warnings, const struct operation *operation,
	const struct check *check);

/* What is asked of the agent's job; each adds requests and returns how many answers come. */
int repair_ask_start(struct str *out, const struct plan *plan, uint32_t host, const char *who,
	int64_t lease, int64_t after); /* starts HOST's part, then follows it from AFTER */
int repair_ask_follow(struct str *out, const char *hash, int64_t after);
int repair_ask_resume(struct str *out, const char *hash, int64_t after);
int repair_ask_journal(struct str *out, int64_t after);
int repair_ask_jobs(struct str *out);
int repair_ask_copies(struct str *out, const char *mailbox); /* "": of all */

/* A record of HOST's journal as the ledger keeps it. */
struct ledger_entry repair_ledger_entry(const struct journal_record *record, const char *host);

/* "20 of 43 messages visible → 43": what an outcome says, for a person; "" when nothing. */
void repair_outcome_text(struct str *out, const struct unit_outcome *outcome);

#endif
