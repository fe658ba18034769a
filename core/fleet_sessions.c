/* SPDX-License-Identifier: MIT */
/* Sessions that come and go. Each costs a few steps, however many there are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/fleet_inner.h"

enum { NAMES_MOST = 2000000 };

static uint32_t *counter(struct session_counts *counts, const char *service)
{
	if (strcmp(service, "imap") == 0)
		return &counts->imap;
	if (strcmp(service, "pop3") == 0)
		return &counts->pop3;
	if (strcmp(service, "lmtp") == 0)
		return &counts->lmtp;
	return &counts->other;
}

static uint32_t address_id(const char *address)
{
	uint64_t hash = 0xCBF29CE484222325u;

	for (; *address; address++)
		hash = (hash ^ (unsigned char)*address) * 0x100000001B3u;
	return (uint32_t)(hash ^ hash >> 32);
}

uint32_t fleet_row(struct fleet *fleet, struct host *host, const char *name)
{
	uint32_t row = mailboxes_find(fleet->mailboxes, name, host->index);

	if (row != ROW_NONE)
		return row;
	if (host->by->names >= NAMES_MOST) {
		host->by->crowded = true;
		return ROW_NONE;
	}
	host->by->names++;
	return mailboxes_add(fleet->mailboxes, name, host->index);
}

static uint32_t process_of(struct host_index *by, int32_t pid)
{
	uint32_t index = map_get(&by->by_pid, (uint64_t)(uint32_t)pid);

	if (index != MAP_NONE)
		return index;
	if (by->free_processes.count) {
		index = by->free_processes.items[--by->free_processes.count];
	} else {
		index = (uint32_t)by->processes.count;
		vec_add(&by->processes);
	}
	by->processes.items[index] = (struct process){ .pid = pid, .first = NONE,
		.cpu_percent = NAN, .read_bps = NAN, .write_bps = NAN,
		.moving = by->processes.items[index].moving };
	map_set(&by->by_pid, (uint64_t)(uint32_t)pid, index);
	return index;
}

static void share(struct host *host, struct process *process, bool shared)
{
	if (process->shared == shared)
		return;
	process->shared = shared;
	for (uint32_t i = process->first; i != NONE; i = host->by->links.items[i].next_in_process)
		host->sessions.items[i].shared = shared;
}

static void hang_in_process(struct host *host, uint32_t session)
{
	struct host_index *by = host->by;
	struct session_links *links = by->links.items, *own = &links[session];
	struct process *process = &by->processes.items[own->process];
	uint32_t first = process->first;

	own->previous_in_process = NONE;
	own->next_in_process = first;
	if (first != NONE)
		links[first].previous_in_process = session;
	process->first = session;
	process->sessions++;
	host->sessions.items[session].shared = process->shared;
	if (first != NONE && links[first].account != own->account)
		share(host, process, true);
}

static void hang_in_account(struct host *host, uint32_t session)
{
	struct session_links *links = host->by->links.items, *own = &links[session];
	struct account *account = &host->by->accounts.items[own->account];

	own->previous_in_account = NONE;
	own->next_in_account = account->first;
	if (account->first != NONE)
		links[account->first].previous_in_account = session;
	account->first = session;
	account->sessions++;
	++*counter(&account->counts, host->sessions.items[session].service);
	fleet_account_dirty(host, own->account);
}

static bool one_account(const struct host_index *by, const struct process *process)
{
	uint32_t first = process->first;

	for (uint32_t i = first; i != NONE; i = by->links.items[i].next_in_process)
		if (by->links.items[i].account != by->links.items[first].account)
			return false;
	return true;
}

static void leave_process(struct host *host, uint32_t session)
{
	struct host_index *by = host->by;
	struct session_links *links = by->links.items, *own = &links[session];
	struct process *process = &by->processes.items[own->process];

	if (own->next_in_process != NONE)
		links[own->next_in_process].previous_in_process = own->previous_in_process;
	if (own->previous_in_process != NONE)
		links[own->previous_in_process].next_in_process = own->next_in_process;
	else
		process->first = own->next_in_process;
	if (--process->sessions == 0) {
		map_remove(&by->by_pid, (uint64_t)(uint32_t)process->pid);
		*vec_add(&by->free_processes) = own->process;
		process->known = false;
	} else if (process->shared && one_account(by, process)) {
		share(host, process, false);
	}
}

static void leave_account(struct host *host, uint32_t session)
{
	struct session_links *links = host->by->links.items, *own = &links[session];
	struct account *account = &host->by->accounts.items[own->account];

	if (own->next_in_account != NONE)
		links[own->next_in_account].previous_in_account = own->previous_in_account;
	if (own->previous_in_account != NONE)
		links[own->previous_in_account].next_in_account = own->next_in_account;
	else
		account->first = own->next_in_account;
	account->sessions--;
	--*counter(&account->counts, host->sessions.items[session].service);
	fleet_account_dirty(host, own->account);
}

/* Session FROM goes on under the number TO, which is free. */
static void renumber(struct host *host, uint32_t from, uint32_t to)
{
	struct host_index *by = host->by;
	struct session_links *links = by->links.items, *own = &links[to];

	if (from == to)
		return;
	host->sessions.items[to] = host->sessions.items[from];
	*own = links[from];
	if (own->next_in_process != NONE)
		links[own->next_in_process].previous_in_process = to;
	if (own->previous_in_process != NONE)
		links[own->previous_in_process].next_in_process = to;
	else
		by->processes.items[own->process].first = to;
	if (own->next_in_account != NONE)
		links[own->next_in_account].previous_in_account = to;
	if (own->previous_in_account != NONE)
		links[own->previous_in_account].next_in_account = to;
	else
		by->accounts.items[own->account].first = to;
	map_set(&by->by_id, host->sessions.items[to].id, to);
}

