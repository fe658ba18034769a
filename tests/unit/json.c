/* SPDX-License-Identifier: MIT */
/* Reading and writing JSON, and where things stand in it. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "core/base/json.h"
#include "core/base/json_places.h"

static struct json *parse(const char *text, bool comments, struct err *err)
{
	return json_parse(text, strlen(text), comments, err);
}

static void reads_values(void **state)
{
	struct json *document = parse("{\"a\":[1,2.5,\"x\",true,null,{\"b\":-7}],\"c\":4.0}", false, NULL);
	const struct json *list = json_get(document, "a");
	struct json *bare = parse("12", false, NULL), *comment = parse("{} // no line feed", true, NULL);
	size_t len;

	(void)state;
	assert_non_null(document);
	assert_int_equal(json_whole(bare, 0), 12);
	json_free(bare);
	assert_non_null(comment);
	json_free(comment);
	assert_int_equal(json_count(list), 6);
	assert_int_equal(json_whole(json_at(list, 0), -1), 1);
	assert_false(json_is_whole(json_at(list, 1)));
	assert_true(json_real(json_at(list, 1), 0) == 2.5);
	assert_string_equal(json_text(json_at(list, 2), &len), "x");
	assert_int_equal(len, 1);
	assert_true(json_truth(json_at(list, 3), false));
	assert_int_equal(json_kind(json_at(list, 4)), JSON_NULL);
	assert_int_equal(json_whole(json_get(json_at(list, 5), "b"), 0), -7);
	assert_int_equal(json_whole(json_get(document, "c"), 0), 4);
	json_free(document);
}

static void missing_things_give_the_fallback(void **state)
{
	struct json *document = parse("{\"a\":\"text\"}", false, NULL);
	const struct json *none = json_at(json_get(json_get(document, "x"), "y"), 3);

	(void)state;
	assert_int_equal(json_whole(none, 42), 42);
	assert_true(json_real(none, 1.5) == 1.5);
	assert_true(json_truth(none, true));
	assert_null(json_text(none, NULL));
	assert_int_equal(json_count(json_get(document, "a")), 0);
	assert_int_equal(json_whole(json_get(document, "a"), 9), 9);
	json_free(document);
}

static void refuses_what_is_no_json(void **state)
{
	static const struct {
		const char *text, *says;
		bool comments;
	} rows[] = {
		{ "", "line 1", false },
		{ "{", "line 1", false },
		{ "null", "more than null", false },
		{ "{\"a\":1}x", "something follows", false },
		{ "{\n\n\"a\":}", "line 3", false },
		{ "{\"a\":1} // c", "something follows", false },
		{ "['a']", "line 1", false },
		{ "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "line 1", false },
		{ "{} /* no end", "ends too early", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { 0 };

		assert_row(rows[i].text, !parse(rows[i].text, rows[i].comments, &err));
		assert_int_equal(err.kind, ERR_DATA);
		assert_holds(err.text, rows[i].says);
	}
}

static void a_text_with_nul_is_no_text(void **state)
{
	struct json *document = parse("{\"a\":\"x\\u0000y\"}", false, NULL);

	(void)state;
	assert_non_null(document);
	assert_null(json_text(json_get(document, "a"), NULL));
	json_free(document);
}

static void writes_what_it_reads(void **state)
{
	struct str out = { 0 };
	struct json *document;
	static const char hostile[] = "\x1b[31m\"\\\n\x7f\xc2\x9b\xff\xe2\x82\xac";

	(void)state;
	json_open(&out, NULL, '{');
	json_add_text(&out, "t", hostile);
	json_add_text(&out, "n", NULL);
	json_add_whole(&out, "w", INT64_MIN);
	json_add_real(&out, "r", 1.50, 3);
	json_add_real(&out, "z", -0.0001, 2);
	json_add_real(&out, "i", INFINITY, 2);
	json_add_real(&out, "q", NAN, 2);
	json_open(&out, "l", '[');
	json_add_bool(&out, NULL, true);
	json_open(&out, NULL, '{');
	json_close(&out, '}');
	json_add_null(&out, NULL);
	json_close(&out, ']');
	json_close(&out, '}');
	assert_string_equal(str_text(&out),
		"{\"t\":\"\\u001b[31m\\\"\\\\\\u000a\\u007f\\u009b\xEF\xBF\xBD\xe2\x82\xac\",\"n\":null,"
		"\"w\":-9223372036854775808,\"r\":1.5,\"z\":0,\"i\":null,\"q\":null,\"l\":[true,{},null]}");
	document = json_parse(out.data, out.len, false, NULL);
	assert_string_equal(json_text(json_get(document, "t"), NULL),
		"\x1b[31m\"\\\n\x7f\xc2\x9b\xEF\xBF\xBD\xe2\x82\xac");
	json_free(document);
	str_release(&out);
}

static void places_are_found(void **state)
{
	static const char text[] = "// head\n{\n  \"a\": 1, /* x\n y */ \"b\": [ true,\n {\"c\": \"d\"} ]\n}\n";
	struct json_places places = { 0 };
	struct str path = { 0 };
	uint32_t list, object, leaf;

	(void)state;
	assert_true(json_places_parse(&places, text, strlen(text), NULL));
	list = json_places_member(&places, 0, "b");
	object = json_places_element(&places, list, 1);
	leaf = json_places_member(&places, object, "c");
	assert_int_equal(places.items[0].line, 2);
	assert_int_equal(places.items[json_places_member(&places, 0, "a")].line, 3);
	assert_int_equal(places.items[list].line, 4);
	assert_int_equal(places.items[leaf].line, 5);
	assert_memory_equal(text + places.items[leaf].begin, "\"d\"", 3);
	assert_int_equal(places.items[leaf].end - places.items[leaf].begin, 3);
	json_places_path(&places, leaf, &path);
	assert_string_equal(str_text(&path), "b[1].c");
	assert_int_equal(json_places_member(&places, 0, "z"), PLACE_NONE);
	assert_int_equal(json_places_element(&places, list, 2), PLACE_NONE);
	assert_int_equal(json_places_member(&places, list, "a"), PLACE_NONE);
	assert_int_equal(json_places_member(&places, PLACE_NONE, "a"), PLACE_NONE);
	str_release(&path);
	json_places_release(&places);
}

