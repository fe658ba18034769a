/* SPDX-License-Identifier: MIT */
/* What carries things between threads: messages, the inbox, commands, ledger entries. */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/base/mem.h"
#include "core/command.h"
#include "core/inbox.h"

static bool readable(const struct inbox *inbox)
{
	struct pollfd poll_fd = { inbox_fd(inbox), POLLIN, 0 };

	return poll(&poll_fd, 1, 0) == 1;
}

static void first_in_is_first_out(void **state)
{
	struct inbox *inbox = inbox_new();
	struct message *message, *next;
	uint64_t takes = inbox_takes(inbox);
	uint32_t expected = 0;

	(void)state;
	assert_false(readable(inbox));
	assert_null(inbox_take(inbox));
	for (uint32_t i = 0; i < 5; i++)
		inbox_put(inbox, message_new(MESSAGE_TICK, i));
	assert_true(readable(inbox));
	for (message = inbox_take(inbox); message; message = next) {
		next = message->next;
		assert_int_equal(message->host, expected++);
		message_free(message);
	}
	assert_int_equal(expected, 5);
	assert_false(readable(inbox));
	assert_true(inbox_takes(inbox) == takes + 2);
	inbox_put(inbox, message_new(MESSAGE_TICK, 9));
	assert_true(readable(inbox));
	inbox_free(inbox);
}

enum { WRITERS = 4, EACH = 5000 };

static void *write_many(void *context)
{
	static const uint32_t numbers[WRITERS] = { 0, 1, 2, 3 };
	struct inbox *inbox = context;
	static uint32_t turn;
	uint32_t own = numbers[__atomic_fetch_add(&turn, 1, __ATOMIC_SEQ_CST) % WRITERS];

	for (int i = 0; i < EACH; i++) {
		struct message *message = message_new(MESSAGE_TICK, own);

		message->at_ms = i;
		inbox_put(inbox, message);
	}
	return NULL;
}

/* Nothing is lost, each writer's own order is kept, and the reader is always woken. */
static void many_threads_write(void **state)
{
	struct inbox *inbox = inbox_new();
	pthread_t threads[WRITERS];
	int64_t next_of[WRITERS] = { 0 };
	size_t seen = 0;

	(void)state;
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_many, inbox), 0);
	while (seen < WRITERS * EACH) {
		struct pollfd poll_fd = { inbox_fd(inbox), POLLIN, 0 };
		struct message *message, *next;

		assert_int_equal(poll(&poll_fd, 1, 60000), 1);
		for (message = inbox_take(inbox); message; message = next, seen++) {
			next = message->next;
			assert_int_equal(message->at_ms, next_of[message->host]++);
			message_free(message);
		}
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	assert_null(inbox_take(inbox));
	inbox_free(inbox);
}

/* Leaks are seen by the sanitizer; a part that was taken is not freed twice. */
static void messages_own_what_they_hold(void **state)
{
	struct message *message;
	char *taken;

	(void)state;
	message = message_new(MESSAGE_LINK, 0);
	message->link.text = mem_text("why");
	message_free(message);
	message = message_new(MESSAGE_HELLO, 0);
	message->hello.boot = mem_text("boot");
	taken = message->hello.boot;
	message->hello.boot = NULL;
	message_free(message);
	assert_string_equal(taken, "boot");
	free(taken);
	message = message_new(MESSAGE_SAMPLE, 0);
	message->sample = sample_new();
	message_free(message);
	message = message_new(MESSAGE_STORES, 0);
	*vec_add(&message->stores) = (struct store_seen){ .mailbox = mem_text("x"), .id = mem_text("y") };
	message_free(message);
	message = message_new(MESSAGE_NAMES, 0);
	*vec_add(&message->names) = mem_text("x");
	message_free(message);
	message = message_new(MESSAGE_DOCTOR, 0);
	*vec_add(&message->doctor) = (struct doctor_check){ .name = mem_text("x") };
	message_free(message);
	message = message_new(MESSAGE_PROMPT, 0);
	message->prompt.title = mem_text("x");
	message_free(message);
	message = message_new(MESSAGE_DID, 0);
	message->did.what = mem_text("x");
	message_free(message);
	message = message_new(MESSAGE_PREPARE, 0);
	message->prepare.text = mem_text("x");
	message_free(message);
	message = message_new(MESSAGE_LEDGER, 0);
	*vec_add(&message->ledger) = (struct ledger_entry){ .who = mem_text("x") };
	message_free(message);
	message_free(NULL);
}

static void commands_own_what_they_hold(void **state)
{
	struct commands commands = { 0 };
	struct command *command = commands_add(&commands, COMMAND_ANSWER);

	(void)state;
	command->text = mem_text("secret");
	command = commands_add(&commands, COMMAND_STORES);
	*vec_add(&command->names) = mem_text("x@a");
	command = commands_add(&commands, COMMAND_LEDGER_ADD);
	command->entry.what = mem_text("y");
	command = commands_add(&commands, COMMAND_LEDGER_GET);
	command->query.text = mem_text("z");
	assert_int_equal(commands.count, 4);
	assert_int_equal(commands.items[3].kind, COMMAND_LEDGER_GET);
	commands_clear(&commands);
	assert_int_equal(commands.count, 0);
	commands_release(&commands);
}

static void entries_are_copied_whole(void **state)
{
	char who[] = "ana@desk", what[] = "looked", host[] = "h", mailbox[] = "m", detail[] = "d",
	     result[] = "ok";
	const struct ledger_entry entry = { 7, 8, who, what, host, mailbox, detail, result, 9 };
	struct ledger_entry copy = ledger_entry_copy(&entry);

	(void)state;
	assert_ptr_not_equal(copy.who, who);
	assert_string_equal(copy.who, who);
	assert_string_equal(copy.what, what);
	assert_string_equal(copy.host, host);
	assert_string_equal(copy.mailbox, mailbox);
	assert_string_equal(copy.detail, detail);
	assert_string_equal(copy.result, result);
	assert_true(copy.id == 7 && copy.wall_s == 8 && copy.host_seq == 9);
	ledger_entry_release(&copy);
	assert_null(copy.who);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_is_first_out),
		cmocka_unit_test(many_threads_write),
		cmocka_unit_test(messages_own_what_they_hold),
		cmocka_unit_test(commands_own_what_they_hold),
		cmocka_unit_test(entries_are_copied_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