static void session_out(struct host *host, uint32_t session)
{
	struct session *old = &host->sessions.items[session];

	map_remove(&host->by->by_id, old->id);
	leave_process(host, session);
	leave_account(host, session);
	--*counter(&host->counts, old->service);
	free(old->service);
	free(old->address);
	renumber(host, (uint32_t)host->sessions.count - 1, session);
	host->sessions.count--;
	host->by->links.count--;
}

/* Takes the texts of the sample's session. */
static void session_in(
	struct fleet *fleet, struct host *host, struct sample_session *new, int64_t now_ms)
{
	struct host_index *by = host->by;
	uint32_t row = fleet_row(fleet, host, new->mailbox), number, name;
	struct session *session;

	if (row == ROW_NONE || host->sessions.count >= SAMPLE_ROWS_MAX) {
		by->crowded = true;
		return;
	}
	number = (uint32_t)host->sessions.count;
	name = mailboxes_row(fleet->mailboxes, row)->name;
	session = vec_add(&host->sessions);
	*session = (struct session){ new->id, name, row, new->service, new->address, new->pid, now_ms,
		false, NAN, NAN, NAN };
	*vec_add(&by->links) = (struct session_links){ .process = process_of(by, new->pid),
		.account = fleet_account(host, name, row),
		.address_id = address_id(new->address),
		.seen = by->full };
	new->service = new->address = NULL;
	map_set(&by->by_id, new->id, number);
	++*counter(&host->counts, session->service);
	hang_in_process(host, number);
	hang_in_account(host, number);
	session->cpu_percent = by->processes.items[by->links.items[number].process].cpu_percent;
	session->read_bps = by->processes.items[by->links.items[number].process].read_bps;
	session->write_bps = by->processes.items[by->links.items[number].process].write_bps;
	fleet_want(fleet, host, row);
}

