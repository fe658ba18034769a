/* SPDX-License-Identifier: MIT */
/* What a host's login asks a person: is this its key? what is the passphrase? */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/keys.h"
#include "tui/state.h"
#include "tui/widgets/wrap.h"

#define QUIET_BEFORE_MS 2000 /* a dialog opens by itself only after so long without a key */
#define QUESTIONS_MAX 2048   /* more than hosts have any reason to ask */
#define BOX_COLUMNS 78

static void question_release(struct question *question)
{
	free(question->prompt.title);
	free(question->prompt.text);
}

void questions_release(struct app *app)
{
	vec_each(&app->questions, question)
		question_release(question);
	vec_release(&app->questions);
	edit_end(&app->answer);
}

void questions_add(struct app *app, struct message *message)
{
	if (app->questions.count >= QUESTIONS_MAX || message->host >= app->fleet->hosts.count)
		return;
	*vec_add(&app->questions) = (struct question){ message->host, message->prompt, false };
	message->prompt.title = message->prompt.text = NULL;
}

const struct question *questions_shown(const struct app *app)
{
	vec_each(&app->questions, question)
		if (app->open_question && question->prompt.id == app->open_question)
			return question;
	return NULL;
}

static void close_dialog(struct app *app)
{
	app->open_question = 0;
	app->dialog_top = 0;
	edit_end(&app->answer);
}

void questions_drop(struct app *app, uint32_t host, uint64_t id)
{
	for (size_t i = 0; i < app->questions.count; i++) {
		struct question *question = &app->questions.items[i];

		if (question->host != host || question->prompt.id != id)
			continue;
		if (app->open_question == id)
			close_dialog(app);
		question_release(question);
		memmove(question, question + 1, (app->questions.count - i - 1) * sizeof(*question));
		app->questions.count--;
		return;
	}
}

void questions_open(struct app *app, const struct question *question)
{
	if (!question && app->questions.count)
		question = &app->questions.items[0];
	if (!question)
		return;
	app->open_question = question->prompt.id;
	app->dialog_top = 0;
	edit_start(&app->answer, "", question->prompt.kind == PROMPT_SECRET);
}

void questions_tick(struct app *app)
{
	if (app->open_question || app->repairing.planning.open || app->typing || app->depth > 1 ||
		(app->key_ms && app->now_ms - app->key_ms < QUIET_BEFORE_MS))
		return;
	vec_each(&app->questions, question)
		if (!question->later) {
			questions_open(app, question);
			app->dirty = APP_URGENT;
			return;
		}
}

/* Sends an answer and forgets the question. */
static void answer(struct app *app, bool yes, const char *text, struct commands *commands)
{
	const struct question *question = questions_shown(app);
	struct command *command = commands_add(commands, COMMAND_ANSWER);

	command->host = question->host;
	command->prompt = question->prompt.id;
	command->yes = yes;
	command->text = mem_text(text);
	/* What follows a yes is told by the worker that writes the key down. */
	if (question->prompt.kind == PROMPT_HOST_KEY && !yes)
		ledger_note(app, commands, "host key refused", question->host,
			question->prompt.text, NULL);
	questions_drop(app, question->host, question->prompt.id);
}

static void put_off(struct app *app)
{
	vec_each(&app->questions, question)
		if (question->prompt.id == app->open_question)
			question->later = true;
	close_dialog(app);
	app_toast(app, STYLE_NORMAL, "it still waits for an answer: a opens the question again");
}

static bool scrolls(struct app *app, uint32_t key)
{
	int step = key == K_DOWN || key == 'j' ? 1
		   : key == K_UP || key == 'k' ? -1
		   : key == K_PAGE_DOWN        ? 5
		   : key == K_PAGE_UP          ? -5
					       : 0;

	app->dialog_top += step;
	if (app->dialog_top < 0)
		app->dialog_top = 0;
	return step != 0;
}

static void host_key_key(struct app *app, uint32_t key, struct commands *commands)
{
	if (key == 'y')
		answer(app, true, NULL, commands);
	else if (key == 'n')
		answer(app, false, NULL, commands);
	else if (key == K_ESC || key == 'q')
		put_off(app);
	else if (!scrolls(app, key))
		app_toast(app, STYLE_LOOK,
			"y accepts this key, n refuses it, Esc leaves it for later");
}

