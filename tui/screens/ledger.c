/* SPDX-License-Identifier: MIT */
/* Ledger: what was done and decided, newest first, read page by page from the store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/figure.h"
#include "tui/keys.h"
#include "tui/state.h"
#include "tui/widgets/columns.h"

#define PAGE_ENTRIES 500
#define ENTRIES_MAX 100000 /* nobody scrolls further; the filter finds older ones */

enum {
	LEDGER_WHEN,
	LEDGER_WHO,
	LEDGER_WHAT,
	LEDGER_HOST,
	LEDGER_MAILBOX,
	LEDGER_RESULT,
	LEDGER_DETAIL,
	LEDGER_COLUMNS
};

static const struct column template[LEDGER_COLUMNS] = {
	[LEDGER_WHEN] = { "WHEN", 16, 0, 2, ALIGN_LEFT, CUT_END },
	[LEDGER_WHO] = { "WHO", 8, 14, 3, ALIGN_LEFT, CUT_MIDDLE },
	[LEDGER_WHAT] = { "WHAT", 17, 20, 0, ALIGN_LEFT, CUT_END },
	[LEDGER_HOST] = { "HOST", 6, 12, 1, ALIGN_LEFT, CUT_MIDDLE },
	[LEDGER_MAILBOX] = { "MAILBOX", 16, 26, 4, ALIGN_LEFT, CUT_MIDDLE },
	[LEDGER_RESULT] = { "RESULT", 8, 0, 0, ALIGN_LEFT, CUT_END },
	[LEDGER_DETAIL] = { "DETAIL", 12, 80, 6, ALIGN_LEFT, CUT_END },
};

static size_t page_of(const struct app *app)
{
	struct rect body = app_body(app->rows, app->columns);

	return body.rows > 1 ? (size_t)body.rows - 1 : 1;
}

static void ask(struct app *app, int64_t before, struct commands *commands)
{
	struct ledger_state *state = &app->ledger_state;
	struct command *command = commands_add(commands, COMMAND_LEDGER_GET);

	command->query.text = state->filter[0] ? mem_text(state->filter) : NULL;
	command->query.before = before;
	command->query.limit = PAGE_ENTRIES;
	state->asked++;
	state->more = before != 0;
	state->behind = state->behind && before;
}

static void forget(struct ledger_state *state)
{
	vec_each(&state->entries, entry)
		ledger_entry_release(entry);
	vec_clear(&state->entries);
}

static void find_place(struct app *app)
{
	struct ledger_state *state = &app->ledger_state;

	if (!state->list.held)
		state->list.position = 0;
	for (size_t i = 0; state->list.held && i < state->entries.count; i++)
		if ((uint64_t)state->entries.items[i].id == state->list.key)
			state->list.position = i;
	list_settle(&state->list, state->entries.count, page_of(app));
}

/* Answers come in the order of the questions; only the last one's is still wanted. */
void ledger_take(struct app *app, struct message *message)
{
	struct ledger_state *state = &app->ledger_state;

	if (state->asked == 0 || --state->asked > 0)
		return;
	if (!state->more)
		forget(state);
	state->known = true;
	state->whole = message->ledger.count < PAGE_ENTRIES || state->entries.count >= ENTRIES_MAX;
	vec_each(&message->ledger, entry) {
		*vec_add(&state->entries) = *entry;
		*entry = (struct ledger_entry){ 0 };
	}
	find_place(app);
}

void ledger_note(struct app *app, struct commands *commands, const char *what, uint32_t host,
	const char *detail, const char *result)
{
	struct command *command = commands_add(commands, COMMAND_LEDGER_ADD);

	app->ledger_state.behind = true;
	command->entry.wall_s = app->wall_s;
	command->entry.who = mem_text(app->options.who);
	command->entry.what = mem_text(what);
	command->entry.host = mem_text(app->options.config->hosts.items[host].name);
	command->entry.detail = mem_text(detail);
	command->entry.result = mem_text(result);
}

static void enter(struct app *app, struct commands *commands)
{
	ask(app, 0, commands);
}

/* New entries appear by themselves as long as nobody reads further down. */
static void data(struct app *app, struct commands *commands)
{
	const struct ledger_state *state = &app->ledger_state;

	if (state->behind && !state->asked && !state->list.held)
		ask(app, 0, commands);
}

static bool filter(struct app *app, const char *text, struct commands *commands, struct err *err)
{
	(void)err;
	snprintf(app->ledger_state.filter, sizeof(app->ledger_state.filter), "%s", text);
	ask(app, 0, commands);
	return true;
}

static void move(struct app *app, enum action action, struct commands *commands)
{
	struct ledger_state *state = &app->ledger_state;
	size_t count = state->entries.count;

	list_move(&state->list, action, count, page_of(app));
	if (count == 0)
		return;
	state->list.key = (uint64_t)state->entries.items[state->list.position].id;
	if (state->list.position + page_of(app) >= count && !state->whole && !state->asked)
		ask(app, state->entries.items[count - 1].id, commands);
}

