/* SPDX-License-Identifier: MIT */
/* What a repair asks of the agent's job, and what its journal becomes in the ledger. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/repair.h"
#include "core/wire.h"

static void request(struct str *out, const char *name, const char *const *fields, size_t count)
{
	str_adds(out, name);
	for (size_t i = 0; i < count; i++) {
		str_addc(out, '\t');
		wire_field(out, fields[i]);
	}
	str_addc(out, '\n');
}

static void ask_follow(struct str *out, const char *hash, int64_t after)
{
	str_adds(out, "follow\t");
	wire_field(out, hash);
	str_addf(out, "\t%" PRId64 "\n", after);
}

int repair_ask_start(struct str *out, const struct plan *plan, uint32_t host, const char *who,
	int64_t lease, int64_t after)
{
	const char *const fields[] = { plan->hash, plan->operation->name,
		plan->argument ? plan->argument : "", who };
	int64_t number = 0;

	/* A plan is not cut short: what runs is all of it or nothing. */
	out->bound = SIZE_MAX;
	request(out, "start", fields, 4);
	str_cut(out, out->len - 1, 1);
	str_addf(out, "\t%" PRId64 "\t%" PRId64 "\n", plan->expires_s, lease);
	vec_each(&plan->targets, target) {
		if (target->index != host)
			continue;
		str_addf(out, "unit\t%" PRId64 "\t", number++);
		wire_field(out, target->mailbox);
		str_addc(out, '\t');
		wire_field(out, target->store);
		str_addc(out, '\n');
	}
	str_adds(out, "go\n");
	ask_follow(out, plan->hash, after);
	return 2;
}

int repair_ask_follow(struct str *out, const char *hash, int64_t after)
{
	ask_follow(out, hash, after);
	return 1;
}

int repair_ask_resume(struct str *out, const char *hash, int64_t after)
{
	request(out, "resume", &hash, 1);
	ask_follow(out, hash, after);
	return 2;
}

int repair_ask_journal(struct str *out, int64_t after)
{
	str_addf(out, "journal\t%" PRId64 "\n", after);
	return 1;
}

int repair_ask_jobs(struct str *out)
{
	str_adds(out, "jobs\n");
	return 1;
}

int repair_ask_copies(struct str *out, const char *mailbox)
{
	request(out, "copies", &mailbox, 1);
	return 1;
}

static void add_figure(struct str *out, const char *what, int64_t figure)
{
	if (figure > 0)
		str_addf(out, ", %" PRId64 " %s", figure, what);
}

void repair_outcome_text(struct str *out, const struct unit_outcome *outcome)
{
	size_t begin = out->len;

	if (outcome->before.messages >= 0 && outcome->after.messages >= 0)
		str_addf(out, ", %" PRId64 " messages visible before, %" PRId64 " after",
			outcome->before.messages, outcome->after.messages);
	add_figure(out, "missing", outcome->missing);
	add_figure(out, "moved", outcome->moved);
	add_figure(out, "doubled", outcome->doubled);
	add_figure(out, "without their flags", outcome->flags_lost);
	if (outcome->uids_kept == 0)
		str_adds(out, ", new UIDs");
	if (outcome->copy)
		str_addf(out, ", copy %s", outcome->copy);
	if (outcome->error)
		str_addf(out, ", %s", outcome->error);
	if (out->len > begin)
		str_cut(out, begin, 2);
}

static char *detail(const struct journal_record *record)
{
	struct str text = { 0 };

	str_adds(&text, record->job);
	if (record->text && *record->text)
		str_addf(&text, ": %s", record->text);
	if (record->has_outcome) {
		str_adds(&text, "\n");
		repair_outcome_text(&text, &record->outcome);
		vec_each(&record->outcome.commands, command)
			str_addf(&text, "\n  %s", *command);
	}
	return str_take(&text);
}

struct ledger_entry repair_ledger_entry(const struct journal_record *record, const char *host)
{
	struct ledger_entry entry = { .wall_s = record->wall_s, .host_seq = record->seq };
	struct str what = { 0 };

	str_addf(&what, "job %s", record->act);
	entry.who = mem_text(record->who ? record->who : "");
	entry.what = str_take(&what);
	entry.host = mem_text(host);
	entry.mailbox = mem_text(record->mailbox);
	entry.detail = detail(record);
	entry.result =
		record->has_outcome ? mem_text(unit_state_name(record->outcome.result)) : NULL;
	return entry;
}
