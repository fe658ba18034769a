/* SPDX-License-Identifier: MIT */
/*
 * The live state of the fleet: every host with its link, newest figures, sessions and
 * history, and the mailboxes they add up to. It changes only by fleet_apply; screens and
 * batch commands read it. Time comes in with the messages.
 *
 * Ages: a figure's age is `now - asked_ms`, the console's own time since it asked. A host
 * is stale when its newest sample is older than three intervals.
 *
 * A host that goes away keeps its last figures, and so do its sessions and the rows of its
 * mailboxes, which grow old. The fleet's totals are of hosts that are not stale.
 */
#ifndef CORE_FLEET_H
#define CORE_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/config.h"
#include "core/mailboxes.h"
#include "core/message.h"
#include "core/sample.h"

#define HISTORY 120 /* samples kept for sparklines */

struct history {
	float values[HISTORY]; /* a ring */
	unsigned count;        /* values ever added */
};

/* The value I samples ago (0: newest); NAN when there is none. */
float history_at(const struct history *history, unsigned i);
void history_add(struct history *history, float value);

struct session {
	uint64_t id;
	uint32_t name; /* mailbox, in fleet->mailboxes' names */
	uint32_t row;  /* the mailbox's row */
	char *service;
	char *address;
	int32_t pid;
	int64_t since_ms; /* when this console first saw it */
	bool shared;      /* its process serves other mailboxes, too: figures are the process's */
	float cpu_percent; /* NAN until a second sample */
	float read_bps, write_bps;
};

struct session_counts {
	uint32_t imap, pop3, lmtp, other;
};

struct host {
	uint32_t index;
	const struct config_host *config;

	/* the link */
	enum link_state link;
	int64_t link_since_ms;
	int64_t away_since_ms; /* through all attempts to reach it again; 0: not away */
	int64_t retry_ms;
	char *link_text; /* NULL: nothing to say */

	/* the newest sample; asked_ms 0: none yet */
	int64_t asked_ms;
	uint64_t samples; /* since the link came up */
	char *boot;
	double uptime_s;
	int64_t clock_off_s; /* host's clock minus ours; 0 when within 5 s or unknown */
	double load[3];
	float cpu_percent, iowait_percent; /* NAN until a second sample */
	int64_t memory_total_kb, memory_available_kb, swap_total_kb, swap_free_kb; /* -1 unknown */
	float pressure_cpu, pressure_io, pressure_memory;                         /* NAN unknown */
	float logins_per_minute, failures_per_minute, deliveries_per_minute;      /* NAN unknown */
	struct sample_queue queue;                                                /* -1 unknown */
	struct sample_facts facts;
	struct session_counts counts;
	struct {
		vec_of(struct sample_service);
	} services;
	struct {
		vec_of(struct sample_disk);
	} disks;
	struct {
		vec_of(struct sample_problem);
	} problems;
	struct {
		vec_of(char *);
	} errors; /* newest last, at most 50 */
	struct history load_history, sessions_history;
	struct {
		vec_of(struct session);
	} sessions;           /* order is not kept */
	struct host_index *by; /* by session id and by process: fleet.c's own */
};

struct fleet {
	const struct config *config;
	struct {
		vec_of(struct host);
	} hosts; /* one for each of config->hosts, same order */
	struct mailboxes *mailboxes;
	struct host_totals {
		struct session_counts counts;
		float logins_per_minute, failures_per_minute, deliveries_per_minute;
		int64_t queue;
		uint32_t up, away; /* hosts: not stale, and not reached, refused or given up */
	} totals;
	struct history sessions_history; /* one value an interval */
	struct fleet_index *index;       /* fleet.c's own */
};

struct fleet *fleet_new(const struct config *config);
void fleet_free(struct fleet *fleet);

/* Takes in a message about a host; of the others only the time is taken, by which hosts get
 * stale and leave the totals (so it wants the ticks, too). Names whose store is not known
 * on a host that has sessions for them, or that several hosts know, are appended to WANTED
 * (may be NULL): each once, a few hundred unanswered ones a host at most. */
struct store_wants {
	struct store_want {
		uint32_t host;
		uint32_t name;
	} *items;
	size_t count;
	size_t room;
};
void fleet_apply(struct fleet *fleet, struct message *message, struct store_wants *wanted);

bool host_stale(const struct host *host, const struct config *config, int64_t now_ms);

/* "ok", "stale 12s", "away 3m", "refused", "connecting", … into OUT; returns OUT. */
const char *host_state(
	const struct host *host, const struct config *config, int64_t now_ms, char out[32]);

/* The worst of its disks by space or inodes, in percent used, -1 unknown; *disk may be NULL. */
int host_worst_disk(const struct host *host, const struct sample_disk **disk);

/* One ranked phrase for what hurts most ("imap 1024/1024"), "" when nothing does. The level
 * is 0 calm, 1 look, 2 act. */
const char *host_why(const struct host *host, char out[96], int *level);

#endif
