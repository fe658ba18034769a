/* SPDX-License-Identifier: MIT */
/* The agent's answers that are no samples; the first byte chooses the kind. */
#include <stdlib.h>

#include "core/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void any(uint8_t kind, const char *line, size_t len)
{
	struct sample_hello hello = { 0 };
	struct store_seen seen = { 0 };
	struct names_seen names = { 0 };
	struct doctor_check check = { 0 };
	struct err err;
	bool end;

	switch (kind % 4) {
	case 0:
		if (sample_hello_parse(&hello, line, len, &err))
			sample_hello_release(&hello);
		break;
	case 1:
		if (store_seen_parse(&seen, line, len, &end, &err))
			store_seen_release(&seen);
		break;
	case 2:
		names_seen_parse(&names, line, len, &end, &err);
		names_seen_release(&names);
		break;
	default:
		if (doctor_check_parse(&check, line, len, &end, &err))
			doctor_check_release(&check);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		any(data[0], (const char *)data + 1, size - 1);
	return 0;
}
