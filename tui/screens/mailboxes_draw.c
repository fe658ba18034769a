/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/screens/mailboxes.h"
#include "tui/widgets/columns.h"

static const struct column template[MAILBOXES_COLUMNS] = {
	[MAILBOXES_NAME] = { "MAILBOX", 20, 64, 0, ALIGN_LEFT, CUT_MIDDLE },
	[MAILBOXES_HOST] = { "HOST", 8, 0, 3, ALIGN_LEFT, CUT_MIDDLE },
	[MAILBOXES_IMAP] = { "IMAP", 4, 0, 1, ALIGN_RIGHT, CUT_END },
	[MAILBOXES_POP] = { "POP", 4, 0, 4, ALIGN_RIGHT, CUT_END },
	[MAILBOXES_ADDRESSES] = { "ADDR", 4, 0, 8, ALIGN_RIGHT, CUT_END },
	[MAILBOXES_CPU] = { "CPU%", 4, 0, 2, ALIGN_RIGHT, CUT_END },
	[MAILBOXES_READ] = { "READ/s", 6, 0, 6, ALIGN_RIGHT, CUT_END },
	[MAILBOXES_WRITE] = { "WRITE/s", 7, 0, 7, ALIGN_RIGHT, CUT_END },
	[MAILBOXES_IN] = { "IN/min", 6, 0, 5, ALIGN_RIGHT, CUT_END },
	[MAILBOXES_STATE] = { "STATE", 10, 0, 0, ALIGN_LEFT, CUT_END },
};

static const char *const sort_names[MAILBOXES_COLUMNS] = { "mailbox", "host", "imap", "pop", "addr",
	"cpu", "read", "write", "in", "age" };

int mailboxes_heads(int rows)
{
	return rows >= 3 ? 1 : 0;
}

static void lay(const struct app *app, struct column items[MAILBOXES_COLUMNS],
	struct columns *columns, int width)
{
	int shift = app->mailboxes_state.list.shift, longest = 4;

	memcpy(items, template, sizeof(template));
	vec_each(&app->options.config->hosts, host) {
		int name = text_width(host->name);

		if (name > longest)
			longest = name;
	}
	/* A mailbox on several hosts shows "name +1". */
	longest += app->options.config->hosts.count > 1 ? 3 : 0;
	items[MAILBOXES_HOST].width = longest < 15 ? longest : 15;
	columns_lay(columns, items, MAILBOXES_COLUMNS, width, &shift);
}

/* 48,310 */
static const char *grouped(size_t number, char out[32])
{
	char plain[24];
	size_t len = (size_t)snprintf(plain, sizeof(plain), "%zu", number), used = 0;

	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			out[used++] = ',';
		out[used++] = plain[i];
	}
	out[used] = '\0';
	return out;
}

static void count_text(const struct app *app, char *out, size_t size)
{
	const struct mailboxes_state *state = &app->mailboxes_state;
	size_t shown = view_count(state->view), all = mailboxes_live(app->fleet->mailboxes);
	char some[32], total[32];

	if (state->busy && state->awaited)
		snprintf(out, size, "%s %d %%", state->filter[0] ? "filtering" : "sorting",
			(int)(view_progress(state->view) * 100));
	else if (shown == all)
		snprintf(out, size, "%s mailbox%s", grouped(all, total), all == 1 ? "" : "es");
	else
		snprintf(out, size, "%s of %s", grouped(shown, some), grouped(all, total));
}

void mailboxes_heading(const struct app *app, struct heading *heading)
{
	const struct mailboxes_state *state = &app->mailboxes_state;
	struct column items[MAILBOXES_COLUMNS];
	struct columns columns;

	snprintf(heading->where, sizeof(heading->where), "Mailboxes");
	snprintf(heading->filter, sizeof(heading->filter), "%.150s",
		state->filter[0] ? state->filter : "–");
	snprintf(heading->sort, sizeof(heading->sort), "%s %s%s", sort_names[state->sort],
		state->descending ? "↓" : "↑", state->frozen ? ", frozen" : "");
	count_text(app, heading->count, sizeof(heading->count));
	lay(app, items, &columns, app->columns);
	columns_hidden(&columns, heading->hidden, sizeof(heading->hidden));
	heading->hidden_count = columns.hidden;
}

const char *mailbox_state_text(const struct app *app, uint32_t row, char out[32], enum style *style)
{
	const struct mailbox_row *mailbox = mailboxes_row(app->fleet->mailboxes, row);
	const struct host *host = mailbox->host < app->fleet->hosts.count
					  ? &app->fleet->hosts.items[mailbox->host]
					  : NULL;
	int64_t asked = mailboxes_asked(app->fleet->mailboxes, row);
	char age[FIGURE];

	out[0] = '\0';
	*style = STYLE_DIM;
	if (host && (host->link != LINK_UP || host_stale(host, app->options.config, app->now_ms))) {
		*style = host->samples ? STYLE_LOOK : STYLE_DIM;
		return host_state(host, app->options.config, app->now_ms, out);
	}
	/* Of several hosts, the one that was silent longest. */
	if (asked && app->now_ms - asked > 3 * (int64_t)app->options.config->interval_ms) {
		*style = STYLE_LOOK;
		snprintf(out, 32, "stale %s", figure_age(app->now_ms - asked, age));
	}
	return out;
}

