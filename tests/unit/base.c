/* SPDX-License-Identifier: MIT */
/* Strings, UTF-8, errors, numbers and texts by hash. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "check.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/base/str.h"
#include "core/base/texts.h"
#include "core/base/utf8.h"
#include "core/base/vec.h"

static void str_grows(void **state)
{
	struct str str = { 0 };
	char *taken;

	(void)state;
	assert_string_equal(str_text(&str), "");
	for (int i = 0; i < 1000; i++)
		str_addf(&str, "%d,", i);
	assert_int_equal(str.len, 3890);
	assert_int_equal(strlen(str_text(&str)), str.len);
	assert_memory_equal(str.data, "0,1,2,3,", 8);
	str_clear(&str);
	assert_string_equal(str_text(&str), "");
	str_adds(&str, "abcdef");
	str_cut(&str, 1, 2);
	assert_string_equal(str_text(&str), "adef");
	str_cut(&str, 2, 100);
	assert_string_equal(str_text(&str), "ad");
	str_cut(&str, 9, 1);
	assert_string_equal(str_text(&str), "ad");
	taken = str_take(&str);
	assert_string_equal(taken, "ad");
	assert_string_equal(str_text(&str), "");
	free(taken);
	taken = str_take(&str);
	assert_string_equal(taken, "");
	free(taken);
	str_release(&str);
}

static void str_is_bounded(void **state)
{
	struct str str = { .bound = 10 };
	char large[600];

	(void)state;
	str_adds(&str, "12345678");
	assert_false(str.cut);
	str_adds(&str, "90xyz");
	assert_true(str.cut);
	assert_string_equal(str_text(&str), "1234567890");
	str_addc(&str, 'z');
	assert_int_equal(str.len, 10);
	str_clear(&str);
	assert_false(str.cut);
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	str_addf(&str, "%s", large);
	assert_int_equal(str.len, 10);
	str_release(&str);
	assert_int_equal(str.bound, 10);
}

static void str_holds_nul(void **state)
{
	struct str str = { 0 };

	(void)state;
	str_add(&str, "a\0b", 3);
	assert_int_equal(str.len, 3);
	assert_memory_equal(str.data, "a\0b", 4);
	str_release(&str);
}

static void vec_keeps_its_elements(void **state)
{
	struct {
		vec_of(int);
	} numbers = { 0 };
	int sum = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		*vec_add(&numbers) = i;
	vec_swap_out(&numbers, 0);
	assert_int_equal(numbers.items[0], 99);
	assert_int_equal(numbers.count, 99);
	vec_each(&numbers, number)
		sum += *number;
	assert_int_equal(sum, 99 * 100 / 2);
	vec_release(&numbers);
	vec_each(&numbers, number)
		fail();
}

static void utf8_decodes(void **state)
{
	static const struct {
		const char *name, *bytes;
		uint32_t code;
		size_t used;
	} rows[] = {
		{ "ascii", "a", 'a', 1 },
		{ "two", "\xC3\xA9", 0xE9, 2 },
		{ "three", "\xE2\x82\xAC", 0x20AC, 3 },
		{ "four", "\xF0\x9F\x93\xA7", 0x1F4E7, 4 },
		{ "highest", "\xF4\x8F\xBF\xBF", 0x10FFFF, 4 },
		{ "above", "\xF4\x90\x80\x80", UTF8_BAD, 1 },
		{ "surrogate", "\xED\xA0\x80", UTF8_BAD, 1 },
		{ "overlong slash", "\xC0\xAF", UTF8_BAD, 1 },
		{ "overlong three", "\xE0\x80\xAF", UTF8_BAD, 1 },
		{ "overlong four", "\xF0\x80\x80\xAF", UTF8_BAD, 1 },
		{ "lone tail", "\x80", UTF8_BAD, 1 },
		{ "cut", "\xE2\x82", UTF8_BAD, 1 },
		{ "wrong tail", "\xC3(", UTF8_BAD, 1 },
		{ "never a start", "\xFF", UTF8_BAD, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t used = 0;
		uint32_t code = utf8_next(rows[i].bytes, strlen(rows[i].bytes), &used);

		assert_row(rows[i].name, code == rows[i].code);
		assert_row(rows[i].name, used == rows[i].used);
	}
}

static void utf8_goes_both_ways(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= 0x10FFFF; code++) {
		char bytes[4];
		size_t used, len;

		if (code >= 0xD800 && code <= 0xDFFF)
			continue;
		len = utf8_put(code, bytes);
		assert_int_equal(utf8_next(bytes, len, &used), code);
		assert_int_equal(used, len);
	}
}

static void err_has_context(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_false(err_set(&err, ERR_AWAY, "exit %d", 75));
	assert_false(err_context(&err, "%s: agent", "mail03"));
	assert_string_equal(err.text, "mail03: agent: exit 75");
	assert_int_equal(err.kind, ERR_AWAY);
	assert_false(err_set(NULL, ERR_IO, "nobody wants to know"));
	errno = ENOENT;
	assert_false(err_errno(&err, ERR_IO, "x"));
	assert_string_equal(err.text, "x: No such file or directory");
}

static void err_is_cut_not_overrun(void **state)
{
	struct err err = { 0 };
	char large[2000];

	(void)state;
	memset(large, 'y', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	err_set(&err, ERR_DATA, "%s", large);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	err_context(&err, "front");
	assert_memory_equal(err.text, "front: yyy", 10);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	err_context(&err, "%s", large);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void err_has_exit_codes(void **state)
{
	static const struct {
		enum err_kind kind;
		int code;
	} rows[] = { { ERR_NONE, EX_OK }, { ERR_USAGE, EX_USAGE }, { ERR_CONFIG, EX_CONFIG },
		{ ERR_DATA, EX_DATAERR }, { ERR_IO, EX_IOERR }, { ERR_AWAY, EX_UNAVAILABLE },
		{ ERR_REFUSED, EX_NOPERM }, { ERR_RIGHTS, EX_NOPERM }, { ERR_NOMAILBOX, EX_NOUSER },
		{ ERR_CANCELLED, EX_TEMPFAIL } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(err_exit_code(&(struct err){ .kind = rows[i].kind }), rows[i].code);
}

/* Against a plain array that is the truth. */
static void map_is_as_an_array(void **state)
{
	enum { KEYS = 600, STEPS = 60000 };
	static uint32_t truth[KEYS];
	struct map map = { 0 };
	uint32_t dice = 1;
	size_t count = 0;

	(void)state;
	memset(truth, 0xFF, sizeof(truth));
	assert_int_equal(map_get(&map, 7), MAP_NONE);
	map_remove(&map, 7);
	for (uint32_t step = 0; step < STEPS; step++) {
		uint32_t key;

		dice = dice * 1664525 + 1013904223;
		key = (dice >> 8) % KEYS;
		if (dice >> 31) {
			count += truth[key] == MAP_NONE;
			truth[key] = step;
			map_set(&map, (uint64_t)key << 32, step);
		} else {
			count -= truth[key] != MAP_NONE;
			truth[key] = MAP_NONE;
			map_remove(&map, (uint64_t)key << 32);
		}
		assert_int_equal(map.count, count);
		key = dice % KEYS;
		assert_int_equal(map_get(&map, (uint64_t)key << 32), truth[key]);
	}
	for (uint32_t key = 0; key < KEYS; key++)
		assert_int_equal(map_get(&map, (uint64_t)key << 32), truth[key]);
	map_clear(&map);
	assert_int_equal(map_get(&map, 0), MAP_NONE);
	map_release(&map);
}

