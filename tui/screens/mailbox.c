/* SPDX-License-Identifier: MIT */
/* One mailbox: its sessions on all hosts, where it lies, what it did since it was opened. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/keys.h"
#include "tui/screens/mailbox.h"

#define COLLECT_MS 500
#define SESSIONS_SHOWN 200
#define SPARK_CELLS 20
#define KEY_HOST_SHIFT 40

uint32_t mailbox_row(const struct app *app)
{
	return mailboxes_here(app->fleet->mailboxes, app_place_c(app)->row);
}

static int by_age(const void *one, const void *other)
{
	const struct mailbox_session *a = one, *b = other;
	int service = strcmp(a->service, b->service);

	if (service != 0)
		return service;
	if (a->since_ms != b->since_ms)
		return a->since_ms < b->since_ms ? -1 : 1;
	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static void collect_from(struct mailbox_state *state, const struct host *host, uint32_t row)
{
	vec_each(&host->sessions, session) {
		struct mailbox_session *kept;

		if (session->row != row)
			continue;
		kept = vec_add(&state->sessions);
		kept->host = host->index;
		kept->id = session->id;
		snprintf(kept->service, sizeof(kept->service), "%s", session->service);
		snprintf(kept->address, sizeof(kept->address), "%s", session->address);
		kept->since_ms = session->since_ms;
		kept->shared = session->shared;
		kept->cpu_percent = session->cpu_percent;
		kept->read_bps = session->read_bps;
		kept->write_bps = session->write_bps;
	}
}

static void collect(struct app *app)
{
	struct mailbox_state *state = &app->mailbox_state;
	uint32_t row = mailbox_row(app);

	vec_clear(&state->sessions);
	vec_each(&app->fleet->hosts, host)
		if (mailboxes_reaches(app->fleet->mailboxes, row, host->index))
			collect_from(state, host, row);
	if (state->sessions.count)
		qsort(state->sessions.items, state->sessions.count, sizeof(*state->sessions.items),
			by_age);
	state->collected_ms = app->now_ms;
}

static void remember(struct app *app)
{
	struct mailbox_state *state = &app->mailbox_state;
	const struct mailbox_row *row = mailboxes_row(app->fleet->mailboxes, mailbox_row(app));

	history_add(
		&state->sessions_history, (float)(row->imap + row->pop3 + row->lmtp + row->other));
	history_add(&state->cpu_history, row->cpu_percent);
	state->remembered_ms = app->now_ms;
}

static void enter(struct app *app, struct commands *commands)
{
	struct mailbox_state *state = &app->mailbox_state;

	collect(app);
	mailbox_enter(app, state->row != mailbox_row(app), commands);
	if (state->row == mailbox_row(app))
		return;
	state->row = mailbox_row(app);
	memset(&state->sessions_history, 0, sizeof(state->sessions_history));
	memset(&state->cpu_history, 0, sizeof(state->cpu_history));
	state->opened_ms = app->now_ms;
	remember(app);
}

static void data(struct app *app, struct commands *commands)
{
	struct mailbox_state *state = &app->mailbox_state;

	mailbox_data(app, commands);
	if (app->now_ms - state->collected_ms >= COLLECT_MS)
		collect(app);
	if (app->now_ms - state->remembered_ms >= app->options.config->interval_ms)
		remember(app);
}

static const char *host_name(const struct app *app, uint32_t host)
{
	return host < app->fleet->hosts.count ? app->fleet->hosts.items[host].config->name : "";
}

static void add_session(
	const struct app *app, struct page *page, const struct mailbox_session *session)
{
	int row = page_line(page, (uint64_t)(session->host + 1) << KEY_HOST_SHIFT ^ session->id);
	char age[FIGURE], cpu[FIGURE], read[FIGURE], write[FIGURE];
	struct frame *canvas = &page->canvas;
	int at = page->column;

	frame_fit(canvas, row, at, 8, STYLE_NORMAL, ALIGN_LEFT, CUT_END, session->service);
	frame_fit(canvas, row, at + 9, 16, STYLE_NORMAL, ALIGN_LEFT, CUT_MIDDLE, session->address);
	frame_fit(canvas, row, at + 26, 5, STYLE_NORMAL, ALIGN_RIGHT, CUT_END,
		figure_age(app->now_ms - session->since_ms, age));
	frame_fit(canvas, row, at + 32, 4, STYLE_NORMAL, ALIGN_RIGHT, CUT_END,
		isnan(session->cpu_percent) ? figure_waiting(cpu)
					    : figure_percent(session->cpu_percent, cpu));
	frame_fit(canvas, row, at + 37, 6, STYLE_NORMAL, ALIGN_RIGHT, CUT_END,
		figure_count(session->read_bps, read));
	frame_fit(canvas, row, at + 44, 7, STYLE_NORMAL, ALIGN_RIGHT, CUT_END,
		figure_count(session->write_bps, write));
	frame_printf(canvas, row, at + 52, STYLE_DIM, "%s%s", host_name(app, session->host),
		session->shared ? "  (process shared)" : "");
}

static void add_sessions(const struct app *app, struct page *page)
{
	const struct mailbox_state *state = &app->mailbox_state;
	size_t shown = 0;
	int row;

	page_section(page, "SESSIONS");
	if (state->sessions.count == 0) {
		page_text(page, "", STYLE_DIM, "None now.");
		return;
	}
	row = page_line(page, 0);
	frame_print(&page->canvas, row, page->column, STYLE_DIM,
		"SERVICE  ADDRESS            SEEN CPU% READ/s WRITE/s HOST");
	vec_each(&state->sessions, session)
		if (shown++ < SESSIONS_SHOWN)
			add_session(app, page, session);
	if (state->sessions.count > SESSIONS_SHOWN)
		page_textf(page, "", STYLE_DIM, "and %zu more",
			state->sessions.count - SESSIONS_SHOWN);
}

static void add_hosts(const struct app *app, struct page *page)
{
	uint32_t hosts[32];
	size_t count = mailboxes_hosts(app->fleet->mailboxes, mailbox_row(app), hosts, 32);

	page_section(page, count > 1 ? "HOSTS THAT REACH IT" : "HOST");
	for (size_t i = 0; i < count && i < 32; i++) {
		const struct host *host = &app->fleet->hosts.items[hosts[i]];
		int row = page_line(page, KEY_HOST | hosts[i]);
		char state[32];

		frame_fit(&page->canvas, row, page->column, 20, STYLE_NORMAL, ALIGN_LEFT,
			CUT_MIDDLE, host->config->name);
		frame_print(&page->canvas, row, page->column + 21,
			host->link == LINK_UP ? STYLE_DIM : STYLE_LOOK,
			host_state(host, app->options.config, app->now_ms, state));
	}
}

/* A local file system's id begins with the host's boot id: only the path says something. */
static void add_store(const char *store, struct page *page)
{
	const char *path = strchr(store, '/');
	bool local = path && strlen(store) > 37 && store[8] == '-' && store[36] == ':';

	if (local)
		page_textf(page, "store", STYLE_NORMAL, "%s, on the host's own disk", path);
	else
		page_text(page, "store", STYLE_NORMAL, store);
}

