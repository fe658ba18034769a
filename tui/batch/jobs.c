/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "core/base/json.h"
#include "tui/batch/mend.h"
#include "tui/batch/table.h"

static const struct table_column columns[] = {
	{ "PLAN", 'l' },
	{ "HOST", 'l' },
	{ "OPERATION", 'l' },
	{ "STATE", 'l' },
	{ "DONE", 'r' },
	{ "UNITS", 'r' },
	{ "WHO", 'l' },
	{ "SINCE", 'l' },
	{ NULL, 0 },
};

static void print_json(const char *host, const struct job_row *row)
{
	struct str out = { 0 };
	char time[32];

	json_open(&out, NULL, '{');
	json_add_text(&out, "plan", row->hash);
	json_add_text(&out, "host", host);
	json_add_text(&out, "operation", row->operation);
	json_add_text(&out, "state", row->state);
	batch_json_known(&out, "done", row->done);
	batch_json_known(&out, "units", row->units);
	json_add_text(&out, "who", row->who);
	json_add_text(&out, "time", batch_moment(row->wall_s, true, time));
	json_close(&out, '}');
	puts(str_text(&out));
	str_release(&out);
}

static void print_row(struct table *table, const char *host, const struct job_row *row)
{
	char time[32];

	table_text(table, row->hash);
	table_text(table, host);
	table_text(table, row->operation);
	table_text(table, row->state);
	table_whole(table, row->done);
	table_whole(table, row->units);
	table_text(table, row->who);
	table_text(table, batch_moment(row->wall_s, false, time));
}

/* What the host's spool holds; a job that is to go on does. */
static bool ask(struct batch *batch, struct mend *mend, uint32_t host, struct err *err)
{
	const char *hash = batch->options->resume;
	struct str text = { 0 };

	mend_ask(batch, mend, host, &text, repair_ask_jobs(&text));
	if (!mend_answer(batch, mend, host, err))
		return false;
	if (!hash)
		return true;
	vec_each(&mend->hosts[host].news.jobs, row) {
		if (strcmp(row->hash, hash) != 0 || strcmp(row->state, "broken off") != 0)
			continue;
		str_addf(&text, "resume\t%s\n", row->hash);
		mend_ask(batch, mend, host, &text, 1 + repair_ask_jobs(&text));
		return mend_answer(batch, mend, host, err);
	}
	return true;
}

/* What became of the wish that a job goes on: it is there, and was not at its end already. */
static int tell_resumed(const char *hash, const struct job_row *row, int code)
{
	if (!row) {
		batch_say("no host that answered has a job %s; \"mailmend jobs\" lists them", hash);
		return code == EX_OK ? EX_USAGE : code;
	}
	if (strcmp(row->state, "done") == 0)
		batch_say("job %s is done: nothing is left to go on with", hash);
	return code;
}

static int look(struct batch *batch, struct mend *mend)
{
	const struct job_row *resumed = NULL;
	const char *hash = batch->options->resume;
	struct table table;
	struct err err;
	int code = EX_OK;

	if (!batch->options->json)
		table_begin(&table, stdout, columns);
	for (uint32_t i = 0; i < batch->config->hosts.count; i++) {
		const char *name = batch->config->hosts.items[i].name;

		if (!batch->hosts[i].asked || !mend->hosts[i].up)
			continue;
		if (!mend_merge(batch, mend, i, &err) || !ask(batch, mend, i, &err)) {
			batch_say("%s", err.text);
			code = mend_worse(code, err_exit_code(&err));
			continue;
		}
		vec_each(&mend->hosts[i].news.jobs, row) {
			if (hash && strcmp(row->hash, hash) == 0)
				resumed = row;
			if (batch->options->json)
				print_json(name, row);
			else
				print_row(&table, name, row);
		}
	}
	if (!batch->options->json)
		table_end(&table);
	return hash ? tell_resumed(hash, resumed, code) : code;
}

static int run(struct batch *batch)
{
	struct gather wanted = { .depth = BATCH_AGENT };
	struct mend mend = { 0 };
	struct err err;
	int code;

	if (batch->options->resume && batch->options->read_only) {
		batch_say("--resume lets a repair go on, and --read-only was given");
		return EX_NOPERM;
	}
	if (mend_begin(batch, &mend, &err) && batch_gather(batch, &wanted, &err)) {
		code = look(batch, &mend);
		batch_say_missing(batch);
		code = mend_worse(code, batch_hosts_code(batch));
	} else {
		code = batch_fail(&err);
	}
	mend_release(batch, &mend);
	return code;
}

const struct batch_command command_jobs = {
	.name = "jobs",
	.arguments = "",
	.summary = "What hosts carry out or have carried out; brings their journals into the ledger",
	.takes = TAKES_JSON | TAKES_HOST | TAKES_TIMEOUT | TAKES_RESUME,
	.run = run,
};
