/* SPDX-License-Identifier: MIT */
#include "tui/text.h"

#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "core/base/utf8.h"

struct range {
	uint32_t first, last;
};

/* Invisible, or changing the order or shape of their neighbours: names that differ only in
 * these would look the same. */
static const struct range hidden[] = {
	{ 0x0000, 0x001F },
	{ 0x007F, 0x009F },
	{ 0x00AD, 0x00AD },
	{ 0x034F, 0x034F },
	{ 0x0600, 0x0605 },
	{ 0x061C, 0x061C },
	{ 0x06DD, 0x06DD },
	{ 0x070F, 0x070F },
	{ 0x115F, 0x1160 },
	{ 0x17B4, 0x17B5 },
	{ 0x180B, 0x180F },
	{ 0x200B, 0x200F },
	{ 0x2028, 0x202E },
	{ 0x2060, 0x206F },
	{ 0x3164, 0x3164 },
	{ 0xFE00, 0xFE0F },
	{ 0xFEFF, 0xFEFF },
	{ 0xFFA0, 0xFFA0 },
	{ 0xFFF0, 0xFFFC },
	{ 0x1D173, 0x1D17A },
	{ 0xE0000, 0xE0FFF },
};

static bool is_hidden(uint32_t code)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		if (code >= hidden[i].first && code <= hidden[i].last)
			return true;
	return false;
}

struct text_char text_next(const char *bytes, size_t len)
{
	struct text_char found = { 0 };

	found.code = utf8_next(bytes, len, &found.size);
	found.width =
		found.code == UTF8_BAD || is_hidden(found.code) ? -1 : wcwidth((wchar_t)found.code);
	if (found.width >= 0)
		return found;
	found.code = TEXT_REPLACEMENT;
	found.width = 1;
	return found;
}

int text_columns(const char *bytes, size_t len)
{
	int columns = 0;

	for (size_t at = 0; at < len;) {
		struct text_char next = text_next(bytes + at, len - at);

		/* A mark without a letter is drawn as one. */
		columns += at == 0 && next.width == 0 ? 1 : next.width;
		at += next.size;
	}
	return columns;
}

/* How many bytes of the beginning fit into WIDTH columns; marks stay with their letter. */
static size_t head_of(const char *bytes, size_t len, int width)
{
	size_t at = 0;

	while (at < len) {
		struct text_char next = text_next(bytes + at, len - at);

		if (next.width > width)
			break;
		width -= next.width;
		at += next.size;
	}
	return at;
}

/* How many bytes of the end fit into WIDTH columns. */
static size_t tail_of(const char *bytes, size_t len, int width)
{
	int left = text_columns(bytes, len);
	size_t at = 0;

	while (at < len) {
		struct text_char next = text_next(bytes + at, len - at);

		if (left <= width && next.width > 0)
			break;
		left -= next.width;
		at += next.size;
	}
	return len - at;
}

struct text_cut text_cut_end(const char *bytes, size_t len, int width)
{
	return (struct text_cut){ .head = width > 0 ? head_of(bytes, len, width - 1) : 0 };
}

struct text_cut text_cut_middle(const char *bytes, size_t len, int width)
{
	const char *at = memrchr(bytes, '@', len);
	int room = width - 1;
	int tail = room / 2;
	struct text_cut cut = { 0 };

	if (room <= 0)
		return cut;
	if (at) {
		int domain = text_columns(at, len - (size_t)(at - bytes));

		if (domain <= room - 3)
			tail = domain;
	}
	cut.tail = tail_of(bytes, len, tail);
	cut.head = head_of(bytes, len - cut.tail, room - tail);
	return cut;
}

uint32_t text_ascii(uint32_t code)
{
	static const struct {
		uint32_t own;
		char ascii;
	} table[] = {
		{ 0x00B7, '.' },
		{ 0x2013, '-' },
		{ 0x2022, '*' },
		{ 0x2026, '~' },
		{ 0x2190, '<' },
		{ 0x2191, '^' },
		{ 0x2192, '>' },
		{ 0x2193, 'v' },
		{ 0x2500, '-' },
		{ 0x2502, '|' },
		{ 0x250C, '+' },
		{ 0x2510, '+' },
		{ 0x2514, '+' },
		{ 0x2518, '+' },
		{ 0x251C, '+' },
		{ 0x2524, '+' },
		{ 0x2581, '_' },
		{ 0x2582, '.' },
		{ 0x2583, ':' },
		{ 0x2584, '-' },
		{ 0x2585, '=' },
		{ 0x2586, '+' },
		{ 0x2587, '*' },
		{ 0x2588, '#' },
		{ 0x2591, '.' },
		{ 0xFFFD, '?' },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].own == code)
			return (unsigned char)table[i].ascii;
	return code;
}
