/* SPDX-License-Identifier: MIT */
/*
 * What commands without a screen share: a fleet that is gathered from the same messages the
 * console gets, until there is enough to print. Questions of logins are put to a person
 * on the way, and what the network did (a host key accepted, an agent sent) goes into the
 * ledger.
 */
#ifndef TUI_BATCH_GATHER_H
#define TUI_BATCH_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/fleet.h"
#include "core/inbox.h"
#include "core/message.h"
#include "tui/batch/batch.h"

struct store;
struct mend;

/* What is known of a host beyond the fleet's state. */
struct batch_host {
	bool asked;         /* --host names it, or there is no --host */
	bool away, refused; /* it was, at least once, since the network was opened */
	bool late;          /* it had not answered in full when time was up */
	char *error;        /* what was said about that */
	size_t stores_wanted, stores_seen;
	bool names_wanted, names_seen;
	bool doctor_wanted, doctor_seen, prepare_wanted, prepare_seen;
	struct doctor_report doctor;
	int64_t doctor_wall_s; /* when it came */
	struct prepare_report prepare;
};

/* What to wait for from each host that was asked for. */
struct gather {
	enum batch_depth depth;
	unsigned samples; /* so many, with BATCH_SAMPLES */
	bool stores;      /* where mailboxes with sessions lie */
	bool names;       /* the list of all mailboxes, as the configuration says */
	bool doctor;      /* the agent's doctor */
	bool prepare;     /* the answer to a COMMAND_PREPARE */
};

struct batch {
	const struct batch_setup *setup;
	const struct options *options;
	const struct config *config; /* a command that makes its own sets it */
	struct config own;           /* that one */
	struct config quick;         /* the same, sampled at least once a second */
	struct inbox *inbox;
	struct fleet *fleet;      /* NULL before batch_open */
	struct batch_host *hosts; /* one for each of config->hosts */
	struct store *store;      /* NULL before batch_store */
	struct message *ledger;   /* the answer to COMMAND_LEDGER_GET */
	struct err store_error;   /* kind ERR_NONE: none */
	struct gather wanted;
	struct mend *mend; /* what is checked or repaired; NULL: nothing */
	int stop_fd;       /* batch_pump looks at DONE again when it can be read; -1: none */
	bool open;           /* the network is */
	bool declined;       /* a person said no to a question */
	bool mailbox_known;  /* a host could look one up */
	int64_t deadline_ms; /* later after each question: people take their time */
};

/* Begins to reach the hosts named in ONLY (NULL: all), and makes the fleet's state. */
bool batch_open(struct batch *batch, const struct gather *wanted, const char *only, struct err *err);

/*
 * Waits until every host that was asked for has given what is wanted or is known not to
 * answer, at most --timeout seconds (default 30).
 */
void batch_wait(struct batch *batch);

/* Gives the deadline of the next batch_pump: --timeout from now. */
void batch_extend(struct batch *batch);
int64_t batch_patience_s(const struct batch *batch);

/* batch_open for --host, and batch_wait. */
bool batch_gather(struct batch *batch, const struct gather *wanted, struct err *err);

/* Takes in what comes into the inbox until DONE says so or the deadline is over. */
void batch_pump(struct batch *batch, bool (*done)(const struct batch *batch));

/* Takes in one message and frees it. */
void batch_take(struct batch *batch, struct message *message);

/* At the end: of what nobody has read yet only deeds matter. */
void batch_take_rest(struct batch *batch);

/* Carries commands to the network and releases them. */
void batch_carry(struct batch *batch, struct commands *commands);

/* Opens the store, once. */
bool batch_store(struct batch *batch, struct err *err);

/* Adds to the ledger and waits until it is on disk; the texts stay the caller's. */
bool batch_record(struct batch *batch, const char *what, const char *host, const char *detail,
	const char *result, struct err *err);

/* "ok", "away", "refused", "stale", …: one word. */
const char *batch_host_state(const struct batch *batch, uint32_t host, char out[32]);

/* What is wrong with it, one sentence, and what to do, into ROOM; NULL when nothing is. */
const char *batch_host_error(const struct batch *batch, uint32_t host, struct str *room);

/* True when its sessions cannot be counted: figures of them are unknown, not zero. */
bool batch_host_blind(const struct batch *batch, uint32_t host);

/* Milliseconds since it was asked for its newest sample; -1: never. */
int64_t batch_age_ms(int64_t asked_ms);

/* Says on stderr which hosts are missing from the answer. */
void batch_say_missing(const struct batch *batch);

/* When, as a text: for machines in UTC, for people in their own zone. Returns OUT. */
const char *batch_moment(int64_t wall_s, bool utc, char out[32]);

/* A number, null when it is negative (not known). */
void batch_json_known(struct str *out, const char *key, int64_t number);

/* What `hosts` prints, of the hosts that were asked for. */
void batch_print_hosts(const struct batch *batch);

/* 0, 69 or 77: by the hosts that were asked for. */
int batch_hosts_code(const struct batch *batch);

#endif
