/* SPDX-License-Identifier: MIT */
/*
 * The user's private keys, read once for all hosts: a passphrase is asked for once a file,
 * whoever needs it first. What it unlocked stays in memory while the keyring lives; each
 * login gets a copy of its own.
 */
#ifndef NET_KEYRING_H
#define NET_KEYRING_H

#include <stdbool.h>

#include "core/base/err.h"

struct keyring;
struct ssh_key_struct;

struct keyring *keyring_new(void);
void keyring_free(struct keyring *keyring);

enum keyring_state {
	KEYRING_READY,  /* *key is a copy, free it with ssh_key_free */
	KEYRING_LOCKED, /* it needs a passphrase, and nobody is asking for it */
	KEYRING_ASKED,  /* somebody else is being asked for its passphrase */
	KEYRING_BARRED, /* nobody knew its passphrase; keyring_forget lets it be asked again */
	KEYRING_ABSENT, /* no such file */
	KEYRING_BAD,    /* not usable: err says why */
};

enum keyring_state keyring_get(struct keyring *keyring, const char *path,
	struct ssh_key_struct **key, struct err *err);

/* Of those who see LOCKED, one may ask; it must settle afterwards. */
bool keyring_claim(struct keyring *keyring, const char *path);
bool keyring_unlock(struct keyring *keyring, const char *path, const char *passphrase);
void keyring_settle(struct keyring *keyring, const char *path, bool barred);
void keyring_forget(struct keyring *keyring); /* bars are lifted */

/* The public half from PATH.pub or from PATH itself, without a passphrase; NULL: unknown. */
struct ssh_key_struct *keyring_public(const char *path);
/* A copy of the private key with the certificate from CERTIFICATE; NULL when they do not fit. */
struct ssh_key_struct *keyring_certified(struct ssh_key_struct *key, const char *certificate);

#endif
