/* SPDX-License-Identifier: MIT */
/*
 * Views against the truth: after any mixture of changes, slices, filters and sorts the
 * result is what sorting everything at once gives.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/base/mem.h"
#include "core/mailboxes.h"

static uint32_t dice(uint32_t sides)
{
	static uint32_t seed = 20171;

	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

static void finish(struct view *view, size_t budget)
{
	for (int i = 0; view_work(view, budget); i++)
		if (i > 1000000)
			fail_msg("the view never comes to an end");
}

static void expect_names(const struct view *view, const struct mailboxes *mailboxes, const char *names)
{
	char text[400] = "";
	size_t len = 0;

	for (size_t i = 0; i < view_count(view); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? " " : "",
			mailboxes_name(mailboxes, mailboxes_row(mailboxes, view_at(view, i))->name));
	assert_string_equal(text, names);
}

static void sorts_by_each_column(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	struct view *view;
	static const struct {
		enum mailbox_column column;
		bool descending;
		const char *names;
	} rows[] = {
		{ COLUMN_NAME, false, "a b c d" },
		{ COLUMN_NAME, true, "d c b a" },
		{ COLUMN_HOST, false, "d c a b" },
		{ COLUMN_IMAP, false, "b d a c" },
		{ COLUMN_IMAP, true, "c a b d" },
		{ COLUMN_POP3, true, "c a b d" },
		{ COLUMN_SESSIONS, true, "c a b d" },
		/* What is not known is last in both directions. */
		{ COLUMN_CPU, false, "c a b d" },
		{ COLUMN_CPU, true, "a c b d" },
		{ COLUMN_READ, true, "c a b d" },
		{ COLUMN_WRITE, false, "b d a c" },
		{ COLUMN_ADDRESSES, true, "b c a d" },
		{ COLUMN_DELIVERIES, true, "d a b c" },
		{ COLUMN_AGE, false, "d c a b" },
		{ COLUMN_AGE, true, "c d a b" },
	};

	(void)state;
	mailboxes_set(mailboxes, mailboxes_add(mailboxes, "d", 0), 0,
		&(struct mailbox_figures){ .cpu_percent = NAN, .deliveries_per_minute = 9 });
	mailboxes_set(mailboxes, mailboxes_add(mailboxes, "b", 3), 3,
		&(struct mailbox_figures){ .cpu_percent = NAN, .addresses = 3,
			.deliveries_per_minute = NAN });
	mailboxes_set(mailboxes, mailboxes_add(mailboxes, "c", 1), 1,
		&(struct mailbox_figures){ .imap = 9, .cpu_percent = 1, .read_bps = 2,
			.deliveries_per_minute = NAN });
	mailboxes_set(mailboxes, mailboxes_add(mailboxes, "a", 2), 2,
		&(struct mailbox_figures){ .imap = 4, .cpu_percent = 50, .read_bps = 1,
			.deliveries_per_minute = NAN });
	mailboxes_sampled(mailboxes, 0, 900000);
	mailboxes_sampled(mailboxes, 1, 800000);
	view = view_new(mailboxes);
	for (size_t i = 0; i < COUNT(rows); i++) {
		view_sort(view, rows[i].column, rows[i].descending);
		finish(view, 1);
		expect_names(view, mailboxes, rows[i].names);
	}
	view_free(view);
	mailboxes_free(mailboxes);
}

