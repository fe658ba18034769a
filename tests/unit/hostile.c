/* SPDX-License-Identifier: MIT */
/*
 * A host that tells the worst it can: what it costs grows with its bytes, not with their square.
 * MANY is so large that a square would not end before the runner ends the program.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/anvil.h"
#include "core/base/mem.h"
#include "core/base/texts.h"
#include "core/fleet.h"

enum { MANY = 400000 };

static struct config config;
static struct fleet *fleet;

static int begin(void **state)
{
	static const char text[] = "{ \"hosts\": [ { \"name\": \"h\" } ] }";
	static const struct config_places places = { "/home/x", NULL, NULL };

	(void)state;
	assert_true(config_parse(&config, "c", text, strlen(text), &places, NULL, NULL));
	fleet = fleet_new(&config);
	return 0;
}

static int end(void **state)
{
	(void)state;
	fleet_free(fleet);
	config_release(&config);
	return 0;
}

static void apply(struct sample *sample, int64_t at_ms)
{
	struct message *message = message_new(MESSAGE_SAMPLE, 0);

	sample->asked_ms = message->at_ms = at_ms;
	message->sample = sample;
	fleet_apply(fleet, message, NULL);
	message_free(message);
}

static void add(struct sample *sample, uint64_t id, const char *mailbox)
{
	*vec_add(&sample->add) = (struct sample_session){ id, mem_text(mailbox), mem_text("imap"),
		mem_text("10.0.0.1"), 7 };
}

static struct sample *full(void)
{
	struct sample *sample = sample_new();

	sample->full = true;
	return sample;
}

static const struct host *host(void)
{
	return &fleet->hosts.items[0];
}

static void all_sessions_in_one_process_under_new_numbers(void **state)
{
	char name[20];

	(void)state;
	for (uint64_t round = 0; round < 3; round++) {
		struct sample *sample = full();

		for (uint64_t i = 0; i < MANY; i++) {
			snprintf(name, sizeof(name), "u%u", (unsigned)i);
			add(sample, round * MANY + i + 1, name);
		}
		apply(sample, 1000 + (int64_t)round);
	}
	assert_int_equal(host()->sessions.count, MANY);
	vec_each(&host()->sessions, session) {
		assert_true(session->shared);
		assert_int_equal(session->since_ms, 1000);
	}
}

static void a_process_that_is_shared_now_and_then(void **state)
{
	struct sample *sample = full();

	(void)state;
	add(sample, 1, "other");
	for (uint64_t i = 2; i <= MANY; i++)
		add(sample, i, "own");
	apply(sample, 1000);
	assert_true(host()->sessions.items[1].shared);
	sample = sample_new();
	for (uint64_t i = 0; i < MANY; i++)
		add(sample, 1, i % 2 ? "own" : "other");
	for (uint64_t i = MANY; i > MANY / 2; i--)
		*vec_add(&sample->gone) = i;
	apply(sample, 2000);
	assert_int_equal(host()->sessions.count, MANY / 2);
	vec_each(&host()->sessions, session)
		assert_false(session->shared);
}

static void one_process_looked_at_without_end(void **state)
{
	struct sample *sample = full();

	(void)state;
	for (uint64_t i = 1; i <= MANY; i++)
		add(sample, i, "own");
	apply(sample, 1000);
	for (int64_t at_ms = 2000; at_ms < 4000; at_ms += 1000) {
		sample = sample_new();
		for (uint64_t i = 0; i < MANY; i++)
			*vec_add(&sample->use) = (struct sample_use){ 7, (uint64_t)at_ms + i, 0, 0, 1e-300 };
		apply(sample, at_ms);
	}
	/* 1,000 ticks of 10 ms in the least time that is counted in. */
	assert_true(host()->sessions.items[0].cpu_percent <= 100000.5f);
}

