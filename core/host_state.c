/* SPDX-License-Identifier: MIT */
/* What a host's row says in words: its state, and what hurts most. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/fleet.h"

bool host_stale(const struct host *host, const struct config *config, int64_t now_ms)
{
	int64_t since = host->asked_ms;

	if (!since && host->link == LINK_UP)
		since = host->link_since_ms;
	return since && now_ms - since > 3 * (int64_t)config->interval_ms;
}

/* "12s", "3m", "2h", "4d" behind a word. */
static void with_age(char out[32], const char *word, int64_t age_ms)
{
	int64_t age = age_ms > 0 ? age_ms / 1000 : 0;

	if (age < 120)
		snprintf(out, 32, "%s %" PRId64 "s", word, age);
	else if (age < 120 * 60)
		snprintf(out, 32, "%s %" PRId64 "m", word, age / 60);
	else if (age < 48 * 3600)
		snprintf(out, 32, "%s %" PRId64 "h", word, age / 3600);
	else
		snprintf(out, 32, "%s %" PRId64 "d", word, age / 86400);
}

const char *host_state(
	const struct host *host, const struct config *config, int64_t now_ms, char out[32])
{
	static const char *const words[] = {
		[LINK_WAITING] = "waiting",
		[LINK_CONNECTING] = "connecting",
		[LINK_ASKING] = "asking",
		[LINK_UP] = "ok",
		[LINK_AWAY] = "away",
		[LINK_REFUSED] = "refused",
		[LINK_CLOSED] = "closed",
	};
	bool trying = host->link == LINK_WAITING || host->link == LINK_CONNECTING;

	snprintf(out, 32, "%s", words[host->link]);
	if (host->link == LINK_AWAY || (trying && host->away_since_ms))
		with_age(out, "away", now_ms - host->away_since_ms);
	else if (host->link == LINK_UP && host_stale(host, config, now_ms))
		with_age(out, "stale",
			now_ms - (host->asked_ms ? host->asked_ms : host->link_since_ms));
	else if (host->link == LINK_UP && !host->asked_ms)
		snprintf(out, 32, "connected");
	return out;
}

/* Percent used as df prints it: rounded up, so that only what is empty is 0. */
static int used(int64_t size, int64_t free)
{
	double percent;

	if (size <= 0 || free < 0)
		return -1;
	if (free >= size)
		return 0;
	percent = ((double)(size - free) * 100 + (double)size - 1) / (double)size;
	return percent < 100 ? (int)percent : 100;
}

static int disk_used(const struct sample_disk *disk)
{
	int space = used(disk->size_kb, disk->free_kb);
	int inodes = used(disk->inodes, disk->free_inodes);

	return space > inodes ? space : inodes;
}

int host_worst_disk(const struct host *host, const struct sample_disk **out)
{
	int worst = -1;

	vec_each(&host->disks, disk)
		if (disk_used(disk) > worst) {
			worst = disk_used(disk);
			if (out)
				*out = disk;
		}
	return worst;
}

enum { CALM, LOOK, ACT };
enum { PHRASE = 96 };

static int why_read_only(const struct host *host, char out[PHRASE])
{
	vec_each(&host->disks, disk)
		if (disk->read_only) {
			snprintf(out, PHRASE, "%.70s read-only", disk->mount);
			return ACT;
		}
	return CALM;
}

static int why_disk(const struct host *host, char out[PHRASE])
{
	const struct sample_disk *disk;
	int percent = host_worst_disk(host, &disk);

	if (percent < 85)
		return CALM;
	snprintf(out, PHRASE, "%.60s %d %%%s", disk->mount, percent,
		used(disk->size_kb, disk->free_kb) < percent ? " of inodes" : "");
	return percent >= 95 ? ACT : LOOK;
}

static int why_service(const struct host *host, char out[PHRASE])
{
	const struct sample_service *worst = NULL;

	vec_each(&host->services, service)
		if (service->limit > 0 &&
			(!worst || service->count * worst->limit > worst->count * service->limit))
			worst = service;
	if (!worst || worst->count * 10 < worst->limit * 9)
		return CALM;
	snprintf(out, PHRASE, "%.40s %" PRId64 "/%" PRId64, worst->name, worst->count, worst->limit);
	return worst->count >= worst->limit ? ACT : LOOK;
}

