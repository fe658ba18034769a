/* SPDX-License-Identifier: MIT */
#include "tui/batch/options.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tui/batch/batch.h"
#include "tui/text.h"

enum option_kind { FLAG, TEXT, NUMBER };

#define ALWAYS 0u
#define HELP_COLUMNS 26

static const struct option_row {
	const char *name;
	char letter; /* 0: none */
	enum option_kind kind;
	unsigned takes; /* ALWAYS, or the bit a command must have */
	size_t offset;
	const char *value; /* for help */
	const char *summary;
} rows[] = {
#define AT(member) offsetof(struct options, member)
	{ "--config", 'c', TEXT, ALWAYS, AT(config), "FILE", "configuration to use" },
	{ "--read-only", 0, FLAG, ALWAYS, AT(read_only), NULL, "nothing that changes a host" },
	{ "--ascii", 0, FLAG, TAKES_SCREEN, AT(ascii), NULL, "borders and sparklines in ASCII" },
	{ "--theme", 0, TEXT, TAKES_SCREEN, AT(theme), "NAME", "dark, light, mono, or a file" },
	{ "--json", 0, FLAG, TAKES_JSON, AT(json), NULL, "JSON Lines instead of a table" },
	{ "--once", 0, FLAG, TAKES_ONCE, AT(once), NULL,
		"one sample of each host; CPU and rates need two and stay unknown" },
	{ "--host", 0, TEXT, TAKES_HOST, AT(host), "NAME[,NAME…]", "only these hosts" },
	{ "--timeout", 0, NUMBER, TAKES_TIMEOUT, AT(timeout), "SECONDS",
		"wait no longer for a host (30)" },
	{ "--filter", 0, TEXT, TAKES_FILTER, AT(filter), "REGEX",
		"only mailboxes that match; a leading ! turns it round" },
	{ "--sort", 0, TEXT, TAKES_SORT, AT(sort), "COLUMN",
		"name, host, imap, pop3, addresses, cpu, read, write, deliveries, sessions, age" },
	{ "--limit", 0, NUMBER, TAKES_LIMIT, AT(limit), "COUNT", "at most so many rows" },
	{ "--text", 0, TEXT, TAKES_TEXT, AT(text), "WORDS", "only entries that hold these words" },
	{ "--before", 0, NUMBER, TAKES_BEFORE, AT(before), "ID", "only entries older than this one" },
	{ "--name", 0, TEXT, TAKES_LOGIN, AT(name), "NAME", "how you call the host" },
	{ "--identity", 0, TEXT, TAKES_LOGIN, AT(identity), "FILE", "key to log in with" },
	{ "--known-hosts", 0, TEXT, TAKES_LOGIN, AT(known_hosts), "FILE", "file of host keys" },
	{ "--become", 0, TEXT, TAKES_LOGIN, AT(become), "COMMAND",
		"\"sudo -n\": run the root-owned agent (see hosts prepare)" },
	{ "--unchecked", 0, FLAG, TAKES_LOGIN, AT(unchecked), NULL, "write it without a login" },
	{ "--undo", 0, FLAG, TAKES_CHANGE, AT(undo), NULL, "take away what was installed" },
	{ "--repair", 0, FLAG, TAKES_CHANGE, AT(repair), NULL,
		"let it repair mailboxes, too; without this it only looks" },
	{ "--yes", 0, FLAG, TAKES_CHANGE, AT(yes), NULL, "do not ask" },
	{ "--depth", 0, NUMBER, TAKES_DEPTH, AT(depth), "1|2|3",
		"1 counts, 2 indexes and a rehearsal (the default), 3 every message" },
	{ "--operation", 0, TEXT, TAKES_OPERATION, AT(operation), "NAME", "resync" },
	{ "--copy", 0, TEXT, TAKES_COPY, AT(copy), "NAME",
		"the kept copy to read from; without it all are listed" },
	{ "--confirm", 0, TEXT, TAKES_CONFIRM, AT(confirm), "HASH",
		"do it: the hash that was printed with the plan" },
	{ "--resume", 0, TEXT, TAKES_RESUME, AT(resume), "HASH",
		"let a job go on that was broken off" },
	{ "--help", 'h', FLAG, ALWAYS, AT(help), NULL, "this text" },
	{ "--version", 'V', FLAG, ALWAYS, AT(version), NULL, "name the version" },
#undef AT
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* What the console itself takes. */
#define CONSOLE_TAKES TAKES_SCREEN

struct reader {
	struct options *options;
	unsigned given; /* a bit for each row that was used */
	char **words; /* at the front of argv */
	int count;
	struct err *err;
};

static const struct option_row *row_of(const char *word, size_t len)
{
	for (size_t i = 0; i < ROWS; i++) {
		bool is_long = strlen(rows[i].name) == len && !memcmp(rows[i].name, word, len);

		if (is_long || (len == 2 && rows[i].letter && word[1] == rows[i].letter))
			return &rows[i];
	}
	return NULL;
}

static bool number_of(int64_t *out, const char *text)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || *end || !isdigit((unsigned char)*text) || number < 1 || number > INT32_MAX)
		return false;
	*out = number;
	return true;
}

