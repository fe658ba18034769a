/* SPDX-License-Identifier: MIT */
#include "tui/action.h"

#include "tui/keys.h"

static const struct binding moving[] = {
	{ 'j', K_DOWN, ACTION_DOWN, "down", NULL, "one row down" },
	{ 'k', K_UP, ACTION_UP, "up", NULL, "one row up" },
	{ 'h', K_LEFT, ACTION_LEFT, "left", NULL, "back to the columns on the left" },
	{ 'l', K_RIGHT, ACTION_RIGHT, "right", NULL, "show the columns that had no room" },
	{ 'g', K_HOME, ACTION_FIRST, "first", NULL, "to the first row, and stay on top" },
	{ 'G', K_END, ACTION_LAST, "last", NULL, "to the last row" },
	{ K_PAGE_DOWN, K_CTRL('F'), ACTION_PAGE_DOWN, "page-down", NULL, "one page down" },
	{ K_PAGE_UP, K_CTRL('B'), ACTION_PAGE_UP, "page-up", NULL, "one page up" },
};

static const struct binding listing[] = {
	{ '/', 0, ACTION_FILTER, "filter", "filter", "show only rows that match; !x: that do not" },
	{ 's', 0, ACTION_SORT, "sort", "sort", "sort by the next column" },
	{ 'S', 0, ACTION_SORT_TURN, "sort-turn", NULL, "turn the order of sorting round" },
	{ K_SPACE, 0, ACTION_MARK, "mark", "mark", "mark this row, or unmark it" },
	{ '*', 0, ACTION_MARK_ALL, "mark-all", NULL, "mark all rows that are shown" },
	{ 'u', 0, ACTION_UNMARK, "unmark", NULL, "take all marks away" },
	{ 'r', 0, ACTION_RESORT, "resort", NULL,
		"sort anew now; rows keep their place while you work" },
	{ 'Z', 0, ACTION_FREEZE, "freeze", NULL, "freeze the rows where they are; again: let go" },
};

static const struct binding global[] = {
	{ '1', 0, ACTION_GO_FLEET, "fleet", "fleet", "the hosts" },
	{ '2', 0, ACTION_GO_MAILBOXES, "mailboxes", "mailboxes", "the mailboxes of all hosts" },
	{ '5', 0, ACTION_GO_REPAIRS, "repairs", "repairs", "repairs, running and done" },
	{ '7', 0, ACTION_GO_LEDGER, "ledger", "ledger", "what was done, by whom" },
	{ K_TAB, 0, ACTION_NEXT_SCREEN, "next-screen", NULL, "the next screen" },
	{ K_BACK_TAB, 0, ACTION_PREVIOUS_SCREEN, "previous-screen", NULL, "the screen before" },
	{ K_ESC, 'q', ACTION_BACK, "back", NULL, "one step back; q on Fleet quits" },
	{ 'a', 0, ACTION_ANSWER, "answer", NULL, "answer the question of a host" },
	{ ':', 0, ACTION_PALETTE, "palette", "command", "all commands by name" },
	{ '?', K_F1, ACTION_HELP, "help", "help", "this page" },
	{ K_CTRL('L'), 0, ACTION_REDRAW, "redraw", NULL, "draw every cell anew" },
	{ K_CTRL('Z'), 0, ACTION_SUSPEND, "suspend", NULL,
		"back to the shell; fg comes back here" },
	{ K_CTRL('C'), 0, ACTION_QUIT, "quit", NULL, "quit mailmend; the hosts do not notice" },
};

#define TABLE(rows) { rows, sizeof(rows) / sizeof(*(rows)) }

const struct bindings bindings_moving = TABLE(moving);
const struct bindings bindings_listing = TABLE(listing);
const struct bindings bindings_global = TABLE(global);

const struct binding *bindings_find(const struct bindings *bindings, uint32_t key)
{
	for (size_t i = 0; i < bindings->count; i++)
		if (bindings->items[i].key == key || (key && bindings->items[i].also == key))
			return &bindings->items[i];
	return NULL;
}
