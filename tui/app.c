/* SPDX-License-Identifier: MIT */
#include "tui/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/keys.h"
#include "tui/state.h"

#define STORES_AT_ONCE 500 /* names in one COMMAND_STORES */

struct app *app_new(const struct app_options *options)
{
	struct app *app = mem_new(sizeof(*app));
	size_t hosts = options->config->hosts.count;

	app->options = *options;
	app->fleet = fleet_new(options->config);
	app->rows = 24;
	app->columns = 80;
	app->wall_s = options->wall_s;
	app->dirty = APP_URGENT;
	for (size_t i = 0; i < hosts; i++) {
		*vec_add(&app->names_known) = options->config->mailboxes_from == FROM_SESSIONS;
		vec_add(&app->doctors);
	}
	app->host_state.host = NO_HOST;
	app->mailbox_state.row = ROW_NONE;
	fleet_init(app);
	mailboxes_init(app);
	repairing_init(app);
	return app;
}

static void doctor_release(struct doctor_found *found)
{
	vec_each(found, check)
		doctor_check_release(check);
	vec_release(found);
}

void app_free(struct app *app)
{
	if (!app)
		return;
	questions_release(app);
	edit_end(&app->edit);
	vec_release(&app->names_known);
	vec_each(&app->doctors, doctor)
		doctor_release(doctor);
	vec_release(&app->doctors);
	vec_release(&app->fleet_state.order);
	filter_free(app->fleet_state.passing);
	marks_release(&app->fleet_state.marks);
	view_free(app->mailboxes_state.view);
	marks_release(&app->mailboxes_state.marks);
	vec_each(&app->ledger_state.entries, entry)
		ledger_entry_release(entry);
	vec_release(&app->ledger_state.entries);
	if (app->host_state.view)
		view_free(app->host_state.view);
	mailbox_release(app);
	repairing_release(app);
	fleet_free(app->fleet);
	free(app);
}

const struct fleet *app_fleet(const struct app *app)
{
	return app->fleet;
}

enum app_dirty app_dirty(const struct app *app)
{
	return app->dirty;
}

void app_drawn(struct app *app)
{
	app->dirty = APP_CLEAN;
}

bool app_busy(const struct app *app)
{
	return app->mailboxes_state.busy ||
	       (app_place_c(app)->screen == SCREEN_HOST && app->host_state.busy);
}

void app_toast(struct app *app, enum style style, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(app->toast.text, sizeof(app->toast.text), format, args);
	va_end(args);
	app->toast.style = style;
	app->toast.until_ms = app->now_ms + TOAST_MS;
}

static void soil(struct app *app, enum app_dirty dirty)
{
	if (app->dirty < dirty)
		app->dirty = dirty;
}

/* Asks each host where the mailboxes lie that it has sessions for. */
static void ask_stores(struct app *app, const struct store_wants *wants, struct commands *commands)
{
	struct command *command = NULL;

	for (size_t i = 0; i < wants->count; i++) {
		const struct store_want *want = &wants->items[i];

		if (!command || command->host != want->host ||
			command->names.count >= STORES_AT_ONCE) {
			command = commands_add(commands, COMMAND_STORES);
			command->host = want->host;
		}
		*vec_add(&command->names) =
			mem_text(mailboxes_name(app->fleet->mailboxes, want->name));
	}
}

static void ask_names(struct app *app, const struct message *message, struct commands *commands)
{
	const struct config *config = app->options.config;

	if (message->host >= config->hosts.count || message->link.state != LINK_UP ||
		app->names_known.items[message->host] ||
		!(config->hosts.items[message->host].roles & ROLE_BACKEND))
		return;
	commands_add(commands, COMMAND_NAMES)->host = message->host;
}

bool app_time_to_sort(const struct app *app, int64_t sorted_ms)
{
	if (app->key_ms && app->now_ms - app->key_ms < QUIET_MS)
		return false;
	return app->now_ms - sorted_ms >= RESORT_MS || app->now_ms - app->started_ms < FIRST_MS;
}

static void data(struct app *app, struct commands *commands)
{
	const struct screen *screen = app_screen(app);

	if (screen->data)
		screen->data(app, commands);
}

static void take_in(struct app *app, struct message *message, struct commands *commands)
{
	struct store_wants wants = { 0 };

	fleet_apply(app->fleet, message, &wants);
	ask_stores(app, &wants, commands);
	vec_release(&wants);
}

static void host_message(struct app *app, struct message *message, struct commands *commands)
{
	if (message->kind == MESSAGE_LINK)
		ask_names(app, message, commands);
	if (message->kind == MESSAGE_NAMES && message->names.count == 0 &&
		message->host < app->names_known.count)
		app->names_known.items[message->host] = true;
	if (message->kind == MESSAGE_STORES)
		planning_stores(app, message, commands);
	take_in(app, message, commands);
	if (message->kind == MESSAGE_LINK && message->link.state == LINK_UP)
		jobs_link(app, message->host, commands);
	soil(app, APP_DATA);
}

static void doctor_message(struct app *app, struct message *message)
{
	struct doctor_found *found;

	if (message->host >= app->doctors.count)
		return;
	found = &app->doctors.items[message->host];
	doctor_release(found);
	found->items = message->doctor.items;
	found->count = message->doctor.count;
	found->room = message->doctor.room;
	found->asked = false;
	memset(&message->doctor, 0, sizeof(message->doctor));
	app_toast(app, STYLE_NORMAL, "%s: doctor looked at %zu things",
		app->options.config->hosts.items[message->host].name, found->count);
	soil(app, APP_URGENT);
}