static void add_numbers(const struct app *app, struct page *page)
{
	const struct mailbox_row *row = mailboxes_row(app->fleet->mailboxes, mailbox_row(app));
	char a[FIGURE], b[FIGURE], c[FIGURE], d[FIGURE], state[32];
	enum style style;

	page_text(page, "mailbox", STYLE_NORMAL, mailboxes_name(app->fleet->mailboxes, row->name));
	if (row->store == STORE_UNKNOWN)
		page_text(page, "store", STYLE_DIM,
			"not known yet: asked when the mailbox has a session");
	else
		add_store(mailboxes_store(app->fleet->mailboxes, row->store), page);
	if (mailbox_state_text(app, mailbox_row(app), state, &style)[0])
		page_textf(page, "figures", style, "%s", state);
	page_textf(page, "sessions", STYLE_NORMAL, "IMAP %s  POP %s  LMTP %s  other %s",
		figure_count(row->imap, a), figure_count(row->pop3, b), figure_count(row->lmtp, c),
		figure_count(row->other, d));
	page_textf(page, "from", STYLE_NORMAL, "%s address%s", figure_count(row->addresses, a),
		row->addresses == 1 ? "" : "es");
	page_textf(page, "CPU%", STYLE_NORMAL, "%s", mailbox_cpu(app, row, a));
	page_textf(page, "storage", STYLE_NORMAL, "reads %s bytes/s, writes %s bytes/s",
		figure_count(row->read_bps, a), figure_count(row->write_bps, b));
	page_textf(page, "mail", STYLE_NORMAL, "%s messages a minute came in",
		figure_count(row->deliveries_per_minute, a));
}

