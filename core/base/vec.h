/* SPDX-License-Identifier: MIT */
/*
 * A typed, growing array:
 *
 *	struct sessions { vec_of(struct session); } sessions = { 0 };
 *
 *	*vec_add(&sessions) = (struct session){ … };
 *	vec_each(&sessions, session)
 *		draw(session);
 *	vec_release(&sessions);
 *
 * All zero is an empty vector. Pointers to elements hold until the next vec_add or
 * vec_reserve. vec_clear keeps the memory. What elements own is their owner's to release.
 */
#ifndef CORE_BASE_VEC_H
#define CORE_BASE_VEC_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

/* The members of a vector of TYPE. */
#define vec_of(type) \
	type *items; \
	size_t count; \
	size_t room

/* Makes room for COUNT elements in all. */
#define vec_reserve(vec, wanted) \
	((vec)->items = vec_room((vec)->items, &(vec)->room, (wanted), sizeof(*(vec)->items)))

/* A pointer to a new last element, zeroed. */
#define vec_add(vec) \
	(vec_reserve((vec), (vec)->count + 1), \
		memset(&(vec)->items[(vec)->count], 0, sizeof(*(vec)->items)), \
		&(vec)->items[(vec)->count++])

/* Takes element INDEX out by moving the last one into its place. */
#define vec_swap_out(vec, index) ((vec)->items[index] = (vec)->items[--(vec)->count])

#define vec_clear(vec) ((void)((vec)->count = 0))

#define vec_release(vec) \
	(free((vec)->items), (vec)->items = NULL, (vec)->count = (vec)->room = 0)

#define vec_each(vec, item) \
	for (__typeof__((vec)->items + 0) item = (vec)->items; \
		item && item < (vec)->items + (vec)->count; item++)

static inline void *vec_room(void *items, size_t *room, size_t wanted, size_t size)
{
	size_t next = *room ? *room : 8;

	if (wanted <= *room)
		return items;
	while (next < wanted)
		next *= 2;
	*room = next;
	return mem_grow(items, next, size);
}

#endif
