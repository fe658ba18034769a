/* SPDX-License-Identifier: MIT */
/*
 * One pass over all values in order of appearance, so that mistakes are told in the order of
 * the file; then what can only be known at its end.
 */
#include "core/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/config_reading.h"

enum { PROBLEMS_SHOWN = 100, INTERVAL_LEAST = 200, INTERVAL_MOST = 3600000, INTERVAL = 2000 };
static const size_t file_max = (size_t)4 << 20;

bool reading_problem(struct reading *reading, uint32_t place, const char *format, ...)
{
	struct str line = { .bound = 2000 }, where = { .bound = 400 };
	va_list args;

	if (reading->count++ < PROBLEMS_SHOWN) {
		json_places_path(&reading->places, place, &where);
		str_addf(&line, "%s:%u: ", reading->path,
			place == PLACE_NONE ? 1 : reading->places.items[place].line);
		if (where.len)
			str_addf(&line, "%s: ", str_text(&where));
		va_start(args, format);
		str_addv(&line, format, args);
		va_end(args);
		if (reading->count == 1)
			err_set(reading->err, ERR_CONFIG, "%s", str_text(&line));
		str_addf(reading->problems, "%s\n", str_text(&line));
		str_release(&line);
		str_release(&where);
	}
	return false;
}

bool reading_expected(struct reading *reading, uint32_t place, const char *expected)
{
	const struct json_place *here = &reading->places.items[place];
	const char *raw = reading->bytes + here->begin;
	size_t len = here->end - here->begin, shown = len < 60 ? len : 60;

	if (here->is_list || here->is_object)
		return reading_problem(reading, place, "expected %s, found %s", expected,
			here->is_object ? "an object" : len == 2 ? "an empty list" : "a list");
	/* Cut between characters. */
	while (shown < len && shown > 0 && ((unsigned char)raw[shown] & 0xC0) == 0x80)
		shown--;
	return reading_problem(reading, place, "expected %s, found %.*s%s", expected, (int)shown, raw,
		shown < len ? "…" : "");
}

const char *reading_text(struct reading *reading, uint32_t place, const char *expected)
{
	const char *text = json_text(reading->values[place], NULL);

	if (!text)
		reading_expected(reading, place, expected);
	return text;
}

char *reading_path(struct reading *reading, uint32_t place, const char *text)
{
	const char *home = reading->environment->home;
	bool tilde = text[0] == '~' && (text[1] == '/' || !text[1]);
	struct str out = { 0 };

	if (text[0] == '/')
		return mem_text(text);
	if (!tilde) {
		reading_expected(reading, place, "a path that begins with / or ~/");
		return NULL;
	}
	if (!home || home[0] != '/') {
		reading_problem(reading, place, "~ has no meaning because HOME is not set; write the whole path");
		return NULL;
	}
	str_addf(&out, "%s%s", home, text + 1);
	return str_take(&out);
}

static void read_interval(struct reading *reading, uint32_t place, struct config *config)
{
	int64_t interval = json_whole(reading->values[place], 0);

	if (interval < INTERVAL_LEAST || interval > INTERVAL_MOST)
		reading_expected(reading, place, "a whole number from 200 to 3600000 (milliseconds)");
	else
		config->interval_ms = (int)interval;
}

static void read_mailboxes_from(struct reading *reading, uint32_t place, struct config *config)
{
	static const char expected[] =
		"\"sessions\", \"userdb\", \"glob:/PATTERN\" with a *, or \"file:/PATH\"";
	const char *text = reading_text(reading, place, expected), *colon;

	if (!text)
		return;
	free(config->mailboxes_source);
	config->mailboxes_source = NULL;
	colon = strchr(text, ':');
	if (strcmp(text, "sessions") == 0)
		config->mailboxes_from = FROM_SESSIONS;
	else if (strcmp(text, "userdb") == 0)
		config->mailboxes_from = FROM_USERDB;
	else if (strncmp(text, "glob:/", 6) == 0 && strchr(text, '*') && !strpbrk(text, "\n\r"))
		config->mailboxes_from = FROM_GLOB;
	else if (strncmp(text, "file:/", 6) == 0 && !strpbrk(text, "\n\r"))
		config->mailboxes_from = FROM_FILE;
	else
		reading_expected(reading, place, expected);
	if (colon)
		config->mailboxes_source = mem_text(colon + 1);
}

static void read_store_directory(struct reading *reading, uint32_t place, struct config *config)
{
	const char *text = reading_text(reading, place, "a path that begins with / or ~/");

	if (!text)
		return;
	free(config->store_directory);
	config->store_directory = reading_path(reading, place, text);
}

static void read_defaults(struct reading *reading, uint32_t place, struct config *config)
{
	(void)config;
	if (!reading->places.items[place].is_object)
		reading_expected(reading, place, "an object with keys of hosts");
}

static void read_hosts(struct reading *reading, uint32_t place, struct config *config)
{
	(void)config;
	if (!json_count(reading->values[place]))
		reading_expected(reading, place, "a list of at least one host");
}

