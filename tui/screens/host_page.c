/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/screens/host.h"
#include "tui/screens/mailboxes.h"

#define TOP_MAILBOXES 10
#define ERRORS_SHOWN 12
#define SPARK_CELLS 16
#define MOUNT_WIDTH 14
#define SPARK_PER 5

static void add_link(const struct app *app, const struct host *host, struct page *page)
{
	const struct config_host *config = host->config;
	char age[FIGURE];

	if (host->link_text && host->link != LINK_UP)
		page_text(page, "link", host->link == LINK_REFUSED ? STYLE_ACT : STYLE_LOOK,
			host->link_text);
	if (host->link == LINK_AWAY && host->retry_ms > app->now_ms)
		page_textf(page, " ", STYLE_DIM, "tried again in %s; c tries now",
			figure_age(host->retry_ms - app->now_ms, age));
	page_textf(page, "address", STYLE_NORMAL, "%s%s%s, %s for %s",
		config->user ? config->user : "", config->user ? "@" : "", config->address,
		host->link == LINK_UP ? "connected" : "not connected",
		figure_age(app->now_ms - host->link_since_ms, age));
	if (host->facts.hostname && strcmp(host->facts.hostname, config->name) != 0)
		page_text(page, "its name", STYLE_NORMAL, host->facts.hostname);
	if (host->uptime_s > 0)
		page_textf(page, "up", STYLE_NORMAL, "%s",
			figure_age((int64_t)(host->uptime_s * 1000), age));
	if (host->clock_off_s)
		page_textf(page, "clock", STYLE_LOOK,
			"%lld s %s this machine; no timed work is given to it",
			llabs(host->clock_off_s), host->clock_off_s > 0 ? "ahead of" : "behind");
	if (host->facts.dovecot || host->facts.postfix)
		page_textf(page, "runs", STYLE_NORMAL, "Dovecot %s%s%s",
			host->facts.dovecot ? host->facts.dovecot : "–",
			host->facts.postfix ? ", Postfix " : "",
			host->facts.postfix ? host->facts.postfix : "");
}

/* "33 %", or what stands for none. */
static const char *share(double percent, char out[FIGURE])
{
	size_t len;

	figure_percent(percent, out);
	len = strlen(out);
	if (percent >= 0.5)
		snprintf(out + len, FIGURE - len, " %%");
	return out;
}

static void add_load(const struct host *host, struct page *page, enum style style)
{
	char spark[SPARK_MAX * 3 + 1], cpu[FIGURE], wait[FIGURE], io[FIGURE], memory[FIGURE],
		pressure[FIGURE];
	float cores = host->facts.cores > 0 ? (float)host->facts.cores : 1;

	page_textf(page, "load", style, "%.2f  %.2f  %.2f on %lld cores   %s", host->load[0],
		host->load[1], host->load[2], (long long)host->facts.cores,
		figure_spark(&host->load_history, SPARK_CELLS, SPARK_PER, cores, spark));
	if (host->samples < 2)
		page_textf(page, "CPU", style, "… with the next sample");
	else
		page_textf(page, "CPU", style, "%s busy, %s waiting for disk",
			share(host->cpu_percent, cpu), share(host->iowait_percent, wait));
	if (!isnan(host->pressure_io))
		page_textf(page, "pressure", style, "CPU %s  disk %s  memory %s",
			share(host->pressure_cpu, pressure), share(host->pressure_io, io),
			share(host->pressure_memory, memory));
}

static void add_memory(const struct host *host, struct page *page, enum style style)
{
	char used[FIGURE], total[FIGURE], swap[FIGURE], swap_total[FIGURE];

	if (host->memory_total_kb < 0)
		return;
	figure_size((double)(host->memory_total_kb - host->memory_available_kb) * 1024, used);
	figure_size((double)host->memory_total_kb * 1024, total);
	if (host->swap_total_kb > 0)
		page_textf(page, "memory", style, "%s of %s used; swap %s of %s", used, total,
			figure_size(
				(double)(host->swap_total_kb - host->swap_free_kb) * 1024, swap),
			figure_size((double)host->swap_total_kb * 1024, swap_total));
	else
		page_textf(page, "memory", style, "%s of %s used; no swap", used, total);
}

