/* SPDX-License-Identifier: MIT */
#include "net/keyring.h"

#include <errno.h>
#include <libssh/libssh.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/base/vec.h"

struct held {
	char *path;
	struct timespec changed;
	enum keyring_state state; /* ABSENT is never held */
	ssh_key key;              /* READY */
	struct err why;           /* BAD */
};

struct keyring {
	pthread_mutex_t lock;
	vec_of(struct held);
};

struct keyring *keyring_new(void)
{
	struct keyring *keyring = mem_new(sizeof(*keyring));

	pthread_mutex_init(&keyring->lock, NULL);
	return keyring;
}

void keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	vec_each(keyring, held) {
		ssh_key_free(held->key);
		free(held->path);
	}
	vec_release(keyring);
	pthread_mutex_destroy(&keyring->lock);
	free(keyring);
}

/* Called for an encrypted key only; that it is called is what we want to know. */
static int want_passphrase(const char *prompt, char *buf, size_t len, int echo, int verify,
	void *context)
{
	bool *wanted = context;

	(void)prompt, (void)buf, (void)len, (void)echo, (void)verify;
	*wanted = true;
	return -1;
}

static void read_key(struct held *held, const struct stat *status)
{
	bool encrypted = false;

	if (status->st_uid == getuid() && (status->st_mode & 077)) {
		held->state = KEYRING_BAD;
		err_set(&held->why, ERR_RIGHTS, "key %s can be read by others (mode %03o); chmod 600 it",
			held->path, status->st_mode & 0777);
		return;
	}
	if (ssh_pki_import_privkey_file(held->path, NULL, want_passphrase, &encrypted, &held->key) ==
		SSH_OK) {
		held->state = KEYRING_READY;
		return;
	}
	held->key = NULL;
	held->state = encrypted ? KEYRING_LOCKED : KEYRING_BAD;
	if (!encrypted)
		err_set(&held->why, ERR_DATA, "key %s cannot be read or is no private key", held->path);
}

static struct held *find(struct keyring *keyring, const char *path)
{
	vec_each(keyring, held)
		if (strcmp(held->path, path) == 0)
			return held;
	return NULL;
}

static struct held *look(struct keyring *keyring, const char *path, const struct stat *status)
{
	struct held *held = find(keyring, path);

	if (held && held->changed.tv_sec == status->st_mtim.tv_sec &&
		held->changed.tv_nsec == status->st_mtim.tv_nsec)
		return held;
	if (!held) {
		held = vec_add(keyring);
		held->path = mem_text(path);
	}
	ssh_key_free(held->key);
	held->key = NULL;
	held->changed = status->st_mtim;
	read_key(held, status);
	return held;
}

enum keyring_state keyring_get(struct keyring *keyring, const char *path, ssh_key *key,
	struct err *err)
{
	struct stat status;
	const struct held *held;
	enum keyring_state state;

	if (stat(path, &status) < 0)
		return KEYRING_ABSENT;
	pthread_mutex_lock(&keyring->lock);
	held = look(keyring, path, &status);
	state = held->state;
	if (state == KEYRING_READY) {
		*key = ssh_key_dup(held->key);
		if (!*key)
			state = KEYRING_ABSENT;
	} else if (state == KEYRING_BAD) {
		*err = held->why;
	}
	pthread_mutex_unlock(&keyring->lock);
	return state;
}

bool keyring_claim(struct keyring *keyring, const char *path)
{
	struct held *held;
	bool mine;

	pthread_mutex_lock(&keyring->lock);
	held = find(keyring, path);
	mine = held && held->state == KEYRING_LOCKED;
	if (mine)
		held->state = KEYRING_ASKED;
	pthread_mutex_unlock(&keyring->lock);
	return mine;
}

bool keyring_unlock(struct keyring *keyring, const char *path, const char *passphrase)
{
	struct held *held;
	ssh_key key = NULL;

	/* Deriving the key takes a tenth of a second on purpose: not under the lock. */
	if (ssh_pki_import_privkey_file(path, passphrase, NULL, NULL, &key) != SSH_OK)
		return false;
	pthread_mutex_lock(&keyring->lock);
	held = find(keyring, path);
	if (held && !held->key) {
		held->key = key;
		held->state = KEYRING_READY;
		key = NULL;
	}
	pthread_mutex_unlock(&keyring->lock);
	ssh_key_free(key);
	return true;
}

void keyring_settle(struct keyring *keyring, const char *path, bool barred)
{
	struct held *held;

	pthread_mutex_lock(&keyring->lock);
	held = find(keyring, path);
	if (held && held->state == KEYRING_ASKED)
		held->state = barred ? KEYRING_BARRED : KEYRING_LOCKED;
	pthread_mutex_unlock(&keyring->lock);
}

void keyring_forget(struct keyring *keyring)
{
	pthread_mutex_lock(&keyring->lock);
	vec_each(keyring, held)
		if (held->state == KEYRING_BARRED)
			held->state = KEYRING_LOCKED;
	pthread_mutex_unlock(&keyring->lock);
}

ssh_key keyring_public(const char *path)
{
	struct str name = { 0 };
	ssh_key key = NULL;

	str_addf(&name, "%s.pub", path);
	if (ssh_pki_import_pubkey_file(str_text(&name), &key) != SSH_OK &&
		ssh_pki_import_pubkey_file(path, &key) != SSH_OK)
		key = NULL;
	str_release(&name);
	return key;
}

ssh_key keyring_certified(struct ssh_key_struct *key, const char *certificate)
{
	ssh_key cert = NULL, copy = NULL;

	if (access(certificate, R_OK) != 0 ||
		ssh_pki_import_cert_file(certificate, &cert) != SSH_OK)
		return NULL;
	copy = ssh_key_dup(key);
	if (copy && ssh_pki_copy_cert_to_privkey(cert, copy) != SSH_OK) {
		ssh_key_free(copy);
		copy = NULL;
	}
	ssh_key_free(cert);
	return copy;
}
