/* SPDX-License-Identifier: MIT */
/*
 * The keys in the man page are those of the key tables. What stands between its two lines
 * ".\" keys" is written by `MAILMEND_GOLDEN=write unit_man` and compared otherwise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/str.h"
#include "tui/keys.h"
#include "tui/screen.h"

static const char path[] = SOURCE_DIR "/assets/mailmend.1";
static const char mark[] = ".\\\" keys\n";

/* A line of a man page: no control line, no escapes. */
static void add_text(struct str *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		str_adds(out, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			str_adds(out, "\\e");
		else if (*text == '-')
			str_adds(out, "\\-");
		else if (*text == '"')
			str_adds(out, "\\(dq");
		else
			str_addc(out, *text);
	}
}

static void add_bindings(struct str *out, const char *heading, const struct bindings *bindings)
{
	char label[16];

	if (!bindings->count)
		return;
	str_addf(out, ".SS %s\n", heading);
	for (size_t i = 0; i < bindings->count; i++) {
		const struct binding *binding = &bindings->items[i];

		str_adds(out, ".TP\n.B ");
		add_text(out, key_label(binding->key, label));
		if (binding->also) {
			str_adds(out, ", ");
			add_text(out, key_label(binding->also, label));
		}
		str_adds(out, "\n");
		add_text(out, binding->help);
		str_adds(out, "\n");
	}
}

static void add_keys(struct str *out)
{
	add_bindings(out, "On every screen", &bindings_global);
	add_bindings(out, "Moving", &bindings_moving);
	add_bindings(out, "On every list", &bindings_listing);
	for (size_t i = 0; i < SCREEN_COUNT_; i++) {
		char heading[64];

		snprintf(heading, sizeof(heading), "Screen %s", screens[i]->name);
		add_bindings(out, heading, &screens[i]->bindings);
	}
}

static void read_page(struct str *page)
{
	FILE *file = fopen(path, "r");
	char bytes[4096];
	size_t len;

	assert_non_null(file);
	while ((len = fread(bytes, 1, sizeof(bytes), file)) > 0)
		str_add(page, bytes, len);
	fclose(file);
}

/* The page with other keys in it. */
static void put_keys(struct str *out, const char *page, const char *keys)
{
	const char *begin = strstr(page, mark), *end;

	assert_non_null(begin);
	begin += strlen(mark);
	end = strstr(begin, mark);
	assert_non_null(end);
	str_add(out, page, (size_t)(begin - page));
	str_adds(out, keys);
	str_adds(out, end);
}

static void keys_are_those_of_the_tables(void **state)
{
	const char *golden = getenv("MAILMEND_GOLDEN");
	struct str page = { 0 }, keys = { 0 }, wanted = { 0 };

	(void)state;
	read_page(&page);
	add_keys(&keys);
	put_keys(&wanted, str_text(&page), str_text(&keys));
	if (golden && strcmp(golden, "write") == 0) {
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fputs(str_text(&wanted), file);
		assert_int_equal(fclose(file), 0);
	} else {
		assert_string_equal(str_text(&page), str_text(&wanted));
	}
	str_release(&page);
	str_release(&keys);
	str_release(&wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_those_of_the_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
