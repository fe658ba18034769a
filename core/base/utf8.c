/* SPDX-License-Identifier: MIT */
#include "core/base/utf8.h"

/* How many bytes a first byte announces, and the smallest code point of that length. */
static size_t announced(unsigned char first, uint32_t *bits, uint32_t *least)
{
	if (first < 0x80)
		return *bits = first, *least = 0, 1;
	if ((first & 0xE0) == 0xC0)
		return *bits = first & 0x1F, *least = 0x80, 2;
	if ((first & 0xF0) == 0xE0)
		return *bits = first & 0x0F, *least = 0x800, 3;
	if ((first & 0xF8) == 0xF0)
		return *bits = first & 0x07, *least = 0x10000, 4;
	return 0;
}

uint32_t utf8_next(const char *bytes, size_t len, size_t *used)
{
	uint32_t code = 0, least = 0;
	size_t count = announced((unsigned char)bytes[0], &code, &least);

	*used = 1;
	if (!count || count > len)
		return UTF8_BAD;
	for (size_t i = 1; i < count; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if ((byte & 0xC0) != 0x80)
			return UTF8_BAD;
		code = code << 6 | (byte & 0x3F);
	}
	if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return UTF8_BAD;
	*used = count;
	return code;
}

size_t utf8_put(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}