static void check_message(struct app *app, struct message *message, struct commands *commands)
{
	const struct checked *checked = checks_take(app, message);
	struct str verdict = { 0 };

	if (!checked)
		return;
	planning_checked(app, checked, commands);
	if (!app->repairing.planning.open) {
		checks_verdict(checked->check, &verdict);
		app_toast(app,
			checked->check->error            ? STYLE_ACT
			: checked->check->findings.count ? STYLE_LOOK
							 : STYLE_NORMAL,
			"%.100s: %.130s", checked->mailbox, str_text(&verdict));
	}
	str_release(&verdict);
}

/* What a worker did goes into the ledger under the name of who sits here. */
static void did_message(struct app *app, struct message *message, struct commands *commands)
{
	struct command *command = commands_add(commands, COMMAND_LEDGER_ADD);

	app->ledger_state.behind = true;
	command->entry = ledger_entry_copy(&message->did);
	free(command->entry.who);
	command->entry.who = mem_text(app->options.who);
	if (!command->entry.wall_s)
		command->entry.wall_s = app->wall_s;
}

static void tick(
	struct app *app, struct message *message, int64_t wall_before, struct commands *commands)
{
	take_in(app, message, commands); /* by the time hosts get stale */
	jobs_tick(app, commands);
	data(app, commands);
	questions_tick(app);
	if (app->wall_s != wall_before || (app->toast.until_ms && !toast_shown(app)))
		soil(app, APP_DATA);
	if (!toast_shown(app))
		app->toast.until_ms = 0;
}

static void resize(struct app *app, const struct message *message, struct commands *commands)
{
	app->rows = message->size.rows;
	app->columns = message->size.columns;
	data(app, commands);
	soil(app, APP_URGENT);
}

static void slice(struct app *app)
{
	const struct screen *screen = app_screen(app);

	if (screen->work && screen->work(app)) {
		soil(app, APP_DATA);
		return;
	}
	if (screen != &screen_mailboxes && app->mailboxes_state.busy)
		screen_mailboxes.work(app);
	soil(app, APP_DATA);
}

static void key_message(struct app *app, uint32_t key, struct commands *commands)
{
	app->key_ms = app->now_ms ? app->now_ms : 1;
	soil(app, APP_URGENT);
	if (key == K_CTRL('C'))
		app_act(app, ACTION_QUIT, commands);
	else if (key == K_CTRL('Z'))
		app_act(app, ACTION_SUSPEND, commands);
	else if (key == K_CTRL('L'))
		app_act(app, ACTION_REDRAW, commands);
	else if (app->open_question)
		questions_key(app, key, commands);
	else if (app->repairing.planning.open)
		confirm_key(app, key, commands);
	else if (app->typing)
		typing_key(app, key, commands);
	else
		app_press(app, key, commands);
}

void app_update(struct app *app, struct message *message, struct commands *commands)
{
	int64_t wall_before = app->wall_s;

	if (message->at_ms > app->now_ms)
		app->now_ms = message->at_ms;
	if (!app->started_ms)
		app->started_ms = app->now_ms;
	if (message->wall_s)
		app->wall_s = message->wall_s;
	switch (message->kind) {
	case MESSAGE_KEY:
		key_message(app, message->key, commands);
		break;
	case MESSAGE_RESIZE:
		resize(app, message, commands);
		break;
	case MESSAGE_TICK:
		tick(app, message, wall_before, commands);
		break;
	case MESSAGE_SLICE:
		slice(app);
		break;
	case MESSAGE_LINK:
	case MESSAGE_HELLO:
	case MESSAGE_SAMPLE:
	case MESSAGE_STORES:
	case MESSAGE_NAMES:
		host_message(app, message, commands);
		break;
	case MESSAGE_DOCTOR:
		doctor_message(app, message);
		break;
	case MESSAGE_PROMPT:
		questions_add(app, message);
		soil(app, APP_URGENT);
		break;
	case MESSAGE_UNPROMPT:
		questions_drop(app, message->host, message->prompt.id);
		soil(app, APP_URGENT);
		break;
	case MESSAGE_DID:
		did_message(app, message, commands);
		break;
	case MESSAGE_LEDGER:
		if (mailbox_asked(message->ledger.ticket))
			mailbox_repairs(app, message);
		else
			ledger_take(app, message);
		soil(app, APP_DATA);
		break;
	case MESSAGE_STORED:
		jobs_stored(app, message->stored, commands);
		soil(app, APP_DATA);
		break;
	case MESSAGE_STORE_ERR:
		app_toast(app, STYLE_ACT, "%s", message->error.text);
		jobs_store_failed(app, message->error.text);
		soil(app, APP_URGENT);
		break;
	case MESSAGE_CHECK:
		check_message(app, message, commands);
		soil(app, APP_DATA);
		break;
	case MESSAGE_JOB:
		jobs_take(app, message, commands);
		data(app, commands);
		soil(app, APP_DATA);
		break;
	case MESSAGE_PREPARE: /* only batch commands ask for it */
		break;
	}
}
