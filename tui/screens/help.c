/* SPDX-License-Identifier: MIT */
/* Help: the keys of the screen it was opened from, and the words that screens use. */
#include <stdio.h>

#include "tui/keys.h"
#include "tui/state.h"
#include "tui/widgets/wrap.h"

#define KEYS_WIDTH 13

static const struct screen *about(const struct app *app)
{
	return app->depth > 0 ? screens[app->places[app->depth - 1].screen] : &screen_fleet;
}

static void add_key(struct page *page, const struct binding *binding)
{
	char key[16], also[16], both[40], line[WRAP_LINE];
	const char *rest = binding->help;

	key_label(binding->key, key);
	if (binding->also)
		snprintf(both, sizeof(both), "%s %s", key, key_label(binding->also, also));
	else
		snprintf(both, sizeof(both), "%s", key);
	while (wrap_next(&rest, page->width - KEYS_WIDTH, line)) {
		int row = page_line(page, 0);

		frame_print(&page->canvas, row, page->column, STYLE_KEY, both);
		frame_print(&page->canvas, row, page->column + KEYS_WIDTH, STYLE_NORMAL, line);
		both[0] = '\0';
	}
}

static void add_keys(struct page *page, const char *title, const struct bindings *bindings)
{
	if (bindings->count == 0)
		return;
	page_section(page, title);
	for (size_t i = 0; i < bindings->count; i++)
		add_key(page, &bindings->items[i]);
}

static void add_words(struct page *page)
{
	static const char *const words[][2] = {
		{ "·", "nothing, zero" },
		{ "…", "needs one more sample" },
		{ "–", "not known: the host does not say" },
		{ "stale 12s", "the figures are 12 seconds old: do not trust them" },
		{ "away 3m", "no link for 3 minutes; it is tried again by itself" },
		{ "refused", "key or login was refused; it is not tried again by itself" },
		{ "asking", "its login waits for your answer: a" },
		{ "sound", "a check found nothing wrong" },
		{ "unproven", "all messages are there; where or how often cannot be known" },
		{ "unknown", "nothing was heard of it; it is checked before anything else" },
	};

	page_section(page, "WORDS");
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		page_text(page, words[i][0], STYLE_NORMAL, words[i][1]);
}

static void build(const struct app *app, struct page *page)
{
	const struct screen *screen = about(app);
	char title[80];

	snprintf(title, sizeof(title), "ON %s", screen->name);
	add_keys(page, title, &screen->bindings);
	if (screen->lists)
		add_keys(page, "ON EVERY LIST", &bindings_listing);
	add_keys(page, "EVERYWHERE", &bindings_global);
	page_right(page);
	add_keys(page, "MOVING", &bindings_moving);
	add_words(page);
	if (app->options.places) {
		page_section(page, "FILES");
		page_text(page, "", STYLE_NORMAL, app->options.places);
	}
	page_section(page, "VERSION");
	page_text(page, "", STYLE_NORMAL, "mailmend " MAILMEND_VERSION);
}

static void heading(const struct app *app, struct heading *heading)
{
	snprintf(heading->where, sizeof(heading->where), "Help for %s", about(app)->name);
}

const struct screen screen_help = {
	.name = "Help",
	.heading = heading,
	.page = build,
};
