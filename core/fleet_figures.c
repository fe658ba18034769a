/* SPDX-License-Identifier: MIT */
/* From the cumulative figures of processes to what a mailbox uses on a host. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/fleet_inner.h"

enum { HZ = 100, ADDRESSES_KEPT = 64 };

uint32_t fleet_account(struct host *host, uint32_t name, uint32_t row)
{
	struct host_index *by = host->by;
	uint32_t index = map_get(&by->by_name, name);

	if (index != MAP_NONE)
		return index;
	if (by->free_accounts.count) {
		index = by->free_accounts.items[--by->free_accounts.count];
	} else {
		index = (uint32_t)by->accounts.count;
		vec_add(&by->accounts);
	}
	by->accounts.items[index] = (struct account){ .name = name, .row = row, .first = NONE,
		.deliveries = by->has_log ? 0 : NAN };
	map_set(&by->by_name, name, index);
	return index;
}

void fleet_account_drop(struct host *host, uint32_t index)
{
	struct account *account = &host->by->accounts.items[index];

	if (account->sessions || account->delivering || account->dirty)
		return;
	map_remove(&host->by->by_name, account->name);
	*vec_add(&host->by->free_accounts) = index;
}

void fleet_account_dirty(struct host *host, uint32_t index)
{
	struct account *account = &host->by->accounts.items[index];

	if (account->dirty)
		return;
	account->dirty = true;
	*vec_add(&host->by->dirty) = index;
}

static void show(struct host *host, const struct process *process)
{
	const struct session_links *links = host->by->links.items;

	for (uint32_t i = process->first; i != NONE; i = links[i].next_in_process) {
		struct session *session = &host->sessions.items[i];

		session->cpu_percent = process->cpu_percent;
		session->read_bps = process->read_bps;
		session->write_bps = process->write_bps;
		fleet_account_dirty(host, links[i].account);
	}
}

static float rate(int64_t now, int64_t before, double seconds)
{
	return now < 0 || before < 0 || now < before ? NAN : (float)((double)(now - before) / seconds);
}

static void move(struct host_index *by, uint32_t index)
{
	struct process *process = &by->processes.items[index];

	if (process->moving)
		return;
	process->moving = true;
	*vec_add(&by->moving) = index;
}

/* One look at a process: rates over the time since the look before. */
static void look(struct host *host, uint32_t index, const struct sample_use *use)
{
	double seconds = use->seconds > 0 ? fmax(use->seconds, 0.01) : 0;
	struct process *process = &host->by->processes.items[index];
	double hz = host->facts.hz > 0 ? (double)host->facts.hz : HZ;
	bool again = process->known && use->cpu_ticks >= process->cpu_ticks && seconds > 0;

	if (again) {
		process->cpu_percent = (float)((double)(use->cpu_ticks - process->cpu_ticks) / hz /
			seconds * 100);
		process->read_bps = rate(use->read_bytes, process->read_bytes, seconds);
		process->write_bps = rate(use->write_bytes, process->write_bytes, seconds);
		show(host, process);
	}
	process->cpu_ticks = use->cpu_ticks;
	process->read_bytes = use->read_bytes;
	process->write_bytes = use->write_bytes;
	process->known = true;
	process->listed = host->by->sample;
	move(host->by, index);
}

/* What moved in the sample before and is not in this one stands still. */
static void come_to_rest(struct host *host)
{
	struct host_index *by = host->by;
	size_t kept = 0;

	for (size_t i = 0; i < by->moving.count; i++) {
		uint32_t index = by->moving.items[i];
		struct process *process = &by->processes.items[index];

		if (process->known && process->listed == by->sample) {
			by->moving.items[kept++] = index;
			continue;
		}
		process->moving = false;
		if (!process->known)
			continue;
		process->cpu_percent = 0;
		process->read_bps = process->read_bytes < 0 ? NAN : 0;
		process->write_bps = process->write_bytes < 0 ? NAN : 0;
		show(host, process);
	}
	by->moving.count = kept;
}

void fleet_use(struct host *host, const struct sample *sample)
{
	vec_each(&sample->use, use) {
		uint32_t index = map_get(&host->by->by_pid, (uint64_t)(uint32_t)use->pid);

		/* Once a sample, whatever the host repeats. */
		if (index != MAP_NONE && host->by->processes.items[index].listed != host->by->sample)
			look(host, index, use);
	}
	/* A full sample tells old figures again; it says nothing about who stands still. */
	if (!sample->full)
		come_to_rest(host);
}

