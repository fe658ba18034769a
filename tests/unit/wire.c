/* SPDX-License-Identifier: MIT */
/* The agent's lines: samples and answers, as they should be and as they should not. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/base/mem.h"
#include "core/sample.h"
#include "core/wire.h"

static bool feed(struct sample *sample, const char *line, struct err *err)
{
	return sample_feed(sample, line, strlen(line), err);
}

/* Every line of a file that a real agent wrote. */
static struct sample *from_file(const char *path)
{
	struct sample *sample = sample_new();
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	struct err err;

	if (!file)
		fail_msg("%s is missing", path);
	while ((len = getline(&line, &room, file)) > 0)
		if (!sample_feed(sample, line, (size_t)len - 1, &err))
			fail_msg("%s: %s", line, err.text);
	free(line);
	fclose(file);
	return sample;
}

static void a_whole_sample(void **state)
{
	struct sample *sample = from_file(SOURCE_DIR "/tests/unit/fixtures/sample.jsonl");

	(void)state;
	assert_true(sample->whole && sample->full);
	assert_int_equal(sample->seq, 7);
	assert_true(sample->uptime_s == 1234.56 && sample->load[2] == 0.3);
	assert_int_equal(sample->cpu_busy, 1000);
	assert_int_equal(sample->cpu_iowait, 20);
	assert_int_equal(sample->cpu_total, 5000);
	assert_int_equal(sample->memory.total_kb, 8000000);
	assert_true(sample->pressure.io == 1.5);
	assert_int_equal(sample->add.count, 2);
	assert_string_equal(sample->add.items[1].mailbox, "w\xC3\xBCst \"$(x)\"@example.org");
	assert_int_equal(sample->add.items[1].pid, 4712);
	assert_string_equal(sample->add.items[1].address, "");
	assert_int_equal(sample->gone.count, 3);
	assert_int_equal(sample->gone.items[2], 11);
	assert_int_equal(sample->use.count, 2);
	assert_int_equal(sample->use.items[0].read_bytes, 4096);
	assert_true(sample->use.items[0].seconds == 2.5);
	assert_int_equal(sample->use.items[1].write_bytes, -1);
	assert_int_equal(sample->rates.logins, 5);
	assert_int_equal(sample->rates.failures, -1);
	assert_string_equal(sample->delivered.items[0].mailbox, "u1@example.org");
	assert_int_equal(sample->delivered.items[0].count, 3);
	assert_int_equal(sample->queue.deferred, 4);
	assert_int_equal(sample->queue.oldest_s, -1);
	assert_int_equal(sample->services.items[0].limit, 1024);
	assert_string_equal(sample->disks.items[0].mount, "/srv");
	assert_false(sample->disks.items[0].read_only);
	assert_true(sample->disks.items[1].read_only);
	assert_int_equal(sample->errors.count, 2);
	assert_string_equal(sample->facts.hostname, "mail1.example.org");
	assert_null(sample->facts.postfix);
	assert_int_equal(sample->facts.cores, 8);
	assert_string_equal(sample->problems.items[0].what, "log");
	sample_free(sample);
}

static void what_is_left_out_is_not_there(void **state)
{
	struct sample *sample = sample_new();

	(void)state;
	assert_true(feed(sample, "{\"sample\":{\"seq\":1}}", NULL));
	assert_true(feed(sample, "{\"what_is_new\":{\"in\":[\"version 2\"]}}", NULL));
	assert_false(sample->whole || sample->full);
	assert_false(sample->has_memory || sample->has_pressure || sample->has_rates ||
		sample->has_queue || sample->has_services || sample->has_disks || sample->has_facts ||
		sample->has_problems);
	assert_int_equal(sample->queue.total, -1);
	assert_int_equal(sample->rates.deliveries, -1);
	assert_true(feed(sample, "{\"problems\":[]}", NULL));
	assert_true(sample->has_problems);
	assert_true(feed(sample, "{\"end\":1}", NULL));
	assert_true(sample->whole);
	sample_free(sample);
}

