/* SPDX-License-Identifier: MIT */
/*
 * Commands without a screen. Each is a row in a table (commands.c) and a file: straight
 * code that gathers what it needs from the same messages the console gets, prints, and
 * returns the exit code. Data goes to stdout, talk to stderr.
 *
 * Exit codes (sysexits.h): 0; 1 doctor or check found something to mend, or a repair failed
 * or is not proven; 64 wrong use; 67 no such mailbox; 69 a host that was asked for, or a
 * mailbox's store, is away (what the others said is printed all the same); 74 output or store
 * cannot be written; 75 try again: somebody works on the mailbox already, or what became of a
 * repair is not known; 77 not allowed, not confirmed, a login was refused or a person said
 * no; 78 configuration; 130 interrupted while hosts go on.
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
#include "core/inbox.h"
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

/* How far a host is gone into. */
enum batch_depth {
	BATCH_LOGIN,   /* the login is enough */
	BATCH_AGENT,   /* its agent answers */
	BATCH_SAMPLES, /* and samples flow */
};

/* How hosts are reached. main alone joins tui/ and net/; it lends these. */
struct batch_network {
	void *context;
	bool (*open)(void *context, const struct config *config, struct inbox *inbox,
		const char *only, enum batch_depth depth, bool may_ask, struct err *err);
	void (*carry)(void *context, struct command *command); /* takes what it owns */
	void (*close)(void *context);
};

struct batch_setup {
	const struct options *options;
	const struct config *config; /* NULL: the command needs none */
	const char *config_path;
	const struct config_places *places;
	const char *who; /* "ana@desk" */
	const struct batch_network *network;
};

/* Runs options->command; returns the exit code. */
int batch_run(const struct batch_setup *setup);

/* One sentence on stderr with the program's name in front, made harmless. */
void batch_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says what ERR holds; returns its exit code. */
int batch_fail(const struct err *err);

/* Says every line of what config_parse found; returns 78. */
int batch_problems(const struct str *problems);

/* Sends what is left of stdout. Returns CODE, or 74 with a sentence when it cannot be written. A
 * reader that has gone away wants no more and no complaint. */
int batch_flush(int code);

/* What the console is on a terminal that cannot move its cursor: the table of hosts, again and
 * again until a signal ends it. It is in no table of commands. */
extern const struct batch_command command_plain;

extern const struct batch_command command_hosts, command_mailboxes, command_sessions,
	command_ledger, command_doctor, command_hosts_add, command_hosts_prepare, command_check,
	command_repair, command_restore, command_jobs;

#endif
