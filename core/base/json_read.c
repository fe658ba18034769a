/* SPDX-License-Identifier: MIT */
/*
 * Reading JSON into one block of memory: the nodes, then their texts. A thousand hosts send
 * lines each second, so this asks for memory once a document and takes no lock (a library
 * asked hundreds of times, and made a locale for each line).
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json_inner.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

enum { DEPTH_MAX = 16 };

struct reader {
	const char *bytes, *at, *end;
	bool comments;
	int depth;
	char *text;        /* where the next text goes: none gets longer than it was written */
	struct json *list; /* where the children of the next list or object that ends go */
	struct json *top;  /* values whose list has not ended yet, the last one first */
	const char *wrong;
};

static bool wrong(struct reader *reader, const char *what)
{
	if (!reader->wrong)
		reader->wrong = reader->at < reader->end ? what : "the text ends too early";
	return false;
}

static bool skip_comment(struct reader *reader)
{
	const char *end;

	if (reader->end - reader->at > 1 && reader->at[1] == '/') {
		end = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
		reader->at = end ? end : reader->end;
		return true;
	}
	if (reader->end - reader->at < 2 || reader->at[1] != '*')
		return wrong(reader, "a comment begins with // or /*");
	end = memmem(reader->at + 2, (size_t)(reader->end - reader->at - 2), "*/", 2);
	reader->at = end ? end + 2 : reader->end;
	return end || wrong(reader, "");
}

