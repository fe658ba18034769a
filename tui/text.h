/* SPDX-License-Identifier: MIT */
/*
 * Foreign text, one printable character at a time. Widths come from the C library
 * (wcwidth), the same source that curses uses, so the locale must be set.
 */
#ifndef TUI_TEXT_H
#define TUI_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define TEXT_REPLACEMENT 0xFFFDu
#define TEXT_MAX ((size_t)4096) /* bytes of a text that are looked at */

struct text_char {
	uint32_t code;
	int width;   /* 0: a combining mark; 1; 2 */
	size_t size; /* bytes */
};

/* The character at BYTES (LEN >= 1), made harmless: TEXT_REPLACEMENT stands for whatever
 * a terminal would obey, hide or show out of order. */
struct text_char text_next(const char *bytes, size_t len);

/* Columns of LEN bytes. */
int text_columns(const char *bytes, size_t len);

/* Where to cut: the first HEAD bytes and the last TAIL bytes of a text fit into WIDTH
 * columns with one for "…" between them. */
struct text_cut {
	size_t head, tail;
};
struct text_cut text_cut_end(const char *bytes, size_t len, int width);
struct text_cut text_cut_middle(const char *bytes, size_t len, int width);

/* What stands for one of our own drawing characters ("─", "▃", "…") in ASCII; any other is
 * itself. */
uint32_t text_ascii(uint32_t code);

#endif
