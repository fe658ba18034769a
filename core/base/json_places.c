/* SPDX-License-Identifier: MIT */
#include "core/base/json_places.h"

#include <ctype.h>
#include <string.h>

#include "core/base/utf8.h"

enum { DEPTH_MAX = 12, KEY_MAX = 64, PLACES_MAX = 500000 };

struct reader {
	struct json_places *places;
	const char *bytes;
	size_t len, at;
	uint32_t line;
	int depth;
	struct err *err;
};

static bool wrong(const struct reader *reader, const char *what)
{
	return err_set(reader->err, ERR_DATA, "line %u: %s", reader->line, what);
}

static bool next_is(const struct reader *reader, const char *text)
{
	size_t len = strlen(text);

	return reader->len - reader->at >= len && memcmp(reader->bytes + reader->at, text, len) == 0;
}

static bool skip_block(struct reader *reader)
{
	uint32_t began = reader->line;

	for (reader->at += 2; reader->at < reader->len; reader->at++) {
		if (next_is(reader, "*/")) {
			reader->at += 2;
			return true;
		}
		reader->line += reader->bytes[reader->at] == '\n';
	}
	reader->line = began;
	return wrong(reader, "the comment that begins here has no end; expected */");
}

/* White space and comments. */
static bool skip(struct reader *reader)
{
	while (reader->at < reader->len) {
		char c = reader->bytes[reader->at];

		if (c == '\n' || c == ' ' || c == '\t' || c == '\r') {
			reader->line += c == '\n';
			reader->at++;
		} else if (next_is(reader, "//")) {
			while (reader->at < reader->len && reader->bytes[reader->at] != '\n')
				reader->at++;
		} else if (next_is(reader, "/*")) {
			if (!skip_block(reader))
				return false;
		} else {
			break;
		}
	}
	return true;
}

static bool escape(struct reader *reader)
{
	size_t left = reader->len - reader->at;
	const char *bytes = reader->bytes + reader->at;

	if (left >= 2 && memchr("\"\\/bfnrt", bytes[1], 8)) {
		reader->at += 2;
		return true;
	}
	if (left < 6 || bytes[1] != 'u')
		return wrong(reader, "a backslash stands before a character that needs none");
	for (size_t i = 2; i < 6; i++)
		if (!isxdigit((unsigned char)bytes[i]))
			return wrong(reader, "expected four hexadecimal digits after \\u");
	reader->at += 6;
	return true;
}

static bool text(struct reader *reader)
{
	size_t used;

	for (reader->at++; reader->at < reader->len; reader->at += used) {
		unsigned char c = (unsigned char)reader->bytes[reader->at];

		used = 0;
		if (c == '"') {
			reader->at++;
			return true;
		}
		if (c == '\n')
			break;
		if (c < 0x20)
			return wrong(reader, "a text holds a control character; write it as \\u00XX");
		if (c == '\\') {
			if (!escape(reader))
				return false;
		} else if (utf8_next(reader->bytes + reader->at, reader->len - reader->at, &used) ==
			UTF8_BAD) {
			return wrong(reader, "a text holds bytes that are not UTF-8");
		}
	}
	return wrong(reader, "a text has no end; expected \" on the same line");
}

static size_t digits(struct reader *reader)
{
	size_t from = reader->at;

	while (reader->at < reader->len && isdigit((unsigned char)reader->bytes[reader->at]))
		reader->at++;
	return reader->at - from;
}

static bool number(struct reader *reader)
{
	size_t whole;
	bool zero;

	reader->at += next_is(reader, "-");
	zero = next_is(reader, "0");
	whole = digits(reader);
	if (!whole || (zero && whole > 1))
		return wrong(reader, "a number is not written as JSON wants it");
	if (next_is(reader, ".")) {
		reader->at++;
		if (!digits(reader))
			return wrong(reader, "expected digits after the point");
	}
	if (next_is(reader, "e") || next_is(reader, "E")) {
		reader->at++;
		reader->at += next_is(reader, "+") || next_is(reader, "-");
		if (!digits(reader))
			return wrong(reader, "expected digits after the e");
	}
	return true;
}

static bool word(struct reader *reader)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (next_is(reader, words[i])) {
			reader->at += strlen(words[i]);
			return true;
		}
	if (next_is(reader, "'"))
		return wrong(reader, "texts stand in double quotes, not in single ones");
	if (reader->at == reader->len)
		return wrong(reader, "the text ends too early");
	return wrong(reader, "expected a text in quotes, a number, true, false, null, [ or {");
}

static bool value(struct reader *reader, struct json_place place);

static bool key(struct reader *reader, struct json_place *place)
{
	size_t from = reader->at;

	if (!next_is(reader, "\""))
		return wrong(reader, next_is(reader, "}") ? "a comma stands before the closing }" :
							    "expected a key in double quotes");
	place->line = reader->line;
	if (!text(reader))
		return false;
	place->key = reader->bytes + from + 1;
	place->key_len = (uint32_t)(reader->at - from - 2);
	if (reader->at - from - 2 > KEY_MAX || memchr(place->key, '\\', place->key_len))
		return wrong(reader, "a key has at most 64 characters and no backslash");
	if (!skip(reader))
		return false;
	if (!next_is(reader, ":"))
		return wrong(reader, "expected : after a key");
	reader->at++;
	return skip(reader);
}

