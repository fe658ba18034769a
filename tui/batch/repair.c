/* SPDX-License-Identifier: MIT */
/* repair and restore: select, check, plan, confirm, run, record. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/store/store.h"
#include "tui/batch/ask.h"
#include "tui/batch/mend.h"
#include "tui/batch/repair.h"
#include "tui/batch/table.h"

enum { LOST_MS = 60000 };

static uint32_t host_named(const struct batch *batch, struct err *err)
{
	const char *name = batch->options->host;

	if (!name)
		return UINT32_MAX;
	for (uint32_t i = 0; i < batch->config->hosts.count; i++)
		if (!strcmp(batch->config->hosts.items[i].name, name))
			return i;
	err_set(err, ERR_USAGE, "--host names one host here; there is no host \"%.100s\"", name);
	return UINT32_MAX;
}

/* The owner of each mailbox, or why it is set aside. */
static void find_owners(const struct batch *batch, struct mend *mend, uint32_t only)
{
	for (size_t i = 0; i < mend->subjects.count; i++) {
		struct subject *subject = &mend->subjects.items[i];
		const struct placed *place =
			places_owner(&subject->places, batch->config, only, &subject->aside);

		if (place)
			mend_look(mend, i, place);
	}
}

/* A host that cannot be asked for its jobs cannot be given one. */
static bool ask_host(struct batch *batch, struct mend *mend, uint32_t host, struct err *err)
{
	struct str text = { 0 };

	mend_ask(batch, mend, host, &text, repair_ask_jobs(&text));
	return mend_answer(batch, mend, host, err);
}

static bool copy_is_kept(struct batch *batch, struct mend *mend, const struct look *look,
	struct err *err)
{
	const char *mailbox = mend->subjects.items[look->subject].places.mailbox;
	uint32_t host = look->place->host;
	struct str text = { 0 };

	mend_ask(batch, mend, host, &text, repair_ask_copies(&text, mailbox));
	if (!mend_answer(batch, mend, host, err))
		return false;
	vec_each(&mend->hosts[host].news.copies, copy)
		if (!strcmp(copy->name, batch->options->copy) && !strcmp(copy->mailbox, mailbox))
			return true;
	return err_set(err, ERR_AWAY,
		"%.200s: %s keeps no copy \"%.100s\" of it, or no longer; \"mailmend restore %.100s\" lists "
		"those that are there",
		mailbox, batch->config->hosts.items[host].name, batch->options->copy, mailbox);
}

static bool may_plan(struct batch *batch, struct mend *mend, const struct operation *operation,
	const struct look *look, struct err *err)
{
	if (!repair_allowed(operation, look->check, err))
		return false;
	return operation != &operation_restore || copy_is_kept(batch, mend, look, err);
}

static bool make_plan(struct batch *batch, struct mend *mend, struct plan *plan,
	struct warnings *warnings, int64_t *last)
{
	vec_each(&mend->looks, look) {
		struct subject *subject = &mend->subjects.items[look->subject];
		uint32_t host = look->place->host;

		if (!may_plan(batch, mend, plan->operation, look, &subject->aside))
			continue;
		if (last[host] < 0 && !ask_host(batch, mend, host, &subject->aside))
			continue;
		if (last[host] < 0)
			last[host] = mend->hosts[host].news.last;
		plan_add(plan, subject->places.mailbox, batch->config->hosts.items[host].name, host,
			look->place->store);
		repair_warn(warnings, plan->operation, look->check);
	}
	return plan->targets.count > 0;
}

static void warn_aside(const struct mend *mend, struct warnings *warnings)
{
	vec_each(&mend->subjects, subject)
		if (subject->aside.kind != ERR_NONE) {
			struct str text = { 0 };

			str_addf(&text, "set aside: %s", subject->aside.text);
			*vec_add(warnings) = str_take(&text);
		}
}

static int aside_code(const struct mend *mend)
{
	int code = EX_OK;

	vec_each(&mend->subjects, subject)
		code = mend_worse(code, mend_code(&subject->aside));
	return code;
}

