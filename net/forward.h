/* SPDX-License-Identifier: MIT */
/*
 * The host's anvil socket through the SSH session, where the login may open it: the
 * sessions then cost no process on the host. It is tried once a link; when it is refused or
 * misbehaves the agent's own way is used, and nobody is bothered.
 */
#ifndef NET_FORWARD_H
#define NET_FORWARD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/anvil.h"
#include "net/session.h"

#define FORWARD_MS 10000 /* for one dump */
#define FORWARD_DUMP_MAX ((size_t)64 << 20)

enum forward_state {
	FORWARD_UNTRIED,
	FORWARD_OPENING,
	FORWARD_IDLE,
	FORWARD_DUMPING,
	FORWARD_DONE, /* the dump is whole */
	FORWARD_OFF,  /* not to be had */
};

struct forward {
	enum forward_state state;
	struct stream *stream;
	enum anvil_version version;
	struct anvil anvil;
	struct str dump;
	unsigned heads; /* lines still to come before the dump */
	int64_t deadline_ms;
};

void forward_open(struct forward *forward, struct session *session, const char *base_dir,
	const char *dovecot);
void forward_ask(struct forward *forward); /* IDLE: begins a dump */
void forward_step(struct forward *forward); /* after each pump */

/* DONE: what the dump says goes into the sample and `pids` (see anvil_take); then IDLE, or OFF. */
bool forward_take(struct forward *forward, bool full, struct sample *sample, struct str *pids);
void forward_close(struct forward *forward);

#endif
