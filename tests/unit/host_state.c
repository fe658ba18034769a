/* SPDX-License-Identifier: MIT */
/* The words of a host's row: its state and what hurts most. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "core/fleet.h"

static const struct config config = { .interval_ms = 1000 };

static void states_in_words(void **state)
{
	static const struct {
		enum link_state link;
		int64_t link_since, away_since, asked, now;
		const char *words;
	} rows[] = {
		{ LINK_WAITING, 0, 0, 0, 1000, "waiting" },
		{ LINK_CONNECTING, 900, 0, 0, 1000, "connecting" },
		{ LINK_ASKING, 900, 0, 0, 1000, "asking" },
		{ LINK_UP, 900, 0, 0, 1000, "connected" },
		{ LINK_UP, 900, 0, 950, 1000, "ok" },
		{ LINK_UP, 900, 0, 1000, 4000, "ok" },
		{ LINK_UP, 900, 0, 1000, 4001, "stale 3s" },
		{ LINK_UP, 1000, 0, 0, 14000, "stale 13s" },
		{ LINK_UP, 900, 0, 1000, 14000, "stale 13s" },
		{ LINK_AWAY, 5000, 1000, 900, 120999, "away 119s" },
		{ LINK_AWAY, 5000, 1000, 900, 121000, "away 2m" },
		{ LINK_CONNECTING, 9000, 1000, 900, 7201000, "away 2h" },
		{ LINK_WAITING, 9000, 1000, 900, 172801000, "away 2d" },
		{ LINK_REFUSED, 9000, 1000, 0, 10000, "refused" },
		{ LINK_CLOSED, 9000, 1000, 0, 10000, "closed" },
		/* A clock that goes back is no age below nothing. */
		{ LINK_AWAY, 5000, 5000, 0, 4000, "away 0s" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct host host = { .link = rows[i].link, .link_since_ms = rows[i].link_since,
			.away_since_ms = rows[i].away_since, .asked_ms = rows[i].asked };
		char out[32];

		assert_string_equal(host_state(&host, &config, rows[i].now, out), rows[i].words);
	}
}

static char srv[] = "/srv/m3", root[] = "/", empty[] = "";

