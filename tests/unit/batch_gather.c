/* SPDX-License-Identifier: MIT */
/*
 * Messages in, rows and exit codes out: what commands without a screen make of hosts
 * that answer, are away, are refused, are late. The network's place is taken by a list of
 * messages.
 */
#include <locale.h>
#include <math.h>

#include "script.h"

static const char *const two_sessions[] = {
	"{\"add\":[[1,\"u@d\",\"imap\",\"192.0.2.1\",10],[2,\"v@d\",\"pop3\",\"192.0.2.2\",11]]}",
	NULL,
};

static void hosts_end_with_the_last_answer(void **state)
{
	struct script script = { 0 };
	char line[] = "hosts --once --json", *printed;
	struct json *row;

	(void)state;
	add_link(&script, 0, LINK_UP, NULL);
	add_sample(&script, 0, 1, two_sessions);
	add_link(&script, 1, LINK_AWAY, "connection timed out");
	add_link(&script, 2, LINK_REFUSED, "host key changed");
	assert_int_equal(run_on(&script, line, &printed), 69);

	row = line_of(printed, 0);
	assert_text(row, "host", "a");
	assert_text(row, "state", "ok");
	assert_text(row, "error", NULL);
	assert_text(row, "dovecot", NULL);
	assert_true(fabs(json_real(json_get(row, "load1"), 0) - 1.5) < 0.001);
	assert_int_equal(json_kind(json_get(row, "cpu_percent")), JSON_NULL);
	assert_int_equal(json_whole(json_get(json_get(row, "sessions"), "imap"), -1), 1);
	assert_int_equal(json_whole(json_get(json_get(row, "sessions"), "pop3"), -1), 1);
	json_free(row);
	row = line_of(printed, 1);
	assert_text(row, "state", "away");
	assert_text(row, "error", "connection timed out");
	assert_text(row, "age_ms", NULL);
	assert_text(row, "load1", NULL);
	assert_text(json_get(row, "sessions"), "imap", NULL);
	json_free(row);
	row = line_of(printed, 2);
	assert_text(row, "state", "refused");
	assert_text(row, "error", "host key changed");
	json_free(row);
	free(printed);
}

static void refused_alone_is_77(void **state)
{
	struct script script = { 0 };
	char line[] = "hosts --once --host c", *printed;

	(void)state;
	add_link(&script, 2, LINK_REFUSED, "no key was accepted");
	assert_int_equal(run_on(&script, line, &printed), 77);
	assert_non_null(strstr(printed, "no key was accepted"));
	assert_null(strstr(printed, "\na "));
	free(printed);
}

static void figures_of_two_samples(void **state)
{
	struct script script = { 0 };
	char line[] = "hosts --json --host a", *printed;
	struct json *row;

	(void)state;
	add_link(&script, 0, LINK_UP, NULL);
	add_sample(&script, 0, 1, two_sessions);
	add_sample(&script, 0, 2, NULL);
	assert_int_equal(run_on(&script, line, &printed), 0);
	row = line_of(printed, 0);
	assert_true(fabs(json_real(json_get(row, "cpu_percent"), 0) - 50) < 0.1);
	json_free(row);
	free(printed);
}

static void a_blind_host_counts_nothing(void **state)
{
	static const char *const blind[] = {
		"{\"problems\":[[\"rights\",\"doveadm who is not allowed\",\"use become\"]]}",
		NULL,
	};
	struct script script = { 0 };
	char line[] = "hosts --once --json --host a", *printed;
	struct json *row;

	(void)state;
	add_link(&script, 0, LINK_UP, NULL);
	add_sample(&script, 0, 1, blind);
	assert_int_equal(run_on(&script, line, &printed), 0);
	row = line_of(printed, 0);
	assert_text(row, "state", "ok");
	assert_text(row, "error", "doveadm who is not allowed: use become");
	assert_text(json_get(row, "sessions"), "imap", NULL);
	json_free(row);
	free(printed);
}

static void a_silent_host_is_late(void **state)
{
	struct script script = { 0 };
	char line[] = "hosts --once --json --timeout 1 --host a", *printed;
	struct json *row;

	(void)state;
	add_link(&script, 0, LINK_UP, NULL);
	assert_int_equal(run_on(&script, line, &printed), 69);
	row = line_of(printed, 0);
	assert_text(row, "error", "no full answer within 1 s");
	json_free(row);
	free(printed);
}

