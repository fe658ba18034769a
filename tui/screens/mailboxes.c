/* SPDX-License-Identifier: MIT */
/* Mailboxes: all hosts in one table. core's view sorts and filters it in slices;
 * mailboxes_draw.c draws it. */
#include "tui/screens/mailbox.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/keys.h"

#define SLICE_ROWS 8000 /* below 4 ms, also where caches are cold */
#define CHECKS_AT_ONCE 500 /* asked for by one key */

/* Columns of the view behind those on screen. */
static const enum mailbox_column sorts[MAILBOXES_COLUMNS] = {
	[MAILBOXES_NAME] = COLUMN_NAME,
	[MAILBOXES_HOST] = COLUMN_HOST,
	[MAILBOXES_IMAP] = COLUMN_IMAP,
	[MAILBOXES_POP] = COLUMN_POP3,
	[MAILBOXES_ADDRESSES] = COLUMN_ADDRESSES,
	[MAILBOXES_CPU] = COLUMN_CPU,
	[MAILBOXES_READ] = COLUMN_READ,
	[MAILBOXES_WRITE] = COLUMN_WRITE,
	[MAILBOXES_IN] = COLUMN_DELIVERIES,
	[MAILBOXES_STATE] = COLUMN_AGE,
};

static size_t page_of(const struct app *app)
{
	struct rect body = app_body(app->rows, app->columns);
	int rows = body.rows - mailboxes_heads(body.rows);

	return rows > 0 ? (size_t)rows : 1;
}

/* The list stands where its row is now. */
static void find_place(struct app *app)
{
	struct mailboxes_state *state = &app->mailboxes_state;
	size_t count = view_count(state->view);

	if (!state->list.held) {
		state->list.position = 0;
	} else {
		uint32_t row = mailboxes_here(app->fleet->mailboxes, (uint32_t)state->list.key);

		state->list.key = row;
		state->list.position = view_position(state->view, row);
	}
	list_settle(&state->list, count, page_of(app));
}

static void hold(struct app *app)
{
	struct mailboxes_state *state = &app->mailboxes_state;

	if (state->list.position < view_count(state->view))
		state->list.key = view_at(state->view, state->list.position);
	else
		state->list.held = false;
}

static bool work(struct app *app)
{
	struct mailboxes_state *state = &app->mailboxes_state;

	if (state->busy) {
		state->busy = view_work(state->view, SLICE_ROWS);
		find_place(app);
	}
	return state->busy;
}

/* Begins anew and shows what one slice brings, so that a small fleet is there at once. */
static void begin(struct app *app, bool awaited)
{
	app->mailboxes_state.busy = true;
	app->mailboxes_state.awaited = awaited;
	work(app);
}

/* A marked row that became part of another takes its mark there. */
static void follow_marks(struct app *app)
{
	struct marks *marks = &app->mailboxes_state.marks;

	for (size_t word = 0; marks->marked && word < marks->count; word++)
		for (uint64_t left = marks->items[word]; left; left &= left - 1) {
			uint32_t row = (uint32_t)(word * 64 + (size_t)__builtin_ctzll(left));
			uint32_t here = mailboxes_here(app->fleet->mailboxes, row);

			if (here == row)
				continue;
			marks_set(marks, row, false);
			marks_set(marks, here, true);
		}
}

static void refresh(struct app *app)
{
	struct mailboxes_state *state = &app->mailboxes_state;

	follow_marks(app);
	view_refresh(state->view);
	state->refreshed_ms = app->now_ms;
	begin(app, false);
}

static void sort(struct app *app)
{
	const struct mailboxes_state *state = &app->mailboxes_state;

	view_sort(state->view, sorts[state->sort], state->descending);
	begin(app, true);
}

void mailboxes_init(struct app *app)
{
	struct mailboxes_state *state = &app->mailboxes_state;

	state->view = view_new(app->fleet->mailboxes);
	state->sort = MAILBOXES_CPU;
	state->descending = true;
	sort(app);
}

static void data(struct app *app, struct commands *commands)
{
	struct mailboxes_state *state = &app->mailboxes_state;

	(void)commands;
	if (state->frozen || state->busy)
		return;
	if (app_time_to_sort(app, state->refreshed_ms))
		refresh(app);
	else
		find_place(app);
}

static void enter(struct app *app, struct commands *commands)
{
	(void)commands;
	if (!app->mailboxes_state.frozen)
		refresh(app);
}

static bool filter(struct app *app, const char *text, struct commands *commands, struct err *err)
{
	struct mailboxes_state *state = &app->mailboxes_state;

	(void)commands;
	if (!view_filter(state->view, text, UINT32_MAX, err))
		return false;
	snprintf(state->filter, sizeof(state->filter), "%s", text);
	begin(app, true);
	return true;
}

static void sort_by(struct app *app, enum action action)
{
	struct mailboxes_state *state = &app->mailboxes_state;

	if (action == ACTION_SORT) {
		state->sort = (state->sort + 1) % MAILBOXES_COLUMNS;
		state->descending = state->sort != MAILBOXES_NAME && state->sort != MAILBOXES_HOST;
	} else {
		state->descending = !state->descending;
	}
	sort(app);
}

