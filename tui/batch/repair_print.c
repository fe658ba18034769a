/* SPDX-License-Identifier: MIT */
#include "tui/batch/repair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "core/base/json.h"
#include "tui/batch/table.h"

static void print_harmless(const char *text)
{
	struct str out = { 0 };

	plain_add(&out, text, true);
	fputs(str_text(&out), stdout);
	str_release(&out);
}

void repair_plan_words(struct str *out, const struct plan *plan, const struct warnings *warnings)
{
	size_t count = plan->targets.count;
	char time[32];

	str_addf(out, "plan %s: %s of %zu mailbox%s, until %s\n", plan->hash, plan->operation->name,
		count, count == 1 ? "" : "es", batch_moment(plan->expires_s, false, time));
	vec_each(&plan->targets, target)
		str_addf(out, "  %s on %s\n", target->mailbox, target->host);
	if (plan->argument)
		str_addf(out, "  from the copy %s\n", plan->argument);
	str_addf(out, "what: %s\nundo: %s\n", plan->operation->does, plan->operation->undo);
	vec_each(warnings, warning)
		str_addf(out, "note: %s\n", *warning);
}

static void json_plan(const struct plan *plan, const struct warnings *warnings)
{
	struct str out = { .bound = SIZE_MAX };

	json_open(&out, NULL, '{');
	json_add_text(&out, "plan", plan->hash);
	json_add_text(&out, "operation", plan->operation->name);
	json_open(&out, "targets", '[');
	vec_each(&plan->targets, target) {
		json_open(&out, NULL, '{');
		json_add_text(&out, "mailbox", target->mailbox);
		json_add_text(&out, "host", target->host);
		json_add_text(&out, "store", target->store);
		json_close(&out, '}');
	}
	json_close(&out, ']');
	json_open(&out, "warnings", '[');
	vec_each(warnings, warning)
		json_add_text(&out, NULL, *warning);
	json_close(&out, ']');
	json_close(&out, '}');
	puts(str_text(&out));
	str_release(&out);
}

void repair_print_plan(const struct batch *batch, const struct plan *plan,
	const struct warnings *warnings)
{
	struct str text = { .bound = SIZE_MAX };

	if (batch->options->json) {
		json_plan(plan, warnings);
		return;
	}
	repair_plan_words(&text, plan, warnings);
	print_harmless(str_text(&text));
	str_release(&text);
}

static void json_counts(struct str *out, const char *key, const struct unit_counts *counts)
{
	json_open(out, key, '{');
	batch_json_known(out, "messages", counts->messages);
	batch_json_known(out, "folders", counts->folders);
	json_close(out, '}');
}

static void json_unit(const char *mailbox, const char *host, const char *operation,
	enum unit_state state, const struct unit_outcome *outcome)
{
	struct str out = { 0 };

	json_open(&out, NULL, '{');
	json_add_text(&out, "mailbox", mailbox);
	json_add_text(&out, "host", host);
	json_add_text(&out, "operation", operation);
	json_add_text(&out, "result", unit_state_name(state));
	json_counts(&out, "before", &outcome->before);
	json_counts(&out, "after", &outcome->after);
	json_add_real(&out, "seconds", outcome->seconds, 3);
	batch_json_known(&out, "missing", outcome->missing);
	batch_json_known(&out, "moved", outcome->moved);
	batch_json_known(&out, "doubled", outcome->doubled);
	batch_json_known(&out, "flags_lost", outcome->flags_lost);
	if (outcome->uids_kept < 0)
		json_add_null(&out, "uids_kept");
	else
		json_add_bool(&out, "uids_kept", outcome->uids_kept);
	batch_json_known(&out, "uidvalidity_before", outcome->uidvalidity_before);
	batch_json_known(&out, "uidvalidity_after", outcome->uidvalidity_after);
	json_add_text(&out, "copy", outcome->copy);
	json_add_text(&out, "error", state == UNIT_OK ? NULL : outcome->error);
	json_close(&out, '}');
	puts(str_text(&out));
	str_release(&out);
}

static const struct unit_outcome nothing_known = { .before = { -1, -1 }, .after = { -1, -1 },
	.missing = -1, .moved = -1, .doubled = -1, .flags_lost = -1, .uids_kept = -1,
	.uidvalidity_before = -1, .uidvalidity_after = -1 };

