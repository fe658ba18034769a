/* SPDX-License-Identifier: MIT */
/* Themes: the built-in ones, their files, and what is wrong with others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "tui/theme.h"

static bool same(const struct look *one, const struct look *other)
{
	return one->color == other->color && one->color16 == other->color16 &&
	       one->bold == other->bold && one->dim == other->dim &&
	       one->reverse == other->reverse && one->underline == other->underline;
}

static void files_are_the_built_in_themes(void **state)
{
	static const char *const names[] = { "dark", "light", "mono" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct theme *built_in = theme_named(names[i]);
		struct theme read;
		struct err err = { 0 };
		char path[512];

		snprintf(path, sizeof(path), SOURCE_DIR "/assets/themes/%s.json", names[i]);
		if (!theme_choose(&read, path, NULL, &err))
			fail_msg("%s", err.text);
		assert_int_equal(read.color, built_in->color);
		assert_int_equal(read.current.background, built_in->current.background);
		assert_int_equal(read.current.background16, built_in->current.background16);
		for (int style = 0; style < STYLE_COUNT_; style++)
			assert_true(same(&read.styles[style], &built_in->styles[style]));
	}
}

static void mono_tells_apart_without_colour(void **state)
{
	static const enum style apart[] = { STYLE_NORMAL, STYLE_DIM, STYLE_LOOK, STYLE_ACT,
		STYLE_HEAD };
	const struct theme *mono = theme_named("mono");

	(void)state;
	assert_false(mono->color);
	for (int style = 0; style < STYLE_COUNT_; style++) {
		assert_int_equal(mono->styles[style].color, COLOR_OWN);
		assert_int_equal(mono->styles[style].color16, COLOR_OWN);
	}
	for (size_t i = 0; i < sizeof(apart) / sizeof(*apart); i++)
		for (size_t j = 0; j < i; j++)
			assert_false(same(&mono->styles[apart[i]], &mono->styles[apart[j]]));
}

static void red_and_yellow_are_kept_for_what_needs_a_person(void **state)
{
	static const char *const names[] = { "dark", "light" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct theme *theme = theme_named(names[i]);

		for (int style = 0; style < STYLE_COUNT_; style++)
			if (style != STYLE_LOOK && style != STYLE_ACT) {
				assert_int_not_equal(theme->styles[style].color,
					theme->styles[STYLE_LOOK].color);
				assert_int_not_equal(
					theme->styles[style].color, theme->styles[STYLE_ACT].color);
			}
	}
}

static void is_chosen_by_name(void **state)
{
	struct theme theme;
	struct err err = { 0 };

	(void)state;
	assert_true(theme_choose(&theme, NULL, NULL, &err));
	assert_string_equal(theme.name, "dark");
	assert_true(theme_choose(&theme, "light", "", &err));
	assert_string_equal(theme.name, "light");
	assert_true(theme_choose(&theme, "light", "1", &err));
	assert_false(theme.color);
	assert_false(theme_choose(&theme, "solar", NULL, &err));
	assert_non_null(strstr(err.text, "dark, light, mono"));
	assert_false(theme_choose(&theme, "./nowhere.json", NULL, &err));
	assert_non_null(strstr(err.text, "nowhere.json"));
}

/* A whole theme, with TEXT in place of the style "act". */
static void with_act(struct str *out, const char *text)
{
	str_clear(out);
	str_adds(out, "{ \"styles\": { ");
	for (int style = 0; style < STYLE_COUNT_; style++)
		if (style != STYLE_ACT)
			str_addf(out, "\"%s\": { \"color\": 1 }, ", style_name(style));
	str_addf(out, "%s } }", text);
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *act, *said;
	} cases[] = {
		{ "\"act\": { \"color\": 256 }", "act.color: expected a number from -1" },
		{ "\"act\": { \"color16\": 16 }", "act.color16: expected" },
		{ "\"act\": { \"color\": \"red\" }", "act.color: expected a number" },
		{ "\"act\": { \"color\": 1.5 }", "act.color: expected a number" },
		{ "\"act\": { \"bold\": 1 }", "act.bold: expected true or false" },
		{ "\"act\": { \"blink\": true }", "act.blink: expected one of" },
		{ "\"act\": 3", "styles.act: expected an object" },
		{ "\"acts\": { }", "styles.acts: expected the name of a style" },
		{ "", "" },
	};
	struct str text = { 0 };
	struct theme theme;
	struct err err = { 0 };

	(void)state;
	with_act(&text, "\"act\": { \"bold\": true } // red");
	assert_false(theme_parse(
		&theme, "t.json", text.data, text.len, &err)); /* the comment ate the end */
	with_act(&text, "\"act\": { \"bold\": true } /* red */");
	assert_true(theme_parse(&theme, "t.json", text.data, text.len, &err));
	assert_true(theme.styles[STYLE_ACT].bold);
	assert_int_equal(theme.styles[STYLE_ACT].color, COLOR_OWN);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		with_act(&text, cases[i].act);
		assert_false(theme_parse(&theme, "t.json", text.data, text.len, &err));
		assert_non_null(strstr(err.text, "t.json"));
		if (!strstr(err.text, cases[i].said))
			fail_msg("\"%s\" instead of \"%s\"", err.text, cases[i].said);
	}
	with_act(&text, "\"act\": { } }, \"sty\": { ");
	assert_false(theme_parse(&theme, "t.json", text.data, text.len, &err));
	assert_false(theme_parse(&theme, "t.json", "[]", 2, &err));
	assert_false(theme_parse(&theme, "t.json", "", 0, &err));
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_the_built_in_themes),
		cmocka_unit_test(mono_tells_apart_without_colour),
		cmocka_unit_test(red_and_yellow_are_kept_for_what_needs_a_person),
		cmocka_unit_test(is_chosen_by_name),
		cmocka_unit_test(says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
