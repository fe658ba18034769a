/* SPDX-License-Identifier: MIT */
/*
 * What happened: the only way that anything reaches the state. Workers, the store's
 * worker, the terminal and the clock make messages; app_update and fleet_apply read them.
 *
 * A message owns what it points to. Whoever keeps a part takes it (and leaves NULL);
 * message_free frees the rest. `at_ms` is the console's monotonic time (it counts
 * through sleep), the only clock that core and the screens know; `wall_s` is there for
 * what people read.
 */
#ifndef CORE_MESSAGE_H
#define CORE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/vec.h"
#include "core/check.h"
#include "core/job.h"
#include "core/sample.h"
#include "core/store/ledger.h"

enum message_kind {
	MESSAGE_KEY,       /* a key was pressed */
	MESSAGE_RESIZE,    /* the terminal has another size */
	MESSAGE_TICK,      /* time passed: at most five a second */
	MESSAGE_SLICE,     /* nothing else to do: go on with sorting and filtering */
	MESSAGE_LINK,      /* a host's link changed its state */
	MESSAGE_HELLO,     /* the agent of a host answered */
	MESSAGE_SAMPLE,    /* a sample is whole */
	MESSAGE_STORES,    /* where mailboxes lie, on one host */
	MESSAGE_NAMES,     /* more names of mailboxes, from one host */
	MESSAGE_DOCTOR,    /* what the agent's doctor found on one host */
	MESSAGE_PROMPT,    /* a host's login wants an answer from a person */
	MESSAGE_UNPROMPT,  /* it no longer does */
	MESSAGE_DID,       /* a worker did what belongs in the ledger; `who` is the console's to fill */
	MESSAGE_PREPARE,   /* what COMMAND_PREPARE would do or has done on one host */
	MESSAGE_CHECK,     /* what a check found out about one mailbox */
	MESSAGE_JOB,       /* what a host says of its jobs: records, jobs, copies */
	MESSAGE_LEDGER,    /* entries that were asked for */
	MESSAGE_STORED,    /* an entry is on disk: its COMMAND_LEDGER_ADD had this `prompt` */
	MESSAGE_STORE_ERR, /* the store could not do something */
};

enum link_state {
	LINK_WAITING,    /* its turn to connect has not come */
	LINK_CONNECTING, /* name, address, keys, login, agent */
	LINK_ASKING,     /* waits for an answer from a person */
	LINK_UP,         /* samples flow */
	LINK_AWAY,       /* lost or not reached; tried again at retry_ms */
	LINK_REFUSED,    /* key or login refused; not tried again by itself */
	LINK_CLOSED,     /* given up on purpose */
};

struct link_change {
	enum link_state state;
	int64_t retry_ms; /* LINK_AWAY: when; 0 otherwise */
	char *text;       /* one sentence; NULL when there is nothing to say */
};

enum prompt_kind {
	PROMPT_HOST_KEY, /* accept an unknown host key? answer yes or no */
	PROMPT_SECRET,   /* passphrase or password: do not show what is typed */
	PROMPT_TEXT,     /* keyboard-interactive with echo */
};

struct prompt {
	uint64_t id; /* answers name it */
	enum prompt_kind kind;
	char *title; /* "Host key of mail03 is not known" */
	char *text;  /* details, several lines */
};

struct stores_seen {
	vec_of(struct store_seen);
};

struct doctor_report {
	vec_of(struct doctor_check);
};

/* The answer to COMMAND_PREPARE: the plan, or what was done, or why not. */
struct prepare_report {
	bool ok;
	char *text; /* several lines */
};

struct message {
	enum message_kind kind;
	uint32_t host; /* index into config->hosts, where a host is meant */
	int64_t at_ms;
	int64_t wall_s;
	struct message *next;
	union {
		uint32_t key; /* tui/keys.h */
		struct {
			int rows, columns;
		} size;
		struct link_change link;
		struct sample_hello hello;
		struct sample *sample;
		struct stores_seen stores;
		struct names_seen names; /* an empty list ends them */
		struct doctor_report doctor;
		struct prompt prompt; /* MESSAGE_UNPROMPT: only the id */
		struct ledger_entry did;
		struct prepare_report prepare;
		struct check *check;
		struct job_news job;
		struct ledger_page ledger;
		uint64_t stored;
		struct err error;
	};
};

struct message *message_new(enum message_kind kind, uint32_t host);
void message_release(struct message *message); /* for one on the stack */
void message_free(struct message *message);    /* one; not the list behind it */

#endif
