/* SPDX-License-Identifier: MIT */
/* Whose mailbox it is, what may be planned, what is asked, what the ledger gets. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/base/mem.h"
#include "core/repair.h"

#define BOOT "0f3c6a1e-5b7d-4e0a-9c11-223344556677"

static char names[3][2] = { "a", "b", "c" };
static struct config_host hosts[] = { { .name = names[0] }, { .name = names[1] },
	{ .name = names[2] } };
static const struct config config = { .hosts = { hosts, 3, 3 } };

/* One answer: NULL is "not known", "" is "no home", "!" is "away". */
static void add_answer(struct places *places, uint32_t host, const char *found)
{
	static char path[] = "/srv/mail/u", unknown[] = "Dovecot does not know this mailbox";
	struct store_seen seen = { .path = path, .there = found && *found };
	char *id = mem_text(found);

	seen.id = id;
	seen.error = found ? NULL : unknown;
	if (found && *found == '!')
		places_away(places, host, "connection timed out");
	else
		places_take(places, host, &seen);
	free(id);
}

static void an_owner_is_the_only_one(void **state)
{
	static const struct {
		const char *found[3];
		uint32_t only;
		enum err_kind kind; /* ERR_NONE: `owner` */
		uint32_t owner;
		const char *says;
	} cases[] = {
		{ { BOOT ":8:1/u", NULL, NULL }, UINT32_MAX, ERR_NONE, 0, NULL },
		{ { NULL, "", BOOT ":8:1/u" }, UINT32_MAX, ERR_NONE, 2, NULL },
		{ { "!", BOOT ":8:1/u", NULL }, UINT32_MAX, ERR_NONE, 1, NULL },
		{ { "!", "nfs:filer/u", NULL }, UINT32_MAX, ERR_AWAY, 0, "shared over the network" },
		{ { "nfs:filer/u", "nfs:filer/u", NULL }, UINT32_MAX, ERR_RIGHTS, 0, "looked at, not touched" },
		{ { "nfs:filer/u", "nfs:filer/u", NULL }, 0, ERR_RIGHTS, 0, "a and b" },
		{ { BOOT ":8:1/u", BOOT ":8:2/u", NULL }, UINT32_MAX, ERR_RIGHTS, 0, "--host" },
		{ { BOOT ":8:1/u", BOOT ":8:2/u", NULL }, 1, ERR_NONE, 1, NULL },
		{ { NULL, NULL, NULL }, UINT32_MAX, ERR_NOMAILBOX, 0, "no host knows" },
		{ { NULL, BOOT ":8:1/u", NULL }, 0, ERR_NOMAILBOX, 0, "a does not know" },
		{ { "", NULL, NULL }, UINT32_MAX, ERR_AWAY, 0, "is not there" },
		{ { "!", NULL, NULL }, UINT32_MAX, ERR_AWAY, 0, "connection timed out" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct places places = { .mailbox = mem_text("u@d") };
		const struct placed *owner;
		struct err err = { 0 };

		for (uint32_t host = 3; host-- > 0;)
			add_answer(&places, host, cases[i].found[host]);
		/* Heard twice is heard once. */
		add_answer(&places, 0, cases[i].found[0]);
		assert_int_equal(places.count, 3);
		owner = places_owner(&places, &config, cases[i].only, &err);
		assert_int_equal(err.kind, cases[i].kind);
		if (owner)
			assert_int_equal(owner->host, cases[i].owner);
		else
			assert_holds(err.text, cases[i].says);
		places_release(&places);
	}
}

static struct check *check_of(enum forecast_result result)
{
	struct check *check = check_new();

	check->mailbox = mem_text("u@d");
	check->stored = 20;
	check->forecast.result = result;
	check->forecast.text = mem_text("its reason");
	((struct check_finding *)vec_add(&check->findings))->symptom = mem_text("index-lost");
	return check;
}

static void harm_is_set_aside(void **state)
{
	static const struct {
		enum forecast_result result;
		bool allowed;
	} cases[] = { { FORECAST_NONE, true }, { FORECAST_OK, true }, { FORECAST_PART, true },
		{ FORECAST_WORSE, false }, { FORECAST_REFUSED, false } };
	static const struct {
		int code;
		enum err_kind kind;
	} codes[] = { { 67, ERR_NOMAILBOX }, { 69, ERR_AWAY }, { 75, ERR_CANCELLED }, { 77, ERR_RIGHTS },
		{ 0, ERR_CANCELLED } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct check *check = check_of(cases[i].result);
		struct err err = { 0 };

		assert_int_equal(repair_allowed(&operation_resync, check, &err), cases[i].allowed);
		if (!cases[i].allowed)
			assert_holds(err.text, "its reason");
		assert_true(repair_allowed(&operation_restore, check, &err));
		check_free(check);
	}
	for (size_t i = 0; i < COUNT(codes); i++) {
		struct check *check = check_of(FORECAST_OK);
		struct err err = { 0 };

		check->error = mem_text("why not");
		check->code = codes[i].code;
		assert_false(repair_allowed(&operation_resync, check, &err));
		assert_int_equal(err.kind, codes[i].kind);
		check_free(check);
	}
}

static bool warned(const struct check *check, const char *part)
{
	struct warnings warnings = { 0 };
	bool found = false;

	repair_warn(&warnings, &operation_resync, check);
	vec_each(&warnings, text)
		found |= strstr(*text, part) != NULL;
	warnings_release(&warnings);
	return found;
}

static void a_person_is_warned(void **state)
{
	struct check *check = check_of(FORECAST_PART);

	(void)state;
	check->forecast.messages = 20;
	check->forecast.uids_kept = 0;
	check->forecast.flags_lost = 1;
	check->forecast.missing = 2;
	check->forecast.moved = 3;
	check->sessions = 1;
	assert_true(warned(check, "new UIDs: clients fetch 20 messages again"));
	assert_true(warned(check, "flags of 1 message cannot"));
	assert_true(warned(check, "2 messages may stay missing"));
	assert_true(warned(check, "of 3 messages nothing may tell"));
	assert_true(warned(check, "1 session now"));
	check->forecast.missing = check->forecast.moved = 0;
	assert_true(warned(check, "its reason"));
	check->forecast.uids_kept = 1;
	check->forecast.uidvalidity_kept = 0;
	check->sessions = 0;
	assert_true(warned(check, "a new UIDVALIDITY"));
	assert_false(warned(check, "new UIDs"));
	assert_false(warned(check, "session"));
	check_free(check);
	check = check_new();
	check->mailbox = mem_text("u@d");
	assert_true(warned(check, "nothing was found"));
	check_free(check);
}

static void requests_are_lines_of_escaped_fields(void **state)
{
	struct plan plan = { .operation = &operation_resync };
	struct str text = { 0 };
	struct err err;

	(void)state;
	plan_add(&plan, "b\t@x", "b", 1, "s\\2");
	plan_add(&plan, "a@x", "a", 0, "s1");
	plan_add(&plan, "c\n@x", "b", 1, "s3");
	assert_true(plan_freeze(&plan, 1500033600, &err));
	memcpy(plan.hash, "7f3a-91c2", sizeof(plan.hash));
	plan.expires_s = 99;
	assert_int_equal(repair_ask_start(&text, &plan, 1, "ana@desk", 5, 17), 2);
	assert_string_equal(str_text(&text), "start\t7f3a-91c2\tresync\t\tana@desk\t99\t5\n"
					     "unit\t0\tb\\t@x\ts\\\\2\nunit\t1\tc\\n@x\ts3\ngo\n"
					     "follow\t7f3a-91c2\t17\n");
	str_clear(&text);
	assert_int_equal(repair_ask_resume(&text, "7f3a-91c2", 3), 2);
	assert_int_equal(repair_ask_follow(&text, "7f3a-91c2", 4), 1);
	assert_int_equal(repair_ask_journal(&text, 5), 1);
	assert_int_equal(repair_ask_jobs(&text), 1);
	assert_int_equal(repair_ask_copies(&text, "a\tb"), 1);
	assert_string_equal(str_text(&text), "resume\t7f3a-91c2\nfollow\t7f3a-91c2\t3\nfollow\t7f3a-91c2\t4\n"
					     "journal\t5\njobs\ncopies\ta\\tb\n");
	str_release(&text);
	plan_release(&plan);
}

static void the_ledger_gets_the_commands(void **state)
{
	static const char line[] =
		"{\"journal\":{\"seq\":7,\"clock\":9,\"job\":\"7f3a-91c2\",\"unit\":0,\"mailbox\":\"u@d\","
		"\"act\":\"outcome\",\"who\":\"ana@desk\",\"text\":\"done\",\"outcome\":{\"result\":\"unproven\","
		"\"before\":{\"messages\":1,\"folders\":1},\"after\":{\"messages\":20,\"folders\":2},\"moved\":3,"
		"\"uids_kept\":false,\"copy\":\"c1\",\"error\":\"3 may be elsewhere\","
		"\"commands\":[\"doveadm force-resync INBOX\"]}}}";
	struct job_news news = { 0 };
	struct ledger_entry entry;
	struct err err;
	bool last;

	(void)state;
	assert_true(job_feed(&news, line, strlen(line), &last, &err));
	entry = repair_ledger_entry(&news.records.items[0], "mail03");
	assert_int_equal(entry.host_seq, 7);
	assert_string_equal(entry.host, "mail03");
	assert_string_equal(entry.what, "job outcome");
	assert_string_equal(entry.result, "unproven");
	assert_holds(entry.detail, "7f3a-91c2: done");
	assert_holds(entry.detail, "1 messages visible before, 20 after, 3 moved, new UIDs, copy c1");
	assert_holds(entry.detail, "doveadm force-resync INBOX");
	ledger_entry_release(&entry);
	job_news_release(&news);
}

static void an_end_tells_the_last_sequence(void **state)
{
	struct job_news news = { 0 };
	struct err err;
	bool last = false;

	(void)state;
	assert_true(job_feed(&news, "{\"end\":42}", 10, &last, &err));
	assert_true(last);
	assert_int_equal(news.last, 42);
	assert_false(job_feed(&news, "{\"end\":-1}", 10, &last, &err));
	job_news_release(&news);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_owner_is_the_only_one),
		cmocka_unit_test(harm_is_set_aside),
		cmocka_unit_test(a_person_is_warned),
		cmocka_unit_test(requests_are_lines_of_escaped_fields),
		cmocka_unit_test(the_ledger_gets_the_commands),
		cmocka_unit_test(an_end_tells_the_last_sequence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
