/* SPDX-License-Identifier: MIT */
/* The ledger: lists, filters, pages, one entry. */
#include "tests/screens/scene.h"

static int set_up(void **state)
{
	static struct scene scene;

	scene_start(&scene, "mail03 mail07", false, false);
	scene_tick(&scene, 100);
	scene_forget(&scene);
	*state = &scene;
	return 0;
}

static int tear_down(void **state)
{
	scene_end(*state);
	return 0;
}

/* COUNT entries, the newest of id FIRST. */
static void answer(struct scene *scene, int64_t first, int count)
{
	struct message *message = message_new(MESSAGE_LEDGER, 0);

	for (int i = 0; i < count; i++) {
		struct ledger_entry *entry = vec_add(&message->ledger);

		entry->id = first - i;
		entry->wall_s = SCENE_WALL - 60 * i;
		entry->who = mem_text(i % 2 ? "ana@desk" : "b.long-login-name@another-desk");
		entry->what = mem_text(i % 3 ? "host key accepted" : "agent installed");
		entry->host = i % 4 ? mem_text("mail03") : NULL;
		entry->mailbox = i % 5 == 4 ? mem_text("jo.martin@example.org") : NULL;
		entry->detail = mem_text("SHA256:8fQm0aB7Zz, ED25519, told by\x1b[31m the host");
		entry->result = i % 3 ? NULL : mem_text(i % 2 ? "failed" : "ok");
		entry->host_seq = i % 7 == 6 ? 42 : 0;
	}
	scene_send(scene, message);
}

static void lists_entries(void **state)
{
	struct scene *scene = *state;

	drive(scene, "7");
	assert_int_equal(only_command(scene, COMMAND_LEDGER_GET)->query.before, 0);
	assert_true(shows(scene, "Reading"));
	answer(scene, 900, 7);
	golden(scene, "ledger_80x24");
	scene_size(scene, 43, 132);
	golden(scene, "ledger_132x43");
	scene_size(scene, 10, 40);
	golden(scene, "ledger_40x10");
	scene_size(scene, 24, 80);
	drive(scene, "jjjjjj<Enter>");
	golden(scene, "ledger_entry");
	drive(scene, "q");
	assert_true(shows(scene, "Ledger "));
}

static void reads_older_entries_when_they_are_near(void **state)
{
	struct scene *scene = *state;

	drive(scene, "7");
	answer(scene, 900, 500);
	scene_forget(scene);
	drive(scene, "jjj<PgDn>");
	assert_no_commands(scene);
	drive(scene, "G");
	assert_int_equal(only_command(scene, COMMAND_LEDGER_GET)->query.before, 401);
	drive(scene, "kG");
	assert_int_equal(scene->commands.count, 1); /* asked once */
	answer(scene, 400, 3);
	assert_true(shows(scene, "503 entries"));
	scene_forget(scene);
	drive(scene, "G");
	assert_no_commands(scene); /* the oldest is there */
}

static void filters_in_the_store(void **state)
{
	struct scene *scene = *state;

	drive(scene, "7");
	answer(scene, 900, 7);
	scene_forget(scene);
	drive(scene, "/jo<Enter>");
	assert_int_equal(scene->commands.count, 2); /* j and jo */
	assert_string_equal(scene->commands.items[1].query.text, "jo");
	answer(scene, 3, 1);
	assert_true(shows(scene, "7 entries")); /* only the last answer counts */
	answer(scene, 900, 0);
	golden(scene, "ledger_none");
	scene_forget(scene);
	drive(scene, "<Esc>");
	assert_null(only_command(scene, COMMAND_LEDGER_GET)->query.text);
}

static void says_what_it_does_not_do(void **state)
{
	struct scene *scene = *state;

	drive(scene, "7");
	drive(scene, "s");
	assert_true(shows(scene, "in the order of what happened"));
	drive(scene, "<Enter>");
	assert_true(shows(scene, "no entry is shown"));
	answer(scene, 1, 0);
	assert_true(shows(scene, "Nothing was done or decided yet."));
}

static void what_workers_did_is_kept_with_our_name(void **state)
{
	struct scene *scene = *state;
	struct message *message = message_new(MESSAGE_DID, 0);

	message->did.what = mem_text("agent sent");
	message->did.host = mem_text("mail03");
	scene_send(scene, message);
	assert_string_equal(only_command(scene, COMMAND_LEDGER_ADD)->entry.who, "ana@desk");
	assert_string_equal(scene->commands.items[0].entry.what, "agent sent");
	assert_true(scene->commands.items[0].entry.wall_s > 0);
}

static void new_entries_appear_by_themselves(void **state)
{
	struct scene *scene = *state;

	drive(scene, "7");
	answer(scene, 900, 7);
	scene_tick(scene, 1000);
	scene_forget(scene);
	scene_send(scene, message_new(MESSAGE_DID, 0));
	scene_forget(scene);
	scene_tick(scene, 1000);
	assert_int_equal(only_command(scene, COMMAND_LEDGER_GET)->query.before, 0);
	answer(scene, 901, 7);
	scene_forget(scene);
	scene_tick(scene, 1000);
	assert_no_commands(scene); /* once */
	drive(scene, "j");
	scene_send(scene, message_new(MESSAGE_DID, 0));
	scene_forget(scene);
	scene_tick(scene, 1000);
	assert_no_commands(scene); /* somebody reads */
}

static void errors_of_the_store_are_said(void **state)
{
	struct scene *scene = *state;
	struct message *message = message_new(MESSAGE_STORE_ERR, 0);

	err_set(&message->error, ERR_IO,
		"/var/state: no space left on device; the ledger is not written");
	scene_send(scene, message);
	assert_true(shows(scene, "no space left on device"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lists_entries, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			reads_older_entries_when_they_are_near, set_up, tear_down),
		cmocka_unit_test_setup_teardown(filters_in_the_store, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_what_it_does_not_do, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_workers_did_is_kept_with_our_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			new_entries_appear_by_themselves, set_up, tear_down),
		cmocka_unit_test_setup_teardown(errors_of_the_store_are_said, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
