/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "tui/batch/ask.h"
#include "tui/batch/gather.h"
#include "tui/batch/table.h"

static uint32_t index_of(const struct batch *batch, const char *name)
{
	for (uint32_t i = 0; i < batch->config->hosts.count; i++)
		if (!strcmp(batch->config->hosts.items[i].name, name))
			return i;
	return UINT32_MAX;
}

static void print_report(const struct prepare_report *report)
{
	struct str out = { 0 };

	plain_add(&out, report->text ? report->text : "", true);
	if (out.len && out.data[out.len - 1] != '\n')
		str_addc(&out, '\n');
	fputs(str_text(&out), stdout);
	fflush(stdout);
	str_release(&out);
}

/* Default is no. Returns 0 or the exit code. */
static int confirm(const struct batch *batch, const char *name)
{
	struct str question = { 0 };
	struct err err = { 0 };
	bool yes;

	if (batch->options->yes)
		return 0;
	if (!ask_possible()) {
		batch_say("nothing was done: there is no terminal to ask on; --yes does the above");
		return EX_NOPERM;
	}
	str_addf(&question, "Do this on %s? [y/N] ", name);
	yes = ask_yes(str_text(&question), &err);
	str_release(&question);
	if (!yes)
		batch_say("nothing was done");
	return yes ? 0 : EX_NOPERM;
}

static int carry_out(struct batch *batch, uint32_t index)
{
	struct batch_host *host = &batch->hosts[index];
	const char *name = batch->config->hosts.items[index].name;
	const char *what = batch->options->undo ? "hosts prepare --undo" :
		batch->options->repair ? "hosts prepare --repair" : "hosts prepare";
	struct commands commands = { 0 };
	struct command *command;
	struct err err;

	/* An act is sent only after its intent is stored. */
	if (!batch_record(batch, what, name, host->prepare.text, "begun", &err))
		return batch_fail(&err);
	host->prepare_seen = false;
	command = commands_add(&commands, COMMAND_PREPARE);
	command->host = index;
	command->yes = true;
	command->undo = batch->options->undo;
	command->repair = batch->options->repair;
	batch_carry(batch, &commands);
	batch_wait(batch);
	if (!host->prepare_seen) {
		batch_record(batch, what, name, "the host went away meanwhile", "unknown", NULL);
		batch_say_missing(batch);
		return EX_UNAVAILABLE;
	}
	print_report(&host->prepare);
	/* What was done the worker itself has told, for the ledger (MESSAGE_DID). */
	if (host->prepare.ok)
		return EX_OK;
	if (!batch_record(batch, what, name, host->prepare.text, "failed", &err))
		return batch_fail(&err);
	return EX_NOPERM;
}

static int run(struct batch *batch)
{
	struct gather wanted = { .depth = BATCH_LOGIN, .prepare = true };
	const char *name = batch->options->arguments[0];
	uint32_t index = index_of(batch, name);
	struct err err;
	int code;

	if (index == UINT32_MAX) {
		batch_say("there is no host \"%.100s\" in %s", name, batch->config->path);
		return EX_USAGE;
	}
	if (!batch_open(batch, &wanted, name, &err))
		return batch_fail(&err);
	batch_wait(batch);
	if (!batch->hosts[index].prepare_seen) {
		batch_say_missing(batch);
		return batch_hosts_code(batch);
	}
	print_report(&batch->hosts[index].prepare);
	if (!batch->hosts[index].prepare.ok)
		return EX_NOPERM;
	code = confirm(batch, name);
	return code ? code : carry_out(batch, index);
}

const struct batch_command command_hosts_prepare = {
	.name = "hosts prepare",
	.arguments = "HOST",
	.summary = "Install the root-owned agent for sudo, after showing what is done",
	.least = 1,
	.most = 1,
	.takes = TAKES_CHANGE | TAKES_TIMEOUT,
	.changes = true,
	.run = run,
};
