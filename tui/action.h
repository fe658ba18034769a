/* SPDX-License-Identifier: MIT */
/*
 * What keys can mean, and the rows of key tables. One table a screen feeds the
 * dispatcher, the key bar, the help page, the palette and the man page.
 */
#ifndef TUI_ACTION_H
#define TUI_ACTION_H

#include <stddef.h>
#include <stdint.h>

enum action {
	ACTION_NONE,

	/* the same on every screen */
	ACTION_UP,
	ACTION_DOWN,
	ACTION_LEFT,
	ACTION_RIGHT,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_FIRST,
	ACTION_LAST,
	ACTION_BACK,
	ACTION_PALETTE,
	ACTION_HELP,
	ACTION_GO_FLEET,
	ACTION_GO_MAILBOXES,
	ACTION_GO_REPAIRS,
	ACTION_GO_LEDGER,
	ACTION_NEXT_SCREEN,
	ACTION_PREVIOUS_SCREEN,
	ACTION_ANSWER,
	ACTION_REDRAW,
	ACTION_SUSPEND,
	ACTION_QUIT,

	/* the same on every list */
	ACTION_FILTER,
	ACTION_SORT,
	ACTION_SORT_TURN,
	ACTION_RESORT,
	ACTION_MARK,
	ACTION_MARK_ALL,
	ACTION_UNMARK,
	ACTION_FREEZE,

	/* of some screens */
	ACTION_OPEN,
	ACTION_RECONNECT,
	ACTION_DOCTOR,
	ACTION_RELOAD,
	ACTION_CHECK,
	ACTION_CHECK_ALL,
	ACTION_REPAIR,
	ACTION_GO_MAILBOX, /* of a unit */
};

struct binding {
	uint32_t key, also; /* tui/keys.h; also 0: no second key */
	enum action action;
	const char *name;  /* in the palette: one word or two with a hyphen */
	const char *label; /* in the key bar; NULL: not there */
	const char *help;  /* one line */
};

struct bindings {
	const struct binding *items;
	size_t count;
};

extern const struct bindings bindings_moving;  /* every screen */
extern const struct bindings bindings_listing; /* every list */
extern const struct bindings bindings_global;  /* every screen */

/* NULL when the key is not in the table. */
const struct binding *bindings_find(const struct bindings *bindings, uint32_t key);

#endif
