/* SPDX-License-Identifier: MIT */
/*
 * A hash from 64-bit numbers to 32-bit numbers: indices of things that live elsewhere.
 * All zero is an empty map.
 */
#ifndef CORE_BASE_MAP_H
#define CORE_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#define MAP_NONE UINT32_MAX

struct map {
	uint64_t *keys;
	uint32_t *values; /* MAP_NONE: the slot is free */
	size_t count;
	size_t room; /* slots, a power of two */
};

uint32_t map_get(const struct map *map, uint64_t key); /* MAP_NONE when it is not there */
void map_set(struct map *map, uint64_t key, uint32_t value); /* VALUE is not MAP_NONE */
void map_remove(struct map *map, uint64_t key);
void map_clear(struct map *map); /* keeps the memory */
void map_release(struct map *map);

#endif
