/* SPDX-License-Identifier: MIT */
/* Dumps of both generations, and what two of them say together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/anvil.h"

static void rows(void **state)
{
	static const struct {
		enum anvil_version version;
		const char *line, *service, *address, *mailbox;
		int pid;
		size_t count;
	} cases[] = {
		{ ANVIL_1, "imap/10.0.0.1/u@d\t12\t1\n", "imap", "10.0.0.1", "u@d", 12, 1 },
		{ ANVIL_1, "pop3/2001:db8::1/u@d\t12\t3\n", "pop3", "2001:db8::1", "u@d", 12, 3 },
		{ ANVIL_1, "lmtp/u@d\t9\t1\n", "lmtp", "", "u@d", 9, 1 },
		{ ANVIL_1, "lmtp//u@d\t9\t1\n", "lmtp", "", "u@d", 9, 1 },
		{ ANVIL_1, "lmtp/odd/name@d\t9\t1\n", "lmtp", "", "odd/name@d", 9, 1 },
		{ ANVIL_1, "imap/10.0.0.1/o'dd \001tx\001n\0011\t1\t1\n", "imap", "10.0.0.1",
			"o'dd \tx\n\001", 1, 1 },
		{ ANVIL_1, "imap/10.0.0.1/u@d\t12\t0\n", "", "", "", 0, 0 },
		{ ANVIL_2, "12\tu@d\timap\t10.0.0.1\tabc\t10.0.0.9\talt\n", "imap", "10.0.0.1", "u@d", 12, 1 },
		{ ANVIL_2, "12\tu@d\tlmtp\t\tabc\n", "lmtp", "", "u@d", 12, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct anvil_sessions sessions = { 0 };
		struct err err = { 0 };

		assert_true(anvil_parse(&sessions, cases[i].version, cases[i].line, strlen(cases[i].line),
			&err));
		assert_int_equal(sessions.count, cases[i].count);
		vec_each(&sessions, session) {
			assert_string_equal(session->service, cases[i].service);
			assert_string_equal(session->address, cases[i].address);
			assert_string_equal(session->mailbox, cases[i].mailbox);
			assert_int_equal(session->pid, cases[i].pid);
		}
		anvil_sessions_release(&sessions);
	}
}

/* As Dovecot 2.4.1-4 of Debian 13 wrote it, without its first line and the empty last one. */
static void a_dump_of_2_4(void **state)
{
	static const char dump[] =
		"237\tu0001@example.org\timap\t10.82.206.254\tc0e8d41b783a056bed0000007ac93752\t\n"
		"243\tu0003@example.com\tpop3\t10.82.206.254\t2c66a01e783a056bf30000007ac93752\t\n"
		"241\tu0002@example.net\timap\t10.82.206.254\t1394c41d783a056bf10000007ac93752\t\n"
		"239\tu0001@example.org\timap\t10.82.206.254\tfd57c71c783a056bef0000007ac93752\t\n";
	static const struct {
		const char *mailbox, *service, *connection;
		int pid;
	} sorted[] = {
		{ "u0001@example.org", "imap", "c0e8d41b783a056bed0000007ac93752", 237 },
		{ "u0001@example.org", "imap", "fd57c71c783a056bef0000007ac93752", 239 },
		{ "u0002@example.net", "imap", "1394c41d783a056bf10000007ac93752", 241 },
		{ "u0003@example.com", "pop3", "2c66a01e783a056bf30000007ac93752", 243 },
	};
	struct anvil_sessions sessions = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_true(anvil_parse(&sessions, ANVIL_2, dump, sizeof(dump) - 1, &err));
	assert_int_equal(sessions.count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(sessions.items[i].mailbox, sorted[i].mailbox);
		assert_string_equal(sessions.items[i].service, sorted[i].service);
		assert_string_equal(sessions.items[i].connection, sorted[i].connection);
		assert_string_equal(sessions.items[i].address, "10.82.206.254");
		assert_int_equal(sessions.items[i].pid, sorted[i].pid);
	}
	anvil_sessions_release(&sessions);
}

