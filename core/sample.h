/* SPDX-License-Identifier: MIT */
/*
 * A sample: what one host reported at one moment, as the agent's protocol carries it
 * (net/agent/PROTOCOL). A worker feeds the lines of one answer to sample_feed until it
 * is whole, and hands the sample over; nobody changes it after that.
 *
 * Most of a sample is a difference to the one before: sessions that came and went,
 * processes whose figures moved. `full` says that everything before is void.
 */
#ifndef CORE_SAMPLE_H
#define CORE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/vec.h"

#define SAMPLE_LINE_MAX ((size_t)128 << 10) /* longer lines are the host's fault */
#define SAMPLE_ROWS_MAX 1000000             /* more sessions on one host are too */
#define SAMPLE_SESSION_TEXT_MAX 200         /* bytes of a session's texts but for its mailbox */
#define SAMPLE_FEW_MAX 1000                 /* more disks, services, problems or error lines, too */

struct sample_session {
	uint64_t id; /* the agent's own; never used twice in one run of it */
	char *mailbox;
	char *service; /* "imap", "pop3", … */
	char *address; /* "" when there is none */
	int32_t pid;
};

struct sample_use {
	int32_t pid;
	uint64_t cpu_ticks; /* cumulative */
	int64_t read_bytes; /* cumulative, from storage; -1 unknown */
	int64_t write_bytes;
	double seconds; /* since the figures before were taken: what a rate is made with; 0: the first */
};

struct sample_delivered {
	char *mailbox;
	uint32_t count;
};

struct sample_queue {
	int64_t total, incoming, active, deferred, hold, maildrop; /* messages; -1 unknown */
	int64_t oldest_s;                                          /* -1 unknown */
};

struct sample_service {
	char *name;
	int64_t count, limit;
};

struct sample_disk {
	char *mount, *type, *source;
	int64_t size_kb, free_kb, inodes, free_inodes; /* -1 unknown */
	bool read_only;
};

struct sample_problem {
	char *what, *text, *mend;
};

struct sample_facts {
	char *hostname, *dovecot, *postfix, *log; /* NULL unknown or not there */
	char *base_dir;                           /* where Dovecot's sockets are */
	int64_t cores, hz;                        /* 0 unknown */
	int64_t clock_s;                          /* seconds since the epoch; 0 unknown */
};

struct sample_rates {
	double seconds;                         /* counted over */
	int64_t logins, failures, deliveries; /* -1 unknown */
};

struct sample_hello {
	int protocol_low, protocol_high;
	char build[17];
	char *boot;
	double uptime_s;
	int64_t clock_s; /* 0 unknown */
	int64_t user;    /* uid; -1 unknown */
};

struct sample {
	uint64_t seq;
	int64_t asked_ms; /* console's own monotonic time; set by the worker */
	bool full;
	bool whole; /* its "end" was seen */
	double uptime_s;
	double load[3];
	uint64_t cpu_busy, cpu_iowait, cpu_total; /* ticks since boot, cumulative */

	/* Each of these is there only when its flag says so. */
	bool has_memory, has_pressure, has_rates, has_queue, has_services, has_disks, has_facts,
		has_problems;
	struct {
		int64_t total_kb, available_kb, swap_total_kb, swap_free_kb;
	} memory;
	struct {
		double cpu, io, memory;
	} pressure; /* percent */
	struct sample_rates rates;
	struct sample_queue queue; /* all -1: no Postfix */
	struct sample_facts facts;

	struct {
		vec_of(struct sample_session);
	} add;
	struct {
		vec_of(uint64_t);
	} gone;
	struct {
		vec_of(struct sample_use);
	} use;
	struct {
		vec_of(struct sample_delivered);
	} delivered;
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
	} errors;
};

/* Adds one line to the sample. A line that is not of the protocol is an error, the
 * sample stays as it was. Keys that are not known are passed over. */
bool sample_feed(struct sample *sample, const char *line, size_t len, struct err *err);

bool sample_hello_parse(struct sample_hello *hello, const char *line, size_t len, struct err *err);
void sample_hello_release(struct sample_hello *hello);

struct sample *sample_new(void);
void sample_free(struct sample *sample); /* NULL is fine */

/* One answer of the agent's `stores`. */
struct store_seen {
	char *mailbox;
	char *home, *driver, *path, *location, *mounted, *source, *type, *id; /* NULL unknown */
	bool there;
	char *error; /* NULL: looked up */
};

bool store_seen_parse(struct store_seen *seen, const char *line, size_t len, bool *end,
	struct err *err);
void store_seen_release(struct store_seen *seen);

/* One line of the agent's `mailboxes`: names are added to OUT; *end tells the last line. */
struct names_seen {
	vec_of(char *);
};
bool names_seen_parse(struct names_seen *out, const char *line, size_t len, bool *end,
	struct err *err);
void names_seen_release(struct names_seen *names);

/* One line of the agent's `doctor`. */
struct doctor_check {
	char *name, *found, *mend;
	int good; /* 1 yes, 0 no, -1 cannot be told */
};
bool doctor_check_parse(struct doctor_check *check, const char *line, size_t len, bool *end,
	struct err *err);
void doctor_check_release(struct doctor_check *check);

#endif
