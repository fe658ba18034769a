/* SPDX-License-Identifier: MIT */
#include "net/live.h"

#include <string.h>

#include "net/connect.h"
#include "net/work.h"
#include "net/worker.h"

int64_t backoff_ms(unsigned failures)
{
	unsigned doublings = failures ? failures - 1 : 0;

	if (doublings > 5)
		return BACKOFF_MOST_MS;
	return (int64_t)BACKOFF_FIRST_MS << doublings;
}

static bool reconnect_wanted(struct worker *worker)
{
	bool wanted;

	pthread_mutex_lock(&worker->lock);
	wanted = worker->reconnect;
	worker->reconnect = false;
	pthread_mutex_unlock(&worker->lock);
	return wanted;
}

/* Until the time has come or a person wants it now; false: the worker shall stop. */
static bool pause_until(struct worker *worker, int64_t until_ms)
{
	while (clock_ms() < until_ms) {
		if (!wait_wake(&worker->wake, until_ms, NULL))
			return false;
		if (reconnect_wanted(worker))
			return true;
		work_refuse(worker, "the host is not connected");
	}
	return true;
}

/* One connection from its beginning to its end, which is always an error. */
static void attempt(struct worker *worker, struct err *err)
{
	struct connection connection;
	int64_t since;

	worker_link(worker, LINK_WAITING, 0, NULL);
	if (!connection_open(&connection, worker, err))
		return;
	since = clock_ms();
	work(worker, connection.session, err);
	if (clock_ms() - since >= STABLE_MS)
		worker->failures = 0;
	connection_close(&connection);
}

static int64_t random_wait(unsigned failures)
{
	int64_t most = backoff_ms(failures);

	/* Full jitter, but never at once: a host that is down is no reason for a loop. */
	return most / 10 + random_below((uint32_t)(most - most / 10));
}

void live(struct worker *worker)
{
	while (!atomic_load(&worker->wake.stop)) {
		struct err err = { 0 };
		int64_t retry_ms = INT64_MAX;

		attempt(worker, &err);
		if (err.kind == ERR_CANCELLED)
			break;
		worker->failures++;
		if (err.kind == ERR_REFUSED || err.kind == ERR_RIGHTS || err.kind == ERR_CONFIG) {
			worker_link(worker, LINK_REFUSED, 0, "%s", err.text);
		} else {
			retry_ms = clock_ms() + random_wait(worker->failures);
			worker_link(worker, LINK_AWAY, retry_ms, "%s", err.text);
		}
		work_refuse(worker, err.text);
		if (!pause_until(worker, retry_ms))
			break;
	}
}
