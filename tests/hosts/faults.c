/* SPDX-License-Identifier: MIT */
/* Hosts that freeze, lie, flood and vanish, and links that are cut at every moment. */
#include <dirent.h>
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>

#include "tests/hosts/farm.h"

static int stuck_pipe[2] = { -1, -1 };

/* In front of the C library's: a name service that does not answer for one name. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
	struct addrinfo **list)
{
	static __typeof__(getaddrinfo) *real;
	char byte;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (name && strcmp(name, "stuck.example") == 0) {
		while (read(stuck_pipe[0], &byte, 1) < 0 && errno == EINTR)
			;
		return EAI_AGAIN;
	}
	return real(name, service, hints, list);
}

/* A link that does something to the host's bytes once so many have passed. */
struct bridge {
	int listener, port, target;
	const char *address;
	atomic_long limit; /* bytes from the host */
	atomic_bool garble, stop; /* flip a bit in place of cutting */
	pthread_t thread;
	bool runs;
};

static struct bridge bridge;

static int connect_to(const char *address, int port)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, address, &name.sin_addr);
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool write_all(int fd, const char *bytes, ssize_t len)
{
	while (len > 0) {
		ssize_t done = send(fd, bytes, (size_t)len, MSG_NOSIGNAL);

		if (done <= 0)
			return false;
		bytes += done;
		len -= done;
	}
	return true;
}

static void carry(int client, int server)
{
	struct pollfd polled[2] = { { .fd = client, .events = POLLIN }, { .fd = server, .events = POLLIN } };
	char bytes[4096];
	long passed = 0;
	ssize_t got;

	while (!atomic_load(&bridge.stop)) {
		if (poll(polled, 2, 100) < 0)
			return;
		if (polled[0].revents && ((got = read(client, bytes, sizeof(bytes))) <= 0 ||
			!write_all(server, bytes, got)))
			return;
		if (!polled[1].revents)
			continue;
		got = read(server, bytes, sizeof(bytes));
		if (got <= 0)
			return;
		if (passed + got > atomic_load(&bridge.limit)) {
			long at = atomic_load(&bridge.limit) - passed;

			if (!atomic_load(&bridge.garble)) {
				write_all(client, bytes, at);
				return;
			}
			if (at >= 0)
				bytes[at] ^= 0x10;
		}
		passed += got;
		if (!write_all(client, bytes, got))
			return;
	}
}

static void *bridge_main(void *argument)
{
	(void)argument;
	struct pollfd polled = { .fd = bridge.listener, .events = POLLIN };

	while (!atomic_load(&bridge.stop)) {
		int client, server;

		if (poll(&polled, 1, 50) <= 0)
			continue;
		client = accept(bridge.listener, NULL, NULL);
		server = connect_to(bridge.address, bridge.target);
		if (client >= 0 && server >= 0)
			carry(client, server);
		close(client);
		close(server);
	}
	return NULL;
}