static void mark_all(struct app *app)
{
	struct mailboxes_state *state = &app->mailboxes_state;
	size_t count = view_count(state->view);

	for (size_t i = 0; i < count; i++)
		marks_set(&state->marks, view_at(state->view, i), true);
	app_toast(app, STYLE_NORMAL, "%zu marked; u unmarks", state->marks.marked);
}

static void mark(struct app *app)
{
	struct mailboxes_state *state = &app->mailboxes_state;
	uint32_t row;

	if (state->list.position >= view_count(state->view))
		return;
	row = view_at(state->view, state->list.position);
	marks_set(&state->marks, row, !marks_have(&state->marks, row));
	list_move(&state->list, ACTION_DOWN, view_count(state->view), page_of(app));
	hold(app);
}

static void freeze(struct app *app)
{
	struct mailboxes_state *state = &app->mailboxes_state;

	state->frozen = !state->frozen;
	app_toast(app, STYLE_NORMAL,
		state->frozen ? "rows stay where they are; figures go on"
			      : "rows are sorted again");
	if (!state->frozen)
		refresh(app);
}

/* The marked rows, or else the one the cursor is on; the caller frees them. */
static uint32_t *chosen(const struct app *app, size_t *count)
{
	const struct mailboxes_state *state = &app->mailboxes_state;
	uint32_t all = (uint32_t)mailboxes_count(app->fleet->mailboxes), *rows;

	*count = 0;
	rows = mem_grow(NULL, state->marks.marked + 1, sizeof(*rows));
	for (uint32_t row = 0; state->marks.marked && row < all; row++)
		if (marks_have(&state->marks, row) && *count < state->marks.marked)
			rows[(*count)++] = row;
	if (!state->marks.marked && state->list.position < view_count(state->view))
		rows[(*count)++] = view_at(state->view, state->list.position);
	return rows;
}

static void check(struct app *app, struct commands *commands)
{
	const struct mailboxes *mailboxes = app->fleet->mailboxes;
	size_t count, asked = 0;
	uint32_t *rows;
	const char *why_not = NULL;

	follow_marks(app);
	rows = chosen(app, &count);
	for (size_t i = 0; i < count && asked < CHECKS_AT_ONCE; i++) {
		uint32_t host = checks_host(app, rows[i], &why_not);

		if (host == NO_HOST)
			continue;
		checks_ask(app, mailboxes_name(mailboxes, mailboxes_row(mailboxes, rows[i])->name),
			host, CHECK_DEPTH, commands);
		asked++;
	}
	if (asked)
		app_toast(app, STYLE_NORMAL, "checking %zu of %zu; Enter shows what was found",
			asked, count);
	else
		app_toast(app, STYLE_LOOK, "%s", why_not ? why_not : "no mailbox is shown");
	free(rows);
}

static void repair(struct app *app, struct commands *commands)
{
	size_t count;
	uint32_t *rows;

	follow_marks(app);
	rows = chosen(app, &count);
	planning_begin(app, rows, count, commands);
	free(rows);
}

static void act(struct app *app, enum action action, struct commands *commands)
{
	struct mailboxes_state *state = &app->mailboxes_state;

	switch (action) {
	case ACTION_CHECK:
		check(app, commands);
		break;
	case ACTION_REPAIR:
		repair(app, commands);
		break;
	case ACTION_OPEN:
		app_open(app,
			(struct place){ .screen = SCREEN_MAILBOX,
				.row = view_at(state->view, state->list.position) },
			commands);
		break;
	case ACTION_SORT:
	case ACTION_SORT_TURN:
		sort_by(app, action);
		break;
	case ACTION_RESORT:
		refresh(app);
		break;
	case ACTION_MARK:
		mark(app);
		break;
	case ACTION_MARK_ALL:
		mark_all(app);
		break;
	case ACTION_UNMARK:
		marks_clear(&state->marks);
		break;
	case ACTION_FREEZE:
		freeze(app);
		break;
	case ACTION_BACK:
		if (state->filter[0])
			filter(app, "", commands, NULL);
		else
			app_back(app, commands);
		break;
	default:
		list_move(&state->list, action, view_count(state->view), page_of(app));
		hold(app);
	}
}

static const char *barred(const struct app *app, enum action action)
{
	const struct mailboxes_state *state = &app->mailboxes_state;

	bool none = state->list.position >= view_count(state->view);

	if (action == ACTION_OPEN && none)
		return "no mailbox is shown";
	if ((action == ACTION_CHECK || action == ACTION_REPAIR) && none && !state->marks.marked)
		return "no mailbox is shown";
	if (action == ACTION_REPAIR)
		return repair_barred(app);
	if (action == ACTION_MARK_ALL && state->busy)
		return "wait until all rows are there";
	return NULL;
}

static const struct binding own[] = {
	{ K_ENTER, 0, ACTION_OPEN, "open", "open", "this mailbox: its sessions, hosts and store" },
	{ 'c', 0, ACTION_CHECK, "check", "check",
		"look what is wrong with it, or with all marked" },
	{ 'R', 0, ACTION_REPAIR, "repair", "repair",
		"plan a repair of it, or of all marked; you are asked" },
};

const struct screen screen_mailboxes = {
	.name = "Mailboxes",
	.bindings = { own, sizeof(own) / sizeof(*own) },
	.lists = true,
	.enter = enter,
	.act = act,
	.data = data,
	.work = work,
	.filter = filter,
	.heading = mailboxes_heading,
	.draw = mailboxes_draw,
	.barred = barred,
};