/* The members of a list or an object, up to and with the closing bracket. */
static bool members(struct reader *reader, uint32_t parent, bool object)
{
	const char *close = object ? "}" : "]";

	reader->at++;
	if (!skip(reader))
		return false;
	for (uint32_t index = 0; !next_is(reader, close) || index > 0; index++) {
		struct json_place place = { .parent = parent, .index = index };

		if (object && !key(reader, &place))
			return false;
		if (!object && next_is(reader, "]"))
			return wrong(reader, "a comma stands before the closing ]");
		if (!value(reader, place) || !skip(reader))
			return false;
		if (next_is(reader, close))
			break;
		if (!next_is(reader, ","))
			return wrong(reader, object ? "expected , or } after a value" :
						      "expected , or ] after a value");
		reader->at++;
		if (!skip(reader))
			return false;
	}
	reader->at++;
	return true;
}

static bool value(struct reader *reader, struct json_place place)
{
	uint32_t own = (uint32_t)reader->places->count;
	char first = reader->at < reader->len ? reader->bytes[reader->at] : '\0';
	bool ok;

	if (own >= PLACES_MAX)
		return wrong(reader, "there are more than 500,000 values");
	if (++reader->depth > DEPTH_MAX)
		return wrong(reader, "brackets are nested too deeply");
	if (!place.line)
		place.line = reader->line;
	place.first = own;
	place.begin = reader->at;
	place.is_list = first == '[';
	place.is_object = first == '{';
	*vec_add(reader->places) = place;
	if (place.is_list || place.is_object)
		ok = members(reader, own, place.is_object);
	else if (first == '"')
		ok = text(reader);
	else if (first == '-' || isdigit((unsigned char)first))
		ok = number(reader);
	else
		ok = word(reader);
	reader->depth--;
	reader->places->items[own].end = reader->at;
	return ok;
}

static int compare_keys(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t least = a_len < b_len ? a_len : b_len;
	int order = least ? memcmp(a, b, least) : 0;

	return order ? order : (a_len > b_len) - (a_len < b_len);
}

/* By parent, then by key in objects or by index in lists, then by order of appearance. */
static int compare(const void *left, const void *right, void *context)
{
	const struct json_place *items = context;
	uint32_t l = *(const uint32_t *)left, r = *(const uint32_t *)right;
	const struct json_place *a = &items[l], *b = &items[r];
	int order;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	order = a->key && b->key ? compare_keys(a->key, a->key_len, b->key, b->key_len) : 0;
	return order ? order : (l > r) - (l < r);
}

static void sort(struct json_places *places)
{
	for (uint32_t i = 0; i < places->count; i++)
		*vec_add(&places->sorted) = i;
	qsort_r(places->sorted.items, places->count, sizeof(uint32_t), compare, places->items);
	for (size_t i = 1; i < places->count; i++) {
		struct json_place *before = &places->items[places->sorted.items[i - 1]];
		struct json_place *place = &places->items[places->sorted.items[i]];

		if (place->key && before->key && before->parent == place->parent &&
			compare_keys(before->key, before->key_len, place->key, place->key_len) == 0) {
			place->first = before->first;
			place->twice = before->twice = true;
		}
	}
}

bool json_places_parse(struct json_places *out, const char *bytes, size_t len, struct err *err)
{
	struct json_places places = { 0 };
	struct reader reader = { &places, bytes, len, 0, 1, 0, err };
	bool ok = (!next_is(&reader, "\xEF\xBB\xBF") ||
			  wrong(&reader, "the text begins with a byte order mark; save it without one")) &&
		skip(&reader) && value(&reader, (struct json_place){ .parent = PLACE_NONE }) &&
		skip(&reader);

	if (ok && len && memchr(bytes, '\0', len))
		ok = err_set(err, ERR_DATA, "line 1: the text holds a NUL byte");
	if (ok && reader.at < len)
		ok = wrong(&reader, "something follows after the end");
	if (!ok) {
		json_places_release(&places);
		return false;
	}
	sort(&places);
	*out = places;
	return true;
}

void json_places_release(struct json_places *places)
{
	vec_release(places);
	vec_release(&places->sorted);
}

/* Compares a place with what is looked for; KEY is NULL for lists. */
static int sought(const struct json_place *place, uint32_t parent, const char *name, uint32_t index)
{
	if (place->parent != parent)
		return place->parent < parent ? -1 : 1;
	if (name)
		return compare_keys(place->key, place->key_len, name, strlen(name));
	return (place->index > index) - (place->index < index);
}

static uint32_t look_up(
	const struct json_places *places, uint32_t parent, const char *name, uint32_t index)
{
	size_t low = 0, high = places->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sought(&places->items[places->sorted.items[middle]], parent, name, index) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == places->count ||
		sought(&places->items[places->sorted.items[low]], parent, name, index) != 0)
		return PLACE_NONE;
	return places->sorted.items[low];
}

uint32_t json_places_member(const struct json_places *places, uint32_t object, const char *name)
{
	if (object >= places->count || !places->items[object].is_object)
		return PLACE_NONE;
	return look_up(places, object, name, 0);
}

uint32_t json_places_element(const struct json_places *places, uint32_t list, uint32_t index)
{
	if (list >= places->count || !places->items[list].is_list)
		return PLACE_NONE;
	return look_up(places, list, NULL, index);
}

void json_places_path(const struct json_places *places, uint32_t place, struct str *out)
{
	const struct json_place *here;

	if (place >= places->count || places->items[place].parent == PLACE_NONE)
		return;
	here = &places->items[place];
	json_places_path(places, here->parent, out);
	if (!here->key) {
		str_addf(out, "[%u]", here->index);
		return;
	}
	if (out->len)
		str_addc(out, '.');
	str_add(out, here->key, here->key_len);
}