/* White space, and comments where they are allowed. */
static bool skip(struct reader *reader)
{
	while (reader->at < reader->end) {
		if (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\t' || *reader->at == '\r')
			reader->at++;
		else if (!reader->comments || *reader->at != '/')
			return true;
		else if (!skip_comment(reader))
			return false;
	}
	return true;
}

static bool next_is(const struct reader *reader, char c)
{
	return reader->at < reader->end && *reader->at == c;
}

static bool hex(struct reader *reader, uint32_t *code)
{
	*code = 0;
	for (int i = 0; i < 4; i++, reader->at++) {
		static const char digits[] = "0123456789abcdef0123456789ABCDEF";
		const char *digit = NULL;

		if (reader->at < reader->end && *reader->at)
			digit = strchr(digits, *reader->at);
		if (!digit)
			return wrong(reader, "four hexadecimal digits follow \\u");
		*code = *code << 4 | (uint32_t)((digit - digits) & 15);
	}
	return true;
}

/* Behind \u. Half of a pair alone stands for no character. */
static bool unicode(struct reader *reader)
{
	uint32_t code, low;
	const char *behind;

	if (!hex(reader, &code))
		return false;
	behind = reader->at;
	if (code >= 0xD800 && code < 0xDC00 && reader->end - behind >= 6 && behind[0] == '\\' &&
		behind[1] == 'u') {
		reader->at += 2;
		if (!hex(reader, &low))
			return false;
		if (low >= 0xDC00 && low < 0xE000)
			code = 0x10000 + ((code - 0xD800) << 10 | (low - 0xDC00));
		else
			reader->at = behind;
	}
	if (code >= 0xD800 && code < 0xE000)
		code = 0xFFFD;
	reader->text += utf8_put(code, reader->text);
	return true;
}

static bool escape(struct reader *reader)
{
	static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *name = NULL;

	if (next_is(reader, 'u')) {
		reader->at++;
		return unicode(reader);
	}
	if (reader->at < reader->end && *reader->at)
		name = strchr(names, *reader->at);
	if (!name)
		return wrong(reader, "no such escape");
	*reader->text++ = means[name - names];
	reader->at++;
	return true;
}

/* A text in double quotes; *len is without the NUL behind it. */
static bool quoted(struct reader *reader, const char **text, size_t *len)
{
	char *begin = reader->text;

	if (!next_is(reader, '"'))
		return wrong(reader, "expected double quotes");
	reader->at++;
	while (reader->at < reader->end && *reader->at != '"') {
		char c = *reader->at;

		if (c == '\\') {
			reader->at++;
			if (!escape(reader))
				return false;
		} else if ((unsigned char)c < 0x20) {
			return wrong(reader, "a control character in a text");
		} else {
			*reader->text++ = c;
			reader->at++;
		}
	}
	if (!next_is(reader, '"'))
		return wrong(reader, "");
	reader->at++;
	*text = begin;
	*len = (size_t)(reader->text - begin);
	*reader->text++ = '\0';
	return true;
}

static bool is_digit(const struct reader *reader)
{
	return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

/* The figures of a number as written. */
struct figures {
	uint64_t digits;
	int scale; /* times ten to this */
	bool whole;
};

/* Digits that do not fit any more only move the point. */
static bool digits(struct reader *reader, struct figures *figures, bool behind_point)
{
	if (!is_digit(reader))
		return wrong(reader, "expected a digit");
	for (; is_digit(reader); reader->at++) {
		uint64_t digit = (uint64_t)(*reader->at - '0');

		if (figures->digits > (UINT64_MAX - digit) / 10) {
			figures->whole = false;
			figures->scale += !behind_point && figures->scale < INT_MAX / 2;
		} else {
			figures->digits = figures->digits * 10 + digit;
			figures->scale -= behind_point;
		}
	}
	return true;
}

static bool exponent(struct reader *reader, struct figures *figures)
{
	struct figures power = { .whole = true };
	bool minus;

	reader->at++;
	minus = next_is(reader, '-');
	reader->at += minus || next_is(reader, '+');
	if (!digits(reader, &power, false))
		return false;
	/* More is infinite or nothing anyway. */
	if (power.digits > 9999 || !power.whole)
		power.digits = 9999;
	figures->scale += minus ? -(int)power.digits : (int)power.digits;
	figures->whole = false;
	return true;
}

static double scaled(const struct figures *figures)
{
	long double number = (long double)figures->digits, step = 10;
	int scale = figures->scale;

	for (unsigned left = scale < 0 ? -(unsigned)scale : (unsigned)scale; left && number != 0; left >>= 1) {
		if (left & 1)
			number = scale < 0 ? number / step : number * step;
		step *= step;
	}
	return (double)number;
}

static bool number(struct reader *reader, struct json *node)
{
	struct figures figures = { .whole = true };
	bool minus = next_is(reader, '-');
	const char *first = reader->at + minus;

	reader->at = first;
	if (!digits(reader, &figures, false))
		return false;
	if (*first == '0' && reader->at - first > 1) {
		reader->at = first;
		return wrong(reader, "a number begins with no 0");
	}
	if (next_is(reader, '.')) {
		reader->at++;
		figures.whole = false;
		if (!digits(reader, &figures, true))
			return false;
	}
	if ((next_is(reader, 'e') || next_is(reader, 'E')) && !exponent(reader, &figures))
		return false;
	node->kind = JSON_NUMBER;
	node->whole = figures.whole && figures.digits <= (uint64_t)INT64_MAX + minus;
	if (node->whole)
		node->integer = minus ? (int64_t)(0 - figures.digits) : (int64_t)figures.digits;
	else
		node->real = minus ? -scaled(&figures) : scaled(&figures);
	return true;
}

static bool word(struct reader *reader, struct json *node)
{
	static const struct {
		const char *text;
		enum json_kind kind;
		bool truth;
	} words[] = {
		{ "null", JSON_NULL, false },
		{ "true", JSON_BOOL, true },
		{ "false", JSON_BOOL, false },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t len = strlen(words[i].text), left = (size_t)(reader->end - reader->at);

		if (memcmp(reader->at, words[i].text, left < len ? left : len) != 0)
			continue;
		reader->at += left < len ? left : len;
		node->kind = words[i].kind;
		node->integer = words[i].truth;
		return left >= len || wrong(reader, "");
	}
	return wrong(reader, "expected a value");
}

static bool value(struct reader *reader, const char *key);

static bool member(struct reader *reader, bool named)
{
	const char *key = NULL;
	size_t len;

	if (named && (!quoted(reader, &key, &len) || !skip(reader)))
		return false;
	if (named && !next_is(reader, ':'))
		return wrong(reader, "expected : behind the key");
	reader->at += named;
	return skip(reader) && value(reader, key) && skip(reader);
}

/* A list or an object; its children move from the top to their place. */
static bool list(struct reader *reader, struct json *node, char end)
{
	struct json *before = reader->top;

	if (++reader->depth > DEPTH_MAX)
		return wrong(reader, "lists in lists are too deep");
	reader->at++;
	if (!skip(reader))
		return false;
	while (!next_is(reader, end)) {
		if (reader->top != before) {
			if (!next_is(reader, ','))
				return wrong(reader, "expected a comma or the end of the list");
			reader->at++;
			if (!skip(reader))
				return false;
		}
		if (!member(reader, end == '}'))
			return false;
	}
	reader->at++;
	reader->depth--;
	node->kind = end == '}' ? JSON_OBJECT : JSON_LIST;
	node->count = (uint32_t)(before - reader->top);
	node->items = reader->list;
	while (before > reader->top)
		*reader->list++ = *--before;
	reader->top += node->count;
	return true;
}

static bool value(struct reader *reader, const char *key)
{
	struct json node = { .key = key };
	size_t len;
	bool ok;

	if (reader->at >= reader->end)
		return wrong(reader, "");
	if (*reader->at == '{' || *reader->at == '[') {
		ok = list(reader, &node, *reader->at == '{' ? '}' : ']');
	} else if (*reader->at == '"') {
		ok = quoted(reader, &node.text, &len);
		node.kind = JSON_TEXT;
		node.count = (uint32_t)len;
	} else if (*reader->at == '-' || is_digit(reader)) {
		ok = number(reader, &node);
	} else {
		ok = word(reader, &node);
	}
	if (ok)
		*--reader->top = node;
	return ok;
}

/* Not fewer values than the text can hold. */
static size_t most_values(const char *bytes, size_t len)
{
	size_t most = 1;

	for (size_t i = 0; i < len; i++)
		most += bytes[i] == ',' || bytes[i] == '[' || bytes[i] == '{';
	return most;
}

static bool whole_text(struct reader *reader)
{
	if (!skip(reader) || !value(reader, NULL) || !skip(reader))
		return false;
	if (reader->at < reader->end)
		return wrong(reader, "something follows after the end");
	/* No document is just that. */
	if (reader->top->kind == JSON_NULL)
		reader->wrong = "expected more than null";
	return !reader->wrong;
}

static int line_of(const struct reader *reader)
{
	int line = 1;

	for (const char *at = reader->bytes; at < reader->at && at < reader->end; at++)
		line += *at == '\n';
	return line;
}

struct json *json_parse(const char *bytes, size_t len, bool comments, struct err *err)
{
	struct reader reader = { .bytes = bytes, .at = bytes, .end = bytes + len, .comments = comments };
	size_t most;
	struct json *block;

	if (len > INT_MAX - 1) {
		err_set(err, ERR_DATA, "the text is too long");
		return NULL;
	}
	most = most_values(bytes, len);
	block = mem_grow(NULL, 1, (2 * most + 1) * sizeof(*block) + len + 1);
	reader.list = block + 1;
	reader.top = block + 1 + 2 * most;
	reader.text = (char *)reader.top;
	if (!whole_text(&reader)) {
		err_set(err, ERR_DATA, "line %d: %s", line_of(&reader), reader.wrong);
		free(block);
		return NULL;
	}
	*block = *reader.top;
	return block;
}

void json_free(struct json *document)
{
	free(document);
}
