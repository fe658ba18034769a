/* SPDX-License-Identifier: MIT */
/* A node of a JSON document: for json.c and json_read.c. */
#ifndef CORE_BASE_JSON_INNER_H
#define CORE_BASE_JSON_INNER_H

#include "core/base/json.h"

struct json {
	const char *key; /* of an object's member */
	enum json_kind kind;
	bool whole;      /* a number: it is in `integer` */
	uint32_t count;  /* children; bytes of a text */
	union {
		int64_t integer; /* of a JSON_BOOL 0 or 1 */
		double real;
		const char *text;
		struct json *items;
	};
};

#endif
