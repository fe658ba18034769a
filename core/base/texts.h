/* SPDX-License-Identifier: MIT */
/*
 * Interned texts: each different text once, known by a number from 0 up. A text stays
 * where it is until texts_release. All zero is empty.
 */
#ifndef CORE_BASE_TEXTS_H
#define CORE_BASE_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/vec.h"

#define TEXT_NONE UINT32_MAX

struct texts {
	struct {
		vec_of(const char *);
	} items;
	struct {
		vec_of(uint32_t);
	} hashes; /* by number */
	uint32_t *slots; /* numbers; TEXT_NONE: free */
	size_t room;     /* slots, a power of two */
	struct {
		vec_of(char *);
	} blocks;
	size_t left;   /* bytes free at the end of the newest block */
	uint64_t seed; /* of the hashes; 0: none yet */
};

uint32_t texts_find(const struct texts *texts, const char *text); /* TEXT_NONE: not there */
uint32_t texts_add(struct texts *texts, const char *text);        /* the old one if there */
void texts_release(struct texts *texts);

#endif
