/* SPDX-License-Identifier: MIT */
/* A job: how far it is, and its units with what they were and what they became. */
#include "tui/screens/job.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/keys.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/wrap.h"

#define BAR_CELLS 24
#define DETAIL_ROWS 3 /* a line, and two of what is to be said of the current unit */

enum {
	JOB_MAILBOX,
	JOB_HOST,
	JOB_STATE,
	JOB_BEFORE,
	JOB_AFTER,
	JOB_SECONDS,
	JOB_NOTE,
	JOB_COLUMNS
};

static const struct column template[JOB_COLUMNS] = {
	[JOB_MAILBOX] = { "MAILBOX", 18, 36, 0, ALIGN_LEFT, CUT_MIDDLE },
	[JOB_HOST] = { "HOST", 8, 12, 3, ALIGN_LEFT, CUT_MIDDLE },
	[JOB_STATE] = { "STATE", 8, 0, 0, ALIGN_LEFT, CUT_END },
	[JOB_BEFORE] = { "BEFORE", 6, 0, 2, ALIGN_RIGHT, CUT_END },
	[JOB_AFTER] = { "AFTER", 6, 0, 1, ALIGN_RIGHT, CUT_END },
	[JOB_SECONDS] = { "SECONDS", 7, 0, 5, ALIGN_RIGHT, CUT_END },
	[JOB_NOTE] = { "NOTE", 14, 90, 4, ALIGN_LEFT, CUT_END },
};

const struct watched *job_shown(const struct app *app)
{
	return jobs_find_c(app, (uint64_t)app_place_c(app)->entry);
}

enum style unit_style(enum unit_state state)
{
	switch (state) {
	case UNIT_RUNNING:
		return STYLE_ACCENT;
	case UNIT_UNPROVEN:
	case UNIT_UNKNOWN:
		return STYLE_LOOK;
	case UNIT_FAILED:
		return STYLE_ACT;
	case UNIT_OK:
		return STYLE_NORMAL;
	case UNIT_QUEUED:
	case UNIT_SKIPPED:
		break;
	}
	return STYLE_DIM;
}

static void count(
	const struct app *app, const struct watched *watched, size_t counts[UNIT_UNKNOWN + 1])
{
	char note[160];

	memset(counts, 0, sizeof(*counts) * (UNIT_UNKNOWN + 1));
	vec_each(&watched->job->units, unit)
		counts[jobs_unit(app, watched, unit, note)]++;
}

void job_counts(const struct app *app, const struct watched *watched, struct str *out)
{
	size_t counts[UNIT_UNKNOWN + 1], all = watched->job->units.count;

	count(app, watched, counts);
	str_addf(out, "%zu/%zu",
		all - counts[UNIT_QUEUED] - counts[UNIT_RUNNING] - counts[UNIT_UNKNOWN], all);
	for (int state = UNIT_OK; state <= UNIT_UNKNOWN; state++)
		if (counts[state])
			str_addf(out, "   %s %zu", unit_state_name((enum unit_state)state),
				counts[state]);
}

const char *job_state(const struct app *app, const struct watched *watched, enum style *style)
{
	size_t counts[UNIT_UNKNOWN + 1];

	count(app, watched, counts);
	*style = STYLE_ACCENT;
	if (watched->pending)
		return "waits for the ledger";
	if (counts[UNIT_QUEUED] + counts[UNIT_RUNNING])
		return "running";
	*style = counts[UNIT_FAILED]				? STYLE_ACT
		 : counts[UNIT_UNPROVEN] + counts[UNIT_UNKNOWN] ? STYLE_LOOK
								: STYLE_NORMAL;
	return job_done(watched->job) ? "ended" : "not heard of";
}

/* Lines above the first unit. */
static int heads(int rows)
{
	return rows >= 8 ? 4 : rows >= 4 ? 2 : 1;
}

static int detail_rows(int rows)
{
	return rows >= 12 ? DETAIL_ROWS : 0;
}

static size_t page_of(const struct app *app)
{
	struct rect body = app_body(app->rows, app->columns);
	int rows = body.rows - heads(body.rows) - detail_rows(body.rows);

	return rows > 0 ? (size_t)rows : 1;
}

static void act(struct app *app, enum action action, struct commands *commands)
{
	const struct watched *watched = job_shown(app);
	struct list *list = &app_place(app)->list;

	switch (action) {
	case ACTION_OPEN:
		app_open(app,
			(struct place){ .screen = SCREEN_UNIT,
				.entry = app_place(app)->entry,
				.row = (uint32_t)list->position },
			commands);
		break;
	case ACTION_BACK:
		app_back(app, commands);
		break;
	default:
		list_move(list, action, watched ? watched->job->units.count : 0, page_of(app));
	}
}

