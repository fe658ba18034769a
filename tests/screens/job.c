/* SPDX-License-Identifier: MIT */
/* Jobs: from the decision to the outcome, hosts that go away, what other consoles began. */
#include "tests/screens/repair_scene.h"

static struct scene scene;
static uint64_t asked; /* by the job's requests */
static char hash[PLAN_HASH_SIZE];

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

static void confirm(const char *keys)
{
	const struct command *job;
	uint64_t prompt;

	scene_forget(&scene);
	drive(&scene, keys);
	prompt = command_of(&scene, COMMAND_LEDGER_ADD)->prompt;
	scene_forget(&scene);
	says_stored(&scene, prompt);
	job = command_of(&scene, COMMAND_JOB);
	asked = job->prompt;
	snprintf(hash, sizeof(hash), "%.9s", job->text + strlen("start\t"));
	scene_forget(&scene);
}

/* A record of the host's journal: the rest of its object in MORE. */
static void record(
	const char *host, int seq, int unit, const char *mailbox, const char *act, const char *more)
{
	char line[4096];

	snprintf(line, sizeof(line),
		"{\"journal\":{\"seq\":%d,\"clock\":%d,\"job\":\"%s\",\"unit\":%d,\"mailbox\":\"%"
		"s\","
		"\"act\":\"%s\",\"who\":\"ana@desk\"%s}}",
		seq, SCENE_WALL + seq, hash, unit, mailbox, act, more);
	says_job(&scene, host, asked, line, false, NULL);
}

#define OUTCOME_OK                                                                                 \
	",\"outcome\":{\"result\":\"ok\",\"before\":{\"messages\":398,\"folders\":3},"             \
	"\"after\":{\"messages\":1602,\"folders\":3},\"seconds\":0.84,\"missing\":0,\"moved\":0,"  \
	"\"doubled\":0,\"flags_lost\":1204,\"uids_kept\":false,\"uidvalidity_before\":1500000000," \
	"\"uidvalidity_after\":1500000099,\"copy\":\"" JO "-1\",\"error\":null,\"commands\":["     \
	"\"doveadm kick " JO "\",\"doveadm -o mail_max_lock_timeout=30 force-resync -u " JO        \
	" INBOX\"]}"
#define OUTCOME_FAILED                                                                             \
	",\"outcome\":{\"result\":\"failed\",\"before\":{\"messages\":0,\"folders\":1},"           \
	"\"after\":{\"messages\":9,\"folders\":1},\"seconds\":1.2,\"missing\":3,\"moved\":0,"      \
	"\"doubled\":0,\"flags_lost\":0,\"uids_kept\":true,\"copy\":\"" CHEN                       \
	"-1\",\"error\":\"3 messages are not visible\",\"commands\":[]}"

static void a_unit_is_watched_to_its_end(void **state)
{
	const struct command *merge;

	(void)state;
	plan_for_jo(&scene);
	confirm("y");
	record("mail03", 1, 0, JO, "intent", ",\"text\":\"begins\"");
	merge = only_command(&scene, COMMAND_LEDGER_MERGE);
	assert_int_equal(merge->entries.count, 1);
	assert_int_equal(merge->entries.items[0].host_seq, 1);
	record("mail03", 2, 0, JO, "command", ",\"text\":\"doveadm force-resync\"");
	golden(&scene, "job_running");
	record("mail03", 3, 0, JO, "outcome", OUTCOME_OK);
	says_job(&scene, "mail03", asked, "{\"end\":3}", true, NULL);
	scene_tick(&scene, 7000);
	golden(&scene, "job_80x24");
	scene_size(&scene, 43, 132);
	golden(&scene, "job_132x43");
	scene_size(&scene, 10, 40);
	golden(&scene, "job_40x10");
	scene_size(&scene, 24, 80);
	drive(&scene, "c");
	golden(&scene, "unit_80x24");
	scene_size(&scene, 43, 132);
	golden(&scene, "unit_132x43");
	scene_size(&scene, 10, 40);
	golden(&scene, "unit_40x10");
	scene_size(&scene, 24, 80);
	/* What was found before the repair is void now. */
	drive(&scene, "<Enter>");
	assert_true(shows(&scene, "Not known since its last repair"));
}

static void what_failed_stands_out(void **state)
{
	(void)state;
	plan_for_three(&scene);
	confirm("2<Enter>");
	record("mail03", 1, 0, JO, "outcome", OUTCOME_OK);
	record("mail07", 7, 0, CHEN, "intent", ",\"text\":\"looks at it once more\"");
	golden(&scene, "job_half");
	record("mail07", 8, 0, CHEN, "outcome", OUTCOME_FAILED);
	assert_true(shows(&scene, "has ended, 1 ok, 1 failed"));
	scene_tick(&scene, 7000);
	golden(&scene, "job_failed");
	scene.mono = true;
	golden(&scene, "job_failed_mono");
	scene.mono = false;
	scene.ascii = true;
	golden(&scene, "job_failed_ascii");
	scene.ascii = false;
	/* The same again, in any order, changes nothing. */
	record("mail07", 7, 0, CHEN, "intent", "");
	record("mail03", 1, 0, JO, "outcome", OUTCOME_FAILED);
	assert_true(shows(&scene, "ok 1   failed 1"));
}

