/* SPDX-License-Identifier: MIT */
/*
 * Checks, plans and jobs as the console knows them. The way of a repair on the screen: `c`
 * checks; `R` asks where mailboxes lie and checks each of them, then freezes a plan, of which
 * a dialog tells everything; a person confirms exactly that; the decision goes into the
 * ledger, and once it is on disk the hosts get their parts. Data that comes while a dialog is
 * open changes nothing in it.
 */
#ifndef TUI_REPAIRING_H
#define TUI_REPAIRING_H

#include "core/repair.h"
#include "tui/frame.h"
#include "tui/widgets/edit.h"

#define CHECK_DEPTH 2	  /* map, indexes and a rehearsal */
#define CHECK_DEPTH_ALL 3 /* every message is read */

/* What the last check of a mailbox on a host found. */
struct checked {
	char *mailbox;
	uint32_t host;
	struct check *check; /* NULL: no answer yet, or void since a repair */
	int64_t at_ms;	     /* when the answer came */
	int64_t asked_ms;    /* when the one that is out was asked for; 0: none is */
	int depth;	     /* of that one */
};

/* A mailbox that somebody wants to have repaired. */
struct candidate {
	struct places places; /* with its name */
	uint32_t only;	      /* the host that was meant; NO_HOST: whoever owns it */
	uint32_t owner;	      /* NO_HOST: not known yet */
	char *store;
	bool ready;  /* checked, and to be repaired */
	bool sound;  /* aside because nothing is wrong with it */
	char *aside; /* why it is not on the plan; NULL: it is, or nothing is known yet */
	int64_t sessions;
	bool new_uids;
	int64_t fetched, flags_lost, missing; /* messages, as rehearsed */
	struct warnings warnings;
};

/* A host that is asked whether it takes jobs from us, and how far its journal is: what is written
 * behind that is of this plan, also where one of the same hash was carried out before. */
struct taker {
	bool asked, told;
	int64_t last; /* sequence */
	char *error;  /* why it takes none; NULL: it does */
};

/* "what   keeps a copy of …": a fact on the dialog. */
struct fact {
	char *label, *text;
	enum style style;
};

/* `R` was pressed: first checks, then a frozen plan. */
struct planning {
	bool open;    /* the dialog is on screen */
	bool frozen;  /* facts and plan are as they will be confirmed */
	bool refused; /* nothing can be done: the facts say why */
	struct {
		vec_of(struct candidate);
	} candidates;
	uint64_t number; /* of its requests to hosts' jobs */
	struct {
		vec_of(struct taker);
	} takers; /* by host */
	struct plan plan;
	struct {
		vec_of(struct fact);
	} facts;
	int64_t shown_ms; /* when the plan appeared by itself; 0: at a person's key */
	int top;	  /* first line shown */
	struct edit edit; /* the count that is typed */
};

/* How a host's part of a job is heard of. */
struct hearing {
	enum { HEARING_NOTHING, HEARING_FOLLOWS, HEARING_BROKEN, HEARING_OVER } state;
	int64_t since_ms;
	bool heard; /* it told of this job */
	int tries;  /* in vain, one after another */
	char *why;  /* it is broken or over; NULL: all is well */
};

/* A job that is shown. */
struct watched {
	uint64_t id;	  /* this console's own number */
	uint64_t pending; /* the ledger's answer that its start waits for; 0: none */
	bool ours;	  /* started here; those of others are only looked at */
	struct job *job;
	char *operation, *who;
	int64_t wall_s; /* when it began */
	struct {
		vec_of(struct hearing);
	} hearings; /* by host */
};

struct spool_jobs {
	vec_of(struct job_row);
};

/* Jobs that a host's spool holds, as it said last. */
struct spool {
	bool asked, known;
	char *error;              /* why it could not tell the last time; NULL: it could */
	struct spool_jobs jobs;   /* the last whole answer */
	struct spool_jobs coming; /* the one that is on its way */
};

struct repairing {
	struct {
		vec_of(struct checked);
	} checks;
	struct planning planning;
	struct {
		vec_of(struct watched);
	} watched;
	struct {
		vec_of(struct spool);
	} spools;	  /* by host */
	int64_t spools_ms; /* when they were asked last */
	uint64_t numbers;  /* given so far: jobs, tickets */
	int64_t quit_ms;   /* when a person was told that units go on */
};

struct app;
struct commands;
struct message;

void repairing_init(struct app *app);
void repairing_release(struct app *app);

/* tui/checks.c */
const struct checked *checks_find(const struct app *app, const char *mailbox, uint32_t host);
/* Asks, unless one that is as deep is out already. */
void checks_ask(
	struct app *app, const char *mailbox, uint32_t host, int depth, struct commands *commands);
/* Takes the check out of the message; NULL: nobody asked for it. */
const struct checked *checks_take(struct app *app, struct message *message);
/* The host that is asked about a row; NO_HOST with a reason. */
uint32_t checks_host(const struct app *app, uint32_t row, const char **why_not);
/* "access: INBOX 12 stored, 0 visible" */
void checks_verdict(const struct check *check, struct str *out);
/* A repair changed it: what was found before is void. */
void checks_void(struct app *app, const char *mailbox, uint32_t host);
void checks_release(struct repairing *repairing);

/* tui/planning.c */
void planning_begin(struct app *app, const uint32_t *rows, size_t count, struct commands *commands);
void planning_stores(struct app *app, const struct message *message, struct commands *commands);
void planning_checked(struct app *app, const struct checked *checked, struct commands *commands);
/* The answer of a host's job; false when it is to another request. */
bool planning_jobs(struct app *app, const struct message *message);
void planning_end(struct app *app);
size_t planning_waiting(const struct planning *planning); /* candidates that are not known yet */
/* "waits for mail07 to say where it lies" */
void planning_whom(const struct app *app, char *out, size_t size);

/* tui/facts.c: freezes the plan and tells it */
void facts_freeze(struct app *app);

/* tui/confirm.c: the dialog */
void confirm_key(struct app *app, uint32_t key, struct commands *commands);
void confirm_draw(const struct app *app, struct frame *frame);

/* tui/jobs.c */
/* Carries out the plan that was confirmed, which it takes; returns the job's number. */
uint64_t jobs_start(struct app *app, struct planning *planning, struct commands *commands);
void jobs_stored(struct app *app, uint64_t prompt, struct commands *commands);
void jobs_store_failed(struct app *app, const char *why);
void jobs_take(struct app *app, struct message *message, struct commands *commands);
void jobs_link(struct app *app, uint32_t host, struct commands *commands); /* it came up */
void jobs_tick(struct app *app, struct commands *commands);
struct watched *jobs_find(struct app *app, uint64_t id);
const struct watched *jobs_find_c(const struct app *app, uint64_t id);
/* The job of that hash; 0: none is watched. */
uint64_t jobs_of_hash(const struct app *app, const char *hash);
/* Begins to watch a job that hosts hold; returns its number. */
uint64_t jobs_adopt(struct app *app, const char *hash, struct commands *commands);
void jobs_ask(struct app *app, struct commands *commands); /* all hosts: what do you hold? */
/* What a unit's state is as far as this console can tell now, and why ("" nothing to say). */
enum unit_state jobs_unit(const struct app *app, const struct watched *watched,
	const struct unit *unit, char note[160]);
size_t jobs_open(const struct app *app); /* units that are not done, of all jobs watched */
void jobs_release(struct repairing *repairing);

#endif
