/* SPDX-License-Identifier: MIT */
/* One host, help, the palette. */
#include "tests/screens/fleet_scene.h"

static void shows_all_of_a_host(void **state)
{
	struct scene *scene = *state;

	drive(scene, "<Enter>");
	golden(scene, "host_80x24");
	scene_size(scene, 43, 132);
	golden(scene, "host_132x43");
	scene_size(scene, 10, 40);
	golden(scene, "host_40x10");
	drive(scene, "<PgDn><PgDn>j");
	golden(scene, "host_40x10_below");
}

static void opens_its_mailboxes(void **state)
{
	struct scene *scene = *state;

	scene_size(scene, 43, 132);
	drive(scene, "<Enter><Enter>");
	assert_true(shows(scene, "nothing to open on this line"));
	drive(scene, "G");
	for (int i = 0; i < 60 && !shows(scene, "SESSIONS"); i++)
		drive(scene, "k<Enter>");
	assert_true(shows(scene, "@example.org"));
	drive(scene, "q");
	assert_true(shows(scene, "mailmend · mail03"));
	drive(scene, "<Esc>");
	assert_true(shows(scene, "mailmend · Fleet"));
}

static void doctor_is_asked_and_answers(void **state)
{
	struct scene *scene = *state;
	struct message *message = message_new(MESSAGE_DOCTOR, scene_host(scene, "mail03"));
	struct doctor_check *check;

	drive(scene, "d");
	assert_int_equal(only_command(scene, COMMAND_DOCTOR)->host, scene_host(scene, "mail03"));
	assert_true(shows(scene, "Looking"));
	check = vec_add(&message->doctor);
	check->name = mem_text("sessions");
	check->found = mem_text("doveadm who answers");
	check->good = 1;
	check = vec_add(&message->doctor);
	check->name = mem_text("io");
	check->found = mem_text("/proc/PID/io of other users cannot be read");
	check->mend = mem_text("connect as root, or give become");
	check->good = 0;
	check = vec_add(&message->doctor);
	check->name = mem_text("clock");
	check->found = mem_text("2017-07-20 18:08:43 UTC");
	check->mend = mem_text("the console compares it with its own");
	check->good = -1;
	scene_send(scene, message);
	scene_size(scene, 43, 132);
	assert_true(shows(scene, "clock     not known: 2017-07-20"));
	scene_sample(scene, "mail03",
		"\"uptime\":5010,\"load\":[1.0,1.0,1.0],\"cpu\":[120000,500,400000]",
		"{\"facts\":{\"hostname\":\"mail03\",\"cores\":8,\"hz\":100,\"clock\":1500574000}}");
	golden(scene, "host_doctor");
	assert_true(shows(scene, "s behind this machine"));
}

static void a_host_that_is_away(void **state)
{
	struct scene *scene = *state;

	drive(scene, "/mail05<Enter><Enter>");
	golden(scene, "host_away");
	drive(scene, "d");
	assert_true(shows(scene, "doctor needs a connected host"));
	scene_forget(scene);
	drive(scene, "c");
	assert_int_equal(only_command(scene, COMMAND_RECONNECT)->host, scene_host(scene, "mail05"));
}

static void help_tells_the_keys(void **state)
{
	struct scene *scene = *state;

	drive(scene, "?");
	golden(scene, "help_80x24");
	scene_size(scene, 43, 132);
	golden(scene, "help_132x43");
	scene_size(scene, 10, 40);
	golden(scene, "help_40x10");
	drive(scene, "G?q");
	assert_true(shows(scene, "Fleet"));
}

static void the_palette_has_every_command(void **state)
{
	struct scene *scene = *state;

	drive(scene, ":");
	golden(scene, "palette");
	drive(scene, "led");
	golden(scene, "palette_led");
	drive(scene, "<Enter>");
	assert_true(shows(scene, "mailmend · Ledger"));
	drive(scene, ":zzz<Enter>");
	assert_true(shows(scene, "no command \"zzz\""));
	drive(scene, "<Esc>:qui<Enter>");
	assert_int_equal(scene->commands.items[scene->commands.count - 1].kind, COMMAND_QUIT);
}

static void the_palette_leaves_the_row_it_is_about(void **state)
{
	struct scene *scene = *state;

	drive(scene, "G:");
	golden(scene, "palette_above");
	assert_true(shows(scene, "> mail02"));
	scene_size(scene, 14, 80);
	drive(scene, "<Esc>jjj:");
	for (int rows = 4; rows < 40; rows += 3) {
		scene_size(scene, rows, 80);
		if (rows >= 10)
			assert_true(shows(scene, "> mail02"));
	}
}

static void keys_that_mean_nothing_say_so(void **state)
{
	struct scene *scene = *state;

	drive(scene, "3");
	assert_true(shows(scene, "there is no screen 3 in this version"));
	drive(scene, "x");
	assert_true(shows(scene, "x does nothing here; ? shows the keys"));
	drive(scene, "<Esc>");
	assert_true(shows(scene, "q quits mailmend"));
	scene_tick(scene, 7000);
	assert_false(shows(scene, "q quits mailmend"));
	assert_no_commands(scene);
	drive(scene, "<Tab>");
	assert_true(shows(scene, "mailmend · Mailboxes"));
	drive(scene, "<Tab>");
	assert_true(shows(scene, "mailmend · Repairs"));
	drive(scene, "<Tab>");
	assert_true(shows(scene, "mailmend · Ledger"));
	drive(scene, "<Tab>");
	assert_true(shows(scene, "mailmend · Fleet"));
	drive(scene, "<Shift-Tab>");
	assert_true(shows(scene, "mailmend · Ledger"));
	scene_forget(scene);
	drive(scene, "q");
	assert_no_commands(scene);
	drive(scene, "q");
	only_command(scene, COMMAND_QUIT);
}

static void details_never_overflow(void **state)
{
	struct scene *scene = *state;

	scene_size(scene, 60, 132);
	/* host → a mailbox of it → its host → … */
	drive(scene, "<Enter>");
	for (int i = 0; i < 20; i++) {
		drive(scene, "G<Enter>");
		assert_true(
			shows(scene, i % 2 ? "BUSIEST MAILBOXES" : "SINCE THIS PAGE WAS OPENED"));
	}
	for (int i = 0; i < 20; i++)
		drive(scene, "<Esc>");
	assert_true(shows(scene, "mailmend · Fleet"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shows_all_of_a_host, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(opens_its_mailboxes, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(
			doctor_is_asked_and_answers, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(a_host_that_is_away, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(help_tells_the_keys, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(
			the_palette_has_every_command, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(
			the_palette_leaves_the_row_it_is_about, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(
			keys_that_mean_nothing_say_so, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(details_never_overflow, fleet_start, fleet_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
