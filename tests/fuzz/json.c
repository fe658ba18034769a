/* SPDX-License-Identifier: MIT */
/*
 * JSON, any bytes. What the strict reader of places takes, the library takes, too; and a
 * text that was read is the same after it was written and read again.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/json_places.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(const char *key, const struct json *value, void *context)
{
	const char *text = json_text(value, NULL), *read;
	struct str out = { 0 };
	struct json *document;

	(void)context;
	if (!text)
		return;
	json_open(&out, NULL, '{');
	json_add_text(&out, key, text);
	json_close(&out, '}');
	document = json_parse(out.data, out.len, false, NULL);
	read = json_text(json_get(document, key), NULL);
	/* Bytes that are no UTF-8 are replaced, in keys as well. */
	if (!document || (read && strlen(read) < strlen(text)))
		abort();
	json_free(document);
	str_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err;
	struct json_places places = { 0 };
	struct str path = { 0 };
	struct json *document = json_parse((const char *)data, size, true, &err);

	if (json_places_parse(&places, (const char *)data, size, &err)) {
		if (!document && strncmp(err.text, "line 1: expected more", 21) != 0 &&
			!(places.count == 1 && !places.items[0].is_object))
			abort();
		for (uint32_t i = 0; i < places.count; i++)
			json_places_path(&places, i, &path);
		json_places_release(&places);
	}
	json_members(document, write_again, NULL);
	json_free(document);
	json_free(json_parse((const char *)data, size, false, &err));
	str_release(&path);
	return 0;
}