static int why_problem(const struct host *host, char out[PHRASE])
{
	const struct sample_problem *worst = NULL;

	vec_each(&host->problems, problem)
		if (!worst || strcmp(problem->what, "dovecot") == 0)
			worst = problem;
	if (!worst)
		return CALM;
	snprintf(out, PHRASE, "%.90s", worst->text);
	return strcmp(worst->what, "dovecot") == 0 ? ACT : LOOK;
}

/* A figure with its two thresholds, between words. */
static int why_figure(double value, double look, double act, const char *before, const char *after,
	char out[PHRASE])
{
	if (!(value >= look))
		return CALM;
	snprintf(out, PHRASE, "%s%.0f%s", before, value, after);
	return value >= act ? ACT : LOOK;
}

static int why_io(const struct host *host, char out[PHRASE])
{
	if (!isnan(host->pressure_io))
		return why_figure(host->pressure_io, 20, 50, "I/O pressure ", " %", out);
	return why_figure(host->iowait_percent, 20, 50, "", " % waiting for disk", out);
}

static int why_memory(const struct host *host, char out[PHRASE])
{
	if (!isnan(host->pressure_memory) && host->pressure_memory >= 10)
		return why_figure(host->pressure_memory, 10, 30, "memory pressure ", " %", out);
	if (host->memory_total_kb <= 0 || host->memory_available_kb < 0)
		return CALM;
	return why_figure(100.0 * (1 - (double)host->memory_available_kb / (double)host->memory_total_kb),
		93, 98, "memory ", " % used", out);
}

static int why_load(const struct host *host, char out[PHRASE])
{
	int64_t cores = host->facts.cores > 0 ? host->facts.cores : 0;

	if (!cores || host->load[0] < 2 * (double)cores)
		return CALM;
	snprintf(out, PHRASE, "load %.1f on %" PRId64 " core%s", host->load[0], cores,
		cores == 1 ? "" : "s");
	return host->load[0] >= 4 * (double)cores ? ACT : LOOK;
}

static int why_cpu(const struct host *host, char out[PHRASE])
{
	return why_figure(host->cpu_percent, 95, 1000, "CPU ", " %", out);
}

/* What waits to be worked on; deferred mail may be old and nobody's fault. */
static int why_queue(const struct host *host, char out[PHRASE])
{
	int64_t waiting = (host->queue.active > 0 ? host->queue.active : 0) +
		(host->queue.incoming > 0 ? host->queue.incoming : 0) +
		(host->queue.maildrop > 0 ? host->queue.maildrop : 0);

	if (waiting >= 1000) {
		snprintf(out, PHRASE, "%" PRId64 " mails wait in the queue", waiting);
		return waiting >= 10000 ? ACT : LOOK;
	}
	if (host->queue.total < 100 || host->queue.oldest_s < 3600)
		return CALM;
	snprintf(out, PHRASE, "queue of %" PRId64 ", oldest %" PRId64 "h", host->queue.total,
		host->queue.oldest_s / 3600);
	return LOOK;
}

static int why_clock(const struct host *host, char out[PHRASE])
{
	int64_t off = host->clock_off_s;

	if (!off)
		return CALM;
	snprintf(out, PHRASE, "clock %" PRId64 "s %s", off < 0 ? -off : off, off < 0 ? "behind" : "ahead");
	return LOOK;
}

static int why_failures(const struct host *host, char out[PHRASE])
{
	return why_figure(host->failures_per_minute, 60, 10000, "", " failed logins a minute", out);
}

const char *host_why(const struct host *host, char out[96], int *level)
{
	/* At the same level, the earlier one counts. */
	static int (*const reasons[])(const struct host *, char[PHRASE]) = { why_read_only, why_disk,
		why_service, why_problem, why_io, why_memory, why_load, why_queue, why_cpu, why_failures,
		why_clock };
	char phrase[PHRASE];
	int worst = CALM;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		int found = reasons[i](host, phrase);

		if (found <= worst)
			continue;
		worst = found;
		memcpy(out, phrase, sizeof(phrase));
	}
	if (level)
		*level = worst;
	return out;
}