static void equals_with_sessions_come_before_idle_ones(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	struct view *view;
	static const enum mailbox_column columns[] = { COLUMN_CPU, COLUMN_READ, COLUMN_WRITE,
		COLUMN_DELIVERIES, COLUMN_POP3, COLUMN_ADDRESSES };

	(void)state;
	mailboxes_set(mailboxes, mailboxes_add(mailboxes, "a", 0), 0, &(struct mailbox_figures){ 0 });
	mailboxes_set(mailboxes, mailboxes_add(mailboxes, "b", 0), 0,
		&(struct mailbox_figures){ .imap = 70000 });
	mailboxes_set(mailboxes, mailboxes_add(mailboxes, "c", 0), 0,
		&(struct mailbox_figures){ .imap = 1, .other = 1 });
	mailboxes_set(mailboxes, mailboxes_add(mailboxes, "d", 0), 0,
		&(struct mailbox_figures){ .pop3 = 1, .addresses = 1, .cpu_percent = 0.1f,
			.read_bps = 1, .write_bps = 1, .deliveries_per_minute = 0.01f });
	view = view_new(mailboxes);
	for (size_t i = 0; i < COUNT(columns); i++) {
		view_sort(view, columns[i], true);
		finish(view, 1);
		expect_names(view, mailboxes, "d b c a");
		view_sort(view, columns[i], false);
		finish(view, 1);
		expect_names(view, mailboxes, "a c b d");
	}
	view_free(view);
	mailboxes_free(mailboxes);
}

static void filters(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	struct view *view;
	static const struct {
		const char *pattern;
		uint32_t host;
		const char *names;
	} rows[] = {
		{ NULL, UINT32_MAX, "Ana@a.org bob@a.org cid@b.net dé@b.net" },
		{ "", UINT32_MAX, "Ana@a.org bob@a.org cid@b.net dé@b.net" },
		{ "!", UINT32_MAX, "Ana@a.org bob@a.org cid@b.net dé@b.net" },
		{ "ANA", UINT32_MAX, "Ana@a.org" },
		{ "@b.net", UINT32_MAX, "cid@b.net dé@b.net" },
		{ "!@b.net", UINT32_MAX, "Ana@a.org bob@a.org" },
		{ "^[ab]", UINT32_MAX, "Ana@a.org bob@a.org" },
		{ "DÉ", UINT32_MAX, "dé@b.net" },
		{ "^d.@", UINT32_MAX, "dé@b.net" },
		{ NULL, 1, "bob@a.org cid@b.net" },
		{ "org", 1, "bob@a.org" },
		{ "nothing", UINT32_MAX, "" },
	};

	(void)state;
	mailboxes_add(mailboxes, "cid@b.net", 1);
	mailboxes_add(mailboxes, "d\xC3\xA9@b.net", 0);
	mailboxes_add(mailboxes, "Ana@a.org", 0);
	mailboxes_add(mailboxes, "bob@a.org", 1);
	view = view_new(mailboxes);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(view_filter(view, rows[i].pattern, rows[i].host, NULL));
		finish(view, 1);
		expect_names(view, mailboxes, rows[i].names);
		assert_int_equal(view_gave_up(view), 0);
	}
	view_free(view);
	mailboxes_free(mailboxes);
}

/* Letter by letter: what is kept from the filter before makes no difference. */
static void typing_narrows_and_widens(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	struct view *view;
	static const struct {
		const char *pattern, *names;
	} rows[] = {
		{ "a", "anna bana new-nan za zan" },
		{ "an", "anna bana new-nan zan" },
		{ "ann", "anna" },
		{ "an", "anna bana new-nan zan" },
		{ "!an", "xyz za" },
		{ "!a", "xyz" },
		{ "a.", "anna bana new-nan zan" },
		{ "a", "anna bana new-nan za zan" },
		{ "za", "za zan" },
	};

	(void)state;
	mailboxes_add(mailboxes, "za", 0);
	mailboxes_add(mailboxes, "zan", 0);
	mailboxes_add(mailboxes, "anna", 0);
	mailboxes_add(mailboxes, "bana", 0);
	mailboxes_add(mailboxes, "xyz", 0);
	view = view_new(mailboxes);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(view_filter(view, rows[i].pattern, UINT32_MAX, NULL));
		view_work(view, 1);
		if (i == 0)
			mailboxes_add(mailboxes, "new-nan", 0);
		view_refresh(view);
		finish(view, 1);
		expect_names(view, mailboxes, rows[i].names);
	}
	view_free(view);
	mailboxes_free(mailboxes);
}

