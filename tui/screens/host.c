/* SPDX-License-Identifier: MIT */
/* One host: what its page does; host_page.c writes it. */
#include "tui/screens/host.h"

#include <stdio.h>

#include "tui/keys.h"

#define SLICE_ROWS 8000 /* below 4 ms, also where caches are cold */

const struct host *host_open(const struct app *app)
{
	return &app->fleet->hosts.items[app_place_c(app)->host];
}

static bool work(struct app *app)
{
	struct host_state *state = &app->host_state;

	if (state->busy)
		state->busy = view_work(state->view, SLICE_ROWS);
	return state->busy;
}

static void enter(struct app *app, struct commands *commands)
{
	struct host_state *state = &app->host_state;
	struct err err;

	(void)commands;
	if (!state->view) {
		state->view = view_new(app->fleet->mailboxes);
		view_sort(state->view, COLUMN_CPU, true);
	}
	state->host = app_place(app)->host;
	view_filter(state->view, NULL, state->host, &err);
	state->refreshed_ms = app->now_ms;
	state->busy = true;
	work(app);
}

static void data(struct app *app, struct commands *commands)
{
	struct host_state *state = &app->host_state;

	(void)commands;
	if (state->busy || !app_time_to_sort(app, state->refreshed_ms))
		return;
	view_refresh(state->view);
	state->refreshed_ms = app->now_ms;
	state->busy = true;
	work(app);
}

void doctor_ask(struct app *app, uint32_t host, struct commands *commands)
{
	commands_add(commands, COMMAND_DOCTOR)->host = host;
	app->doctors.items[host].asked = true;
	app_toast(app, STYLE_NORMAL, "doctor looks at %s",
		app->options.config->hosts.items[host].name);
}

static void open_line(struct app *app, struct commands *commands)
{
	uint64_t key = paging_key(app);

	if (key == 0)
		app_toast(
			app, STYLE_NORMAL, "nothing to open on this line; j and k go to a mailbox");
	else
		app_open(app,
			(struct place){ .screen = SCREEN_MAILBOX, .row = (uint32_t)(key - 1) },
			commands);
}

static void act(struct app *app, enum action action, struct commands *commands)
{
	const struct host *host = host_open(app);

	switch (action) {
	case ACTION_OPEN:
		open_line(app, commands);
		break;
	case ACTION_DOCTOR:
		doctor_ask(app, host->index, commands);
		break;
	case ACTION_RECONNECT:
		commands_add(commands, COMMAND_RECONNECT)->host = host->index;
		app_toast(app, STYLE_NORMAL, "trying %s now", host->config->name);
		break;
	default:
		paging_act(app, action, commands);
	}
}

static const char *barred(const struct app *app, enum action action)
{
	bool up = host_open(app)->link == LINK_UP;

	if (action == ACTION_RECONNECT && up)
		return "this host is connected";
	if (action == ACTION_DOCTOR && !up)
		return "doctor needs a connected host";
	return NULL;
}

static void heading(const struct app *app, struct heading *heading)
{
	const struct host *host = host_open(app);
	char state[32], age[FIGURE];

	snprintf(heading->where, sizeof(heading->where), "%.200s", host->config->name);
	host_state(host, app->options.config, app->now_ms, state);
	if (host->asked_ms)
		snprintf(heading->count, sizeof(heading->count), "%s · asked %s ago", state,
			figure_age(app->now_ms - host->asked_ms, age));
	else
		snprintf(heading->count, sizeof(heading->count), "%s", state);
}

static const struct binding own[] = {
	{ K_ENTER, 0, ACTION_OPEN, "open", "open", "the mailbox on this line" },
	{ 'd', 0, ACTION_DOCTOR, "doctor", "doctor", "look for what is wrong on this host" },
	{ 'c', K_F1 + 4, ACTION_RECONNECT, "connect", "connect", "try to connect now" },
};

const struct screen screen_host = {
	.name = "Host",
	.bindings = { own, sizeof(own) / sizeof(*own) },
	.enter = enter,
	.act = act,
	.data = data,
	.work = work,
	.heading = heading,
	.page = host_page,
	.barred = barred,
};