static bool row_set(struct reader *reader, const struct option_row *row, const char *value)
{
	char *place = (char *)reader->options + row->offset;

	reader->given |= 1u << (row - rows);
	switch (row->kind) {
	case FLAG:
		*(bool *)(void *)place = true;
		return true;
	case TEXT:
		*(const char **)(void *)place = value;
		return true;
	case NUMBER:
		if (number_of((int64_t *)(void *)place, value))
			return true;
		return err_set(reader->err, ERR_USAGE,
			"%s wants a whole number from 1 up, not \"%.100s\"", row->name, value);
	}
	return false;
}

/* The word at *at is an option; moves *at behind it and its value. */
static bool read_option(struct reader *reader, int argc, char **argv, int *at)
{
	const char *word = argv[(*at)++], *equals = strchr(word, '=');
	const struct option_row *row =
		row_of(word, equals ? (size_t)(equals - word) : strlen(word));
	const char *value = equals ? equals + 1 : NULL;

	if (!row)
		return err_set(reader->err, ERR_USAGE,
			"there is no option \"%.100s\"; \"mailmend --help\" lists them", word);
	if (row->kind == FLAG && value)
		return err_set(reader->err, ERR_USAGE, "%s takes no value", row->name);
	if (row->kind != FLAG && !value && *at < argc)
		value = argv[(*at)++];
	if (row->kind != FLAG && (!value || !*value))
		return err_set(reader->err, ERR_USAGE, "%s wants a value", row->name);
	return row_set(reader, row, value);
}

static bool read_words(struct reader *reader, int argc, char **argv)
{
	bool only_words = false;

	for (int at = 1; at < argc;) {
		const char *word = argv[at];

		if (!only_words && !strcmp(word, "--")) {
			only_words = true;
			at++;
		} else if (!only_words && word[0] == '-' && word[1]) {
			if (!read_option(reader, argc, argv, &at))
				return false;
		} else {
			reader->words[reader->count++] = argv[at++];
		}
	}
	return true;
}

/* How many of the words name this command; 0: they do not. */
static int named_by(const struct batch_command *command, const struct reader *reader)
{
	const char *space = strchr(command->name, ' ');
	size_t first = space ? (size_t)(space - command->name) : strlen(command->name);

	if (!reader->count || strlen(reader->words[0]) != first ||
		memcmp(reader->words[0], command->name, first))
		return 0;
	if (!space)
		return 1;
	return reader->count > 1 && !strcmp(reader->words[1], space + 1) ? 2 : 0;
}

