/* SPDX-License-Identifier: MIT */
/* What the agent's `job` answers: journal records, jobs, copies. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/job.h"
#include "core/wire.h"

enum { COMMANDS_MAX = 1000 };
static const int64_t huge = INT64_MAX / 2;

static const char *const state_names[] = { "queued", "running", "ok", "unproven", "failed",
	"skipped", "unknown" };

const char *unit_state_name(enum unit_state state)
{
	return state_names[state];
}

void unit_outcome_release(struct unit_outcome *outcome)
{
	free(outcome->copy);
	free(outcome->error);
	vec_each(&outcome->commands, command)
		free(*command);
	vec_release(&outcome->commands);
}

void journal_record_release(struct journal_record *record)
{
	free(record->job);
	free(record->mailbox);
	free(record->act);
	free(record->who);
	free(record->text);
	unit_outcome_release(&record->outcome);
	*record = (struct journal_record){ 0 };
}

static bool counts(struct unit_counts *out, const struct json *value, struct err *err)
{
	return wire_whole(&out->messages, json_get(value, "messages"), 0, huge, -1, "outcome", err) &&
		wire_whole(&out->folders, json_get(value, "folders"), 0, huge, -1, "outcome", err);
}

static bool result_state(enum unit_state *out, const struct json *value, struct err *err)
{
	const char *text = json_text(value, NULL);

	for (size_t i = UNIT_OK; text && i <= UNIT_UNKNOWN; i++)
		if (strcmp(state_names[i], text) == 0) {
			*out = (enum unit_state)i;
			return true;
		}
	return wire_bad("outcome", "a result: ok, unproven, failed, skipped or unknown", err);
}

static bool commands_value(struct unit_outcome *out, const struct json *list, struct err *err)
{
	if (json_count(list) > COMMANDS_MAX)
		return wire_bad("outcome", "at most 1,000 commands", err);
	for (size_t i = 0; i < json_count(list); i++) {
		char *text;

		if (!wire_text(&text, json_at(list, i), "commands", err))
			return false;
		if (text)
			*vec_add(&out->commands) = text;
	}
	return true;
}

static bool outcome_value(struct unit_outcome *out, const struct json *value, struct err *err)
{
	const struct wire_whole_field figures[] = {
		{ "missing", &out->missing },
		{ "moved", &out->moved },
		{ "doubled", &out->doubled },
		{ "flags_lost", &out->flags_lost },
		{ "uidvalidity_before", &out->uidvalidity_before },
		{ "uidvalidity_after", &out->uidvalidity_after },
	};

	if (!wire_wholes(value, figures, sizeof(figures) / sizeof(*figures), err))
		return false;
	out->uids_kept = wire_truth(json_get(value, "uids_kept"));
	return result_state(&out->result, json_get(value, "result"), err) &&
		counts(&out->before, json_get(value, "before"), err) &&
		counts(&out->after, json_get(value, "after"), err) &&
		wire_real(&out->seconds, json_get(value, "seconds"), 0, "seconds", err) &&
		wire_text(&out->copy, json_get(value, "copy"), "copy", err) &&
		wire_text(&out->error, json_get(value, "error"), "error", err) &&
		commands_value(out, json_get(value, "commands"), err);
}

static bool record_value(struct journal_record *record, const struct json *value, struct err *err)
{
	const struct json *outcome = json_get(value, "outcome");

	record->has_outcome = json_kind(outcome) == JSON_OBJECT;
	if (!wire_whole(&record->seq, json_get(value, "seq"), 1, huge, -1, "seq", err) ||
		!wire_whole(&record->wall_s, json_get(value, "clock"), 0, huge, 0, "clock", err) ||
		!wire_whole(&record->unit, json_get(value, "unit"), 0, PLAN_TARGETS_MAX, -1, "unit", err) ||
		!wire_text(&record->job, json_get(value, "job"), "job", err) ||
		!wire_text(&record->mailbox, json_get(value, "mailbox"), "mailbox", err) ||
		!wire_text(&record->act, json_get(value, "act"), "act", err) ||
		!wire_text(&record->who, json_get(value, "who"), "who", err) ||
		!wire_text(&record->text, json_get(value, "text"), "text", err))
		return false;
	if (record->seq < 0 || !record->job || !record->act)
		return wire_bad("journal", "its sequence, job and act", err);
	return !record->has_outcome || outcome_value(&record->outcome, outcome, err);
}

static bool feed_record(struct job_news *news, const struct json *value, struct err *err)
{
	struct journal_record record = { .unit = -1 };

	if (!record_value(&record, value, err)) {
		journal_record_release(&record);
		return false;
	}
	*vec_add(&news->records) = record;
	return true;
}

static void job_row_release(struct job_row *row)
{
	free(row->hash);
	free(row->operation);
	free(row->who);
	free(row->state);
}

static bool feed_job(struct job_news *news, const struct json *value, struct err *err)
{
	struct job_row row = { 0 };

	if (!wire_text(&row.hash, json_get(value, "hash"), "job", err) ||
		!wire_text(&row.operation, json_get(value, "operation"), "job", err) ||
		!wire_text(&row.who, json_get(value, "who"), "job", err) ||
		!wire_text(&row.state, json_get(value, "state"), "job", err) ||
		!wire_whole(&row.units, json_get(value, "units"), 0, PLAN_TARGETS_MAX, -1, "job", err) ||
		!wire_whole(&row.done, json_get(value, "done"), 0, PLAN_TARGETS_MAX, -1, "job", err) ||
		!wire_whole(&row.wall_s, json_get(value, "clock"), 0, huge, 0, "job", err) ||
		!(row.hash && row.state)) {
		job_row_release(&row);
		return wire_bad("job", "its hash and state", err);
	}
	*vec_add(&news->jobs) = row;
	return true;
}

static void copy_row_release(struct copy_row *row)
{
	free(row->name);
	free(row->mailbox);
	free(row->job);
}

static bool feed_copy(struct job_news *news, const struct json *value, struct err *err)
{
	struct copy_row row = { 0 };

	if (!wire_text(&row.name, json_get(value, "name"), "copy", err) ||
		!wire_text(&row.mailbox, json_get(value, "mailbox"), "copy", err) ||
		!wire_text(&row.job, json_get(value, "job"), "copy", err) ||
		!wire_whole(&row.wall_s, json_get(value, "clock"), 0, huge, 0, "copy", err) ||
		!wire_whole(&row.kb, json_get(value, "kb"), 0, huge, -1, "copy", err) ||
		!(row.name && row.mailbox)) {
		copy_row_release(&row);
		return wire_bad("copy", "its name and mailbox", err);
	}
	*vec_add(&news->copies) = row;
	return true;
}

void job_news_release(struct job_news *news)
{
	vec_each(&news->records, record)
		journal_record_release(record);
	vec_release(&news->records);
	vec_each(&news->jobs, row)
		job_row_release(row);
	vec_release(&news->jobs);
	vec_each(&news->copies, row)
		copy_row_release(row);
	vec_release(&news->copies);
	free(news->error);
	*news = (struct job_news){ 0 };
}

bool job_feed(struct job_news *news, const char *line, size_t len, bool *end, struct err *err)
{
	struct json *document;
	const struct json *value;
	const char *key;
	bool ok;

	if (!wire_line(line, len, &document, &key, &value, err))
		return false;
	ok = wire_end(key, value, end, err) &&
		(!*end || wire_whole(&news->last, value, 0, huge, 0, "end", err));
	if (ok && strcmp(key, "journal") == 0)
		ok = feed_record(news, value, err);
	else if (ok && strcmp(key, "job") == 0)
		ok = feed_job(news, value, err);
	else if (ok && strcmp(key, "copy") == 0)
		ok = feed_copy(news, value, err);
	json_free(document);
	return ok;
}
