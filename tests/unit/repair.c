/* SPDX-License-Identifier: MIT */
/* Operations, plans, checks and journals: what a repair is made of, without a host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/base/mem.h"
#include "core/check.h"
#include "core/job.h"
#include "core/plan.h"

enum { NOON = 1500033600 }; /* in the middle of nothing: the start of a window */

static struct plan plan_of(const char *const *names, size_t count)
{
	struct plan plan = { .operation = &operation_resync };

	for (size_t i = 0; i < count; i++)
		plan_add(&plan, names[i], "mail1", 0, "store/1");
	return plan;
}

static void operations_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; operation_at(i); i++) {
		const struct operation *operation = operation_at(i);

		assert_ptr_equal(operation_find(operation->name), operation);
		assert_row(operation->name, *operation->summary && *operation->does && *operation->undo);
		assert_row(operation->name,
			operation->danger == DANGER_LOOK || operation->verify != VERIFY_NOTHING);
	}
	assert_null(operation_find("no such operation"));
}

static void a_plan_is_the_same_in_any_order(void **state)
{
	static const char *const one[] = { "a@x", "b@x", "c@x" }, *const two[] = { "c@x", "a@x", "b@x" };
	struct plan left = plan_of(one, 3), right = plan_of(two, 3), moved = plan_of(one, 3);
	struct err err;

	(void)state;
	assert_true(plan_freeze(&left, NOON, &err));
	assert_true(plan_freeze(&right, NOON + PLAN_WINDOW_S - 1, &err));
	assert_string_equal(left.hash, right.hash);
	assert_int_equal(left.expires_s, right.expires_s);
	free(moved.targets.items[1].store);
	moved.targets.items[1].store = mem_text("store/2");
	assert_true(plan_freeze(&moved, NOON, &err));
	assert_string_not_equal(left.hash, moved.hash);
	plan_release(&left);
	plan_release(&right);
	plan_release(&moved);
}

static void what_is_no_plan(void **state)
{
	static const char *const twice[] = { "a@x", "b@x", "a@x" };
	struct plan empty = plan_of(NULL, 0), doubled = plan_of(twice, 3);
	struct err err;

	(void)state;
	assert_false(plan_freeze(&empty, NOON, &err));
	assert_holds(err.text, "at least one mailbox");
	assert_false(plan_freeze(&doubled, NOON, &err));
	assert_holds(err.text, "a@x is on the plan twice");
	plan_release(&empty);
	plan_release(&doubled);
}

static void confirmed_by_its_hash_until_it_expires(void **state)
{
	static const char *const names[] = { "a@x" };
	struct plan plan = plan_of(names, 1);
	char hash[PLAN_HASH_SIZE];
	int64_t expires_s;
	struct err err;

	(void)state;
	assert_true(plan_freeze(&plan, NOON, &err));
	memcpy(hash, plan.hash, sizeof(hash));
	expires_s = plan.expires_s;
	assert_true(plan_confirm(&plan, hash, NOON, &err));
	assert_true(plan_confirm(&plan, hash, expires_s - 1, &err));
	assert_int_equal(plan.expires_s, expires_s);
	assert_false(plan_confirm(&plan, hash, expires_s, &err));
	assert_holds(err.text, plan.hash);
	assert_string_not_equal(plan.hash, hash);
	assert_false(plan_confirm(&plan, "0000-0000", NOON, &err));
	assert_int_equal(err.kind, ERR_RIGHTS);
	assert_false(plan_confirm(&plan, "yes", NOON, &err));
	assert_int_equal(err.kind, ERR_USAGE);
	assert_false(plan_confirm(&plan, "7f3a 91c2", NOON, &err));
	plan_release(&plan);
}

static bool feed(struct check *check, const char *line, bool *end, struct err *err)
{
	return check_feed(check, line, strlen(line), end, err);
}

