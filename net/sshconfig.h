/* SPDX-License-Identifier: MIT */
/*
 * What the user's ssh would do for a host: the answer of `ssh -G`, so that ~/.ssh/config and
 * /etc/ssh/ssh_config mean here exactly what they mean to OpenSSH. The console's own
 * configuration wins over it; without an ssh program OpenSSH's defaults hold.
 *
 * Asking costs a process; so answers are kept until a configuration file changes, and
 * where no line of those files can tell hosts apart one answer serves all.
 */
#ifndef NET_SSHCONFIG_H
#define NET_SSHCONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/vec.h"
#include "core/config.h"
#include "net/wait.h"

struct paths {
	vec_of(char *);
};

enum strict_keys {
	STRICT_ASK,
	STRICT_YES,        /* an unknown key is refused */
	STRICT_ACCEPT_NEW, /* an unknown key is taken without a question */
};

struct ssh_settings {
	char *host; /* what is connected to */
	int port;
	char *user;
	struct paths identities, certificates;
	struct paths user_known_hosts, global_known_hosts;
	char *host_key_alias; /* NULL: none */
	char *proxy_jump;     /* NULL: none */
	char *proxy_command;  /* NULL: none */
	char *agent;          /* socket; NULL: none */
	bool identities_only;
	bool hash_known_hosts;
	enum strict_keys strict;
	int connect_timeout_s; /* 0: ours */
	int family;            /* AF_UNSPEC, AF_INET, AF_INET6 */
};

/* Reads the output of `ssh -G`; unknown lines are passed over. Paths stay as they are. */
bool ssh_settings_parse(struct ssh_settings *settings, const char *bytes, size_t len,
	struct err *err);
void ssh_settings_release(struct ssh_settings *settings);

/* Can lines of this ssh_config file tell hosts apart? `includes` gets the patterns of Include. */
bool sshconfig_tells_apart(const char *bytes, size_t len, struct paths *includes);

struct sshconfig;

struct sshconfig *sshconfig_new(void);
void sshconfig_free(struct sshconfig *config);

/*
 * The settings for HOST, with tokens and ~ expanded and the console's configuration
 * applied. Any thread; several may wait for `ssh -G` at once.
 */
bool sshconfig_settings(struct sshconfig *config, const struct config_host *host,
	struct wake *wake, struct ssh_settings *settings, struct err *err);

/*
 * TEXT with OpenSSH's tokens (%h %p %r %u %d %n %%) and a leading ~ expanded; the caller
 * frees it. For a shell's eyes host and user must pass sshconfig_is_plain first.
 */
char *ssh_settings_expand(const struct ssh_settings *settings, const char *text);
/* Letters, digits and ._:-@%+ only, and no dash first: harmless in a shell command line. */
bool sshconfig_is_plain(const char *text);

#endif
