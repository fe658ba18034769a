/* SPDX-License-Identifier: MIT */
/*
 * check, repair, restore, jobs without a host: nothing that changes a mailbox is asked for without
 * its confirmation, and exit codes and rows say what became of it.
 */
#include <ftw.h>
#include <locale.h>
#include <stdio.h>

#include "core/operation.h"
#include "core/repair.h"
#include "core/store/store.h"
#include "script.h"

static char directory[100];

/* How the hosts answer in one test. */
static struct {
	const char *found[3];    /* what hosts say of the mailbox: a store, "" not there, NULL not known */
	const char *check_error; /* NULL: the check finds a lost index */
	int check_code;
	enum forecast_result forecast;
	enum unit_state result;
	const char *error;
	const char *job_error; /* the first answer to a start ends with it */
	bool cut;              /* and the link is lost */
	bool comes_back;
	int starts;
} fleet;

static char hash[PLAN_HASH_SIZE];

static struct message *message_of(enum message_kind kind, uint32_t host, struct message *next)
{
	struct message *message = message_new(kind, host);

	message->next = next;
	return message;
}

static struct message *answer_stores(const struct command *command)
{
	struct message *message = message_new(MESSAGE_STORES, command->host);
	const char *found = fleet.found[command->host];

	vec_each(&command->names, name)
	{
		struct store_seen *seen = vec_add(&message->stores);

		seen->mailbox = mem_text(*name);
		if (!found) {
			seen->error = mem_text("Dovecot does not know this mailbox");
			continue;
		}
		seen->path = mem_text("/srv/mail/u/mdbox");
		seen->there = *found != '\0';
		seen->id = mem_text(found);
	}
	return message;
}

static struct message *answer_check(const struct command *command)
{
	struct message *first = NULL;

	vec_each(&command->names, name)
	{
		struct message *message = message_of(MESSAGE_CHECK, command->host, first);
		struct check *check = check_new();
		struct check_finding *finding;

		message->check = check;
		check->mailbox = mem_text(*name);
		check->whole = true;
		check->depth = command->depth;
		check->error = mem_text(fleet.check_error);
		check->code = fleet.check_code;
		check->stored = 20;
		check->forecast.result = fleet.forecast;
		check->forecast.text = mem_text("INBOX is not readable");
		check->forecast.uids_kept = 0;
		finding = vec_add(&check->findings);
		finding->class_name = mem_text("missing");
		finding->folder = mem_text("INBOX");
		finding->symptom = mem_text("index-lost");
		finding->evidence = mem_text("20 stored, 0 visible");
		finding->repair = mem_text("resync");
		first = message;
	}
	return first;
}

static void add_record(struct message *message, int64_t seq, const char *act)
{
	struct journal_record *record = vec_add(&message->job.records);

	*record = (struct journal_record){ .seq = seq, .wall_s = 5, .job = mem_text(hash),
		.mailbox = mem_text("u@d"), .act = mem_text(act), .who = mem_text("ana@desk") };
	if (strcmp(act, "outcome") != 0)
		return;
	record->has_outcome = true;
	record->outcome = (struct unit_outcome){ .result = fleet.result, .before = { 0, 2 },
		.after = { 20, 2 }, .seconds = 0.5, .uidvalidity_before = 7, .uidvalidity_after = 7,
		.copy = mem_text("c1"), .error = mem_text(fleet.error) };
	*vec_add(&record->outcome.commands) = mem_text("doveadm force-resync INBOX");
}

static struct message *ended(uint32_t host, const char *error, struct message *next)
{
	struct message *message = message_of(MESSAGE_JOB, host, next);

	message->job.ended = true;
	message->job.last = 9;
	message->job.error = mem_text(error);
	return message;
}

static struct message *link_of(uint32_t host, enum link_state state, struct message *next)
{
	struct message *message = message_of(MESSAGE_LINK, host, next);

	message->link.state = state;
	return message;
}

/* The second field of the first line. */
static void note_hash(const char *text)
{
	const char *field = strchr(text, '\t') + 1;

	snprintf(hash, sizeof(hash), "%.*s", (int)strcspn(field, "\t\n"), field);
}

static struct message *answer_start(const struct command *command)
{
	struct message *records;

	note_hash(command->text);
	if (!fleet.starts++ && (fleet.job_error || fleet.cut)) {
		struct message *last = ended(command->host, fleet.cut ? "cut" : fleet.job_error,
			fleet.comes_back ? link_of(command->host, LINK_UP, NULL) : NULL);

		return fleet.cut ? link_of(command->host, LINK_AWAY, last) : last;
	}
	records = message_of(MESSAGE_JOB, command->host, ended(command->host, NULL, NULL));
	add_record(records, 11, "intent");
	add_record(records, 12, "outcome");
	return records;
}

