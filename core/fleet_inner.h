/* SPDX-License-Identifier: MIT */
/*
 * What the files of the fleet share. Sessions of a host are found by number; they hang
 * together by process (whose figures they show) and by account: the mailbox as this host
 * sees it, whose figures go into the table of mailboxes once a sample, when they changed.
 */
#ifndef CORE_FLEET_INNER_H
#define CORE_FLEET_INNER_H

#include "core/base/map.h"
#include "core/fleet.h"

#define NONE UINT32_MAX

struct session_links {
	uint32_t process, account;
	uint32_t next_in_process, previous_in_process;
	uint32_t next_in_account, previous_in_account;
	uint32_t address_id; /* a hash: the same on all hosts */
	uint32_t seen;       /* number of the last full sample that had it */
};

struct process {
	int32_t pid;
	uint32_t first, sessions;
	uint32_t accounts; /* different ones; more than one: it is shared */
	bool known;   /* figures of an earlier look are there */
	bool unshown; /* is in host_index.unshown: its sessions do not say yet if it is shared */
	bool moving; /* is in host_index.moving: its figures are not 0, or not known */
	uint32_t listed; /* number of the last sample that had it */
	uint64_t cpu_ticks;
	int64_t read_bytes, write_bytes;
	float cpu_percent, read_bps, write_bps;
};

struct account {
	uint32_t name, row;
	uint32_t first, sessions;
	struct session_counts counts;
	float deliveries;
	bool dirty;      /* is in host_index.dirty */
	bool delivering; /* is in host_index.delivering */
};

struct indices {
	vec_of(uint32_t);
};

struct host_index {
	struct map by_id, by_pid, by_name;
	struct map pairs; /* how many sessions a process has of an account */
	struct {
		vec_of(struct session_links);
	} links; /* by session */
	struct {
		vec_of(struct process);
	} processes;
	struct {
		vec_of(struct account);
	} accounts;
	struct indices free_processes, free_accounts;
	struct indices dirty, delivering; /* accounts */
	struct indices moving, unshown;   /* processes */
	uint32_t sample, full;            /* numbers of the last ones */
	bool has_cpu, has_log, crowded;
	uint64_t cpu_busy, cpu_iowait, cpu_total;

	struct indices wants; /* names; the first `issued` were asked for and not yet answered */
	size_t issued, answered;
	int64_t issued_ms;
	size_t names, name_bytes; /* of mailboxes and stores it told of */
};

struct fleet_index {
	struct {
		vec_of(struct host_totals);
	} parts; /* of each host, all zero when it is stale or away */
	int64_t checked_ms, history_ms;
};

/* fleet_sessions.c: what a sample says of sessions, processes and deliveries. */
void fleet_sessions(struct fleet *fleet, struct host *host, struct sample *sample, int64_t now_ms);
void fleet_sessions_reboot(struct host *host); /* cumulative figures begin anew */
void fleet_sessions_release(struct host *host);
void fleet_account_moved(struct host *host, uint32_t name, uint32_t row);
/* Whether a host may tell of one more text of this size; what it told stays in memory. */
bool fleet_spend(struct host *host, const char *text);
/* The row of a name on a host; ROW_NONE when the host told of too many. */
uint32_t fleet_row(struct fleet *fleet, struct host *host, const char *name);

/* fleet_figures.c: processes and accounts add up to rows. */
void fleet_use(struct host *host, const struct sample *sample);
void fleet_delivered(struct fleet *fleet, struct host *host, const struct sample *sample);
void fleet_account_dirty(struct host *host, uint32_t account);
void fleet_settle(struct fleet *fleet, struct host *host);
uint32_t fleet_account(struct host *host, uint32_t name, uint32_t row);
void fleet_account_drop(struct host *host, uint32_t account); /* when nothing needs it */

/* fleet_stores.c: where mailboxes lie, and which are worth asking for. */
void fleet_stores(struct fleet *fleet, struct host *host, struct stores_seen *stores);
void fleet_names(struct fleet *fleet, struct host *host, struct names_seen *names);
void fleet_want(struct fleet *fleet, struct host *host, uint32_t row);
void fleet_wants_lost(struct host *host); /* the link is gone: what was asked is asked again */
void fleet_wants(struct host *host, int64_t now_ms, struct store_wants *wanted);

#endif
