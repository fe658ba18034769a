/* SPDX-License-Identifier: MIT */
/* Messages in, commands out: what the console asks for by itself, and when it must be drawn. */
#include "tests/screens/scene.h"

static const char config[] =
	"{ \"hosts\": [ { \"name\": \"mail03\" }, { \"name\": \"mx1\", \"roles\": [\"mx\"] } ],\n"
	"  \"mailboxes_from\": \"userdb\", \"store_directory\": \"/tmp\" }";
static const char head[] =
	"\"full\":true,\"uptime\":5000,\"load\":[1.0,1.0,1.0],\"cpu\":[1000,100,3000]";

static struct scene scene;

static int set_up(void **state)
{
	(void)state;
	scene_begin(&scene, config, false, false);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scene_end(&scene);
	return 0;
}

static size_t count_of(enum command_kind kind)
{
	size_t count = 0;

	vec_each(&scene.commands, command)
		count += command->kind == kind;
	return count;
}

static void send_names(const char *name)
{
	struct message *message = message_new(MESSAGE_NAMES, 0);

	if (name)
		*vec_add(&message->names) = mem_text(name);
	scene_send(&scene, message);
}

static void names_are_asked_for_once(void **state)
{
	(void)state;
	scene_link(&scene, "mail03", LINK_UP, NULL, 0);
	assert_int_equal(only_command(&scene, COMMAND_NAMES)->host, 0);
	scene_forget(&scene);
	scene_link(&scene, "mx1", LINK_UP, NULL, 0);
	assert_no_commands(&scene); /* no mailboxes are served there */
	/* The link broke before the list came to its end: once more. */
	send_names("jo@example.org");
	scene_link(&scene, "mail03", LINK_AWAY, "reset", 100);
	scene_link(&scene, "mail03", LINK_UP, NULL, 0);
	assert_int_equal(count_of(COMMAND_NAMES), 1);
	scene_forget(&scene);
	send_names("w.chen@example.org");
	send_names(NULL);
	scene_link(&scene, "mail03", LINK_AWAY, "reset", 100);
	scene_link(&scene, "mail03", LINK_UP, NULL, 0);
	assert_int_equal(count_of(COMMAND_NAMES), 0);
}

static void stores_are_asked_for_where_there_are_sessions(void **state)
{
	const struct command *command;

	(void)state;
	scene_link(&scene, "mail03", LINK_UP, NULL, 0);
	scene_forget(&scene);
	scene_sample(&scene, "mail03", head,
		"{\"add\":[[1,\"jo@example.org\",\"imap\",\"198.51.100.7\",101],"
		"[2,\"w$(id)@example.org\",\"imap\",\"198.51.100.8\",102],"
		"[3,\"jo@example.org\",\"pop3\",\"198.51.100.8\",103]]}");
	command = only_command(&scene, COMMAND_STORES);
	assert_int_equal(command->host, 0);
	assert_int_equal(command->names.count, 2);
	assert_string_equal(command->names.items[1], "w$(id)@example.org");
	scene_forget(&scene);
	scene_sample(&scene, "mail03",
		"\"uptime\":5002,\"load\":[1.0,1.0,1.0],\"cpu\":[1100,100,3200]", "");
	assert_no_commands(&scene);
}

static void drawn_when_something_changed(void **state)
{
	(void)state;
	assert_int_equal(app_dirty(scene.app), APP_URGENT); /* the first picture */
	app_drawn(scene.app);
	assert_int_equal(app_dirty(scene.app), APP_CLEAN);
	scene_tick(&scene, 0);
	app_drawn(scene.app);
	scene_tick(&scene, 200);
	assert_int_equal(app_dirty(scene.app), APP_CLEAN); /* the same second */
	scene_tick(&scene, 800);
	assert_int_equal(app_dirty(scene.app), APP_DATA); /* the clock */
	app_drawn(scene.app);
	scene_link(&scene, "mail03", LINK_UP, NULL, 0);
	assert_int_equal(app_dirty(scene.app), APP_DATA);
	drive(&scene, "j");
	assert_int_equal(app_dirty(scene.app), APP_URGENT);
	scene_link(&scene, "mail03", LINK_UP, NULL, 0);
	assert_int_equal(app_dirty(scene.app), APP_URGENT); /* data never takes that back */
	app_drawn(scene.app);
	scene_size(&scene, 30, 90);
	assert_int_equal(app_dirty(scene.app), APP_URGENT);
}

static void leaving_and_stopping(void **state)
{
	(void)state;
	drive(&scene, "<Ctrl-Z>");
	only_command(&scene, COMMAND_SUSPEND);
	scene_forget(&scene);
	drive(&scene, "<Ctrl-L>");
	only_command(&scene, COMMAND_REDRAW);
	scene_forget(&scene);
	drive(&scene, "/abc<Ctrl-C>");
	assert_int_equal(only_command(&scene, COMMAND_QUIT)->code, 0);
}

static void messages_about_unknown_hosts_are_passed_over(void **state)
{
	static const enum message_kind kinds[] = { MESSAGE_LINK, MESSAGE_HELLO, MESSAGE_STORES,
		MESSAGE_NAMES, MESSAGE_DOCTOR, MESSAGE_PROMPT, MESSAGE_UNPROMPT };
	struct str dump = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		scene_send(&scene, message_new(kinds[i], 99));
	scene_dump(&scene, &dump);
	str_release(&dump);
	assert_no_commands(&scene);
}

static void time_never_goes_back(void **state)
{
	(void)state;
	scene_link(&scene, "mail03", LINK_UP, NULL, 0);
	scene_sample(&scene, "mail03", head, "");
	scene_tick(&scene, 7000);
	assert_true(shows(&scene, "stale 7s"));
	scene_tick(&scene, -5000);
	assert_true(shows(&scene, "stale 7s"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_are_asked_for_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			stores_are_asked_for_where_there_are_sessions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(drawn_when_something_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(leaving_and_stopping, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			messages_about_unknown_hosts_are_passed_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(time_never_goes_back, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
