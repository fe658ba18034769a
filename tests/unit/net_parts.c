/* SPDX-License-Identifier: MIT */
/* Small parts of the network: lines, turns, back-off, the ssh-agent's list, the inbox's takes. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/inbox.h"
#include "net/lines.h"
#include "net/live.h"
#include "net/remote.h"
#include "net/sshagent.h"
#include "net/turns.h"

static void lines_come_whole(void **state)
{
	struct lines lines;
	size_t len;

	(void)state;
	lines_init(&lines, 100, 1000);
	assert_true(lines_add(&lines, "one\ntw", 6, NULL));
	assert_string_equal(lines_next(&lines, &len), "one");
	assert_int_equal(len, 3);
	assert_null(lines_next(&lines, &len));
	assert_true(lines_add(&lines, "o\n\nthree", 8, NULL));
	assert_string_equal(lines_next(&lines, &len), "two");
	assert_string_equal(lines_next(&lines, &len), "");
	assert_int_equal(len, 0);
	assert_null(lines_next(&lines, &len));
	assert_true(lines_add(&lines, "\n", 1, NULL));
	assert_string_equal(lines_next(&lines, &len), "three");
	lines_release(&lines);
}

static void long_lines_are_cut_off(void **state)
{
	struct lines lines;
	struct err err = { 0 };
	char bytes[101];
	size_t len;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	lines_init(&lines, 100, 100000);
	assert_true(lines_add(&lines, bytes, 100, &err));
	assert_true(lines_add(&lines, "\n", 1, &err));
	assert_non_null(lines_next(&lines, &len));
	assert_int_equal(len, 100);
	assert_true(lines_add(&lines, bytes, 101, &err));
	assert_false(lines_add(&lines, bytes, 1, &err));
	assert_non_null(strstr(err.text, "cut off"));
	lines_release(&lines);
}

static void floods_are_cut_off(void **state)
{
	struct lines lines;
	struct err err = { 0 };
	size_t len;

	(void)state;
	lines_init(&lines, 100, 1000);
	for (int i = 0; i < 100; i++) {
		assert_true(lines_add(&lines, "123456789\n", 10, &err));
		assert_non_null(lines_next(&lines, &len));
	}
	assert_false(lines_add(&lines, "1", 1, &err));
	lines_reset(&lines);
	assert_true(lines_add(&lines, "1", 1, &err));
	lines_release(&lines);
}

static void backoff_doubles_up_to_a_minute(void **state)
{
	static const int64_t expected[] = { 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 };

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(backoff_ms(i + 1), expected[i]);
	assert_int_equal(backoff_ms(1000000), 60000);
	for (int i = 0; i < 1000; i++)
		assert_in_range(random_below(7), 0, 6);
}

static void agent_lists(void **state)
{
	static const unsigned char two[] = { 12, 0, 0, 0, 2, 0, 0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'x',
		0, 0, 0, 3, 'd', 'e', 'f', 0, 0, 0, 0 };
	struct sshagent_keys keys = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_true(sshagent_parse(&keys, two, sizeof(two), &err));
	assert_int_equal(keys.count, 2);
	assert_string_equal(keys.items[0].blob, "YWJj");
	assert_string_equal(keys.items[0].comment, "x");
	assert_string_equal(keys.items[1].comment, "");
	sshagent_keys_release(&keys);
	for (size_t len = 0; len < sizeof(two); len++) {
		assert_false(sshagent_parse(&keys, two, len, &err));
		sshagent_keys_release(&keys);
	}
	assert_false(sshagent_parse(&keys, (const unsigned char *)"\5", 1, &err));
}

static void *take_turn(void *turns)
{
	struct wake wake;

	if (!wake_init(&wake, NULL))
		return NULL;
	turns_take(turns, &wake);
	wake_release(&wake);
	return turns;
}

static void turns_are_counted(void **state)
{
	struct turns turns;
	struct wake wake;
	pthread_t other;
	void *got;

	(void)state;
	assert_true(wake_init(&wake, NULL));
	turns_init(&turns, 1);
	assert_true(turns_take(&turns, &wake));
	assert_int_equal(pthread_create(&other, NULL, take_turn, &turns), 0);
	turns_give(&turns);
	pthread_join(other, &got);
	assert_ptr_equal(got, &turns);
	wake_stop(&wake);
	assert_false(turns_take(&turns, &wake));
	wake_release(&wake);
	turns_release(&turns);
}

static void each_jump_host_has_its_turns(void **state)
{
	struct turns_by_name named;
	struct turns *gate;
	struct wake wake;

	(void)state;
	assert_true(wake_init(&wake, NULL));
	turns_by_name_init(&named, 2);
	gate = turns_by_name_get(&named, "gate");
	assert_ptr_equal(turns_by_name_get(&named, "gate"), gate);
	assert_ptr_not_equal(turns_by_name_get(&named, "other"), gate);
	assert_true(turns_take(gate, &wake));
	assert_true(turns_take(gate, &wake));
	assert_int_equal(gate->free, 0);
	assert_int_equal(turns_by_name_get(&named, "other")->free, 2);
	turns_by_name_release(&named);
	wake_release(&wake);
}

static void inbox_tells_what_was_taken(void **state)
{
	struct inbox *inbox = inbox_new();
	uint64_t first = inbox_put(inbox, message_new(MESSAGE_TICK, 0));
	struct message *message;

	(void)state;
	assert_true(inbox_takes(inbox) < first);
	assert_int_equal(inbox_put(inbox, message_new(MESSAGE_TICK, 0)), first);
	message = inbox_take(inbox);
	assert_true(inbox_takes(inbox) >= first);
	assert_int_equal(inbox_put(inbox, message_new(MESSAGE_TICK, 0)), first + 1);
	message_free(message->next);
	message_free(message);
	inbox_free(inbox);
}

static void foreign_text_is_tidied(void **state)
{
	struct str out = { .bound = 20 };

	(void)state;
	remote_tidy(&out, "a\033[31mb\r\nc\td\n");
	assert_string_equal(str_text(&out), "a[31mb; cd");
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_whole),
		cmocka_unit_test(long_lines_are_cut_off),
		cmocka_unit_test(floods_are_cut_off),
		cmocka_unit_test(backoff_doubles_up_to_a_minute),
		cmocka_unit_test(agent_lists),
		cmocka_unit_test(turns_are_counted),
		cmocka_unit_test(each_jump_host_has_its_turns),
		cmocka_unit_test(inbox_tells_what_was_taken),
		cmocka_unit_test(foreign_text_is_tidied),
	};

	return cmocka_run_group_tests_name("net_parts", tests, NULL, NULL);
}
