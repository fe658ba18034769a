/* SPDX-License-Identifier: MIT */
/*
 * What check, repair, restore and jobs share: where mailboxes lie, what their checks found, what
 * hosts say of jobs. A command makes a struct mend, gives it to the batch, and takes it
 * back with mend_release.
 */
#ifndef TUI_BATCH_MEND_H
#define TUI_BATCH_MEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/check.h"
#include "core/job.h"
#include "core/repair.h"
#include "tui/batch/gather.h"

/* A mailbox that was named. */
struct subject {
	struct places places;
	struct err aside; /* why it is not worked on; kind ERR_NONE: it is */
};

/* One mailbox on one host, to be looked at. */
struct look {
	size_t subject;
	const struct placed *place; /* in the subject's places */
	struct check *check;       /* NULL until it has come */
};

/* How far the part of a job on one host is. */
enum part {
	PART_NONE,
	PART_ASKED, /* its records come */
	PART_LOST,  /* the link is down; it goes on over there */
	PART_OVER,
};

struct mend_host {
	bool asked;           /* where mailboxes lie */
	bool up;              /* its link is */
	bool ended;           /* the answer to the newest COMMAND_JOB is whole, or never will be */
	char *error;          /* why not; NULL: it is whole */
	struct job_news news; /* jobs, copies, records (where there is no job), last */
	enum part part;
	int tries;       /* without a record in between */
	int64_t lost_ms; /* since when */
};

struct mend {
	struct {
		vec_of(struct subject);
	} subjects;
	struct {
		vec_of(struct look);
	} looks;
	struct mend_host *hosts; /* one for each of the configuration */
	struct job *job;         /* the one that is carried out; NULL: none */
	bool follows;            /* records are taken in by it */
	bool news;               /* something came */
	bool quiet;              /* its steps are not told */
};

/* Takes the names of the command line, each once. */
bool mend_begin(struct batch *batch, struct mend *mend, struct err *err);
void mend_release(struct batch *batch, struct mend *mend);

/* Reaches the hosts named in ONLY (NULL: all) and asks every backend among them where the
 * mailboxes lie. */
bool mend_find(struct batch *batch, struct mend *mend, const char *only, struct err *err);

/* Adds a look for a place of a subject. */
void mend_look(struct mend *mend, size_t subject, const struct placed *place);

/* Asks for all checks and waits for them. */
void mend_check(struct batch *batch, struct mend *mend, int depth);

/* Asks one host's job; false, and the reason, when there is no whole answer. */
void mend_ask(struct batch *batch, struct mend *mend, uint32_t host, struct str *text, int answers);
bool mend_answer(struct batch *batch, struct mend *mend, uint32_t host, struct err *err);

/* Brings the journal of a host into the ledger, from where it was left. */
bool mend_merge(struct batch *batch, struct mend *mend, uint32_t host, struct err *err);

/* What take.c calls with each message of a host. */
void mend_take(struct batch *batch, struct mend *mend, struct message *message);

/* The exit code for a mailbox that is set aside. */
int mend_code(const struct err *err);

/* Of two exit codes the one that says more. */
int mend_worse(int one, int other);

/*
 * Carries out mend->job: starts it on its hosts and follows it until every unit has an
 * outcome, is given up, or a person interrupts. Links that are lost are made again. True
 * when it was not interrupted.
 */
bool mend_run(struct batch *batch, struct mend *mend, int64_t patience_ms);

#endif
