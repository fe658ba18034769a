/* SPDX-License-Identifier: MIT */
#include "core/base/texts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/mem.h"

static const size_t block_size = (size_t)256 << 10;

/* Odd, so never 0. */
static uint64_t seed_new(void)
{
	uint64_t seed = 0;

	/* Without it texts are found all the same. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed = 0x9E3779B97F4A7C15u;
	return seed | 1;
}

/* Both halves of a product of 64-bit numbers. */
static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes at a time. The seed is in every step, so that texts which collide under all
 * seeds cannot be made: names come from hosts. */
static uint32_t hash_of(const struct texts *texts, const char *text, size_t len)
{
	uint64_t seed = texts->seed, hash = seed ^ len, word;

	for (; len >= sizeof(word); text += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		hash = mix(hash ^ word, seed);
	}
	word = 0;
	memcpy(&word, text, len);
	hash = mix(hash ^ word, seed);
	return (uint32_t)(mix(hash, 0x9E3779B97F4A7C15u) >> 32);
}

static size_t find(const struct texts *texts, const char *text, uint32_t hash)
{
	size_t slot = hash & (texts->room - 1);
	uint32_t number;

	while ((number = texts->slots[slot]) != TEXT_NONE) {
		if (texts->hashes.items[number] == hash && strcmp(texts->items.items[number], text) == 0)
			break;
		slot = (slot + 1) & (texts->room - 1);
	}
	return slot;
}

static void grow(struct texts *texts)
{
	texts->room = texts->room ? texts->room * 2 : 64;
	free(texts->slots);
	texts->slots = mem_grow(NULL, texts->room, sizeof(*texts->slots));
	memset(texts->slots, 0xFF, texts->room * sizeof(*texts->slots));
	for (uint32_t i = 0; i < texts->items.count; i++) {
		size_t slot = texts->hashes.items[i] & (texts->room - 1);

		while (texts->slots[slot] != TEXT_NONE)
			slot = (slot + 1) & (texts->room - 1);
		texts->slots[slot] = i;
	}
}

static const char *keep(struct texts *texts, const char *text, size_t size)
{
	char *block, *copy;

	if (size > block_size / 4) {
		/* A block of its own, put behind the newest, which still has room. */
		block = mem_text(text);
		*vec_add(&texts->blocks) = block;
		if (texts->blocks.count > 1) {
			texts->blocks.items[texts->blocks.count - 1] =
				texts->blocks.items[texts->blocks.count - 2];
			texts->blocks.items[texts->blocks.count - 2] = block;
		}
		return block;
	}
	if (texts->left < size) {
		*vec_add(&texts->blocks) = mem_grow(NULL, block_size, 1);
		texts->left = block_size;
	}
	copy = texts->blocks.items[texts->blocks.count - 1] + (block_size - texts->left);
	memcpy(copy, text, size);
	texts->left -= size;
	return copy;
}

uint32_t texts_find(const struct texts *texts, const char *text)
{
	if (!texts->items.count)
		return TEXT_NONE;
	return texts->slots[find(texts, text, hash_of(texts, text, strlen(text)))];
}

uint32_t texts_add(struct texts *texts, const char *text)
{
	size_t len = strlen(text), slot;
	uint32_t hash;

	if (!texts->seed)
		texts->seed = seed_new();
	hash = hash_of(texts, text, len);
	if (texts->items.count * 3 >= texts->room * 2)
		grow(texts);
	slot = find(texts, text, hash);
	if (texts->slots[slot] == TEXT_NONE) {
		texts->slots[slot] = (uint32_t)texts->items.count;
		*vec_add(&texts->items) = keep(texts, text, len + 1);
		*vec_add(&texts->hashes) = hash;
	}
	return texts->slots[slot];
}

void texts_release(struct texts *texts)
{
	vec_each(&texts->blocks, block)
		free(*block);
	vec_release(&texts->blocks);
	vec_release(&texts->items);
	vec_release(&texts->hashes);
	free(texts->slots);
	*texts = (struct texts){ 0 };
}
