/* SPDX-License-Identifier: MIT */
/*
 * A job: a plan being carried out. The host's journal is the truth about it; this is what
 * journal records add up to. A record may come any number of times, in order or again
 * from the start after a link was lost: (host, sequence) makes it count once.
 */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/vec.h"
#include "core/plan.h"

enum unit_state {
	UNIT_QUEUED,
	UNIT_RUNNING,
	UNIT_OK,
	UNIT_UNPROVEN, /* everything is there, but where or how often could not be known */
	UNIT_FAILED,
	UNIT_SKIPPED,
	UNIT_UNKNOWN, /* its outcome is not known; it will be checked before anything else */
};

struct unit_counts {
	int64_t messages, folders; /* -1 unknown */
};

/* The keys of `mailmend repair --json`. Figures that are not known are -1. */
struct unit_outcome {
	enum unit_state result;
	struct unit_counts before, after;
	double seconds;
	int64_t missing, moved, doubled, flags_lost;
	int uids_kept; /* 1 yes, 0 no, -1 not known */
	int64_t uidvalidity_before, uidvalidity_after;
	char *copy;  /* the kept copy's name on the host; NULL: none */
	char *error; /* NULL: none */
	struct {
		vec_of(char *);
	} commands; /* what ran on the host, for people */
};

/* One line of a host's journal. */
struct journal_record {
	int64_t seq;
	int64_t wall_s; /* the host's clock */
	char *job;      /* the plan's hash */
	int64_t unit;   /* -1: the job as a whole */
	char *mailbox;  /* NULL: the job as a whole */
	char *act;      /* "plan", "intent", "lock", "copy", "quiet", "command", "verify", "outcome", … */
	char *who;
	char *text; /* one sentence; NULL: nothing to say */
	bool has_outcome;
	struct unit_outcome outcome;
};

void journal_record_release(struct journal_record *record);
void unit_outcome_release(struct unit_outcome *outcome);

/* A job that a host's spool holds. */
struct job_row {
	char *hash, *operation, *who;
	char *state; /* "running", "paused", "stopped", "done", "broken off" */
	int64_t units, done;
	int64_t wall_s;
};

/* A kept copy of a mailbox's index files. */
struct copy_row {
	char *name, *mailbox, *job;
	int64_t wall_s, kb;
};

/* What the agent's `job` answers (net/agent/PROTOCOL). */
struct job_news {
	struct {
		vec_of(struct journal_record);
	} records;
	struct {
		vec_of(struct job_row);
	} jobs;
	struct {
		vec_of(struct copy_row);
	} copies;
	int64_t last; /* the host's last sequence, as the newest end of an answer says; 0: not told */
	uint64_t asked; /* the `prompt` of the COMMAND_JOB that this answers */
	bool ended;   /* nothing more comes */
	char *error; /* why it ended too early; NULL: it is whole */
};

/* Adds one line. *end is set by a line that ends an answer. */
bool job_feed(struct job_news *news, const char *line, size_t len, bool *end, struct err *err);
void job_news_release(struct job_news *news);

struct unit {
	struct plan_target target; /* owned by the job's plan */
	int64_t number;            /* on its host */
	enum unit_state state;
	char *step; /* what it does now; NULL: nothing */
	int64_t wall_s;
	struct unit_outcome outcome;
};

struct job_host {
	int64_t seen;     /* the last sequence taken in */
	vec_of(uint32_t); /* its units, by their numbers there: indexes into units */
};

struct job {
	struct plan plan;
	struct {
		vec_of(struct unit);
	} units;
	struct {
		vec_of(struct job_host);
	} hosts; /* for each host of the configuration */
};

/* Takes the plan; HOSTS is the number of hosts of the configuration. */
struct job *job_new(struct plan *plan, size_t hosts); /* of a frozen plan */
/* A job that others began: its plan is known by its hash alone. The units that a host says it has
 * are job_expect's; their mailboxes are named by its records. */
struct job *job_adopt(const char *hash, const struct operation *operation, size_t hosts);
void job_expect(struct job *job, uint32_t host, const char *name, int64_t units);
void job_free(struct job *job);
/* Takes in a record of a host; what is not of this job, or was seen, is passed over. */
void job_apply(struct job *job, uint32_t host, const struct journal_record *record);
bool job_done(const struct job *job);
/* A host said that its part ended though some of its units have no outcome: they are unknown. */
void job_host_ended(struct job *job, uint32_t host, const char *why);

const char *unit_state_name(enum unit_state state); /* "ok", "unproven", … */

#endif
