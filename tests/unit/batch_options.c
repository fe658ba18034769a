/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/batch/batch.h"

/* Splits a line at blanks and parses it; no word holds one. */
static bool parse(struct options *options, const char *line, struct err *err)
{
	static char words[1000];
	char *argv[32] = { words }, *rest = words, *word;
	int argc = 0;

	snprintf(words, sizeof(words), "mailmend %s", line);
	while ((word = strsep(&rest, " ")))
		if (*word)
			argv[argc++] = word;
	return options_parse(options, argc, argv, err);
}

static void commands_are_found(void **state)
{
	static const struct {
		const char *line;
		const struct batch_command *command;
		int arguments;
	} cases[] = {
		{ "", NULL, 0 },
		{ "--ascii", NULL, 0 },
		{ "hosts", &command_hosts, 0 },
		{ "hosts --json", &command_hosts, 0 },
		{ "--json hosts", &command_hosts, 0 },
		{ "hosts add ops@mail03", &command_hosts_add, 1 },
		{ "hosts --name add add mail03", &command_hosts_add, 1 },
		{ "hosts prepare mail03 --undo --yes", &command_hosts_prepare, 1 },
		{ "sessions", &command_sessions, 0 },
		{ "sessions u@d", &command_sessions, 1 },
		{ "sessions -- --json", &command_sessions, 1 },
		{ "mailboxes --filter=^a --limit 5", &command_mailboxes, 0 },
		{ "hosts add --help", &command_hosts_add, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options options;
		struct err err = { 0 };

		if (!parse(&options, cases[i].line, &err))
			fail_msg("\"%s\": %s", cases[i].line, err.text);
		assert_ptr_equal(options.command, cases[i].command);
		assert_int_equal(options.count, cases[i].arguments);
	}
}

static void values_are_taken(void **state)
{
	struct options options;
	struct err err;

	(void)state;
	assert_true(parse(&options, "-c /c --timeout=7 --filter !a=b mailboxes --limit 12 --sort cpu",
		&err));
	assert_string_equal(options.config, "/c");
	assert_int_equal(options.timeout, 7);
	assert_string_equal(options.filter, "!a=b");
	assert_int_equal(options.limit, 12);
	assert_string_equal(options.sort, "cpu");
	assert_false(options.json || options.once || options.read_only || options.help);
}

static void wrong_use_is_one_sentence(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{ "frobnicate", "no command \"frobnicate\"" },
		{ "host", "no command \"host\"" },
		{ "--frobnicate", "no option \"--frobnicate\"" },
		{ "hosts -x", "no option \"-x\"" },
		{ "hosts --filter x", "\"hosts\" does not take --filter" },
		{ "hosts --ascii", "\"hosts\" does not take --ascii" },
		{ "--json", "the console does not take --json" },
		{ "hosts extra", "does not know what to do with \"extra\"" },
		{ "hosts add", "use: mailmend hosts add [USER@]HOST" },
		{ "hosts add a b", "does not know what to do with \"b\"" },
		{ "hosts --json=yes", "--json takes no value" },
		{ "hosts --host", "--host wants a value" },
		{ "hosts --host=", "--host wants a value" },
		{ "hosts --timeout 0", "--timeout wants a whole number" },
		{ "hosts --timeout -1", "--timeout wants a whole number" },
		{ "hosts --timeout 1.5", "--timeout wants a whole number" },
		{ "ledger --limit 99999999999", "--limit wants a whole number" },
		{ "a b c d e f g h i", "no command \"a\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options options;
		struct err err = { 0 };

		assert_false(parse(&options, cases[i].line, &err));
		assert_int_equal(err.kind, ERR_USAGE);
		if (!strstr(err.text, cases[i].says))
			fail_msg("\"%s\" says: %s", cases[i].line, err.text);
		assert_null(strchr(err.text, '\n'));
	}
}

static void help_names_every_command_and_option(void **state)
{
	struct str text = { 0 };

	(void)state;
	options_help(&text, NULL);
	for (size_t i = 0; batch_commands[i]; i++)
		assert_non_null(strstr(str_text(&text), batch_commands[i]->name));
	assert_non_null(strstr(str_text(&text), "--read-only"));
	str_clear(&text);
	options_help(&text, &command_hosts_add);
	assert_non_null(strstr(str_text(&text), "--identity FILE"));
	assert_null(strstr(str_text(&text), "--undo"));
	str_release(&text);
}

static void commands_agree_with_themselves(void **state)
{
	(void)state;
	for (size_t i = 0; batch_commands[i]; i++) {
		const struct batch_command *command = batch_commands[i];

		assert_non_null(command->run);
		assert_true(*command->summary && command->least <= command->most);
		assert_int_equal(command->most > 0, *command->arguments != 0);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(command->name, batch_commands[j]->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_found),
		cmocka_unit_test(values_are_taken),
		cmocka_unit_test(wrong_use_is_one_sentence),
		cmocka_unit_test(help_names_every_command_and_option),
		cmocka_unit_test(commands_agree_with_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
