/* SPDX-License-Identifier: MIT */
#include "net/dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* With more addresses to try, none gets all of the time. */
#define SHARE_MS 5000
/* The kernel's own idea of a dead network; a frozen host is seen by the worker. */
#define DEAD_NETWORK_MS 15000

static void options_set(int fd)
{
	int on = 1, dead = DEAD_NETWORK_MS, idle = 5, count = 3;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof(dead));
}

static bool refused(const struct addrinfo *address, int port, int code, struct err *err)
{
	char text[INET6_ADDRSTRLEN + 20] = "?";

	getnameinfo(address->ai_addr, address->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST);
	if (code == ECONNREFUSED)
		return err_set(err, ERR_AWAY, "connection refused by %s port %d; is sshd running there?",
			text, port);
	if (code == ETIMEDOUT)
		return err_set(err, ERR_AWAY, "connection to %s port %d timed out", text, port);
	errno = code;
	return err_errno(err, ERR_AWAY, "cannot connect to %s port %d", text, port);
}

static int connect_one(const struct addrinfo *address, int port, struct wake *wake,
	int64_t deadline_ms, struct err *err)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int code = 0;
	socklen_t size = sizeof(code);

	if (fd < 0) {
		err_errno(err, ERR_IO, "cannot make a socket");
		return -1;
	}
	options_set(fd);
	if (connect(fd, address->ai_addr, address->ai_addrlen) < 0 && errno != EINPROGRESS) {
		code = errno;
	} else if (!wait_fd(wake, fd, POLLOUT, deadline_ms, err)) {
		if (err->kind != ERR_AWAY)
			goto failed;
		code = ETIMEDOUT;
	} else {
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size);
	}
	if (code == 0)
		return fd;
	refused(address, port, code, err);
failed:
	close(fd);
	return -1;
}

bool dial_is_number(const char *host)
{
	struct in6_addr address;

	return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

struct addrinfo *dial_lookup(const char *host, int port, int family, struct err *err)
{
	struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	char service[16];
	int code;

	snprintf(service, sizeof(service), "%d", port);
	code = getaddrinfo(host, service, &hints, &list);
	if (code == 0)
		return list;
	if (code == EAI_NONAME)
		err_set(err, ERR_AWAY, "the name %s is not found; check the address or the name service", host);
	else
		err_set(err, ERR_AWAY, "the name %s cannot be looked up: %s", host, gai_strerror(code));
	return NULL;
}

int dial(const struct addrinfo *addresses, int port, struct wake *wake, int64_t deadline_ms,
	struct err *err)
{
	int fd = -1;

	for (const struct addrinfo *at = addresses; at && fd < 0; at = at->ai_next) {
		int64_t until = deadline_ms;

		if (at->ai_next && clock_ms() + SHARE_MS < until)
			until = clock_ms() + SHARE_MS;
		fd = connect_one(at, port, wake, until, err);
		if (fd < 0 && err->kind == ERR_CANCELLED)
			break;
	}
	return fd;
}