static void bad_lines_are_refused(void **state)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "", "not its protocol" },
		{ "bash: doveadm: command not found", "not its protocol: \"bash: doveadm: command" },
		{ "\x1b]0;x\x07", "\".]0;x.\"" },
		{ "[]", "without a key" },
		{ "{}", "without a key" },
		{ "{\"sample\":7}", "its sequence" },
		{ "{\"sample\":{\"seq\":-1}}", "within its range" },
		{ "{\"sample\":{\"seq\":1.5}}", "a whole number" },
		{ "{\"sample\":{\"seq\":\"1\"}}", "a whole number" },
		{ "{\"sample\":{\"seq\":1,\"uptime\":-4}}", "not negative" },
		{ "{\"sample\":{\"seq\":1,\"load\":[\"x\"]}}", "not negative" },
		{ "{\"sample\":{\"seq\":1,\"cpu\":[1e300]}}", "a whole number" },
		{ "{\"memory\":{\"total\":true}}", "memory" },
		{ "{\"add\":{}}", "a list" },
		{ "{\"add\":[7]}", "[id, mailbox, service, address, process]" },
		{ "{\"add\":[[1,\"m\",\"imap\",\"\"]]}", "[id, mailbox" },
		{ "{\"add\":[[1,null,\"imap\",\"\",5]]}", "a text where null stands" },
		{ "{\"add\":[[1,\"a\\u0000b\",\"imap\",\"\",5]]}", "at most 1,024 bytes" },
		{ "{\"add\":[[1,\"m\",\"imap\",\"\",99999999999]]}", "within its range" },
		{ "{\"gone\":[null]}", "numbers of sessions" },
		{ "{\"gone\":[\"1\"]}", "a whole number" },
		{ "{\"use\":[[null,1,1,1]]}", "process" },
		{ "{\"use\":[[1,null,1,1]]}", "process" },
		{ "{\"rates\":{\"seconds\":\"x\"}}", "rates" },
		{ "{\"delivered\":[[5,1]]}", "delivered" },
		{ "{\"queue\":{\"total\":[]}}", "queue" },
		{ "{\"services\":[[\"imap\",-1,5]]}", "services" },
		{ "{\"disks\":[[\"/\"]]}", "disks" },
		{ "{\"errors\":[7]}", "errors" },
		{ "{\"facts\":{\"cores\":70000}}", "facts" },
		{ "{\"problems\":[[\"log\"]]}", "problems" },
		{ "{\"end\":4}", "the number of the sample" },
		{ "{\"error\":\"?\"}", "did not understand" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sample *sample = sample_new();
		struct err err = { 0 };

		assert_row(rows[i].line, !feed(sample, rows[i].line, &err));
		assert_int_equal(err.kind, ERR_DATA);
		assert_holds(err.text, rows[i].says);
		assert_int_equal(sample->add.count + sample->gone.count + sample->use.count, 0);
		assert_false(sample->has_memory || sample->has_queue || sample->has_facts);
		sample_free(sample);
	}
}

static void lines_and_texts_have_bounds(void **state)
{
	struct sample *sample = sample_new();
	struct str line = { 0 };
	struct err err;

	(void)state;
	str_adds(&line, "{\"errors\":[\"");
	for (int i = 0; i < 1025; i++)
		str_addc(&line, 'x');
	str_adds(&line, "\"]}");
	assert_false(sample_feed(sample, line.data, line.len, &err));
	str_clear(&line);
	str_adds(&line, "{\"x\":\"");
	while (line.len <= SAMPLE_LINE_MAX)
		str_adds(&line, "xxxxxxxxxxxxxxxx");
	str_adds(&line, "\"}");
	assert_false(sample_feed(sample, line.data, line.len, &err));
	assert_holds(err.text, "at most 131072 are allowed");
	assert_true(feed(sample, "{\"facts\":{\"hostname\":\"a\"}}", NULL));
	assert_false(feed(sample, "{\"facts\":{\"hostname\":\"b\"}}", &err));
	assert_string_equal(sample->facts.hostname, "a");
	str_release(&line);
	sample_free(sample);
}

static void hellos(void **state)
{
	static const char good[] = "{\"hello\":{\"protocol\":[1,2],\"build\":\"3f09c2d1a4be\",\"role\":"
				   "\"view\",\"boot\":\"b\",\"uptime\":12.5,\"clock\":1763900000,\"user\":0}}";
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "{\"sample\":{\"seq\":1}}", "hello first" },
		{ "{\"hello\":{\"protocol\":[2,1],\"build\":\"ab\"}}", "[lowest, highest]" },
		{ "{\"hello\":{\"build\":\"ab\"}}", "[lowest, highest]" },
		{ "{\"hello\":{\"protocol\":[1,1],\"build\":\"$(x)\"}}", "hexadecimal" },
		{ "{\"hello\":{\"protocol\":[1,1],\"build\":\"00112233445566778899\"}}", "hexadecimal" },
		{ "{\"hello\":{\"protocol\":[1,1],\"build\":\"\"}}", "hexadecimal" },
		{ "{\"hello\":{\"protocol\":[1,1],\"build\":\"ab\",\"boot\":7}}", "boot" },
	};
	struct sample_hello hello = { 0 };

	(void)state;
	assert_true(sample_hello_parse(&hello, good, strlen(good), NULL));
	assert_int_equal(hello.protocol_high, 2);
	assert_string_equal(hello.build, "3f09c2d1a4be");
	assert_string_equal(hello.boot, "b");
	assert_int_equal(hello.user, 0);
	sample_hello_release(&hello);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { 0 };

		assert_row(rows[i].line,
			!sample_hello_parse(&hello, rows[i].line, strlen(rows[i].line), &err));
		assert_holds(err.text, rows[i].says);
	}
}

