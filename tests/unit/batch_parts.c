/* SPDX-License-Identifier: MIT */
/* Tables, targets and the configuration as a file. */
#include <fcntl.h>
#include <libgen.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tui/batch/config_file.h"
#include "tui/batch/table.h"
#include "tui/batch/target.h"

static const struct table_column columns[] = {
	{ "NAME", 'l' },
	{ "FIGURE", 'r' },
	{ "TEXT", 'l' },
	{ NULL, 0 },
};

static void table_aligns(void **state)
{
	struct table table;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	table_begin(&table, out, columns);
	table_text(&table, "grün");
	table_whole(&table, 12);
	table_text(&table, "x");
	table_text(&table, "日本");
	table_real(&table, NAN, 1);
	table_text(&table, "");
	table_text(&table, NULL);
	table_real(&table, 1.25, 1);
	table_text(&table, "a\tb\033[31m\n\xff");
	table_text(&table, "z");
	table_age(&table, 1234);
	table_text(&table, "e");
	table_end(&table);
	fclose(out);
	assert_string_equal(text, "NAME  FIGURE  TEXT\n"
				  "grün      12  x\n"
				  "日本       -  -\n"
				  "-        1.2  a\xEF\xBF\xBD"
				  "b\xEF\xBF\xBD[31m\xEF\xBF\xBD\xEF\xBF\xBD\n"
				  "z       1.2s  e\n");
	free(text);
}

static void long_tables_keep_little(void **state)
{
	struct table table;
	char *text = NULL;
	size_t len, lines = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	table_begin(&table, out, columns);
	for (int i = 0; i < 5000; i++) {
		table_text(&table, "name");
		table_whole(&table, i);
		table_text(&table, "text");
		assert_true(table.cells.count <= 3 * 501);
	}
	table_end(&table);
	fclose(out);
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	assert_int_equal(lines, 5001);
	free(text);
}

static void targets_are_read(void **state)
{
	static const struct {
		const char *target, *user, *address;
		int port;
	} cases[] = {
		{ "mail03", NULL, "mail03", 0 },
		{ "ops@mail03.example.org", "ops", "mail03.example.org", 0 },
		{ "ops@mail03:2222", "ops", "mail03", 2222 },
		{ "u@dom@mail03", "u@dom", "mail03", 0 },
		{ "[2001:db8::1]:22", NULL, "2001:db8::1", 22 },
		{ "ops@[::1]", "ops", "::1", 0 },
		{ "2001:db8::1", NULL, "2001:db8::1", 0 },
	};
	static const char *const wrong[] = { "", "@mail", "ops@", ":22", "mail:", "mail:0", "mail:65536",
		"mail:22x", "[::1", "[::1]22", "[]:22", "mail:-1", "mail:000022" };
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config_host host = { 0 };

		assert_true(target_parse(&host, cases[i].target, &err));
		assert_string_equal(host.address, cases[i].address);
		assert_int_equal(host.port, cases[i].port);
		if (cases[i].user)
			assert_string_equal(host.user, cases[i].user);
		else
			assert_null(host.user);
		free(host.address);
		free(host.user);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct config_host host = { 0 };

		if (target_parse(&host, wrong[i], &err))
			fail_msg("\"%s\" was taken", wrong[i]);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_null(host.address);
	}
}

static void assert_file(const char *path, const char *expected)
{
	struct str text = { 0 };
	struct err err;

	assert_true(config_file_read(&text, path, &err));
	assert_string_equal(str_text(&text), expected);
	str_release(&text);
}

static void files_are_replaced(void **state)
{
	char folder[] = "/tmp/mailmend-unit-XXXXXX", path[100], link[100], deep[100];
	struct str text = { 0 };
	struct stat found;
	struct err err;
	int lock;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(deep, sizeof(deep), "%s/a", folder);
	snprintf(path, sizeof(path), "%s/a/b/config.json", folder);
	snprintf(link, sizeof(link), "%s/link.json", folder);
	assert_file(path, "");
	lock = config_file_lock(path, &err);
	assert_true(lock >= 0);
	close(lock);
	assert_int_equal(stat(deep, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0700);
	str_adds(&text, "one");
	assert_true(config_file_replace(path, &text, &err));
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0600);
	assert_int_equal(symlink(path, link), 0);
	str_adds(&text, " two");
	assert_true(config_file_replace(link, &text, &err));
	assert_int_equal(lstat(link, &found), 0);
	assert_true(S_ISLNK(found.st_mode));
	assert_file(path, "one two");
	str_release(&text);
	unlink(link);
	unlink(path);
	assert_int_equal(rmdir(dirname(path)), 0); /* nothing else was left in it */
	assert_int_equal(rmdir(deep), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void places_that_cannot_be_written_are_told(void **state)
{
	struct str text = { 0 };
	struct err err;

	(void)state;
	str_adds(&text, "x");
	assert_false(config_file_replace("/proc/nowhere/config.json", &text, &err));
	assert_int_equal(err.kind, ERR_IO);
	assert_non_null(strstr(err.text, "/proc/nowhere/config.json"));
	assert_int_equal(config_file_lock("/proc/nowhere/config.json", &err), -1);
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_aligns),
		cmocka_unit_test(long_tables_keep_little),
		cmocka_unit_test(targets_are_read),
		cmocka_unit_test(files_are_replaced),
		cmocka_unit_test(places_that_cannot_be_written_are_told),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
