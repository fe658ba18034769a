/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sysexits.h>

#include "core/base/json.h"
#include "tui/batch/catch_up.h"
#include "tui/batch/table.h"

static const struct table_column columns[] = {
	{ "TIME", 'l' },
	{ "WHO", 'l' },
	{ "WHAT", 'l' },
	{ "RESULT", 'l' },
	{ "HOST", 'l' },
	{ "MAILBOX", 'l' },
	{ "DETAIL", 'l' },
	{ NULL, 0 },
};

static void print_json(const struct ledger_entry *entry)
{
	struct str out = { 0 };
	char time[32];

	json_open(&out, NULL, '{');
	json_add_whole(&out, "id", entry->id);
	json_add_text(&out, "time", batch_moment(entry->wall_s, true, time));
	json_add_text(&out, "who", entry->who);
	json_add_text(&out, "what", entry->what);
	json_add_text(&out, "host", entry->host);
	json_add_text(&out, "mailbox", entry->mailbox);
	json_add_text(&out, "detail", entry->detail);
	json_add_text(&out, "result", entry->result);
	if (entry->host_seq)
		json_add_whole(&out, "host_seq", entry->host_seq);
	else
		json_add_null(&out, "host_seq");
	json_close(&out, '}');
	puts(str_text(&out));
	str_release(&out);
}

/* Several lines become one: indentation and line ends a single blank. */
static void table_lines(struct table *table, const char *text)
{
	struct str line = { 0 };

	for (; text && *text; text++)
		if (*text != '\n' && *text != ' ')
			str_addc(&line, *text);
		else if (line.len && line.data[line.len - 1] != ' ')
			str_addc(&line, ' ');
	table_text(table, str_text(&line));
	str_release(&line);
}

static void print_row(const struct ledger_entry *entry, struct table *table)
{
	char time[32];

	table_text(table, batch_moment(entry->wall_s, false, time));
	table_text(table, entry->who);
	table_text(table, entry->what);
	table_text(table, entry->result);
	table_text(table, entry->host);
	table_text(table, entry->mailbox);
	table_lines(table, entry->detail);
}

static int run(struct batch *batch)
{
	struct table table = { 0 };
	bool whole;
	struct err err;

	if (!batch_store(batch, &err))
		return batch_fail(&err);
	whole = ledger_catch_up(batch);
	if (!ledger_fetch(batch, batch->options->text, batch->options->before,
		    (int)batch->options->limit, &err))
		return batch_fail(&err);
	if (!batch->options->json)
		table_begin(&table, stdout, columns);
	vec_each(&batch->ledger->ledger, entry) {
		if (batch->options->json)
			print_json(entry);
		else
			print_row(entry, &table);
	}
	if (!batch->options->json)
		table_end(&table);
	return whole ? EX_OK : EX_UNAVAILABLE;
}

const struct batch_command command_ledger = {
	.name = "ledger",
	.arguments = "",
	.summary = "What was done and decided, by whom; newest first",
	.takes = TAKES_JSON | TAKES_LIMIT | TAKES_TEXT | TAKES_BEFORE,
	.run = run,
};
