/* SPDX-License-Identifier: MIT */
/* Small parts of the screens: keys, figures, columns, lists, lines that are typed, pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "tui/figure.h"
#include "tui/keys.h"
#include "tui/widgets/columns.h"
#include "tui/widgets/edit.h"
#include "tui/widgets/list.h"
#include "tui/widgets/marks.h"
#include "tui/widgets/wrap.h"

static void every_key_has_a_name_that_reads_back(void **state)
{
	static const uint32_t keys[] = { K_TAB, K_ENTER, K_ESC, K_SPACE, K_BACKSPACE, K_UP, K_DOWN,
		K_LEFT, K_RIGHT, K_PAGE_UP, K_PAGE_DOWN, K_HOME, K_END, K_INSERT, K_DELETE,
		K_BACK_TAB, K_F1, K_F1 + 4, K_F12, K_CTRL('Z'), 'a', 'Z', '/', ':', '>', '?',
		0xE9 };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		char name[16], script[32];
		const char *rest = script;
		uint32_t key = 0;

		key_label(keys[i], name);
		snprintf(script, sizeof(script),
			strlen(name) > 1 && keys[i] != 0xE9 ? "<%s>" : "%s", name);
		assert_true(key_read(&rest, &key));
		assert_int_equal(key, keys[i]);
		assert_string_equal(rest, "");
	}
}

static void scripts_of_keys(void **state)
{
	const char *good = "a<<><F12>", *bad = "<Nothing>", *open = "<";
	uint32_t key;

	(void)state;
	assert_true(key_read(&good, &key) && key == 'a');
	assert_true(key_read(&good, &key) && key == '<');
	assert_true(key_read(&good, &key) && key == K_F12);
	assert_false(key_read(&good, &key));
	assert_false(key_read(&bad, &key));
	assert_false(key_read(&open, &key));
}

static void figures(void **state)
{
	static const struct {
		double number;
		const char *text;
	} counts[] = { { 0, "·" }, { 0.4, "·" }, { 0.5, "1" }, { 1, "1" }, { 999, "999" },
		{ 999.6, "1.0k" }, { 1000, "1.0k" }, { 12345, "12.3k" }, { 99950, "100k" },
		{ 310000, "310k" }, { 999499, "999k" }, { 999501, "1.0M" }, { 4100000, "4.1M" },
		{ 2.5e9, "2.5G" }, { 1e18, "1.0E" }, { 1e22, "10000E" }, { -1, "–" },
		{ NAN, "–" } };
	char out[FIGURE];

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		assert_string_equal(figure_count(counts[i].number, out), counts[i].text);
	assert_string_equal(figure_percent(0.2, out), "·");
	assert_string_equal(figure_percent(99.6, out), "100");
	assert_string_equal(figure_percent(NAN, out), "–");
	assert_string_equal(figure_load(0.04, out), "·");
	assert_string_equal(figure_load(31.24, out), "31.2");
	assert_string_equal(figure_load(120.4, out), "120");
	assert_string_equal(figure_size(0, out), "0 B");
	assert_string_equal(figure_size(4.2e9, out), "4.2 GB");
	assert_string_equal(figure_size(420e6, out), "420 MB");
	assert_string_equal(figure_size(-1, out), "–");
}

static void times(void **state)
{
	char out[FIGURE];

	(void)state;
	assert_string_equal(figure_age(-5, out), "0s");
	assert_string_equal(figure_age(119999, out), "119s");
	assert_string_equal(figure_age(120000, out), "2m");
	assert_string_equal(figure_age(7800000, out), "2h10");
	assert_string_equal(figure_age(4 * 86400000LL, out), "4d");
	assert_string_equal(figure_clock(1500574111, out), "18:08:31");
	assert_string_equal(figure_clock(-1, out), "23:59:59");
	assert_string_equal(figure_day(1500574111, out), "2017-07-20 18:08");
}

static void sparklines(void **state)
{
	struct history history = { 0 };
	char out[SPARK_MAX * 3 + 1], before[SPARK_MAX * 3 + 1];

	(void)state;
	assert_string_equal(figure_spark(&history, 4, 1, 1, out), "    ");
	for (int i = 0; i < 4; i++)
		history_add(&history, (float)i);
	assert_string_equal(figure_spark(&history, 4, 1, 3, out), "▁▃▆█");
	assert_string_equal(figure_spark(&history, 6, 1, 3, out), "  ▁▃▆█");
	/* What is full is full, however far above. */
	assert_string_equal(figure_spark(&history, 4, 1, 100, out), "▁▁▁▁");
	history_add(&history, NAN);
	assert_string_equal(figure_spark(&history, 2, 1, 3, out), "█ ");
	/* Cells of several values do not tremble: only the newest one changes. */
	for (int i = 0; i < 60; i++)
		history_add(&history, (float)(i % 7));
	figure_spark(&history, 5, 10, 7, before);
	history_add(&history, 6);
	figure_spark(&history, 5, 10, 7, out);
	assert_memory_equal(before, out, 4 * 3);
}

