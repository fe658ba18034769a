/* SPDX-License-Identifier: MIT */
/* Open addressing with linear probing; removal moves later ones up, so no slot is ever dead. */
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

/* Where memory lies is not known to a host: its numbers cannot be chosen to collide. */
static size_t slot_of(const struct map *map, uint64_t key)
{
	uint64_t hash = key ^ (uint64_t)(uintptr_t)map->keys;

	hash = (hash ^ hash >> 32) * 0x9E3779B97F4A7C15u;
	hash = (hash ^ hash >> 29) * 0xBF58476D1CE4E5B9u;
	return (size_t)(hash >> 32) & (map->room - 1);
}

/* The slot that holds KEY or is free for it. */
static size_t find(const struct map *map, uint64_t key)
{
	size_t slot = slot_of(map, key);

	while (map->values[slot] != MAP_NONE && map->keys[slot] != key)
		slot = (slot + 1) & (map->room - 1);
	return slot;
}

static void grow(struct map *map)
{
	struct map old = *map;

	map->room = old.room ? old.room * 2 : 16;
	map->keys = mem_grow(NULL, map->room, sizeof(*map->keys));
	map->values = mem_grow(NULL, map->room, sizeof(*map->values));
	memset(map->values, 0xFF, map->room * sizeof(*map->values));
	for (size_t i = 0; i < old.room; i++) {
		size_t slot;

		if (old.values[i] == MAP_NONE)
			continue;
		slot = find(map, old.keys[i]);
		map->keys[slot] = old.keys[i];
		map->values[slot] = old.values[i];
	}
	free(old.keys);
	free(old.values);
}

uint32_t map_get(const struct map *map, uint64_t key)
{
	return map->count ? map->values[find(map, key)] : MAP_NONE;
}

void map_set(struct map *map, uint64_t key, uint32_t value)
{
	size_t slot;

	if (map->count * 4 >= map->room * 3)
		grow(map);
	slot = find(map, key);
	map->count += map->values[slot] == MAP_NONE;
	map->keys[slot] = key;
	map->values[slot] = value;
}

void map_remove(struct map *map, uint64_t key)
{
	size_t mask = map->room - 1, hole, slot;

	if (!map->count)
		return;
	hole = find(map, key);
	if (map->values[hole] == MAP_NONE)
		return;
	map->count--;
	for (slot = (hole + 1) & mask; map->values[slot] != MAP_NONE; slot = (slot + 1) & mask) {
		size_t home = slot_of(map, map->keys[slot]);

		/* It may move up only when its home is not between the hole and itself. */
		if (((slot - home) & mask) < ((slot - hole) & mask))
			continue;
		map->keys[hole] = map->keys[slot];
		map->values[hole] = map->values[slot];
		hole = slot;
	}
	map->values[hole] = MAP_NONE;
}

void map_clear(struct map *map)
{
	if (map->room)
		memset(map->values, 0xFF, map->room * sizeof(*map->values));
	map->count = 0;
}

void map_release(struct map *map)
{
	free(map->keys);
	free(map->values);
	*map = (struct map){ 0 };
}