/* Finds the command, "hosts add" before "hosts", and its arguments. */
static bool find_command(struct reader *reader)
{
	struct options *options = reader->options;
	int best = 0;

	for (size_t i = 0; batch_commands[i]; i++) {
		int words = named_by(batch_commands[i], reader);

		if (words > best) {
			best = words;
			options->command = batch_commands[i];
		}
	}
	if (reader->count && !best)
		return err_set(reader->err, ERR_USAGE,
			"there is no command \"%.100s\"; \"mailmend --help\" lists them",
			reader->words[0]);
	options->arguments = reader->words + best;
	options->count = reader->count - best;
	if (options->command && options->count > options->command->most)
		return err_set(reader->err, ERR_USAGE,
			"\"%s\" does not know what to do with \"%.100s\"; see \"mailmend %s --help\"",
			options->command->name, options->arguments[options->command->most],
			options->command->name);
	return true;
}

static bool check_command(struct reader *reader)
{
	const struct options *options = reader->options;
	const struct batch_command *command = options->command;
	unsigned takes = command ? command->takes : CONSOLE_TAKES;

	for (size_t i = 0; i < ROWS; i++) {
		if (!(reader->given & 1u << i) || rows[i].takes == ALWAYS || rows[i].takes & takes)
			continue;
		return err_set(reader->err, ERR_USAGE, "%s%s%s does not take %s",
			command ? "\"" : "", command ? command->name : "the console",
			command ? "\"" : "", rows[i].name);
	}
	if (!command || options->help || options->count >= command->least)
		return true;
	return err_set(reader->err, ERR_USAGE, "use: mailmend %s %s", command->name,
		command->arguments);
}

bool options_parse(struct options *options, int argc, char **argv, struct err *err)
{
	struct options read = { 0 };
	struct reader reader = { .options = &read, .words = argv + 1, .err = err };

	if (!read_words(&reader, argc, argv) || !find_command(&reader) || !check_command(&reader))
		return false;
	*options = read;
	return true;
}

/* One entry of the help; what explains it begins in the same column for all. */
static void add_entry(struct str *out, const char *name, const char *summary)
{
	int columns = text_columns(name, strlen(name));

	str_addf(out, "  %s", name);
	if (columns > HELP_COLUMNS - 2) {
		str_addc(out, '\n');
		columns = -2;
	}
	for (; columns < HELP_COLUMNS; columns++)
		str_addc(out, ' ');
	str_addf(out, "%s\n", summary);
}

static void add_options(struct str *out, unsigned takes, bool always)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct option_row *row = &rows[i];
		struct str left = { 0 };

		if (row->takes == ALWAYS ? !always : !(row->takes & takes))
			continue;
		str_addf(&left, "%s%s%s", row->name, row->value ? " " : "", row->value ? row->value : "");
		if (row->letter)
			str_addf(&left, ", -%c", row->letter);
		add_entry(out, str_text(&left), row->summary);
		str_release(&left);
	}
}

static void command_help(struct str *out, const struct batch_command *command)
{
	str_addf(out, "use: mailmend %s%s%s [OPTION…]\n\n%s.\n\n", command->name,
		*command->arguments ? " " : "", command->arguments, command->summary);
	add_options(out, command->takes, true);
}

void options_help(struct str *out, const struct batch_command *command)
{
	if (command) {
		command_help(out, command);
		return;
	}
	str_adds(out, "use: mailmend [OPTION…]            the console\n"
		      "     mailmend COMMAND [OPTION…]    without a screen\n\ncommands:\n");
	for (size_t i = 0; batch_commands[i]; i++) {
		struct str left = { 0 };

		str_addf(&left, "%s %s", batch_commands[i]->name, batch_commands[i]->arguments);
		add_entry(out, str_text(&left), batch_commands[i]->summary);
		str_release(&left);
	}
	str_adds(out, "\noptions:\n");
	add_options(out, CONSOLE_TAKES, true);
	str_adds(out, "\n\"mailmend COMMAND --help\" tells more. Exit codes: 0; 1 doctor or check found "
		      "something to\nmend, or a repair failed or is not proven; 64 wrong use; 67 no such "
		      "mailbox; 69 a\nhost is away; 74 output or store cannot be written; 75 try again; 77 not "
		      "allowed,\nnot confirmed or refused; 78 configuration; 130 interrupted, hosts go on.\n");
}