static void nonsense_is_refused(void **state)
{
	static const struct {
		enum anvil_version version;
		const char *line;
	} cases[] = {
		{ ANVIL_1, "imap/10.0.0.1/u@d\t12\n" },
		{ ANVIL_1, "imap/10.0.0.1/u@d\t-1\t1\n" },
		{ ANVIL_1, "imap/10.0.0.1/u@d\t99999999999\t1\n" },
		{ ANVIL_1, "imap/10.0.0.1/u@d\t1\t10001\n" },
		{ ANVIL_1, "imap\t1\t1\n" },
		{ ANVIL_1, "/u\t1\t1\n" },
		{ ANVIL_1, "hello\n" },
		{ ANVIL_2, "u\tu@d\timap\t10.0.0.1\tabc\n" },
		{ ANVIL_2, "12\tu@d\timap\t10.0.0.1\n" },
		{ ANVIL_2, "imap/10.0.0.1/u@d\t12\t1\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct anvil_sessions sessions = { 0 };
		struct err err = { 0 };

		if (anvil_parse(&sessions, cases[i].version, cases[i].line, strlen(cases[i].line), &err))
			fail_msg("taken: %s", cases[i].line);
		assert_int_equal(err.kind, ERR_DATA);
	}
}

struct seen {
	struct sample *sample;
	struct str pids;
};

static void take(struct anvil *anvil, struct seen *seen, bool full, const char *dump)
{
	struct err err = { 0 };

	sample_free(seen->sample);
	str_clear(&seen->pids);
	seen->sample = sample_new();
	assert_true(anvil_take(anvil, ANVIL_1, dump, strlen(dump), full, seen->sample, &seen->pids, &err));
}

static void differences(void **state)
{
	struct anvil anvil = { 0 };
	struct seen seen = { 0 };
	uint64_t b;

	(void)state;
	take(&anvil, &seen, true, "imap/1.1.1.1/a\t1\t1\nimap/1.1.1.1/b\t2\t1\n");
	assert_int_equal(seen.sample->add.count, 2);
	assert_int_equal(seen.sample->gone.count, 0);
	assert_string_equal(str_text(&seen.pids), "pids\t+1\t+2");
	b = seen.sample->add.items[1].id;
	assert_string_equal(seen.sample->add.items[1].mailbox, "b");

	/* the same, in another order */
	take(&anvil, &seen, false, "imap/1.1.1.1/b\t2\t1\nimap/1.1.1.1/a\t1\t1\n");
	assert_int_equal(seen.sample->add.count, 0);
	assert_int_equal(seen.sample->gone.count, 0);
	assert_int_equal(seen.pids.len, 0);

	/* a goes, b opens one more in the same process, c comes */
	take(&anvil, &seen, false, "imap/1.1.1.1/b\t2\t2\npop3/1.1.1.1/c\t3\t1\n");
	assert_int_equal(seen.sample->add.count, 2);
	assert_int_equal(seen.sample->gone.count, 1);
	assert_string_equal(str_text(&seen.pids), "pids\t-1\t+3");
	vec_each(&seen.sample->add, session)
		assert_int_not_equal(session->id, b);

	/* everything anew under the same numbers */
	take(&anvil, &seen, true, "imap/1.1.1.1/b\t2\t2\npop3/1.1.1.1/c\t3\t1\n");
	assert_int_equal(seen.sample->add.count, 3);
	assert_int_equal(seen.sample->gone.count, 0);
	assert_int_equal(seen.sample->add.items[0].id, b);
	assert_int_equal(seen.pids.len, 0);

	/* a comes back under a new number; all others go */
	take(&anvil, &seen, false, "imap/1.1.1.1/a\t1\t1\n");
	assert_int_equal(seen.sample->add.count, 1);
	assert_true(seen.sample->add.items[0].id > 4);
	assert_int_equal(seen.sample->gone.count, 3);
	take(&anvil, &seen, false, "");
	assert_int_equal(seen.sample->gone.count, 1);
	assert_string_equal(str_text(&seen.pids), "pids\t-1");
	sample_free(seen.sample);
	str_release(&seen.pids);
	anvil_release(&anvil);
}

static void versions(void **state)
{
	(void)state;
	assert_int_equal(anvil_version_of("2.3.19.1 (9b53102964)"), ANVIL_1);
	assert_int_equal(anvil_version_of("2.4.1-4"), ANVIL_2);
	assert_int_equal(anvil_version_of("3.0"), ANVIL_2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(a_dump_of_2_4),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(differences),
		cmocka_unit_test(versions),
	};

	return cmocka_run_group_tests_name("anvil", tests, NULL, NULL);
}