static void a_host_that_is_away_goes_on_alone(void **state)
{
	const struct command *command;

	(void)state;
	plan_for_jo(&scene);
	confirm("y");
	record("mail03", 4, 0, JO, "intent", ",\"text\":\"begins\"");
	scene_tick(&scene, 9000);
	assert_true(shows(&scene, "mail03 has been silent for "));
	assert_true(shows(&scene, "unknown 1"));
	says_job(&scene, "mail03", asked, "", true, "connection reset");
	scene_link(&scene, "mail03", LINK_AWAY, "connection reset", 5000);
	scene_forget(&scene);
	scene_tick(&scene, 12000);
	assert_no_commands(&scene);
	assert_true(shows(&scene, "unknown"));
	golden(&scene, "job_away");
	scene_link(&scene, "mail03", LINK_UP, NULL, 0);
	command = command_of(&scene, COMMAND_JOB);
	assert_non_null(command);
	assert_null(strstr(command->text, "start"));
	assert_non_null(strstr(command->text, "follow\t"));
	assert_non_null(strstr(command->text, "\t4\n"));
	record("mail03", 5, 0, JO, "outcome", OUTCOME_OK);
	assert_true(shows(&scene, "ok 1"));
}

static void a_plan_that_no_host_took_is_not_called_done(void **state)
{
	(void)state;
	plan_for_jo(&scene);
	confirm("y");
	says_job(&scene, "mail03", asked, "", true, "this key may not repair");
	scene_tick(&scene, 4000);
	assert_true(shows(&scene, "unknown 1"));
	assert_true(shows(&scene, "this key may"));
	assert_null(command_of(&scene, COMMAND_JOB));
}

static void an_answer_that_breaks_off_is_asked_for_again(void **state)
{
	(void)state;
	plan_for_jo(&scene);
	confirm("y");
	record("mail03", 4, 0, JO, "intent", "");
	for (int i = 0; i < 10; i++) {
		scene_forget(&scene);
		says_job(&scene, "mail03", asked, "", true, "the agent was killed");
		scene_tick(&scene, 1000);
		assert_null(command_of(&scene, COMMAND_JOB));
		scene_tick(&scene, 2500);
		assert_non_null(command_of(&scene, COMMAND_JOB));
	}
	scene_forget(&scene);
	says_job(&scene, "mail03", asked, "", true, "the agent was killed");
	scene_tick(&scene, 3500);
	assert_null(command_of(&scene, COMMAND_JOB));
	assert_true(shows(&scene, "unknown 1"));
}

/* Its runner was killed: it is started again, some times. */
static void a_job_without_a_runner_is_resumed(void **state)
{
	(void)state;
	plan_for_jo(&scene);
	confirm("y");
	record("mail03", 4, 0, JO, "intent", "");
	for (int i = 0; i < 3; i++) {
		scene_forget(&scene);
		says_job(&scene, "mail03", asked, "{\"end\":4}", true, NULL);
		assert_non_null(strstr(only_command(&scene, COMMAND_JOB)->text, "resume\t"));
	}
	scene_forget(&scene);
	says_job(&scene, "mail03", asked, "{\"end\":4}", true, NULL);
	assert_null(command_of(&scene, COMMAND_JOB));
	assert_true(shows(&scene, "its runner ended before its time"));
}

static void without_the_ledger_nothing_begins(void **state)
{
	struct message *message = message_new(MESSAGE_STORE_ERR, 0);
	uint64_t prompt;

	(void)state;
	plan_for_jo(&scene);
	scene_forget(&scene);
	drive(&scene, "y");
	prompt = command_of(&scene, COMMAND_LEDGER_ADD)->prompt;
	err_set(&message->error, ERR_IO, "no space left on device");
	scene_send(&scene, message);
	assert_true(shows(&scene, "unknown 1"));
	says_stored(&scene, prompt);
	assert_null(command_of(&scene, COMMAND_JOB));
}

static void who_leaves_is_told_that_units_go_on(void **state)
{
	(void)state;
	plan_for_jo(&scene);
	confirm("y");
	drive(&scene, "<Ctrl-C>");
	assert_no_commands(&scene);
	assert_true(shows(&scene, "1 unit of repairs goes on without this console"));
	drive(&scene, "<Ctrl-C>");
	only_command(&scene, COMMAND_QUIT);
}

