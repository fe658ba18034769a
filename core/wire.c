/* SPDX-License-Identifier: MIT */
#include "core/wire.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/sample.h"

/* What a host sent instead: at most 60 bytes, all but plain ASCII as dots. */
static void excerpt(const char *line, size_t len, char out[64])
{
	size_t count = len < 60 ? len : 60;

	for (size_t i = 0; i < count; i++)
		out[i] = line[i] >= 0x20 && line[i] < 0x7F ? line[i] : '.';
	out[count] = '\0';
}

struct first_member {
	const char *key;
	const struct json *value;
};

static void take_first(const char *key, const struct json *value, void *context)
{
	struct first_member *first = context;

	if (first->key)
		return;
	first->key = key;
	first->value = value;
}

bool wire_line(const char *line, size_t len, struct json **document, const char **key,
	const struct json **value, struct err *err)
{
	struct first_member first = { 0 };
	struct err why;
	char shown[64];

	if (len > SAMPLE_LINE_MAX)
		return err_set(err, ERR_DATA, "the agent sent a line of %zu bytes; at most %zu are allowed",
			len, SAMPLE_LINE_MAX);
	excerpt(line, len, shown);
	*document = json_parse(line, len, false, &why);
	if (!*document)
		return err_set(err, ERR_DATA, "the agent sent what is not its protocol: \"%s\"", shown);
	json_members(*document, take_first, &first);
	if (!first.key) {
		json_free(*document);
		return err_set(err, ERR_DATA, "the agent sent a line without a key: \"%s\"", shown);
	}
	*key = first.key;
	*value = first.value;
	return true;
}

bool wire_bad(const char *key, const char *expected, struct err *err)
{
	return err_set(err, ERR_DATA, "the agent sent a bad \"%s\": expected %s", key, expected);
}

bool wire_text(char **out, const struct json *value, const char *key, struct err *err)
{
	size_t len;
	const char *text;

	if (json_kind(value) == JSON_NULL) {
		*out = NULL;
		return true;
	}
	text = json_text(value, &len);
	if (!text || len > WIRE_TEXT_MAX)
		return wire_bad(key, "a text of at most 1,024 bytes", err);
	*out = mem_text_n(text, len);
	return true;
}

bool wire_whole(int64_t *out, const struct json *value, int64_t least, int64_t most,
	int64_t fallback, const char *key, struct err *err)
{
	int64_t number;

	if (json_kind(value) == JSON_NULL) {
		*out = fallback;
		return true;
	}
	if (!json_is_whole(value))
		return wire_bad(key, "a whole number", err);
	number = json_whole(value, 0);
	if (number < least || number > most)
		return wire_bad(key, "a number within its range", err);
	*out = number;
	return true;
}

bool wire_real(double *out, const struct json *value, double fallback, const char *key,
	struct err *err)
{
	double number;

	if (json_kind(value) == JSON_NULL) {
		*out = fallback;
		return true;
	}
	number = json_real(value, NAN);
	if (!isfinite(number) || number < 0 || number > 1e18)
		return wire_bad(key, "a number that is not negative", err);
	*out = number;
	return true;
}

bool wire_texts(const struct json *object, const struct wire_text_field *fields, size_t count,
	struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (wire_text(fields[i].text, json_get(object, fields[i].key), fields[i].key, err))
			continue;
		while (i--) {
			free(*fields[i].text);
			*fields[i].text = NULL;
		}
		return false;
	}
	return true;
}

bool wire_wholes(const struct json *object, const struct wire_whole_field *fields, size_t count,
	struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (!wire_whole(fields[i].number, json_get(object, fields[i].key), 0, INT64_MAX / 2, -1,
			    fields[i].key, err))
			return false;
	return true;
}

bool wire_end(const char *key, const struct json *value, bool *end, struct err *err)
{
	const char *text = json_text(value, NULL);

	*end = strcmp(key, "end") == 0;
	if (strcmp(key, "error") == 0)
		return err_set(err, ERR_DATA, "%.200s", text ? text : "the agent gave no reason");
	return true;
}

int wire_truth(const struct json *value)
{
	return json_kind(value) == JSON_BOOL ? json_truth(value, false) : -1;
}

void wire_field(struct str *out, const char *text)
{
	for (; *text; text++)
		if (*text == '\t')
			str_adds(out, "\\t");
		else if (*text == '\n')
			str_adds(out, "\\n");
		else if (*text == '\\')
			str_adds(out, "\\\\");
		else
			str_addc(out, *text);
}