static void act(struct app *app, enum action action, struct commands *commands)
{
	struct ledger_state *state = &app->ledger_state;

	switch (action) {
	case ACTION_OPEN:
		app_open(app,
			(struct place){ .screen = SCREEN_ENTRY,
				.entry = state->entries.items[state->list.position].id },
			commands);
		break;
	case ACTION_RESORT:
		ask(app, 0, commands);
		break;
	case ACTION_BACK:
		if (state->filter[0])
			filter(app, "", commands, NULL);
		else
			app_back(app, commands);
		break;
	default:
		move(app, action, commands);
	}
}

static const char *barred(const struct app *app, enum action action)
{
	const struct ledger_state *state = &app->ledger_state;

	switch (action) {
	case ACTION_OPEN:
		return state->list.position < state->entries.count ? NULL : "no entry is shown";
	case ACTION_SORT:
	case ACTION_SORT_TURN:
		return "the ledger stands in the order of what happened";
	case ACTION_MARK:
	case ACTION_MARK_ALL:
	case ACTION_UNMARK:
		return "nothing acts on marks in the ledger";
	case ACTION_FREEZE:
		return "the ledger only changes when it is read again: r";
	default:
		return NULL;
	}
}

static void lay(const struct app *app, struct columns *columns, int width)
{
	int shift = app->ledger_state.list.shift;

	columns_lay(columns, template, LEDGER_COLUMNS, width, &shift);
}

static void heading(const struct app *app, struct heading *heading)
{
	const struct ledger_state *state = &app->ledger_state;
	struct columns columns;

	snprintf(heading->where, sizeof(heading->where), "Ledger");
	snprintf(heading->filter, sizeof(heading->filter), "%.150s",
		state->filter[0] ? state->filter : "–");
	snprintf(heading->count, sizeof(heading->count), "%zu entr%s%s", state->entries.count,
		state->entries.count == 1 ? "y" : "ies",
		state->known && !state->whole ? ", more below" : "");
	lay(app, &columns, app->columns);
	columns_hidden(&columns, heading->hidden, sizeof(heading->hidden));
	heading->hidden_count = columns.hidden;
}

static const char *text_of(const char *text)
{
	return text ? text : "";
}

static enum style result_style(const char *result)
{
	if (result && (strcmp(result, "failed") == 0 || strcmp(result, "refused") == 0))
		return STYLE_ACT;
	return STYLE_DIM;
}

static void draw_row(const struct app *app, const struct ledger_entry *entry, struct frame *frame,
	int row, const struct columns *columns)
{
	char when[FIGURE];

	figure_day(entry->wall_s + app->options.zone_s, when);
	columns_cell(columns, frame, row, LEDGER_WHEN, STYLE_DIM, when);
	columns_cell(columns, frame, row, LEDGER_WHO, STYLE_NORMAL, text_of(entry->who));
	columns_cell(columns, frame, row, LEDGER_WHAT, STYLE_NORMAL, text_of(entry->what));
	columns_cell(columns, frame, row, LEDGER_HOST, STYLE_NORMAL, text_of(entry->host));
	columns_cell(columns, frame, row, LEDGER_MAILBOX, STYLE_NORMAL, text_of(entry->mailbox));
	columns_cell(columns, frame, row, LEDGER_RESULT, result_style(entry->result),
		text_of(entry->result));
	columns_cell(columns, frame, row, LEDGER_DETAIL, STYLE_DIM, text_of(entry->detail));
}

static void draw(const struct app *app, struct frame *frame, struct rect area)
{
	const struct ledger_state *state = &app->ledger_state;
	struct columns columns;
	struct list list = state->list;
	int page = area.rows - 1;

	lay(app, &columns, area.columns);
	list_settle(&list, state->entries.count, page > 0 ? (size_t)page : 1);
	columns_head(&columns, frame, area.row, -1);
	if (!state->entries.count)
		frame_print(frame, area.row + 1, 1, STYLE_DIM,
			!state->known      ? "Reading…"
			: state->filter[0] ? "No entry holds these words. Esc shows all."
					   : "Nothing was done or decided yet.");
	for (int i = 0; i < page && list.top + (size_t)i < state->entries.count; i++) {
		draw_row(app, &state->entries.items[list.top + (size_t)i], frame, area.row + 1 + i,
			&columns);
		if (list.top + (size_t)i == list.position)
			frame_current(frame, area.row + 1 + i);
	}
}

static const struct binding own[] = {
	{ K_ENTER, 0, ACTION_OPEN, "open", "open", "this entry in full" },
};

const struct screen screen_ledger = {
	.name = "Ledger",
	.bindings = { own, sizeof(own) / sizeof(*own) },
	.lists = true,
	.enter = enter,
	.act = act,
	.data = data,
	.filter = filter,
	.heading = heading,
	.draw = draw,
	.barred = barred,
};
