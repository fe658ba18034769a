/* SPDX-License-Identifier: MIT */
#include "core/fleet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/fleet_inner.h"

enum { ERRORS_KEPT = 50, CLOCK_OFF_S = 5, CHECK_MS = 200 };

/* Moves what vector FROM holds to TO, of the same kind of elements, which is empty. */
#define vec_move(to, from) \
	((to)->items = (from)->items, (to)->count = (from)->count, (to)->room = (from)->room, \
		(from)->items = NULL, (from)->count = (from)->room = 0)

static void host_init(struct host *host, const struct config *config, uint32_t index)
{
	*host = (struct host){ .index = index, .config = &config->hosts.items[index],
		.link = LINK_WAITING, .cpu_percent = NAN, .iowait_percent = NAN, .memory_total_kb = -1,
		.memory_available_kb = -1, .swap_total_kb = -1, .swap_free_kb = -1, .pressure_cpu = NAN,
		.pressure_io = NAN, .pressure_memory = NAN, .logins_per_minute = NAN,
		.failures_per_minute = NAN, .deliveries_per_minute = NAN,
		.queue = { -1, -1, -1, -1, -1, -1, -1 } };
	host->by = mem_new(sizeof(*host->by));
}

struct fleet *fleet_new(const struct config *config)
{
	struct fleet *fleet = mem_new(sizeof(*fleet));

	fleet->config = config;
	fleet->mailboxes = mailboxes_new();
	fleet->index = mem_new(sizeof(*fleet->index));
	fleet->totals.logins_per_minute = fleet->totals.failures_per_minute =
		fleet->totals.deliveries_per_minute = NAN;
	for (uint32_t i = 0; i < config->hosts.count; i++) {
		host_init(vec_add(&fleet->hosts), config, i);
		vec_add(&fleet->index->parts);
	}
	return fleet;
}

static void services_release(struct host *host)
{
	vec_each(&host->services, service)
		free(service->name);
	vec_release(&host->services);
}

static void disks_release(struct host *host)
{
	vec_each(&host->disks, disk) {
		free(disk->mount);
		free(disk->type);
		free(disk->source);
	}
	vec_release(&host->disks);
}

static void problems_release(struct host *host)
{
	vec_each(&host->problems, problem) {
		free(problem->what);
		free(problem->text);
		free(problem->mend);
	}
	vec_release(&host->problems);
}

static void facts_release(struct sample_facts *facts)
{
	free(facts->hostname);
	free(facts->dovecot);
	free(facts->postfix);
	free(facts->log);
	free(facts->base_dir);
}

static void host_release(struct host *host)
{
	free(host->link_text);
	free(host->boot);
	facts_release(&host->facts);
	services_release(host);
	disks_release(host);
	problems_release(host);
	vec_each(&host->errors, line)
		free(*line);
	vec_release(&host->errors);
	fleet_sessions_release(host);
}

void fleet_free(struct fleet *fleet)
{
	if (!fleet)
		return;
	vec_each(&fleet->hosts, host)
		host_release(host);
	vec_release(&fleet->hosts);
	vec_release(&fleet->index->parts);
	mailboxes_free(fleet->mailboxes);
	free(fleet->index);
	free(fleet);
}

static void clock_off(struct host *host, int64_t clock_s, int64_t wall_s)
{
	int64_t off = clock_s - wall_s;

	if (clock_s && wall_s)
		host->clock_off_s = off > CLOCK_OFF_S || off < -CLOCK_OFF_S ? off : 0;
}

static bool is_away(enum link_state state)
{
	return state == LINK_AWAY || state == LINK_REFUSED || state == LINK_CLOSED;
}

static void apply_link(struct host *host, struct message *message)
{
	struct link_change *link = &message->link;
	bool again = (link->state == LINK_WAITING || link->state == LINK_CONNECTING) &&
		host->away_since_ms;

	if (link->state != host->link)
		host->link_since_ms = message->at_ms;
	if (link->state == LINK_UP)
		host->away_since_ms = 0;
	else if (is_away(link->state) && !host->away_since_ms)
		host->away_since_ms = message->at_ms;
	if (link->state == LINK_UP && host->link != LINK_UP)
		host->samples = 0;
	if (link->state != LINK_UP)
		fleet_wants_lost(host);
	host->link = link->state;
	host->retry_ms = link->retry_ms;
	/* Why it is away stays to be read while it is tried again. */
	if (again && !link->text)
		return;
	free(host->link_text);
	host->link_text = link->text;
	link->text = NULL;
}

