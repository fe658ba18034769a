/* SPDX-License-Identifier: MIT */
/* The line at the bottom: a filter that works while it is typed, or the palette. */
#include <stdio.h>
#include <string.h>

#include "tui/keys.h"
#include "tui/state.h"

#define PALETTE_ROWS 12

static char *filter_of(struct app *app)
{
	switch (app_place(app)->screen) {
	case SCREEN_MAILBOXES:
		return app->mailboxes_state.filter;
	case SCREEN_LEDGER:
		return app->ledger_state.filter;
	default:
		return app->fleet_state.filter;
	}
}

void typing_start(struct app *app, enum typing what)
{
	app->typing = what;
	app->chosen = 0;
	if (what == TYPING_FILTER)
		snprintf(app->filter_before, sizeof(app->filter_before), "%s", filter_of(app));
	edit_start(&app->edit, what == TYPING_FILTER ? filter_of(app) : "", false);
}

/* Letters of TYPED in their order somewhere in NAME. */
static bool holds_letters(const char *name, const char *typed)
{
	for (; *typed; typed++) {
		if (*typed == ' ')
			continue;
		name = strchr(name, *typed);
		if (!name)
			return false;
		name++;
	}
	return true;
}

static void find_in(const struct bindings *bindings, const char *typed, bool begins,
	const struct binding *found[PALETTE_MAX], size_t *count)
{
	for (size_t i = 0; i < bindings->count && *count < PALETTE_MAX; i++) {
		const struct binding *binding = &bindings->items[i];
		bool starts = strncmp(binding->name, typed, strlen(typed)) == 0;

		if (begins ? starts : !starts && holds_letters(binding->name, typed))
			found[(*count)++] = binding;
	}
}

size_t palette_found(const struct app *app, const struct binding *found[PALETTE_MAX])
{
	const struct screen *screen = app_screen(app);
	size_t count = 0;

	/* Names that begin with what was typed come first. */
	for (int pass = 0; pass < 2; pass++) {
		find_in(&screen->bindings, app->edit.text, pass == 0, found, &count);
		if (screen->lists)
			find_in(&bindings_listing, app->edit.text, pass == 0, found, &count);
		find_in(&bindings_global, app->edit.text, pass == 0, found, &count);
		find_in(&bindings_moving, app->edit.text, pass == 0, found, &count);
	}
	return count;
}

static void stop(struct app *app)
{
	app->typing = TYPING_NOTHING;
	edit_end(&app->edit);
}

static bool take_filter(struct app *app, const char *pattern, struct commands *commands)
{
	struct err err;

	if (strcmp(pattern, filter_of(app)) == 0)
		return true;
	if (app_screen(app)->filter(app, pattern, commands, &err)) {
		app->toast.until_ms = 0;
		return true;
	}
	app_toast(app, STYLE_ACT, "%s", err.text);
	return false;
}

static void filter_key(struct app *app, uint32_t key, struct commands *commands)
{
	switch (edit_key(&app->edit, key)) {
	case EDIT_CHANGED:
		take_filter(app, app->edit.text, commands);
		break;
	case EDIT_DONE:
		if (take_filter(app, app->edit.text, commands))
			stop(app);
		break;
	case EDIT_LEFT:
		take_filter(app, app->filter_before, commands);
		stop(app);
		break;
	case EDIT_SAME:
	case EDIT_MOVED:
		break;
	}
}

static void run_chosen(struct app *app, struct commands *commands)
{
	const struct binding *found[PALETTE_MAX];
	size_t count = palette_found(app, found);

	if (count == 0) {
		app_toast(app, STYLE_LOOK, "no command \"%.60s\"; Esc leaves", app->edit.text);
		return;
	}
	stop(app);
	app_act(app, found[app->chosen]->action, commands);
}

static void command_key(struct app *app, uint32_t key, struct commands *commands)
{
	const struct binding *found[PALETTE_MAX];
	int count = (int)palette_found(app, found);

	if ((key == K_UP || key == K_BACK_TAB) && count)
		app->chosen = (app->chosen + count - 1) % count;
	else if ((key == K_DOWN || key == K_TAB) && count)
		app->chosen = (app->chosen + 1) % count;
	else
		switch (edit_key(&app->edit, key)) {
		case EDIT_CHANGED:
			app->chosen = 0;
			break;
		case EDIT_DONE:
			run_chosen(app, commands);
			break;
		case EDIT_LEFT:
			stop(app);
			break;
		case EDIT_SAME:
		case EDIT_MOVED:
			break;
		}
}

void typing_key(struct app *app, uint32_t key, struct commands *commands)
{
	if (app->typing == TYPING_FILTER)
		filter_key(app, key, commands);
	else
		command_key(app, key, commands);
}

/* Rows for the palette where it does not cover the row that commands are about: below it, or
 * above where there is more room. */
static struct rect palette_place(const struct frame *frame, int wanted, int bottom)
{
	int current = frame->cursor.row;
	int below = bottom - current - 2, above = current - 2;
	int rows = wanted < PALETTE_ROWS ? wanted : PALETTE_ROWS;
	bool on_top = rows > below && above > below;
	int room = on_top ? above : below;

	if (room < 1)
		room = bottom - 1;
	if (rows > room)
		rows = room;
	return (struct rect){ on_top ? 1 : bottom - rows, 0, rows, frame->columns };
}

static void palette_row(
	const struct app *app, struct frame *frame, int row, const struct binding *binding)
{
	enum style style = app_barred(app, binding->action) ? STYLE_OFF : STYLE_NORMAL;
	char key[16];

	frame_fill(frame, (struct rect){ row, 0, 1, frame->columns }, STYLE_NORMAL);
	frame_fit(frame, row, 1, 16, style, ALIGN_LEFT, CUT_END, binding->name);
	frame_fit(frame, row, 18, 9, STYLE_KEY, ALIGN_LEFT, CUT_END, key_label(binding->key, key));
	frame_fit(
		frame, row, 28, frame->columns - 29, STYLE_DIM, ALIGN_LEFT, CUT_END, binding->help);
}

static void palette_draw(const struct app *app, struct frame *frame, int bottom)
{
	const struct binding *found[PALETTE_MAX];
	int count = (int)palette_found(app, found);
	struct rect area = palette_place(frame, count, bottom);
	int from = app->chosen >= area.rows ? app->chosen - area.rows + 1 : 0;

	if (area.rows <= 0)
		return;
	frame_rule(frame, area.row > 1 ? area.row - 1 : area.row + area.rows, 0, frame->columns);
	for (int i = 0; i < area.rows && from + i < count; i++) {
		palette_row(app, frame, area.row + i, found[from + i]);
		if (from + i == app->chosen)
			frame_current(frame, area.row + i);
	}
}

void typing_draw(const struct app *app, struct frame *frame, int row)
{
	if (app->typing == TYPING_COMMAND)
		palette_draw(app, frame, row - 1);
	frame_fill(frame, (struct rect){ row, 0, 1, frame->columns }, STYLE_BAR);
	edit_draw(&app->edit, frame, row, 1, frame->columns - 1,
		app->typing == TYPING_FILTER ? "/ " : ": ");
}
