/* SPDX-License-Identifier: MIT */
/*
 * Is this the host that we know? The known_hosts files of all hosts, read once and again when
 * they change, and the decision about a key that a host shows.
 */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include "core/base/err.h"
#include "core/base/str.h"
#include "net/sshconfig.h"

struct trust;
struct worker;

struct trust *trust_new(void);
void trust_free(struct trust *trust);

/* Host key algorithms to offer to this host, best first. */
bool trust_algorithms(struct trust *trust, const struct ssh_settings *settings, struct str *out,
	struct err *err);

/*
 * Judges the key BLOB. A person is asked about an unknown one and the answer is kept in
 * the user's file. Fails with ERR_REFUSED and a sentence with all fingerprints.
 */
bool trust_check(struct trust *trust, const struct ssh_settings *settings, const char *blob,
	struct worker *worker, struct err *err);

#endif