static void apply_hello(struct host *host, struct message *message)
{
	struct sample_hello *hello = &message->hello;

	if (host->boot && hello->boot && strcmp(host->boot, hello->boot) != 0)
		fleet_sessions_reboot(host);
	clock_off(host, hello->clock_s, message->wall_s);
	free(host->boot);
	host->boot = hello->boot;
	hello->boot = NULL;
}

static float percent(uint64_t now, uint64_t before, uint64_t total)
{
	return now >= before && total ? (float)((double)(now - before) / (double)total * 100) : NAN;
}

static void apply_cpu(struct host *host, const struct sample *sample)
{
	struct host_index *by = host->by;
	uint64_t total = sample->cpu_total - by->cpu_total;

	if (by->has_cpu && sample->cpu_total > by->cpu_total) {
		host->cpu_percent = percent(sample->cpu_busy, by->cpu_busy, total);
		host->iowait_percent = percent(sample->cpu_iowait, by->cpu_iowait, total);
	}
	by->has_cpu = sample->cpu_total > 0;
	by->cpu_busy = sample->cpu_busy;
	by->cpu_iowait = sample->cpu_iowait;
	by->cpu_total = sample->cpu_total;
}

/* No time is too short to count in: at least a hundredth of a second. */
static float per_minute(int64_t count, double seconds)
{
	return count < 0 ? NAN : (float)((double)count * 60 / fmax(seconds, 0.01));
}

static void apply_figures(struct host *host, const struct sample *sample)
{
	memcpy(host->load, sample->load, sizeof(host->load));
	if (sample->has_memory) {
		host->memory_total_kb = sample->memory.total_kb;
		host->memory_available_kb = sample->memory.available_kb;
		host->swap_total_kb = sample->memory.swap_total_kb;
		host->swap_free_kb = sample->memory.swap_free_kb;
	}
	if (sample->has_pressure) {
		host->pressure_cpu = (float)sample->pressure.cpu;
		host->pressure_io = (float)sample->pressure.io;
		host->pressure_memory = (float)sample->pressure.memory;
	}
	if (sample->has_rates && sample->rates.seconds > 0) {
		host->logins_per_minute = per_minute(sample->rates.logins, sample->rates.seconds);
		host->failures_per_minute = per_minute(sample->rates.failures, sample->rates.seconds);
		host->deliveries_per_minute =
			per_minute(sample->rates.deliveries, sample->rates.seconds);
	}
	if (sample->has_queue)
		host->queue = sample->queue;
}

static void error_add(struct host *host, char *line)
{
	if (host->errors.count == ERRORS_KEPT) {
		free(host->errors.items[0]);
		memmove(host->errors.items, host->errors.items + 1,
			--host->errors.count * sizeof(*host->errors.items));
	}
	*vec_add(&host->errors) = line;
}

/* What the host now owns; a full sample without a list of services has none near its limit. */
static void apply_lists(struct host *host, struct sample *sample, int64_t wall_s)
{
	if (sample->has_services || sample->full) {
		services_release(host);
		vec_move(&host->services, &sample->services);
	}
	if (sample->has_disks) {
		disks_release(host);
		vec_move(&host->disks, &sample->disks);
	}
	if (sample->has_problems || sample->full) {
		problems_release(host);
		vec_move(&host->problems, &sample->problems);
	}
	vec_each(&sample->errors, line)
		error_add(host, *line);
	vec_clear(&sample->errors);
	if (!sample->has_facts)
		return;
	facts_release(&host->facts);
	host->facts = sample->facts;
	sample->facts = (struct sample_facts){ 0 };
	clock_off(host, host->facts.clock_s, wall_s);
}

static void apply_sample(struct fleet *fleet, struct host *host, struct message *message)
{
	struct sample *sample = message->sample;
	bool crowded = host->by->crowded;

	if (sample->uptime_s < host->uptime_s)
		fleet_sessions_reboot(host);
	host->uptime_s = sample->uptime_s;
	host->asked_ms = sample->asked_ms > 0 ? sample->asked_ms : message->at_ms;
	host->samples++;
	apply_cpu(host, sample);
	apply_figures(host, sample);
	apply_lists(host, sample, message->wall_s);
	mailboxes_sampled(fleet->mailboxes, host->index, host->asked_ms);
	fleet_sessions(fleet, host, sample, message->at_ms);
	if (host->by->crowded && !crowded)
		error_add(host, mem_text("mailmend: this host tells of more sessions or mailboxes "
					 "than can be shown; the rest is left out"));
	history_add(&host->load_history, (float)host->load[0]);
	history_add(&host->sessions_history, (float)host->sessions.count);
}

