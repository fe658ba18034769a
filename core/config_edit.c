/* SPDX-License-Identifier: MIT */
/* Adding a host to the text of a configuration, so that a person finds it as it was. */
#include <string.h>

#include "core/base/json.h"
#include "core/base/json_places.h"
#include "core/config.h"

static void quoted(struct str *out, const char *text)
{
	struct str value = { 0 };

	json_add_text(&value, NULL, text);
	str_adds(out, str_text(&value));
	str_release(&value);
}

static void member(struct str *out, const char *key, const char *text)
{
	if (!text)
		return;
	str_addf(out, ", \"%s\": ", key);
	quoted(out, text);
}

static void roles(struct str *out, unsigned set)
{
	static const char *const names[] = { "backend", "proxy", "mx", "log", "store" };
	const char *comma = "";

	if (!set || set == (ROLE_BACKEND | ROLE_MX))
		return;
	str_adds(out, ", \"roles\": [");
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (set & 1u << i) {
			str_addf(out, "%s\"%s\"", comma, names[i]);
			comma = ", ";
		}
	str_addc(out, ']');
}

static void add_host(struct str *out, const struct config_host *host)
{
	const char *comma = "";

	str_adds(out, "{ \"name\": ");
	quoted(out, host->name);
	if (host->address && strcmp(host->address, host->name) != 0)
		member(out, "address", host->address);
	if (host->port)
		str_addf(out, ", \"port\": %d", host->port);
	member(out, "user", host->user);
	member(out, "identity", host->identity);
	member(out, "known_hosts", host->known_hosts);
	member(out, "become", host->become);
	roles(out, host->roles);
	if (host->tags.count) {
		str_adds(out, ", \"tags\": [");
		vec_each(&host->tags, tag) {
			str_adds(out, comma);
			quoted(out, *tag);
			comma = ", ";
		}
		str_addc(out, ']');
	}
	str_adds(out, " }");
}

/* Where the line ends that goes on at FROM; FROM itself when more than comments follows. */
static size_t line_end(const char *text, size_t len, size_t from)
{
	size_t at = from;

	while (at < len && text[at] != '\n') {
		const char *end = NULL;

		if (text[at] == ' ' || text[at] == '\t' || text[at] == '\r') {
			at++;
			continue;
		}
		if (len - at >= 2 && memcmp(text + at, "//", 2) == 0)
			end = memchr(text + at, '\n', len - at);
		else if (len - at >= 2 && memcmp(text + at, "/*", 2) == 0)
			end = memmem(text + at + 2, len - at - 2, "*/", 2);
		if (!end)
			return from;
		at = (size_t)(end - text) + (*end == '*' ? 2 : 0);
	}
	if (at > from && at < len && text[at - 1] == '\r')
		at--;
	return at < len ? at : from;
}

/* The white space that the line of AT begins with; NULL when other things stand before AT. */
static const char *indent(const char *text, size_t at, size_t *len)
{
	size_t begin = at;

	while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t'))
		begin--;
	if (begin > 0 && text[begin - 1] != '\n')
		return NULL;
	*len = at - begin;
	return text + begin;
}

static uint32_t last_member(const struct json_places *places, uint32_t parent)
{
	uint32_t last = PLACE_NONE;

	for (uint32_t i = 0; i < places->count; i++)
		if (places->items[i].parent == parent)
			last = i;
	return last;
}

/* Behind the last value inside PARENT: a comma, then, in the style of that value, what is new. */
static void insert(struct str *out, const char *old, size_t len, const struct json_places *places,
	uint32_t parent, const struct str *added)
{
	uint32_t last = last_member(places, parent);
	const struct json_place *place = &places->items[last == PLACE_NONE ? parent : last];
	size_t behind = last == PLACE_NONE ? place->begin + 1 : place->end, line_behind, spaces = 0;
	size_t begin = place->key ? (size_t)(place->key - old) - 1 : place->begin;
	const char *space = last == PLACE_NONE ? NULL : indent(old, begin, &spaces);

	line_behind = space ? line_end(old, len, behind) : behind;
	str_add(out, old, behind);
	if (last != PLACE_NONE)
		str_addc(out, ',');
	str_add(out, old + behind, line_behind - behind);
	if (space) {
		str_adds(out, memchr(old, '\r', len) ? "\r\n" : "\n");
		str_add(out, space, spaces);
	} else {
		str_addc(out, ' ');
	}
	str_add(out, added->data, added->len);
	if (last == PLACE_NONE)
		str_addc(out, ' ');
	str_add(out, old + line_behind, len - line_behind);
}

static bool is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr(" \t\r\n", text[i]))
			return false;
	return true;
}

static bool has_host(const char *old, size_t len, const char *name)
{
	struct json *document = json_parse(old, len, true, NULL);
	const struct json *hosts = json_get(document, "hosts");
	bool found = false;

	for (size_t i = 0; i < json_count(hosts) && !found; i++) {
		const char *other = json_text(json_get(json_at(hosts, i), "name"), NULL);

		found = other && strcmp(other, name) == 0;
	}
	json_free(document);
	return found;
}

static bool edit(struct str *out, const char *old, size_t len, const struct json_places *places,
	const struct config_host *host, struct err *err)
{
	uint32_t hosts = json_places_member(places, 0, "hosts");
	struct str added = { 0 };
	bool new_list = hosts == PLACE_NONE;

	if (!places->items[0].is_object)
		return err_set(err, ERR_CONFIG, "the configuration is not an object with \"hosts\"");
	if (!new_list && !places->items[hosts].is_list)
		return err_set(err, ERR_CONFIG, "line %u: hosts: expected a list",
			places->items[hosts].line);
	if (has_host(old, len, host->name))
		return err_set(err, ERR_CONFIG, "a host with the name \"%s\" is there already", host->name);
	if (new_list)
		str_adds(&added, "\"hosts\": [ ");
	add_host(&added, host);
	if (new_list)
		str_adds(&added, " ]");
	insert(out, old, len, places, new_list ? 0 : hosts, &added);
	str_release(&added);
	return true;
}

bool config_with_host(struct str *out, const char *old, size_t len, const struct config_host *host,
	struct err *err)
{
	struct json_places places;
	bool ok;

	if (is_blank(old, len)) {
		str_adds(out, "{\n  \"hosts\": [\n    ");
		add_host(out, host);
		str_adds(out, "\n  ]\n}\n");
		return true;
	}
	if (!json_places_parse(&places, old, len, err))
		return false;
	ok = edit(out, old, len, &places, host, err);
	json_places_release(&places);
	return ok;
}