const char *mailbox_cpu(const struct app *app, const struct mailbox_row *row, char out[FIGURE])
{
	bool first = row->host < app->fleet->hosts.count &&
		     app->fleet->hosts.items[row->host].samples < 2;

	if (isnan(row->cpu_percent) &&
		(first || row->imap + row->pop3 + row->lmtp + row->other > 0))
		return figure_waiting(out);
	return isnan(row->cpu_percent) ? figure_count(0, out)
				       : figure_percent(row->cpu_percent, out);
}

static const char *figure_text(
	const struct app *app, const struct mailbox_row *row, int column, char out[FIGURE])
{
	bool sessions = row->imap + row->pop3 + row->lmtp + row->other > 0;

	switch (column) {
	case MAILBOXES_IMAP:
		return figure_count(row->imap, out);
	case MAILBOXES_POP:
		return figure_count(row->pop3, out);
	case MAILBOXES_ADDRESSES:
		return figure_count(row->addresses, out);
	case MAILBOXES_CPU:
		return mailbox_cpu(app, row, out);
	case MAILBOXES_READ:
		return figure_count(sessions ? row->read_bps : 0, out);
	case MAILBOXES_WRITE:
		return figure_count(sessions ? row->write_bps : 0, out);
	default: /* MAILBOXES_IN */
		return figure_count(row->deliveries_per_minute, out);
	}
}

/* "checking", "missing", "3 damages", "sound": what is known of its damage. */
static void check_text(
	const struct app *app, const struct mailbox_row *row, char out[32], enum style *style)
{
	const struct checked *checked =
		checks_find(app, mailboxes_name(app->fleet->mailboxes, row->name), row->host);
	const struct check *check = checked ? checked->check : NULL;

	if (!checked || (!check && !checked->asked_ms))
		return;
	*style = check && check->findings.count ? STYLE_ACT : STYLE_DIM;
	if (checked->asked_ms)
		snprintf(out, 32, "checking");
	else if (check->error)
		*style = STYLE_LOOK, snprintf(out, 32, "unchecked");
	else if (check->findings.count == 1)
		snprintf(out, 32, "%.30s", check->findings.items[0].class_name);
	else if (check->findings.count)
		snprintf(out, 32, "%zu damages", check->findings.count);
	else
		snprintf(out, 32, "sound");
}

static void draw_row(const struct app *app, uint32_t number, struct frame *frame, int y,
	const struct columns *columns)
{
	const struct mailboxes *mailboxes = app->fleet->mailboxes;
	const struct mailbox_row *row = mailboxes_row(mailboxes, number);
	const struct config *config = app->options.config;
	const char *name = mailboxes_name(mailboxes, row->name);
	char state[32], text[300];
	enum style style;

	columns_mark(frame, y, marks_have(&app->mailboxes_state.marks, number));
	columns_cell(columns, frame, y, MAILBOXES_NAME, *name ? STYLE_NORMAL : STYLE_DIM,
		*name ? name : "(no name)");
	snprintf(text, sizeof(text), row->hosts > 1 ? "%.200s +%u" : "%.200s",
		row->host < config->hosts.count ? config->hosts.items[row->host].name : "",
		row->hosts - 1U);
	columns_cell(columns, frame, y, MAILBOXES_HOST, STYLE_DIM, text);
	mailbox_state_text(app, number, state, &style);
	for (int column = MAILBOXES_IMAP; column <= MAILBOXES_IN; column++) {
		figure_text(app, row, column, text);
		columns_cell(columns, frame, y, column,
			state[0]                         ? STYLE_STALE
			: text[0] < '0' || text[0] > '9' ? STYLE_DIM
							 : STYLE_NORMAL,
			text);
	}
	if (!state[0])
		check_text(app, row, state, &style);
	columns_cell(columns, frame, y, MAILBOXES_STATE, style, state);
}

static void draw_empty(const struct app *app, struct frame *frame, struct rect area)
{
	const struct mailboxes_state *state = &app->mailboxes_state;

	frame_clip(frame, (struct rect){ area.row, 1, area.rows, area.columns - 2 });
	if (state->busy)
		frame_print(frame, area.row, 1, STYLE_DIM, "Looking…");
	else if (state->filter[0])
		frame_printf(frame, area.row, 1, STYLE_DIM,
			"No mailbox matches \"%.100s\". Esc shows all.", state->filter);
	else if (!app->fleet->totals.up)
		frame_print(
			frame, area.row, 1, STYLE_DIM, "No host is connected yet; 1 shows why.");
	else
		frame_print(frame, area.row, 1, STYLE_DIM,
			"No mailbox has a session now, and none is listed (mailboxes_from).");
}

void mailboxes_draw(const struct app *app, struct frame *frame, struct rect area)
{
	const struct mailboxes_state *state = &app->mailboxes_state;
	struct column items[MAILBOXES_COLUMNS];
	struct columns columns;
	struct list list = state->list;
	int heads = mailboxes_heads(area.rows);
	int page = area.rows - heads;
	size_t count = view_count(state->view);

	lay(app, items, &columns, area.columns);
	list_settle(&list, count, page > 0 ? (size_t)page : 1);
	if (heads)
		columns_head(&columns, frame, area.row, state->sort);
	if (!count)
		draw_empty(app, frame, (struct rect){ area.row + heads, 0, page, area.columns });
	for (int i = 0; i < page && list.top + (size_t)i < count; i++) {
		size_t position = list.top + (size_t)i;
		uint32_t row =
			mailboxes_here(app->fleet->mailboxes, view_at(state->view, position));

		draw_row(app, row, frame, area.row + heads + i, &columns);
		if (position == list.position)
			frame_current(frame, area.row + heads + i);
	}
}
