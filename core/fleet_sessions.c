/* SPDX-License-Identifier: MIT */
/* Sessions that come and go. Each costs a few steps, however many there are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/fleet_inner.h"

enum { NAMES_MOST = 2000000, NAME_BYTES_MOST = 96 << 20 };

/* The sessions of before, by what they are: made once for a full sample, so that finding one
 * costs the same however many a process has. Each is named by the number it had. */
struct twin {
	uint64_t id;
	uint32_t next;
};

struct twins {
	bool made;
	struct map first; /* by what they are */
	vec_of(struct twin);
};

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

bool fleet_spend(struct host *host, const char *text)
{
	struct host_index *by = host->by;
	size_t size = strlen(text) + 1;

	if (by->names >= NAMES_MOST || size > NAME_BYTES_MOST - by->name_bytes) {
		by->crowded = true;
		return false;
	}
	by->names++;
	by->name_bytes += size;
	return true;
}

uint32_t fleet_row(struct fleet *fleet, struct host *host, const char *name)
{
	uint32_t row = mailboxes_find(fleet->mailboxes, name, host->index);

	if (row != ROW_NONE)
		return row;
	if (!fleet_spend(host, name))
		return ROW_NONE;
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
		.moving = by->processes.items[index].moving,
		.unshown = by->processes.items[index].unshown };
	map_set(&by->by_pid, (uint64_t)(uint32_t)pid, index);
	return index;
}

/* Counts one session more or less of an account in a process. */
static void pair(struct host_index *by, const struct session_links *own, bool more)
{
	struct process *process = &by->processes.items[own->process];
	uint64_t key = (uint64_t)own->process << 32 | own->account;
	uint32_t count = map_get(&by->pairs, key);

	if (more && count == MAP_NONE) {
		map_set(&by->pairs, key, 1);
		process->accounts++;
	} else if (more || count > 1) {
		map_set(&by->pairs, key, more ? count + 1 : count - 1);
	} else {
		map_remove(&by->pairs, key);
		process->accounts--;
	}
	if (process->unshown)
		return;
	process->unshown = true;
	*vec_add(&by->unshown) = own->process;
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
	pair(by, own, true);
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
	pair(by, own, false);
	if (--process->sessions > 0)
		return;
	map_remove(&by->by_pid, (uint64_t)(uint32_t)process->pid);
	*vec_add(&by->free_processes) = own->process;
	process->known = false;
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

static uint64_t twin_key(int32_t pid, uint32_t row, const char *address)
{
	return ((uint64_t)(uint32_t)pid << 32 | row) ^ (uint64_t)address_id(address) << 16;
}

static void twins_make(struct twins *twins, const struct host *host)
{
	vec_each(&host->sessions, session) {
		uint64_t key = twin_key(session->pid, session->row, session->address);
		uint32_t first = map_get(&twins->first, key);

		map_set(&twins->first, key, (uint32_t)twins->count);
		*vec_add(twins) = (struct twin){ session->id, first };
	}
	twins->made = true;
}

/* In a full sample: the session that is known already, maybe under another number; NONE when
 * it is new. */
static uint32_t known(const struct fleet *fleet, const struct host *host,
	const struct sample_session *new, struct twins *twins)
{
	const struct host_index *by = host->by;
	uint32_t row, found = NONE, at, session = map_get(&by->by_id, new->id);
	uint64_t key;

	if (session != MAP_NONE && is_same(fleet, &host->sessions.items[session], new))
		return session;
	if (!twins->made)
		twins_make(twins, host);
	row = mailboxes_find(fleet->mailboxes, new->mailbox, host->index);
	key = twin_key(new->pid, row, new->address);
	/* Those that were passed over are not there any more, or known already. */
	for (at = map_get(&twins->first, key); at != MAP_NONE && found == NONE;
		at = twins->items[at].next) {
		session = map_get(&by->by_id, twins->items[at].id);
		if (session != MAP_NONE && by->links.items[session].seen != by->full &&
			is_same(fleet, &host->sessions.items[session], new))
			found = session;
	}
	if (at != MAP_NONE)
		map_set(&twins->first, key, at);
	else
		map_remove(&twins->first, key);
	return found;
}

static void add(struct fleet *fleet, struct host *host, struct sample *sample, int64_t now_ms)
{
	struct host_index *by = host->by;
	struct twins twins = { 0 };

	vec_each(&sample->add, new) {
		uint32_t session = sample->full ? known(fleet, host, new, &twins) : NONE, other;

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
	map_release(&twins.first);
	vec_release(&twins);
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

static void tell_shared(struct host *host)
{
	struct host_index *by = host->by;

	vec_each(&by->unshown, index) {
		struct process *process = &by->processes.items[*index];
		uint32_t i = process->sessions ? process->first : NONE;

		for (; i != NONE; i = by->links.items[i].next_in_process)
			host->sessions.items[i].shared = process->accounts > 1;
		process->unshown = false;
	}
	vec_clear(&by->unshown);
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
	tell_shared(host);
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
	map_release(&by->pairs);
	vec_release(&by->links);
	vec_release(&by->processes);
	vec_release(&by->accounts);
	vec_release(&by->free_processes);
	vec_release(&by->free_accounts);
	vec_release(&by->dirty);
	vec_release(&by->delivering);
	vec_release(&by->moving);
	vec_release(&by->unshown);
	vec_release(&by->wants);
	free(by);
}
