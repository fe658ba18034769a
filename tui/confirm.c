/* SPDX-License-Identifier: MIT */
/*
 * The dialog of a plan. One mailbox: `y`. Several: their count is typed. Anything else does
 * nothing; the default is no.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/keys.h"
#include "tui/state.h"
#include "tui/widgets/wrap.h"

#define BOX_COLUMNS 86
#define LABEL_COLUMNS 9
#define NARROW 50
#define WAITING_ROWS 4
#define READING_MS 400 /* keys that were meant for something else confirm nothing */

static void leave(struct app *app)
{
	bool plans = app->repairing.planning.frozen && !app->repairing.planning.refused;

	planning_end(app);
	app_toast(app, STYLE_NORMAL,
		plans ? "nothing was done; the plan is gone" : "nothing was done");
}

static void confirm(struct app *app, struct commands *commands)
{
	struct planning *planning = &app->repairing.planning;
	uint64_t id;

	if (app->wall_s >= planning->plan.expires_s) {
		planning_end(app);
		app_toast(app, STYLE_ACT,
			"this plan has expired and nothing was done; R makes a new one");
		return;
	}
	id = jobs_start(app, planning, commands);
	planning_end(app);
	app_open(app, (struct place){ .screen = SCREEN_JOB, .entry = (int64_t)id }, commands);
}

/* The lines of all facts, drawn from line FROM on unless FRAME is NULL; returns their number. */
static int lay_facts(
	const struct planning *planning, struct frame *frame, struct rect area, int from)
{
	int label = area.columns >= NARROW ? LABEL_COLUMNS : 0, line = 0;
	char text[WRAP_LINE];

	vec_each(&planning->facts, fact) {
		const char *rest = fact->text;
		bool first = true;

		if (!label && fact->label[0]) {
			if (frame && line >= from && line < from + area.rows)
				frame_print(frame, area.row + line - from, area.column, STYLE_DIM,
					fact->label);
			line++;
		}
		for (; wrap_next(&rest, area.columns - label, text); line++, first = false) {
			if (!frame || line < from || line >= from + area.rows)
				continue;
			if (label && first)
				frame_print(frame, area.row + line - from, area.column, STYLE_DIM,
					fact->label);
			frame_print(frame, area.row + line - from, area.column + label, fact->style,
				text);
		}
	}
	return line;
}

/* The first line shown when the last one is. */
static int last_top(const struct app *app)
{
	int columns = (app->columns < BOX_COLUMNS ? app->columns : BOX_COLUMNS) - 4;
	int lines =
		lay_facts(&app->repairing.planning, NULL, (struct rect){ .columns = columns }, 0);

	return lines > app->rows - 4 ? lines - (app->rows - 4) : 0;
}

static bool scrolls(struct app *app, uint32_t key, bool letters)
{
	struct planning *planning = &app->repairing.planning;
	int page = app->rows > 6 ? app->rows - 5 : 1; /* a line of the page before stays */
	int step = key == K_DOWN || (letters && key == 'j') ? 1
		   : key == K_UP || (letters && key == 'k') ? -1
		   : key == K_PAGE_DOWN			    ? page
		   : key == K_PAGE_UP			    ? -page
							    : 0;

	planning->top += step;
	if (planning->top > last_top(app))
		planning->top = last_top(app);
	if (planning->top < 0)
		planning->top = 0;
	return step != 0;
}

static void one_key(struct app *app, uint32_t key, struct commands *commands)
{
	if (key == 'y')
		confirm(app, commands);
	else if (key == K_ESC || key == 'q' || key == 'n')
		leave(app);
	else if (!scrolls(app, key, true))
		app_toast(app, STYLE_LOOK, "y confirms, Esc leaves; no other key does anything");
}

static void count_key(struct app *app, uint32_t key, struct commands *commands)
{
	struct planning *planning = &app->repairing.planning;
	size_t count = planning->plan.targets.count;
	char wanted[24];

	if (scrolls(app, key, false))
		return;
	snprintf(wanted, sizeof(wanted), "%zu", count);
	switch (edit_key(&planning->edit, key)) {
	case EDIT_DONE:
		if (strcmp(planning->edit.text, wanted) == 0) {
			confirm(app, commands);
		} else {
			edit_start(&planning->edit, "", false);
			app_toast(app, STYLE_LOOK,
				"nothing was done: type %zu, the number of mailboxes, or Esc",
				count);
		}
		break;
	case EDIT_LEFT:
		leave(app);
		break;
	case EDIT_SAME:
	case EDIT_MOVED:
	case EDIT_CHANGED:
		break;
	}
}

static void waiting_key(struct app *app, uint32_t key)
{
	if (key == K_ESC || key == 'q' || key == 'n')
		leave(app);
	else if (!scrolls(app, key, true))
		app_toast(app, STYLE_LOOK,
			app->repairing.planning.refused ? "there is nothing to confirm; Esc leaves"
							: "still looking; Esc leaves");
}

void confirm_key(struct app *app, uint32_t key, struct commands *commands)
{
	const struct planning *planning = &app->repairing.planning;

	if (!planning->frozen || planning->refused)
		waiting_key(app, key);
	else if (planning->shown_ms && app->now_ms - planning->shown_ms < READING_MS &&
		 key != K_ESC)
		app_toast(app, STYLE_LOOK, "the plan has just appeared: read it first");
	else if (planning->plan.targets.count == 1)
		one_key(app, key, commands);
	else
		count_key(app, key, commands);
}

