/* SPDX-License-Identifier: MIT */
/* Repairs: jobs of this console and those that the hosts' spools hold, newest first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/keys.h"
#include "tui/screens/job.h"
#include "tui/widgets/columns.h"

#define ASK_MS 3000

enum {
	REPAIRS_PLAN,
	REPAIRS_OPERATION,
	REPAIRS_UNITS,
	REPAIRS_DONE,
	REPAIRS_STATE,
	REPAIRS_WHO,
	REPAIRS_WHEN,
	REPAIRS_HOSTS,
	REPAIRS_COLUMNS
};

static const struct column template[REPAIRS_COLUMNS] = {
	[REPAIRS_PLAN] = { "PLAN", 9, 0, 0, ALIGN_LEFT, CUT_END },
	[REPAIRS_OPERATION] = { "OPERATION", 9, 14, 3, ALIGN_LEFT, CUT_END },
	[REPAIRS_UNITS] = { "UNITS", 5, 0, 2, ALIGN_RIGHT, CUT_END },
	[REPAIRS_DONE] = { "DONE", 5, 0, 1, ALIGN_RIGHT, CUT_END },
	[REPAIRS_STATE] = { "STATE", 10, 20, 0, ALIGN_LEFT, CUT_END },
	[REPAIRS_WHO] = { "WHO", 8, 20, 4, ALIGN_LEFT, CUT_MIDDLE },
	[REPAIRS_WHEN] = { "WHEN", 16, 0, 5, ALIGN_LEFT, CUT_END },
	[REPAIRS_HOSTS] = { "HOSTS", 8, 40, 6, ALIGN_LEFT, CUT_END },
};

/* A row: what is known of one plan. */
struct row {
	const char *hash, *operation, *who;
	const char *state;
	enum style style;
	int64_t units, done, wall_s;
	char hosts[80];
};

struct rows {
	vec_of(struct row);
};

static int newest_first(const void *one, const void *other)
{
	const struct row *a = one, *b = other;

	if (a->wall_s != b->wall_s)
		return a->wall_s > b->wall_s ? -1 : 1;
	return strcmp(a->hash, b->hash);
}

static void add_host(struct row *row, const char *name)
{
	size_t len = strlen(row->hosts);

	snprintf(row->hosts + len, sizeof(row->hosts) - len, "%s%.30s", len ? " " : "", name);
}

static void add_watched(const struct app *app, struct rows *rows, const struct watched *watched)
{
	struct row *row = vec_add(rows);

	row->hash = watched->job->plan.hash;
	row->operation = watched->operation;
	row->who = watched->who;
	row->wall_s = watched->wall_s;
	row->units = (int64_t)watched->job->units.count;
	row->state = job_state(app, watched, &row->style);
	vec_each(&watched->job->units, unit)
		row->done += unit->state != UNIT_QUEUED && unit->state != UNIT_RUNNING;
	for (uint32_t host = 0; host < watched->job->hosts.count; host++)
		if (watched->job->hosts.items[host].count)
			add_host(row, app->options.config->hosts.items[host].name);
}

static struct row *row_of(struct rows *rows, const char *hash)
{
	vec_each(rows, row)
		if (strcmp(row->hash, hash) == 0)
			return row;
	return NULL;
}

static enum style state_style(const char *state)
{
	return strcmp(state, "running") == 0 ? STYLE_ACCENT
	       : strcmp(state, "done") == 0  ? STYLE_DIM
					     : STYLE_LOOK;
}

/* What a host says counts where this console does not watch. */
static void add_job(
	const struct app *app, struct rows *rows, const struct job_row *job, uint32_t host)
{
	struct row *row;

	if (strlen(job->hash) >= PLAN_HASH_SIZE || jobs_of_hash(app, job->hash))
		return;
	row = row_of(rows, job->hash);
	if (!row) {
		row = vec_add(rows);
		row->hash = job->hash;
		row->operation = job->operation;
		row->who = job->who;
		row->state = "done";
	}
	row->units += job->units;
	row->done += job->done;
	if (job->wall_s > row->wall_s)
		row->wall_s = job->wall_s;
	if (strcmp(job->state, "done") != 0)
		row->state = job->state;
	row->style = state_style(row->state);
	add_host(row, app->options.config->hosts.items[host].name);
}

