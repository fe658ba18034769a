/* SPDX-License-Identifier: MIT */
/* Checks and plans: what a mailbox's page says, what is confirmed, what is not. */
#include "core/operation.h"
#include "tests/screens/repair_scene.h"

static struct scene scene;

static int set_up(void **state)
{
	(void)state;
	repair_begin(&scene, false);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scene_end(&scene);
	return 0;
}

/* At all sizes, without colours, in ASCII. */
static void goldens(const char *name)
{
	char text[80];

	snprintf(text, sizeof(text), "%s_80x24", name);
	golden(&scene, text);
	scene_size(&scene, 43, 132);
	snprintf(text, sizeof(text), "%s_132x43", name);
	golden(&scene, text);
	scene_size(&scene, 10, 40);
	snprintf(text, sizeof(text), "%s_40x10", name);
	golden(&scene, text);
	scene_size(&scene, 24, 80);
	scene.mono = true;
	snprintf(text, sizeof(text), "%s_mono", name);
	golden(&scene, text);
	scene.mono = false;
	scene.ascii = true;
	snprintf(text, sizeof(text), "%s_ascii", name);
	golden(&scene, text);
	scene.ascii = false;
}

static void a_check_is_told_on_the_page(void **state)
{
	const struct command *command;

	(void)state;
	drive(&scene, "/jo<Enter><Enter>");
	assert_true(shows(&scene, "it was not checked yet"));
	scene_forget(&scene);
	drive(&scene, "c");
	command = only_command(&scene, COMMAND_CHECK);
	assert_int_equal(command->host, 0);
	assert_int_equal(command->depth, 2);
	assert_string_equal(command->names.items[0], JO);
	scene_tick(&scene, 3000);
	assert_true(shows(&scene, "checking map and indexes on mail03 for 3s"));
	drive(&scene, "c"); /* one is out */
	assert_int_equal(scene.commands.count, 1);
	says_check(&scene, "mail03", jo_damaged);
	assert_true(shows(&scene, "missing: 1,204 messages"));
	scene_tick(&scene, 7000);
	goldens("mailbox_damaged");
	drive(&scene, "c");
	says_check(&scene, "mail03",
		"{\"folders\":[[\"INBOX\",5,5,5,1,6,\"ee\"]]}\n{\"checked\":{\"mailbox\":\"" JO
		"\",\"store\":\"x\",\"ok\":true,\"depth\":2,\"stored\":5,\"visible\":5}}");
	assert_true(shows(&scene, "Nothing found"));
	assert_false(shows(&scene, "R plans it"));
	drive(&scene, "c");
	says_check(&scene, "mail03",
		"{\"checked\":{\"mailbox\":\"" JO
		"\",\"ok\":false,\"depth\":2,\"error\":\"/srv is not mounted\",\"code\":69}}");
	assert_true(shows(&scene, "could not be checked"));
	assert_true(shows(&scene, "/srv is not mounted"));
}

static void a_check_that_nobody_asked_for_is_passed_over(void **state)
{
	(void)state;
	drive(&scene, "/jo<Enter><Enter>");
	says_check(&scene, "mail03", jo_damaged);
	assert_true(shows(&scene, "it was not checked yet"));
	drive(&scene, "d");
	says_check(&scene, "mail03", jo_damaged); /* not as deep as was asked for */
	assert_true(shows(&scene, "checking every message"));
	scene_link(&scene, "mail03", LINK_AWAY, "connection reset", 5000);
	assert_true(shows(&scene, "whose link is lost"));
	scene_forget(&scene);
	drive(&scene, "c");
	assert_true(shows(&scene, "its host is not connected"));
	assert_no_commands(&scene);
}

static void marked_mailboxes_are_checked(void **state)
{
	(void)state;
	drive(&scene, "*c");
	assert_true(shows(&scene, "checking 3 of 3"));
	assert_int_equal(scene.commands.count, 2); /* one a host */
	says_check(&scene, "mail03", jo_damaged);
	says_check(&scene, "mail03", reports_healthy);
	scene_tick(&scene, 500);
	golden(&scene, "mailboxes_checked");
}

