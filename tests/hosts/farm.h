/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the network share: a real sshd of the current user on a loopback
 * address, in a folder of its own, and a network that is watched through its inbox.
 */
#ifndef TESTS_HOSTS_FARM_H
#define TESTS_HOSTS_FARM_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "net/network.h"
#include "net/wait.h"

struct farm {
	char folder[128];
	char address[24];
	int port;
	pid_t sshd;
	const char *tail; /* of sshd_config: Match blocks; NULL: none */
	struct config config;
	struct inbox *inbox;
	struct network *network;
	struct message *waiting; /* taken from the inbox, not yet looked at */
	char said[700];          /* the text of the newest link message */
};

static inline char *farm_path(const struct farm *farm, const char *name)
{
	static char paths[8][256];
	static unsigned next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", farm->folder, name);
	return path;
}

__attribute__((format(printf, 2, 3))) static inline int farm_shell(const struct farm *farm,
	const char *format, ...)
{
	struct str line = { 0 };
	va_list args;
	int code;

	str_addf(&line, "cd '%s' && { ", farm->folder);
	va_start(args, format);
	str_addv(&line, format, args);
	va_end(args);
	str_adds(&line, "\n}");
	code = system(str_text(&line));
	str_release(&line);
	return code;
}

static inline void farm_write(const struct farm *farm, const char *name, const char *text)
{
	FILE *file = fopen(farm_path(farm, name), "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static inline int farm_free_port(const char *address)
{
	struct sockaddr_in name = { .sin_family = AF_INET };
	socklen_t size = sizeof(name);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, address, &name.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &size), 0);
	close(fd);
	return ntohs(name.sin_port);
}

static inline bool farm_answers(const struct farm *farm, int port)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool there;

	inet_pton(AF_INET, farm->address, &name.sin_addr);
	there = connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0;
	close(fd);
	return there;
}

/* Waits for a state; the pause is no more than what keeps the loop from eating the machine. */
#define farm_until(seconds, condition) do { \
	int64_t until_ = clock_ms() + (int64_t)(seconds) * 1000; \
	while (!(condition)) { \
		if (clock_ms() > until_) \
			fail_msg("not within %d s: %s", (int)(seconds), #condition); \
		poll(NULL, 0, 10); \
	} \
} while (0)

/* EXTRA are lines for sshd_config that win over those here. */
static inline void farm_sshd(struct farm *farm, const char *extra)
{
	struct str text = { 0 };

	str_addf(&text, "%s\nListenAddress %s\nPort %d\nHostKey %s/hostkey\nPidFile none\n"
		"AuthorizedKeysFile %s/authorized_keys\nStrictModes no\nUsePAM no\n"
		"PasswordAuthentication no\nKbdInteractiveAuthentication no\nMaxStartups 100:30:200\n"
		"MaxSessions 10\nSetEnv HOME=%s/home XDG_CACHE_HOME=%s/home/.cache\n%s",
		extra, farm->address, farm->port, farm->folder, farm->folder, farm->folder, farm->folder,
		farm->tail ? farm->tail : "");
	farm_write(farm, "sshd_config", str_text(&text));
	str_release(&text);
	farm->sshd = fork();
	assert_true(farm->sshd >= 0);
	if (farm->sshd == 0) {
		setpgid(0, 0);
		execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-f", farm_path(farm, "sshd_config"), "-E",
			farm_path(farm, "sshd.log"), (char *)NULL);
		_exit(127);
	}
	farm_until(10, farm_answers(farm, farm->port));
}

/* The listener and, first, what serves its connections: two processes each, unless for root. */
static inline void farm_kill_sshd(struct farm *farm)
{
	if (farm->sshd > 0) {
		farm_shell(farm, "for p in $(pgrep -P %d); do kill -KILL $p $(pgrep -P $p); done; true",
			(int)farm->sshd);
		kill(-farm->sshd, SIGCONT);
		kill(-farm->sshd, SIGKILL);
		kill(farm->sshd, SIGKILL);
		waitpid(farm->sshd, NULL, 0);
	}
	farm->sshd = 0;
}

/* Keys, and a known_hosts file that knows the host. */
static inline void farm_init(struct farm *farm)
{
	*farm = (struct farm){ .address = "127.0.17.1" };
	snprintf(farm->folder, sizeof(farm->folder), "%s/mailmend-hosts-XXXXXX",
		getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(farm->folder));
	farm->port = farm_free_port(farm->address);
	if (geteuid() == 0)
		mkdir("/run/sshd", 0755);
	assert_int_equal(farm_shell(farm, "mkdir home && ssh-keygen -q -t ed25519 -N '' -f hostkey && "
		"ssh-keygen -q -t ed25519 -N '' -f key && cat key.pub >authorized_keys && "
		"{ printf '[%s]:%d '; cat hostkey.pub; } >known_hosts", farm->address, farm->port), 0);
	farm->inbox = inbox_new();
	farm->config.interval_ms = 200;
}

