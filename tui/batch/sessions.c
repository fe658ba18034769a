/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "core/base/json.h"
#include "tui/batch/gather.h"
#include "tui/batch/table.h"

static const struct table_column columns[] = {
	{ "MAILBOX", 'l' },
	{ "HOST", 'l' },
	{ "SERVICE", 'l' },
	{ "ADDRESS", 'l' },
	{ "PID", 'r' },
	{ "CPU%", 'r' },
	{ "READ/s", 'r' },
	{ "WRITE/s", 'r' },
	{ "AGE", 'r' },
	{ NULL, 0 },
};

static void print_json(
	const struct batch *batch, const struct host *host, const struct session *session)
{
	struct str out = { 0 };

	json_open(&out, NULL, '{');
	json_add_text(&out, "mailbox", mailboxes_name(batch->fleet->mailboxes, session->name));
	json_add_text(&out, "host", host->config->name);
	json_add_text(&out, "service", session->service);
	json_add_text(&out, "address", *session->address ? session->address : NULL);
	json_add_whole(&out, "pid", session->pid);
	json_add_bool(&out, "shared", session->shared);
	json_add_real(&out, "cpu_percent", session->cpu_percent, 1);
	json_add_real(&out, "read_bps", session->read_bps, 0);
	json_add_real(&out, "write_bps", session->write_bps, 0);
	batch_json_known(&out, "age_ms", batch_age_ms(host->asked_ms));
	json_close(&out, '}');
	puts(str_text(&out));
	str_release(&out);
}

static void print_row(const struct batch *batch, const struct host *host,
	const struct session *session, struct table *table)
{
	table_text(table, mailboxes_name(batch->fleet->mailboxes, session->name));
	table_text(table, host->config->name);
	table_text(table, session->service);
	table_text(table, session->address);
	table_whole(table, session->pid);
	table_real(table, session->cpu_percent, 1);
	table_real(table, session->read_bps, 0);
	table_real(table, session->write_bps, 0);
	table_age(table, batch_age_ms(host->asked_ms));
}

/* Prints the sessions of one mailbox, or all when it is NULL; returns how many. */
static size_t print_all(const struct batch *batch, const char *mailbox)
{
	struct table table = { 0 };
	size_t printed = 0;

	if (!batch->options->json)
		table_begin(&table, stdout, columns);
	vec_each(&batch->fleet->hosts, host)
	{
		vec_each(&host->sessions, session) {
			const char *name = mailboxes_name(batch->fleet->mailboxes, session->name);

			if (mailbox && strcmp(name, mailbox))
				continue;
			printed++;
			if (batch->options->json)
				print_json(batch, host, session);
			else
				print_row(batch, host, session, &table);
		}
	}
	if (!batch->options->json)
		table_end(&table);
	return printed;
}

static bool lookups_done(const struct batch *batch)
{
	for (size_t i = 0; i < batch->config->hosts.count; i++)
		if (batch->hosts[i].stores_seen < batch->hosts[i].stores_wanted)
			return false;
	return true;
}

/*
 * A mailbox without sessions is there all the same. It is not when every backend that was
 * asked says so, and all that may know it were asked.
 */
static bool is_unknown(struct batch *batch, const char *mailbox)
{
	bool all_asked = true, any_asked = false;

	for (uint32_t i = 0; i < batch->config->hosts.count; i++) {
		struct commands commands = { 0 };
		struct command *command;

		if (!(batch->config->hosts.items[i].roles & ROLE_BACKEND))
			continue;
		if (!batch->hosts[i].asked || batch->fleet->hosts.items[i].link != LINK_UP) {
			all_asked = false;
			continue;
		}
		command = commands_add(&commands, COMMAND_STORES);
		command->host = i;
		*vec_add(&command->names) = mem_text(mailbox);
		batch_carry(batch, &commands);
		batch->hosts[i].stores_wanted++;
		any_asked = true;
	}
	batch_extend(batch);
	batch_pump(batch, lookups_done);
	return any_asked && all_asked && lookups_done(batch) && !batch->mailbox_known;
}

static int run(struct batch *batch)
{
	struct gather wanted = {
		.depth = BATCH_SAMPLES,
		.samples = batch->options->once ? 1 : 2,
	};
	const char *mailbox = batch->options->count ? batch->options->arguments[0] : NULL;
	struct err err;

	if (!batch_gather(batch, &wanted, &err))
		return batch_fail(&err);
	if (!print_all(batch, mailbox) && mailbox) {
		if (is_unknown(batch, mailbox)) {
			batch_say("no host knows a mailbox \"%.200s\"", mailbox);
			return EX_NOUSER;
		}
		batch_say("%.200s has no sessions now", mailbox);
	}
	batch_say_missing(batch);
	return batch_hosts_code(batch);
}

const struct batch_command command_sessions = {
	.name = "sessions",
	.arguments = "[MAILBOX]",
	.summary = "Each connection, of one mailbox or of all",
	.most = 1,
	.takes = TAKES_JSON | TAKES_ONCE | TAKES_HOST | TAKES_TIMEOUT,
	.run = run,
};
