/* SPDX-License-Identifier: MIT */
#include "core/inbox.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/mem.h"

struct inbox {
	pthread_mutex_t lock;
	struct message *first, *last;
	int event;
	_Atomic uint64_t takes;
};

struct inbox *inbox_new(void)
{
	struct inbox *inbox = mem_new(sizeof(*inbox));

	pthread_mutex_init(&inbox->lock, NULL);
	inbox->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return inbox;
}

void inbox_free(struct inbox *inbox)
{
	struct message *message, *next;

	if (!inbox)
		return;
	for (message = inbox->first; message; message = next) {
		next = message->next;
		message_free(message);
	}
	close(inbox->event);
	pthread_mutex_destroy(&inbox->lock);
	free(inbox);
}

int inbox_fd(const struct inbox *inbox)
{
	return inbox->event;
}

uint64_t inbox_put(struct inbox *inbox, struct message *message)
{
	bool was_empty;
	uint64_t take;

	message->next = NULL;
	pthread_mutex_lock(&inbox->lock);
	was_empty = !inbox->first;
	if (was_empty)
		inbox->first = message;
	else
		inbox->last->next = message;
	inbox->last = message;
	/* Under the lock, so that the descriptor never says "empty" about a full box. */
	if (was_empty)
		eventfd_write(inbox->event, 1);
	take = atomic_load(&inbox->takes) + 1;
	pthread_mutex_unlock(&inbox->lock);
	return take;
}

uint64_t inbox_takes(const struct inbox *inbox)
{
	return atomic_load(&inbox->takes);
}

struct message *inbox_take(struct inbox *inbox)
{
	struct message *first;
	eventfd_t ignored;

	pthread_mutex_lock(&inbox->lock);
	first = inbox->first;
	inbox->first = inbox->last = NULL;
	eventfd_read(inbox->event, &ignored);
	atomic_fetch_add(&inbox->takes, 1);
	pthread_mutex_unlock(&inbox->lock);
	return first;
}