static void bad_patterns_say_where(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	struct view *view = view_new(mailboxes);
	static const struct {
		const char *pattern, *says;
	} rows[] = {
		{ "a(b", "wrong at character 4" },
		{ "!a(b", "wrong at character 5" },
		{ "\xC3\xA9[", "wrong at character 3" },
		{ "*", "wrong at character 1" },
		{ "\xff", "UTF-8" },
	};
	char large[400];
	struct err err;

	(void)state;
	mailboxes_add(mailboxes, "x", 0);
	assert_true(view_filter(view, "x", UINT32_MAX, NULL));
	for (size_t i = 0; i < COUNT(rows); i++) {
		err = (struct err){ 0 };
		assert_row(rows[i].pattern, !view_filter(view, rows[i].pattern, UINT32_MAX, &err));
		assert_int_equal(err.kind, ERR_USAGE);
		assert_holds(err.text, rows[i].says);
	}
	memset(large, 'a', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	assert_false(view_filter(view, large, UINT32_MAX, &err));
	/* The filter before stays. */
	finish(view, 100);
	assert_int_equal(view_count(view), 1);
	view_free(view);
	mailboxes_free(mailboxes);
}

static void patterns_that_explode_stop(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	struct view *view;
	char name[200];

	(void)state;
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "%0*d", 100 + i % 60, i);
		mailboxes_add(mailboxes, name, 0);
	}
	view = view_new(mailboxes);
	assert_true(view_filter(view, "^((\\d+)+)+x$|^(\\d|\\d\\d)+y", UINT32_MAX, NULL));
	finish(view, 20000);
	assert_int_equal(view_count(view), 0);
	assert_int_equal(view_gave_up(view), 500);
	view_free(view);
	mailboxes_free(mailboxes);
}

static void names_that_are_no_utf8_are_filtered(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	struct view *view;

	(void)state;
	mailboxes_add(mailboxes, "a\xff\xfe@x.org", 0);
	view = view_new(mailboxes);
	assert_true(view_filter(view, "^a.*x\\.org|@x\\.org$", UINT32_MAX, NULL));
	finish(view, 1);
	assert_int_equal(view_count(view), 1);
	view_free(view);
	mailboxes_free(mailboxes);
}

static void shows_what_it_has_so_far(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	struct view *view;
	char name[40];
	float progress;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "u%04d", i);
		mailboxes_add(mailboxes, name, 0);
	}
	view = view_new(mailboxes);
	finish(view, 1000);
	assert_int_equal(view_count(view), 5000);
	assert_true(view_progress(view) == 1);
	/* Another order: the old one is shown until the new one is there. */
	view_sort(view, COLUMN_NAME, true);
	assert_true(view_work(view, 500));
	assert_int_equal(view_count(view), 5000);
	assert_string_equal(mailboxes_name(mailboxes, mailboxes_row(mailboxes, view_at(view, 0))->name),
		"u0000");
	finish(view, 1000);
	assert_string_equal(mailboxes_name(mailboxes, mailboxes_row(mailboxes, view_at(view, 0))->name),
		"u4999");
	/* Another filter: what passed so far is shown, in its order. */
	view_sort(view, COLUMN_NAME, false);
	assert_true(view_filter(view, "0", UINT32_MAX, NULL));
	assert_true(view_work(view, 500));
	progress = view_progress(view);
	assert_true(progress > 0 && progress < 1);
	assert_true(view_count(view) > 0 && view_count(view) < 5000);
	assert_string_equal(mailboxes_name(mailboxes, mailboxes_row(mailboxes, view_at(view, 0))->name),
		"u0000");
	assert_int_equal(view_at(view, 100000), ROW_NONE);
	finish(view, 1000);
	assert_true(view_progress(view) == 1);
	view_free(view);
	mailboxes_free(mailboxes);
}

/* What a view is asked to show, for the comparison. */
struct wish {
	const struct mailboxes *mailboxes;
	const char *word;
	uint32_t host;
	enum mailbox_column column;
	bool descending;
};

static double figure(const struct wish *wish, uint32_t number)
{
	const struct mailbox_row *row = mailboxes_row(wish->mailboxes, number);

	switch (wish->column) {
	case COLUMN_HOST:
		return row->host;
	case COLUMN_IMAP:
		return row->imap;
	case COLUMN_CPU:
		return row->cpu_percent;
	case COLUMN_READ:
		return row->read_bps;
	default:
		return 0;
	}
}