/* The agent says by its sentence why it left a mailbox alone. */
static int skipped_code(const char *why)
{
	static const struct {
		const char *says;
		int code;
	} reasons[] = {
		{ "nothing to do", EX_OK },
		{ "works on it already", EX_TEMPFAIL },
		{ "try again", EX_TEMPFAIL },
		{ "no longer holds", EX_NOPERM },
		{ "does not know", EX_NOUSER },
	};

	for (size_t i = 0; why && i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strstr(why, reasons[i].says))
			return reasons[i].code;
	return EX_NOPERM;
}

static int unit_code(const struct unit *unit)
{
	switch (unit->state) {
	case UNIT_OK:
		return EX_OK;
	case UNIT_SKIPPED:
		return skipped_code(unit->outcome.error);
	case UNIT_UNPROVEN:
	case UNIT_FAILED:
		return EXIT_FAILURE;
	case UNIT_QUEUED:
	case UNIT_RUNNING:
	case UNIT_UNKNOWN:
		break;
	}
	return EX_TEMPFAIL;
}

static void print_unit(const struct batch *batch, const struct mend *mend, const struct unit *unit)
{
	const char *operation = mend->job->plan.operation->name;
	bool known = unit->state >= UNIT_OK && unit->state != UNIT_UNKNOWN;
	struct unit_outcome shown = known ? unit->outcome : nothing_known;
	struct str text = { 0 };

	if (!known)
		shown.error = unit->step;
	if (batch->options->json) {
		json_unit(unit->target.mailbox, unit->target.host, operation, unit->state, &shown);
		return;
	}
	str_addf(&text, "%s on %s: %s", unit->target.mailbox, unit->target.host,
		unit_state_name(unit->state));
	if (known && shown.seconds > 0)
		str_addf(&text, " in %.1f s", shown.seconds);
	str_adds(&text, ": ");
	repair_outcome_text(&text, &shown);
	str_addc(&text, '\n');
	print_harmless(str_text(&text));
	str_release(&text);
}

int repair_print_job(const struct batch *batch, const struct mend *mend, bool whole)
{
	int code = EX_OK;

	vec_each(&mend->job->units, unit) {
		if (!whole && (unit->state < UNIT_OK || unit->state == UNIT_UNKNOWN))
			continue;
		print_unit(batch, mend, unit);
		code = mend_worse(code, unit_code(unit));
	}
	return code;
}

void repair_print_aside(const struct batch *batch, const struct mend *mend)
{
	const char *operation = batch->options->operation ? batch->options->operation : "restore";

	for (size_t i = 0; i < mend->subjects.count; i++) {
		const struct subject *subject = &mend->subjects.items[i];
		struct unit_outcome outcome = nothing_known;
		const char *host = NULL;

		if (subject->aside.kind == ERR_NONE)
			continue;
		vec_each(&mend->looks, look)
			if (look->subject == i)
				host = batch->config->hosts.items[look->place->host].name;
		outcome.error = mem_text(subject->aside.text);
		json_unit(subject->places.mailbox, host, operation, UNIT_SKIPPED, &outcome);
		free(outcome.error);
	}
}

static const struct table_column copy_columns[] = {
	{ "COPY", 'l' },
	{ "MAILBOX", 'l' },
	{ "HOST", 'l' },
	{ "TIME", 'l' },
	{ "KB", 'r' },
	{ NULL, 0 },
};

void repair_print_copies(const struct batch *batch, const struct mend *mend, uint32_t host)
{
	const char *name = batch->config->hosts.items[host].name;
	struct table table;
	char time[32];

	if (!batch->options->json)
		table_begin(&table, stdout, copy_columns);
	vec_each(&mend->hosts[host].news.copies, copy) {
		struct str out = { 0 };

		if (!batch->options->json) {
			table_text(&table, copy->name);
			table_text(&table, copy->mailbox);
			table_text(&table, name);
			table_text(&table, batch_moment(copy->wall_s, false, time));
			table_whole(&table, copy->kb);
			continue;
		}
		json_open(&out, NULL, '{');
		json_add_text(&out, "copy", copy->name);
		json_add_text(&out, "mailbox", copy->mailbox);
		json_add_text(&out, "host", name);
		json_add_text(&out, "time", batch_moment(copy->wall_s, true, time));
		batch_json_known(&out, "kb", copy->kb);
		json_add_text(&out, "plan", copy->job);
		json_close(&out, '}');
		puts(str_text(&out));
		str_release(&out);
	}
	if (!batch->options->json)
		table_end(&table);
}
