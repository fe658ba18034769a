/* SPDX-License-Identifier: MIT */
/* The Fleet screen: what it shows of every kind of host, and what its keys do. */
#include "tests/screens/fleet_scene.h"

static void shows_every_state(void **state)
{
	struct scene *scene = *state;

	golden(scene, "fleet_80x24");
	scene_size(scene, 43, 132);
	golden(scene, "fleet_132x43");
	scene_size(scene, 10, 40);
	golden(scene, "fleet_40x10");
}

static void says_what_it_hides(void **state)
{
	struct scene *scene = *state;

	assert_true(shows(scene, "l shows DELAY"));
	drive(scene, "l");
	assert_true(shows(scene, "DELAY"));
	assert_false(shows(scene, "l shows DELAY"));
	drive(scene, "hhl");
	golden(scene, "fleet_shifted");
}

static void the_row_is_held_by_its_name(void **state)
{
	struct scene *scene = *state;

	drive(scene, "j<Space>");
	assert_true(shows(scene, "> mail01"));
	scene_tick(scene, 1000);
	fleet_load(scene, "mail01", 99);
	scene_tick(scene, 1000);
	golden(scene, "fleet_held");
	/* Left alone, it is sorted again: mail01 is the first, and still the current row. */
	fleet_load(scene, "mail01", 99);
	scene_tick(scene, 5000);
	assert_true(shows(scene, "> mail01"));
	drive(scene, "g");
	assert_true(shows(scene, "> mail01"));
}

static void sorts_at_once_when_told(void **state)
{
	struct scene *scene = *state;

	drive(scene, "j");
	fleet_load(scene, "mail01", 99);
	drive(scene, "gr");
	assert_true(shows(scene, "> mail01"));
}

static void frozen_rows_stay(void **state)
{
	struct scene *scene = *state;

	drive(scene, "Z");
	scene_tick(scene, 10000);
	fleet_load(scene, "mail01", 99);
	scene_tick(scene, 10000);
	assert_true(shows(scene, "> mail03"));
	assert_true(shows(scene, "frozen"));
	fleet_load(scene, "mail01", 99);
	drive(scene, "Z");
	assert_true(shows(scene, "> mail01"));
}

static void filters_while_typed(void **state)
{
	struct scene *scene = *state;

	drive(scene, "/mail0[17]");
	golden(scene, "fleet_filtering");
	drive(scene, "(");
	assert_true(shows(scene, "2 of 8 hosts"));
	golden(scene, "fleet_filter_wrong");
	drive(scene, "<Backspace><Enter>");
	assert_true(shows(scene, "2 of 8 hosts"));
	drive(scene, "/xyz<Esc>");
	assert_true(shows(scene, "2 of 8 hosts"));
	drive(scene, "<Ctrl-L>/<Ctrl-U>zzz<Enter>");
	golden(scene, "fleet_filter_none");
	scene_forget(scene);
	drive(scene, "<Esc>");
	assert_true(shows(scene, "8 hosts"));
	drive(scene, "/!away|refused<Enter>");
	assert_true(shows(scene, "6 of 8 hosts"));
	assert_no_commands(scene);
}

static void sorts_by_every_column(void **state)
{
	struct scene *scene = *state;

	drive(scene, "s");
	assert_true(shows(scene, "sort: cpu% ↓"));
	drive(scene, "S");
	assert_true(shows(scene, "sort: cpu% ↑"));
	drive(scene, "ssssssss");
	assert_true(shows(scene, "sort: host ↑"));
	drive(scene, "s");
	assert_true(shows(scene, "sort: state ↓"));
	golden(scene, "fleet_by_state");
}

static void marks_count(void **state)
{
	struct scene *scene = *state;

	drive(scene, "*");
	scene_tick(scene, 7000);
	assert_true(shows(scene, "8 marked"));
	drive(scene, "<Space>");
	assert_true(shows(scene, "7 marked"));
	drive(scene, "u");
	assert_false(shows(scene, "marked"));
}

static void tries_hosts_again(void **state)
{
	struct scene *scene = *state;

	drive(scene, "c");
	assert_no_commands(scene);
	assert_true(shows(scene, "this host is connected"));
	drive(scene, "/mail05<Enter>c");
	assert_int_equal(only_command(scene, COMMAND_RECONNECT)->host, scene_host(scene, "mail05"));
	scene_forget(scene);
	drive(scene, "<Esc>*c");
	assert_int_equal(scene->commands.count, 4); /* all that are not up */
}

static void ascii_has_no_drawing(void **state)
{
	struct scene *scene = *state;
	struct str dump = { 0 };

	golden(scene, "fleet_ascii");
	scene_dump(scene, &dump);
	for (size_t i = 0; i < dump.len; i++)
		assert_true((unsigned char)dump.data[i] < 128);
	str_release(&dump);
}

static void mono_tells_states_apart(void **state)
{
	struct scene *scene = *state;

	scene->mono = true;
	golden(scene, "fleet_mono");
}

static void hostile_names(void **state)
{
	struct scene scene;

	(void)state;
	scene_start(&scene,
		"mail01 日本のメールサーバー.example.jp u\\u202Eliam.moc e\\u0301tage "
		"a-very-long-name-of-a-host.rack17.example.org",
		false, true);
	for (size_t i = 0; i < scene.config.hosts.count; i++)
		scene_link(&scene, scene.config.hosts.items[i].name, LINK_AWAY,
			i == 0 ? "\x1b]0;owned\a\x1b[31mred\nand a second line"
			       : "name does not resolve",
			5000);
	scene_tick(&scene, 1000);
	golden(&scene, "fleet_hostile");
	scene_end(&scene);
}

static void no_hosts_and_tiny_terminals(void **state)
{
	static const int sizes[][2] = { { 1, 1 }, { 1, 80 }, { 2, 2 }, { 3, 10 }, { 4, 5 },
		{ 5, 20 }, { 60, 3 } };
	struct scene *scene = *state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct str dump = { 0 };

		scene_size(scene, sizes[i][0], sizes[i][1]);
		drive(scene, "jG?jq:x<Esc>/y<Esc>27<Enter>1<Enter>qlhg<PgDn>");
		scene_dump(scene, &dump);
		str_release(&dump);
	}
	scene_size(scene, 4, 20);
	golden(scene, "fleet_20x4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shows_every_state, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(says_what_it_hides, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(
			the_row_is_held_by_its_name, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(sorts_at_once_when_told, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(frozen_rows_stay, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(filters_while_typed, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(sorts_by_every_column, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(marks_count, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(tries_hosts_again, fleet_start, fleet_end),
		cmocka_unit_test_setup_teardown(ascii_has_no_drawing, fleet_start_ascii, fleet_end),
		cmocka_unit_test_setup_teardown(mono_tells_states_apart, fleet_start, fleet_end),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test_setup_teardown(
			no_hosts_and_tiny_terminals, fleet_start, fleet_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
