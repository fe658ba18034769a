/* SPDX-License-Identifier: MIT */
/*
 * Dovecot's anvil process knows every session. Its answer to CONNECT-DUMP, as it comes
 * over its socket, in both generations:
 *
 *	2.3	service/address/user TAB pid TAB count
 *	2.4	pid TAB user TAB service TAB address TAB connection TAB address asked for …
 *
 * An empty line ends it; in 2.4 a line of names, mostly empty, stands before it, which is no
 * part of it here. Here two dumps become what a sample holds: sessions that came and
 * went, under numbers of our own that are never used twice; and the processes that
 * the agent shall start or stop to watch.
 */
#ifndef CORE_ANVIL_H
#define CORE_ANVIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/sample.h"

#define ANVIL_COUNT_MAX 10000 /* sessions of one user and address in one process */

enum anvil_version {
	ANVIL_1 = 1, /* Dovecot 2.3 */
	ANVIL_2 = 2, /* Dovecot 2.4 */
};

struct anvil_session {
	uint64_t id;
	char *mailbox, *service, *address;
	char *connection; /* "" in version 1 */
	int32_t pid;
	uint32_t nth; /* tells apart what is equal otherwise */
};

struct anvil_sessions {
	vec_of(struct anvil_session);
};

/* What is known of one host. All zero knows nothing. */
struct anvil {
	struct anvil_sessions known; /* sorted */
	struct str dump;             /* the text it was read from */
	uint64_t ids;                /* the newest one given */
};

void anvil_release(struct anvil *anvil);

/* Which version a Dovecot speaks, by its version text ("2.3.19.1 (…)"). */
enum anvil_version anvil_version_of(const char *dovecot);

/* Parses a dump; sorted, ids are 0. A line that is not of the protocol is an error. */
bool anvil_parse(struct anvil_sessions *out, enum anvil_version version, const char *bytes,
	size_t len, struct err *err);
void anvil_sessions_release(struct anvil_sessions *sessions);

/*
 * Takes a new dump. What came and went is added to the sample; with FULL the sample gets all
 * sessions and no `gone`. `pids` gets a request for the agent, without its line's end
 * ("pids\t+12\t-9"), or nothing when the same processes run.
 */
bool anvil_take(struct anvil *anvil, enum anvil_version version, const char *bytes, size_t len,
	bool full, struct sample *sample, struct str *pids, struct err *err);

#endif
