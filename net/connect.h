/* SPDX-License-Identifier: MIT */
/* From a host's name to a session that is logged in. */
#ifndef NET_CONNECT_H
#define NET_CONNECT_H

#include "net/session.h"
#include "net/spawn.h"
#include "net/worker.h"

struct connection {
	struct session *session;
	struct spawn proxy; /* ssh -W or the user's ProxyCommand, or nothing */
};

/*
 * Connects and logs in; takes its turn for that and gives it back. Fails with ERR_REFUSED when
 * trying again does not help, ERR_CANCELLED at the end, otherwise ERR_AWAY or ERR_IO.
 */
bool connection_open(struct connection *connection, struct worker *worker, struct err *err);
void connection_close(struct connection *connection);

#endif
