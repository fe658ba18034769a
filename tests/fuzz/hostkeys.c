/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>

#include "net/hostkeys.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct hostkeys keys = { 0 };
	struct str out = { 0 };

	hostkeys_parse(&keys, (const char *)bytes, len);
	hostkeys_check(&keys, "mail03.example.org", 2222, "AAAAC3NzaC1lZDI1NTE5AAAA", &out);
	hostkeys_algorithms(&keys, "mail03.example.org", 22, &out);
	str_release(&out);
	hostkeys_release(&keys);
	return 0;
}
