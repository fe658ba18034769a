/* SPDX-License-Identifier: MIT */
/*
 * One SSH session and its streams (channels), over a connected descriptor. Everything is
 * non-blocking inside and is driven by session_pump, which waits for the session or the
 * wake to have something, at most until a deadline. One thread uses a session.
 *
 * A stream is a channel; it is started by stream_exec or stream_unix and goes on by itself at each pump:
 * what stream_write took is sent as the window allows (already before the host has
 * confirmed, which saves a round trip), what comes is found in stream_in and _err. The
 * caller takes bytes out of there after every pump; what exceeds the bound is cut off and
 * marked, so that a flood is an error and no memory.
 */
#ifndef NET_SESSION_H
#define NET_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "net/wait.h"

#define STREAMS_MAX 8 /* OpenSSH's MaxSessions is 10 */
#define STREAM_IN_MAX ((size_t)1 << 20)
#define STREAM_ERR_MAX ((size_t)4096)

struct session;
struct stream;

struct session_options {
	int fd;                /* connected; the session closes it */
	const char *host;      /* for the library's own messages */
	const char *user;
	const char *key_types; /* host key algorithms in order of preference, comma-separated */
	struct wake *wake;     /* outlives the session */
};

/* Never NULL. */
struct session *session_new(const struct session_options *options);
void session_free(struct session *session); /* NULL is fine; never waits */

/* Banners and key exchange. */
bool session_handshake(struct session *session, int64_t deadline_ms, struct err *err);

/* The host's key: its base64 blob, which the caller frees. */
bool session_host_key(struct session *session, char **blob, struct err *err);

/*
 * Waits for something to happen: bytes, a state that changed, a wake. True also at the
 * deadline. Fails when the session is dead (ERR_AWAY) or the worker shall stop (ERR_CANCELLED).
 */
bool session_pump(struct session *session, int64_t deadline_ms, struct err *err);

/* When the host was last heard of: any byte from its sshd. */
int64_t session_heard_ms(const struct session *session);
/* Asks the host's sshd for a sign of life. */
void session_probe(struct session *session);

/* The library's session, for login.c. */
struct ssh_session_struct *session_handle(struct session *session);
/* Fails, with the reason that the host or the library gave, once the session is dead. */
bool session_alive(struct session *session, struct err *err);

enum stream_state {
	STREAM_STARTING,
	STREAM_RUNNING,
	STREAM_REFUSED, /* could not be opened: stream_why */
	STREAM_ENDED,   /* end of output: closed, or exited */
};

/* Both fail softly: a stream of state STREAM_REFUSED. COMMAND and PATH are copied. */
struct stream *stream_exec(struct session *session, const char *command);
struct stream *stream_unix(struct session *session, const char *path);
void stream_free(struct stream *stream); /* NULL is fine */

void stream_write(struct stream *stream, const char *bytes, size_t len);
void stream_end(struct stream *stream); /* end of input behind what was written */
size_t stream_unsent(const struct stream *stream);

enum stream_state stream_state(const struct stream *stream);
const char *stream_why(const struct stream *stream);
int stream_exit(const struct stream *stream); /* -1: none yet, or a signal */
struct str *stream_in(struct stream *stream);
const struct str *stream_err(const struct stream *stream);

#endif