static void one_mailbox_is_confirmed_with_y(void **state)
{
	const struct command *entry, *job;
	uint64_t prompt;

	(void)state;
	plan_for_jo(&scene);
	goldens("plan_one");
	scene_size(&scene, 10, 40);
	drive(&scene, "<PgDn><PgDn><PgDn><PgDn><PgDn><PgDn>");
	golden(&scene, "plan_one_40x10_end");
	scene_size(&scene, 24, 80);
	scene_forget(&scene);
	drive(&scene, "<Enter>Y<Space>R*jx");
	assert_no_commands(&scene);
	assert_true(shows(&scene, "y confirms, Esc leaves"));
	drive(&scene, "y");
	/* The decision first; the host gets nothing before it is on disk. */
	entry = command_of(&scene, COMMAND_LEDGER_ADD);
	assert_non_null(entry);
	assert_string_equal(entry->entry.mailbox, JO);
	assert_non_null(strstr(entry->entry.detail, "resync of 1 mailbox"));
	assert_null(command_of(&scene, COMMAND_JOB));
	assert_true(shows(&scene, "waits for the ledger"));
	prompt = entry->prompt;
	assert_int_not_equal(prompt, 0);
	scene_forget(&scene);
	says_stored(&scene, prompt + 1);
	assert_no_commands(&scene);
	says_stored(&scene, prompt);
	job = only_command(&scene, COMMAND_JOB);
	assert_int_equal(job->host, 0);
	assert_int_equal(job->answers, 2);
	assert_int_equal(strncmp(job->text, "start\t", 6), 0);
	assert_non_null(strstr(job->text, "unit\t0\t" JO "\t" JO_STORE "\ngo\nfollow\t"));
	scene_forget(&scene);
	says_stored(&scene, prompt);
	assert_no_commands(&scene); /* once */
}

static void esc_leaves_and_nothing_is_done(void **state)
{
	(void)state;
	plan_for_jo(&scene);
	scene_forget(&scene);
	drive(&scene, "<Esc>");
	assert_true(shows(&scene, "nothing was done"));
	assert_no_commands(&scene);
	drive(&scene, "y");
	assert_true(shows(&scene, "y does nothing here"));
	assert_no_commands(&scene);
}

static void a_plan_rests_on_a_check_of_its_own(void **state)
{
	(void)state;
	drive(&scene, "/jo<Enter><Enter>c");
	says_check(&scene, "mail03", jo_damaged);
	drive(&scene, "R");
	says_store(&scene, "mail07", JO, NULL);
	scene_forget(&scene);
	says_store(&scene, "mail03", JO, JO_STORE);
	assert_non_null(command_of(&scene, COMMAND_CHECK));
	assert_true(shows(&scene, "Looking where it lies"));
}

static void keys_meant_for_something_else_confirm_nothing(void **state)
{
	(void)state;
	drive(&scene, "/jo<Enter><Enter>Ry");
	assert_true(shows(&scene, "still looking"));
	assert_true(shows(&scene, "Waits for mail03 to say where it lies."));
	says_store(&scene, "mail03", JO, JO_STORE);
	assert_true(shows(&scene, "Waits for mail07 to say where it lies."));
	says_store(&scene, "mail07", JO, NULL);
	assert_true(shows(&scene, "Waits for mail03 to check it."));
	golden(&scene, "plan_waiting");
	says_check(&scene, "mail03", jo_damaged);
	assert_true(shows(&scene, "Waits for mail03 to say whether it takes repairs"));
	says_takes(&scene, "mail03", 0);
	scene_forget(&scene);
	drive(&scene, "y");
	assert_no_commands(&scene);
	assert_true(shows(&scene, "read it first"));
}

/* What was confirmed is sent only where it is taken: that is known before. */
static void a_host_that_takes_no_jobs_is_told_in_time(void **state)
{
	uint64_t asked;

	(void)state;
	drive(&scene, "/jo<Enter><Enter>R");
	says_store(&scene, "mail07", JO, NULL);
	says_store(&scene, "mail03", JO, JO_STORE);
	says_check(&scene, "mail03", jo_damaged);
	assert_true(shows(&scene, "Looking where it lies"));
	asked = command_of(&scene, COMMAND_JOB)->prompt;
	says_job(&scene, "mail03", asked, "", true, "this login may only look; run hosts prepare");
	assert_true(shows(&scene, "Nothing to repair"));
	assert_true(shows(&scene, "this login may only look"));
}

