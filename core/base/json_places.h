/* SPDX-License-Identifier: MIT */
/*
 * Where things stand in a JSON text with comments: for every value its line, its bytes
 * and the key it stands under. It is for texts that people write: it is strict about syntax
 * (no single quotes, no comma before a closing bracket, valid UTF-8), and it sees keys that
 * are given twice, which the tree of json.h does not.
 *
 * Places are in order of appearance; the first is the document itself.
 */
#ifndef CORE_BASE_JSON_PLACES_H
#define CORE_BASE_JSON_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/base/vec.h"

#define PLACE_NONE UINT32_MAX

struct json_place {
	uint32_t parent; /* PLACE_NONE for the document */
	uint32_t line;   /* of the key, or of the value in a list; from 1 */
	uint32_t first;  /* the first place of the same key in the same object; itself if none */
	uint32_t index;  /* in a list; in an object: how many members come before */
	const char *key; /* not terminated, in the text; NULL in a list */
	uint32_t key_len;
	size_t begin, end; /* bytes of the value */
	bool is_list, is_object;
	bool twice; /* its key is given again in the same object */
};

struct json_places {
	vec_of(struct json_place);
	struct {
		vec_of(uint32_t);
	} sorted; /* by parent and key */
};

/* The text must outlive the places. The error names the line. */
bool json_places_parse(struct json_places *places, const char *bytes, size_t len, struct err *err);
void json_places_release(struct json_places *places);

/* The value under a key or at an index; PLACE_NONE when there is none. */
uint32_t json_places_member(const struct json_places *places, uint32_t object, const char *key);
uint32_t json_places_element(const struct json_places *places, uint32_t list, uint32_t index);

/* "hosts[3].port"; "" for the document. */
void json_places_path(const struct json_places *places, uint32_t place, struct str *out);

#endif
