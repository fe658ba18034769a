/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>

#include "net/sshagent.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct sshagent_keys keys = { 0 };
	struct err err;

	sshagent_parse(&keys, bytes, len, &err);
	sshagent_keys_release(&keys);
	return 0;
}
