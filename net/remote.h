/* SPDX-License-Identifier: MIT */
/*
 * The agent on a host: started there, sent there first if this build is not there yet.
 *
 * A remote command is always one of a few texts known when this program was built; what
 * varies goes over standard input. It is made for whatever login shell there is (csh and fish
 * among them): one line, one pair of single quotes, and /bin/sh does the rest.
 */
#ifndef NET_REMOTE_H
#define NET_REMOTE_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/config.h"
#include "core/sample.h"
#include "net/lines.h"
#include "net/session.h"

#define REMOTE_ANSWER_MAX ((size_t)64 << 20) /* bytes of one answer */

enum remote_sub {
	REMOTE_SAMPLE,
	REMOTE_STORES,
	REMOTE_MAILBOXES,
	REMOTE_DOCTOR,
	REMOTE_CHECK,
	REMOTE_JOB,
};

/* A subcommand of the agent that runs. */
struct remote {
	struct stream *stream;
	struct lines lines;
	bool greeted; /* its hello was read */
	unsigned noise; /* lines before it: what a login shell printed */
	const char *host; /* its name, for what to do */
	enum remote_sub sub;
};

/* Starts it on HOST, which outlives it, without waiting. */
void remote_start(struct remote *remote, struct session *session, enum remote_sub sub,
	const struct config_host *host);
void remote_stop(struct remote *remote);

enum remote_news {
	REMOTE_NOTHING, /* no more lines now */
	REMOTE_LINE,    /* *line is an answer */
	REMOTE_HELLO,   /* the first line, in *hello */
	REMOTE_MISSING, /* this build is not on the host */
	REMOTE_OVER,    /* it ended or misbehaved: err says how */
};

/* What has come; to be called after a pump until there is nothing. */
enum remote_news remote_read(struct remote *remote, const char **line, size_t *len,
	struct sample_hello *hello, struct err *err);

/* Sends the agent to the host; waits. */
bool remote_send(struct session *session, int64_t deadline_ms, struct err *err);

/* Runs COMMAND with INPUT to its end; OUT and WORDS (of standard error) may be NULL. */
bool remote_run(struct session *session, const char *command, const char *input, size_t len,
	struct str *out, struct str *words, int *code, int64_t deadline_ms, struct err *err);

/* Foreign text on one line, without control characters. */
void remote_tidy(struct str *out, const char *text);

#endif