static void add_history(const struct app *app, struct page *page)
{
	const struct mailbox_state *state = &app->mailbox_state;
	char spark[SPARK_MAX * 3 + 1], age[FIGURE];

	page_section(page, "SINCE THIS PAGE WAS OPENED");
	page_textf(page, "sessions", STYLE_NORMAL, "%s  last %s",
		figure_spark(&state->sessions_history, SPARK_CELLS, 1,
			2 * history_at(&state->sessions_history, 0) + 1, spark),
		figure_age(app->now_ms - state->opened_ms, age));
	page_textf(page, "CPU%", STYLE_NORMAL, "%s",
		figure_spark(&state->cpu_history, SPARK_CELLS, 1, 100, spark));
}

static void page(const struct app *app, struct page *page)
{
	if (!page->two) {
		mailbox_add_damage(app, page);
		page_line(page, 0);
	}
	add_numbers(app, page);
	mailbox_add_folders(app, page);
	add_sessions(app, page);
	mailbox_add_repairs(app, page);
	add_hosts(app, page);
	page_right(page);
	if (page->two)
		mailbox_add_damage(app, page);
	add_history(app, page);
}

static void act(struct app *app, enum action action, struct commands *commands)
{
	uint64_t key;

	if (mailbox_act(app, action, commands))
		return;
	if (action != ACTION_OPEN) {
		paging_act(app, action, commands);
		return;
	}
	key = paging_key(app);
	if (key & KEY_ENTRY)
		app_open(app,
			(struct place){ .screen = SCREEN_ENTRY,
				.entry = (int64_t)(key & ~KEY_ENTRY) },
			commands);
	else if (key & KEY_HOST)
		app_open(app,
			(struct place){
				.screen = SCREEN_HOST, .host = (uint32_t)(key & ~KEY_HOST) },
			commands);
	else
		app_toast(app, STYLE_NORMAL,
			"nothing to open on this line; j and k go to a host or a repair");
}

static void heading(const struct app *app, struct heading *heading)
{
	const struct mailbox_row *row = mailboxes_row(app->fleet->mailboxes, mailbox_row(app));
	int64_t asked = mailboxes_asked(app->fleet->mailboxes, mailbox_row(app));
	char age[FIGURE];

	snprintf(heading->where, sizeof(heading->where), "%.200s",
		mailboxes_name(app->fleet->mailboxes, row->name));
	snprintf(heading->count, sizeof(heading->count), "%.30s%s%s%s", host_name(app, row->host),
		asked ? " · asked " : "", asked ? figure_age(app->now_ms - asked, age) : "",
		asked ? " ago" : "");
}

static const struct binding own[] = {
	{ 'c', 0, ACTION_CHECK, "check", "check", "look what is wrong with it, changing nothing" },
	{ 'R', 0, ACTION_REPAIR, "repair", "repair",
		"plan a repair; you are asked before it begins" },
	{ K_ENTER, 0, ACTION_OPEN, "open", "open", "the host or the repair on this line" },
	{ 'd', 0, ACTION_CHECK_ALL, "deep-check", NULL, "check it and read every message" },
};

const struct screen screen_mailbox = {
	.name = "Mailbox",
	.bindings = { own, sizeof(own) / sizeof(*own) },
	.enter = enter,
	.act = act,
	.data = data,
	.heading = heading,
	.page = page,
	.barred = mailbox_barred,
};