static void a_check(void **state)
{
	struct check *check = check_new();
	struct err err;
	bool end;

	(void)state;
	assert_true(feed(check, "{\"folders\":[[\"INBOX\",20,0,20,7,1,\"ab\"],[\"Work\",5,null,null,null,"
				"null,null]]}", &end, &err));
	assert_true(feed(check, "{\"findings\":[[\"missing\",\"INBOX\",\"index-lost\",\"20 stored, 0 "
				"visible\",\"resync\"]]}", &end, &err));
	assert_true(feed(check, "{\"forecast\":{\"result\":\"ok\",\"messages\":25,\"missing\":0,"
				"\"flags_lost\":10,\"uids_kept\":false,\"text\":\"all comes back\"}}", &end, &err));
	assert_false(check->whole);
	assert_true(feed(check, "{\"checked\":{\"mailbox\":\"u@d\",\"store\":\"s\",\"driver\":\"mdbox\","
				"\"ok\":false,\"depth\":2,\"stored\":25,\"visible\":5}}", &end, &err));
	assert_true(check->whole);
	assert_false(end);
	assert_int_equal(check->folders.count, 2);
	assert_int_equal(check->folders.items[1].visible, -1);
	assert_string_equal(check->findings.items[0].symptom, "index-lost");
	assert_int_equal(check->forecast.result, FORECAST_OK);
	assert_int_equal(check->forecast.uids_kept, 0);
	assert_int_equal(check->forecast.uidvalidity_kept, -1);
	assert_int_equal(check->forecast.doubled, -1);
	assert_int_equal(check->sessions, -1);
	assert_true(feed(check, "{\"end\":1}", &end, &err));
	assert_true(end);
	check_free(check);
}

static void bad_lines_of_checks(void **state)
{
	static const char *const lines[] = {
		"{\"folders\":7}",
		"{\"folders\":[[]]}",
		"{\"folders\":[[null,1,1,1,1,1,null]]}",
		"{\"folders\":[[\"INBOX\",-1,1,1,1,1,null]]}",
		"{\"findings\":[[\"missing\",null,null,\"x\",null]]}",
		"{\"findings\":[[1,2,3,4,5]]}",
		"{\"forecast\":{}}",
		"{\"forecast\":{\"result\":\"fine\"}}",
		"{\"checked\":{}}",
		"{\"checked\":{\"mailbox\":\"u\",\"depth\":9}}",
		"{\"error\":\"no\"}",
		"[",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct check *check = check_new();
		struct err err = { 0 };
		bool end;

		assert_row(lines[i], !feed(check, lines[i], &end, &err));
		assert_row(lines[i], *err.text);
		assert_row(lines[i], !check->whole);
		check_free(check);
	}
}

static void apply(struct job *job, uint32_t host, const char *line)
{
	struct job_news news = { 0 };
	struct err err;
	bool end;

	if (!job_feed(&news, line, strlen(line), &end, &err))
		fail_msg("%s: %s", line, err.text);
	vec_each(&news.records, record)
		job_apply(job, host, record);
	job_news_release(&news);
}

