/* SPDX-License-Identifier: MIT */
/*
 * Key blobs and the hashes around them: the one file that knows the crypto library.
 */
#ifndef NET_BLOB_H
#define NET_BLOB_H

#include <stdbool.h>
#include <stddef.h>

#define BLOB_MAX ((size_t)16384) /* bytes of a key or certificate */

/* Decodes strict base64 into at most ROOM bytes; 0 when it is not base64 or too long. */
size_t blob_decode(const char *base64, unsigned char *out, size_t room);
/* Encodes; the caller frees the text. */
char *blob_encode(const unsigned char *bytes, size_t len);

/* Does the hashed known_hosts name "|1|SALT|HASH" mean NAME? */
bool blob_name_is(const char *hashed, const char *name);
bool blob_hide_name(const char *name, char out[128]); /* makes such a name */

#endif