static void add_mail(const struct host *host, struct page *page, enum style style)
{
	float half = (float)(host->counts.imap + host->counts.pop3 + host->counts.lmtp +
			     host->counts.other);
	char spark[SPARK_MAX * 3 + 1], a[FIGURE], b[FIGURE], c[FIGURE], d[FIGURE];

	page_textf(page, "sessions", style, "IMAP %s  POP %s  LMTP %s  other %s   %s",
		figure_count(host->counts.imap, a), figure_count(host->counts.pop3, b),
		figure_count(host->counts.lmtp, c), figure_count(host->counts.other, d),
		figure_spark(&host->sessions_history, SPARK_CELLS, SPARK_PER, 2 * half + 1, spark));
	page_textf(page, "a minute", style, "logins %s  failed %s  delivered %s",
		figure_count(host->logins_per_minute, a),
		figure_count(host->failures_per_minute, b),
		figure_count(host->deliveries_per_minute, c));
	if (host->queue.total < 0)
		return;
	if (host->queue.total == 0)
		page_text(page, "queue", style, "empty");
	else
		page_textf(page, "queue", style, "%s: active %s, deferred %s, held %s",
			figure_count((double)host->queue.total, a),
			figure_count((double)host->queue.active, b),
			figure_count((double)host->queue.deferred, c),
			figure_count((double)host->queue.hold, d));
	if (host->queue.oldest_s > 0)
		page_textf(page, " ", style, "the oldest waits for %s",
			figure_age(host->queue.oldest_s * 1000, a));
}

static void add_problems(const struct host *host, struct page *page)
{
	if (host->problems.count == 0)
		return;
	page_section(page, "PROBLEMS");
	vec_each(&host->problems, problem) {
		page_text(page, problem->what, STYLE_LOOK, problem->text);
		if (problem->mend && *problem->mend)
			page_textf(page, "  mend", STYLE_NORMAL, "%s", problem->mend);
	}
}

static void add_services(const struct host *host, struct page *page)
{
	if (host->services.count == 0)
		return;
	page_section(page, "SERVICES NEAR THEIR LIMIT");
	vec_each(&host->services, service)
		page_textf(page, service->name,
			service->count >= service->limit            ? STYLE_ACT
			: service->count * 10 >= service->limit * 8 ? STYLE_LOOK
								    : STYLE_NORMAL,
			"%lld of %lld processes", (long long)service->count,
			(long long)service->limit);
}

static int used_percent(int64_t all, int64_t left)
{
	return all > 0 && left >= 0 ? (int)((all - left) * 100 / all) : -1;
}

static void add_mounts(const struct host *host, struct page *page)
{
	if (host->disks.count == 0)
		return;
	page_section(page, "MOUNTS");
	vec_each(&host->disks, disk) {
		int space = used_percent(disk->size_kb, disk->free_kb);
		int inodes = used_percent(disk->inodes, disk->free_inodes);
		int worst = space > inodes ? space : inodes;
		enum style style = worst >= 98 || disk->read_only ? STYLE_ACT
				   : worst >= 90                  ? STYLE_LOOK
								  : STYLE_NORMAL;
		char size[FIGURE], percent[FIGURE], inodes_percent[FIGURE];
		int row = page_line(page, 0);

		frame_fit(&page->canvas, row, page->column, MOUNT_WIDTH, STYLE_NORMAL, ALIGN_LEFT,
			CUT_MIDDLE, disk->mount);
		frame_printf(&page->canvas, row, page->column + MOUNT_WIDTH + 1, style,
			"%s of %s, inodes %s%s", share(space, percent),
			figure_size((double)disk->size_kb * 1024, size),
			share(inodes, inodes_percent), disk->read_only ? ", read-only" : "");
	}
}

