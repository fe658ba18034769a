/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/figure.h"
#include "tui/screens/fleet.h"
#include "tui/widgets/columns.h"

#define SPARK_CELLS 4
#define SPARK_PER 15 /* samples a cell */

static const struct column template[FLEET_COLUMNS] = {
	[FLEET_HOST] = { "HOST", 8, 24, 0, ALIGN_LEFT, CUT_MIDDLE },
	[FLEET_STATE] = { "STATE", 10, 0, 0, ALIGN_LEFT, CUT_END },
	[FLEET_SPARK] = { "", SPARK_CELLS, 0, 8, ALIGN_LEFT, CUT_END },
	[FLEET_LOAD] = { "LOAD", 5, 0, 1, ALIGN_RIGHT, CUT_END },
	[FLEET_CPU] = { "CPU%", 4, 0, 4, ALIGN_RIGHT, CUT_END },
	[FLEET_IO] = { "IO%", 3, 0, 7, ALIGN_RIGHT, CUT_END },
	[FLEET_DISK] = { "DISK", 4, 0, 3, ALIGN_RIGHT, CUT_END },
	[FLEET_IMAP] = { "IMAP", 5, 0, 2, ALIGN_RIGHT, CUT_END },
	[FLEET_POP] = { "POP", 4, 0, 6, ALIGN_RIGHT, CUT_END },
	[FLEET_QUEUE] = { "QUEUE", 5, 0, 5, ALIGN_RIGHT, CUT_END },
	[FLEET_DELAY] = { "DELAY", 5, 0, 9, ALIGN_RIGHT, CUT_END },
	[FLEET_WHY] = { "WHY", 15, 60, 0, ALIGN_LEFT, CUT_END },
};

int fleet_heads(int rows)
{
	return rows >= 9 ? 2 : rows >= 3 ? 1 : 0;
}

static int longest_name(const struct app *app)
{
	int longest = 4;

	vec_each(&app->options.config->hosts, host) {
		int width = text_width(host->name);

		if (width > longest)
			longest = width;
	}
	return longest;
}

static void lay(const struct app *app, struct column items[FLEET_COLUMNS], struct columns *columns,
	int width)
{
	int shift = app->fleet_state.list.shift;
	int longest = longest_name(app);

	memcpy(items, template, sizeof(template));
	items[FLEET_HOST].width = longest < 14 ? longest : 14;
	items[FLEET_HOST].most = longest < 32 ? longest : 32;
	columns_lay(columns, items, FLEET_COLUMNS, width, &shift);
}

void fleet_heading(const struct app *app, struct heading *heading)
{
	const struct fleet_state *state = &app->fleet_state;
	struct column items[FLEET_COLUMNS];
	struct columns columns;
	size_t all = app->fleet->hosts.count;

	snprintf(heading->where, sizeof(heading->where), "Fleet");
	snprintf(heading->filter, sizeof(heading->filter), "%.150s",
		state->filter[0] ? state->filter : "–");
	snprintf(heading->sort, sizeof(heading->sort), "%s %s%s", template[state->sort].head,
		state->descending ? "↓" : "↑", state->frozen ? ", frozen" : "");
	for (char *letter = heading->sort; *letter && *letter != ' '; letter++)
		if (*letter >= 'A' && *letter <= 'Z')
			*letter = (char)(*letter + 32);
	if (state->order.count == all)
		snprintf(heading->count, sizeof(heading->count), "%zu host%s", all,
			all == 1 ? "" : "s");
	else
		snprintf(heading->count, sizeof(heading->count), "%zu of %zu hosts",
			state->order.count, all);
	lay(app, items, &columns, app->columns);
	columns_hidden(&columns, heading->hidden, sizeof(heading->hidden));
	heading->hidden_count = columns.hidden;
}

static int total(struct frame *frame, int row, int at, const char *label, double number,
	const char *unit, enum style style)
{
	char figure[FIGURE];

	if (isnan(number) || number < 0)
		return at;
	figure_count(number, figure);
	if (number < 0.5)
		unit = "";
	if (at + text_width(label) + 1 + text_width(figure) + text_width(unit) >= frame->columns)
		return at;
	at += frame_print(frame, row, at, STYLE_DIM, label) + 1;
	at += frame_print(frame, row, at, style, figure);
	at += frame_print(frame, row, at, STYLE_DIM, unit);
	return at + 2;
}

