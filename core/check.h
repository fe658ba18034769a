/* SPDX-License-Identifier: MIT */
/*
 * What the agent's `check` found out about one mailbox (net/agent/PROTOCOL), without
 * changing it. Lines of an answer are fed until the mailbox is whole. Figures that are not
 * known are -1.
 */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/vec.h"

#define CHECK_FOLDERS_MAX 100000
#define CHECK_FINDINGS_MAX 10000

struct check_folder {
	char *name;          /* as the owner knows it, with the namespace's prefix */
	int64_t stored;      /* messages that lie there */
	int64_t visible;     /* messages a login would see; -1: it could not be opened */
	int64_t forecast;    /* visible after the rehearsed repair; -1: not rehearsed */
	int64_t uidvalidity; /* as a login would see it */
	int64_t uidnext;
	char *guid; /* NULL unknown */
};

struct check_finding {
	char *class_name; /* "access", "missing", "lost-folder", … */
	char *folder;     /* NULL: the mailbox as a whole */
	char *symptom;    /* "index-lost", "not-readable", … */
	char *evidence;   /* one sentence with its figures */
	char *repair;     /* name of an operation; NULL: none of ours */
};

enum forecast_result {
	FORECAST_NONE,    /* nothing was rehearsed */
	FORECAST_OK,      /* everything stored will be visible */
	FORECAST_PART,    /* better than now, and something stays missing or unproven */
	FORECAST_WORSE,   /* it would do harm: not to be started */
	FORECAST_REFUSED, /* something must be mended first (rights, a missing mount) */
};

struct check_forecast {
	enum forecast_result result;
	int64_t messages, missing, doubled, moved, flags_lost;
	int uids_kept, uidvalidity_kept; /* 1 yes, 0 no, -1 not known */
	char *text;                      /* one sentence for a person */
};

struct check {
	char *mailbox, *store, *driver, *layout, *path; /* NULL unknown */
	bool whole; /* its last line was seen */
	bool ok;    /* nothing was found */
	int depth;  /* 1 counts and file facts, 2 map, indexes and rehearsal, 3 every message */
	int64_t stored, visible, sessions;
	double seconds;
	char *error; /* why it could not be checked; NULL: it was */
	int code;    /* exit code that fits the error (67 no such mailbox, 69, 75, 77) */
	struct {
		vec_of(struct check_folder);
	} folders;
	struct {
		vec_of(struct check_finding);
	} findings;
	struct check_forecast forecast;
};

/* Adds one line. *end is set by the line that ends the whole answer. */
bool check_feed(struct check *check, const char *line, size_t len, bool *end, struct err *err);

struct check *check_new(void);
void check_free(struct check *check); /* NULL is fine */

#endif
