/* SPDX-License-Identifier: MIT */
/* TCP connections: every address that a name has, in turn, with an end to the waiting. */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include "core/base/err.h"
#include "net/wait.h"

struct addrinfo;

/*
 * Every address of a name, or NULL; freed with freeaddrinfo. FAMILY is AF_UNSPEC, AF_INET or
 * AF_INET6. A lookup cannot be cut off; whoever must not wait for it abandons the thread.
 */
struct addrinfo *dial_lookup(const char *host, int port, int family, struct err *err);
bool dial_is_number(const char *host); /* needs no lookup */

/* A connected, non-blocking descriptor, or -1. */
int dial(const struct addrinfo *addresses, int port, struct wake *wake, int64_t deadline_ms,
	struct err *err);

#endif
