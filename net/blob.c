/* SPDX-License-Identifier: MIT */
#include "net/blob.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/mem.h"
#include "net/hostkeys.h"

size_t blob_decode(const char *base64, unsigned char *out, size_t room)
{
	size_t len = strlen(base64), padding = 0;
	unsigned char *whole;
	int got;

	if (!len || len % 4 || len / 4 * 3 > room + 2)
		return 0;
	while (padding < 2 && base64[len - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < len - padding; i++)
		if (!isalnum((unsigned char)base64[i]) && base64[i] != '+' && base64[i] != '/')
			return 0;
	whole = mem_new(len);
	got = EVP_DecodeBlock(whole, (const unsigned char *)base64, (int)len);
	if (got < 0 || (size_t)got < padding || (size_t)got - padding > room) {
		free(whole);
		return 0;
	}
	memcpy(out, whole, (size_t)got - padding);
	free(whole);
	return (size_t)got - padding;
}

char *blob_encode(const unsigned char *bytes, size_t len)
{
	char *text = mem_new((len + 2) / 3 * 4 + 1);

	EVP_EncodeBlock((unsigned char *)text, bytes, (int)len);
	return text;
}

void hostkey_type(const char *blob, char out[64])
{
	unsigned char bytes[BLOB_MAX];
	size_t len = blob_decode(blob, bytes, sizeof(bytes)), type;

	out[0] = '\0';
	if (len < 4)
		return;
	type = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
	if (type == 0 || type >= 64 || type > len - 4)
		return;
	for (size_t i = 0; i < type; i++)
		if (!isgraph(bytes[4 + i]))
			return;
	memcpy(out, bytes + 4, type);
	out[type] = '\0';
}

void hostkey_fingerprint(const char *blob, char out[64])
{
	unsigned char bytes[BLOB_MAX], digest[SHA256_DIGEST_LENGTH];
	size_t len = blob_decode(blob, bytes, sizeof(bytes));
	char *text;

	out[0] = '\0';
	if (!len)
		return;
	SHA256(bytes, len, digest);
	text = blob_encode(digest, sizeof(digest));
	snprintf(out, 64, "SHA256:%.*s", (int)strcspn(text, "="), text);
	free(text);
}

static void hash_name(const unsigned char salt[SHA_DIGEST_LENGTH], const char *name,
	unsigned char out[SHA_DIGEST_LENGTH])
{
	unsigned len = SHA_DIGEST_LENGTH;

	HMAC(EVP_sha1(), salt, SHA_DIGEST_LENGTH, (const unsigned char *)name, strlen(name), out, &len);
}

bool blob_name_is(const char *hashed, const char *name)
{
	unsigned char salt[SHA_DIGEST_LENGTH], hash[SHA_DIGEST_LENGTH], ours[SHA_DIGEST_LENGTH];
	const char *middle = strchr(hashed + 3, '|');
	char *text;
	bool good;

	if (!middle)
		return false;
	text = mem_text_n(hashed + 3, (size_t)(middle - hashed - 3));
	good = blob_decode(text, salt, sizeof(salt)) == sizeof(salt) &&
		blob_decode(middle + 1, hash, sizeof(hash)) == sizeof(hash);
	free(text);
	if (!good)
		return false;
	hash_name(salt, name, ours);
	return memcmp(ours, hash, sizeof(hash)) == 0;
}

bool blob_hide_name(const char *name, char out[128])
{
	unsigned char salt[SHA_DIGEST_LENGTH], hash[SHA_DIGEST_LENGTH];
	char *salt_text, *hash_text;

	if (getrandom(salt, sizeof(salt), 0) != sizeof(salt))
		return false;
	hash_name(salt, name, hash);
	salt_text = blob_encode(salt, sizeof(salt));
	hash_text = blob_encode(hash, sizeof(hash));
	snprintf(out, 128, "|1|%s|%s", salt_text, hash_text);
	free(salt_text);
	free(hash_text);
	return true;
}
