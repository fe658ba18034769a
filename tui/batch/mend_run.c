/* SPDX-License-Identifier: MIT */
/*
 * A job that is carried out: started on its hosts, followed, followed again after a link was
 * lost. What runs, runs on the hosts: nothing that happens here stops a unit.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tui/batch/mend.h"

enum { TRIES = 3 };

static volatile sig_atomic_t stopped;
static int stop_fd = -1;

static void stop(int number)
{
	static const uint64_t one = 1;
	int kept = errno;

	stopped = number;
	if (write(stop_fd, &one, sizeof(one)) < 0)
		stopped = number;
	errno = kept;
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static bool changed(const struct batch *batch)
{
	return batch->mend->news || stopped;
}

static bool part_open(const struct mend *mend, uint32_t host)
{
	vec_each(&mend->job->units, unit)
		if (unit->target.index == host &&
			(unit->state == UNIT_QUEUED || unit->state == UNIT_RUNNING))
			return true;
	return false;
}

static void start(struct batch *batch, struct mend *mend, uint32_t host, int64_t lease)
{
	struct str text = { 0 };
	int answers = repair_ask_start(&text, &mend->job->plan, host, batch->setup->who, lease,
		mend->job->hosts.items[host].seen);

	mend_ask(batch, mend, host, &text, answers);
	mend->hosts[host].part = PART_ASKED;
}

static void resume(struct batch *batch, struct mend *mend, uint32_t host)
{
	struct str text = { 0 };
	int answers = repair_ask_resume(&text, mend->job->plan.hash, mend->job->hosts.items[host].seen);

	mend_ask(batch, mend, host, &text, answers);
}

static void give_up(struct mend *mend, uint32_t host, const char *why)
{
	job_host_ended(mend->job, host, why);
	mend->hosts[host].part = PART_OVER;
}

/* The answer of a host has ended. */
static void step_ended(struct batch *batch, struct mend *mend, uint32_t index, int64_t lease)
{
	struct mend_host *host = &mend->hosts[index];

	if (!part_open(mend, index)) {
		host->part = PART_OVER;
	} else if (host->error && !host->up) {
		batch_say("%s: the link was lost; what was started goes on there",
			batch->config->hosts.items[index].name);
		host->part = PART_LOST;
		host->lost_ms = clock_ms();
	} else if (host->tries++ >= TRIES) {
		give_up(mend, index, host->error ? host->error : "its runner ended before its time");
	} else if (host->error) {
		start(batch, mend, index, lease);
	} else {
		resume(batch, mend, index);
	}
}

static void step(struct batch *batch, struct mend *mend, uint32_t index, int64_t lease,
	int64_t patience_ms)
{
	struct mend_host *host = &mend->hosts[index];

	if (host->part == PART_ASKED && host->ended)
		step_ended(batch, mend, index, lease);
	if (host->part != PART_LOST)
		return;
	if (host->up)
		start(batch, mend, index, lease);
	else if (clock_ms() - host->lost_ms >= patience_ms)
		give_up(mend, index, "the link to its host was lost; the unit goes on there");
	else if (host->lost_ms + patience_ms < batch->deadline_ms)
		batch->deadline_ms = host->lost_ms + patience_ms;
}

static bool is_over(const struct batch *batch, const struct mend *mend)
{
	for (size_t i = 0; i < batch->config->hosts.count; i++)
		if (mend->hosts[i].part == PART_ASKED || mend->hosts[i].part == PART_LOST)
			return false;
	return true;
}

static void follow(struct batch *batch, struct mend *mend, int64_t lease, int64_t patience_ms)
{
	uint32_t hosts = (uint32_t)batch->config->hosts.count;

	for (uint32_t i = 0; i < hosts; i++)
		if (mend->job->hosts.items[i].count)
			start(batch, mend, i, lease);
	while (!stopped) {
		mend->news = false;
		batch->deadline_ms = INT64_MAX / 4;
		for (uint32_t i = 0; i < hosts; i++)
			step(batch, mend, i, lease, patience_ms);
		if (is_over(batch, mend))
			break;
		batch_pump(batch, changed);
	}
	for (uint32_t i = 0; i < hosts; i++)
		mend->hosts[i].part = PART_NONE;
}

bool mend_run(struct batch *batch, struct mend *mend, int64_t patience_ms)
{
	struct sigaction old[SIGNALS], watch = { .sa_handler = stop };
	/* Greater than that of whoever began the same plan before. */
	int64_t lease = clock_wall_s() * 1000 + getpid() % 1000;

	stopped = 0;
	stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	batch->stop_fd = stop_fd;
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &watch, &old[i]);
	mend->follows = true;
	follow(batch, mend, lease, patience_ms);
	mend->follows = false;
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &old[i], NULL);
	batch->stop_fd = -1;
	close(stop_fd);
	return !stopped;
}
