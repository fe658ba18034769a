/* SPDX-License-Identifier: MIT */
#include "core/check.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/wire.h"

static const int64_t huge = INT64_MAX / 2;

struct check *check_new(void)
{
	struct check *check = mem_new(sizeof(*check));

	check->stored = check->visible = check->sessions = -1;
	check->forecast = (struct check_forecast){ FORECAST_NONE, -1, -1, -1, -1, -1, -1, -1, NULL };
	return check;
}

static void folder_release(struct check_folder *folder)
{
	free(folder->name);
	free(folder->guid);
}

static void finding_release(struct check_finding *finding)
{
	free(finding->class_name);
	free(finding->folder);
	free(finding->symptom);
	free(finding->evidence);
	free(finding->repair);
}

void check_free(struct check *check)
{
	if (!check)
		return;
	vec_each(&check->folders, folder)
		folder_release(folder);
	vec_release(&check->folders);
	vec_each(&check->findings, finding)
		finding_release(finding);
	vec_release(&check->findings);
	free(check->forecast.text);
	free(check->mailbox);
	free(check->store);
	free(check->driver);
	free(check->layout);
	free(check->path);
	free(check->error);
	free(check);
}

static bool feed_folder(struct check *check, const struct json *row, struct err *err)
{
	struct check_folder folder = { 0 };
	int64_t *const figures[] = { &folder.stored, &folder.visible, &folder.forecast,
		&folder.uidvalidity, &folder.uidnext };

	for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++)
		if (!wire_whole(figures[i], json_at(row, i + 1), 0, huge, -1, "folders", err))
			return false;
	if (!wire_text(&folder.name, json_at(row, 0), "folders", err) ||
		!wire_text(&folder.guid, json_at(row, 6), "folders", err) || !folder.name) {
		folder_release(&folder);
		return wire_bad("folders", "[name, stored, visible, forecast, …]", err);
	}
	*vec_add(&check->folders) = folder;
	return true;
}

static bool feed_finding(struct check *check, const struct json *row, struct err *err)
{
	struct check_finding finding = { 0 };
	char **const texts[] = { &finding.class_name, &finding.folder, &finding.symptom,
		&finding.evidence, &finding.repair };
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof(texts) / sizeof(*texts); i++)
		ok = wire_text(texts[i], json_at(row, i), "findings", err);
	if (ok && !(finding.class_name && finding.symptom && finding.evidence))
		ok = wire_bad("findings", "[class, folder, symptom, evidence, repair]", err);
	if (ok)
		*vec_add(&check->findings) = finding;
	else
		finding_release(&finding);
	return ok;
}

static bool feed_rows(struct check *check, const struct json *rows, const char *key, size_t already,
	size_t most, bool (*row)(struct check *, const struct json *, struct err *), struct err *err)
{
	if (json_kind(rows) != JSON_LIST)
		return wire_bad(key, "a list", err);
	if (already + json_count(rows) > most)
		return wire_bad(key, "fewer rows", err);
	for (size_t i = 0; i < json_count(rows); i++)
		if (!row(check, json_at(rows, i), err))
			return false;
	return true;
}

static bool feed_forecast(struct check *check, const struct json *value, struct err *err)
{
	static const char *const results[] = { "none", "ok", "part", "worse", "refused" };
	struct check_forecast forecast = { 0 };
	const struct wire_whole_field figures[] = {
		{ "messages", &forecast.messages },
		{ "missing", &forecast.missing },
		{ "doubled", &forecast.doubled },
		{ "moved", &forecast.moved },
		{ "flags_lost", &forecast.flags_lost },
	};
	const char *result = json_text(json_get(value, "result"), NULL);
	size_t i = 0;

	while (i < 5 && !(result && strcmp(results[i], result) == 0))
		i++;
	if (i == 5 || check->forecast.result != FORECAST_NONE)
		return wire_bad("forecast", "one, whose result is ok, part, worse or refused", err);
	forecast.result = (enum forecast_result)i;
	if (!wire_wholes(value, figures, sizeof(figures) / sizeof(*figures), err))
		return false;
	forecast.uids_kept = wire_truth(json_get(value, "uids_kept"));
	forecast.uidvalidity_kept = wire_truth(json_get(value, "uidvalidity_kept"));
	if (!wire_text(&forecast.text, json_get(value, "text"), "forecast", err))
		return false;
	check->forecast = forecast;
	return true;
}

static bool feed_checked(struct check *check, const struct json *value, struct err *err)
{
	const struct wire_text_field texts[] = {
		{ "mailbox", &check->mailbox },
		{ "store", &check->store },
		{ "driver", &check->driver },
		{ "layout", &check->layout },
		{ "path", &check->path },
		{ "error", &check->error },
	};
	const struct wire_whole_field figures[] = {
		{ "stored", &check->stored },
		{ "visible", &check->visible },
		{ "sessions", &check->sessions },
	};
	int64_t depth, code;

	if (check->mailbox)
		return wire_bad("checked", "it once", err);
	if (json_kind(json_get(value, "mailbox")) != JSON_TEXT)
		return wire_bad("checked", "the mailbox it is about", err);
	if (!wire_whole(&depth, json_get(value, "depth"), 0, 3, 0, "checked", err) ||
		!wire_whole(&code, json_get(value, "code"), 0, 255, 0, "checked", err) ||
		!wire_real(&check->seconds, json_get(value, "seconds"), 0, "checked", err) ||
		!wire_wholes(value, figures, sizeof(figures) / sizeof(*figures), err) ||
		!wire_texts(value, texts, sizeof(texts) / sizeof(*texts), err))
		return false;
	check->depth = (int)depth;
	check->code = (int)code;
	check->ok = json_truth(json_get(value, "ok"), false) && !check->error;
	check->whole = true;
	return true;
}

bool check_feed(struct check *check, const char *line, size_t len, bool *end, struct err *err)
{
	struct json *document;
	const struct json *value;
	const char *key;
	bool ok;

	if (!wire_line(line, len, &document, &key, &value, err))
		return false;
	ok = wire_end(key, value, end, err);
	if (ok && strcmp(key, "folders") == 0)
		ok = feed_rows(check, value, key, check->folders.count, CHECK_FOLDERS_MAX, feed_folder,
			err);
	else if (ok && strcmp(key, "findings") == 0)
		ok = feed_rows(check, value, key, check->findings.count, CHECK_FINDINGS_MAX,
			feed_finding, err);
	else if (ok && strcmp(key, "forecast") == 0)
		ok = feed_forecast(check, value, err);
	else if (ok && strcmp(key, "checked") == 0)
		ok = feed_checked(check, value, err);
	json_free(document);
	return ok;
}
