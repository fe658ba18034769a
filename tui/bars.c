/* SPDX-License-Identifier: MIT */
#include "tui/bars.h"

#include <stdio.h>
#include <string.h>

#include "tui/figure.h"
#include "tui/keys.h"

#define HELP_WIDTH 6 /* "? help" */
#define NARROW 60    /* words are shorter below */

/* Draws a piece if it fits before column END; returns the column behind it. */
static int piece(struct frame *frame, int row, int at, int end, enum style style, const char *text)
{
	int width = text_width(text);

	if (!*text || at + width > end)
		return at;
	frame_print(frame, row, at, style, text);
	return at + width + (frame->columns >= NARROW ? 3 : 2);
}

void bars_top(const struct app *app, struct frame *frame)
{
	struct heading heading = { 0 };
	char text[400];
	int end = frame->columns - 1, at = 1;
	bool wide = frame->columns >= NARROW;

	app_screen(app)->heading(app, &heading);
	frame_fill(frame, (struct rect){ 0, 0, 1, frame->columns }, STYLE_TITLE);
	if (heading.count[0] && text_width(heading.count) + 12 < end) {
		end -= text_width(heading.count);
		frame_print(frame, 0, end, STYLE_BAR, heading.count);
		end -= 2;
	}
	snprintf(text, sizeof(text), "%s%s", wide ? "mailmend · " : "", heading.where);
	if (text_width(text) > end - at) {
		frame_fit(frame, 0, at, end - at, STYLE_TITLE, ALIGN_LEFT, CUT_MIDDLE, text);
		return;
	}
	frame_print(frame, 0, at, STYLE_TITLE, text);
	at += text_width(text) + 3;
	if (at < 26 && wide)
		at = 26;
	if (heading.filter[0] && (wide || strcmp(heading.filter, "–") != 0)) {
		snprintf(text, sizeof(text), "filter: %s", heading.filter);
		at = piece(frame, 0, at, end,
			strcmp(heading.filter, "–") == 0 ? STYLE_DIM : STYLE_ACCENT, text);
	}
	if (heading.sort[0]) {
		snprintf(text, sizeof(text), "sort: %s", heading.sort);
		piece(frame, 0, at, end, STYLE_DIM, text);
	}
}

static int hosts_piece(const struct app *app, struct frame *frame, int row, int at, int end)
{
	const struct fleet *fleet = app->fleet;
	size_t stale = 0;
	char text[64];

	snprintf(text, sizeof(text), frame->columns >= NARROW ? "%u of %zu hosts up" : "%u/%zu up",
		fleet->totals.up, fleet->hosts.count);
	at = piece(frame, row, at, end, STYLE_BAR, text);
	vec_each(&fleet->hosts, host)
		stale += host->link == LINK_UP && host->samples &&
			 host_stale(host, app->options.config, app->now_ms);
	if (stale) {
		snprintf(text, sizeof(text), "%zu stale", stale);
		at = piece(frame, row, at, end, STYLE_LOOK, text);
	}
	if (fleet->totals.away) {
		snprintf(text, sizeof(text), "%u away", fleet->totals.away);
		at = piece(frame, row, at, end, STYLE_LOOK, text);
	}
	return at;
}

static int question_piece(const struct app *app, struct frame *frame, int row, int at, int end)
{
	char text[64];

	if (app->questions.count == 0)
		return at;
	snprintf(text, sizeof(text), "%zu question%s%s", app->questions.count,
		app->questions.count == 1 ? "" : "s", app->open_question ? "" : ": a answers");
	return piece(frame, row, at, end, STYLE_LOOK, text);
}

static int marks_piece(const struct app *app, struct frame *frame, int row, int at, int end)
{
	enum screen_id screen = app_place_c(app)->screen;
	size_t marked = screen == SCREEN_FLEET       ? app->fleet_state.marks.marked
			: screen == SCREEN_MAILBOXES ? app->mailboxes_state.marks.marked
						     : 0;
	char text[64];

	if (marked == 0)
		return at;
	snprintf(text, sizeof(text), "%zu marked", marked);
	return piece(frame, row, at, end, STYLE_ACCENT, text);
}

bool toast_shown(const struct app *app)
{
	return app->toast.until_ms > app->now_ms;
}

