/* SPDX-License-Identifier: MIT */
/*
 * Memory that is there or ends the program: nothing sensible is left to do without it.
 * Before it ends, the function given to mem_on_failure runs (it restores the terminal).
 */
#ifndef CORE_BASE_MEM_H
#define CORE_BASE_MEM_H

#include <stddef.h>

void mem_on_failure(void (*restore)(void));

void *mem_new(size_t size); /* zeroed */
void *mem_grow(void *old, size_t count, size_t size);
char *mem_text(const char *text);                /* a copy; NULL stays NULL */
char *mem_text_n(const char *bytes, size_t len); /* a copy of LEN bytes and a NUL */

#endif