static void jobs_of_others_are_listed_and_opened(void **state)
{
	const struct command *command;

	(void)state;
	drive(&scene, "5");
	assert_int_equal(scene.commands.count, 2);
	assert_string_equal(scene.commands.items[0].text, "jobs\n");
	assert_true(shows(&scene, "Asking the hosts"));
	says_job(&scene, "mail03", 0,
		"{\"job\":{\"hash\":\"7f3a-91c2\",\"operation\":\"resync\",\"state\":\"running\","
		"\"units\":3,\"done\":1,\"clock\":1500574000,\"who\":\"bob@desk\"}}\n"
		"{\"job\":{\"hash\":\"0a0b-0c0d\",\"operation\":\"resync\",\"state\":\"done\","
		"\"units\":1,\"done\":1,\"clock\":1500570000,\"who\":\"ana@desk\"}}",
		false, NULL);
	says_job(&scene, "mail07", 0,
		"{\"job\":{\"hash\":\"7f3a-91c2\",\"operation\":\"resync\",\"state\":\"broken "
		"off\","
		"\"units\":2,\"done\":0,\"clock\":1500574001,\"who\":\"bob@desk\"}}",
		true, NULL);
	says_job(&scene, "mail03", 0, "", true, NULL);
	golden(&scene, "repairs_80x24");
	scene_forget(&scene);
	scene_tick(&scene, 2000);
	assert_no_commands(&scene);
	scene_tick(&scene, 2000); /* one runs: how far is it now? */
	assert_int_equal(scene.commands.count, 2);
	says_job(&scene, "mail07", 0, "", true, "broken pipe");
	assert_true(shows(&scene, "7f3a-91c2"));
	assert_true(shows(&scene, "1 host cannot tell"));
	scene_size(&scene, 43, 132);
	golden(&scene, "repairs_132x43");
	scene_size(&scene, 10, 40);
	golden(&scene, "repairs_40x10");
	scene_size(&scene, 24, 80);
	scene_forget(&scene);
	drive(&scene, "<Enter>");
	assert_int_equal(scene.commands.count, 2);
	command = &scene.commands.items[0];
	assert_string_equal(command->text, "follow\t7f3a-91c2\t0\n");
	asked = command->prompt;
	snprintf(hash, sizeof(hash), "7f3a-91c2");
	record("mail03", 1, 1, JO, "outcome", OUTCOME_OK);
	record("mail07", 9, 0, CHEN, "intent", ",\"text\":\"begins\"");
	golden(&scene, "job_adopted");
	drive(&scene, "q");
	assert_true(shows(&scene, "Repairs"));
	drive(&scene, "j<Enter><Esc>gG");
}

static void no_repair_is_a_sentence(void **state)
{
	(void)state;
	drive(&scene, "5");
	says_job(&scene, "mail03", 0, "", true, NULL);
	says_job(&scene, "mail07", 0, "", true, NULL);
	assert_true(shows(&scene, "No repair was made yet. R on a mailbox plans one."));
	drive(&scene, "<Enter>");
	assert_true(shows(&scene, "no repair is shown"));
	drive(&scene, "r");
	says_job(&scene, "mail03", 0, "", true, "this key may only look");
	says_job(&scene, "mail07", 0, "", true, NULL);
	assert_true(shows(&scene, "1 host cannot tell"));
}

/* The ledger's answer for the page, among those for the ledger's own screen. */
static void repairs_stand_on_the_mailbox_page(void **state)
{
	const struct command *command;
	struct message *message = message_new(MESSAGE_LEDGER, 0);
	struct ledger_entry *entry;

	(void)state;
	drive(&scene, "/jo<Enter><Enter>");
	command = command_of(&scene, COMMAND_LEDGER_GET);
	assert_non_null(command);
	assert_string_equal(command->query.text, JO);
	message->ledger.ticket = command->query.ticket;
	for (int i = 0; i < 3; i++) {
		entry = vec_add(&message->ledger);
		entry->id = 10 + i;
		entry->wall_s = SCENE_WALL;
		entry->who = mem_text("ana@desk");
		entry->what = mem_text("job outcome");
		entry->mailbox = mem_text(i == 1 ? "another@example.org" : JO);
		entry->host_seq = 5 + i;
		entry->result = i < 2 ? mem_text("ok") : NULL;
		entry->detail =
			mem_text("7f3a-91c2: mended\n  doveadm force-resync -u " JO " INBOX");
	}
	scene_send(&scene, message);
	assert_true(shows(&scene, "2017-07-20 10:08 ok        ana@desk"));
	assert_false(shows(&scene, "decided"));
	drive(&scene, "G");
	for (int i = 0; i < 20 && !shows(&scene, ">2017-07-20") && !shows(&scene, "> 2017-07-20");
		i++)
		drive(&scene, "k");
	drive(&scene, "<Enter>");
	assert_true(shows(&scene, "Ledger entry 10"));
	assert_true(shows(&scene, "doveadm force-resync -u"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_unit_is_watched_to_its_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_failed_stands_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_host_that_is_away_goes_on_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_plan_that_no_host_took_is_not_called_done, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_answer_that_breaks_off_is_asked_for_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_job_without_a_runner_is_resumed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_the_ledger_nothing_begins, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			who_leaves_is_told_that_units_go_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			jobs_of_others_are_listed_and_opened, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_repair_is_a_sentence, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			repairs_stand_on_the_mailbox_page, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
