/* SPDX-License-Identifier: MIT */
/* Any bytes decode within their bounds, and what is valid encodes to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	size_t used;

	for (size_t at = 0; at < size; at += used) {
		uint32_t code = utf8_next(bytes + at, size - at, &used);
		char again[4];

		if (used == 0 || used > size - at)
			abort();
		if (code != UTF8_BAD && (utf8_put(code, again) != used || memcmp(again, bytes + at, used) != 0))
			abort();
	}
	return 0;
}
