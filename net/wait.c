/* SPDX-License-Identifier: MIT */
#include "net/wait.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

bool wake_init(struct wake *wake, struct err *err)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return err_errno(err, ERR_IO, "cannot make a descriptor to wake a worker");
	wake->fd = fd;
	atomic_init(&wake->stop, false);
	return true;
}

void wake_release(struct wake *wake)
{
	close(wake->fd);
}

void wake_up(struct wake *wake)
{
	eventfd_write(wake->fd, 1);
}

void wake_stop(struct wake *wake)
{
	atomic_store(&wake->stop, true);
	wake_up(wake);
}

void wake_clear(struct wake *wake)
{
	eventfd_t ignored;

	eventfd_read(wake->fd, &ignored);
}

int wait_left(int64_t deadline_ms)
{
	int64_t left = deadline_ms - clock_ms();

	if (left <= 0)
		return 0;
	return left > 3600000 ? 3600000 : (int)left;
}

bool wait_fd(struct wake *wake, int fd, short events, int64_t deadline_ms, struct err *err)
{
	struct pollfd polled[2] = { { .fd = wake->fd, .events = POLLIN }, { .fd = fd, .events = events } };

	for (;;) {
		if (atomic_load(&wake->stop))
			return err_set(err, ERR_CANCELLED, "given up");
		if (poll(polled, 2, wait_left(deadline_ms)) < 0 && errno != EINTR)
			return err_errno(err, ERR_IO, "poll");
		if (polled[0].revents) {
			wake_clear(wake);
			polled[0].revents = 0;
			continue;
		}
		if (polled[1].revents)
			return true;
		if (clock_ms() >= deadline_ms)
			return err_set(err, ERR_AWAY, "timed out");
	}
}

bool wait_wake(struct wake *wake, int64_t deadline_ms, struct err *err)
{
	struct pollfd polled = { .fd = wake->fd, .events = POLLIN };

	if (atomic_load(&wake->stop))
		return err_set(err, ERR_CANCELLED, "given up");
	poll(&polled, 1, wait_left(deadline_ms));
	wake_clear(wake);
	return !atomic_load(&wake->stop) || err_set(err, ERR_CANCELLED, "given up");
}

uint32_t random_below(uint32_t below)
{
	uint32_t number = 0;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
		number = (uint32_t)clock_ms();
	return below ? number % below : 0;
}