/* Where the row that it is about stays in sight; all of the screen when there is no room. */
static struct rect place_box(const struct app *app, const struct frame *frame, int rows)
{
	struct rect body = app_body(frame->rows, frame->columns);
	int columns = frame->columns < BOX_COLUMNS ? frame->columns : BOX_COLUMNS;
	struct rect box = { 0, (frame->columns - columns) / 2, rows, columns };
	bool about_row = app_screen(app)->lists;
	int row = frame->cursor.row, below = body.row + body.rows - (row + 1);

	if (rows > body.rows)
		return (struct rect){ 0, 0, frame->rows, frame->columns };
	box.row = body.row + (body.rows - rows) / 2;
	if (!about_row || row < box.row || row >= box.row + rows)
		return box;
	if (below >= rows)
		box.row = row + 1;
	else if (row - body.row >= rows)
		box.row = row - rows;
	else
		box = (struct rect){ 0, 0, frame->rows, frame->columns };
	return box;
}

static void title_of(const struct app *app, char *out, size_t size, int columns)
{
	const struct planning *planning = &app->repairing.planning;
	size_t count = planning->plan.targets.count;

	if (planning->refused)
		snprintf(out, size, "Nothing to repair");
	else if (!planning->frozen)
		snprintf(out, size, "Plan of a repair");
	else if (columns < NARROW)
		snprintf(out, size, "Repair %zu: %s", count, planning->plan.hash);
	else
		snprintf(out, size, "Repair %zu mailbox%s ── plan %s", count,
			count == 1 ? "" : "es", planning->plan.hash);
}

static int key_word(struct frame *frame, int row, int at, const char *key, const char *word)
{
	at += frame_print(frame, row, at, STYLE_KEY, key) + 1;
	return at + frame_print(frame, row, at, STYLE_NORMAL, word) + 3;
}

static void draw_answer(const struct app *app, struct frame *frame, struct rect box, int below)
{
	const struct planning *planning = &app->repairing.planning;
	int row = box.row + box.rows - 2, at = box.column + 2;
	size_t count = planning->plan.targets.count;
	char label[48];

	frame->cursor.row = row;
	frame->cursor.column = at;
	if (!planning->frozen || planning->refused) {
		at = key_word(frame, row, at, "Esc", "leave");
	} else if (count == 1) {
		at = key_word(
			frame, row, at, "y", box.columns < NARROW ? "repair" : "repair it now");
		at = key_word(frame, row, at, "Esc", "leave");
	} else {
		snprintf(label, sizeof(label),
			box.columns < NARROW ? "Type %zu: " : "Type %zu to confirm, Esc to leave: ",
			count);
		edit_draw(
			&planning->edit, frame, row, at, box.columns - 4 - (below ? 10 : 0), label);
		at = box.column + box.columns - 12;
	}
	if (below > 0)
		frame_printf(frame, row, at, STYLE_ACCENT, "↓ %d more", below);
}

static void draw_waiting(const struct app *app, struct frame *frame, struct rect inner)
{
	const struct planning *planning = &app->repairing.planning;
	size_t all = planning->candidates.count, waiting = planning_waiting(planning);
	char text[200], whom[120];
	int lines;

	if (all == 1)
		snprintf(text, sizeof(text),
			"Looking where it lies and what is wrong with it. "
			"Nothing is changed.");
	else
		snprintf(text, sizeof(text),
			"Looking where they lie and what is wrong with them: %zu of %zu. "
			"Nothing is changed.",
			all - waiting, all);
	lines = wrap_draw(frame, inner, 0, STYLE_NORMAL, text);
	inner.row += lines;
	inner.rows -= lines;
	planning_whom(app, whom, sizeof(whom));
	wrap_draw(frame, inner, 0, STYLE_DIM, whom);
}

void confirm_draw(const struct app *app, struct frame *frame)
{
	const struct planning *planning = &app->repairing.planning;
	int columns = (frame->columns < BOX_COLUMNS ? frame->columns : BOX_COLUMNS) - 4;
	int lines = planning->frozen
			    ? lay_facts(planning, NULL, (struct rect){ .columns = columns }, 0)
			    : WAITING_ROWS;
	struct rect box = place_box(app, frame, lines + 4), inner, old;
	char title[160];
	int from = planning->top;

	inner = (struct rect){ box.row + 1, box.column + 2, box.rows - 4, box.columns - 4 };
	title_of(app, title, sizeof(title), box.columns);
	frame_box(frame, box, title);
	old = frame_clip(
		frame, (struct rect){ box.row + 1, box.column + 1, box.rows - 2, box.columns - 2 });
	if (planning->frozen)
		lines = lay_facts(planning, NULL, inner, 0);
	if (from > lines - inner.rows)
		from = lines > inner.rows ? lines - inner.rows : 0;
	if (planning->frozen)
		lay_facts(planning, frame, inner, from);
	else
		draw_waiting(app, frame, inner);
	draw_answer(app, frame, box, inner.rows > 0 ? lines - from - inner.rows : 0);
	/* The line that tells what keys did is below a dialog that fills the screen. */
	if (box.rows == frame->rows && toast_shown(app))
		frame_fit(frame, box.row + box.rows - 3, box.column + 2, box.columns - 4,
			app->toast.style, ALIGN_LEFT, CUT_END, app->toast.text);
	frame->clip = old;
	if (frame->cursor.column >= frame->columns || frame->cursor.row < 0)
		frame->cursor.row = frame->cursor.column = 0;
}