static bool is_same(const struct fleet *fleet, const struct session *session,
	const struct sample_session *other)
{
	return session->pid == other->pid && strcmp(session->service, other->service) == 0 &&
		strcmp(session->address, other->address) == 0 &&
		strcmp(mailboxes_name(fleet->mailboxes, session->name), other->mailbox) == 0;
}

/* In a full sample: the session that is known already, maybe from an earlier run of the agent
 * and so under another number; NONE when it is new. */
static uint32_t known(const struct fleet *fleet, const struct host *host,
	const struct sample_session *new)
{
	const struct host_index *by = host->by;
	uint32_t process, session = map_get(&by->by_id, new->id);

	if (session != MAP_NONE && is_same(fleet, &host->sessions.items[session], new))
		return session;
	process = map_get(&by->by_pid, (uint64_t)(uint32_t)new->pid);
	if (process == MAP_NONE)
		return NONE;
	session = by->processes.items[process].first;
	for (; session != NONE; session = by->links.items[session].next_in_process)
		if (by->links.items[session].seen != by->full &&
			is_same(fleet, &host->sessions.items[session], new))
			break;
	return session;
}

static void add(struct fleet *fleet, struct host *host, struct sample *sample, int64_t now_ms)
{
	struct host_index *by = host->by;

	vec_each(&sample->add, new) {
		uint32_t session = sample->full ? known(fleet, host, new) : NONE, other;

		other = map_get(&by->by_id, new->id);
		if (other != MAP_NONE && other != session) {
			/* The number means something else now. */
			session_out(host, other);
			if (session == host->sessions.count)
				session = other;
		}
		if (session == NONE) {
			session_in(fleet, host, new, now_ms);
			continue;
		}
		map_remove(&by->by_id, host->sessions.items[session].id);
		host->sessions.items[session].id = new->id;
		map_set(&by->by_id, new->id, session);
		by->links.items[session].seen = by->full;
	}
}

/* What a full sample did not tell of is gone. */
static void sweep(struct host *host)
{
	uint32_t session = 0;

	while (session < host->sessions.count)
		if (host->by->links.items[session].seen != host->by->full)
			session_out(host, session);
		else
			session++;
}

void fleet_sessions(struct fleet *fleet, struct host *host, struct sample *sample, int64_t now_ms)
{
	struct host_index *by = host->by;

	by->sample++;
	by->full += sample->full;
	vec_each(&sample->gone, id) {
		uint32_t session = map_get(&by->by_id, *id);

		if (session != MAP_NONE)
			session_out(host, session);
	}
	add(fleet, host, sample, now_ms);
	if (sample->full)
		sweep(host);
	fleet_use(host, sample);
	fleet_delivered(fleet, host, sample);
	fleet_settle(fleet, host);
}

void fleet_sessions_reboot(struct host *host)
{
	host->by->has_cpu = false;
	vec_each(&host->by->processes, process)
		process->known = false;
}

void fleet_account_moved(struct host *host, uint32_t name, uint32_t row)
{
	uint32_t account = map_get(&host->by->by_name, name);

	if (account == MAP_NONE)
		return;
	host->by->accounts.items[account].row = row;
	for (uint32_t i = host->by->accounts.items[account].first; i != NONE;
		i = host->by->links.items[i].next_in_account)
		host->sessions.items[i].row = row;
}

void fleet_sessions_release(struct host *host)
{
	struct host_index *by = host->by;

	vec_each(&host->sessions, session) {
		free(session->service);
		free(session->address);
	}
	vec_release(&host->sessions);
	map_release(&by->by_id);
	map_release(&by->by_pid);
	map_release(&by->by_name);
	vec_release(&by->links);
	vec_release(&by->processes);
	vec_release(&by->accounts);
	vec_release(&by->free_processes);
	vec_release(&by->free_accounts);
	vec_release(&by->dirty);
	vec_release(&by->delivering);
	vec_release(&by->moving);
	vec_release(&by->wants);
	free(by);
}