static void collect(const struct app *app, struct rows *rows)
{
	const struct repairing *repairing = &app->repairing;

	/* A plan that was carried out again is told once, as it went last. */
	for (size_t i = repairing->watched.count; i-- > 0;)
		if (!row_of(rows, repairing->watched.items[i].job->plan.hash))
			add_watched(app, rows, &repairing->watched.items[i]);
	for (uint32_t host = 0; host < repairing->spools.count; host++)
		vec_each(&repairing->spools.items[host].jobs, job)
			add_job(app, rows, job, host);
	if (rows->count)
		qsort(rows->items, rows->count, sizeof(*rows->items), newest_first);
}

static size_t page_of(const struct app *app)
{
	int rows = app_body(app->rows, app->columns).rows - 1;

	return rows > 0 ? (size_t)rows : 1;
}

/* Where the chosen plan is now. */
static struct list place_in(const struct app *app, const struct rows *rows, size_t page)
{
	struct list list = app->repairs_state.list;

	if (!list.held)
		list.position = 0;
	for (size_t i = 0; list.held && i < rows->count; i++)
		if (strcmp(rows->items[i].hash, app->repairs_state.chosen) == 0)
			list.position = i;
	list_settle(&list, rows->count, page);
	return list;
}

static void open_row(
	struct app *app, const struct rows *rows, size_t position, struct commands *commands)
{
	uint64_t id;
	char hash[PLAN_HASH_SIZE];

	if (position >= rows->count)
		return;
	snprintf(hash, sizeof(hash), "%s", rows->items[position].hash);
	id = jobs_of_hash(app, hash);
	if (!id)
		id = jobs_adopt(app, hash, commands);
	app_open(app, (struct place){ .screen = SCREEN_JOB, .entry = (int64_t)id }, commands);
}

static void act(struct app *app, enum action action, struct commands *commands)
{
	struct repairs_state *state = &app->repairs_state;
	struct rows rows = { 0 };

	collect(app, &rows);
	state->list = place_in(app, &rows, page_of(app));
	switch (action) {
	case ACTION_OPEN:
		open_row(app, &rows, state->list.position, commands);
		break;
	case ACTION_RESORT:
		jobs_ask(app, commands);
		break;
	case ACTION_BACK:
		app_back(app, commands);
		break;
	default:
		list_move(&state->list, action, rows.count, page_of(app));
		if (state->list.position < rows.count)
			snprintf(state->chosen, sizeof(state->chosen), "%s",
				rows.items[state->list.position].hash);
	}
	vec_release(&rows);
}

static void enter(struct app *app, struct commands *commands)
{
	jobs_ask(app, commands);
}

/* Jobs of others that run are asked for again and again; no other way tells of their end. */
static void data(struct app *app, struct commands *commands)
{
	bool runs = false;

	if (app->now_ms - app->repairing.spools_ms < ASK_MS)
		return;
	vec_each(&app->repairing.spools, spool)
		vec_each(&spool->jobs, job)
			runs |= strcmp(job->state, "running") == 0 && !jobs_of_hash(app, job->hash);
	if (runs)
		jobs_ask(app, commands);
}

static void lay(const struct app *app, struct columns *columns, int width)
{
	int shift = app->repairs_state.list.shift;

	columns_lay(columns, template, REPAIRS_COLUMNS, width, &shift);
}