static void texts_are_kept_once(void **state)
{
	struct texts texts = { 0 };
	char name[64], *large = mem_grow(NULL, 100001, 1);
	const char *first;

	(void)state;
	assert_int_equal(texts_find(&texts, "x"), TEXT_NONE);
	for (uint32_t i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "user%u@example.org", i);
		assert_int_equal(texts_add(&texts, name), i);
	}
	first = texts.items.items[0];
	memset(large, 'z', 100000);
	large[100000] = '\0';
	assert_int_equal(texts_add(&texts, large), 20000);
	assert_int_equal(texts_add(&texts, ""), 20001);
	for (uint32_t i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "user%u@example.org", i);
		assert_int_equal(texts_add(&texts, name), i);
		assert_int_equal(texts_find(&texts, name), i);
		assert_string_equal(texts.items.items[i], name);
	}
	assert_int_equal(texts_find(&texts, large), 20000);
	assert_int_equal(texts_find(&texts, "user20000@example.org"), TEXT_NONE);
	assert_ptr_equal(first, texts.items.items[0]);
	texts_release(&texts);
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(str_grows),
		cmocka_unit_test(str_is_bounded),
		cmocka_unit_test(str_holds_nul),
		cmocka_unit_test(vec_keeps_its_elements),
		cmocka_unit_test(utf8_decodes),
		cmocka_unit_test(utf8_goes_both_ways),
		cmocka_unit_test(err_has_context),
		cmocka_unit_test(err_is_cut_not_overrun),
		cmocka_unit_test(err_has_exit_codes),
		cmocka_unit_test(map_is_as_an_array),
		cmocka_unit_test(texts_are_kept_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
