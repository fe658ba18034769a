/* SPDX-License-Identifier: MIT */
/*
 * A growing string that is always NUL-terminated and never longer than its bound.
 * All zero is an empty string with the default bound (STR_MAX bytes). What would not
 * fit is cut and remembered in `cut`, so that a flood from a host ends in a short
 * string and not in a long one. It may hold NUL bytes; `len` counts.
 */
#ifndef CORE_BASE_STR_H
#define CORE_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define STR_MAX ((size_t)16 << 20)

struct str {
	char *data;   /* NULL while nothing was added; str_text never is */
	size_t len;   /* bytes without the NUL */
	size_t room;  /* bytes allocated */
	size_t bound; /* most bytes without the NUL; 0 means STR_MAX */
	bool cut;     /* something did not fit */
};

void str_release(struct str *str);
void str_clear(struct str *str);             /* keeps memory and bound */
const char *str_text(const struct str *str); /* "" when empty */
void str_add(struct str *str, const char *bytes, size_t len);
void str_adds(struct str *str, const char *text);
void str_addc(struct str *str, char c);
void str_addf(struct str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_addv(struct str *str, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
void str_cut(struct str *str, size_t from, size_t len); /* takes bytes out of the middle */
char *str_take(struct str *str);                        /* the caller frees it; never NULL */

#endif
