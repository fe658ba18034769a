/* SPDX-License-Identifier: MIT */
/*
 * The inbox: the one place where threads meet. Workers put messages in, the UI thread
 * takes them all at once; the lock is held for a pointer swap. Its descriptor is
 * readable while messages wait. A worker has at most one sample unread here: the console
 * paces it, so a flood never fills the memory. How: inbox_put tells the number of the
 * take that will fetch the message, and the worker asks its host for the next sample
 * when inbox_takes has reached it.
 */
#ifndef CORE_INBOX_H
#define CORE_INBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/message.h"

struct inbox;

struct inbox *inbox_new(void);
void inbox_free(struct inbox *inbox); /* frees the messages that wait, too */
int inbox_fd(const struct inbox *inbox);
uint64_t inbox_put(struct inbox *inbox, struct message *message); /* takes the message */
uint64_t inbox_takes(const struct inbox *inbox); /* calls of inbox_take so far; any thread */
struct message *inbox_take(struct inbox *inbox); /* all, oldest first; NULL when empty */

#endif
