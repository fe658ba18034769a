/* SPDX-License-Identifier: MIT */
/* The pure half: reading what ssh says and what its files hold. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "net/sshconfig.h"

#define WORDS_MAX 100

static void paths_release(struct paths *paths)
{
	vec_each(paths, path)
		free(*path);
	vec_release(paths);
}

void ssh_settings_release(struct ssh_settings *settings)
{
	free(settings->host);
	free(settings->user);
	free(settings->host_key_alias);
	free(settings->proxy_jump);
	free(settings->proxy_command);
	free(settings->agent);
	paths_release(&settings->identities);
	paths_release(&settings->certificates);
	paths_release(&settings->user_known_hosts);
	paths_release(&settings->global_known_hosts);
	*settings = (struct ssh_settings){ 0 };
}

static void text_set(char **to, const char *value)
{
	free(*to);
	*to = strcmp(value, "none") == 0 ? NULL : mem_text(value);
}

static void words_add(struct paths *paths, const char *value)
{
	while (*value && paths->count < WORDS_MAX) {
		size_t len = strcspn(value, " ");

		if (len && !(len == 4 && memcmp(value, "none", 4) == 0))
			*vec_add(paths) = mem_text_n(value, len);
		value += len + (value[len] == ' ');
	}
}

static void one_add(struct paths *paths, const char *value)
{
	if (strcmp(value, "none") != 0 && paths->count < WORDS_MAX)
		*vec_add(paths) = mem_text(value);
}

static bool number(int *out, const char *value, long most)
{
	char *end;
	long parsed = strtol(value, &end, 10);

	if (end == value || *end || parsed < 0 || parsed > most)
		return false;
	*out = (int)parsed;
	return true;
}

static bool is_yes(const char *value)
{
	return strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
}

static enum strict_keys strict_of(const char *value)
{
	if (is_yes(value))
		return STRICT_YES;
	if (strcmp(value, "ask") == 0)
		return STRICT_ASK;
	/* "no" would take a changed key; that never happens here. */
	return STRICT_ACCEPT_NEW;
}

static int family_of(const char *value)
{
	if (strcmp(value, "inet") == 0)
		return AF_INET;
	return strcmp(value, "inet6") == 0 ? AF_INET6 : AF_UNSPEC;
}

static bool apply(struct ssh_settings *settings, const char *key, const char *value)
{
	if (strcmp(key, "hostname") == 0)
		text_set(&settings->host, value);
	else if (strcmp(key, "port") == 0)
		return number(&settings->port, value, 65535) && settings->port > 0;
	else if (strcmp(key, "user") == 0)
		text_set(&settings->user, value);
	else if (strcmp(key, "identityfile") == 0)
		one_add(&settings->identities, value);
	else if (strcmp(key, "certificatefile") == 0)
		one_add(&settings->certificates, value);
	else if (strcmp(key, "identitiesonly") == 0)
		settings->identities_only = is_yes(value);
	else if (strcmp(key, "userknownhostsfile") == 0)
		words_add(&settings->user_known_hosts, value);
	else if (strcmp(key, "globalknownhostsfile") == 0)
		words_add(&settings->global_known_hosts, value);
	else if (strcmp(key, "stricthostkeychecking") == 0)
		settings->strict = strict_of(value);
	else if (strcmp(key, "hashknownhosts") == 0)
		settings->hash_known_hosts = is_yes(value);
	else if (strcmp(key, "hostkeyalias") == 0)
		text_set(&settings->host_key_alias, value);
	else if (strcmp(key, "proxyjump") == 0)
		text_set(&settings->proxy_jump, value);
	else if (strcmp(key, "proxycommand") == 0)
		text_set(&settings->proxy_command, value);
	else if (strcmp(key, "identityagent") == 0)
		text_set(&settings->agent, value);
	else if (strcmp(key, "connecttimeout") == 0)
		return strcmp(value, "none") == 0 || number(&settings->connect_timeout_s, value, 86400);
	else if (strcmp(key, "addressfamily") == 0)
		settings->family = family_of(value);
	return true;
}

bool ssh_settings_parse(struct ssh_settings *out, const char *bytes, size_t len, struct err *err)
{
	struct ssh_settings settings = { .port = 22, .agent = mem_text("SSH_AUTH_SOCK") };
	const char *end = bytes + len;
	bool ok = true;

	while (ok && bytes < end) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
		char *line = mem_text_n(bytes, (size_t)((stop ? stop : end) - bytes));
		char *value = strchr(line, ' ');

		if (value) {
			*value++ = '\0';
			ok = apply(&settings, line, value);
			if (!ok)
				err_set(err, ERR_DATA, "ssh -G says %.40s %.80s, which makes no sense", line, value);
		}
		free(line);
		bytes = stop ? stop + 1 : end;
	}
	if (ok)
		*out = settings;
	else
		ssh_settings_release(&settings);
	return ok;
}

/* Keyword and arguments of one line; a '=' may stand between them. */
static const char *keyword(const char *line, size_t *len)
{
	while (isspace((unsigned char)*line))
		line++;
	*len = strcspn(line, " \t\r=");
	return line;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(text, word, len) == 0;
}

static const char *arguments(const char *rest)
{
	return rest + strspn(rest, " \t=");
}

static bool line_tells(const char *line, struct paths *includes)
{
	size_t len;
	const char *key = keyword(line, &len);
	const char *value = arguments(key + len);

	if (!len || *key == '#')
		return false;
	if (is_word(key, len, "include")) {
		/* Quotes in an Include are rare enough to be careful about. */
		if (strchr(value, '"'))
			return true;
		for (const char *at = value; *at;) {
			size_t word = strcspn(at, " \t\r");

			if (word && includes->count < WORDS_MAX)
				*vec_add(includes) = mem_text_n(at, word);
			at += word + (at[word] != '\0');
		}
		return false;
	}
	if (is_word(key, len, "host"))
		return strcspn(value, " \t\r#") != 1 || *value != '*' || value[1 + strspn(value + 1, " \t\r")];
	return is_word(key, len, "match") || is_word(key, len, "hostname") ||
		(len >= 12 && strncasecmp(key, "canonicalize", 12) == 0);
}

bool sshconfig_tells_apart(const char *bytes, size_t len, struct paths *includes)
{
	const char *end = bytes + len;
	bool tells = false;

	while (!tells && bytes < end) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
		char *line = mem_text_n(bytes, (size_t)((stop ? stop : end) - bytes));

		tells = line_tells(line, includes);
		free(line);
		bytes = stop ? stop + 1 : end;
	}
	return tells;
}

bool sshconfig_is_plain(const char *text)
{
	if (*text == '-' || !*text)
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("._:-@%+", *text))
			return false;
	return true;
}