static void bridge_start(struct farm *farm)
{
	struct sockaddr_in name = { .sin_family = AF_INET };
	socklen_t size = sizeof(name);

	bridge = (struct bridge){ .address = farm->address, .target = farm->port };
	atomic_store(&bridge.limit, 1L << 40);
	bridge.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	inet_pton(AF_INET, farm->address, &name.sin_addr);
	assert_int_equal(bind(bridge.listener, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(bridge.listener, 10), 0);
	getsockname(bridge.listener, (struct sockaddr *)&name, &size);
	bridge.port = ntohs(name.sin_port);
	assert_int_equal(pthread_create(&bridge.thread, NULL, bridge_main, NULL), 0);
	bridge.runs = true;
}

static void bridge_stop(void)
{
	if (!bridge.runs)
		return;
	bridge.runs = false;
	atomic_store(&bridge.stop, true);
	pthread_join(bridge.thread, NULL);
	close(bridge.listener);
}

static int begin(void **state)
{
	struct farm *farm = mem_new(sizeof(*farm));

	farm_init(farm);
	*state = farm;
	return 0;
}

static int end(void **state)
{
	bridge_stop();
	farm_release(*state);
	free(*state);
	return 0;
}

static void reconnect(struct farm *farm, uint32_t host)
{
	struct command command = { .kind = COMMAND_RECONNECT, .host = host };

	network_do(farm->network, &command);
}

/* The listener and everything that serves a connection. */
static void freeze(struct farm *farm)
{
	farm_shell(farm, "for p in %d $(pgrep -P %d); do kill -STOP $p; pkill -STOP -P $p; done; true",
		(int)farm->sshd, (int)farm->sshd);
}

static void frozen_host_is_seen_within_15_seconds(void **state)
{
	struct farm *farm = *state;
	struct message *message;
	bool first = false, second = false;
	int64_t start;

	farm_sshd(farm, "");
	farm_host(farm, "one");
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 20);
	freeze(farm);
	start = clock_ms();
	while (!first) {
		message = farm_next(farm, start + 15000);
		if (!message)
			fail_msg("not seen within 15 s");
		farm_note(farm, message);
		first = message->kind == MESSAGE_LINK && message->host == 0 &&
			message->link.state == LINK_AWAY;
		message_free(message);
	}
	farm_said(farm, "silent for 12 s");
	/* Tried again, it only accepts the connection. */
	reconnect(farm, 0);
	start = clock_ms();
	while (!second) {
		message = farm_next(farm, start + 20000);
		assert_non_null(message);
		farm_note(farm, message);
		second = message->kind == MESSAGE_LINK && message->host == 0 &&
			message->link.state == LINK_AWAY;
		message_free(message);
	}
	farm_said(farm, "key exchange: timed out");
}

static void through_bridge(struct farm *farm)
{
	farm_sshd(farm, "");
	bridge_start(farm);
	farm_host(farm, "one")->port = bridge.port;
	farm_shell(farm, "{ printf '[%s]:%d '; cat hostkey.pub; } >known_hosts", farm->address,
		bridge.port);
}

/* Tries the link with this limit; its state after that: UP, AWAY or REFUSED. */
static enum link_state settle(struct farm *farm, long limit)
{
	int64_t deadline = clock_ms() + 50000;
	enum link_state state = LINK_WAITING;

	atomic_store(&bridge.limit, limit);
	reconnect(farm, 0);
	while (state != LINK_UP && state != LINK_AWAY && state != LINK_REFUSED) {
		struct message *message = farm_next(farm, deadline);

		if (!message)
			fail_msg("no end with %ld bytes; it says: %s", limit, farm->said);
		farm_note(farm, message);
		if (message->kind == MESSAGE_LINK)
			state = message->link.state;
		message_free(message);
	}
	return state;
}

/* Banner, key exchange, login, agent. 47 is no divisor of a packet's size, so that all places in
 * packets are hit. */
static void cut_at_every_phase(void **state)
{
	struct farm *farm = *state;
	long limit = 0;

	through_bridge(farm);
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 20); /* the agent is there now */
	network_free(farm->network);
	atomic_store(&bridge.limit, 0);
	farm_go(farm, true, false, false);
	farm_expect_link(farm, LINK_AWAY, 20);
	while (settle(farm, limit) == LINK_AWAY) {
		assert_true(strlen(farm->said) > 10);
		limit += 47;
	}
	assert_true(limit > 1000);
	farm_expect_link(farm, LINK_AWAY, 20); /* cut in its sample */
	atomic_store(&bridge.limit, 1L << 40);
	farm_expect_link(farm, LINK_UP, 70);
}

static void garbled_at_every_phase(void **state)
{
	struct farm *farm = *state;
	long limit = 0;

	through_bridge(farm);
	atomic_store(&bridge.garble, true);
	atomic_store(&bridge.limit, 0);
	farm_go(farm, true, false, false);
	farm_expect_link(farm, LINK_AWAY, 20);
	/* Some bits mean nothing (a comment in the banner); no end but a clear one. */
	for (limit = 0; limit < 2500; limit += 307)
		if (settle(farm, limit) != LINK_UP)
			assert_true(strlen(farm->said) > 10);
}

