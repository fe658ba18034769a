/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sysexits.h>

#include "core/base/json.h"
#include "core/store/store.h"
#include "tui/batch/gather.h"
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

static bool answered(const struct batch *batch)
{
	return batch->ledger || batch->store_error.kind != ERR_NONE;
}

static int run(struct batch *batch)
{
	struct commands commands = { 0 };
	struct command *command = commands_add(&commands, COMMAND_LEDGER_GET);
	struct table table = { 0 };
	struct err err;

	command->query.limit = (int)batch->options->limit;
	command->query.before = batch->options->before;
	command->query.text = mem_text(batch->options->text);
	if (!batch_store(batch, &err)) {
		commands_release(&commands);
		return batch_fail(&err);
	}
	store_post(batch->store, command);
	commands_release(&commands);
	batch_extend(batch);
	batch_pump(batch, answered);
	if (!batch->ledger) {
		if (batch->store_error.kind == ERR_NONE)
			err_set(&batch->store_error, ERR_IO, "the store in %s does not answer",
				batch->config->store_directory);
		return batch_fail(&batch->store_error);
	}
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
	return EX_OK;
}

const struct batch_command command_ledger = {
	.name = "ledger",
	.arguments = "",
	.summary = "What was done and decided, by whom; newest first",
	.takes = TAKES_JSON | TAKES_LIMIT | TAKES_TEXT | TAKES_BEFORE,
	.run = run,
};
