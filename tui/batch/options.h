/* SPDX-License-Identifier: MIT */
/*
 * The command line:
 *
 *	mailmend [OPTION…] [COMMAND [ARGUMENT…]]
 *
 * Options may stand anywhere in front of "--" and take their value behind a space or
 * "=". Each is a row in a table; a command names those it takes. Texts point into argv, whose
 * words are moved to its front.
 */
#ifndef TUI_BATCH_OPTIONS_H
#define TUI_BATCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

struct batch_command;

/* Which options a command takes, besides those that all take. */
enum takes {
	TAKES_JSON = 1 << 0,
	TAKES_ONCE = 1 << 1,
	TAKES_HOST = 1 << 2,
	TAKES_TIMEOUT = 1 << 3,
	TAKES_FILTER = 1 << 4,
	TAKES_SORT = 1 << 5,
	TAKES_LIMIT = 1 << 6,
	TAKES_TEXT = 1 << 7,
	TAKES_BEFORE = 1 << 8,
	TAKES_LOGIN = 1 << 9, /* --name, --identity, --known-hosts, --become, --unchecked */
	TAKES_CHANGE = 1 << 10, /* --undo, --repair, --yes */
	TAKES_SCREEN = 1 << 11, /* --ascii, --theme */
	TAKES_DEPTH = 1 << 12,
	TAKES_OPERATION = 1 << 13,
	TAKES_CONFIRM = 1 << 14,
	TAKES_COPY = 1 << 15,
	TAKES_RESUME = 1 << 16,
};

struct options {
	const struct batch_command *command; /* NULL: the console */
	char **arguments;                    /* what stands behind the command */
	int count;

	const char *config; /* NULL: the default path */
	bool read_only, help, version;
	bool ascii;
	const char *theme;

	bool json, once, undo, repair, yes, unchecked;
	const char *host, *filter, *sort, *text;
	const char *operation, *confirm, *copy, *resume;
	int64_t limit, before, depth; /* 0: not given */
	int64_t timeout;       /* seconds; 0: not given */
	const char *name, *identity, *known_hosts, *become;
};

/* On failure one sentence of kind ERR_USAGE. */
bool options_parse(struct options *options, int argc, char **argv, struct err *err);

/* The help of one command, or of the program when COMMAND is NULL. */
void options_help(struct str *out, const struct batch_command *command);

#endif