static void draw_totals(const struct app *app, struct frame *frame, int row)
{
	const struct host_totals *totals = &app->fleet->totals;
	/* As many sessions as now are half of the height: a steady fleet is a calm line. */
	float half = (float)(totals->counts.imap + totals->counts.pop3 + totals->counts.lmtp);
	char spark[SPARK_MAX * 3 + 1];
	int at = 1;

	at = total(frame, row, at, "IMAP", totals->counts.imap, "", STYLE_NORMAL);
	at = total(frame, row, at, "POP", totals->counts.pop3, "", STYLE_NORMAL);
	at = total(frame, row, at, "queue", (double)totals->queue, "", STYLE_NORMAL);
	at = total(frame, row, at, "logins", totals->logins_per_minute, "/min", STYLE_NORMAL);
	at = total(frame, row, at, "failed", totals->failures_per_minute, "/min", STYLE_NORMAL);
	at = total(
		frame, row, at, "delivered", totals->deliveries_per_minute, "/min", STYLE_NORMAL);
	at = total(frame, row, at, "LMTP", totals->counts.lmtp, "", STYLE_NORMAL);
	if (at + 9 < frame->columns)
		frame_print(frame, row, at, STYLE_DIM,
			figure_spark(
				&app->fleet->sessions_history, 8, SPARK_PER, 2 * half + 1, spark));
}

static enum style figure_style(const struct host *host, int column)
{
	switch (column) {
	case FLEET_LOAD:
		return host->facts.cores > 0 && host->load[0] > 2 * (double)host->facts.cores
			       ? STYLE_LOOK
			       : STYLE_NORMAL;
	case FLEET_CPU:
		return host->cpu_percent >= 95 ? STYLE_LOOK : STYLE_NORMAL;
	case FLEET_IO:
		return fleet_io(host) >= 50 ? STYLE_LOOK : STYLE_NORMAL;
	case FLEET_DISK: {
		int worst = host_worst_disk(host, NULL);

		return worst >= 98 ? STYLE_ACT : worst >= 90 ? STYLE_LOOK : STYLE_NORMAL;
	}
	default:
		return STYLE_NORMAL;
	}
}

static const char *disk_text(const struct host *host, char out[FIGURE])
{
	int worst = host_worst_disk(host, NULL);

	if (worst <= 0)
		return figure_percent(worst, out);
	snprintf(out, FIGURE, "%d%%", worst);
	return out;
}

static const char *figure_text(const struct host *host, int column, char out[FIGURE])
{
	bool one = host->samples < 2;

	switch (column) {
	case FLEET_LOAD:
		return figure_load(host->load[0], out);
	case FLEET_CPU:
		return one && isnan(host->cpu_percent) ? figure_waiting(out)
						       : figure_percent(host->cpu_percent, out);
	case FLEET_IO:
		return one && isnan(fleet_io(host)) ? figure_waiting(out)
						    : figure_percent(fleet_io(host), out);
	case FLEET_DISK:
		return disk_text(host, out);
	case FLEET_IMAP:
		return figure_count(host->counts.imap, out);
	case FLEET_POP:
		return figure_count(host->counts.pop3, out);
	case FLEET_QUEUE:
		return figure_count((double)host->queue.total, out);
	default: /* FLEET_DELAY */
		if (host->queue.oldest_s <= 0)
			return figure_count(
				host->queue.total == 0 ? 0 : (double)host->queue.oldest_s, out);
		return figure_age(host->queue.oldest_s * 1000, out);
	}
}

static void draw_figures(const struct app *app, const struct host *host, struct frame *frame,
	int row, const struct columns *columns)
{
	static const enum style levels[] = { STYLE_DIM, STYLE_LOOK, STYLE_ACT };
	bool stale = host_stale(host, app->options.config, app->now_ms);
	char text[SPARK_MAX * 3 + 1], why[96];
	int level = 0;

	figure_spark(&host->load_history, SPARK_CELLS, SPARK_PER,
		host->facts.cores > 0 ? (float)host->facts.cores : 1, text);
	columns_cell(columns, frame, row, FLEET_SPARK, STYLE_DIM, text);
	for (int column = FLEET_LOAD; column <= FLEET_DELAY; column++) {
		enum style style = figure_style(host, column);

		figure_text(host, column, text);
		if (stale)
			style = STYLE_STALE;
		else if (text[0] < '0' || text[0] > '9')
			style = STYLE_DIM;
		columns_cell(columns, frame, row, column, style, text);
	}
	host_why(host, why, &level);
	columns_cell(columns, frame, row, FLEET_WHY, stale ? STYLE_STALE : levels[level], why);
}

