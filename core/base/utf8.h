/* SPDX-License-Identifier: MIT */
/* UTF-8: the one decoder that everything uses. */
#ifndef CORE_BASE_UTF8_H
#define CORE_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_BAD 0xFFFFFFFFu

/*
 * Decodes the code point that starts at bytes[0] (len >= 1), stores how many bytes it takes
 * in *used (at least 1) and returns it; UTF8_BAD for a byte that starts nothing valid
 * (overlong forms, surrogates and values above U+10FFFF among them).
 */
uint32_t utf8_next(const char *bytes, size_t len, size_t *used);

/* Encodes a valid code point into out; returns the number of bytes, 1 to 4. */
size_t utf8_put(uint32_t code, char out[4]);

#endif
