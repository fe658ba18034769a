/* SPDX-License-Identifier: MIT */
#include "core/base/digest.h"

#include <openssl/sha.h>

void digest(const char *bytes, size_t len, unsigned char out[DIGEST_SIZE])
{
	SHA256((const unsigned char *)bytes, len, out);
}
