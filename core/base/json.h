/* SPDX-License-Identifier: MIT */
/*
 * JSON: reading by a library, writing by hand. Only json.c knows the library.
 *
 * Reading. A document is a tree of `struct json` nodes that live until json_free of the
 * document. Getters on a node of another type, or on NULL, give the fallback; so a reader can
 * go down a path and ask once at the end. Depth and size are bounded.
 *
 * Writing. Lines are built in a struct str: commas come by themselves, control characters
 * are escaped, and bytes that are no UTF-8 become U+FFFD.
 */
#ifndef CORE_BASE_JSON_H
#define CORE_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

struct json; /* a node */

enum json_kind {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER, /* whole or not */
	JSON_TEXT,
	JSON_LIST,
	JSON_OBJECT,
};

/* COMMENTS lets // and block comments through. The error tells the line. */
struct json *json_parse(const char *bytes, size_t len, bool comments, struct err *err);
void json_free(struct json *document);

enum json_kind json_kind(const struct json *node);
bool json_is_whole(const struct json *node); /* a number without fraction that fits int64_t */
int64_t json_whole(const struct json *node, int64_t fallback);
double json_real(const struct json *node, double fallback);
bool json_truth(const struct json *node, bool fallback);
/* NULL when it is no text or holds a NUL; *len may be NULL. */
const char *json_text(const struct json *node, size_t *len);

size_t json_count(const struct json *list); /* 0 for all but lists */
const struct json *json_at(const struct json *list, size_t index);
const struct json *json_get(const struct json *object, const char *key);
/* Calls EACH for every member, in order of appearance. */
void json_members(const struct json *object,
	void (*each)(const char *key, const struct json *value, void *context), void *context);

/* Writing: json_open(out, '{') … json_close(out, '}'). KEY is NULL inside lists. */
void json_open(struct str *out, const char *key, char bracket);
void json_close(struct str *out, char bracket);
void json_add_text(struct str *out, const char *key, const char *text); /* NULL: null */
void json_add_whole(struct str *out, const char *key, int64_t number);
/* DIGITS behind the point, cut of trailing zeros; NAN and infinity: null */
void json_add_real(struct str *out, const char *key, double number, int digits);
void json_add_bool(struct str *out, const char *key, bool value);
void json_add_null(struct str *out, const char *key);

#endif