static void a_job_is_what_its_journal_says(void **state)
{
	static const char *const names[] = { "a@x", "b@x" };
	struct plan plan = plan_of(names, 2);
	char line[512];
	const char *hash;
	struct job *job;
	struct err err;

	(void)state;
	assert_true(plan_freeze(&plan, NOON, &err));
	job = job_new(&plan, 1);
	hash = job->plan.hash;
#define RECORD(seq, rest) \
	(snprintf(line, sizeof(line), "{\"journal\":{\"seq\":%d,\"clock\":5,\"job\":\"%s\",%s}}", (seq), \
		hash, (rest)), \
		apply(job, 0, line))
	RECORD(1, "\"unit\":null,\"act\":\"plan\"");
	assert_int_equal(job->units.items[0].state, UNIT_QUEUED);
	RECORD(2, "\"unit\":0,\"mailbox\":\"a@x\",\"act\":\"intent\"");
	assert_int_equal(job->units.items[0].state, UNIT_RUNNING);
	RECORD(3, "\"unit\":0,\"mailbox\":\"a@x\",\"act\":\"outcome\",\"outcome\":{\"result\":\"ok\","
		  "\"before\":{\"messages\":0,\"folders\":1},\"after\":{\"messages\":20,\"folders\":1},"
		  "\"commands\":[\"doveadm force-resync\"]}");
	RECORD(4, "\"unit\":0,\"mailbox\":\"a@x\",\"act\":\"unlock\"");
	RECORD(2, "\"unit\":1,\"mailbox\":\"b@x\",\"act\":\"intent\"");
	RECORD(5, "\"unit\":1,\"mailbox\":\"other@x\",\"act\":\"intent\"");
	RECORD(6, "\"unit\":2,\"mailbox\":\"b@x\",\"act\":\"intent\"");
	apply(job, 0, "{\"journal\":{\"seq\":99,\"job\":\"0000-0000\",\"unit\":1,\"mailbox\":\"b@x\","
		      "\"act\":\"intent\"}}");
	assert_int_equal(job->units.items[0].state, UNIT_OK);
	assert_int_equal(job->units.items[0].outcome.after.messages, 20);
	assert_int_equal(job->units.items[0].outcome.missing, -1);
	assert_int_equal(job->units.items[1].state, UNIT_QUEUED);
	assert_false(job_done(job));
	job_host_ended(job, 0, "the runner was killed");
	assert_int_equal(job->units.items[1].state, UNIT_UNKNOWN);
	RECORD(7, "\"unit\":1,\"mailbox\":\"b@x\",\"act\":\"unlock\"");
	assert_int_equal(job->units.items[1].state, UNIT_UNKNOWN);
	RECORD(8, "\"unit\":1,\"mailbox\":\"b@x\",\"act\":\"resume\"");
	assert_int_equal(job->units.items[1].state, UNIT_RUNNING);
	RECORD(9, "\"unit\":1,\"mailbox\":\"b@x\",\"act\":\"outcome\",\"outcome\":{\"result\":\"failed\","
		  "\"error\":\"3 not visible\"}");
	assert_int_equal(job->units.items[1].state, UNIT_FAILED);
	assert_true(job_done(job));
	job_free(job);
}

static void bad_lines_of_journals(void **state)
{
	static const char *const lines[] = {
		"{\"journal\":{}}",
		"{\"journal\":{\"seq\":0,\"job\":\"x\",\"act\":\"y\"}}",
		"{\"journal\":{\"seq\":1,\"act\":\"y\"}}",
		"{\"journal\":{\"seq\":1,\"job\":\"x\",\"act\":\"outcome\",\"outcome\":{}}}",
		"{\"journal\":{\"seq\":1,\"job\":\"x\",\"act\":\"outcome\",\"outcome\":{\"result\":\"running\"}}}",
		"{\"journal\":{\"seq\":1,\"job\":\"x\",\"act\":\"y\",\"outcome\":{\"result\":\"ok\",\"missing\":\"few\"}}}",
		"{\"job\":{\"hash\":\"x\"}}",
		"{\"job\":{\"hash\":\"x\",\"state\":\"done\",\"units\":-1}}",
		"{\"copy\":{\"name\":\"x\"}}",
		"{\"error\":\"the spool is full\"}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct job_news news = { 0 };
		struct err err = { 0 };
		bool end;

		assert_row(lines[i], !job_feed(&news, lines[i], strlen(lines[i]), &end, &err));
		assert_row(lines[i], *err.text && !news.records.count && !news.jobs.count);
		job_news_release(&news);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_are_whole),
		cmocka_unit_test(a_plan_is_the_same_in_any_order),
		cmocka_unit_test(what_is_no_plan),
		cmocka_unit_test(confirmed_by_its_hash_until_it_expires),
		cmocka_unit_test(a_check),
		cmocka_unit_test(bad_lines_of_checks),
		cmocka_unit_test(a_job_is_what_its_journal_says),
		cmocka_unit_test(bad_lines_of_journals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
