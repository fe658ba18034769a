/* SPDX-License-Identifier: MIT */
/*
 * A screen is a row of a table: its name, its own keys, and what it does when it is
 * entered, when a key means something, when data came, and when it is drawn. Functions
 * that a screen does not need are NULL.
 */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include <stdbool.h>

#include "core/command.h"
#include "tui/action.h"
#include "tui/frame.h"

struct app;
struct page;

enum screen_id {
	SCREEN_FLEET,
	SCREEN_MAILBOXES,
	SCREEN_REPAIRS,
	SCREEN_LEDGER,
	SCREEN_HOST,    /* one host */
	SCREEN_MAILBOX, /* one mailbox */
	SCREEN_JOB,     /* one job */
	SCREEN_UNIT,    /* one mailbox in a job */
	SCREEN_ENTRY,   /* one entry of the ledger */
	SCREEN_HELP,
	SCREEN_COUNT_,
};

/* The top line, and what the status bar says about columns. Empty parts are left out. */
struct heading {
	char where[256];
	char filter[160];
	char sort[48];
	char count[64];
	char hidden[96]; /* names of the columns that have no room */
	int hidden_count;
};

struct screen {
	const char *name;
	struct bindings bindings; /* its own keys, most used first */
	bool lists;               /* bindings_listing hold, too */

	void (*enter)(struct app *app, struct commands *commands);
	void (*act)(struct app *app, enum action action, struct commands *commands);
	/* Data came or time passed. */
	void (*data)(struct app *app, struct commands *commands);
	/* A slice of sorting and filtering; says whether more is left. */
	bool (*work)(struct app *app);
	/* Takes a filter; false: it is none, and the old one stays. */
	bool (*filter)(
		struct app *app, const char *pattern, struct commands *commands, struct err *err);
	void (*heading)(const struct app *app, struct heading *heading);
	/* One of the two: its own drawing, or the lines of a page that is scrolled through. */
	void (*draw)(const struct app *app, struct frame *frame, struct rect area);
	void (*page)(const struct app *app, struct page *page);
	/* Why an action is not allowed now; NULL when it is. */
	const char *(*barred)(const struct app *app, enum action action);
};

extern const struct screen *const screens[SCREEN_COUNT_];

extern const struct screen screen_fleet, screen_mailboxes, screen_ledger, screen_host,
	screen_mailbox, screen_entry, screen_help, screen_repairs, screen_job, screen_unit;

#endif
