/* SPDX-License-Identifier: MIT */
/*
 * Commands without a screen. Each is a row in a table (commands.c) and a file: straight
 * code that gathers what it needs from the same messages the console gets, prints, and
 * returns the exit code. Data goes to stdout, talk to stderr.
 *
 * Exit codes (sysexits.h): 0; 1 doctor found something to mend; 64 wrong use; 67 no such
 * mailbox; 69 a host that was asked for is away (what the others said is printed all the
 * same); 74 output or store cannot be written; 77 not allowed, a login was refused or a
 * person said no; 78 configuration.
 */
#ifndef TUI_BATCH_BATCH_H
#define TUI_BATCH_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/command.h"
#include "core/config.h"
#include "core/fleet.h"
#include "core/inbox.h"
#include "core/message.h"
#include "tui/batch/options.h"

struct batch;

struct batch_command {
	const char *name;      /* one word or two: "hosts", "hosts add" */
	const char *arguments; /* for help: "[MAILBOX]" */
	const char *summary;
	int least, most; /* how many arguments */
	unsigned takes;  /* of enum takes */
	bool changes;    /* refused when read-only */
	bool no_config;  /* runs without a configuration, or looks at it itself */
	int (*run)(struct batch *batch);
};

/* All commands, NULL behind the last. */
extern const struct batch_command *const batch_commands[];

/* What `hosts prepare` has to say about one host before anything is done. */
struct batch_plan {
	struct str text;  /* what will be done, for a person */
	bool nothing_to_do;
};

/*
 * How hosts are reached. main alone joins tui/ and net/; it lends these. open may be called
 * again after close.
 */
struct batch_network {
	void *context;
	bool (*open)(void *context, const struct config *config, struct inbox *inbox,
		const char *only, bool samples, bool may_ask, struct err *err);
	void (*carry)(void *context, struct command *command); /* takes what it owns */
	void (*close)(void *context);
};

struct batch_setup {
	const struct options *options;
	const struct config *config; /* NULL: none was read */
	const char *config_path;
	const struct config_places *places;
	const char *who; /* "ana@desk" */
	const struct batch_network *network;
};

/* Runs options->command; returns the exit code. */
int batch_run(const struct batch_setup *setup);

/* What is known of a host beyond the fleet's state. */
struct batch_host {
	bool asked;         /* --host names it, or there is no --host */
	bool away, refused; /* it was, at least once */
	char *error;        /* what was said about that */
	size_t stores_wanted, stores_seen;
	bool names_wanted, names_seen;
	bool doctor_wanted, doctor_seen;
	struct doctor_report doctor;
};

struct batch {
	const struct batch_setup *setup;
	const struct options *options;
	const struct config *config;
	struct inbox *inbox;
	struct fleet *fleet;       /* NULL before batch_gather */
	struct batch_host *hosts;  /* one for each of config->hosts */
	struct message *ledger;    /* the answer to COMMAND_LEDGER_GET */
	bool declined;             /* a person said no to a question */
	bool open;                 /* the network is */
	int64_t started_ms;
};

/* What to wait for from each host that was asked for. */
struct gather {
	unsigned samples; /* so many; 0: the login is enough */
	bool stores;      /* where mailboxes with sessions lie */
	bool names;       /* the list of all mailboxes, as the configuration says */
	bool doctor;
};

/*
 * Connects and waits until every host that was asked for has all of it or is known not to
 * answer, at most --timeout seconds (default 30). False only when nothing could be begun.
 */
bool batch_gather(struct batch *batch, const struct gather *wanted, struct err *err);

/* Takes in what is in the inbox, waiting for it until DEADLINE_MS. */
void batch_pump(struct batch *batch, const struct gather *wanted, int64_t deadline_ms);

/* "ok", "away", "refused", "stale", …: one word. */
const char *batch_host_state(const struct batch *batch, uint32_t host, char out[32]);

/* What is wrong with it, one sentence, and what to do; NULL when nothing is. */
const char *batch_host_error(const struct batch *batch, uint32_t host, struct str *room);

/* True when its sessions cannot be counted: figures of them are unknown, not zero. */
bool batch_host_blind(const struct batch *batch, uint32_t host);

/* Milliseconds since it was asked for its newest sample; -1: never. */
int64_t batch_age_ms(const struct batch *batch, int64_t asked_ms);

/* Says on stderr which hosts are missing from the answer. */
void batch_say_missing(const struct batch *batch);

/* 0, 69 or 77: by the hosts that were asked for. */
int batch_hosts_code(const struct batch *batch);

/* One sentence on stderr with the program's name in front, made harmless. */
void batch_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says what ERR holds; returns its exit code. */
int batch_fail(const struct err *err);

/* Whether a person can be asked: stdin is a terminal and the process has one. */
bool batch_may_ask(void);

/* Is config->hosts[host] among the comma-separated NAMES (NULL: yes)? */
bool batch_names_host(const char *names, const char *host);

extern const struct batch_command command_hosts, command_mailboxes, command_sessions,
	command_ledger, command_doctor, command_hosts_add, command_hosts_prepare;

#endif
