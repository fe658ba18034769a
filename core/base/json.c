/* SPDX-License-Identifier: MIT */
#include "core/base/json.h"

#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "core/base/utf8.h"

enum { DEPTH_MAX = 16 };

/* A node is the library's object under another name: no copy of the tree is made. */
static struct json_object *object_of(const struct json *node)
{
	return (struct json_object *)(uintptr_t)node;
}

static const struct json *node_of(struct json_object *object)
{
	return (const struct json *)object;
}

static int line_of(const char *bytes, size_t offset)
{
	int line = 1;

	for (size_t i = 0; i < offset; i++)
		line += bytes[i] == '\n';
	return line;
}

/* Whether nothing but white space and, where allowed, comments follows. */
static bool rest_is_empty(const char *bytes, size_t len, bool comments)
{
	size_t i = 0;

	while (i < len) {
		if (strchr(" \t\r\n", bytes[i])) {
			i++;
		} else if (comments && i + 1 < len && bytes[i] == '/' && bytes[i + 1] == '/') {
			while (i < len && bytes[i] != '\n')
				i++;
		} else if (comments && i + 1 < len && bytes[i] == '/' && bytes[i + 1] == '*') {
			const char *end = memmem(bytes + i + 2, len - i - 2, "*/", 2);

			if (!end)
				return false;
			i = (size_t)(end - bytes) + 2;
		} else {
			return false;
		}
	}
	return true;
}

struct json *json_parse(const char *bytes, size_t len, bool comments, struct err *err)
{
	struct json_tokener *tokener;
	struct json_object *object = NULL;
	enum json_tokener_error code;
	size_t end;

	if (len > INT_MAX - 1) {
		err_set(err, ERR_DATA, "the text is too long");
		return NULL;
	}
	tokener = json_tokener_new_ex(DEPTH_MAX);
	/* Its strict mode forbids comments, and single quotes with them. */
	if (!comments)
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	object = json_tokener_parse_ex(tokener, bytes, (int)len);
	code = json_tokener_get_error(tokener);
	end = json_tokener_get_parse_end(tokener);
	if (code == json_tokener_continue) {
		/* A bare number or word and a // comment end only with what comes after them. */
		object = json_tokener_parse_ex(tokener, "\n", 1);
		code = json_tokener_get_error(tokener);
		end = len;
	}
	json_tokener_free(tokener);
	if (code != json_tokener_success) {
		err_set(err, ERR_DATA, "line %d: %s", line_of(bytes, end < len ? end : len),
			code == json_tokener_continue ? "the text ends too early" :
							json_tokener_error_desc(code));
		return NULL;
	}
	if (end < len && !rest_is_empty(bytes + end, len - end, comments)) {
		err_set(err, ERR_DATA, "line %d: something follows after the end", line_of(bytes, end));
		json_object_put(object);
		return NULL;
	}
	/* The library's value null is NULL, and no document is just that. */
	if (!object)
		err_set(err, ERR_DATA, "line 1: expected more than null");
	return (struct json *)object;
}

void json_free(struct json *document)
{
	json_object_put((struct json_object *)document);
}

enum json_kind json_kind(const struct json *node)
{
	switch (json_object_get_type(object_of(node))) {
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_int:
	case json_type_double:
		return JSON_NUMBER;
	case json_type_string:
		return JSON_TEXT;
	case json_type_array:
		return JSON_LIST;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_null:
		break;
	}
	return JSON_NULL;
}

bool json_is_whole(const struct json *node)
{
	double value;

	if (json_object_is_type(object_of(node), json_type_int))
		return true;
	if (!json_object_is_type(object_of(node), json_type_double))
		return false;
	value = json_object_get_double(object_of(node));
	return isfinite(value) && fabs(value) < 9e18 && trunc(value) == value;
}

int64_t json_whole(const struct json *node, int64_t fallback)
{
	return json_is_whole(node) ? json_object_get_int64(object_of(node)) : fallback;
}

