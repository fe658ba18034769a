/* SPDX-License-Identifier: MIT */
/* The table of mailboxes: rows, hosts that reach them, stores that make them one. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/mailboxes.h"

static void a_name_is_a_row_on_each_host(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	uint32_t a, b;

	(void)state;
	assert_int_equal(mailboxes_find(mailboxes, "x@a", 0), ROW_NONE);
	assert_int_equal(mailboxes_first(mailboxes, "x@a"), ROW_NONE);
	a = mailboxes_add(mailboxes, "x@a", 0);
	b = mailboxes_add(mailboxes, "x@a", 7);
	assert_int_not_equal(a, b);
	assert_int_equal(mailboxes_add(mailboxes, "x@a", 0), a);
	assert_int_equal(mailboxes_find(mailboxes, "x@a", 7), b);
	assert_int_equal(mailboxes_find(mailboxes, "x@a", 1), ROW_NONE);
	assert_int_equal(mailboxes_count(mailboxes), 2);
	assert_int_equal(mailboxes_live(mailboxes), 2);
	assert_int_equal(mailboxes_row(mailboxes, a)->store, STORE_UNKNOWN);
	assert_string_equal(mailboxes_store(mailboxes, STORE_UNKNOWN), "");
	assert_string_equal(mailboxes_name(mailboxes, mailboxes_row(mailboxes, b)->name), "x@a");
	assert_int_equal(mailboxes_row(mailboxes, b)->host, 7);
	assert_int_equal(mailboxes_first(mailboxes, "x@a"), a);
	assert_int_equal(mailboxes_next(mailboxes, a), b);
	assert_int_equal(mailboxes_next(mailboxes, b), ROW_NONE);
	mailboxes_free(mailboxes);
}

static void the_same_store_is_one_row(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	uint32_t a = mailboxes_add(mailboxes, "x@a", 0), b = mailboxes_add(mailboxes, "x@a", 1);
	const struct mailbox_figures two = { .imap = 2, .cpu_percent = 3, .addresses = 1 };
	const struct mailbox_figures five = { .imap = 5, .pop3 = 1, .cpu_percent = 4, .addresses = 2 };

	(void)state;
	mailboxes_set(mailboxes, a, 0, &two);
	mailboxes_set(mailboxes, b, 1, &five);
	assert_int_equal(mailboxes_place(mailboxes, "x@a", 0, "nfs:s/1"), a);
	assert_int_equal(mailboxes_place(mailboxes, "x@a", 1, "nfs:s/1"), a);
	assert_int_equal(mailboxes_here(mailboxes, b), a);
	assert_int_equal(mailboxes_row(mailboxes, b)->merged, a);
	assert_int_equal(mailboxes_live(mailboxes), 1);
	assert_int_equal(mailboxes_find(mailboxes, "x@a", 1), a);
	assert_int_equal(mailboxes_row(mailboxes, a)->hosts, 2);
	assert_int_equal(mailboxes_row(mailboxes, a)->imap, 7);
	assert_int_equal(mailboxes_row(mailboxes, a)->pop3, 1);
	assert_true(mailboxes_row(mailboxes, a)->cpu_percent == 7);
	assert_int_equal(mailboxes_row(mailboxes, a)->addresses, 3);
	assert_int_equal(mailboxes_row(mailboxes, a)->host, 1);
	assert_true(mailboxes_reaches(mailboxes, a, 1));
	assert_string_equal(
		mailboxes_store(mailboxes, mailboxes_row(mailboxes, a)->store), "nfs:s/1");
	/* What a host says replaces what it said, not what others say. */
	mailboxes_set(mailboxes, a, 1, &two);
	assert_int_equal(mailboxes_row(mailboxes, a)->imap, 4);
	mailboxes_free(mailboxes);
}

static void different_stores_are_different_rows(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	uint32_t a = mailboxes_place(mailboxes, "x@a", 0, "local:0");
	uint32_t b = mailboxes_place(mailboxes, "x@a", 1, "local:1");

	(void)state;
	assert_int_not_equal(a, b);
	assert_int_equal(mailboxes_live(mailboxes), 2);
	assert_int_not_equal(mailboxes_place(mailboxes, "y@a", 0, "local:0"), a);
	mailboxes_free(mailboxes);
}

/* A host that leaves a shared row takes only its own part along. */
static void a_host_moves_away(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	const struct mailbox_figures one = { .imap = 1 };
	uint32_t a = mailboxes_place(mailboxes, "x@a", 0, "nfs:s"), b;

	(void)state;
	assert_int_equal(mailboxes_place(mailboxes, "x@a", 1, "nfs:s"), a);
	mailboxes_set(mailboxes, a, 0, &one);
	mailboxes_set(mailboxes, a, 1, &one);
	b = mailboxes_place(mailboxes, "x@a", 1, "local:1");
	assert_int_not_equal(b, a);
	assert_int_equal(mailboxes_row(mailboxes, a)->hosts, 1);
	assert_int_equal(mailboxes_row(mailboxes, a)->imap, 1);
	assert_int_equal(mailboxes_row(mailboxes, b)->imap, 1);
	/* For ever to and fro makes no more rows. */
	for (int i = 0; i < 50; i++) {
		assert_int_equal(mailboxes_place(mailboxes, "x@a", 1, "nfs:s"), a);
		assert_int_equal(mailboxes_here(mailboxes, b), a);
		assert_int_equal(mailboxes_place(mailboxes, "x@a", 1, "local:1"), b);
		assert_int_equal(mailboxes_here(mailboxes, b), b);
	}
	assert_int_equal(mailboxes_count(mailboxes), 2);
	assert_int_equal(mailboxes_live(mailboxes), 2);
	/* A store with a new name, and nobody else on it: the same row. */
	assert_int_equal(mailboxes_place(mailboxes, "x@a", 1, "local:after-reboot"), b);
	mailboxes_free(mailboxes);
}

