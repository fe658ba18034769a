/* SPDX-License-Identifier: MIT */
/*
 * The network: one worker thread a host, one SSH session each, over which the host's
 * agent answers samples. Messages about hosts appear in the inbox; commands go in here.
 * Nothing here is ever waited for: network_free gives up on a worker that is stuck in a
 * call that cannot be cut off (a name lookup, a frozen ssh-agent) and leaves it behind.
 */
#ifndef NET_NETWORK_H
#define NET_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/command.h"
#include "core/config.h"
#include "core/inbox.h"

struct network;

struct network_options {
	const struct config *config; /* outlives the network */
	struct inbox *inbox;         /* outlives it, too */
	const char *only;            /* comma-separated host names, or NULL for all */
	bool samples;                /* false: log in and say hello, no samples (doctor, prepare) */
	bool bare;                   /* log in only, no agent: LINK_UP after the login (prepare) */
	bool may_ask;                /* false: a question is a refusal that says what to do */
	int handshakes;              /* at once; 0: 32 */
};

struct network *network_new(const struct network_options *options, struct err *err);
void network_free(struct network *network);

/* For COMMAND_ANSWER, _RECONNECT, _STORES, _NAMES, _DOCTOR, _CHECK, _JOB, _PREPARE; takes what
 * the command owns. */
void network_do(struct network *network, struct command *command);

#endif
