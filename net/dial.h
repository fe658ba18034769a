/* SPDX-License-Identifier: MIT */
/* TCP connections: every address that a name has, in turn, with an end to the waiting. */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include "core/base/err.h"
#include "net/wait.h"

/*
 * A connected, non-blocking descriptor, or -1. FAMILY is AF_UNSPEC, AF_INET or AF_INET6. The
 * name lookup itself cannot be cut off; whoever must not wait for it abandons the thread.
 */
int dial(const char *host, int port, int family, struct wake *wake, int64_t deadline_ms,
	struct err *err);

#endif