static void lay(const struct app *app, struct columns *columns, int width)
{
	int shift = app_place_c(app)->list.shift;

	columns_lay(columns, template, JOB_COLUMNS, width, &shift);
}

static void heading(const struct app *app, struct heading *heading)
{
	const struct watched *watched = job_shown(app);
	struct columns columns;
	enum style style;
	char when[FIGURE];

	if (!watched) {
		snprintf(heading->where, sizeof(heading->where), "Repair");
		return;
	}
	snprintf(heading->where, sizeof(heading->where), "Repair %s", watched->job->plan.hash);
	figure_clock(watched->wall_s + app->options.zone_s, when);
	when[5] = '\0';
	snprintf(heading->count, sizeof(heading->count), "%s · %.30s %s",
		job_state(app, watched, &style), watched->who ? watched->who : "", when);
	lay(app, &columns, app->columns);
	columns_hidden(&columns, heading->hidden, sizeof(heading->hidden));
	heading->hidden_count = columns.hidden;
}

static void draw_bar(
	const struct app *app, const struct watched *watched, struct frame *frame, int row)
{
	size_t counts[UNIT_UNKNOWN + 1], all = watched->job->units.count, done;
	struct str text = { 0 };
	int at = 1;

	count(app, watched, counts);
	done = all - counts[UNIT_QUEUED] - counts[UNIT_RUNNING] - counts[UNIT_UNKNOWN];
	for (int i = 0; frame->columns >= 60 && all && i < BAR_CELLS; i++)
		at += frame_print(frame, row, at,
			(size_t)i < done * BAR_CELLS / all ? STYLE_ACCENT : STYLE_DIM,
			(size_t)i < done * BAR_CELLS / all ? "█" : "░");
	job_counts(app, watched, &text);
	frame_print(frame, row, at > 1 ? at + 2 : at,
		counts[UNIT_FAILED]			       ? STYLE_ACT
		: counts[UNIT_UNPROVEN] + counts[UNIT_UNKNOWN] ? STYLE_LOOK
							       : STYLE_NORMAL,
		str_text(&text));
	str_release(&text);
}

/* What happens with it if nobody does anything. */
static void draw_fate(
	const struct app *app, const struct watched *watched, struct frame *frame, int row)
{
	const char *text = "what was released goes on by itself, with this console or without";
	size_t away = 0;
	enum style style;
	const char *state = job_state(app, watched, &style);

	for (uint32_t host = 0; host < watched->job->hosts.count; host++)
		away += watched->job->hosts.items[host].count &&
			app->fleet->hosts.items[host].link != LINK_UP;
	if (watched->pending)
		text = "it begins when the decision is on disk";
	else if (strcmp(state, "ended") == 0)
		text = "Enter shows what ran; 7 shows the ledger";
	else if (away)
		text = "a host is away: it goes on alone, and is heard from when it is back";
	frame_fit(frame, row, 1, frame->columns - 2,
		away && strcmp(state, "ended") ? STYLE_LOOK : STYLE_DIM, ALIGN_LEFT, CUT_END, text);
}

/* "3s" while it runs, "0.8" when it is done. */
static const char *seconds_text(const struct unit *unit, char out[FIGURE])
{
	if (!unit->outcome.result || unit->outcome.seconds <= 0)
		out[0] = '\0';
	else
		snprintf(out, FIGURE, "%.1f", unit->outcome.seconds);
	return out;
}

static void add_count(struct str *out, size_t begin, int64_t count, const char *what)
{
	if (count > 0)
		str_addf(out, "%s%" PRId64 " %s", out->len > begin ? ", " : "", count, what);
}

/* What figures in the columns do not say. */
static void note_of(const struct app *app, const struct watched *watched, const struct unit *unit,
	struct str *out)
{
	const struct unit_outcome *outcome = &unit->outcome;
	size_t begin = out->len;
	char note[160];

	jobs_unit(app, watched, unit, note);
	if (note[0])
		str_adds(out, note);
	else if (outcome->error)
		str_adds(out, outcome->error);
	if (note[0] || outcome->error || !outcome->result)
		return;
	add_count(out, begin, outcome->missing, "missing");
	add_count(out, begin, outcome->moved, "moved");
	add_count(out, begin, outcome->doubled, "doubled");
	add_count(out, begin, outcome->flags_lost, "without flags");
	if (outcome->uids_kept == 0)
		str_addf(out, "%snew UIDs", out->len > begin ? ", " : "");
}