static void disks_as_df_rounds(void **state)
{
	static const struct {
		int64_t size, free, inodes, free_inodes;
		int percent;
	} rows[] = {
		{ 100, 100, 10, 10, 0 },
		{ 100, 50, 10, 10, 50 },
		{ 1000, 9, 10, 10, 100 },
		{ 1000, 995, 10, 10, 1 },
		{ 100, 50, 10, 1, 90 },
		{ -1, -1, -1, -1, -1 },
		{ 100, -1, 0, 0, -1 },
		{ 100, 200, -1, -1, 0 },
		{ INT64_MAX / 2, 1, -1, -1, 100 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sample_disk disk = { srv, empty, empty, rows[i].size, rows[i].free, rows[i].inodes,
			rows[i].free_inodes, false };
		const struct host host = { .disks = { &disk, 1, 1 } };
		const struct sample_disk *worst = NULL;

		assert_int_equal(host_worst_disk(&host, &worst), rows[i].percent);
		assert_true((rows[i].percent >= 0) == (worst == &disk));
		assert_int_equal(host_worst_disk(&host, NULL), rows[i].percent);
	}
}

/* A host with nothing known and nothing wrong. */
static struct host calm(void)
{
	return (struct host){ .cpu_percent = NAN, .iowait_percent = NAN, .pressure_cpu = NAN,
		.pressure_io = NAN, .pressure_memory = NAN, .failures_per_minute = NAN,
		.memory_total_kb = -1, .memory_available_kb = -1,
		.queue = { -1, -1, -1, -1, -1, -1, -1 } };
}

static void expect(const struct host *host, const char *phrase, int level)
{
	char out[96];
	int found = -1;

	assert_string_equal(host_why(host, out, &found), phrase);
	assert_int_equal(found, level);
	assert_string_equal(host_why(host, out, NULL), phrase);
}

static void nothing_hurts(void **state)
{
	struct host host = calm();

	(void)state;
	expect(&host, "", 0);
	host.cpu_percent = 50;
	host.facts.cores = 4;
	host.load[0] = 7.9;
	host.queue = (struct sample_queue){ 99, 0, 0, 99, 0, 0, 400000 };
	expect(&host, "", 0);
}

static void disks_hurt(void **state)
{
	struct host host = calm();
	struct sample_disk disks[] = { { root, empty, empty, 100, 80, -1, -1, false },
		{ srv, empty, empty, 1000, 11, 100, 99, false } };

	(void)state;
	host.disks.items = disks;
	host.disks.count = 2;
	expect(&host, "/srv/m3 99 %", 2);
	disks[1].free_kb = 140;
	expect(&host, "/srv/m3 86 %", 1);
	disks[1].free_inodes = 3;
	expect(&host, "/srv/m3 97 % of inodes", 2);
	disks[0].read_only = true;
	expect(&host, "/ read-only", 2);
}

static void services_at_their_limits_hurt(void **state)
{
	struct host host = calm();
	char imap[] = "imap", lmtp[] = "lmtp";
	struct sample_service services[] = { { lmtp, 50, 100 }, { imap, 1024, 1024 } };

	(void)state;
	host.services.items = services;
	host.services.count = 2;
	expect(&host, "imap 1024/1024", 2);
	services[1].count = 950;
	expect(&host, "imap 950/1024", 1);
	services[1].count = 800;
	expect(&host, "", 0);
	services[1].limit = 0;
	expect(&host, "", 0);
}

static void problems_hurt(void **state)
{
	struct host host = calm();
	char log[] = "log", dovecot[] = "dovecot", first[] = "the log cannot be read",
	     second[] = "Dovecot does not answer";
	struct sample_problem problems[] = { { log, first, empty }, { dovecot, second, empty } };

	(void)state;
	host.problems.items = problems;
	host.problems.count = 1;
	expect(&host, "the log cannot be read", 1);
	host.problems.count = 2;
	expect(&host, "Dovecot does not answer", 2);
}

static void figures_hurt(void **state)
{
	struct host host = calm();

	(void)state;
	host.clock_off_s = -12;
	expect(&host, "clock 12s behind", 1);
	host.failures_per_minute = 120;
	expect(&host, "120 failed logins a minute", 1);
	host.cpu_percent = 97;
	expect(&host, "CPU 97 %", 1);
	host.queue = (struct sample_queue){ 300, 0, 0, 300, 0, 0, 7300 };
	expect(&host, "queue of 300, oldest 2h", 1);
	host.queue.incoming = 800;
	host.queue.active = 900;
	expect(&host, "1700 mails wait in the queue", 1);
	host.facts.cores = 4;
	host.load[0] = 8;
	expect(&host, "load 8.0 on 4 cores", 1);
	host.memory_total_kb = 1000;
	host.memory_available_kb = 50;
	expect(&host, "memory 95 % used", 1);
	host.iowait_percent = 41;
	expect(&host, "41 % waiting for disk", 1);
	/* What must be acted upon comes before what should be looked at. */
	host.load[0] = 16;
	expect(&host, "load 16.0 on 4 cores", 2);
	host.pressure_memory = 40;
	expect(&host, "memory pressure 40 %", 2);
	host.pressure_io = 55;
	expect(&host, "I/O pressure 55 %", 2);
}

static void long_names_are_cut(void **state)
{
	struct host host = calm();
	char name[1001], out[96];
	struct sample_disk disk = { name, empty, empty, 100, 0, -1, -1, true };
	struct sample_problem problem = { name, name, name };

	(void)state;
	memset(name, 'x', 1000);
	name[1000] = '\0';
	host.disks.items = &disk;
	host.disks.count = 1;
	assert_true(strlen(host_why(&host, out, NULL)) < 96);
	host.disks.count = 0;
	host.problems.items = &problem;
	host.problems.count = 1;
	assert_true(strlen(host_why(&host, out, NULL)) < 96);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_in_words),
		cmocka_unit_test(disks_as_df_rounds),
		cmocka_unit_test(nothing_hurts),
		cmocka_unit_test(disks_hurt),
		cmocka_unit_test(services_at_their_limits_hurt),
		cmocka_unit_test(problems_hurt),
		cmocka_unit_test(figures_hurt),
		cmocka_unit_test(long_names_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
