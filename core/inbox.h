/* SPDX-License-Identifier: MIT */
/*
 * The inbox: the one place where threads meet. Workers put messages in, the UI thread
 * takes them all at once; the lock is held for a pointer swap. Its descriptor is
 * readable while messages wait. A worker has at most one sample unread here: the console
 * paces it, so a flood never fills the memory.
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
void inbox_put(struct inbox *inbox, struct message *message); /* takes the message */
struct message *inbox_take(struct inbox *inbox); /* all, oldest first; NULL when empty */

#endif