static enum style state_style(const struct app *app, const struct host *host)
{
	switch (fleet_link(host)) {
	case LINK_UP:
		return host_stale(host, app->options.config, app->now_ms) ? STYLE_LOOK : STYLE_DIM;
	case LINK_AWAY:
	case LINK_ASKING:
		return STYLE_LOOK;
	case LINK_REFUSED:
		return STYLE_ACT;
	case LINK_WAITING:
	case LINK_CONNECTING:
	case LINK_CLOSED:
		break;
	}
	return STYLE_DIM;
}

static const char *sentence_of(
	const struct app *app, const struct host *host, char *out, size_t size)
{
	const char *text = host->link_text ? host->link_text : "";
	char age[FIGURE];

	if (host->link == LINK_AWAY && host->retry_ms > app->now_ms)
		snprintf(out, size, "%s%sretry in %s", text, *text ? "; " : "",
			figure_age(host->retry_ms - app->now_ms, age));
	else if (host->link != LINK_AWAY && fleet_link(host) == LINK_AWAY)
		snprintf(out, size, "%s%strying again", text, *text ? "; " : "");
	else if (host->link == LINK_ASKING)
		snprintf(out, size, "%s%sa answers", text, *text ? "; " : "");
	else if (host->link == LINK_UP && !host->samples)
		snprintf(out, size, "%s", *text ? text : "the first sample is on its way");
	else
		snprintf(out, size, "%s", text);
	return out;
}

static void draw_row(const struct app *app, const struct host *host, struct frame *frame, int row,
	const struct columns *columns)
{
	char state[32], sentence[600];
	enum style style = state_style(app, host);

	columns_mark(frame, row, marks_have(&app->fleet_state.marks, host->index));
	columns_cell(columns, frame, row, FLEET_HOST, STYLE_NORMAL, host->config->name);
	columns_cell(columns, frame, row, FLEET_STATE, style,
		host_state(host, app->options.config, app->now_ms, state));
	if (host->link == LINK_UP && host->samples)
		draw_figures(app, host, frame, row, columns);
	else
		columns_rest(columns, frame, row, FLEET_SPARK,
			style == STYLE_ACT ? STYLE_ACT : STYLE_DIM,
			sentence_of(app, host, sentence, sizeof(sentence)));
}

static void draw_empty(const struct app *app, struct frame *frame, int row)
{
	if (app->fleet_state.filter[0])
		frame_printf(frame, row, 1, STYLE_DIM,
			"No host matches \"%.100s\". Esc shows all %zu.", app->fleet_state.filter,
			app->fleet->hosts.count);
	else
		frame_print(frame, row, 1, STYLE_DIM,
			"No hosts are configured. mailmend hosts add HOST adds one.");
}

bool fleet_row_of(const struct app *app, uint32_t host, int *row)
{
	const struct fleet_state *state = &app->fleet_state;
	struct rect body = app_body(app->rows, app->columns);

	if (app_place_c(app)->screen != SCREEN_FLEET)
		return false;
	for (size_t i = state->list.top; i < state->order.count; i++) {
		*row = body.row + fleet_heads(body.rows) + (int)(i - state->list.top);
		if (*row >= body.row + body.rows)
			return false;
		if (state->order.items[i] == host)
			return true;
	}
	return false;
}

void fleet_draw(const struct app *app, struct frame *frame, struct rect area)
{
	const struct fleet_state *state = &app->fleet_state;
	struct column items[FLEET_COLUMNS];
	struct columns columns;
	struct list list = state->list;
	int heads = fleet_heads(area.rows);
	int page = area.rows - heads;

	lay(app, items, &columns, area.columns);
	list_settle(&list, state->order.count, page > 0 ? (size_t)page : 1);
	if (heads >= 2)
		draw_totals(app, frame, area.row);
	if (heads >= 1)
		columns_head(&columns, frame, area.row + heads - 1, state->sort);
	if (!state->order.count)
		draw_empty(app, frame, area.row + heads);
	for (int i = 0; i < page; i++) {
		const struct host *host = fleet_host(app, list.top + (size_t)i);

		if (!host)
			break;
		draw_row(app, host, frame, area.row + heads + i, &columns);
		if (list.top + (size_t)i == list.position)
			frame_current(frame, area.row + heads + i);
	}
}