/* All that is to be said of the current unit, below the others. */
static void draw_detail(const struct app *app, const struct watched *watched,
	const struct unit *unit, struct frame *frame, struct rect area)
{
	struct str text = { 0 };
	char note[160];

	frame_rule(frame, area.row, 0, area.columns);
	str_addf(&text, "%s: ", unit->target.mailbox ? unit->target.mailbox : "not named yet");
	jobs_unit(app, watched, unit, note);
	if (note[0])
		str_adds(&text, note);
	else if (unit->outcome.result)
		repair_outcome_text(&text, &unit->outcome);
	else
		str_adds(&text, "waits for its turn");
	wrap_draw(frame, (struct rect){ area.row + 1, 1, area.rows - 1, area.columns - 2 }, 0,
		STYLE_NORMAL, str_text(&text));
	str_release(&text);
}

static void draw_unit(const struct app *app, const struct watched *watched, const struct unit *unit,
	struct frame *frame, int row, const struct columns *columns)
{
	char note[160], figure[FIGURE];
	enum unit_state state = jobs_unit(app, watched, unit, note);
	bool told = unit->outcome.result != UNIT_QUEUED;
	struct str text = { 0 };

	columns_cell(columns, frame, row, JOB_MAILBOX, STYLE_NORMAL,
		unit->target.mailbox ? unit->target.mailbox : "not named yet");
	columns_cell(columns, frame, row, JOB_HOST, STYLE_DIM, unit->target.host);
	columns_cell(columns, frame, row, JOB_STATE, unit_style(state), unit_state_name(state));
	if (told) {
		columns_cell(columns, frame, row, JOB_BEFORE, STYLE_NORMAL,
			figure_count((double)unit->outcome.before.messages, figure));
		columns_cell(columns, frame, row, JOB_AFTER, STYLE_NORMAL,
			figure_count((double)unit->outcome.after.messages, figure));
	}
	columns_cell(columns, frame, row, JOB_SECONDS, STYLE_DIM, seconds_text(unit, figure));
	note_of(app, watched, unit, &text);
	columns_cell(columns, frame, row, JOB_NOTE,
		state == UNIT_FAILED || state == UNIT_UNKNOWN ? unit_style(state) : STYLE_DIM,
		str_text(&text));
	str_release(&text);
}

static void draw(const struct app *app, struct frame *frame, struct rect area)
{
	const struct watched *watched = job_shown(app);
	struct list list = app_place_c(app)->list;
	int head = heads(area.rows), detail = detail_rows(area.rows);
	int rows = area.rows - head - detail;
	struct columns columns;

	if (!watched) {
		frame_print(frame, area.row, 1, STYLE_DIM, "This job is not watched any more.");
		return;
	}
	if (head >= 2)
		draw_bar(app, watched, frame, area.row);
	if (head >= 4)
		draw_fate(app, watched, frame, area.row + 1);
	lay(app, &columns, area.columns);
	columns_head(&columns, frame, area.row + head - 1, -1);
	list_settle(&list, watched->job->units.count, rows > 0 ? (size_t)rows : 1);
	for (int i = 0; i < rows && list.top + (size_t)i < watched->job->units.count; i++) {
		draw_unit(app, watched, &watched->job->units.items[list.top + (size_t)i], frame,
			area.row + head + i, &columns);
		if (list.top + (size_t)i == list.position)
			frame_current(frame, area.row + head + i);
	}
	if (detail && list.position < watched->job->units.count)
		draw_detail(app, watched, &watched->job->units.items[list.position], frame,
			(struct rect){ area.row + head + rows, 0, detail, area.columns });
}

static const char *barred(const struct app *app, enum action action)
{
	const struct watched *watched = job_shown(app);

	if (action == ACTION_OPEN &&
		(!watched || app_place_c(app)->list.position >= watched->job->units.count))
		return "no unit is shown";
	return NULL;
}

static const struct binding own[] = {
	{ K_ENTER, 'c', ACTION_OPEN, "open", "unit",
		"this unit: its figures and the commands that ran" },
};

const struct screen screen_job = {
	.name = "Repair",
	.bindings = { own, sizeof(own) / sizeof(*own) },
	.act = act,
	.heading = heading,
	.draw = draw,
	.barred = barred,
};
