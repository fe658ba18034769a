/* SPDX-License-Identifier: MIT */
#include "core/base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*on_failure)(void);

void mem_on_failure(void (*restore)(void))
{
	on_failure = restore;
}

static void *there(void *memory)
{
	if (memory)
		return memory;
	if (on_failure)
		on_failure();
	fputs("mailmend: out of memory\n", stderr);
	abort();
}

void *mem_new(size_t size)
{
	return there(calloc(1, size ? size : 1));
}

void *mem_grow(void *old, size_t count, size_t size)
{
	if (!size || count > SIZE_MAX / size)
		return there(NULL);
	return there(realloc(old, count ? count * size : size));
}

char *mem_text(const char *text)
{
	return text ? mem_text_n(text, strlen(text)) : NULL;
}

char *mem_text_n(const char *bytes, size_t len)
{
	char *copy = mem_grow(NULL, len + 1, 1);

	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}