static struct message *answer_job(const struct command *command)
{
	struct message *message;

	if (!strncmp(command->text, "start", 5))
		return answer_start(command);
	message = ended(command->host, NULL, NULL);
	if (!strncmp(command->text, "copies", 6)) {
		struct copy_row *copy = vec_add(&message->job.copies);

		*copy = (struct copy_row){ .name = mem_text("c1"), .mailbox = mem_text("u@d") };
	}
	if (!strncmp(command->text, "journal", 7)) {
		add_record(message, 11, "intent");
		add_record(message, 12, "outcome");
	}
	return message;
}

static struct message *answer(const struct command *command)
{
	switch (command->kind) {
	case COMMAND_STORES:
		return answer_stores(command);
	case COMMAND_CHECK:
		return answer_check(command);
	case COMMAND_JOB:
		return answer_job(command);
	default:
		return NULL;
	}
}

/* Runs a line on three hosts of which the first has the mailbox. */
static int run_line(struct script *script, const char *line, char **printed)
{
	char words[200];

	snprintf(words, sizeof(words), "%s", line);
	script->answer = answer;
	for (uint32_t host = 0; host < 3; host++)
		add_link(script, host, LINK_UP, NULL);
	return run_on(script, words, printed);
}

static int begin(void **state)
{
	(void)state;
	memset(&fleet, 0, sizeof(fleet));
	fleet.found[0] = "nfs:filer/u";
	fleet.forecast = FORECAST_OK;
	fleet.result = UNIT_OK;
	snprintf(directory, sizeof(directory), "/tmp/mailmend-repair-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int take_away(const char *path, const struct stat *status, int kind, struct FTW *at)
{
	(void)status, (void)kind, (void)at;
	return remove(path);
}

static int end(void **state)
{
	(void)state;
	return nftw(directory, take_away, 8, FTW_DEPTH | FTW_PHYS);
}

static int code_of(const char *line)
{
	struct script script = { .store = directory };
	char *printed;
	int code = run_line(&script, line, &printed);

	free(printed);
	str_release(&script.sent);
	return code;
}

/* The hash of the plan that LINE prints. */
static void plan_of(const char *line, char out[PLAN_HASH_SIZE])
{
	struct script script = { .store = directory };
	char *printed, words[200];
	struct json *row;

	snprintf(words, sizeof(words), "%s --json", line);
	assert_int_equal(run_line(&script, words, &printed), 77);
	assert_null(strstr(str_text(&script.sent), "start\t"));
	row = line_of(printed, 0);
	snprintf(out, PLAN_HASH_SIZE, "%s", json_text(json_get(row, "plan"), NULL));
	json_free(row);
	free(printed);
	str_release(&script.sent);
}

/* The command line that carries out an operation. */
static void line_for(const struct operation *operation, char out[100])
{
	if (operation == &operation_restore)
		snprintf(out, 100, "restore u@d --copy c1");
	else
		snprintf(out, 100, "repair u@d --operation %s", operation->name);
}

static void assert_starts(const char *line, const char *more, int code, bool starts)
{
	struct script script = { .store = directory };
	char words[200], *printed;

	snprintf(words, sizeof(words), "%s%s", line, more);
	if (run_line(&script, words, &printed) != code)
		fail_msg("\"%s\" does not exit %d", words, code);
	if (starts != (strstr(str_text(&script.sent), "start\t") != NULL))
		fail_msg("\"%s\" asks for: %s", words, str_text(&script.sent));
	free(printed);
	str_release(&script.sent);
}

static void no_operation_without_its_confirmation(void **state)
{
	(void)state;
	for (size_t i = 0; operation_at(i); i++) {
		char line[100], other[PLAN_HASH_SIZE], own[PLAN_HASH_SIZE], more[50];

		if (operation_at(i)->danger == DANGER_LOOK)
			continue;
		line_for(operation_at(i), line);
		plan_of(line, own);
		plan_of(line, other);
		assert_string_equal(own, other);
		assert_starts(line, "", 77, false);
		assert_starts(line, " --confirm=0000-0000", 77, false);
		assert_starts(line, " --confirm=yes", 64, false);
		fleet.found[0] = "nfs:filer/other";
		plan_of(line, other);
		assert_string_not_equal(own, other);
		fleet.found[0] = "nfs:filer/u";
		snprintf(more, sizeof(more), " --confirm=%s", other);
		assert_starts(line, more, 77, false);
		snprintf(more, sizeof(more), " --confirm=%s", own);
		assert_starts(line, more, 0, true);
	}
}

static void assert_keys(const struct json *row, const char *const *keys)
{
	for (; *keys; keys++)
		if (!json_get(row, *keys))
			fail_msg("there is no key %s", *keys);
}

static void a_plan_is_one_object(void **state)
{
	static const char *const keys[] = { "plan", "operation", "targets", "warnings", NULL };
	struct script script = { .store = directory };
	char *printed;
	struct json *row;

	(void)state;
	assert_int_equal(run_line(&script, "repair u@d --operation resync --json", &printed), 77);
	row = line_of(printed, 0);
	assert_keys(row, keys);
	assert_text(json_at(json_get(row, "targets"), 0), "mailbox", "u@d");
	assert_text(json_at(json_get(row, "targets"), 0), "host", "a");
	assert_non_null(strstr(printed, "new UIDs"));
	json_free(row);
	free(printed);
	str_release(&script.sent);
}

/* Repairs, with the hash of its plan. */
static int confirmed(char **printed, const char *more)
{
	struct script script = { .store = directory };
	char own[PLAN_HASH_SIZE], line[200];
	int code;

	plan_of("repair u@d --operation resync", own);
	snprintf(line, sizeof(line), "repair u@d --operation resync --json --confirm=%s%s", own, more);
	code = run_line(&script, line, printed);
	str_release(&script.sent);
	return code;
}

/*
 * What the ledger has with the word in it. The host is asked again, since it never said that it is
 * done; and from the start, since it followed one job and what came before that is not known.
 */
static int ledger_count(const char *text)
{
	struct script script = { .store = directory };
	char line[100], *printed;
	int count = 0;

	snprintf(line, sizeof(line), "ledger --json --text %s", text);
	assert_int_equal(run_line(&script, line, &printed), 0);
	assert_non_null(strstr(str_text(&script.sent), "journal\t0\n"));
	str_release(&script.sent);
	for (const char *at = printed; (at = strchr(at, '\n')); at++)
		count++;
	free(printed);
	return count;
}

static void a_repair_is_a_row_and_in_the_ledger(void **state)
{
	static const char *const keys[] = { "mailbox", "host", "operation", "result", "before", "after",
		"seconds", "missing", "moved", "doubled", "flags_lost", "uids_kept", "uidvalidity_before",
		"uidvalidity_after", "copy", NULL };
	char *printed;
	struct json *row;

	(void)state;
	fleet.error = "all 20 messages can be seen";
	assert_int_equal(confirmed(&printed, ""), 0);
	row = line_of(printed, 0);
	assert_keys(row, keys);
	assert_text(row, "result", "ok");
	assert_text(row, "error", NULL);
	assert_int_equal(json_whole(json_get(json_get(row, "after"), "messages"), -1), 20);
	json_free(row);
	free(printed);
	assert_int_equal(ledger_count("confirmed"), 1);
	assert_int_equal(ledger_count("force-resync"), 1);
	assert_int_equal(ledger_count("outcome"), 1);
	assert_int_equal(confirmed(&printed, ""), 0);
	free(printed);
	assert_int_equal(ledger_count("outcome"), 1);
}

static void nothing_is_sent_that_is_not_stored(void **state)
{
	struct script script = { 0 };
	char own[PLAN_HASH_SIZE], line[100], *printed;

	(void)state;
	plan_of("repair u@d --operation resync", own);
	snprintf(line, sizeof(line), "repair u@d --operation resync --confirm=%s", own);
	assert_int_equal(run_line(&script, line, &printed), 74);
	assert_null(strstr(str_text(&script.sent), "start\t"));
	free(printed);
	str_release(&script.sent);
}

static void outcomes_have_their_codes(void **state)
{
	static const struct {
		enum unit_state result;
		const char *error;
		int code;
	} cases[] = {
		{ UNIT_OK, NULL, 0 },
		{ UNIT_UNPROVEN, "where 3 messages were is not known", 1 },
		{ UNIT_FAILED, "3 messages are missing", 1 },
		{ UNIT_UNKNOWN, NULL, 75 },
		{ UNIT_SKIPPED, "there is nothing to do: all 20 messages that are stored can be seen", 0 },
		{ UNIT_SKIPPED, "somebody works on it already: unit 0", 75 },
		{ UNIT_SKIPPED, "the plan no longer holds: the mailbox is not in its store", 77 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *row;
		char *printed;

		fleet.result = cases[i].result;
		fleet.error = cases[i].error;
		assert_int_equal(confirmed(&printed, ""), cases[i].code);
		row = line_of(printed, 0);
		assert_text(row, "result", unit_state_name(cases[i].result));
		json_free(row);
		free(printed);
	}
}

static void whose_mailbox_it_is(void **state)
{
	static const struct {
		const char *found[3], *line;
		int code;
	} cases[] = {
		{ { NULL, NULL, NULL }, "repair u@d --operation resync", 67 },
		{ { "", NULL, NULL }, "repair u@d --operation resync", 69 },
		{ { "nfs:filer/u", "nfs:filer/u", NULL }, "repair u@d --operation resync", 77 },
		{ { "nfs:filer/u", "nfs:filer/v", NULL }, "repair u@d --operation resync", 77 },
		{ { "nfs:filer/u", NULL, NULL }, "repair u@d --operation resync --host b", 67 },
		{ { "nfs:filer/u", NULL, NULL }, "repair u@d --operation resync --host z", 64 },
		{ { NULL, NULL, NULL }, "check u@d", 67 },
		{ { "", NULL, NULL }, "check u@d", 69 },
		{ { "nfs:filer/u", "nfs:filer/u", NULL }, "check u@d", 1 },
		{ { "nfs:filer/u", NULL, NULL }, "check u@d --depth 4", 64 },
		{ { "nfs:filer/u", NULL, NULL }, "check u*@d", 64 },
		{ { "nfs:filer/u", NULL, NULL }, "repair u@d", 64 },
		{ { "nfs:filer/u", NULL, NULL }, "repair u@d --operation restore", 64 },
		{ { "nfs:filer/u", NULL, NULL }, "restore u@d --copy c2", 69 },
		{ { "nfs:filer/u", NULL, NULL }, "restore u@d", 0 },
		{ { "nfs:filer/u", NULL, NULL }, "jobs", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int code;

		memcpy(fleet.found, cases[i].found, sizeof(fleet.found));
		code = code_of(cases[i].line);
		if (code != cases[i].code)
			fail_msg("case %zu, \"%s\": %d", i, cases[i].line, code);
	}
}

static void one_of_two_stores_can_be_chosen(void **state)
{
	char one[PLAN_HASH_SIZE], two[PLAN_HASH_SIZE];

	(void)state;
	fleet.found[1] = "nfs:filer/v";
	plan_of("repair u@d --operation resync --host a", one);
	plan_of("repair u@d --operation resync --host b", two);
	assert_string_not_equal(one, two);
}

static void harm_is_not_planned(void **state)
{
	(void)state;
	fleet.forecast = FORECAST_REFUSED;
	assert_starts("repair u@d --operation resync", "", 77, false);
	assert_starts("repair u@d --operation resync", " --confirm=0000-0000 --json", 77, false);
	fleet.forecast = FORECAST_WORSE;
	assert_starts("repair u@d --operation resync", "", 77, false);
	fleet.check_error = "its store /srv/m3 is not mounted";
	fleet.check_code = 69;
	assert_starts("repair u@d --operation resync", "", 69, false);
	assert_int_equal(code_of("check u@d"), 69);
}

static void a_lost_link_is_made_again(void **state)
{
	char *printed;

	(void)state;
	fleet.cut = fleet.comes_back = true;
	assert_int_equal(confirmed(&printed, ""), 0);
	assert_int_equal(fleet.starts, 2);
	free(printed);
}

static void what_is_not_known_is_said(void **state)
{
	struct json *row;
	char *printed;

	(void)state;
	fleet.cut = true;
	assert_int_equal(confirmed(&printed, " --timeout 1"), 75);
	row = line_of(printed, 0);
	assert_text(row, "result", "unknown");
	assert_int_equal(json_kind(json_get(row, "missing")), JSON_NULL);
	json_free(row);
	free(printed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_operation_without_its_confirmation, begin, end),
		cmocka_unit_test_setup_teardown(a_plan_is_one_object, begin, end),
		cmocka_unit_test_setup_teardown(a_repair_is_a_row_and_in_the_ledger, begin, end),
		cmocka_unit_test_setup_teardown(nothing_is_sent_that_is_not_stored, begin, end),
		cmocka_unit_test_setup_teardown(outcomes_have_their_codes, begin, end),
		cmocka_unit_test_setup_teardown(whose_mailbox_it_is, begin, end),
		cmocka_unit_test_setup_teardown(one_of_two_stores_can_be_chosen, begin, end),
		cmocka_unit_test_setup_teardown(harm_is_not_planned, begin, end),
		cmocka_unit_test_setup_teardown(a_lost_link_is_made_again, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_known_is_said, begin, end),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