static const struct root_key {
	const char *name;
	void (*read)(struct reading *reading, uint32_t place, struct config *config);
} root_keys[] = {
	{ "defaults", read_defaults },
	{ "hosts", read_hosts },
	{ "interval_ms", read_interval },
	{ "mailboxes_from", read_mailboxes_from },
	{ "store_directory", read_store_directory },
};

static bool is_key(const struct json_place *place, const char *name)
{
	return strlen(name) == place->key_len && memcmp(name, place->key, place->key_len) == 0;
}

static void read_root_key(struct reading *reading, uint32_t place, struct config *config)
{
	for (size_t i = 0; i < sizeof(root_keys) / sizeof(*root_keys); i++)
		if (is_key(&reading->places.items[place], root_keys[i].name)) {
			root_keys[i].read(reading, place, config);
			return;
		}
	reading_problem(reading, place,
		"unknown key; expected one of defaults, hosts, interval_ms, mailboxes_from, store_directory");
}

static void read_host_key(
	struct reading *reading, uint32_t place, struct config_host *host, bool defaults)
{
	struct str known = { .bound = 200 };

	for (size_t i = 0; i < host_keys_count; i++) {
		if (defaults && !host_keys[i].in_defaults)
			continue;
		if (is_key(&reading->places.items[place], host_keys[i].name)) {
			host_keys[i].read(reading, place, host);
			str_release(&known);
			return;
		}
		str_addf(&known, "%s%s", known.len ? ", " : "", host_keys[i].name);
	}
	reading_problem(reading, place, "unknown key; expected one of %s", str_text(&known));
	str_release(&known);
}

/* Reads the value at a place by what stands above it. */
static void read_place(struct reading *reading, uint32_t place, struct config *config,
	struct config_host *defaults)
{
	const struct json_place *items = reading->places.items, *here = &items[place];

	if (!reading->values[here->parent])
		return; /* below a key that is given twice */
	if (here->twice) {
		if (here->first != place)
			reading_problem(reading, place, "the key is given twice; the first is in line %u",
				items[here->first].line);
	} else if (here->parent == 0) {
		read_root_key(reading, place, config);
	} else if (items[here->parent].parent == 0 && here->key &&
		is_key(&items[here->parent], "defaults")) {
		read_host_key(reading, place, defaults, true);
	} else if (items[here->parent].parent == 0 && is_key(&items[here->parent], "hosts")) {
		vec_add(&config->hosts);
		if (!here->is_object)
			reading_expected(reading, place, "an object with a name");
	} else if (here->key && config->hosts.count && items[here->parent].parent != PLACE_NONE &&
		items[items[here->parent].parent].parent == 0 &&
		is_key(&items[items[here->parent].parent], "hosts")) {
		read_host_key(reading, place, &config->hosts.items[config->hosts.count - 1], false);
	}
}

struct named {
	const char *name;
	uint32_t index;
};

static int by_name(const void *left, const void *right)
{
	const struct named *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	return order ? order : (a->index > b->index) - (a->index < b->index);
}

static uint32_t host_place(const struct reading *reading, uint32_t index)
{
	return json_places_element(
		&reading->places, json_places_member(&reading->places, 0, "hosts"), index);
}

static void find_twins(struct reading *reading, const struct config *config)
{
	struct {
		vec_of(struct named);
	} names = { 0 };

	for (uint32_t i = 0; i < config->hosts.count; i++)
		if (config->hosts.items[i].name)
			*vec_add(&names) = (struct named){ config->hosts.items[i].name, i };
	if (names.count)
		qsort(names.items, names.count, sizeof(*names.items), by_name);
	for (size_t i = 1; i < names.count; i++) {
		const struct named *before = &names.items[i - 1], *named = &names.items[i];

		if (strcmp(before->name, named->name) == 0)
			reading_problem(reading, host_place(reading, named->index),
				"a host with the name \"%s\" is there already, in line %u", named->name,
				reading->places.items[host_place(reading, before->index)].line);
	}
	vec_release(&names);
}

static void read_end(struct reading *reading, struct config *config,
	const struct config_host *defaults)
{
	const struct config_places *environment = reading->environment;
	uint32_t hosts = json_places_member(&reading->places, 0, "hosts");
	struct str directory = { 0 };

	if (hosts == PLACE_NONE)
		reading_problem(reading, 0, "\"hosts\" is missing; expected a list of at least one host");
	for (uint32_t i = 0; i < config->hosts.count; i++) {
		uint32_t place = host_place(reading, i);

		if (reading->places.items[place].is_object &&
			json_places_member(&reading->places, place, "name") == PLACE_NONE)
			reading_problem(reading, place, "\"name\" is missing");
		config_host_default(&config->hosts.items[i], defaults);
	}
	find_twins(reading, config);
	if (config->store_directory || reading->count)
		return;
	if (environment->state_home && environment->state_home[0] == '/')
		str_addf(&directory, "%s/mailmend", environment->state_home);
	else if (environment->home && environment->home[0] == '/')
		str_addf(&directory, "%s/.local/state/mailmend", environment->home);
	else
		reading_problem(reading, 0, "\"store_directory\" is needed because HOME is not set");
	config->store_directory = str_take(&directory);
}

