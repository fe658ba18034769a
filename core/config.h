/* SPDX-License-Identifier: MIT */
/*
 * The configuration file: JSON with comments, read strictly. Unknown keys, wrong types,
 * duplicate keys and hosts, and values out of range are errors; all of them are
 * reported at once, each with file, line and path ("hosts[3].port"), and what was expected.
 *
 *	{
 *	  "defaults": { "user": "root", "identity": "~/.ssh/id_ed25519", … },
 *	  "hosts": [
 *	    { "name": "mail03", "address": "mail03.example.org", "port": 22, "user": "ops",
 *	      "identity": "~/.ssh/mail", "known_hosts": "~/.ssh/known_hosts",
 *	      "become": "sudo -n", "roles": ["backend", "mx"], "tags": ["rack4"] }
 *	  ],
 *	  "interval_ms": 2000,
 *	  "mailboxes_from": "userdb",          // or "sessions", "glob:PATTERN", "file:PATH"
 *	  "store_directory": "~/.local/state/mailmend"
 *	}
 *
 * "defaults" holds any host key but name and address. Only "hosts" is needed, and in a
 * host only "name" (the address is then the name). A host takes a default back with "become": ""
 * or "tags": []. Two hosts may have the same address (other users, jump hosts), not the same name. A configuration is read once and
 * never changed; everything in it lives until config_release.
 */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/base/vec.h"

enum role {
	ROLE_BACKEND = 1 << 0,
	ROLE_PROXY = 1 << 1,
	ROLE_MX = 1 << 2,
	ROLE_LOG = 1 << 3,
	ROLE_STORE = 1 << 4,
};

/* Where the list of all mailboxes comes from. */
enum mailboxes_from {
	FROM_SESSIONS, /* only those seen in sessions and logs (the default) */
	FROM_USERDB,   /* doveadm user '*' on the backends */
	FROM_GLOB,     /* homes that match a pattern on the backends */
	FROM_FILE,     /* a file on the backends, one mailbox a line */
};

struct tags {
	vec_of(char *);
};

struct config_host {
	char *name;        /* unique; how people call it */
	char *address;     /* what is connected to; never NULL */
	int port;          /* 0: what ssh would use */
	char *user;        /* NULL: what ssh would use */
	char *identity;    /* key file, ~ expanded; NULL: what ssh would use */
	char *known_hosts; /* file, ~ expanded; NULL: what ssh would use */
	char *become;      /* NULL or "sudo -n" */
	unsigned roles;    /* of enum role; ROLE_BACKEND | ROLE_MX when not given */
	struct tags tags;
};

struct config {
	char *path; /* the file it was read from */
	struct {
		vec_of(struct config_host);
	} hosts;
	int interval_ms; /* 200 … 3,600,000; default 2,000 */
	enum mailboxes_from mailboxes_from;
	char *mailboxes_source; /* pattern or path, NULL for the others */
	char *store_directory;  /* never NULL */
};

/* What the environment has to say, gathered by main; core reads no environment. */
struct config_places {
	const char *home;        /* $HOME */
	const char *config_home; /* $XDG_CONFIG_HOME, or NULL */
	const char *state_home;  /* $XDG_STATE_HOME, or NULL */
};

/* The default path of the configuration. The caller frees it. */
char *config_default_path(const struct config_places *places);

/*
 * Parses LEN bytes that were read from PATH (used in messages). On failure `problems`
 * holds one line for each mistake, and err the first of them and how many there are.
 */
bool config_parse(struct config *config, const char *path, const char *bytes, size_t len,
	const struct config_places *places, struct str *problems, struct err *err);

/* As config_parse, from a file of at most 4 MiB. */
bool config_read(struct config *config, const char *path, const struct config_places *places,
	struct str *problems, struct err *err);

/* The text of a configuration of one host, or the given text with one host more; comments and
 * layout of the old text are kept. Fails when a host of that name is there. */
bool config_with_host(struct str *out, const char *old, size_t len,
	const struct config_host *host, struct err *err);

void config_release(struct config *config);

#endif
