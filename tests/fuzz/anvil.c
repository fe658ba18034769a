/* SPDX-License-Identifier: MIT */
/* The first byte chooses the version and where the input is cut into two dumps. */
#include <stddef.h>
#include <stdint.h>

#include "core/anvil.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	enum anvil_version version = len && (bytes[0] & 1) ? ANVIL_2 : ANVIL_1;
	size_t cut = len ? bytes[0] * len / 256 : 0;
	struct anvil anvil = { 0 };
	struct sample *sample = sample_new();
	struct str pids = { 0 };
	struct err err;

	anvil_take(&anvil, version, (const char *)bytes, cut, true, sample, &pids, &err);
	anvil_take(&anvil, version, (const char *)bytes + cut, len - cut, false, sample, &pids, &err);
	str_release(&pids);
	sample_free(sample);
	anvil_release(&anvil);
	return 0;
}