static void text_key(struct app *app, uint32_t key, struct commands *commands)
{
	switch (edit_key(&app->answer, key)) {
	case EDIT_DONE:
		answer(app, app->answer.len > 0, app->answer.text, commands);
		break;
	case EDIT_LEFT:
		put_off(app);
		break;
	case EDIT_SAME:
	case EDIT_MOVED:
	case EDIT_CHANGED:
		break;
	}
}

void questions_key(struct app *app, uint32_t key, struct commands *commands)
{
	if (questions_shown(app)->prompt.kind == PROMPT_HOST_KEY)
		host_key_key(app, key, commands);
	else
		text_key(app, key, commands);
}

/* In the half of the screen where the host's row is not; all of it when it is small. */
static struct rect place_box(const struct app *app, const struct frame *frame, int lines)
{
	struct rect body = app_body(frame->rows, frame->columns);
	int row, rows = lines + 4;
	int columns = frame->columns < BOX_COLUMNS ? frame->columns : BOX_COLUMNS;
	struct rect box = { 0, (frame->columns - columns) / 2, rows, columns };
	bool seen = fleet_row_of(app, questions_shown(app)->host, &row);

	if (rows > body.rows)
		return (struct rect){ 0, 0, frame->rows, frame->columns };
	box.row = body.row + (body.rows - rows) / 2;
	if (!seen || row < box.row || row >= box.row + rows)
		return box;
	if (body.row + body.rows - (row + 1) >= rows)
		box.row = row + 1;
	else if (row - body.row >= rows)
		box.row = row - rows;
	else
		box = (struct rect){ 0, 0, frame->rows, frame->columns };
	return box;
}

static void draw_keys(struct frame *frame, struct rect box, const struct question *question)
{
	const char *accept = box.columns >= 50 ? "accept and remember" : "accept";
	const char *const host_key[] = { "y", accept, "n", "refuse", "Esc", "later" };
	static const char *const text[] = { "Enter", "send", "Esc", "later" };
	const char *const *keys = question->prompt.kind == PROMPT_HOST_KEY ? host_key : text;
	int count = question->prompt.kind == PROMPT_HOST_KEY ? 6 : 4;
	int at = box.column + 2, row = box.row + box.rows - 2;

	for (int i = 0; i < count; i += 2) {
		at += frame_print(frame, row, at, STYLE_KEY, keys[i]) + 1;
		at += frame_print(frame, row, at, STYLE_NORMAL, keys[i + 1]) + 3;
	}
}

void questions_draw(const struct app *app, struct frame *frame)
{
	const struct question *question = questions_shown(app);
	const char *text = question->prompt.text ? question->prompt.text : "";
	const char *title = question->prompt.title ? question->prompt.title : "";
	int columns = (frame->columns < BOX_COLUMNS ? frame->columns : BOX_COLUMNS) - 4;
	bool typed = question->prompt.kind != PROMPT_HOST_KEY;
	int lines = wrap_count(text, columns);
	struct rect box = place_box(app, frame, lines + typed);
	struct rect old,
		inner = { box.row + 1, box.column + 2, box.rows - 4 - typed, box.columns - 4 };
	int from = app->dialog_top;

	frame_box(frame, box, title);
	old = frame_clip(
		frame, (struct rect){ box.row + 1, box.column + 1, box.rows - 2, box.columns - 2 });
	if (from > lines - inner.rows)
		from = lines > inner.rows ? lines - inner.rows : 0;
	wrap_draw(frame, inner, from, STYLE_NORMAL, text);
	draw_keys(frame, box, question);
	frame->clip = old;
	frame->cursor.row = box.row + box.rows - 2;
	frame->cursor.column = box.column + 2;
	if (frame->cursor.column >= frame->columns || frame->cursor.row < 0)
		frame->cursor.row = frame->cursor.column = 0;
	if (typed)
		edit_draw(&app->answer, frame, box.row + box.rows - 4, box.column + 2,
			box.columns - 4, "> ");
}
