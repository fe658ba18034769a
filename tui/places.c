/* SPDX-License-Identifier: MIT */
/* Where we are, how keys become actions there, and the actions that every screen has. */
#include <stdio.h>

#include "tui/keys.h"
#include "tui/state.h"

const struct screen *const screens[SCREEN_COUNT_] = {
	[SCREEN_FLEET] = &screen_fleet,
	[SCREEN_MAILBOXES] = &screen_mailboxes,
	[SCREEN_REPAIRS] = &screen_repairs,
	[SCREEN_LEDGER] = &screen_ledger,
	[SCREEN_HOST] = &screen_host,
	[SCREEN_MAILBOX] = &screen_mailbox,
	[SCREEN_JOB] = &screen_job,
	[SCREEN_UNIT] = &screen_unit,
	[SCREEN_ENTRY] = &screen_entry,
	[SCREEN_HELP] = &screen_help,
};

/* The screens with a digit, in the order of Tab. */
static const enum screen_id numbered[] = { SCREEN_FLEET, SCREEN_MAILBOXES, SCREEN_REPAIRS,
	SCREEN_LEDGER };
#define NUMBERED (sizeof(numbered) / sizeof(*numbered))

struct place *app_place(struct app *app)
{
	return &app->places[app->depth];
}

const struct place *app_place_c(const struct app *app)
{
	return &app->places[app->depth];
}

const struct screen *app_screen(const struct app *app)
{
	return screens[app_place_c(app)->screen];
}

static void enter(struct app *app, struct commands *commands)
{
	const struct screen *screen = app_screen(app);

	if (screen->enter)
		screen->enter(app, commands);
}

void app_go(struct app *app, enum screen_id screen, struct commands *commands)
{
	/* Fleet is always at the bottom, so that Back ends there. */
	app->depth = screen == SCREEN_FLEET ? 0 : 1;
	app->places[app->depth] = (struct place){ .screen = screen };
	enter(app, commands);
}

void app_open(struct app *app, struct place place, struct commands *commands)
{
	if (app->depth + 1 == PLACES_MAX) {
		/* The oldest detail is forgotten; the screen it was opened from stays. */
		for (int i = 2; i < PLACES_MAX - 1; i++)
			app->places[i] = app->places[i + 1];
		app->depth--;
	}
	app->places[++app->depth] = place;
	enter(app, commands);
}

void app_back(struct app *app, struct commands *commands)
{
	if (app->depth == 0)
		return;
	app->depth--;
	enter(app, commands);
}

static void next_screen(struct app *app, size_t step, struct commands *commands)
{
	size_t at = 0;

	for (size_t i = 0; i < NUMBERED; i++)
		for (int depth = 0; depth <= app->depth; depth++)
			if (app->places[depth].screen == numbered[i])
				at = i;
	app_go(app, numbered[(at + step) % NUMBERED], commands);
}

const char *app_barred(const struct app *app, enum action action)
{
	const struct screen *screen = app_screen(app);

	if (action == ACTION_ANSWER && app->questions.count == 0)
		return "no host asks anything";
	return screen->barred ? screen->barred(app, action) : NULL;
}

/* Who leaves while units run is told once that they go on. */
static void quit(struct app *app, struct commands *commands)
{
	size_t open = jobs_open(app);

	if (open && !(app->repairing.quit_ms && app->now_ms - app->repairing.quit_ms < TOAST_MS)) {
		app->repairing.quit_ms = app->now_ms ? app->now_ms : 1;
		app_toast(app, STYLE_LOOK,
			"%zu unit%s of repairs go%s on without this console; once more quits", open,
			open == 1 ? "" : "s", open == 1 ? "es" : "");
		return;
	}
	commands_add(commands, COMMAND_QUIT);
}

void app_act(struct app *app, enum action action, struct commands *commands)
{
	const char *why_not = app_barred(app, action);

	if (why_not) {
		app_toast(app, STYLE_LOOK, "%s", why_not);
		return;
	}
	switch (action) {
	case ACTION_GO_FLEET:
		app_go(app, SCREEN_FLEET, commands);
		break;
	case ACTION_GO_MAILBOXES:
		app_go(app, SCREEN_MAILBOXES, commands);
		break;
	case ACTION_GO_REPAIRS:
		app_go(app, SCREEN_REPAIRS, commands);
		break;
	case ACTION_GO_LEDGER:
		app_go(app, SCREEN_LEDGER, commands);
		break;
	case ACTION_NEXT_SCREEN:
		next_screen(app, 1, commands);
		break;
	case ACTION_PREVIOUS_SCREEN:
		next_screen(app, NUMBERED - 1, commands);
		break;
	case ACTION_FILTER:
		typing_start(app, TYPING_FILTER);
		break;
	case ACTION_PALETTE:
		typing_start(app, TYPING_COMMAND);
		break;
	case ACTION_HELP:
		if (app_place(app)->screen != SCREEN_HELP)
			app_open(app, (struct place){ .screen = SCREEN_HELP }, commands);
		break;
	case ACTION_ANSWER:
		questions_open(app, NULL);
		break;
	case ACTION_REDRAW:
		commands_add(commands, COMMAND_REDRAW);
		break;
	case ACTION_SUSPEND:
		commands_add(commands, COMMAND_SUSPEND);
		break;
	case ACTION_QUIT:
		quit(app, commands);
		break;
	default:
		if (app_screen(app)->act)
			app_screen(app)->act(app, action, commands);
		else
			paging_act(app, action, commands);
	}
}

static const struct binding *binding_of(const struct screen *screen, uint32_t key)
{
	const struct binding *found = bindings_find(&screen->bindings, key);

	if (!found)
		found = bindings_find(&bindings_moving, key);
	if (!found && screen->lists)
		found = bindings_find(&bindings_listing, key);
	return found ? found : bindings_find(&bindings_global, key);
}

void app_press(struct app *app, uint32_t key, struct commands *commands)
{
	const struct screen *screen = app_screen(app);
	const struct binding *binding = binding_of(screen, key);
	char name[16];

	app->toast.until_ms = 0;
	if (binding && binding->action == ACTION_BACK && key == K_ESC && app->depth == 0 &&
		app->fleet_state.filter[0] == '\0')
		app_toast(app, STYLE_NORMAL, "q quits mailmend");
	else if (binding)
		app_act(app, binding->action, commands);
	else if (key >= '1' && key <= '8')
		app_toast(app, STYLE_NORMAL, "there is no screen %c in this version", (char)key);
	else if (bindings_find(&bindings_listing, key))
		app_toast(
			app, STYLE_NORMAL, "%s is for lists; this is a page", key_label(key, name));
	else
		app_toast(app, STYLE_NORMAL, "%s does nothing here; ? shows the keys",
			key_label(key, name));
}
