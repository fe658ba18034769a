/* SPDX-License-Identifier: MIT */
/* Fleet: a row a host. Sorting, filtering and keys; fleet_draw.c draws it. */
#include "tui/screens/fleet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/keys.h"

const struct host *fleet_host(const struct app *app, size_t position)
{
	const struct fleet_state *state = &app->fleet_state;

	return position < state->order.count
		       ? &app->fleet->hosts.items[state->order.items[position]]
		       : NULL;
}

/* The figure of a column; what has none, and hosts that are away, come last. */
static double figure(const struct app *app, const struct host *host, int column)
{
	int level;
	char text[96];

	if (column != FLEET_STATE && column != FLEET_HOST &&
		(host->link != LINK_UP || !host->samples))
		return -INFINITY;
	switch (column) {
	case FLEET_STATE:
		if (host->link == LINK_UP)
			return host_stale(host, app->options.config, app->now_ms);
		return 1 + (int)fleet_link(host);
	case FLEET_LOAD:
		return host->load[0];
	case FLEET_CPU:
		return isnan(host->cpu_percent) ? -1 : host->cpu_percent;
	case FLEET_IO:
		return isnan(fleet_io(host)) ? -1 : fleet_io(host);
	case FLEET_DISK:
		return host_worst_disk(host, NULL);
	case FLEET_IMAP:
		return host->counts.imap;
	case FLEET_POP:
		return host->counts.pop3;
	case FLEET_QUEUE:
		return (double)host->queue.total;
	case FLEET_DELAY:
		return (double)host->queue.oldest_s;
	case FLEET_WHY:
		host_why(host, text, &level);
		return level;
	default:
		return 0;
	}
}

enum link_state fleet_link(const struct host *host)
{
	bool trying = host->link == LINK_WAITING || host->link == LINK_CONNECTING;

	return trying && host->away_since_ms ? LINK_AWAY : host->link;
}

float fleet_io(const struct host *host)
{
	return isnan(host->pressure_io) ? host->iowait_percent : host->pressure_io;
}

/* Hosts without figures: those that need a person first. */
static int by_need(const struct host *a, const struct host *b)
{
	static const int needs[] = {
		[LINK_ASKING] = 1,
		[LINK_REFUSED] = 2,
		[LINK_AWAY] = 3,
		[LINK_UP] = 4,
		[LINK_CONNECTING] = 5,
		[LINK_WAITING] = 6,
		[LINK_CLOSED] = 7,
	};

	int difference = needs[fleet_link(a)] - needs[fleet_link(b)];

	if (difference)
		return difference;
	return strcmp(a->config->name, b->config->name);
}

static int compare(const void *one, const void *other, void *context)
{
	const struct app *app = context;
	const struct fleet_state *state = &app->fleet_state;
	const struct host *a = &app->fleet->hosts.items[*(const uint32_t *)one];
	const struct host *b = &app->fleet->hosts.items[*(const uint32_t *)other];
	double left = figure(app, a, state->sort), right = figure(app, b, state->sort);
	int sign = state->descending ? -1 : 1;

	if (isinf(left) && isinf(right))
		return by_need(a, b);
	if (isinf(left) != isinf(right))
		return isinf(left) ? 1 : -1;
	if (left != right)
		return left < right ? -sign : sign;
	if (state->sort == FLEET_HOST && state->descending)
		return strcmp(b->config->name, a->config->name);
	return strcmp(a->config->name, b->config->name);
}

static bool passes(const struct app *app, const struct host *host)
{
	char state[32], why[96], text[512];
	size_t cost;
	int level;

	if (!app->fleet_state.passing)
		return true;
	snprintf(text, sizeof(text), "%.200s %s %s", host->config->name,
		host_state(host, app->options.config, app->now_ms, state),
		host_why(host, why, &level));
	return filter_passes(app->fleet_state.passing, text, &cost);
}

static size_t page_of(const struct app *app)
{
	struct rect body = app_body(app->rows, app->columns);
	int rows = body.rows - fleet_heads(body.rows);

	return rows > 0 ? (size_t)rows : 1;
}

/* The list stands where its row is now. */
static void find_place(struct app *app)
{
	struct fleet_state *state = &app->fleet_state;

	if (state->list.held) {
		for (size_t i = 0; i < state->order.count; i++)
			if (state->order.items[i] == state->list.key)
				state->list.position = i;
	} else {
		state->list.position = 0;
	}
	list_settle(&state->list, state->order.count, page_of(app));
}

static void sort_now(struct app *app)
{
	struct fleet_state *state = &app->fleet_state;

	vec_clear(&state->order);
	vec_each(&app->fleet->hosts, host)
		if (passes(app, host))
			*vec_add(&state->order) = host->index;
	if (state->order.count)
		qsort_r(state->order.items, state->order.count, sizeof(*state->order.items),
			compare, app);
	state->sorted_ms = app->now_ms;
	find_place(app);
}

void fleet_init(struct app *app)
{
	app->fleet_state.sort = FLEET_LOAD;
	app->fleet_state.descending = true;
	sort_now(app);
}

static void data(struct app *app, struct commands *commands)
{
	struct fleet_state *state = &app->fleet_state;

	(void)commands;
	if (!state->frozen && app_time_to_sort(app, state->sorted_ms))
		sort_now(app);
	else
		find_place(app);
}

static void enter(struct app *app, struct commands *commands)
{
	(void)commands;
	if (!app->fleet_state.frozen)
		sort_now(app);
}