static int compare(const void *left, const void *right, void *context)
{
	const struct wish *wish = context;
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	double x = figure(wish, a), y = figure(wish, b);
	uint32_t sessions = mailboxes_row(wish->mailboxes, a)->imap;
	uint32_t others = mailboxes_row(wish->mailboxes, b)->imap;
	int order;

	if (isnan(x) || isnan(y)) {
		if (isnan(x) != isnan(y))
			return isnan(x) ? 1 : -1;
	} else if (x != y) {
		return (x < y) == wish->descending ? 1 : -1;
	} else if (x == 0 && wish->column >= COLUMN_IMAP && sessions != others) {
		return (sessions < others) == wish->descending ? 1 : -1;
	}
	order = strcmp(mailboxes_name(wish->mailboxes, mailboxes_row(wish->mailboxes, a)->name),
		mailboxes_name(wish->mailboxes, mailboxes_row(wish->mailboxes, b)->name));
	if (order)
		return wish->column == COLUMN_NAME && wish->descending ? -order : order;
	return (a > b) - (a < b);
}

static void expect_truth(const struct view *view, const struct wish *wish)
{
	size_t all = mailboxes_count(wish->mailboxes), count = 0;
	uint32_t *rows = mem_grow(NULL, all + 1, sizeof(*rows));

	for (uint32_t row = 0; row < all; row++)
		if (mailboxes_row(wish->mailboxes, row)->merged == ROW_NONE &&
			(wish->host == UINT32_MAX ||
				mailboxes_reaches(wish->mailboxes, row, wish->host)) &&
			strstr(mailboxes_name(wish->mailboxes,
				       mailboxes_row(wish->mailboxes, row)->name),
				wish->word))
			rows[count++] = row;
	qsort_r(rows, count, sizeof(*rows), compare, (void *)(uintptr_t)wish);
	assert_int_equal(view_count(view), count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(view_at(view, i), rows[i]);
		if (i % 97 == 0)
			assert_int_equal(view_position(view, rows[i]), i);
	}
	free(rows);
}

static void change(struct mailboxes *mailboxes, uint32_t count)
{
	char name[40], store[20];

	for (uint32_t i = 0; i < count; i++) {
		uint32_t host = dice(5), row;
		struct mailbox_figures figures = { .imap = dice(4), .cpu_percent = (float)dice(50),
			.read_bps = dice(3) ? (float)dice(100000) : NAN };

		if (!dice(10))
			figures.cpu_percent = NAN;
		snprintf(name, sizeof(name), "user%u@d%u", dice(3000), dice(4));
		if (!dice(20)) {
			snprintf(store, sizeof(store), "s%u", dice(3));
			row = mailboxes_place(mailboxes, name, host, store);
		} else {
			row = mailboxes_add(mailboxes, name, host);
		}
		mailboxes_set(mailboxes, row, host, &figures);
	}
}

static void wish_again(struct view *view, struct wish *wish)
{
	static const enum mailbox_column columns[] = { COLUMN_NAME, COLUMN_HOST, COLUMN_IMAP, COLUMN_CPU,
		COLUMN_READ };
	static const char *const words[] = { "", "7", "@d2", "user1" };

	if (dice(2)) {
		wish->column = columns[dice(COUNT(columns))];
		wish->descending = dice(2);
		view_sort(view, wish->column, wish->descending);
	} else {
		wish->word = words[dice(COUNT(words))];
		wish->host = dice(3) ? UINT32_MAX : dice(5);
		assert_true(view_filter(view, wish->word, wish->host, NULL));
	}
}

static void any_history_ends_in_the_truth(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	struct wish wish = { mailboxes, "", UINT32_MAX, COLUMN_NAME, false };
	struct view *view = view_new(mailboxes), *other = view_new(mailboxes);

	(void)state;
	for (int round = 0; round < 300; round++) {
		if (!dice(8))
			wish_again(view, &wish);
		change(mailboxes, dice(20) ? dice(60) : 4000);
		view_refresh(view);
		for (uint32_t i = dice(6); i > 0; i--)
			view_work(view, 1 + dice(300));
		if (dice(2)) {
			/* Another view moves the common order of names on. */
			view_refresh(other);
			view_work(other, 1 + dice(2000));
		}
		if (dice(4))
			continue;
		view_refresh(view);
		finish(view, 1 + dice(500));
		expect_truth(view, &wish);
	}
	view_free(view);
	view_free(other);
	mailboxes_free(mailboxes);
}