/* Of the same plan's first run nothing is taken for the second one. */
static void only_what_is_written_after_the_plan_counts(void **state)
{
	const struct command *command;
	uint64_t prompt;

	(void)state;
	drive(&scene, "/jo<Enter><Enter>R");
	says_store(&scene, "mail07", JO, NULL);
	says_store(&scene, "mail03", JO, JO_STORE);
	says_check(&scene, "mail03", jo_damaged);
	says_takes(&scene, "mail03", 41);
	scene_tick(&scene, 500);
	scene_forget(&scene);
	drive(&scene, "y");
	prompt = command_of(&scene, COMMAND_LEDGER_ADD)->prompt;
	scene_forget(&scene);
	says_stored(&scene, prompt);
	command = only_command(&scene, COMMAND_JOB);
	assert_non_null(strstr(command->text, "\t41\n"));
}

static void two_mailboxes_want_their_count(void **state)
{
	(void)state;
	plan_for_three(&scene);
	goldens("plan_two");
	scene_forget(&scene);
	drive(&scene, "y<Enter>");
	assert_no_commands(&scene);
	assert_true(shows(&scene, "nothing was done: type 2"));
	drive(&scene, "3<Enter>22<Enter><Enter>02<Enter>");
	assert_no_commands(&scene);
	drive(&scene, "2");
	assert_no_commands(&scene);
	drive(&scene, "<Enter>");
	assert_non_null(command_of(&scene, COMMAND_LEDGER_ADD));
	says_stored(&scene, command_of(&scene, COMMAND_LEDGER_ADD)->prompt);
	for (uint32_t host = 0; host < 2; host++) {
		size_t jobs = 0;

		vec_each(&scene.commands, command)
			if (command->kind == COMMAND_JOB && command->host == host) {
				jobs++;
				assert_non_null(strstr(command->text, host ? CHEN : JO));
				assert_null(strstr(command->text, host ? JO : CHEN));
				assert_null(strstr(command->text, "reports"));
			}
		assert_int_equal(jobs, 1);
	}
}

/* Of many mailboxes, what it means in all is told first. */
static void many_mailboxes_are_summed_up(void **state)
{
	char text[2048], name[64], store[80];
	struct str add = { 0 };

	(void)state;
	str_adds(&add, "{\"add\":[");
	for (int i = 0; i < 4; i++)
		str_addf(&add, "%s[%d,\"m%d@example.org\",\"imap\",\"198.51.100.7\",%d]",
			i ? "," : "", i + 1, i, 500 + i);
	str_adds(&add, "]}");
	scene_sample(&scene, "mail03", repair_sample_head, str_text(&add));
	str_clear(&add);
	for (int i = 4; i < 8; i++)
		str_addf(&add, "%s[%d,\"m%d@example.org\",\"imap\",\"198.51.100.7\",%d]",
			i == 4 ? "{\"add\":[" : ",", i + 1, i, 500 + i);
	str_adds(&add, "]}");
	scene_sample(&scene, "mail03", "\"uptime\":5002,\"load\":[1.0,1.0,1.0],\"cpu\":[1,2,3]",
		str_text(&add));
	str_release(&add);
	drive(&scene, "r/m[0-9]@<Enter>*R");
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "m%d@example.org", i);
		snprintf(store, sizeof(store), "11111111-2222-3333-4444-555555555555:8:1/srv/m%d",
			i);
		says_store(&scene, "mail07", name, NULL);
		says_store(&scene, "mail03", name, store);
		snprintf(text, sizeof(text),
			"{\"findings\":[[\"missing\",\"INBOX\",\"index-lost\",\"none is visible\","
			"\"resync\"]]}\n{\"forecast\":{\"result\":\"ok\",\"messages\":%d,"
			"\"missing\":0,"
			"\"flags_lost\":%d,\"uids_kept\":%s}}\n{\"checked\":{\"mailbox\":\"%s\","
			"\"ok\":"
			"false,\"depth\":2,\"stored\":9,\"visible\":0,\"sessions\":1}}",
			100 + i, i == 3 ? 7 : 0, i == 3 ? "false" : "true", name);
		if (i >= 4)
			snprintf(text, sizeof(text),
				"{\"checked\":{\"mailbox\":\"%s\",\"ok\":true,\"depth\":2,\"stored\":9,"
				"\"visible\":9,\"sessions\":1}}",
				name);
		says_check(&scene, "mail03", text);
	}
	says_takes(&scene, "mail03", 0);
	scene_tick(&scene, 500);
	golden(&scene, "plan_four");
	assert_true(shows(&scene, "UIDs kept in 3; 1 gets new ones: 103 messages to fetch again"));
	assert_true(shows(&scene, "flags of 7 messages in 1 cannot be known"));
}

