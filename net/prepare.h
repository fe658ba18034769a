/* SPDX-License-Identifier: MIT */
/*
 * `mailmend hosts prepare HOST`: installs the root-owned agent that `become` runs, and takes it
 * away again. Three things, each made as a new file and a rename:
 *
 *	/usr/local/sbin/mailmend-agent   the agent, 0755 root:root
 *	/etc/sudoers.d/mailmend          one line for the login user, 0440, checked by visudo first
 *	/var/lib/mailmend                a folder for later work, 0700 root:root
 *
 * It can be done twice and undone twice. It needs a root login, or a user whom sudo already
 * lets run a shell without a password.
 */
#ifndef NET_PREPARE_H
#define NET_PREPARE_H

#include "net/session.h"
#include "net/worker.h"

/* Answers COMMAND_PREPARE by MESSAGE_PREPARE: the exact plan, or (`yes`) what was done. */
void prepare(struct worker *worker, struct session *session, const struct command *command);

#endif
