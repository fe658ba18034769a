/* SPDX-License-Identifier: MIT */
/* The agent's answers that are no samples: hello, stores, mailboxes, doctor. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/sample.h"
#include "core/wire.h"

static bool hello_build(char out[17], const struct json *value, struct err *err)
{
	size_t len = 0;
	const char *text = json_text(value, &len);

	if (!text || len == 0 || len > 16 || strspn(text, "0123456789abcdef") != len)
		return wire_bad("build", "up to 16 hexadecimal digits", err);
	memcpy(out, text, len + 1);
	return true;
}

static bool hello_value(struct sample_hello *hello, const struct json *value, struct err *err)
{
	const struct json *protocol = json_get(value, "protocol");
	int64_t low, high;

	if (!wire_whole(&low, json_at(protocol, 0), 1, 1000, 0, "protocol", err) ||
		!wire_whole(&high, json_at(protocol, 1), 1, 1000, 0, "protocol", err) ||
		!wire_real(&hello->uptime_s, json_get(value, "uptime"), 0, "uptime", err) ||
		!wire_whole(&hello->clock_s, json_get(value, "clock"), 0, INT64_MAX / 2, 0, "clock", err) ||
		!wire_whole(&hello->user, json_get(value, "user"), 0, UINT32_MAX, -1, "user", err) ||
		!hello_build(hello->build, json_get(value, "build"), err))
		return false;
	if (!low || low > high)
		return wire_bad("protocol", "[lowest, highest]", err);
	hello->protocol_low = (int)low;
	hello->protocol_high = (int)high;
	return wire_text(&hello->boot, json_get(value, "boot"), "boot", err);
}

bool sample_hello_parse(struct sample_hello *out, const char *line, size_t len, struct err *err)
{
	struct sample_hello hello = { 0 };
	struct json *document;
	const struct json *value;
	const char *key;
	bool ok;

	if (!wire_line(line, len, &document, &key, &value, err))
		return false;
	if (strcmp(key, "hello") == 0)
		ok = hello_value(&hello, value, err);
	else
		ok = wire_bad(key, "hello first", err);
	if (ok)
		*out = hello;
	json_free(document);
	return ok;
}

static bool store_value(struct store_seen *seen, const struct json *value, struct err *err)
{
	const struct wire_text_field texts[] = {
		{ "mailbox", &seen->mailbox },
		{ "home", &seen->home },
		{ "driver", &seen->driver },
		{ "path", &seen->path },
		{ "location", &seen->location },
		{ "mounted", &seen->mounted },
		{ "source", &seen->source },
		{ "type", &seen->type },
		{ "id", &seen->id },
		{ "error", &seen->error },
	};

	if (!wire_texts(value, texts, sizeof(texts) / sizeof(*texts), err))
		return false;
	seen->there = json_truth(json_get(value, "there"), false);
	return seen->mailbox || wire_bad("store", "the mailbox it is about", err);
}

bool store_seen_parse(struct store_seen *out, const char *line, size_t len, bool *end,
	struct err *err)
{
	struct store_seen seen = { 0 };
	struct json *document;
	const struct json *value;
	const char *key;
	bool ok;

	if (!wire_line(line, len, &document, &key, &value, err))
		return false;
	ok = wire_end(key, value, end, err);
	if (ok && strcmp(key, "store") == 0)
		ok = store_value(&seen, value, err);
	else if (ok && !*end)
		ok = wire_bad(key, "store or end", err);
	if (ok)
		*out = seen;
	else
		store_seen_release(&seen);
	json_free(document);
	return ok;
}

static bool names_value(struct names_seen *names, const struct json *list, struct err *err)
{
	for (size_t i = 0; i < json_count(list); i++) {
		char *name;

		if (!wire_text(&name, json_at(list, i), "mailboxes", err))
			return false;
		if (name)
			*vec_add(names) = name;
	}
	return true;
}

bool names_seen_parse(struct names_seen *out, const char *line, size_t len, bool *end,
	struct err *err)
{
	struct json *document;
	const struct json *value;
	const char *key;
	bool ok;

	if (!wire_line(line, len, &document, &key, &value, err))
		return false;
	ok = wire_end(key, value, end, err);
	if (ok && strcmp(key, "mailboxes") == 0)
		ok = names_value(out, value, err);
	else if (ok && !*end)
		ok = wire_bad(key, "mailboxes or end", err);
	json_free(document);
	return ok;
}

static bool check_value(struct doctor_check *check, const struct json *row, struct err *err)
{
	if (!wire_text(&check->name, json_at(row, 0), "check", err) ||
		!wire_text(&check->found, json_at(row, 2), "check", err) ||
		!wire_text(&check->mend, json_at(row, 3), "check", err))
		return false;
	check->good = wire_truth(json_at(row, 1));
	return check->name || wire_bad("check", "[name, good, found, mend]", err);
}

bool doctor_check_parse(struct doctor_check *out, const char *line, size_t len, bool *end,
	struct err *err)
{
	struct doctor_check check = { 0 };
	struct json *document;
	const struct json *value;
	const char *key;
	bool ok;

	if (!wire_line(line, len, &document, &key, &value, err))
		return false;
	ok = wire_end(key, value, end, err);
	if (ok && strcmp(key, "check") == 0)
		ok = check_value(&check, value, err);
	else if (ok && !*end)
		ok = wire_bad(key, "check or end", err);
	if (ok)
		*out = check;
	else
		doctor_check_release(&check);
	json_free(document);
	return ok;
}
