/* SPDX-License-Identifier: MIT */
/* The grid: clipping, wide and combining characters, foreign text made harmless, cuts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <locale.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/utf8.h"
#include "tui/frame.h"

#define ROWS 4
#define COLUMNS 20

static struct frame frame;

static int set_up(void **state)
{
	(void)state;
	setlocale(LC_ALL, "C.UTF-8");
	frame_init(&frame, ROWS, COLUMNS, false);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	frame_release(&frame);
	return 0;
}

/* A row as text, without blanks at its end. */
static const char *row_text(int row)
{
	static char text[COLUMNS * 12 + 1];
	size_t used = 0, end = 0;

	for (int column = 0; column < frame.columns; column++) {
		const struct cell *cell = frame_at(&frame, row, column);

		if (cell->width)
			used += utf8_put(cell->code, text + used);
		for (int i = 0; i < CELL_MARKS && cell->marks[i]; i++)
			used += utf8_put(cell->marks[i], text + used);
		if (cell->code != ' ')
			end = used;
	}
	text[end] = '\0';
	return text;
}

static void prints_plain_text(void **state)
{
	(void)state;
	assert_int_equal(frame_print(&frame, 1, 2, STYLE_LOOK, "mail03"), 6);
	assert_string_equal(row_text(1), "  mail03");
	assert_int_equal(frame_at(&frame, 1, 2)->style, STYLE_LOOK);
	assert_int_equal(frame_at(&frame, 1, 1)->style, STYLE_NORMAL);
}