/* Nothing can be planned: why, for each. */
static int say_aside(const struct batch *batch, const struct mend *mend)
{
	vec_each(&mend->subjects, subject)
		if (subject->aside.kind != ERR_NONE)
			batch_say("%s", subject->aside.text);
	if (batch->options->json && batch->options->confirm)
		repair_print_aside(batch, mend);
	return aside_code(mend);
}

static bool record(struct batch *batch, const struct plan *plan, const char *what,
	const char *result, struct err *err)
{
	for (uint32_t host = 0; host < batch->config->hosts.count; host++) {
		struct str text = { 0 };
		size_t count = 0;
		bool ok;

		str_addf(&text, "%s: %s of", plan->hash, plan->operation->name);
		vec_each(&plan->targets, target)
			if (target->index == host && ++count <= 10)
				str_addf(&text, "%s %s", count > 1 ? "," : "", target->mailbox);
		if (count > 10)
			str_addf(&text, " and %zu more", count - 10);
		ok = !count || batch_record(batch, what, batch->config->hosts.items[host].name,
			str_text(&text), result, err);
		str_release(&text);
		if (!ok)
			return false;
	}
	return true;
}

static bool ask_person(const struct plan *plan, const struct warnings *warnings, struct err *err)
{
	struct str text = { 0 }, answer = { 0 };
	char count[24];
	bool yes;

	repair_plan_words(&text, plan, warnings);
	snprintf(count, sizeof(count), "%zu", plan->targets.count);
	if (plan->targets.count == 1) {
		str_adds(&text, "Do it? [y/N] ");
		yes = ask_yes(str_text(&text), err);
	} else {
		str_addf(&text, "Type %s to do it: ", count);
		yes = ask_line(&answer, str_text(&text), false, err) && !strcmp(str_text(&answer), count);
	}
	str_release(&text);
	str_release(&answer);
	return yes;
}

/* 0: go. Otherwise the exit code, and why was said. */
static int confirm(struct batch *batch, struct plan *plan, const struct warnings *warnings)
{
	struct err err = { 0 };
	bool yes;

	if (batch->options->confirm) {
		if (!plan_confirm(plan, batch->options->confirm, clock_wall_s(), &err))
			return batch_fail(&err);
	} else if (!ask_possible()) {
		repair_print_plan(batch, plan, warnings);
		batch_say("nothing was done: --confirm=%s does it", plan->hash);
		return EX_NOPERM;
	} else {
		yes = ask_person(plan, warnings, &err);
		if (!yes) {
			if (!record(batch, plan, "plan refused", "refused", &err))
				batch_say("the ledger: %s", err.text);
			batch_say("nothing was done");
			return EX_NOPERM;
		}
	}
	/* Nothing is sent before it is on disk that it will be. */
	return record(batch, plan, "plan confirmed", NULL, &err) ? EX_OK : batch_fail(&err);
}

static int carry_out(struct batch *batch, struct mend *mend, struct plan *plan, const int64_t *last)
{
	struct err err;
	bool whole;
	int code;

	mend->quiet = !isatty(STDERR_FILENO);
	mend->job = job_new(plan, batch->config->hosts.count);
	for (size_t i = 0; i < batch->config->hosts.count; i++)
		if (last[i] > 0)
			mend->job->hosts.items[i].seen = last[i];
	whole = mend_run(batch, mend, batch->options->timeout ? batch->options->timeout * 1000 : LOST_MS);
	code = repair_print_job(batch, mend, whole);
	if (!whole) {
		batch_say("what was started goes on on its host; \"mailmend jobs\" shows plan %s",
			mend->job->plan.hash);
		return 130;
	}
	for (uint32_t i = 0; i < batch->config->hosts.count; i++)
		if (mend->job->hosts.items[i].count && mend->hosts[i].up && !mend_merge(batch, mend, i, &err))
			batch_say("the ledger has not all of it: %s", err.text);
	if (batch->options->json)
		repair_print_aside(batch, mend);
	return mend_worse(code, aside_code(mend));
}

static int plan_and_run(struct batch *batch, struct mend *mend, struct plan *plan,
	struct warnings *warnings)
{
	size_t hosts = batch->config->hosts.count;
	int64_t *last = mem_new(hosts * sizeof(*last));
	struct err err;
	int code;

