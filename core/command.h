/* SPDX-License-Identifier: MIT */
/*
 * What app_update wants done. It appends commands; main carries them to the workers,
 * the store and the terminal. A command owns its texts; commands_clear frees them.
 */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/vec.h"
#include "core/sample.h"
#include "core/store/ledger.h"

enum command_kind {
	COMMAND_QUIT,       /* `code` is the exit code */
	COMMAND_SUSPEND,    /* give the terminal back and stop (Ctrl-Z) */
	COMMAND_REDRAW,     /* draw every cell anew */
	COMMAND_ANSWER,     /* host, prompt, yes, text: a person's answer */
	COMMAND_RECONNECT,  /* host: try now */
	COMMAND_STORES,     /* host, names: look up where these mailboxes lie */
	COMMAND_NAMES,      /* host: list its mailboxes as the configuration says */
	COMMAND_DOCTOR,     /* host: run the agent's doctor */
	COMMAND_PREPARE,    /* host: answered by MESSAGE_PREPARE; yes: do it, else only tell; undo */
	COMMAND_CHECK,      /* host, names, depth: answered by a MESSAGE_CHECK for each name */
	COMMAND_JOB,        /* host, text: requests of the agent's job; answers: how many of them
			       end with a line; answered by MESSAGE_JOB, the last one ended,
			       all with the `prompt` given here as `asked` */
	COMMAND_LEDGER_ADD, /* entry; prompt, when it is not 0: answered by a MESSAGE_STORED once it is
			       on disk */
	COMMAND_LEDGER_MERGE, /* entries: records of hosts' journals; those that are there stay */
	COMMAND_LEDGER_GET, /* query: answered by MESSAGE_LEDGER */
};

struct command {
	enum command_kind kind;
	uint32_t host;
	uint64_t prompt;
	bool yes;
	bool undo;
	bool repair; /* COMMAND_PREPARE: the login may repair through it, too */
	int code;
	int depth;
	int answers;
	char *text; /* a secret is overwritten when it is freed */
	struct names_seen names;
	struct ledger_entry entry;
	struct ledger_page entries;
	struct ledger_query query;
};

struct commands {
	vec_of(struct command);
};

struct command *commands_add(struct commands *commands, enum command_kind kind);
void commands_clear(struct commands *commands);
void commands_release(struct commands *commands);

#endif
