/* SPDX-License-Identifier: MIT */
#include "net/connect.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "net/dial.h"
#include "net/login.h"

#define CONNECT_MS 10000
#define HANDSHAKE_MS 15000

static int64_t patience_ms(const struct ssh_settings *settings)
{
	return settings->connect_timeout_s ? (int64_t)settings->connect_timeout_s * 1000 : CONNECT_MS;
}

/* Lookups have turns of their own: a dead name service shall not hold up the others. */
static struct addrinfo *lookup(struct worker *worker, const struct ssh_settings *settings,
	struct err *err)
{
	struct addrinfo *list;
	bool counted = !dial_is_number(settings->host);

	if (counted && !turns_take(&worker->common->lookups, &worker->wake)) {
		err_set(err, ERR_CANCELLED, "given up");
		return NULL;
	}
	list = dial_lookup(settings->host, settings->port, settings->family, err);
	if (counted)
		turns_give(&worker->common->lookups);
	return list;
}

static int connect_straight(struct worker *worker, const struct ssh_settings *settings,
	struct err *err)
{
	struct addrinfo *list = lookup(worker, settings, err);
	int fd = -1;

	if (list && worker_turn_take(worker, NULL, err)) {
		worker_link(worker, LINK_CONNECTING, 0, NULL);
		fd = dial(list, settings->port, &worker->wake, clock_ms() + patience_ms(settings), err);
	}
	if (list)
		freeaddrinfo(list);
	return fd;
}

/* The last of "a,user@b:22": the one that ssh connects to; the others go into -J. */
static char *last_jump(const char *jumps, char **before)
{
	const char *comma = strrchr(jumps, ',');

	*before = comma ? mem_text_n(jumps, (size_t)(comma - jumps)) : NULL;
	return mem_text(comma ? comma + 1 : jumps);
}

static int connect_jump(struct connection *connection, struct worker *worker,
	const struct ssh_settings *settings, struct err *err)
{
	char *before, *last = last_jump(settings->proxy_jump, &before);
	struct str target = { 0 }, url = { 0 }, timeout = { 0 };
	char ssh[] = "ssh", o[] = "-o", batch[] = "BatchMode=yes", j[] = "-J", w[] = "-W", dashes[] = "--";
	char *argv[12] = { ssh, o, batch, o };
	int used = 4, fd = -1;

	str_addf(&timeout, "ConnectTimeout=%lld", (long long)(patience_ms(settings) + 999) / 1000);
	str_addf(&target, "[%s]:%d", settings->host, settings->port);
	/* user@host:port is understood in this form only. */
	str_addf(&url, "%s%s", strncmp(last, "ssh://", 6) == 0 ? "" : "ssh://", last);
	argv[used++] = timeout.data;
	if (before) {
		argv[used++] = j;
		argv[used++] = before;
	}
	argv[used++] = w;
	argv[used++] = target.data;
	argv[used++] = dashes;
	argv[used] = url.data;
	if (worker_turn_take(worker, last, err)) {
		worker_link(worker, LINK_CONNECTING, 0, "through %s", last);
		if (spawn_start(&connection->proxy, argv, err))
			fd = connection->proxy.fd;
	}
	str_release(&timeout);
	str_release(&target);
	str_release(&url);
	free(before);
	free(last);
	return fd;
}

static int connect_command(struct connection *connection, struct worker *worker,
	const struct ssh_settings *settings, struct err *err)
{
	const char *shell = getenv("SHELL");
	char *expanded, sh[] = "/bin/sh", c[] = "-c";
	struct str line = { 0 };
	char *argv[4] = { sh, c };
	int fd = -1;

	if (!sshconfig_is_plain(settings->host) || !sshconfig_is_plain(settings->user)) {
		err_set(err, ERR_REFUSED,
			"address or user hold characters that must not stand in a ProxyCommand");
		return -1;
	}
	expanded = ssh_settings_expand(settings, settings->proxy_command);
	str_addf(&line, "exec %s", expanded);
	free(expanded);
	argv[0] = mem_text(shell && *shell ? shell : sh);
	argv[2] = line.data;
	if (worker_turn_take(worker, NULL, err)) {
		worker_link(worker, LINK_CONNECTING, 0, "by ProxyCommand");
		if (spawn_start(&connection->proxy, argv, err))
			fd = connection->proxy.fd;
	}
	free(argv[0]);
	str_release(&line);
	return fd;
}

/* What a proxy said is often the better reason. */
static void proxy_words(struct connection *connection, struct err *err)
{
	char words[200];

	if (connection->proxy.pid <= 0 || err->kind == ERR_CANCELLED || err->kind == ERR_REFUSED)
		return;
	spawn_words(&connection->proxy, words, sizeof(words));
	if (words[0]) {
		struct err old = *err;

		err_set(err, ERR_AWAY, "%.250s (the way there says: %s)", old.text, words);
	}
}

static bool shake_hands(struct connection *connection, int fd, struct worker *worker,
	const struct ssh_settings *settings, struct err *err)
{
	struct str algorithms = { 0 };
	struct session_options options = { .fd = fd, .host = settings->host, .user = settings->user,
		.wake = &worker->wake };
	char *blob = NULL;
	bool ok;

	if (!trust_algorithms(worker->common->trust, settings, &algorithms, err)) {
		close(fd);
		return false;
	}
	options.key_types = algorithms.data;
	connection->session = session_new(&options);
	str_release(&algorithms);
	ok = session_handshake(connection->session, clock_ms() + HANDSHAKE_MS, err) &&
		session_host_key(connection->session, &blob, err);
	if (!ok && err->kind == ERR_AWAY)
		err_context(err, "key exchange");
	ok = ok && trust_check(worker->common->trust, settings, blob, worker, err);
	if (ok) {
		ok = login(connection->session, settings, worker, err);
		if (!ok && err->kind == ERR_AWAY)
			err_context(err, "login as %s", settings->user);
	}
	free(blob);
	return ok;
}

bool connection_open(struct connection *connection, struct worker *worker, struct err *err)
{
	struct ssh_settings settings;
	int fd;
	bool ok = false;

	*connection = (struct connection){ .proxy = { .fd = -1, .err_fd = -1, .end_fd = -1 } };
	if (!sshconfig_settings(worker->common->sshconfig, &worker->host, &worker->wake, &settings, err))
		return false;
	if (settings.proxy_jump)
		fd = connect_jump(connection, worker, &settings, err);
	else if (settings.proxy_command)
		fd = connect_command(connection, worker, &settings, err);
	else
		fd = connect_straight(worker, &settings, err);
	connection->proxy.fd = -1; /* the session closes it */
	if (fd >= 0)
		ok = shake_hands(connection, fd, worker, &settings, err);
	if (!ok)
		proxy_words(connection, err);
	worker_turn_give(worker);
	ssh_settings_release(&settings);
	if (!ok)
		connection_close(connection);
	return ok;
}

void connection_close(struct connection *connection)
{
	session_free(connection->session);
	connection->session = NULL;
	spawn_end(&connection->proxy);
}
