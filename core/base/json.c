/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/json_inner.h"
#include "core/base/utf8.h"

enum json_kind json_kind(const struct json *node)
{
	return node ? node->kind : JSON_NULL;
}

bool json_is_whole(const struct json *node)
{
	if (json_kind(node) != JSON_NUMBER)
		return false;
	return node->whole || (fabs(node->real) < 9e18 && trunc(node->real) == node->real);
}

int64_t json_whole(const struct json *node, int64_t fallback)
{
	if (!json_is_whole(node))
		return fallback;
	return node->whole ? node->integer : (int64_t)node->real;
}

double json_real(const struct json *node, double fallback)
{
	if (json_kind(node) != JSON_NUMBER)
		return fallback;
	return node->whole ? (double)node->integer : node->real;
}

bool json_truth(const struct json *node, bool fallback)
{
	return json_kind(node) == JSON_BOOL ? node->integer != 0 : fallback;
}

const char *json_text(const struct json *node, size_t *len)
{
	if (json_kind(node) != JSON_TEXT || memchr(node->text, '\0', node->count))
		return NULL;
	if (len)
		*len = node->count;
	return node->text;
}

size_t json_count(const struct json *list)
{
	return json_kind(list) == JSON_LIST ? list->count : 0;
}

const struct json *json_at(const struct json *list, size_t index)
{
	return index < json_count(list) ? &list->items[index] : NULL;
}

/* The last one of that name. */
const struct json *json_get(const struct json *object, const char *key)
{
	if (json_kind(object) != JSON_OBJECT)
		return NULL;
	for (uint32_t i = object->count; i > 0; i--)
		if (strcmp(object->items[i - 1].key, key) == 0)
			return &object->items[i - 1];
	return NULL;
}

void json_members(const struct json *object,
	void (*each)(const char *key, const struct json *value, void *context), void *context)
{
	if (json_kind(object) != JSON_OBJECT)
		return;
	for (uint32_t i = 0; i < object->count; i++)
		each(object->items[i].key, &object->items[i], context);
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
