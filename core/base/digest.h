/* SPDX-License-Identifier: MIT */
/* SHA-256, by a library. */
#ifndef CORE_BASE_DIGEST_H
#define CORE_BASE_DIGEST_H

#include <stddef.h>

#define DIGEST_SIZE 32

void digest(const char *bytes, size_t len, unsigned char out[DIGEST_SIZE]);

#endif