/* More changes than can be merged, again and again while a scan goes on. */
static void a_flood_of_changes_is_shown_in_the_end(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	struct wish wish = { mailboxes, "", UINT32_MAX, COLUMN_CPU, true };
	struct view *view;
	char name[40];

	(void)state;
	for (uint32_t i = 0; i < 40000; i++) {
		snprintf(name, sizeof(name), "u%u", dice(1000000));
		mailboxes_add(mailboxes, name, i % 7);
	}
	view = view_new(mailboxes);
	view_sort(view, COLUMN_CPU, true);
	for (int round = 0; round < 6; round++) {
		for (uint32_t row = 0; row < mailboxes_count(mailboxes); row++)
			mailboxes_set(mailboxes, row, mailboxes_row(mailboxes, row)->host,
				&(struct mailbox_figures){ .cpu_percent = (float)dice(1000) });
		view_refresh(view);
		for (int i = 0; i < 4; i++)
			view_work(view, 3000);
	}
	finish(view, 3000);
	expect_truth(view, &wish);
	view_free(view);
	mailboxes_free(mailboxes);
}

/* Names that come one by one at the same place use up the gaps between labels. */
static void gaps_in_the_order_of_names_are_made_anew(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	struct wish wish = { mailboxes, "", UINT32_MAX, COLUMN_NAME, false };
	struct view *view = view_new(mailboxes);
	char name[300];

	(void)state;
	mailboxes_add(mailboxes, "a", 0);
	mailboxes_add(mailboxes, "c", 0);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "b%.*s", 200 - i,
			"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
			"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
			"zzzzzzzzzzzzzzzzzzzzzzzzzzzzz");
		mailboxes_add(mailboxes, name, 0);
		view_refresh(view);
		finish(view, 5);
	}
	expect_truth(view, &wish);
	view_free(view);
	mailboxes_free(mailboxes);
}

static void the_cursor_finds_its_row(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	struct view *view;
	uint32_t b;

	(void)state;
	mailboxes_add(mailboxes, "a", 0);
	b = mailboxes_add(mailboxes, "b", 0);
	mailboxes_add(mailboxes, "c", 0);
	view = view_new(mailboxes);
	assert_true(view_filter(view, "[ac]", UINT32_MAX, NULL));
	finish(view, 10);
	/* It does not pass: where it would stand. */
	assert_int_equal(view_position(view, b), 1);
	assert_true(view_filter(view, NULL, UINT32_MAX, NULL));
	view_sort(view, COLUMN_IMAP, true);
	finish(view, 10);
	/* Its figures changed, but not yet its place. */
	mailboxes_set(mailboxes, b, 0, &(struct mailbox_figures){ .imap = 5 });
	assert_int_equal(view_position(view, b), 1);
	view_refresh(view);
	finish(view, 10);
	assert_int_equal(view_position(view, b), 0);
	view_free(view);
	mailboxes_free(mailboxes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_by_each_column),
		cmocka_unit_test(equals_with_sessions_come_before_idle_ones),
		cmocka_unit_test(filters),
		cmocka_unit_test(typing_narrows_and_widens),
		cmocka_unit_test(bad_patterns_say_where),
		cmocka_unit_test(patterns_that_explode_stop),
		cmocka_unit_test(names_that_are_no_utf8_are_filtered),
		cmocka_unit_test(shows_what_it_has_so_far),
		cmocka_unit_test(any_history_ends_in_the_truth),
		cmocka_unit_test(a_flood_of_changes_is_shown_in_the_end),
		cmocka_unit_test(gaps_in_the_order_of_names_are_made_anew),
		cmocka_unit_test(the_cursor_finds_its_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