/* A second port whose commands are replaced by a script; the first one's host is well. */
static void hostile(struct farm *farm, const char *script)
{
	static char extra[64], tail[400];
	int port = farm_free_port(farm->address);

	farm_write(farm, "script", script);
	snprintf(extra, sizeof(extra), "Port %d\n", port);
	snprintf(tail, sizeof(tail), "Match LocalPort %d\nForceCommand exec /bin/sh %s/script\n", port,
		farm->folder);
	farm->tail = tail;
	farm_sshd(farm, extra);
	farm_host(farm, "bad")->port = port;
	farm_host(farm, "good");
	farm_shell(farm, "{ printf '[%s]:%d '; cat hostkey.pub; } >>known_hosts", farm->address, port);
	farm_go(farm, true, false, false);
}

static long resident_kb(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long size, resident = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%ld %ld", &size, &resident), 2);
	fclose(file);
	return resident * 4;
}

/* The bad host goes away with that sentence; the good one goes on. */
static void expect_cut_off(struct farm *farm, const char *sentence)
{
	bool away = false;
	int samples = 0;
	int64_t deadline = clock_ms() + 60000;

	while (!away || samples < 3) {
		struct message *message = farm_next(farm, deadline);

		if (!message)
			fail_msg("away %d, %d samples; it says: %s", away, samples, farm->said);
		if (message->host == 0)
			farm_note(farm, message);
		else
			samples += message->kind == MESSAGE_SAMPLE;
		if (message->host == 0 && message->kind == MESSAGE_LINK &&
			message->link.state == LINK_AWAY) {
			away = true;
			farm_said(farm, sentence);
		}
		message_free(message);
	}
}

#define HELLO "printf '{\"hello\":{\"protocol\":[1,1],\"build\":\"abc\",\"role\":\"view\"," \
	"\"boot\":\"b\",\"uptime\":1,\"clock\":null,\"user\":0}}\\n'\n"

static void flood_before_the_greeting(void **state)
{
	hostile(*state, "exec yes\n");
	expect_cut_off(*state, "the host says what is not the agent's protocol: \"y\"");
}

static void flood_after_the_greeting(void **state)
{
	hostile(*state, HELLO "exec yes '{\"memory\":{\"total\":1}}'\n");
	expect_cut_off(*state, "more than 20000 lines in one answer and was cut off");
}

static void garbage_after_the_greeting(void **state)
{
	hostile(*state, HELLO "read x; head -c 500 /dev/urandom | tr '\\n' x; echo; read x\n");
	expect_cut_off(*state, "not its protocol");
}

static void line_of_100_megabytes(void **state)
{
	long before = resident_kb();

	hostile(*state, HELLO "read x; head -c 100000000 /dev/zero | tr '\\0' x; read x\n");
	expect_cut_off(*state, "a line of more than 128 KB and was cut off");
	assert_true(resident_kb() - before < 60000);
}

static void half_a_line(void **state)
{
	hostile(*state, HELLO "read x; printf '{\"sample\":'; exit 3\n");
	expect_cut_off(*state, "the agent ended with exit code 3");
}

static void speaking_without_being_asked(void **state)
{
	hostile(*state, HELLO "read x; echo '{\"sample\":{\"seq\":1}}'; echo '{\"end\":1}'; "
		"echo '{\"end\":1}'; read x\n");
	expect_cut_off(*state, "without being asked");
}

static void another_protocol(void **state)
{
	hostile(*state, "printf '{\"hello\":{\"protocol\":[7,9],\"build\":\"abc\",\"boot\":\"b\"}}\\n'; read x\n");
	expect_cut_off(*state, "speaks protocol 7 to 9 and this console 1 to 1");
}

static void login_shell_that_says_no(void **state)
{
	hostile(*state, "echo 'This account is closed. \033[31m' >&2; exit 1\n");
	expect_cut_off(*state, "This account is closed. [31m");
}

static void full_disk(void **state)
{
	hostile(*state, "case $SSH_ORIGINAL_COMMAND in *cat*) cat >/dev/null; "
		"echo 'cat: write error: No space left on device' >&2; exit 1;; *) "
		"echo mailmend agent missing;; esac\n");
	expect_cut_off(*state, "cannot be stored on the host: cat: write error: No space left on device");
}

/* Its login shell's start-up files talk: that alone is no reason. */
static void noisy_shell(void **state)
{
	struct farm *farm = *state;

	hostile(farm, "echo Welcome; echo; echo 'No mail.'; eval \"$SSH_ORIGINAL_COMMAND\"\n");
	while (true) {
		struct message *message = farm_expect(farm, MESSAGE_SAMPLE, 30);
		bool mine = message->host == 0;

		message_free(message);
		if (mine)
			break;
	}
}

