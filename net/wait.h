/* SPDX-License-Identifier: MIT */
/*
 * Waiting with an end: every wait of a worker has a deadline on the console's own
 * clock and is cut off at once when the worker is told to stop.
 */
#ifndef NET_WAIT_H
#define NET_WAIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/err.h"

/* What cuts waits short: `fd` (an eventfd) becomes readable when something changed. */
struct wake {
	int fd;
	atomic_bool stop;
};

bool wake_init(struct wake *wake, struct err *err);
void wake_release(struct wake *wake);
void wake_up(struct wake *wake);    /* any thread */
void wake_stop(struct wake *wake);  /* any thread; stays */
void wake_clear(struct wake *wake); /* the waiting thread: what woke it was seen to */

/* Milliseconds for poll(2) until the deadline: at least 0, at most an hour. */
int wait_left(int64_t deadline_ms);

/*
 * Waits until one of EVENTS (or an error) is there on FD. Fails with ERR_AWAY "timed
 * out" at the deadline and with ERR_CANCELLED when the worker shall stop.
 */
bool wait_fd(struct wake *wake, int fd, short events, int64_t deadline_ms, struct err *err);

/* Waits until the wake is woken or for the deadline; false: the worker shall stop. */
bool wait_wake(struct wake *wake, int64_t deadline_ms, struct err *err);

/* Random number in [0, below), not for secrets. */
uint32_t random_below(uint32_t below);

#endif