static const struct column items[] = {
	{ "NAME", 8, 20, 0, ALIGN_LEFT, CUT_MIDDLE },
	{ "A", 4, 0, 2, ALIGN_RIGHT, CUT_END },
	{ "B", 4, 0, 1, ALIGN_RIGHT, CUT_END },
	{ "C", 4, 0, 3, ALIGN_RIGHT, CUT_END },
	{ "WHY", 6, 30, 0, ALIGN_LEFT, CUT_END },
};

static void columns_go_by_rank(void **state)
{
	static const struct {
		int total;
		const char *hidden;
	} cases[] = { { 100, "" }, { 31, "" }, { 30, "C" }, { 26, "C" }, { 25, "A, C" },
		{ 20, "A, B, C" }, { 5, "A, B, C" }, { 0, "A, B, C" } };
	struct columns columns;
	char hidden[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int shift = 0, used = COLUMNS_MARGIN - 1;

		columns_lay(&columns, items, 5, cases[i].total, &shift);
		assert_string_equal(
			columns_hidden(&columns, hidden, sizeof(hidden)), cases[i].hidden);
		for (int j = 0; j < 5; j++)
			used += columns.widths[j] ? columns.widths[j] + 1 : 0;
		if (cases[i].total >= 20)
			assert_true(used <= cases[i].total);
		assert_true(columns.widths[0] > 0);
	}
}

static void columns_can_be_shifted_into_sight(void **state)
{
	struct columns columns;
	char hidden[64];
	int shift = 1;

	(void)state;
	columns_lay(&columns, items, 5, 26, &shift);
	assert_string_equal(columns_hidden(&columns, hidden, sizeof(hidden)), "A");
	assert_int_equal(shift, 1);
	shift = 9;
	columns_lay(&columns, items, 5, 26, &shift);
	assert_int_equal(shift, 1); /* no further than brings something in */
	shift = 3;
	columns_lay(&columns, items, 5, 100, &shift);
	assert_int_equal(shift, 0);
}

static void lists_move_and_scroll(void **state)
{
	struct list list = { 0 };

	(void)state;
	assert_true(list_move(&list, ACTION_DOWN, 100, 10));
	assert_true(list.held && list.position == 1 && list.top == 0);
	list_move(&list, ACTION_PAGE_DOWN, 100, 10);
	assert_true(list.position == 11 && list.top == 10);
	list_move(&list, ACTION_LAST, 100, 10);
	assert_true(list.position == 99 && list.top == 90);
	list_move(&list, ACTION_DOWN, 100, 10);
	assert_int_equal(list.position, 99);
	list_move(&list, ACTION_PAGE_UP, 100, 10);
	assert_true(list.position == 89 && list.top == 80);
	list_move(&list, ACTION_FIRST, 100, 10);
	assert_true(!list.held && list.position == 0 && list.top == 0);
	list_move(&list, ACTION_UP, 100, 10);
	assert_int_equal(list.position, 0);
	list_move(&list, ACTION_DOWN, 0, 0);
	assert_true(list.position == 0 && list.top == 0);
	assert_false(list_move(&list, ACTION_OPEN, 100, 10));
	list.position = 50;
	list_settle(&list, 3, 10);
	assert_true(list.position == 2 && list.top == 0);
}