static void heading(const struct app *app, struct heading *heading)
{
	struct rows rows = { 0 };
	struct columns columns;
	size_t mute = 0;

	collect(app, &rows);
	vec_each(&app->repairing.spools, spool)
		mute += spool->known && spool->error;
	snprintf(heading->where, sizeof(heading->where), "Repairs");
	snprintf(heading->count, sizeof(heading->count), "%zu job%s", rows.count,
		rows.count == 1 ? "" : "s");
	if (mute)
		snprintf(heading->count, sizeof(heading->count), "%zu job%s, %zu host%s cannot tell",
			rows.count, rows.count == 1 ? "" : "s", mute, mute == 1 ? "" : "s");
	lay(app, &columns, app->columns);
	columns_hidden(&columns, heading->hidden, sizeof(heading->hidden));
	heading->hidden_count = columns.hidden;
	vec_release(&rows);
}

static void draw_row(const struct app *app, const struct row *row, struct frame *frame, int at,
	const struct columns *columns)
{
	char figure[FIGURE];

	columns_cell(columns, frame, at, REPAIRS_PLAN, STYLE_NORMAL, row->hash);
	columns_cell(columns, frame, at, REPAIRS_OPERATION, STYLE_NORMAL,
		row->operation ? row->operation : "");
	columns_cell(columns, frame, at, REPAIRS_UNITS, STYLE_NORMAL,
		figure_count((double)row->units, figure));
	columns_cell(columns, frame, at, REPAIRS_DONE, STYLE_NORMAL,
		figure_count((double)row->done, figure));
	columns_cell(columns, frame, at, REPAIRS_STATE, row->style, row->state);
	columns_cell(columns, frame, at, REPAIRS_WHO, STYLE_DIM, row->who ? row->who : "");
	figure_day(row->wall_s + app->options.zone_s, figure);
	columns_cell(columns, frame, at, REPAIRS_WHEN, STYLE_DIM, figure);
	columns_cell(columns, frame, at, REPAIRS_HOSTS, STYLE_DIM, row->hosts);
}

static const char *nothing(const struct app *app)
{
	vec_each(&app->repairing.spools, spool)
		if (spool->asked)
			return "Asking the hosts…";
	vec_each(&app->repairing.spools, spool)
		if (spool->error)
			return "No repair is known, but not every host could tell; r asks again.";
	return "No repair was made yet. R on a mailbox plans one.";
}

static void draw(const struct app *app, struct frame *frame, struct rect area)
{
	struct rows rows = { 0 };
	struct columns columns;
	struct list list;
	int page = area.rows - 1;

	collect(app, &rows);
	lay(app, &columns, area.columns);
	list = place_in(app, &rows, page > 0 ? (size_t)page : 1);
	columns_head(&columns, frame, area.row, -1);
	if (!rows.count)
		frame_print(frame, area.row + 1, 1, STYLE_DIM, nothing(app));
	for (int i = 0; i < page && list.top + (size_t)i < rows.count; i++) {
		draw_row(app, &rows.items[list.top + (size_t)i], frame, area.row + 1 + i, &columns);
		if (list.top + (size_t)i == list.position)
			frame_current(frame, area.row + 1 + i);
	}
	vec_release(&rows);
}

static const char *barred(const struct app *app, enum action action)
{
	struct rows rows = { 0 };
	bool empty;

	switch (action) {
	case ACTION_OPEN:
		collect(app, &rows);
		empty = rows.count == 0;
		vec_release(&rows);
		return empty ? "no repair is shown" : NULL;
	case ACTION_FILTER:
	case ACTION_SORT:
	case ACTION_SORT_TURN:
		return "repairs stand in the order in which they began";
	case ACTION_MARK:
	case ACTION_MARK_ALL:
	case ACTION_UNMARK:
		return "nothing acts on marks among repairs";
	case ACTION_FREEZE:
		return "repairs stand still by themselves; r asks the hosts anew";
	default:
		return NULL;
	}
}

static const struct binding own[] = {
	{ K_ENTER, 0, ACTION_OPEN, "open", "open", "this repair: its units, before and after" },
};

const struct screen screen_repairs = {
	.name = "Repairs",
	.bindings = { own, sizeof(own) / sizeof(*own) },
	.lists = true,
	.enter = enter,
	.act = act,
	.data = data,
	.heading = heading,
	.draw = draw,
	.barred = barred,
};
