/* SPDX-License-Identifier: MIT */
/*
 * Logging in over a session whose host key was accepted: keys of the ssh-agent, key files
 * (passphrases are asked for in the console), certificates, keyboard-interactive, password; in
 * OpenSSH's order. A login that was refused is ERR_REFUSED and not to be tried again by
 * itself; one that a lost link cut off is ERR_AWAY.
 */
#ifndef NET_LOGIN_H
#define NET_LOGIN_H

#include <stdbool.h>

#include "core/base/err.h"
#include "net/session.h"
#include "net/sshconfig.h"
#include "net/worker.h"

bool login(struct session *session, const struct ssh_settings *settings, struct worker *worker,
	struct err *err);

#endif