static void long_names_are_left_out_in_the_end(void **state)
{
	char name[1000];
	size_t most = (size_t)96 << 20, told = 0;

	(void)state;
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	while (told < 2 * most) {
		struct sample *sample = sample_new();

		sample->has_rates = true;
		sample->rates = (struct sample_rates){ 10, 0, 0, 1 };
		for (int i = 0; i < 10000; i++, told += sizeof(name)) {
			snprintf(name, 12, "%011zu", told);
			name[11] = 'x';
			*vec_add(&sample->delivered) = (struct sample_delivered){ mem_text(name), 1 };
		}
		apply(sample, 1000 + (int64_t)(told >> 20));
	}
	assert_in_range(mailboxes_count(fleet->mailboxes), 90000, most / sizeof(name));
	assert_non_null(strstr(host()->errors.items[0], "more sessions or mailboxes than can be shown"));
}

/* Flips bits that a plain multiplying hash carries nowhere, in pairs that cancel each other. */
static void texts_made_to_collide(void **state)
{
	struct texts texts = { 0 };
	char text[19 * 16 + 1];

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		memset(text, 'a', sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		for (unsigned bit = 0; bit < 19; bit++) {
			char *at = text + bit * 16, flip = i >> bit & 1 ? (char)0x80 : 0;

			at[7] ^= flip;
			at[11] ^= flip;
			at[15] ^= flip;
		}
		assert_int_equal(texts_add(&texts, text), i);
	}
	texts_release(&texts);
}

static void rows_that_no_host_has(void **state)
{
	static const char *const lines[] = {
		"{\"errors\":[%s\"x\"]}",
		"{\"services\":[%s[\"x\",1,2]]}",
		"{\"problems\":[%s[\"a\",\"b\",\"c\"]]}",
		"{\"disks\":[%s[\"/\",\"x\",\"y\",1,2,3,4,\"rw\"]]}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct sample *sample = sample_new();
		const char *row = strstr(lines[i], "%s") + 2, *close = strrchr(row, ']');
		struct str line = { 0 };
		struct err err;

		str_add(&line, lines[i], (size_t)(row - 2 - lines[i]));
		for (int n = 0; n < 1001; n++)
			str_addf(&line, "%s%.*s", n ? "," : "", (int)(close - row), row);
		str_adds(&line, "]}");
		assert_false(sample_feed(sample, line.data, line.len, &err));
		assert_non_null(strstr(err.text, "1,000"));
		str_release(&line);
		sample_free(sample);
	}
}

static void sums_of_queues_do_not_run_over(void **state)
{
	static const char huge[] = "{\"queue\":{\"incoming\":4611686018427387903,"
				   "\"active\":4611686018427387903,\"maildrop\":4611686018427387903}}";
	struct sample *sample = sample_new();
	struct err err;

	(void)state;
	assert_false(sample_feed(sample, huge, strlen(huge), &err));
	sample_free(sample);
}

static void a_dump_that_stands_for_more_than_it_is(void **state)
{
	struct anvil_sessions sessions = { 0 };
	struct str dump = { 0 };
	struct err err;

	(void)state;
	for (int i = 0; i < 20; i++)
		str_addf(&dump, "imap/10.0.0.1/%01000d\t%d\t10000\n", i, i + 1);
	assert_false(anvil_parse(&sessions, ANVIL_1, dump.data, dump.len, &err));
	assert_non_null(strstr(err.text, "MB of names"));
	str_release(&dump);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			all_sessions_in_one_process_under_new_numbers, begin, end),
		cmocka_unit_test_setup_teardown(a_process_that_is_shared_now_and_then, begin, end),
		cmocka_unit_test_setup_teardown(one_process_looked_at_without_end, begin, end),
		cmocka_unit_test_setup_teardown(long_names_are_left_out_in_the_end, begin, end),
		cmocka_unit_test_setup_teardown(texts_made_to_collide, begin, end),
		cmocka_unit_test(rows_that_no_host_has),
		cmocka_unit_test(sums_of_queues_do_not_run_over),
		cmocka_unit_test(a_dump_that_stands_for_more_than_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
