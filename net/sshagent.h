/* SPDX-License-Identifier: MIT */
/*
 * The user's ssh-agent, spoken to by ourselves. libssh would offer every key that it
 * holds, wait for it without an end, and keep a connection to it for the life of the
 * session. So the keys are listed here, and the library gets a guarded agent: a socket
 * behind which a small thread shows the keys that we want, in our order, and passes
 * signatures on, with a deadline. It ends with the login.
 */
#ifndef NET_SSHAGENT_H
#define NET_SSHAGENT_H

#include <stddef.h>

#include "core/base/err.h"
#include "core/base/vec.h"
#include "net/wait.h"

#define SSHAGENT_KEYS_MAX 256
#define SSHAGENT_FRAME_MAX ((size_t)256 << 10)

struct sshagent_key {
	char *blob; /* base64 */
	char *comment;
};

struct sshagent_keys {
	vec_of(struct sshagent_key);
};

/* Reads the agent's answer to "which keys?", without its length. */
bool sshagent_parse(struct sshagent_keys *keys, const unsigned char *bytes, size_t len,
	struct err *err);
void sshagent_keys_release(struct sshagent_keys *keys);

/* Asks the agent that listens on the socket PATH. */
bool sshagent_list(struct sshagent_keys *keys, const char *path, struct wake *wake,
	int64_t deadline_ms, struct err *err);

struct sshagent_guard;

/*
 * An agent that holds these keys only, in this order; they outlive it. *fd is the library's
 * end, which the library closes. NULL: err says why.
 */
struct sshagent_guard *sshagent_guard_new(const char *path, const struct sshagent_keys *keys,
	struct wake *wake, int *fd, struct err *err);
void sshagent_guard_free(struct sshagent_guard *guard); /* NULL is fine */

#endif
