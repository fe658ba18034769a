/* SPDX-License-Identifier: MIT */
/*
 * One host's worker: a thread that connects, logs in, keeps the agent's samples coming
 * and starts over when the link is lost. Only network.c makes and ends workers.
 *
 * Threads: `lock` guards what network_do leaves for the worker; everything else belongs
 * to the worker's own thread. After wake.stop is set a worker touches neither the
 * configuration nor the inbox any more, because it may outlive them (a name lookup
 * cannot be cut off).
 */
#ifndef NET_WORKER_H
#define NET_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/command.h"
#include "core/config.h"
#include "core/inbox.h"
#include "net/keyring.h"
#include "net/sshconfig.h"
#include "net/trust.h"
#include "net/turns.h"
#include "net/wait.h"

#define HANDSHAKES_DEFAULT 32
#define HANDSHAKES_THROUGH_JUMP 8
#define LOOKUPS_AT_ONCE 16

/* What all workers share. It lives until the last of them has ended. */
struct common {
	const struct config *config;
	struct inbox *inbox;
	bool samples, bare, may_ask;
	struct sshconfig *sshconfig;
	struct keyring *keyring;
	struct trust *trust;
	struct turns handshakes, lookups;
	struct turns_by_name jumps;
	atomic_uint_fast64_t prompts; /* the id of the newest */

	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t changed;
	unsigned users; /* the network and its workers */
	unsigned running;
	bool given_up; /* the network is gone; who still runs cleans up after itself */
};

struct worker {
	struct common *common;
	uint32_t index; /* of the host */
	struct config_host host; /* the worker's own copy */
	pthread_t thread;
	struct wake wake;
	bool ended; /* under common->lock */

	pthread_mutex_t lock;
	struct commands commands; /* requests for the agent */
	bool reconnect;
	uint64_t asked; /* the prompt that is open; 0: none */
	bool answered, yes;
	char *answer;

	struct turns *turns[2]; /* held during a handshake */
	unsigned failures;      /* in a row, for the back-off */
};

struct common *common_new(const struct config *config, struct inbox *inbox, int handshakes);
void common_give_back(struct common *common); /* by each user once */

struct worker *worker_new(struct common *common, uint32_t index, struct err *err);
bool worker_start(struct worker *worker, struct err *err);
void worker_free(struct worker *worker); /* only after its thread ended, or never began */

/* From the UI thread. */
void worker_do(struct worker *worker, struct command *command);

/* From the worker's own thread: messages. */
uint64_t worker_post(struct worker *worker, struct message *message);
void worker_link(struct worker *worker, enum link_state state, int64_t retry_ms,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
void worker_did(struct worker *worker, const char *what, const char *detail);

/*
 * Asks a person and waits for the answer, however long it takes; the turn to shake hands is
 * given back meanwhile. Fails with ERR_REFUSED when nobody can be asked (`instead` says
 * what to do then), with ERR_CANCELLED at the end. The text (NULL for a no) is the caller's
 * to overwrite and free.
 */
bool worker_ask(struct worker *worker, const struct prompt *prompt, const char *instead, bool *yes,
	char **text, struct err *err);
void secret_free(char *secret); /* overwrites it first; NULL is fine */

/* Turns of a handshake: through a jump host also that host's. */
bool worker_turn_take(struct worker *worker, const char *jump, struct err *err);
void worker_turn_give(struct worker *worker);

#endif