/* What a host is worth in the totals. */
static void count_host(struct fleet *fleet, const struct host *host, int64_t now_ms)
{
	struct host_totals *part = &fleet->index->parts.items[host->index];
	bool live = host->link == LINK_UP && host->asked_ms &&
		!host_stale(host, fleet->config, now_ms);

	*part = (struct host_totals){ .logins_per_minute = NAN, .failures_per_minute = NAN,
		.deliveries_per_minute = NAN };
	part->up = live;
	part->away = host->away_since_ms != 0;
	if (!live)
		return;
	part->counts = host->counts;
	part->logins_per_minute = host->logins_per_minute;
	part->failures_per_minute = host->failures_per_minute;
	part->deliveries_per_minute = host->deliveries_per_minute;
	part->queue = host->queue.total > 0 ? host->queue.total : 0;
}

static void add_known(float *total, float part)
{
	if (!isnan(part))
		*total = isnan(*total) ? part : *total + part;
}

static void add_up(struct fleet *fleet)
{
	struct host_totals totals = { .logins_per_minute = NAN, .failures_per_minute = NAN,
		.deliveries_per_minute = NAN };

	vec_each(&fleet->index->parts, part) {
		totals.counts.imap += part->counts.imap;
		totals.counts.pop3 += part->counts.pop3;
		totals.counts.lmtp += part->counts.lmtp;
		totals.counts.other += part->counts.other;
		add_known(&totals.logins_per_minute, part->logins_per_minute);
		add_known(&totals.failures_per_minute, part->failures_per_minute);
		add_known(&totals.deliveries_per_minute, part->deliveries_per_minute);
		totals.queue += part->queue;
		totals.up += part->up;
		totals.away += part->away;
	}
	fleet->totals = totals;
}

/* All hosts are added up only when this one's part is another than it was. */
static void count_again(struct fleet *fleet, const struct host *host, int64_t now_ms)
{
	const struct host_totals *part = &fleet->index->parts.items[host->index];
	struct host_totals before;

	memcpy(&before, part, sizeof(before));
	count_host(fleet, host, now_ms);
	if (memcmp(&before, part, sizeof(before)) != 0)
		add_up(fleet);
}

/* What time alone changes: hosts that say nothing get stale. */
static void check(struct fleet *fleet, int64_t now_ms)
{
	struct fleet_index *index = fleet->index;
	const struct session_counts *counts = &fleet->totals.counts;

	if (now_ms - index->checked_ms < CHECK_MS && index->checked_ms)
		return;
	index->checked_ms = now_ms;
	vec_each(&fleet->hosts, host)
		count_host(fleet, host, now_ms);
	add_up(fleet);
	if (index->history_ms && now_ms - index->history_ms < fleet->config->interval_ms)
		return;
	index->history_ms = now_ms;
	if (fleet->totals.up)
		history_add(&fleet->sessions_history,
			(float)(counts->imap + counts->pop3 + counts->lmtp + counts->other));
}

void fleet_apply(struct fleet *fleet, struct message *message, struct store_wants *wanted)
{
	bool about_host = message->kind == MESSAGE_LINK || message->kind == MESSAGE_HELLO ||
		message->kind == MESSAGE_SAMPLE || message->kind == MESSAGE_STORES ||
		message->kind == MESSAGE_NAMES;
	struct host *host;

	if (about_host && message->host < fleet->hosts.count) {
		host = &fleet->hosts.items[message->host];
		if (message->kind == MESSAGE_LINK)
			apply_link(host, message);
		else if (message->kind == MESSAGE_HELLO)
			apply_hello(host, message);
		else if (message->kind == MESSAGE_SAMPLE)
			apply_sample(fleet, host, message);
		else if (message->kind == MESSAGE_STORES)
			fleet_stores(fleet, host, &message->stores);
		else
			fleet_names(fleet, host, &message->names);
		fleet_wants(host, message->at_ms, wanted);
		count_again(fleet, host, message->at_ms);
	}
	check(fleet, message->at_ms);
}