static void hidden_piece(const struct app *app, struct frame *frame, int row, int at, int end)
{
	struct heading heading = { 0 };
	char text[160];

	app_screen(app)->heading(app, &heading);
	if (!heading.hidden[0])
		return;
	snprintf(text, sizeof(text), "l shows %s", heading.hidden);
	if (text_width(text) > end - at)
		snprintf(text, sizeof(text), "l: +%d", heading.hidden_count);
	piece(frame, row, at, end + 1, STYLE_DIM, text);
}

void bars_status(const struct app *app, struct frame *frame, int row)
{
	char text[FIGURE];
	int end = frame->columns - 1, at = 1;

	frame_fill(frame, (struct rect){ row, 0, 1, frame->columns }, STYLE_BAR);
	figure_clock(app->wall_s + app->options.zone_s, text);
	if (frame->columns < NARROW)
		text[5] = '\0'; /* without seconds */
	if (frame->columns >= 30) {
		end -= text_width(text);
		frame_print(frame, row, end, STYLE_BAR, text);
		end -= 2;
	}
	if (app->options.read_only && frame->columns >= 24) {
		end -= text_width("read-only");
		frame_print(frame, row, end, STYLE_ACCENT, "read-only");
		end -= 2;
	}
	if (toast_shown(app)) {
		frame_fit(frame, row, at, end - at, app->toast.style, ALIGN_LEFT, CUT_END,
			app->toast.text);
		return;
	}
	at = question_piece(app, frame, row, at, end);
	at = hosts_piece(app, frame, row, at, end);
	at = marks_piece(app, frame, row, at, end);
	hidden_piece(app, frame, row, at, end);
}

/* One key and its label; false when there is no room. */
static bool key_piece(const struct app *app, struct frame *frame, int row, int *at, int end,
	const struct binding *binding)
{
	bool barred = app_barred(app, binding->action) != NULL;
	char key[16];
	int width;

	key_label(binding->key, key);
	width = text_width(key) + 1 + text_width(binding->label);
	if (*at + width > end)
		return false;
	frame_print(frame, row, *at, barred ? STYLE_OFF : STYLE_KEY, key);
	frame_print(frame, row, *at + text_width(key) + 1, barred ? STYLE_OFF : STYLE_BAR,
		binding->label);
	*at += width + 2;
	return true;
}

static bool leads_here(const struct app *app, enum action action)
{
	enum screen_id screen = app_place_c(app)->screen;

	return (action == ACTION_GO_FLEET && screen == SCREEN_FLEET) ||
	       (action == ACTION_GO_MAILBOXES && screen == SCREEN_MAILBOXES) ||
	       (action == ACTION_GO_REPAIRS && screen == SCREEN_REPAIRS) ||
	       (action == ACTION_GO_LEDGER && screen == SCREEN_LEDGER) ||
	       (action == ACTION_HELP && screen == SCREEN_HELP);
}

/* The keys of a table that are allowed now, or those that are not. */
static void keys_of(const struct app *app, struct frame *frame, int row, int *at, int end,
	const struct bindings *bindings, bool allowed)
{
	for (size_t i = 0; i < bindings->count; i++) {
		const struct binding *binding = &bindings->items[i];

		if (binding->label && binding->action != ACTION_HELP &&
			!leads_here(app, binding->action) &&
			allowed == !app_barred(app, binding->action))
			key_piece(app, frame, row, at, end, binding);
	}
}

void bars_keys(const struct app *app, struct frame *frame, int row)
{
	static const struct binding back = { K_ESC, 0, ACTION_BACK, "back", "back", "" };
	const struct screen *screen = app_screen(app);
	const struct binding *help = bindings_find(&bindings_global, '?');
	int at = 1, end = frame->columns - 1;
	int help_at = end - HELP_WIDTH;

	frame_fill(frame, (struct rect){ row, 0, 1, frame->columns }, STYLE_BAR);
	if (!leads_here(app, ACTION_HELP)) {
		/* Its place is kept whatever else has none. */
		end = help_at - 2;
		if (help_at < at)
			help_at = at;
		key_piece(app, frame, row, &help_at, frame->columns, help);
	}
	if (!screen->lists)
		key_piece(app, frame, row, &at, end, &back);
	for (int allowed = 1; allowed >= 0; allowed--) {
		keys_of(app, frame, row, &at, end, &screen->bindings, allowed);
		if (screen->lists)
			keys_of(app, frame, row, &at, end, &bindings_listing, allowed);
		keys_of(app, frame, row, &at, end, &bindings_global, allowed);
	}
}