/* The text of the job that is started when it is confirmed now. */
static char *started(const char *keys)
{
	uint64_t prompt;

	scene_forget(&scene);
	drive(&scene, keys);
	assert_non_null(command_of(&scene, COMMAND_LEDGER_ADD));
	prompt = command_of(&scene, COMMAND_LEDGER_ADD)->prompt;
	scene_forget(&scene);
	says_stored(&scene, prompt);
	return mem_text(command_of(&scene, COMMAND_JOB)->text);
}

static void new_data_changes_nothing_in_a_plan(void **state)
{
	struct str before = { 0 }, after = { 0 };
	char *text;

	(void)state;
	plan_for_jo(&scene);
	scene_dump(&scene, &before);
	/* Rows come and go, the mailbox lies elsewhere, checks find something else. */
	scene_sample(&scene, "mail03", repair_sample_head,
		"{\"add\":[[9,\"a.new@example.org\",\"imap\",\"198.51.100.7\",109]]}");
	says_store(&scene, "mail03", JO, "nfs4:filer:/elsewhere");
	says_store(&scene, "mail07", JO, "nfs4:filer:/elsewhere");
	says_check(&scene, "mail03", jo_unreadable);
	scene_link(&scene, "mail07", LINK_AWAY, "reset", 9000);
	scene_dump(&scene, &after);
	assert_true(shows(&scene, "Repair 1 mailbox"));
	text = started("y");
	assert_non_null(strstr(text, "unit\t0\t" JO "\t" JO_STORE "\n"));
	assert_null(strstr(text, "a.new"));
	assert_null(strstr(text, "elsewhere"));
	free(text);
	str_release(&before);
	str_release(&after);
}

static void an_old_plan_cannot_be_confirmed(void **state)
{
	(void)state;
	plan_for_jo(&scene);
	scene_forget(&scene);
	scene_tick(&scene, INT64_C(3) * 12 * 3600 * 1000);
	drive(&scene, "y");
	assert_null(command_of(&scene, COMMAND_LEDGER_ADD));
	assert_null(command_of(&scene, COMMAND_JOB));
	assert_true(shows(&scene, "has expired"));
}

static void what_would_do_harm_cannot_be_confirmed(void **state)
{
	(void)state;
	drive(&scene, "/jo<Enter><Enter>R");
	says_store(&scene, "mail07", JO, NULL);
	says_store(&scene, "mail03", JO, JO_STORE);
	says_check(&scene, "mail03", jo_unreadable);
	scene_tick(&scene, 500);
	golden(&scene, "plan_refused");
	assert_true(shows(&scene, "give storage/m.1 back to its owner"));
	scene_forget(&scene);
	drive(&scene, "y1<Enter>");
	assert_no_commands(&scene);
	assert_true(shows(&scene, "nothing to confirm"));
	drive(&scene, "q");
	assert_true(shows(&scene, "not now."));
}

/* A host cannot write lines into the dialog. */
static void what_a_host_says_stays_in_its_place(void **state)
{
	(void)state;
	drive(&scene, "/jo<Enter><Enter>R");
	says_store(&scene, "mail07", JO, NULL);
	says_store(&scene, "mail03", JO, JO_STORE);
	says_check(&scene, "mail03",
		"{\"checked\":{\"mailbox\":\"" JO
		"\",\"ok\":false,\"depth\":2,\"error\":\"full\\nlive     no session\",\"code\":75}}");
	assert_true(shows(&scene, "full\xEF\xBF\xBDlive"));
}

