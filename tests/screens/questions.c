/* SPDX-License-Identifier: MIT */
/* Host keys and passphrases: when dialogs open, what answers leave, what is never shown. */
#include "tests/screens/fleet_scene.h"

static const char key_text[] =
	"mail09 (198.51.100.9) shows this key, and no known_hosts file knows it:\n"
	"  ED25519  SHA256:8fQm0aB7ZzKx1WqTt3nUuV9yYh2gLrPpC5sDdEeFfGg\n"
	"Compare it with what you know from the machine itself.";

static void ask(struct scene *scene, const char *host, uint64_t id, enum prompt_kind kind,
	const char *title, const char *text)
{
	struct message *message = message_new(MESSAGE_PROMPT, scene_host(scene, host));

	message->prompt.id = id;
	message->prompt.kind = kind;
	message->prompt.title = mem_text(title);
	message->prompt.text = mem_text(text);
	scene_send(scene, message);
}

static void ask_key(struct scene *scene)
{
	ask(scene, "mail09", 7, PROMPT_HOST_KEY, "Host key of mail09 is not known", key_text);
}

static void opens_by_itself_when_nobody_types(void **state)
{
	struct scene *scene = *state;

	ask_key(scene);
	scene_tick(scene, 200);
	golden(scene, "question_key");
	scene_size(scene, 43, 132);
	golden(scene, "question_key_wide");
	scene_size(scene, 10, 40);
	golden(scene, "question_key_small");
	drive(scene, "jjj");
	golden(scene, "question_key_small_below");
	assert_no_commands(scene);
}

static void never_takes_keys_that_were_meant_for_something_else(void **state)
{
	struct scene *scene = *state;

	drive(scene, "j");
	ask_key(scene);
	scene_tick(scene, 200);
	assert_false(shows(scene, "accept and remember"));
	assert_true(shows(scene, "1 question: a answers"));
	drive(scene, "/y");
	scene_tick(scene, 10000);
	drive(scene, "y");
	assert_no_commands(scene);
	drive(scene, "<Esc>a");
	assert_true(shows(scene, "accept and remember"));
}

static void only_y_accepts(void **state)
{
	struct scene *scene = *state;
	char keys[2] = { 0 };

	ask_key(scene);
	drive(scene, "a");
	for (char key = ' '; key < 127; key++) {
		keys[0] = key;
		if (key != 'y' && key != 'n' && key != 'q' && key != '<')
			drive(scene, keys);
	}
	drive(scene, "<Enter><Tab><F5><Up><Del>");
	assert_no_commands(scene);
	drive(scene, "y");
	assert_true(only_command(scene, COMMAND_ANSWER)->yes);
	assert_int_equal(scene->commands.items[0].prompt, 7);
	assert_int_equal(scene->commands.items[0].host, scene_host(scene, "mail09"));
	assert_false(shows(scene, "accept and remember"));
}

static void n_refuses_and_esc_leaves_it_for_later(void **state)
{
	struct scene *scene = *state;

	ask_key(scene);
	drive(scene, "a<Esc>");
	assert_no_commands(scene);
	assert_true(shows(scene, "it still waits for an answer"));
	scene_tick(scene, 60000);
	assert_false(shows(scene, "accept and remember")); /* not again by itself */
	drive(scene, "an");
	assert_int_equal(scene->commands.count, 2);
	assert_false(scene->commands.items[0].yes);
	assert_int_equal(scene->commands.items[1].kind, COMMAND_LEDGER_ADD);
	assert_string_equal(scene->commands.items[1].entry.what, "host key refused");
	assert_string_equal(scene->commands.items[1].entry.host, "mail09");
	assert_non_null(strstr(scene->commands.items[1].entry.detail, "SHA256:8fQm"));
	scene_forget(scene);
	drive(scene, "a");
	assert_true(shows(scene, "no host asks anything"));
}

