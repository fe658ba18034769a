/* SPDX-License-Identifier: MIT */
#include "core/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

void str_release(struct str *str)
{
	free(str->data);
	*str = (struct str){ .bound = str->bound };
}

void str_clear(struct str *str)
{
	str->len = 0;
	str->cut = false;
	if (str->data)
		str->data[0] = '\0';
}

const char *str_text(const struct str *str)
{
	return str->data ? str->data : "";
}

/* Makes room for LEN more bytes and says how many of them the bound lets in. */
static size_t admit(struct str *str, size_t len)
{
	size_t bound = str->bound ? str->bound : STR_MAX;
	size_t left = bound - str->len;
	size_t room = str->room ? str->room : 64;

	if (len > left) {
		str->cut = true;
		len = left;
	}
	while (room < str->len + len + 1)
		room *= 2;
	if (room > str->room) {
		str->data = mem_grow(str->data, room, 1);
		str->room = room;
	}
	return len;
}

void str_add(struct str *str, const char *bytes, size_t len)
{
	len = admit(str, len);
	if (len)
		memcpy(str->data + str->len, bytes, len);
	str->len += len;
	str->data[str->len] = '\0';
}

void str_adds(struct str *str, const char *text)
{
	str_add(str, text, strlen(text));
}

void str_addc(struct str *str, char c)
{
	str_add(str, &c, 1);
}

void str_addv(struct str *str, const char *format, va_list args)
{
	char small[256];
	char *large;
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(small, sizeof(small), format, args);
	if (len >= 0 && (size_t)len < sizeof(small)) {
		str_add(str, small, (size_t)len);
	} else if (len >= 0) {
		large = mem_new((size_t)len + 1);
		vsnprintf(large, (size_t)len + 1, format, again);
		str_add(str, large, (size_t)len);
		free(large);
	}
	va_end(again);
}

void str_addf(struct str *str, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	str_addv(str, format, args);
	va_end(args);
}

void str_cut(struct str *str, size_t from, size_t len)
{
	if (from >= str->len)
		return;
	if (len > str->len - from)
		len = str->len - from;
	memmove(str->data + from, str->data + from + len, str->len - from - len + 1);
	str->len -= len;
}

char *str_take(struct str *str)
{
	char *data = str->data ? str->data : mem_text("");

	*str = (struct str){ .bound = str->bound };
	return data;
}
