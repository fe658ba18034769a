/* SPDX-License-Identifier: MIT */
/*
 * Host keys by our own reading of known_hosts, in every form that OpenSSH knows: plain
 * names, wildcards, negation, "[host]:port", hashed names, @revoked, @cert-authority, tabs, lines
 * of any length. A line that cannot be read is passed over and hides nothing. Several
 * files are read into one list; nothing about their order matters.
 *
 * A key is its base64 blob, as in the file; its type is inside it.
 */
#ifndef NET_HOSTKEYS_H
#define NET_HOSTKEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/base/vec.h"

enum hostkey_marker { HOSTKEY_PLAIN, HOSTKEY_MARK_REVOKED, HOSTKEY_MARK_AUTHORITY };

struct hostkey {
	enum hostkey_marker marker;
	char *hosts; /* patterns, or one hashed name */
	char *type;
	char *blob;
};

struct hostkeys {
	vec_of(struct hostkey);
	size_t passed_over; /* lines that could not be read */
};

enum hostkey_verdict {
	HOSTKEY_KNOWN,
	HOSTKEY_UNKNOWN,
	HOSTKEY_CHANGED,   /* other keys are known for this host */
	HOSTKEY_REVOKED,   /* this key is marked as revoked */
	HOSTKEY_AUTHORITY, /* only certificates are trusted for it; we cannot check those */
};

void hostkeys_parse(struct hostkeys *keys, const char *bytes, size_t len); /* adds */
/* As hostkeys_parse, of a file of at most 16 MiB; one that is not there holds nothing. */
bool hostkeys_read(struct hostkeys *keys, const char *path, struct err *err);
void hostkeys_release(struct hostkeys *keys);

/*
 * Judges BLOB of NAME (as people wrote it, or its HostKeyAlias) and PORT (0 or 22: no port
 * in the name). For CHANGED, `expected` gets the fingerprints of what is known.
 */
enum hostkey_verdict hostkeys_check(const struct hostkeys *keys, const char *name, int port,
	const char *blob, struct str *expected);

/* Host key algorithms to offer, best first: those of known keys, then the others we take. */
void hostkeys_algorithms(const struct hostkeys *keys, const char *name, int port,
	struct str *out);

/* "SHA256:…", and the type that a blob names; "" when it is no blob. */
void hostkey_fingerprint(const char *blob, char out[64]);
void hostkey_type(const char *blob, char out[64]);

/*
 * Adds a line to the file, which is made with its folder if needed (0600, 0700). Several
 * processes may do this at once. HASHED hides the name, as ssh's HashKnownHosts.
 */
bool hostkeys_append(const char *path, const char *name, int port, const char *blob, bool hashed,
	struct err *err);

#endif
