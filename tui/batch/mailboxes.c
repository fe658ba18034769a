/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "tui/batch/gather.h"
#include "tui/batch/table.h"

enum { HOSTS_SHOWN = 64, WORK = 100000 };

static const struct table_column columns[] = {
	{ "MAILBOX", 'l' },
	{ "HOSTS", 'l' },
	{ "IMAP", 'r' },
	{ "POP3", 'r' },
	{ "ADDR", 'r' },
	{ "CPU%", 'r' },
	{ "READ/s", 'r' },
	{ "WRITE/s", 'r' },
	{ "IN/m", 'r' },
	{ "AGE", 'r' },
	{ NULL, 0 },
};

static const struct sorting {
	const char *name;
	enum mailbox_column column;
	bool descending;
} sortings[] = {
	{ "name", COLUMN_NAME, false },
	{ "host", COLUMN_HOST, false },
	{ "imap", COLUMN_IMAP, true },
	{ "pop3", COLUMN_POP3, true },
	{ "addresses", COLUMN_ADDRESSES, true },
	{ "cpu", COLUMN_CPU, true },
	{ "read", COLUMN_READ, true },
	{ "write", COLUMN_WRITE, true },
	{ "deliveries", COLUMN_DELIVERIES, true },
	{ "sessions", COLUMN_SESSIONS, true },
	{ "age", COLUMN_AGE, true },
};

static const struct sorting *sorting_named(const char *name, struct err *err)
{
	if (!name)
		return &sortings[0];
	for (size_t i = 0; i < sizeof(sortings) / sizeof(sortings[0]); i++)
		if (!strcmp(sortings[i].name, name))
			return &sortings[i];
	err_set(err, ERR_USAGE,
		"there is no column \"%.100s\" to sort by; see \"mailmend mailboxes --help\"", name);
	return NULL;
}

/* Calls EACH with the name of every host that reaches the row. */
static void each_host(const struct batch *batch, uint32_t row, struct str *out,
	void (*each)(struct str *out, const char *name))
{
	uint32_t hosts[HOSTS_SHOWN];
	size_t count = mailboxes_hosts(batch->fleet->mailboxes, row, hosts, HOSTS_SHOWN);

	for (size_t i = 0; i < count && i < HOSTS_SHOWN; i++)
		each(out, batch->config->hosts.items[hosts[i]].name);
}

static void json_host(struct str *out, const char *name)
{
	json_add_text(out, NULL, name);
}

static void comma_host(struct str *out, const char *name)
{
	str_addf(out, "%s%s", out->len ? "," : "", name);
}

static void print_json(const struct batch *batch, uint32_t index, const struct mailbox_row *row)
{
	const struct mailboxes *mailboxes = batch->fleet->mailboxes;
	struct str out = { 0 };

	json_open(&out, NULL, '{');
	json_add_text(&out, "mailbox", mailboxes_name(mailboxes, row->name));
	json_open(&out, "hosts", '[');
	each_host(batch, index, &out, json_host);
	json_close(&out, ']');
	json_add_whole(&out, "imap", row->imap);
	json_add_whole(&out, "pop3", row->pop3);
	json_add_whole(&out, "addresses", row->addresses);
	json_add_real(&out, "cpu_percent", row->cpu_percent, 1);
	json_add_real(&out, "read_bps", row->read_bps, 0);
	json_add_real(&out, "write_bps", row->write_bps, 0);
	json_add_real(&out, "deliveries_per_minute", row->deliveries_per_minute, 1);
	batch_json_known(&out, "age_ms", batch_age_ms(mailboxes_asked(batch->fleet->mailboxes, index)));
	json_close(&out, '}');
	puts(str_text(&out));
	str_release(&out);
}

static void print_row(const struct batch *batch, uint32_t index, const struct mailbox_row *row,
	struct table *table)
{
	struct str hosts = { 0 };

	each_host(batch, index, &hosts, comma_host);
	table_text(table, mailboxes_name(batch->fleet->mailboxes, row->name));
	table_text(table, str_text(&hosts));
	table_whole(table, row->imap);
	table_whole(table, row->pop3);
	table_whole(table, row->addresses);
	table_real(table, row->cpu_percent, 1);
	table_real(table, row->read_bps, 0);
	table_real(table, row->write_bps, 0);
	table_real(table, row->deliveries_per_minute, 1);
	table_age(table, batch_age_ms(mailboxes_asked(batch->fleet->mailboxes, index)));
	str_release(&hosts);
}

static void print_all(const struct batch *batch, const struct view *view)
{
	const struct options *options = batch->options;
	size_t count = view_count(view);
	struct table table = { 0 };

	if (options->limit && count > (size_t)options->limit)
		count = (size_t)options->limit;
	if (!options->json)
		table_begin(&table, stdout, columns);
	for (size_t i = 0; i < count && !ferror(stdout); i++) {
		uint32_t index = view_at(view, i);
		const struct mailbox_row *row = mailboxes_row(batch->fleet->mailboxes, index);

		if (options->json)
			print_json(batch, index, row);
		else
			print_row(batch, index, row, &table);
	}
	if (!options->json)
		table_end(&table);
}

/* A pattern that is wrong is told before anything is connected to. */
static bool check_pattern(const char *pattern, struct err *err)
{
	struct mailboxes *none = mailboxes_new();
	struct view *view = view_new(none);
	bool ok = view_filter(view, pattern, UINT32_MAX, err);

	view_free(view);
	mailboxes_free(none);
	return ok;
}

static int run(struct batch *batch)
{
	struct gather wanted = {
		.depth = BATCH_SAMPLES,
		.samples = batch->options->once ? 1 : 2,
		.stores = true,
		.names = true,
	};
	const struct sorting *sorting;
	struct view *view;
	struct err err;
	int code;

	sorting = sorting_named(batch->options->sort, &err);
	if (!sorting)
		return batch_fail(&err);
	if (!check_pattern(batch->options->filter, &err) || !batch_gather(batch, &wanted, &err))
		return batch_fail(&err);
	view = view_new(batch->fleet->mailboxes);
	if (view_filter(view, batch->options->filter, UINT32_MAX, &err)) {
		view_sort(view, sorting->column, sorting->descending);
		while (view_work(view, WORK))
			;
		print_all(batch, view);
		batch_say_missing(batch);
		code = batch_hosts_code(batch);
	} else {
		code = batch_fail(&err);
	}
	view_free(view);
	return code;
}

const struct batch_command command_mailboxes = {
	.name = "mailboxes",
	.arguments = "",
	.summary = "Sessions and use of each mailbox, over all hosts",
	.takes = TAKES_JSON | TAKES_ONCE | TAKES_HOST | TAKES_TIMEOUT | TAKES_FILTER | TAKES_SORT |
		TAKES_LIMIT,
	.run = run,
};
