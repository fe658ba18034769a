/* SPDX-License-Identifier: MIT */
#include "tui/bars.h"

/*
 *	rows 0                the top line
 *	     1 … rows - 3     the screen
 *	     rows - 2         what happens
 *	     rows - 1         what keys do
 *
 * Where there is no room the status goes first, then the top line, then the keys.
 */
struct rect app_body(int rows, int columns)
{
	int top = rows >= 3, bottom = rows >= 4 ? 2 : rows >= 2 ? 1 : 0;

	return (struct rect){ top, 0, rows - top - bottom, columns };
}

void app_view(const struct app *app, struct frame *frame)
{
	struct rect body = app_body(frame->rows, frame->columns);
	struct rect all;

	frame_clear(frame);
	if (body.row > 0)
		bars_top(app, frame);
	all = frame_clip(frame, body);
	if (app_screen(app)->page)
		paging_draw(app, frame, body);
	else
		app_screen(app)->draw(app, frame, body);
	frame->clip = all;
	if (frame->rows >= 4)
		bars_status(app, frame, frame->rows - 2);
	if (app->typing)
		typing_draw(app, frame, frame->rows - 1);
	else if (app->open_question)
		frame_print(
			frame, frame->rows - 1, 1, STYLE_BAR, "Esc leaves the question for later");
	else if (app->repairing.planning.open)
		frame_print(frame, frame->rows - 1, 1, STYLE_BAR, "Esc leaves; nothing is done then");
	else if (frame->rows >= 2)
		bars_keys(app, frame, frame->rows - 1);
	if (app->repairing.planning.open)
		confirm_draw(app, frame);
	if (app->open_question)
		questions_draw(app, frame);
}