static void a_secret_is_sent_and_never_shown(void **state)
{
	struct scene *scene = *state;

	ask(scene, "mail03", 8, PROMPT_SECRET, "Passphrase",
		"Passphrase of ~/.ssh/id_ed25519, for mail03");
	drive(scene, "as3cr<Backspace>et");
	golden(scene, "question_secret");
	assert_false(shows(scene, "s3c"));
	drive(scene, "<Enter>");
	assert_string_equal(only_command(scene, COMMAND_ANSWER)->text, "s3cet");
	assert_true(scene->commands.items[0].yes);
	assert_false(shows(scene, "s3c"));
	drive(scene, "a");
	assert_false(shows(scene, "Passphrase"));
}

static void an_empty_secret_is_a_no(void **state)
{
	struct scene *scene = *state;

	ask(scene, "mail03", 8, PROMPT_SECRET, "Passphrase",
		"Passphrase of ~/.ssh/id_ed25519, for mail03");
	drive(scene, "a<Enter>");
	assert_false(only_command(scene, COMMAND_ANSWER)->yes);
}

static void an_answer_with_echo_is_shown(void **state)
{
	struct scene *scene = *state;

	ask(scene, "mail03", 9, PROMPT_TEXT, "One-time code", "Code from your device:");
	drive(scene, "a123q?4");
	assert_true(shows(scene, "> 123q?4"));
	drive(scene, "<Enter>");
	assert_string_equal(only_command(scene, COMMAND_ANSWER)->text, "123q?4");
}

static void a_question_that_went_away_closes(void **state)
{
	struct scene *scene = *state;
	struct message *message = message_new(MESSAGE_UNPROMPT, scene_host(scene, "mail09"));

	ask_key(scene);
	drive(scene, "a");
	message->prompt.id = 7;
	scene_send(scene, message);
	assert_false(shows(scene, "accept and remember"));
	drive(scene, "y");
	assert_no_commands(scene);
}

static void many_questions_come_one_by_one(void **state)
{
	struct scene *scene = *state;

	for (uint64_t id = 1; id <= 3; id++)
		ask(scene, "mail09", id, PROMPT_HOST_KEY, id == 1 ? "First" : "Other", key_text);
	drive(scene, "a");
	assert_true(shows(scene, "First"));
	assert_true(shows(scene, "3 questions"));
	drive(scene, "y");
	scene_tick(scene, 5000);
	assert_true(shows(scene, "Other"));
	drive(scene, "<Ctrl-C>");
	assert_int_equal(scene->commands.items[scene->commands.count - 1].kind, COMMAND_QUIT);
}

static void what_a_host_asks_is_made_harmless(void **state)
{
	struct scene *scene = *state;

	ask(scene, "mail09", 1, PROMPT_TEXT, "\x1b[2Jtitle",
		"\x1b]0;x\a one\n\n\n\ttwo \xff\xfe three");
	drive(scene, "a");
	golden(scene, "question_hostile");
}

static void the_dialog_never_covers_its_row(void **state)
{
	struct scene *scene = *state;

	ask(scene, "mail09", 1, PROMPT_HOST_KEY, "Q", key_text);
	drive(scene, "a");
	for (int rows = 4; rows < 50; rows++) {
		struct str dump = { 0 };

		scene_size(scene, rows, 80);
		scene_dump(scene, &dump);
		/* Its row is seen, or the dialog is a page of its own. */
		assert_true(strstr(str_text(&dump), "| mail09 asking") ||
			    strstr(str_text(&dump), "\n|┌─ Q"));
		str_release(&dump);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			opens_by_itself_when_nobody_types, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(never_takes_keys_that_were_meant_for_something_else,
			fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(only_y_accepts, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(
			n_refuses_and_esc_leaves_it_for_later, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(
			a_secret_is_sent_and_never_shown, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(an_empty_secret_is_a_no, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(
			an_answer_with_echo_is_shown, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(
			a_question_that_went_away_closes, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(
			many_questions_come_one_by_one, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(
			what_a_host_asks_is_made_harmless, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(
			the_dialog_never_covers_its_row, fleet_start, fleet_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
