/* SPDX-License-Identifier: MIT */
/* What all screens that are pages have in common. */
#include "tui/state.h"

static void build(const struct app *app, struct page *page, int columns)
{
	page_init(page, columns, app->options.ascii);
	app_screen(app)->page(app, page);
}

void paging_act(struct app *app, enum action action, struct commands *commands)
{
	struct page page;

	if (action == ACTION_BACK) {
		app_back(app, commands);
		return;
	}
	build(app, &page, app->columns);
	page_move(&page, &app_place(app)->list, action, app_body(app->rows, app->columns).rows);
	page_release(&page);
}

uint64_t paging_key(const struct app *app)
{
	struct list list = app_place_c(app)->list;
	struct page page;
	uint64_t key;

	build(app, &page, app->columns);
	page_move(&page, &list, ACTION_NONE, app_body(app->rows, app->columns).rows);
	key = list.key;
	page_release(&page);
	return key;
}

void paging_draw(const struct app *app, struct frame *frame, struct rect area)
{
	struct page page;

	build(app, &page, area.columns);
	page_draw(&page, &app_place_c(app)->list, frame, area);
	page_release(&page);
}