double json_real(const struct json *node, double fallback)
{
	return json_kind(node) == JSON_NUMBER ? json_object_get_double(object_of(node)) : fallback;
}

bool json_truth(const struct json *node, bool fallback)
{
	return json_kind(node) == JSON_BOOL ? json_object_get_boolean(object_of(node)) : fallback;
}

const char *json_text(const struct json *node, size_t *len)
{
	const char *text;
	size_t length;

	if (json_kind(node) != JSON_TEXT)
		return NULL;
	text = json_object_get_string(object_of(node));
	length = (size_t)json_object_get_string_len(object_of(node));
	if (memchr(text, '\0', length))
		return NULL;
	if (len)
		*len = length;
	return text;
}

size_t json_count(const struct json *list)
{
	return json_kind(list) == JSON_LIST ? json_object_array_length(object_of(list)) : 0;
}

const struct json *json_at(const struct json *list, size_t index)
{
	if (index >= json_count(list))
		return NULL;
	return node_of(json_object_array_get_idx(object_of(list), index));
}

const struct json *json_get(const struct json *object, const char *key)
{
	struct json_object *value = NULL;

	if (json_kind(object) == JSON_OBJECT)
		json_object_object_get_ex(object_of(object), key, &value);
	return node_of(value);
}

void json_members(const struct json *object,
	void (*each)(const char *key, const struct json *value, void *context), void *context)
{
	if (json_kind(object) != JSON_OBJECT)
		return;
	json_object_object_foreach(object_of(object), key, value)
		each(key, node_of(value), context);
}

static void add_quoted(struct str *out, const char *text)
{
	size_t len = strlen(text), used;

	str_addc(out, '"');
	for (size_t i = 0; i < len; i += used) {
		uint32_t code = utf8_next(text + i, len - i, &used);

		if (code == UTF8_BAD)
			str_adds(out, "\xEF\xBF\xBD");
		else if (code == '"' || code == '\\')
			str_addf(out, "\\%c", (char)code);
		else if (code < 0x20 || (code >= 0x7F && code < 0xA0))
			str_addf(out, "\\u%04x", (unsigned)code);
		else
			str_add(out, text + i, used);
	}
	str_addc(out, '"');
}

/* A comma unless this is the first in its bracket, and the key. */
static void begin(struct str *out, const char *key)
{
	char last = out->len ? out->data[out->len - 1] : '\n';

	if (last != '{' && last != '[' && last != '\n' && last != ':')
		str_addc(out, ',');
	if (key) {
		add_quoted(out, key);
		str_addc(out, ':');
	}
}

void json_open(struct str *out, const char *key, char bracket)
{
	begin(out, key);
	str_addc(out, bracket);
}

void json_close(struct str *out, char bracket)
{
	str_addc(out, bracket);
}

void json_add_text(struct str *out, const char *key, const char *text)
{
	if (!text) {
		json_add_null(out, key);
		return;
	}
	begin(out, key);
	add_quoted(out, text);
}

void json_add_whole(struct str *out, const char *key, int64_t number)
{
	begin(out, key);
	str_addf(out, "%lld", (long long)number);
}

void json_add_real(struct str *out, const char *key, double number, int digits)
{
	char text[64];
	char *end;

	if (!isfinite(number) || fabs(number) > 1e18) {
		json_add_null(out, key);
		return;
	}
	snprintf(text, sizeof(text), "%.*f", digits, number);
	if (strchr(text, '.')) {
		for (end = text + strlen(text) - 1; *end == '0'; end--)
			*end = '\0';
		if (*end == '.')
			*end = '\0';
	}
	begin(out, key);
	str_adds(out, strcmp(text, "-0") == 0 ? "0" : text);
}

void json_add_bool(struct str *out, const char *key, bool value)
{
	begin(out, key);
	str_adds(out, value ? "true" : "false");
}

void json_add_null(struct str *out, const char *key)
{
	begin(out, key);
	str_adds(out, "null");
}