static void makes_foreign_text_harmless(void **state)
{
	static const struct {
		const char *text, *drawn;
	} cases[] = {
		{ "a\x1b[2Jb", "a�[2Jb" },
		{ "a\nb\tc\rd", "a�b�c�d" },
		{ "x\x7fy", "x�y" },
		{ "c1 \xC2\x9B", "c1 �" },
		{ "bad \xFF\xC0\xAF", "bad ���" },
		{ "cut \xE6\x97", "cut ��" },
		{ "bidi \xE2\x80\xAEx", "bidi �x" },
		{ "isolate \xE2\x81\xA6x", "isolate �x" },
		{ "zero\xE2\x80\x8Bwidth", "zero�width" },
		{ "bom \xEF\xBB\xBF", "bom �" },
		{ "tag \xF3\xA0\x81\xA1", "tag �" },
		{ "soft\xC2\xADhyphen", "soft�hyphen" },
		{ "lines \xE2\x80\xA8", "lines �" },
		{ "\xCC\x81x", "�x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		frame_clear(&frame);
		frame_print(&frame, 0, 0, STYLE_NORMAL, cases[i].text);
		assert_string_equal(row_text(0), cases[i].drawn);
		assert_int_equal(text_width(cases[i].text), text_width(cases[i].drawn));
	}
}

static void every_byte_takes_the_cells_it_was_counted_for(void **state)
{
	(void)state;
	for (int first = 1; first < 256; first++)
		for (int second = 1; second < 256; second++) {
			char text[] = { (char)first, (char)second, '\0' };

			frame_clear(&frame);
			assert_int_equal(
				frame_print(&frame, 0, 0, STYLE_NORMAL, text), text_width(text));
			for (int column = 0; column < frame.columns; column++) {
				uint32_t code = frame_at(&frame, 0, column)->code;

				assert_true(code >= 32 && code != 127 &&
					    !(code >= 0x80 && code < 0xA0));
			}
		}
}

static void wide_characters_take_two_cells(void **state)
{
	(void)state;
	assert_int_equal(frame_print(&frame, 0, 0, STYLE_NORMAL, "日本x"), 5);
	assert_int_equal(frame_at(&frame, 0, 0)->width, 2);
	assert_int_equal(frame_at(&frame, 0, 1)->width, 0);
	assert_string_equal(row_text(0), "日本x");
	/* Half of one never stays. */
	frame_print(&frame, 0, 1, STYLE_NORMAL, "|");
	assert_string_equal(row_text(0), " |本x");
	frame_print(&frame, 0, 2, STYLE_NORMAL, "|");
	assert_string_equal(row_text(0), " || x");
	/* Nor does one go over the edge. */
	frame_print(&frame, 1, COLUMNS - 1, STYLE_NORMAL, "日");
	assert_string_equal(row_text(1), "");
}

static void combining_marks_stay_with_their_letter(void **state)
{
	(void)state;
	assert_int_equal(frame_print(&frame, 0, 0, STYLE_NORMAL, "e\xCC\x81x"), 2);
	assert_string_equal(row_text(0), "e\xCC\x81x");
	assert_int_equal(frame_at(&frame, 0, 1)->code, 'x');
	/* A tower of them is bounded. */
	frame_print(&frame, 1, 0, STYLE_NORMAL, "a\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81z");
	assert_string_equal(row_text(1), "a\xCC\x81\xCC\x81z");
}

static void fits_into_a_width(void **state)
{
	static const struct {
		enum align align;
		enum cut cut;
		int width;
		const char *text, *drawn;
	} cases[] = {
		{ ALIGN_LEFT, CUT_END, 8, "short", "short" },
		{ ALIGN_RIGHT, CUT_END, 8, "short", "   short" },
		{ ALIGN_LEFT, CUT_END, 8, "a long text", "a long …" },
		{ ALIGN_LEFT, CUT_MIDDLE, 9, "a-long-name-of-a-host", "a-lo…host" },
		{ ALIGN_LEFT, CUT_MIDDLE, 20, "a.very.long.name@example.org",
			"a.very.…@example.org" },
		{ ALIGN_LEFT, CUT_MIDDLE, 10, "someone@a.domain.too.long.org", "someo….org" },
		{ ALIGN_LEFT, CUT_END, 6, "日本語日本語", "日本…" },
		{ ALIGN_LEFT, CUT_MIDDLE, 6, "日本語日本語", "日…語" },
		{ ALIGN_LEFT, CUT_END, 1, "long", "…" },
		{ ALIGN_LEFT, CUT_MIDDLE, 1, "long", "…" },
		{ ALIGN_LEFT, CUT_MIDDLE, 2, "long", "l…" },
		{ ALIGN_LEFT, CUT_END, 0, "long", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		frame_clear(&frame);
		frame_print(&frame, 0, 0, STYLE_NORMAL, "####################");
		frame_fit(&frame, 0, 0, cases[i].width, STYLE_NORMAL, cases[i].align, cases[i].cut,
			cases[i].text);
		for (int column = cases[i].width; column < COLUMNS; column++) {
			assert_int_equal(frame_at(&frame, 0, column)->code, '#');
			frame_print(&frame, 0, column, STYLE_NORMAL, " ");
		}
		assert_string_equal(row_text(0), cases[i].drawn);
	}
}

static void never_draws_outside_the_clip(void **state)
{
	struct rect old = frame_clip(&frame, (struct rect){ 1, 5, 2, 10 });

	(void)state;
	for (int row = -3; row < ROWS + 3; row++)
		frame_print(
			&frame, row, -7, STYLE_ACT, "日########################################");
	frame_box(&frame, (struct rect){ -5, -5, 100, 100 }, "title");
	frame_fit(&frame, 0, 0, 100, STYLE_ACT, ALIGN_RIGHT, CUT_END, "x");
	frame_current(&frame, 0);
	for (int row = 0; row < ROWS; row++)
		for (int column = 0; column < COLUMNS; column++) {
			bool in = row >= 1 && row < 3 && column >= 5 && column < 15;

			if (!in) {
				assert_int_equal(frame_at(&frame, row, column)->code, ' ');
				assert_int_equal(
					frame_at(&frame, row, column)->style, STYLE_NORMAL);
				assert_false(frame_at(&frame, row, column)->current);
			}
		}
	frame.clip = old;
	/* A clip inside a clip is never larger than that. */
	frame_clip(&frame, (struct rect){ 2, 2, 1, 1 });
	frame_clip(&frame, (struct rect){ 0, 0, 100, 100 });
	assert_int_equal(frame.clip.rows * frame.clip.columns, 1);
}

static void ascii_has_other_lines(void **state)
{
	(void)state;
	frame.ascii = true;
	frame_box(&frame, (struct rect){ 0, 0, 3, 12 }, "Ab");
	frame_print(&frame, 3, 0, STYLE_NORMAL, "▁▄█ … · ↓");
	assert_string_equal(row_text(0), "+- Ab -----+");
	assert_string_equal(row_text(1), "|          |");
	assert_string_equal(row_text(3), "_-# ~ . v");
	frame.ascii = false;
}

static void the_current_row_has_the_cursor(void **state)
{
	(void)state;
	frame_clip(&frame, (struct rect){ 1, 3, 3, 5 });
	frame_current(&frame, 2);
	assert_int_equal(frame.cursor.row, 2);
	assert_int_equal(frame.cursor.column, 3);
	assert_true(frame_at(&frame, 2, 7)->current);
	assert_false(frame_at(&frame, 2, 8)->current);
	frame_print(&frame, 2, 3, STYLE_NORMAL, "drawn later");
	assert_true(frame_at(&frame, 2, 3)->current);
}

static void an_empty_frame_is_no_special_case(void **state)
{
	(void)state;
	frame_resize(&frame, 0, 0);
	frame_print(&frame, 0, 0, STYLE_NORMAL, "x");
	frame_current(&frame, 0);
	frame_resize(&frame, 1, 1);
	frame_print(&frame, 0, 0, STYLE_NORMAL, "日");
	frame_print(&frame, 0, 0, STYLE_NORMAL, "xy");
	assert_int_equal(frame_at(&frame, 0, 0)->code, 'x');
	assert_null(frame_at(&frame, 0, 1));
	assert_null(frame_at(&frame, -1, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(prints_plain_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(makes_foreign_text_harmless, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			every_byte_takes_the_cells_it_was_counted_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(wide_characters_take_two_cells, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			combining_marks_stay_with_their_letter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(fits_into_a_width, set_up, tear_down),
		cmocka_unit_test_setup_teardown(never_draws_outside_the_clip, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ascii_has_other_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_current_row_has_the_cursor, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_empty_frame_is_no_special_case, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