static void stores(void **state)
{
	static const char good[] =
		"{\"store\":{\"mailbox\":\"u@d\",\"home\":\"/srv/u\",\"driver\":\"mdbox\",\"id\":\"nfs:x\","
		"\"there\":true,\"uid\":5000,\"error\":null}}";
	struct store_seen seen = { 0 };
	struct err err;
	bool end = true;

	(void)state;
	assert_true(store_seen_parse(&seen, good, strlen(good), &end, NULL));
	assert_false(end);
	assert_string_equal(seen.mailbox, "u@d");
	assert_string_equal(seen.id, "nfs:x");
	assert_null(seen.path);
	assert_null(seen.error);
	assert_true(seen.there);
	store_seen_release(&seen);
	assert_true(store_seen_parse(&seen, "{\"end\":0}", 9, &end, NULL));
	assert_true(end);
	assert_null(seen.mailbox);
	assert_false(store_seen_parse(&seen, "{\"store\":{\"home\":\"x\"}}", 22, &end, &err));
	assert_holds(err.text, "the mailbox it is about");
	assert_false(store_seen_parse(&seen, "{\"sample\":1}", 12, &end, &err));
	assert_holds(err.text, "store or end");
	assert_false(store_seen_parse(&seen, "{\"error\":\"no doveadm\"}", 22, &end, &err));
	assert_string_equal(err.text, "no doveadm");
}

static void names(void **state)
{
	static const char good[] = "{\"mailboxes\":[\"a@d\",\"b@d\"]}";
	struct names_seen seen = { 0 };
	struct err err;
	bool end;

	(void)state;
	assert_true(names_seen_parse(&seen, good, strlen(good), &end, NULL));
	assert_true(names_seen_parse(&seen, good, strlen(good), &end, NULL));
	assert_false(end);
	assert_int_equal(seen.count, 4);
	assert_true(names_seen_parse(&seen, "{\"end\":4}", 9, &end, NULL));
	assert_true(end);
	assert_false(names_seen_parse(&seen, "{\"mailboxes\":[7]}", 17, &end, &err));
	assert_false(names_seen_parse(&seen, "{\"error\":[]}", 12, &end, &err));
	assert_string_equal(err.text, "the agent gave no reason");
	names_seen_release(&seen);
}

static void checks(void **state)
{
	static const struct {
		const char *line;
		int good;
	} rows[] = {
		{ "{\"check\":[\"awk\",true,\"mawk\",null]}", 1 },
		{ "{\"check\":[\"awk\",false,\"none\",\"install one\"]}", 0 },
		{ "{\"check\":[\"awk\",null,null,null]}", -1 },
	};
	struct doctor_check check = { 0 };
	struct err err;
	bool end;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_row(rows[i].line,
			doctor_check_parse(&check, rows[i].line, strlen(rows[i].line), &end, NULL));
		assert_int_equal(check.good, rows[i].good);
		assert_string_equal(check.name, "awk");
		doctor_check_release(&check);
	}
	assert_false(doctor_check_parse(&check, "{\"check\":[]}", 12, &end, &err));
	assert_false(doctor_check_parse(&check, "{\"check\":[7]}", 13, &end, &err));
	assert_true(doctor_check_parse(&check, "{\"end\":0}", 9, &end, NULL));
	assert_true(end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_sample),
		cmocka_unit_test(what_is_left_out_is_not_there),
		cmocka_unit_test(bad_lines_are_refused),
		cmocka_unit_test(lines_and_texts_have_bounds),
		cmocka_unit_test(hellos),
		cmocka_unit_test(stores),
		cmocka_unit_test(names),
		cmocka_unit_test(checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
