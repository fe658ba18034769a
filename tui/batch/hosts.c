/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>

#include "core/base/json.h"
#include "tui/batch/gather.h"
#include "tui/batch/table.h"

static const struct table_column columns[] = {
	{ "HOST", 'l' },
	{ "STATE", 'l' },
	{ "AGE", 'r' },
	{ "LOAD1", 'r' },
	{ "LOAD5", 'r' },
	{ "LOAD15", 'r' },
	{ "CPU%", 'r' },
	{ "IMAP", 'r' },
	{ "POP3", 'r' },
	{ "LMTP", 'r' },
	{ "OTHER", 'r' },
	{ "QUEUE", 'r' },
	{ "DOVECOT", 'l' },
	{ "WHY", 'l' },
	{ NULL, 0 },
};

/* A host's figures, -1 and NAN where they are not known. */
struct figures {
	double load[3];
	double cpu_percent;
	int64_t imap, pop3, lmtp, other, queue;
};

static int64_t known(bool blind, uint32_t count)
{
	return blind ? -1 : (int64_t)count;
}

static struct figures figures_of(const struct batch *batch, uint32_t index)
{
	const struct host *host = &batch->fleet->hosts.items[index];
	bool blind = batch_host_blind(batch, index), sampled = host->asked_ms;
	struct figures figures = {
		.load = { NAN, NAN, NAN },
		.cpu_percent = host->cpu_percent,
		.imap = known(blind, host->counts.imap),
		.pop3 = known(blind, host->counts.pop3),
		.lmtp = known(blind, host->counts.lmtp),
		.other = known(blind, host->counts.other),
		.queue = sampled ? host->queue.total : -1,
	};

	for (int i = 0; sampled && i < 3; i++)
		figures.load[i] = host->load[i];
	return figures;
}

static void print_json(const struct batch *batch, uint32_t index)
{
	const struct host *host = &batch->fleet->hosts.items[index];
	struct figures figures = figures_of(batch, index);
	struct str out = { 0 }, room = { 0 };
	char state[32];

	json_open(&out, NULL, '{');
	json_add_text(&out, "host", host->config->name);
	json_add_text(&out, "state", batch_host_state(batch, index, state));
	batch_json_known(&out, "age_ms", batch_age_ms(host->asked_ms));
	json_add_real(&out, "load1", figures.load[0], 2);
	json_add_real(&out, "load5", figures.load[1], 2);
	json_add_real(&out, "load15", figures.load[2], 2);
	json_add_real(&out, "cpu_percent", figures.cpu_percent, 1);
	json_open(&out, "sessions", '{');
	batch_json_known(&out, "imap", figures.imap);
	batch_json_known(&out, "pop3", figures.pop3);
	batch_json_known(&out, "lmtp", figures.lmtp);
	batch_json_known(&out, "other", figures.other);
	json_close(&out, '}');
	batch_json_known(&out, "queue", figures.queue);
	json_add_text(&out, "dovecot", host->facts.dovecot);
	json_add_text(&out, "error", batch_host_error(batch, index, &room));
	json_close(&out, '}');
	puts(str_text(&out));
	str_release(&room);
	str_release(&out);
}

static void print_row(const struct batch *batch, uint32_t index, struct table *table)
{
	const struct host *host = &batch->fleet->hosts.items[index];
	struct figures figures = figures_of(batch, index);
	struct str room = { 0 };
	const char *why = batch_host_error(batch, index, &room);
	char state[32], phrase[96];
	int level;

	table_text(table, host->config->name);
	table_text(table, batch_host_state(batch, index, state));
	table_age(table, batch_age_ms(host->asked_ms));
	for (int i = 0; i < 3; i++)
		table_real(table, figures.load[i], 2);
	table_real(table, figures.cpu_percent, 1);
	table_whole(table, figures.imap);
	table_whole(table, figures.pop3);
	table_whole(table, figures.lmtp);
	table_whole(table, figures.other);
	table_whole(table, figures.queue);
	table_text(table, host->facts.dovecot);
	table_text(table, why ? why : host_why(host, phrase, &level));
	str_release(&room);
}

void batch_print_hosts(const struct batch *batch)
{
	struct table table = { 0 };

	if (!batch->options->json)
		table_begin(&table, stdout, columns);
	for (uint32_t i = 0; i < batch->config->hosts.count; i++) {
		if (!batch->hosts[i].asked)
			continue;
		if (batch->options->json)
			print_json(batch, i);
		else
			print_row(batch, i, &table);
	}
	if (!batch->options->json)
		table_end(&table);
}

static int run(struct batch *batch)
{
	struct gather wanted = {
		.depth = BATCH_SAMPLES,
		.samples = batch->options->once ? 1 : 2,
	};
	struct err err;

	if (!batch_gather(batch, &wanted, &err))
		return batch_fail(&err);
	batch_print_hosts(batch);
	return batch_hosts_code(batch);
}

const struct batch_command command_hosts = {
	.name = "hosts",
	.arguments = "",
	.summary = "Load, sessions and queue of each host",
	.takes = TAKES_JSON | TAKES_ONCE | TAKES_HOST | TAKES_TIMEOUT,
	.run = run,
};