static void a_mailbox_on_two_hosts_is_not_touched(void **state)
{
	(void)state;
	drive(&scene, "/jo<Enter><Enter>R");
	says_store(&scene, "mail07", JO, "nfs4:filer:/mail/jo");
	says_store(&scene, "mail03", JO, "nfs4:filer:/mail/jo");
	assert_true(shows(&scene, "Nothing to repair"));
	assert_true(shows(&scene, "mail07"));
	assert_null(command_of(&scene, COMMAND_CHECK));
}

static void a_host_that_is_away_may_have_it(void **state)
{
	(void)state;
	scene_link(&scene, "mail03", LINK_AWAY, "connection reset", 5000);
	drive(&scene, "/jo<Enter><Enter>R");
	says_store(&scene, "mail07", JO, NULL);
	assert_true(shows(&scene, "Nothing to repair"));
	assert_true(shows(&scene, "connection reset"));
}

static void read_only_repairs_nothing(void **state)
{
	struct scene look;

	(void)state;
	repair_begin(&look, true);
	drive(&look, "R");
	assert_true(shows(&look, "--read-only: this console changes nothing"));
	drive(&look, "/jo<Enter><Enter>");
	scene_forget(&look);
	drive(&look, "R:repair<Enter>");
	assert_true(shows(&look, "--read-only: this console changes nothing"));
	assert_no_commands(&look);
	scene_end(&look);
}

/* Whatever is in the table of operations: one that changes is never begun without its
 * confirmation, by whatever keys. */
static void no_operation_without_its_confirmation(void **state)
{
	static const char *const ways[] = { "R", "*R", "<Enter>R", ":repair<Enter>",
		"*:repair<Enter>", "<Enter>c", "5<Enter>", "<Enter>RR", "R<Enter>",
		"<Enter>R<Enter>" };

	(void)state;
	for (size_t i = 0; operation_at(i); i++) {
		assert_true(operation_at(i)->danger == DANGER_LOOK ||
			    operation_at(i)->verify == VERIFY_MESSAGES);
		assert_non_null(operation_at(i)->does);
		assert_non_null(operation_at(i)->undo);
	}
	for (size_t way = 0; way < sizeof(ways) / sizeof(*ways); way++) {
		drive(&scene, "<Esc><Esc><Esc>2g");
		scene_forget(&scene);
		drive(&scene, ways[way]);
		says_store(&scene, "mail07", JO, NULL);
		says_store(&scene, "mail03", JO, JO_STORE);
		says_check(&scene, "mail03", jo_damaged);
		if (strchr(ways[way], 'R') || strstr(ways[way], "repair"))
			says_takes(&scene, "mail03", 0);
		scene_tick(&scene, 500);
		drive(&scene, "<Enter><Space>Y1<Enter>R");
		vec_each(&scene.commands, command)
			for (size_t i = 0; operation_at(i); i++)
				if (command->kind == COMMAND_JOB &&
					operation_at(i)->danger != DANGER_LOOK)
					assert_null(strstr(command->text, operation_at(i)->name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_check_is_told_on_the_page, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_check_that_nobody_asked_for_is_passed_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(marked_mailboxes_are_checked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_mailbox_is_confirmed_with_y, set_up, tear_down),
		cmocka_unit_test_setup_teardown(esc_leaves_and_nothing_is_done, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_plan_rests_on_a_check_of_its_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			keys_meant_for_something_else_confirm_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_host_that_takes_no_jobs_is_told_in_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			only_what_is_written_after_the_plan_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_mailboxes_want_their_count, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_mailboxes_are_summed_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			new_data_changes_nothing_in_a_plan, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_old_plan_cannot_be_confirmed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_would_do_harm_cannot_be_confirmed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_a_host_says_stays_in_its_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_mailbox_on_two_hosts_is_not_touched, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_host_that_is_away_may_have_it, set_up, tear_down),
		cmocka_unit_test(read_only_repairs_nothing),
		cmocka_unit_test_setup_teardown(
			no_operation_without_its_confirmation, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