/* The agent's sending ends, but something it left behind holds the output open. */
static void output_held_open(void **state)
{
	hostile(*state, "case $SSH_ORIGINAL_COMMAND in *cat*) cat >/dev/null; tail -f /dev/null & echo $! >\"${0%/*}/left\"; exit 7;; *) "
		"echo mailmend agent missing;; esac\n");
	expect_cut_off(*state, "cannot be stored on the host");
	farm_shell(*state, "kill $(cat left)");
}

static void nothing_listens(void **state)
{
	struct farm *farm = *state;

	farm_host(farm, "one");
	farm_go(farm, true, false, false);
	farm_expect_link(farm, LINK_AWAY, 10);
	farm_said(farm, "connection refused by 127.0.17.1");
}

static void no_such_name(void **state)
{
	struct farm *farm = *state;
	struct config_host *host = farm_host(farm, "one");

	free(host->address);
	host->address = mem_text("no-such-host.invalid");
	farm_go(farm, true, false, false);
	farm_expect_link(farm, LINK_AWAY, 30);
	farm_said(farm, "no-such-host.invalid");
}

static void quitting_is_immediate(void **state)
{
	struct farm *farm = *state;
	int64_t start;

	farm_sshd(farm, "");
	for (int i = 0; i < 20; i++) {
		char name[8];

		snprintf(name, sizeof(name), "h%d", i);
		farm_host(farm, name);
	}
	farm_go(farm, true, false, false);
	farm_expect_link(farm, LINK_CONNECTING, 10);
	start = clock_ms();
	network_free(farm->network);
	assert_true(clock_ms() - start < 900);
	/* And with links that are up. */
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 30);
	start = clock_ms();
	network_free(farm->network);
	farm->network = NULL;
	assert_true(clock_ms() - start < 900);
}

static int threads(void)
{
	DIR *folder = opendir("/proc/self/task");
	int count = 0;

	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void stuck_worker_is_left_behind(void **state)
{
	struct farm *farm = *state;
	struct config_host *host;
	int before = threads();
	int64_t start;

	assert_int_equal(pipe(stuck_pipe), 0);
	farm_sshd(farm, "");
	host = farm_host(farm, "stuck");
	free(host->address);
	host->address = mem_text("stuck.example");
	farm_host(farm, "two");
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 20);
	start = clock_ms();
	network_free(farm->network);
	farm->network = NULL;
	assert_true(clock_ms() - start < 2000);
	/* Should it ever come back it cleans up after itself. */
	assert_int_equal(write(stuck_pipe[1], "x", 1), 1);
	farm_until(10, threads() <= before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(frozen_host_is_seen_within_15_seconds, begin, end),
		cmocka_unit_test_setup_teardown(cut_at_every_phase, begin, end),
		cmocka_unit_test_setup_teardown(garbled_at_every_phase, begin, end),
		cmocka_unit_test_setup_teardown(flood_before_the_greeting, begin, end),
		cmocka_unit_test_setup_teardown(flood_after_the_greeting, begin, end),
		cmocka_unit_test_setup_teardown(garbage_after_the_greeting, begin, end),
		cmocka_unit_test_setup_teardown(line_of_100_megabytes, begin, end),
		cmocka_unit_test_setup_teardown(half_a_line, begin, end),
		cmocka_unit_test_setup_teardown(speaking_without_being_asked, begin, end),
		cmocka_unit_test_setup_teardown(another_protocol, begin, end),
		cmocka_unit_test_setup_teardown(login_shell_that_says_no, begin, end),
		cmocka_unit_test_setup_teardown(full_disk, begin, end),
		cmocka_unit_test_setup_teardown(noisy_shell, begin, end),
		cmocka_unit_test_setup_teardown(output_held_open, begin, end),
		cmocka_unit_test_setup_teardown(nothing_listens, begin, end),
		cmocka_unit_test_setup_teardown(no_such_name, begin, end),
		cmocka_unit_test_setup_teardown(quitting_is_immediate, begin, end),
		cmocka_unit_test_setup_teardown(stuck_worker_is_left_behind, begin, end),
	};

	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