static void a_line_is_typed(void **state)
{
	static const struct {
		const char *keys, *text;
		size_t cursor;
	} cases[] = {
		{ "abc", "abc", 3 },
		{ "abc<Left><Left>x", "axbc", 2 },
		{ "日本<Backspace>é", "日é", 5 },
		{ "日本<Home><Right><Del>x", "日x", 4 },
		{ "one two  three<Ctrl-W>", "one two  ", 9 },
		{ "one two  <Ctrl-W>", "one ", 4 },
		{ "abc<Left><Ctrl-U>", "c", 0 },
		{ "abc<Home><Ctrl-K>", "", 0 },
		{ "abc<Ctrl-A><Ctrl-D><Ctrl-E>d", "bcd", 3 },
		{ "<Backspace><Del><Left><Right><Ctrl-W>", "", 0 },
		{ "a<F5><Up><Ctrl-X>b", "ab", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *keys = cases[i].keys;
		struct edit edit;
		uint32_t key;

		edit_start(&edit, "", false);
		while (key_read(&keys, &key))
			edit_key(&edit, key);
		assert_string_equal(edit.text, cases[i].text);
		assert_int_equal(edit.len, strlen(edit.text));
		assert_int_equal(edit.cursor, cases[i].cursor);
	}
}

static void a_typed_line_is_bounded_and_forgotten(void **state)
{
	struct edit edit;
	static const char nothing[sizeof(edit.text)];

	(void)state;
	edit_start(&edit, "", true);
	for (int i = 0; i < 2000; i++)
		edit_key(&edit, i % 2 ? 0x1F600 : 'x');
	assert_true(edit.len < sizeof(edit.text));
	assert_int_equal(strlen(edit.text), edit.len);
	edit_key(&edit, K_CTRL('U'));
	assert_memory_equal(edit.text, nothing, sizeof(nothing));
	edit_key(&edit, 's');
	edit_end(&edit);
	assert_memory_equal(edit.text, nothing, sizeof(nothing));
}

static void a_secret_is_never_drawn(void **state)
{
	struct frame frame;
	struct edit edit;

	(void)state;
	setlocale(LC_ALL, "C.UTF-8");
	frame_init(&frame, 1, 20, false);
	edit_start(&edit, "s3cret-日", true);
	edit_draw(&edit, &frame, 0, 0, 20, "> ");
	for (int column = 2; column < 20; column++)
		assert_true(frame_at(&frame, 0, column)->code == (column < 10 ? 0x2022U : ' '));
	assert_true(frame.cursor.typing);
	assert_int_equal(frame.cursor.column, 10);
	edit_start(&edit, "a line that is longer than its place", false);
	edit_draw(&edit, &frame, 0, 0, 10, "> ");
	assert_true(frame.cursor.column < 10);
	assert_int_equal(frame_at(&frame, 0, 8)->code, 'e');
	frame_release(&frame);
}

static void marks_are_a_set(void **state)
{
	struct marks marks = { 0 };

	(void)state;
	assert_false(marks_have(&marks, 1000000));
	marks_set(&marks, 70, true);
	marks_set(&marks, 70, true);
	marks_set(&marks, 0, true);
	assert_int_equal(marks.marked, 2);
	assert_true(marks_have(&marks, 70) && !marks_have(&marks, 69));
	marks_set(&marks, 70, false);
	assert_int_equal(marks.marked, 1);
	marks_clear(&marks);
	assert_false(marks_have(&marks, 0));
	marks_set(&marks, 3, true);
	assert_int_equal(marks.marked, 1);
	marks_release(&marks);
}

static void text_is_wrapped(void **state)
{
	const char *text = "one two three\n\nSHA256:abcdefghijklmnop x";
	static const char *const lines[] = { "one two", "three", "", "SHA256:abc", "defghijklm",
		"nop x" };
	char line[WRAP_LINE];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		assert_true(wrap_next(&text, 10, line));
		assert_string_equal(line, lines[i]);
	}
	assert_false(wrap_next(&text, 10, line));
	assert_int_equal(wrap_count("日本語", 1), 3);
	assert_int_equal(wrap_count("", 10), 0);
	assert_true(wrap_count("x y z", 0) == 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_has_a_name_that_reads_back),
		cmocka_unit_test(scripts_of_keys),
		cmocka_unit_test(figures),
		cmocka_unit_test(times),
		cmocka_unit_test(sparklines),
		cmocka_unit_test(columns_go_by_rank),
		cmocka_unit_test(columns_can_be_shifted_into_sight),
		cmocka_unit_test(lists_move_and_scroll),
		cmocka_unit_test(a_line_is_typed),
		cmocka_unit_test(a_typed_line_is_bounded_and_forgotten),
		cmocka_unit_test(a_secret_is_never_drawn),
		cmocka_unit_test(marks_are_a_set),
		cmocka_unit_test(text_is_wrapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
