/* SPDX-License-Identifier: MIT */
#include "tui/batch/catch_up.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/store.h"
#include "tui/batch/mend.h"

enum { PLANS = 50, PLAN_AGE_S = 7 * 86400, DONE = 10 };

/* A plan that was given to a host. */
struct given {
	char *host;
	char hash[PLAN_HASH_SIZE];
	int64_t id;
};

struct givens {
	vec_of(struct given);
};

static bool answered(const struct batch *batch)
{
	return batch->ledger || batch->store_error.kind != ERR_NONE;
}

bool ledger_fetch(struct batch *batch, const char *text, int64_t before, int limit,
	struct err *err)
{
	struct commands commands = { 0 };
	struct command *command = commands_add(&commands, COMMAND_LEDGER_GET);

	message_free(batch->ledger);
	batch->ledger = NULL;
	command->query.text = mem_text(text);
	command->query.before = before;
	command->query.limit = limit;
	if (!batch_store(batch, err)) {
		commands_release(&commands);
		return false;
	}
	store_post(batch->store, command);
	commands_release(&commands);
	batch_extend(batch);
	batch_pump(batch, answered);
	if (batch->ledger)
		return true;
	if (batch->store_error.kind == ERR_NONE)
		return err_set(err, ERR_IO, "the store in %s does not answer",
			batch->config->store_directory);
	*err = batch->store_error;
	return false;
}

static bool configured(const struct batch *batch, const char *name)
{
	vec_each(&batch->config->hosts, host)
		if (name && !strcmp(host->name, name))
			return true;
	return false;
}

static void find_given(struct batch *batch, struct givens *givens)
{
	int64_t oldest_s = clock_wall_s() - PLAN_AGE_S;
	struct err err;

	if (!ledger_fetch(batch, "plan confirmed", 0, PLANS, &err))
		return;
	vec_each(&batch->ledger->ledger, entry) {
		struct given *given;

		if (strcmp(entry->what, "plan confirmed") != 0 || !entry->detail ||
			entry->wall_s < oldest_s || !configured(batch, entry->host))
			continue;
		given = vec_add(givens);
		given->host = mem_text(entry->host);
		given->id = entry->id;
		snprintf(given->hash, sizeof(given->hash), "%s", entry->detail);
	}
}

static bool is_done(struct batch *batch, const struct given *given)
{
	char text[PLAN_HASH_SIZE + 16];
	struct err err;

	snprintf(text, sizeof(text), "%s job done", given->hash);
	if (!ledger_fetch(batch, text, 0, DONE, &err))
		return true;
	vec_each(&batch->ledger->ledger, entry)
		if (!strcmp(entry->what, "job done") && entry->id > given->id && entry->host &&
			!strcmp(entry->host, given->host))
			return true;
	return false;
}

/* The names of the hosts, with commas between. */
static void find_open(struct batch *batch, struct str *names)
{
	struct givens givens = { 0 };

	find_given(batch, &givens);
	vec_each(&givens, given) {
		bool named = false;

		vec_each(&givens, earlier)
			named |= earlier < given && !strcmp(earlier->host, given->host) && !earlier->id;
		if (!named && !is_done(batch, given)) {
			str_addf(names, "%s%s", names->len ? "," : "", given->host);
			given->id = 0; /* it is named */
		}
	}
	vec_each(&givens, given)
		free(given->host);
	vec_release(&givens);
}

static bool merge(struct batch *batch, struct mend *mend)
{
	bool all = true;

	for (uint32_t i = 0; i < batch->config->hosts.count; i++) {
		const struct batch_host *host = &batch->hosts[i];
		struct err err;

		if (!host->asked)
			continue;
		if (!mend->hosts[i].up)
			err_set(&err, ERR_AWAY, "%s: %.300s", batch->config->hosts.items[i].name,
				host->error ? host->error : "it does not answer");
		if (mend->hosts[i].up && mend_merge(batch, mend, i, &err))
			continue;
		batch_say("what became of a plan there is not known yet: %s", err.text);
		all = false;
	}
	return all;
}

bool ledger_catch_up(struct batch *batch)
{
	struct gather wanted = { .depth = BATCH_AGENT };
	struct str names = { 0 };
	struct mend mend = { 0 };
	bool all = true;
	struct err err;

	find_open(batch, &names);
	if (names.len) {
		all = mend_begin(batch, &mend, &err) && batch_open(batch, &wanted, str_text(&names), &err);
		if (all) {
			batch_wait(batch);
			all = merge(batch, &mend);
		} else {
			batch_say("%s", err.text);
		}
		mend_release(batch, &mend);
	}
	str_release(&names);
	return all;
}
