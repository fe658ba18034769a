/* SPDX-License-Identifier: MIT */
/* The keys of one host, each with its reader. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/config_reading.h"

enum { NAME_MAX_BYTES = 64, ADDRESS_MAX_BYTES = 253 };

/* Names become columns, fields of options and arguments of ssh -G: no blanks, no dash first. */
static bool is_word(const char *text, size_t most, const char *forbidden)
{
	size_t len = strlen(text);

	if (len == 0 || len > most || text[0] == '-' || strpbrk(text, forbidden))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7F)
			return false;
	return true;
}

static void read_word(struct reading *reading, uint32_t place, char **out, size_t most,
	const char *forbidden, const char *expected)
{
	const char *text = reading_text(reading, place, expected);

	if (!text)
		return;
	if (!is_word(text, most, forbidden)) {
		reading_expected(reading, place, expected);
		return;
	}
	free(*out);
	*out = mem_text(text);
}

static void read_name(struct reading *reading, uint32_t place, struct config_host *host)
{
	read_word(reading, place, &host->name, NAME_MAX_BYTES, ",/@",
		"a name of at most 64 characters without blanks , / @ and not beginning with -");
}

static void read_address(struct reading *reading, uint32_t place, struct config_host *host)
{
	read_word(reading, place, &host->address, ADDRESS_MAX_BYTES, ",/@'\"`$\\;&|<>(){}*?!",
		"a host name or an IP address");
}

static void read_user(struct reading *reading, uint32_t place, struct config_host *host)
{
	read_word(reading, place, &host->user, NAME_MAX_BYTES, ",/:'\"`$\\;&|<>(){}*?!",
		"a login name");
}

static void read_port(struct reading *reading, uint32_t place, struct config_host *host)
{
	int64_t port = json_whole(reading->values[place], 0);

	if (port < 1 || port > 65535)
		reading_expected(reading, place, "a whole number from 1 to 65535");
	else
		host->port = (int)port;
}

static void read_file(struct reading *reading, uint32_t place, char **out)
{
	const char *text = reading_text(reading, place, "a path that begins with / or ~/");

	if (text) {
		free(*out);
		*out = reading_path(reading, place, text);
	}
}

static void read_identity(struct reading *reading, uint32_t place, struct config_host *host)
{
	read_file(reading, place, &host->identity);
}

static void read_known_hosts(struct reading *reading, uint32_t place, struct config_host *host)
{
	read_file(reading, place, &host->known_hosts);
}

/* "" is kept apart from NULL until the defaults are in: it says "none, whatever they say". */
static void read_become(struct reading *reading, uint32_t place, struct config_host *host)
{
	static const char expected[] = "\"sudo -n\", or \"\" for none";
	const char *text = reading_text(reading, place, expected);

	if (!text)
		return;
	if (*text && strcmp(text, "sudo -n") != 0) {
		reading_expected(reading, place, expected);
		return;
	}
	free(host->become);
	host->become = mem_text(text);
}

static unsigned role_of(const char *text)
{
	static const struct {
		const char *name;
		enum role role;
	} roles[] = { { "backend", ROLE_BACKEND }, { "proxy", ROLE_PROXY }, { "mx", ROLE_MX },
		{ "log", ROLE_LOG }, { "store", ROLE_STORE } };

	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (strcmp(roles[i].name, text) == 0)
			return roles[i].role;
	return 0;
}

static void read_roles(struct reading *reading, uint32_t place, struct config_host *host)
{
	static const char expected[] = "one of \"backend\", \"proxy\", \"mx\", \"log\", \"store\"";
	uint32_t count = (uint32_t)json_count(reading->values[place]);

	if (!count)
		reading_expected(reading, place, "a list of \"backend\", \"proxy\", \"mx\", \"log\", \"store\"");
	host->roles = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t element = json_places_element(&reading->places, place, i);
		const char *text = reading_text(reading, element, expected);

		if (!text)
			continue;
		if (!role_of(text))
			reading_expected(reading, element, expected);
		else if (host->roles & role_of(text))
			reading_problem(reading, element, "the role \"%s\" is given twice", text);
		host->roles |= role_of(text);
	}
}

static void tags_release(struct tags *tags)
{
	vec_each(tags, tag)
		free(*tag);
	vec_release(tags);
}

static void read_tags(struct reading *reading, uint32_t place, struct config_host *host)
{
	static const char expected[] = "a tag of at most 64 characters without blanks";
	uint32_t count = (uint32_t)json_count(reading->values[place]);

	if (json_kind(reading->values[place]) != JSON_LIST)
		reading_expected(reading, place, "a list of texts");
	tags_release(&host->tags);
	/* An empty list keeps the defaults' tags away; room says that it was given. */
	vec_reserve(&host->tags, count + 1);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t element = json_places_element(&reading->places, place, i);
		const char *text = reading_text(reading, element, expected);

		if (text && is_word(text, NAME_MAX_BYTES, ","))
			*vec_add(&host->tags) = mem_text(text);
		else if (text)
			reading_expected(reading, element, expected);
	}
}

const struct host_key host_keys[] = {
	{ "name", false, read_name },
	{ "address", false, read_address },
	{ "port", true, read_port },
	{ "user", true, read_user },
	{ "identity", true, read_identity },
	{ "known_hosts", true, read_known_hosts },
	{ "become", true, read_become },
	{ "roles", true, read_roles },
	{ "tags", true, read_tags },
};
const size_t host_keys_count = sizeof(host_keys) / sizeof(*host_keys);

static void default_text(char **text, const char *fallback)
{
	if (!*text)
		*text = mem_text(fallback);
}

void config_host_default(struct config_host *host, const struct config_host *defaults)
{
	default_text(&host->address, host->name);
	default_text(&host->user, defaults->user);
	default_text(&host->identity, defaults->identity);
	default_text(&host->known_hosts, defaults->known_hosts);
	default_text(&host->become, defaults->become);
	if (host->become && !*host->become) {
		free(host->become);
		host->become = NULL;
	}
	if (!host->port)
		host->port = defaults->port;
	if (!host->roles)
		host->roles = defaults->roles ? defaults->roles : ROLE_BACKEND | ROLE_MX;
	if (!host->tags.room)
		vec_each(&defaults->tags, tag)
			*vec_add(&host->tags) = mem_text(*tag);
}

void config_host_release(struct config_host *host)
{
	free(host->name);
	free(host->address);
	free(host->user);
	free(host->identity);
	free(host->known_hosts);
	free(host->become);
	tags_release(&host->tags);
	*host = (struct config_host){ 0 };
}
