/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "net/sshconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ssh_settings settings;
	struct paths includes = { 0 };
	struct err err;

	if (ssh_settings_parse(&settings, (const char *)bytes, len, &err))
		ssh_settings_release(&settings);
	sshconfig_tells_apart((const char *)bytes, len, &includes);
	vec_each(&includes, path)
		free(*path);
	vec_release(&includes);
	return 0;
}