/* Both hosts have every mailbox on the same store. */
static struct message *same_store(const struct command *command)
{
	struct message *message = message_new(MESSAGE_STORES, command->host);

	assert_int_equal(command->kind, COMMAND_STORES);
	for (size_t i = 0; i < command->names.count; i++) {
		struct store_seen *seen = vec_add(&message->stores);

		seen->mailbox = mem_text(command->names.items[i]);
		seen->id = mem_text("nfs:filer/mail");
		seen->there = true;
	}
	return message;
}

static void one_store_is_one_row(void **state)
{
	struct script script = { .answer = same_store };
	char line[] = "mailboxes --once --json --host a,b --sort name", *printed;
	struct json *row;

	(void)state;
	for (uint32_t host = 0; host < 2; host++) {
		add_link(&script, host, LINK_UP, NULL);
		add_sample(&script, host, 1, two_sessions);
	}
	assert_int_equal(run_on(&script, line, &printed), 0);
	assert_int_equal(script.asked[COMMAND_STORES], 2);
	row = line_of(printed, 0);
	assert_text(row, "mailbox", "u@d");
	assert_int_equal(json_count(json_get(row, "hosts")), 2);
	assert_string_equal(json_text(json_at(json_get(row, "hosts"), 1), NULL), "b");
	assert_int_equal(json_whole(json_get(row, "imap"), -1), 2);
	assert_int_equal(json_whole(json_get(row, "addresses"), -1), 1);
	json_free(row);
	row = line_of(printed, 1);
	assert_text(row, "mailbox", "v@d");
	json_free(row);
	assert_int_equal(*(strchr(strchr(printed, '\n') + 1, '\n') + 1), 0);
	free(printed);
}

static void hostile_names_stay_data(void **state)
{
	static const char *const hostile[] = {
		"{\"add\":[[1,\"a\\u001b[31m\\n$(x)\\u202e@d\",\"imap\",\"192.0.2.1\",10]]}",
		NULL,
	};
	struct script script = { .answer = same_store };
	char table[] = "mailboxes --once --host a", json[] = "mailboxes --once --json --host a", *printed;

	(void)state;
	add_link(&script, 0, LINK_UP, NULL);
	add_sample(&script, 0, 1, hostile);
	assert_int_equal(run_on(&script, table, &printed), 0);
	assert_null(strchr(printed, '\033'));
	assert_null(strstr(printed, "\xE2\x80\xAE"));
	free(printed);
	script = (struct script){ .answer = same_store };
	add_link(&script, 0, LINK_UP, NULL);
	add_sample(&script, 0, 1, hostile);
	assert_int_equal(run_on(&script, json, &printed), 0);
	assert_null(strchr(printed, '\033'));
	assert_non_null(strstr(printed, "a\\u001b[31m\\u000a$(x)"));
	free(printed);
}

static struct message *unknown(const struct command *command)
{
	struct message *message = same_store(command);

	vec_each(&message->stores, seen)
		seen->error = mem_text("no such user");
	return message;
}

static void a_mailbox_that_nobody_knows_is_67(void **state)
{
	struct script script = { .answer = unknown };
	char line[] = "sessions --once --json x@d", again[] = "sessions --once --json x@d", *printed;

	(void)state;
	for (uint32_t host = 0; host < 3; host++) {
		add_link(&script, host, LINK_UP, NULL);
		add_sample(&script, host, 1, two_sessions);
	}
	assert_int_equal(run_on(&script, line, &printed), 67);
	assert_string_equal(printed, "");
	free(printed);
	/* One backend that was not asked may know it. */
	script = (struct script){ .answer = unknown };
	add_link(&script, 0, LINK_UP, NULL);
	add_sample(&script, 0, 1, two_sessions);
	add_link(&script, 1, LINK_AWAY, "no route");
	add_link(&script, 2, LINK_UP, NULL);
	add_sample(&script, 2, 1, two_sessions);
	assert_int_equal(run_on(&script, again, &printed), 69);
	free(printed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_end_with_the_last_answer),
		cmocka_unit_test(refused_alone_is_77),
		cmocka_unit_test(figures_of_two_samples),
		cmocka_unit_test(a_blind_host_counts_nothing),
		cmocka_unit_test(a_silent_host_is_late),
		cmocka_unit_test(one_store_is_one_row),
		cmocka_unit_test(hostile_names_stay_data),
		cmocka_unit_test(a_mailbox_that_nobody_knows_is_67),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