static void keys_given_twice_are_seen(void **state)
{
	static const char text[] = "{\"a\":1,\"b\":{\"a\":1},\n\"a\":2,\n\"a\":3}";
	struct json_places places = { 0 };
	int twice = 0;

	(void)state;
	assert_true(json_places_parse(&places, text, strlen(text), NULL));
	for (uint32_t i = 0; i < places.count; i++)
		twice += places.items[i].twice;
	assert_int_equal(twice, 3);
	assert_int_equal(places.items[4].line, 2);
	assert_int_equal(places.items[4].first, 1);
	assert_int_equal(places.items[5].first, 1);
	json_places_release(&places);
}

static void places_refuse_bad_syntax(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "line 1: the text ends too early" },
		{ "{\"a\":1,}", "a comma stands before the closing }" },
		{ "[1,\n]", "line 2: a comma stands before the closing ]" },
		{ "{'a':1}", "expected a key in double quotes" },
		{ "['a']", "double quotes, not in single" },
		{ "[01]", "a number" },
		{ "[1.]", "digits after the point" },
		{ "[1e]", "digits after the e" },
		{ "[+1]", "expected a text in quotes" },
		{ "[NaN]", "expected a text in quotes" },
		{ "[1 2]", "expected , or ]" },
		{ "{\"a\" 1}", "expected : after a key" },
		{ "{\"a\":1 \"b\":2}", "expected , or }" },
		{ "[\"a\n\"]", "has no end" },
		{ "[\"a", "has no end" },
		{ "[\"\x01\"]", "control character" },
		{ "[\"\\x\"]", "backslash" },
		{ "[\"\\u12\"]", "hexadecimal" },
		{ "[\"\\", "backslash" },
		{ "[\"\\u12g4\"]", "hexadecimal" },
		{ "[\"\xff\"]", "UTF-8" },
		{ "\n/* x", "line 2: the comment" },
		{ "{} {}", "something follows" },
		{ "{\"a\\u0062\":1}", "no backslash" },
		{ "[[[[[[[[[[[[[1]]]]]]]]]]]]]", "too deeply" },
	};

	struct json_places none = { 0 };

	(void)state;
	assert_false(json_places_parse(&none, "{} // \0", 7, NULL));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct json_places places = { 0 };
		struct err err = { 0 };

		assert_row(rows[i].text,
			!json_places_parse(&places, rows[i].text, strlen(rows[i].text), &err));
		assert_null(places.items);
		assert_holds(err.text, rows[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_values),
		cmocka_unit_test(missing_things_give_the_fallback),
		cmocka_unit_test(refuses_what_is_no_json),
		cmocka_unit_test(a_text_with_nul_is_no_text),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(places_are_found),
		cmocka_unit_test(keys_given_twice_are_seen),
		cmocka_unit_test(places_refuse_bad_syntax),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