static void read_tree(struct reading *reading, struct config *config)
{
	struct config_host defaults = { 0 };
	const struct json_places *places = &reading->places;

	if (!places->items[0].is_object) {
		reading_expected(reading, 0, "an object with \"hosts\"");
		return;
	}
	for (uint32_t i = 1; i < places->count; i++) {
		const struct json_place *place = &places->items[i];
		char key[80];

		snprintf(key, sizeof(key), "%.*s", (int)place->key_len, place->key ? place->key : "");
		if (place->key && !place->twice)
			reading->values[i] = json_get(reading->values[place->parent], key);
		else if (!place->key)
			reading->values[i] = json_at(reading->values[place->parent], place->index);
	}
	for (uint32_t i = 1; i < places->count; i++)
		read_place(reading, i, config, &defaults);
	read_end(reading, config, &defaults);
	config_host_release(&defaults);
}

static bool parse_failed(struct reading *reading, struct err *err)
{
	struct err first = *err;

	err->kind = ERR_CONFIG;
	if (reading->count > PROBLEMS_SHOWN)
		str_addf(reading->problems, "%s: %zu more mistakes are not shown\n", reading->path,
			reading->count - PROBLEMS_SHOWN);
	if (reading->count > 1)
		err_set(err, ERR_CONFIG, "%.450s (and %zu more)", first.text, reading->count - 1);
	return false;
}

bool config_parse(struct config *out, const char *path, const char *bytes, size_t len,
	const struct config_places *environment, struct str *problems, struct err *err)
{
	struct str ignored = { 0 };
	struct err own;
	struct reading reading = { .path = path, .bytes = bytes, .environment = environment,
		.problems = problems ? problems : &ignored, .err = err ? err : &own };
	struct config config = { .path = mem_text(path), .interval_ms = INTERVAL };
	struct json *document = NULL;

	if (json_places_parse(&reading.places, bytes, len, reading.err))
		document = json_parse(bytes, len, true, reading.err);
	if (document) {
		reading.values = mem_new(reading.places.count * sizeof(*reading.values));
		reading.values[0] = document;
		read_tree(&reading, &config);
	} else {
		err_context(reading.err, "%s", path);
		str_addf(reading.problems, "%s\n", reading.err->text);
	}
	if (document && !reading.count) {
		*out = config;
		config = (struct config){ 0 };
	}
	free(reading.values);
	json_places_release(&reading.places);
	config_release(&config);
	str_release(&ignored);
	if (!document || reading.count) {
		json_free(document);
		return parse_failed(&reading, reading.err);
	}
	json_free(document);
	return true;
}

/* The whole file, to be freed; NULL is an error. */
static char *file_read(const char *path, size_t *len, struct err *err)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct str text = { .bound = file_max + 1 };
	struct stat status;
	char block[65536];
	ssize_t got = 0;

	if (file < 0 && errno == ENOENT)
		err_set(err, ERR_CONFIG, "%s is not there; `mailmend hosts add HOST` writes one", path);
	else if (file < 0)
		err_errno(err, ERR_CONFIG, "%s cannot be opened", path);
	if (file < 0)
		return NULL;
	if (fstat(file, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
		err_set(err, ERR_CONFIG, "%s is not a file", path);
		close(file);
		return NULL;
	}
	/* Not to wait for whoever opens a pipe was right; for what he writes it is not. */
	fcntl(file, F_SETFL, 0);
	while (!text.cut && (got = read(file, block, sizeof(block))) > 0)
		str_add(&text, block, (size_t)got);
	if (got < 0)
		err_errno(err, ERR_CONFIG, "%s cannot be read", path);
	else if (text.len > file_max)
		err_set(err, ERR_CONFIG, "%s is larger than 4 MiB", path);
	close(file);
	if (got < 0 || text.len > file_max) {
		str_release(&text);
		return NULL;
	}
	*len = text.len;
	return str_take(&text);
}

bool config_read(struct config *config, const char *path, const struct config_places *places,
	struct str *problems, struct err *err)
{
	struct err own;
	size_t len;
	char *bytes = file_read(path, &len, err ? err : &own);
	bool ok;

	if (!bytes) {
		if (problems)
			str_addf(problems, "%s\n", (err ? err : &own)->text);
		return false;
	}
	ok = config_parse(config, path, bytes, len, places, problems, err);
	free(bytes);
	return ok;
}

char *config_default_path(const struct config_places *places)
{
	struct str path = { 0 };

	if (places->config_home && places->config_home[0] == '/')
		str_addf(&path, "%s/mailmend/config.json", places->config_home);
	else
		str_addf(&path, "%s/.config/mailmend/config.json", places->home ? places->home : "");
	return str_take(&path);
}

void config_release(struct config *config)
{
	vec_each(&config->hosts, host)
		config_host_release(host);
	vec_release(&config->hosts);
	free(config->path);
	free(config->mailboxes_source);
	free(config->store_directory);
	*config = (struct config){ 0 };
}
