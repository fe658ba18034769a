/* SPDX-License-Identifier: MIT */
/*
 * Short requests beside the samples, each on a stream of its own: where mailboxes lie, which
 * there are, what the agent's doctor finds, checks and jobs. At most REQUESTS_AT_ONCE of a host run, the
 * others wait. Each is answered, with an error if need be.
 */
#ifndef NET_REQUESTS_H
#define NET_REQUESTS_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/base/vec.h"
#include "core/command.h"
#include "net/remote.h"
#include "net/worker.h"

#define REQUESTS_AT_ONCE 4
#define REQUEST_MS 120000

struct request_kind;

struct request {
	const struct request_kind *kind;
	struct command command;
	int answered; /* of command.answers */
	struct remote remote;
	struct message *message; /* the answer so far */
	int64_t deadline_ms;
};

struct requests {
	vec_of(struct request);
};

/* Takes what the command owns. */
void requests_start(struct requests *requests, struct worker *worker, struct session *session,
	struct command *command);
/* After each pump: reads answers and posts those that are whole. */
void requests_step(struct requests *requests, struct worker *worker);
int64_t requests_deadline(const struct requests *requests); /* INT64_MAX: none */
void requests_end(struct requests *requests, struct worker *worker, const char *why);

/* Answers a command that cannot be carried out. */
void request_refuse(struct worker *worker, struct command *command, const char *why);

void request_drop(struct command *command); /* frees what it owns */

#endif