static bool filter(struct app *app, const char *text, struct commands *commands, struct err *err)
{
	struct filter *passing = *text ? filter_new(text, err) : NULL;

	(void)commands;
	if (*text && !passing)
		return false;
	filter_free(app->fleet_state.passing);
	app->fleet_state.passing = passing;
	snprintf(app->fleet_state.filter, sizeof(app->fleet_state.filter), "%s", text);
	sort_now(app);
	return true;
}

static void sort_by(struct app *app, enum action action)
{
	struct fleet_state *state = &app->fleet_state;

	if (action == ACTION_SORT) {
		do
			state->sort = (state->sort + 1) % FLEET_COLUMNS;
		while (state->sort == FLEET_SPARK);
		state->descending = state->sort != FLEET_HOST;
	} else {
		state->descending = !state->descending;
	}
	sort_now(app);
}

static void mark(struct app *app, enum action action)
{
	struct fleet_state *state = &app->fleet_state;
	const struct host *host = fleet_host(app, state->list.position);

	if (action == ACTION_UNMARK) {
		marks_clear(&state->marks);
	} else if (action == ACTION_MARK_ALL) {
		vec_each(&state->order, index)
			marks_set(&state->marks, *index, true);
		app_toast(app, STYLE_NORMAL, "%zu marked; u unmarks", state->marks.marked);
	} else if (host) {
		marks_set(&state->marks, host->index, !marks_have(&state->marks, host->index));
		list_move(&state->list, ACTION_DOWN, state->order.count, page_of(app));
		host = fleet_host(app, state->list.position);
		state->list.key = host ? host->index : NO_HOST;
	}
}

/* Tries hosts that are not connected: the marked ones, or the one under the cursor. */
static void reconnect(struct app *app, struct commands *commands)
{
	const struct fleet_state *state = &app->fleet_state;
	const struct host *current = fleet_host(app, state->list.position);
	size_t asked = 0;

	vec_each(&app->fleet->hosts, host) {
		bool meant = state->marks.marked ? marks_have(&state->marks, host->index)
						 : host == current;

		if (!meant || host->link == LINK_UP)
			continue;
		commands_add(commands, COMMAND_RECONNECT)->host = host->index;
		asked++;
	}
	if (asked == 1 && !state->marks.marked)
		app_toast(app, STYLE_NORMAL, "trying %s now", current->config->name);
	else
		app_toast(app, STYLE_NORMAL, "trying %zu of %zu marked hosts now", asked,
			state->marks.marked);
}

static void back(struct app *app, struct commands *commands)
{
	if (app->fleet_state.filter[0])
		filter(app, "", commands, NULL);
	else
		app_act(app, ACTION_QUIT, commands);
}

static void move(struct app *app, enum action action)
{
	struct fleet_state *state = &app->fleet_state;
	const struct host *host;

	list_move(&state->list, action, state->order.count, page_of(app));
	host = fleet_host(app, state->list.position);
	state->list.key = host ? host->index : NO_HOST;
}

static void act(struct app *app, enum action action, struct commands *commands)
{
	struct fleet_state *state = &app->fleet_state;
	const struct host *host = fleet_host(app, state->list.position);

	switch (action) {
	case ACTION_OPEN:
		app_open(app, (struct place){ .screen = SCREEN_HOST, .host = host->index },
			commands);
		break;
	case ACTION_DOCTOR:
		doctor_ask(app, host->index, commands);
		app_open(app, (struct place){ .screen = SCREEN_HOST, .host = host->index },
			commands);
		break;
	case ACTION_RECONNECT:
		reconnect(app, commands);
		break;
	case ACTION_SORT:
	case ACTION_SORT_TURN:
		sort_by(app, action);
		break;
	case ACTION_RESORT:
		sort_now(app);
		break;
	case ACTION_MARK:
	case ACTION_MARK_ALL:
	case ACTION_UNMARK:
		mark(app, action);
		break;
	case ACTION_FREEZE:
		state->frozen = !state->frozen;
		app_toast(app, STYLE_NORMAL,
			state->frozen ? "rows stay where they are; figures go on"
				      : "rows are sorted again");
		if (!state->frozen)
			sort_now(app);
		break;
	case ACTION_BACK:
		back(app, commands);
		break;
	default:
		move(app, action);
	}
}

static const char *barred(const struct app *app, enum action action)
{
	const struct fleet_state *state = &app->fleet_state;
	const struct host *host = fleet_host(app, state->list.position);

	if (!host &&
		(action == ACTION_OPEN || action == ACTION_DOCTOR || action == ACTION_RECONNECT))
		return "no host is shown";
	if (action == ACTION_RECONNECT && !state->marks.marked && host->link == LINK_UP)
		return "this host is connected";
	if (action == ACTION_DOCTOR && host->link != LINK_UP)
		return "doctor needs a connected host";
	return NULL;
}

static const struct binding own[] = {
	{ K_ENTER, 0, ACTION_OPEN, "open", "open",
		"this host: memory, mounts, busiest mailboxes, errors" },
	{ 'c', K_F1 + 4, ACTION_RECONNECT, "connect", "connect",
		"try this host, or the marked ones, now" },
	{ 'd', 0, ACTION_DOCTOR, "doctor", "doctor", "look for what is wrong on this host" },
};

const struct screen screen_fleet = {
	.name = "Fleet",
	.bindings = { own, sizeof(own) / sizeof(*own) },
	.lists = true,
	.enter = enter,
	.act = act,
	.data = data,
	.filter = filter,
	.heading = fleet_heading,
	.draw = fleet_draw,
	.barred = barred,
};
