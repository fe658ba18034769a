/* SPDX-License-Identifier: MIT */
/*
 * The agent's lines (net/agent/PROTOCOL): what the parsers of its answers share, and the fields
 * of requests.
 * Everything is hostile: a value of another type, out of range or too long is an error
 * that names the key and shows a little of what was found, made harmless.
 */
#ifndef CORE_WIRE_H
#define CORE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/str.h"

#define WIRE_TEXT_MAX ((size_t)1024)

/* Parses a line into its one key and value. The caller frees *document. */
bool wire_line(const char *line, size_t len, struct json **document, const char **key,
	const struct json **value, struct err *err);

/* The error for a value that is not as it should be. */
bool wire_bad(const char *key, const char *expected, struct err *err);

/* A copy of a text of at most WIRE_TEXT_MAX bytes; null or absent gives NULL. */
bool wire_text(char **out, const struct json *value, const char *key, struct err *err);

/* A whole number in [least, most]; null or absent gives FALLBACK. */
bool wire_whole(int64_t *out, const struct json *value, int64_t least, int64_t most,
	int64_t fallback, const char *key, struct err *err);

/*
 * Several texts and numbers of one object; numbers are from 0 up and -1 where there is none.
 * No text is left behind when one of them is bad.
 */
struct wire_text_field {
	const char *key;
	char **text;
};
struct wire_whole_field {
	const char *key;
	int64_t *number;
};
bool wire_texts(const struct json *object, const struct wire_text_field *fields, size_t count,
	struct err *err);
bool wire_wholes(const struct json *object, const struct wire_whole_field *fields, size_t count,
	struct err *err);

/* A number from 0 to 1e18; null or absent gives FALLBACK. */
bool wire_real(double *out, const struct json *value, double fallback, const char *key,
	struct err *err);

/* Is this the line that ends an answer? An error in place of an answer is one here, too. */
bool wire_end(const char *key, const struct json *value, bool *end, struct err *err);

/* Adds a field of a request: what would end it is escaped. */
void wire_field(struct str *out, const char *text);

/* 1 true, 0 false, -1 anything else: not known. */
int wire_truth(const struct json *value);

#endif