static inline void farm_release(struct farm *farm)
{
	struct message *next;

	network_free(farm->network);
	farm_kill_sshd(farm);
	for (; farm->waiting; farm->waiting = next) {
		next = farm->waiting->next;
		message_free(farm->waiting);
	}
	inbox_free(farm->inbox);
	vec_each(&farm->config.hosts, host) {
		free(host->name);
		free(host->address);
		free(host->user);
		free(host->identity);
		free(host->known_hosts);
		free(host->become);
	}
	vec_release(&farm->config.hosts);
	farm_shell(farm, "rm -rf '%s'", farm->folder);
}

static inline struct config_host *farm_host(struct farm *farm, const char *name)
{
	struct config_host *host = vec_add(&farm->config.hosts);
	const struct passwd *me = getpwuid(getuid());

	host->name = mem_text(name);
	host->address = mem_text(farm->address);
	host->port = farm->port;
	host->user = mem_text(me ? me->pw_name : "root");
	host->identity = mem_text(farm_path(farm, "key"));
	host->known_hosts = mem_text(farm_path(farm, "known_hosts"));
	return host;
}

static inline void farm_go(struct farm *farm, bool samples, bool bare, bool may_ask)
{
	struct network_options options = { .config = &farm->config, .inbox = farm->inbox,
		.samples = samples, .bare = bare, .may_ask = may_ask };
	struct err err = { 0 };

	farm->network = network_new(&options, &err);
	if (!farm->network)
		fail_msg("%s", err.text);
}

static inline struct message *farm_next(struct farm *farm, int64_t deadline_ms)
{
	struct pollfd polled = { .fd = inbox_fd(farm->inbox), .events = POLLIN };
	struct message *message;

	if (!farm->waiting && poll(&polled, 1, wait_left(deadline_ms)) > 0)
		farm->waiting = inbox_take(farm->inbox);
	message = farm->waiting;
	if (message)
		farm->waiting = message->next;
	return message;
}

static inline void farm_note(struct farm *farm, const struct message *message)
{
	if (message->kind != MESSAGE_LINK)
		return;
	snprintf(farm->said, sizeof(farm->said), "%s", message->link.text ? message->link.text : "");
	if (getenv("FARM_TALKS"))
		fprintf(stderr, "host %u: link %d %s\n", message->host, message->link.state, farm->said);
}

/* The next message of that kind, of any host; the caller frees it. Others are dropped. */
static inline struct message *farm_expect(struct farm *farm, enum message_kind kind, int seconds)
{
	int64_t deadline = clock_ms() + (int64_t)seconds * 1000;
	struct message *message;

	while ((message = farm_next(farm, deadline)) || clock_ms() < deadline) {
		if (!message)
			continue;
		farm_note(farm, message);
		if (message->kind == kind)
			return message;
		message_free(message);
	}
	fail_msg("no message of kind %d within %d s; the link says: %s", (int)kind, seconds, farm->said);
	abort(); /* the compiler cannot know that a failure does not return */
}

/* Waits for a link state of host 0; its sentence is in farm->said. */
static inline void farm_expect_link(struct farm *farm, enum link_state state, int seconds)
{
	int64_t deadline = clock_ms() + (int64_t)seconds * 1000;
	bool there = false;

	while (!there && clock_ms() < deadline) {
		struct message *message = farm_next(farm, deadline);

		if (!message)
			continue;
		farm_note(farm, message);
		there = message->kind == MESSAGE_LINK && message->link.state == state && message->host == 0;
		message_free(message);
	}
	if (!there)
		fail_msg("no link state %d within %d s; it says: %s", (int)state, seconds, farm->said);
}

static inline void farm_said(const struct farm *farm, const char *part)
{
	if (!strstr(farm->said, part))
		fail_msg("expected \"%s\" in \"%s\"", part, farm->said);
}

/* The newest sample of any host, whole. */
static inline uint64_t farm_expect_sample(struct farm *farm, int seconds)
{
	struct message *message = farm_expect(farm, MESSAGE_SAMPLE, seconds);
	uint64_t seq = message->sample->seq;

	assert_true(message->sample->whole);
	message_free(message);
	return seq;
}

#endif
