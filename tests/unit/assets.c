/* SPDX-License-Identifier: MIT */
/* What ships beside the program is taken by the program. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/config.h"
#include "tui/theme.h"

static void example_config_is_read(void **state)
{
	const struct config_places places = { .home = "/home/ana" };
	struct config config = { 0 };
	struct str problems = { 0 };
	struct err err = { 0 };

	(void)state;
	if (!config_read(&config, SOURCE_DIR "/assets/config.example.json", &places, &problems, &err))
		fail_msg("%s", str_text(&problems));
	assert_int_equal(config.hosts.count, 3);
	assert_string_equal(config.hosts.items[0].become, "sudo -n");
	assert_null(config.hosts.items[2].become);
	assert_string_equal(config.store_directory, "/home/ana/.local/state/mailmend");
	config_release(&config);
	str_release(&problems);
}

static char *file_text(const char *path, size_t *len)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 65536);

	assert_non_null(file);
	assert_non_null(text);
	*len = fread(text, 1, 65535, file);
	fclose(file);
	return text;
}

static void theme_is_read(const char *name)
{
	struct theme theme;
	struct err err = { 0 };
	char path[512];
	size_t len;
	char *text;

	snprintf(path, sizeof(path), "%s/%s", SOURCE_DIR "/assets/themes", name);
	text = file_text(path, &len);
	if (!theme_parse(&theme, path, text, len, &err))
		fail_msg("%s", err.text);
	free(text);
}

static void themes_are_read(void **state)
{
	DIR *folder = opendir(SOURCE_DIR "/assets/themes");
	const struct dirent *entry;
	int read = 0;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		theme_is_read(entry->d_name);
		read++;
	}
	closedir(folder);
	assert_true(read >= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_config_is_read),
		cmocka_unit_test(themes_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
