/* SPDX-License-Identifier: MIT */
/* Lines of the agent's check, any bytes: what was accepted is also planned from and warned about. */
#include <stdlib.h>
#include <string.h>

#include "core/repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct check *check)
{
	struct warnings warnings = { 0 };
	struct err err = { 0 };

	if (!check->mailbox)
		abort();
	if (!repair_allowed(&operation_resync, check, &err) && !*err.text)
		abort();
	repair_warn(&warnings, &operation_resync, check);
	warnings_release(&warnings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data, *stop = bytes + size;
	struct check *check = check_new();

	while (bytes < stop) {
		const char *newline = memchr(bytes, '\n', (size_t)(stop - bytes));
		size_t len = (size_t)((newline ? newline : stop) - bytes);
		struct err err = { 0 };
		bool end = false;

		if (!check_feed(check, bytes, len, &end, &err) && !*err.text)
			abort();
		if (check->whole) {
			use(check);
			check_free(check);
			check = check_new();
		}
		bytes += len + 1;
	}
	check_free(check);
	return 0;
}