static void add_mailboxes(const struct app *app, struct page *page)
{
	const struct view *view = app->host_state.view;
	const struct mailboxes *mailboxes = app->fleet->mailboxes;
	size_t count = view_count(view);

	page_section(page, "BUSIEST MAILBOXES");
	if (count == 0)
		page_text(page, "", STYLE_DIM,
			app->host_state.busy ? "Looking…" : "None is known on this host.");
	for (size_t i = 0; i < count && i < TOP_MAILBOXES; i++) {
		uint32_t number = mailboxes_here(mailboxes, view_at(view, i));
		const struct mailbox_row *mailbox = mailboxes_row(mailboxes, number);
		int row = page_line(page, (uint64_t)number + 1);
		char cpu[FIGURE], imap[FIGURE], pop[FIGURE];

		frame_fit(&page->canvas, row, page->column, 28, STYLE_NORMAL, ALIGN_LEFT,
			CUT_MIDDLE, mailboxes_name(mailboxes, mailbox->name));
		frame_printf(&page->canvas, row, page->column + 29, STYLE_NORMAL,
			"CPU%% %4s  IMAP %s  POP %s", mailbox_cpu(app, mailbox, cpu),
			figure_count(mailbox->imap, imap), figure_count(mailbox->pop3, pop));
	}
}

static void add_errors(const struct host *host, struct page *page)
{
	size_t from = host->errors.count > ERRORS_SHOWN ? host->errors.count - ERRORS_SHOWN : 0;

	if (host->errors.count == 0)
		return;
	page_section(page, "RECENT ERRORS");
	for (size_t i = host->errors.count; i > from; i--)
		page_text(page, "", STYLE_NORMAL, host->errors.items[i - 1]);
}

/* The host only tells its time; here it is compared. */
static void add_clock(const struct host *host, struct page *page)
{
	if (!host->clock_off_s) {
		page_text(page, "clock", STYLE_NORMAL, "good: as here, within 5 s");
		return;
	}
	page_textf(page, "clock", STYLE_LOOK, "bad: %lld s %s this machine",
		llabs(host->clock_off_s), host->clock_off_s > 0 ? "ahead of" : "behind");
	page_text(page, "  mend", STYLE_NORMAL,
		"keep the clocks of both right (chrony, ntpd or systemd-timesyncd)");
}

static void add_doctor(const struct app *app, const struct host *host, struct page *page)
{
	const struct doctor_found *found = &app->doctors.items[host->index];
	static const enum style styles[] = { STYLE_DIM, STYLE_LOOK, STYLE_NORMAL };
	static const char *const words[] = { "not known", "bad", "good" };

	if (found->count == 0 && !found->asked)
		return;
	page_section(page, "DOCTOR");
	if (found->asked)
		page_text(page, "", STYLE_DIM, "Looking…");
	vec_each(found, check) {
		int good = check->good < 0 ? 0 : check->good + 1;

		if (strcmp(check->name, "clock") == 0 && check->good < 0 && host->facts.clock_s > 0) {
			add_clock(host, page);
			continue;
		}
		page_textf(page, check->name, styles[good], "%s: %s", words[good],
			check->found ? check->found : "");
		if (check->good != 1 && check->mend && *check->mend)
			page_textf(page, "  mend", STYLE_NORMAL, "%s", check->mend);
	}
}

void host_page(const struct app *app, struct page *page)
{
	const struct host *host = host_open(app);
	enum style style =
		host->link != LINK_UP || host_stale(host, app->options.config, app->now_ms)
			? STYLE_STALE
			: STYLE_NORMAL;

	add_link(app, host, page);
	if (!page->two)
		add_doctor(app, host, page);
	add_problems(host, page);
	if (host->asked_ms) {
		page_section(page, "NOW");
		add_load(host, page, style);
		add_memory(host, page, style);
		add_mail(host, page, style);
	}
	add_mailboxes(app, page);
	page_right(page);
	if (page->two)
		add_doctor(app, host, page);
	add_services(host, page);
	add_mounts(host, page);
	add_errors(host, page);
}