	for (size_t i = 0; i < hosts; i++)
		last[i] = -1;
	if (!make_plan(batch, mend, plan, warnings, last)) {
		code = say_aside(batch, mend);
	} else {
		warn_aside(mend, warnings);
		code = plan_freeze(plan, clock_wall_s(), &err) ? confirm(batch, plan, warnings)
							       : batch_fail(&err);
		if (!code)
			code = carry_out(batch, mend, plan, last);
	}
	free(last);
	return code;
}

static int repair(struct batch *batch, struct mend *mend, const struct operation *operation)
{
	struct plan plan = { .operation = operation, .argument = mem_text(batch->options->copy) };
	struct warnings warnings = { 0 };
	struct err err = { 0 };
	uint32_t only = host_named(batch, &err);
	int code;

	if (err.kind != ERR_NONE || !mend_begin(batch, mend, &err) || !mend_find(batch, mend, NULL, &err)) {
		code = batch_fail(&err);
	} else {
		find_owners(batch, mend, only);
		mend_check(batch, mend, operation == &operation_restore ? 1 : 2);
		code = plan_and_run(batch, mend, &plan, &warnings);
	}
	plan_release(&plan);
	warnings_release(&warnings);
	return code;
}

static const struct operation *operation_wanted(const struct options *options, struct err *err)
{
	const struct operation *operation = NULL;

	if (!options->operation) {
		err_set(err, ERR_USAGE, "say what to do: --operation resync");
		return NULL;
	}
	operation = operation_find(options->operation);
	if (!operation)
		err_set(err, ERR_USAGE, "there is no operation \"%.100s\"; there is resync",
			options->operation);
	if (operation != &operation_restore)
		return operation;
	err_set(err, ERR_USAGE, "restore is a command of its own: mailmend restore MAILBOX --copy NAME");
	return NULL;
}

static int run_repair(struct batch *batch)
{
	struct err err;
	const struct operation *operation = operation_wanted(batch->options, &err);
	struct mend mend = { 0 };
	int code;

	if (!operation)
		return batch_fail(&err);
	code = repair(batch, &mend, operation);
	mend_release(batch, &mend);
	return code;
}

static int list_copies(struct batch *batch, struct mend *mend)
{
	struct err err = { 0 };
	uint32_t only = host_named(batch, &err);
	struct subject *subject;

	if (err.kind != ERR_NONE || !mend_begin(batch, mend, &err) || !mend_find(batch, mend, NULL, &err))
		return batch_fail(&err);
	find_owners(batch, mend, only);
	subject = &mend->subjects.items[0];
	if (subject->aside.kind == ERR_NONE) {
		uint32_t host = mend->looks.items[0].place->host;
		struct str text = { 0 };

		mend_ask(batch, mend, host, &text, repair_ask_copies(&text, subject->places.mailbox));
		if (mend_answer(batch, mend, host, &subject->aside)) {
			repair_print_copies(batch, mend, host);
			return EX_OK;
		}
	}
	return batch_fail(&subject->aside);
}

static int run_restore(struct batch *batch)
{
	struct mend mend = { 0 };
	int code;

	code = batch->options->copy ? repair(batch, &mend, &operation_restore) : list_copies(batch, &mend);
	mend_release(batch, &mend);
	return code;
}

const struct batch_command command_repair = {
	.name = "repair",
	.arguments = "MAILBOX…",
	.summary = "Mend mailboxes: check, plan, ask, run on their hosts, compare every message",
	.least = 1,
	.most = INT_MAX,
	.takes = TAKES_JSON | TAKES_HOST | TAKES_TIMEOUT | TAKES_OPERATION | TAKES_CONFIRM,
	.changes = true,
	.run = run_repair,
};

const struct batch_command command_restore = {
	.name = "restore",
	.arguments = "MAILBOX",
	.summary = "Merge flags, subscriptions and UIDs of a kept copy; without --copy list the copies",
	.least = 1,
	.most = 1,
	.takes = TAKES_JSON | TAKES_HOST | TAKES_TIMEOUT | TAKES_COPY | TAKES_CONFIRM,
	.changes = true,
	.run = run_restore,
};