static void deliver(struct host *host, uint32_t index, float per_minute)
{
	struct account *account = &host->by->accounts.items[index];

	account->deliveries = per_minute;
	fleet_account_dirty(host, index);
	if (per_minute > 0 && !account->delivering) {
		account->delivering = true;
		*vec_add(&host->by->delivering) = index;
	}
}

/* A log came or went: what was not known is nothing now, or the other way round. */
static void log_changed(struct host *host, bool has_log)
{
	struct host_index *by = host->by;

	by->has_log = has_log;
	for (uint32_t i = 0; i < by->accounts.count; i++)
		if (by->accounts.items[i].sessions) {
			by->accounts.items[i].deliveries = has_log ? 0 : NAN;
			fleet_account_dirty(host, i);
		}
}

void fleet_delivered(struct fleet *fleet, struct host *host, const struct sample *sample)
{
	struct host_index *by = host->by;
	size_t before = by->delivering.count;

	if (!sample->has_rates || !(sample->rates.seconds > 0))
		return;
	if (by->has_log != (sample->rates.deliveries >= 0))
		log_changed(host, !by->has_log);
	for (size_t i = 0; i < before; i++) {
		struct account *account = &by->accounts.items[by->delivering.items[i]];

		account->delivering = false;
		account->deliveries = by->has_log ? 0 : NAN;
		fleet_account_dirty(host, by->delivering.items[i]);
	}
	vec_clear(&by->delivering);
	vec_each(&sample->delivered, delivered) {
		uint32_t row = fleet_row(fleet, host, delivered->mailbox);

		if (row == ROW_NONE)
			continue;
		deliver(host,
			fleet_account(host, mailboxes_row(fleet->mailboxes, row)->name, row),
			(float)(delivered->count * 60.0 / fmax(sample->rates.seconds, 0.01)));
	}
}

static int by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static void add_known(float *total, float part)
{
	if (!isnan(part))
		*total = isnan(*total) ? part : *total + part;
}

/* An account's part of what its processes use: each session has an even share. */
static void figures_of(const struct host *host, const struct account *account,
	struct mailbox_figures *figures, struct indices *addresses)
{
	const struct host_index *by = host->by;
	float nothing = account->sessions ? NAN : 0;
	size_t different = 0;

	*figures = (struct mailbox_figures){ account->counts.imap, account->counts.pop3,
		account->counts.lmtp, account->counts.other, 0, NULL, nothing, nothing, nothing,
		account->deliveries };
	vec_clear(addresses);
	for (uint32_t i = account->first; i != NONE; i = by->links.items[i].next_in_account) {
		const struct process *process = &by->processes.items[by->links.items[i].process];
		float shares = (float)process->sessions;

		add_known(&figures->cpu_percent, process->cpu_percent / shares);
		add_known(&figures->read_bps, process->read_bps / shares);
		add_known(&figures->write_bps, process->write_bps / shares);
		if (host->sessions.items[i].address[0])
			*vec_add(addresses) = by->links.items[i].address_id;
	}
	if (!addresses->count)
		return;
	qsort(addresses->items, addresses->count, sizeof(uint32_t), by_number);
	for (size_t i = 0; i < addresses->count; i++)
		if (i == 0 || addresses->items[i] != addresses->items[i - 1])
			addresses->items[different++] = addresses->items[i];
	figures->addresses = different < UINT16_MAX ? (uint16_t)different : UINT16_MAX;
	figures->address_ids = addresses->items;
}

void fleet_settle(struct fleet *fleet, struct host *host)
{
	struct host_index *by = host->by;
	struct indices addresses = { 0 };
	struct mailbox_figures figures;

	for (size_t i = 0; i < by->dirty.count; i++) {
		struct account *account = &by->accounts.items[by->dirty.items[i]];

		figures_of(host, account, &figures, &addresses);
		mailboxes_set(fleet->mailboxes, account->row, host->index, &figures);
		account->dirty = false;
		fleet_account_drop(host, by->dirty.items[i]);
	}
	vec_clear(&by->dirty);
	vec_release(&addresses);
}