static void unknown_figures_stay_unknown(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	const struct mailbox_figures unknown = { .imap = 1, .cpu_percent = NAN, .read_bps = NAN,
		.write_bps = NAN, .deliveries_per_minute = NAN };
	const struct mailbox_figures known = { .imap = 1, .cpu_percent = 2, .read_bps = 3,
		.write_bps = NAN, .deliveries_per_minute = 5 };
	uint32_t a = mailboxes_place(mailboxes, "x@a", 0, "s");
	const struct mailbox_row *row;

	(void)state;
	mailboxes_place(mailboxes, "x@a", 1, "s");
	row = mailboxes_row(mailboxes, a);
	assert_true(isnan(row->deliveries_per_minute));
	mailboxes_set(mailboxes, a, 0, &unknown);
	mailboxes_set(mailboxes, a, 1, &unknown);
	assert_true(isnan(row->cpu_percent) && isnan(row->read_bps));
	mailboxes_set(mailboxes, a, 1, &known);
	assert_true(row->cpu_percent == 2 && row->read_bps == 3 && isnan(row->write_bps));
	assert_true(row->deliveries_per_minute == 5);
	mailboxes_free(mailboxes);
}

static void addresses_are_counted_once(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	static const uint32_t one[] = { 7, 9 }, two[] = { 9, 11, 13 };
	const struct mailbox_figures first = { .addresses = 2, .address_ids = one };
	const struct mailbox_figures second = { .addresses = 3, .address_ids = two };
	const struct mailbox_figures untold = { .addresses = 3 };
	uint32_t a = mailboxes_place(mailboxes, "x@a", 0, "s");

	(void)state;
	mailboxes_place(mailboxes, "x@a", 1, "s");
	mailboxes_set(mailboxes, a, 0, &first);
	mailboxes_set(mailboxes, a, 1, &second);
	assert_int_equal(mailboxes_row(mailboxes, a)->addresses, 4);
	mailboxes_set(mailboxes, a, 1, &untold);
	assert_int_equal(mailboxes_row(mailboxes, a)->addresses, 5);
	mailboxes_free(mailboxes);
}

static void only_changes_are_changes(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	const struct mailbox_figures one = { .imap = 1, .cpu_percent = NAN };
	uint32_t a = mailboxes_add(mailboxes, "x@a", 0);
	uint64_t before;

	(void)state;
	mailboxes_set(mailboxes, a, 0, &one);
	before = mailboxes_stamp(mailboxes);
	mailboxes_set(mailboxes, a, 0, &one);
	mailboxes_sampled(mailboxes, 0, 1000);
	assert_true(mailboxes_stamp(mailboxes) == before);
	mailboxes_set(mailboxes, a, 5, &one);
	assert_true(mailboxes_stamp(mailboxes) == before);
	mailboxes_set(mailboxes, a, 0, &(struct mailbox_figures){ .imap = 2 });
	assert_true(mailboxes_stamp(mailboxes) > before);
	assert_true(mailboxes_row(mailboxes, a)->changed == mailboxes_stamp(mailboxes));
	mailboxes_free(mailboxes);
}

static void the_oldest_sample_gives_the_age(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	uint32_t a = mailboxes_place(mailboxes, "x@a", 0, "s");

	(void)state;
	assert_int_equal(mailboxes_asked(mailboxes, a), 0);
	mailboxes_sampled(mailboxes, 0, 5000);
	assert_int_equal(mailboxes_asked(mailboxes, a), 5000);
	mailboxes_place(mailboxes, "x@a", 3, "s");
	assert_int_equal(mailboxes_asked(mailboxes, a), 0);
	mailboxes_sampled(mailboxes, 3, 4000);
	assert_int_equal(mailboxes_asked(mailboxes, a), 4000);
	mailboxes_free(mailboxes);
}

static void a_store_is_wanted_once(void **state)
{
	struct mailboxes *mailboxes = mailboxes_new();
	uint32_t a = mailboxes_add(mailboxes, "x@a", 0), b;

	(void)state;
	assert_true(mailboxes_want(mailboxes, a, 0));
	assert_false(mailboxes_want(mailboxes, a, 0));
	assert_false(mailboxes_want(mailboxes, a, 1));
	b = mailboxes_place(mailboxes, "y@a", 0, "s");
	assert_false(mailboxes_want(mailboxes, b, 0));
	mailboxes_free(mailboxes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_a_row_on_each_host),
		cmocka_unit_test(the_same_store_is_one_row),
		cmocka_unit_test(different_stores_are_different_rows),
		cmocka_unit_test(a_host_moves_away),
		cmocka_unit_test(unknown_figures_stay_unknown),
		cmocka_unit_test(addresses_are_counted_once),
		cmocka_unit_test(only_changes_are_changes),
		cmocka_unit_test(the_oldest_sample_gives_the_age),
		cmocka_unit_test(a_store_is_wanted_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
