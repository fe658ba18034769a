/* SPDX-License-Identifier: MIT */
/* The store with real files: two processes at once, a death at any moment, bad disks. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/command.h"
#include "core/inbox.h"
#include "core/store/store.h"

static char directory[64];
static struct inbox *inbox;

static int begin(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/mailmend-store-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	inbox = inbox_new();
	return 0;
}

static const char *path_of(const char *name)
{
	static char path[200];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static int end(void **state)
{
	static const char *const names[] = { "mailmend.sqlite", "mailmend.sqlite-wal",
		"mailmend.sqlite-shm", "mailmend.sqlite-journal" };

	(void)state;
	chmod(directory, 0700);
	for (size_t i = 0; i < COUNT(names); i++)
		unlink(path_of(names[i]));
	inbox_free(inbox);
	return rmdir(directory);
}

static struct store *open_store(void)
{
	struct err err = { 0 };
	struct store *store = store_open(directory, inbox, &err);

	if (!store)
		fail_msg("%s", err.text);
	return store;
}

/* The next message, waited for. */
static struct message *answer(void)
{
	static struct message *held;
	struct pollfd poll_fd = { inbox_fd(inbox), POLLIN, 0 };
	struct message *message;

	if (!held) {
		assert_int_equal(poll(&poll_fd, 1, 60000), 1);
		held = inbox_take(inbox);
	}
	message = held;
	held = message->next;
	return message;
}

static struct message *ask(struct store *store, const char *text, int64_t before, int limit)
{
	struct command command = { .kind = COMMAND_LEDGER_GET,
		.query = { .text = mem_text(text), .before = before, .limit = limit } };

	store_post(store, &command);
	assert_null(command.query.text);
	return answer();
}

static struct ledger_entry entry_of(char *what, char *host, char *mailbox, char *detail)
{
	static char who[] = "ana@desk", result[] = "ok";

	return (struct ledger_entry){ .wall_s = 1763900000, .who = who, .what = what, .host = host,
		.mailbox = mailbox, .detail = detail, .result = result };
}

static void add(struct store *store, const char *what, const char *host, const char *mailbox,
	const char *detail)
{
	char *texts[] = { mem_text(what), mem_text(host), mem_text(mailbox), mem_text(detail) };
	const struct ledger_entry entry = entry_of(texts[0], texts[1], texts[2], texts[3]);
	struct err err = { 0 };

	if (!store_add(store, &entry, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < COUNT(texts); i++)
		free(texts[i]);
}

static void entries_come_back_newest_first(void **state)
{
	struct store *store = open_store();
	struct message *message;

	(void)state;
	add(store, "agent installed", "mail03", NULL, NULL);
	add(store, "repair", "mail03", "x@a", "two\nlines \x01 \"quoted\" '; DROP TABLE ledger;--");
	message = ask(store, NULL, 0, 0);
	assert_int_equal(message->kind, MESSAGE_LEDGER);
	assert_int_equal(message->ledger.count, 2);
	assert_string_equal(message->ledger.items[0].what, "repair");
	assert_string_equal(message->ledger.items[0].detail,
		"two\nlines \x01 \"quoted\" '; DROP TABLE ledger;--");
	assert_string_equal(message->ledger.items[0].who, "ana@desk");
	assert_string_equal(message->ledger.items[0].result, "ok");
	assert_int_equal(message->ledger.items[0].wall_s, 1763900000);
	assert_null(message->ledger.items[1].mailbox);
	assert_true(message->ledger.items[0].id > message->ledger.items[1].id);
	message_free(message);
	store_close(store);
	/* And after it was closed. */
	store = open_store();
	message = ask(store, "", 0, 0);
	assert_int_equal(message->ledger.count, 2);
	message_free(message);
	store_close(store);
	store_close(NULL);
}

static void all_words_must_be_there(void **state)
{
	struct store *store = open_store();
	static const struct {
		const char *words;
		size_t count;
	} rows[] = { { "mail03", 2 }, { "MAIL03", 2 }, { "mail03 x@a", 1 }, { "  x@a\trepair ", 1 },
		{ "ana", 3 }, { "nothing", 0 }, { "100%", 1 }, { "%", 1 }, { "_", 1 }, { "\\", 1 },
		{ "mail03 nothing", 0 },
		{ "a a a a a a a a a a a a a a a a a a a a a a a a a", 3 } };

	(void)state;
	add(store, "repair", "mail03", "x@a", "100% done");
	add(store, "host key accepted", "mail03", NULL, "a_b");
	add(store, "repair", "mail04", "y@a", "c:\\temp");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct message *message = ask(store, rows[i].words, 0, 0);

		assert_int_equal(message->kind, MESSAGE_LEDGER);
		assert_row(rows[i].words, message->ledger.count == rows[i].count);
		message_free(message);
	}
	store_close(store);
}

static void pages_follow_each_other(void **state)
{
	struct store *store = open_store();
	int64_t before = 0;
	char what[20];

	(void)state;
	for (int i = 0; i < 25; i++) {
		struct command command = { .kind = COMMAND_LEDGER_ADD };

		snprintf(what, sizeof(what), "act %d", i);
		command.entry.what = mem_text(what);
		store_post(store, &command);
		assert_null(command.entry.what);
	}
	for (int page = 0; page < 3; page++) {
		struct message *message = ask(store, NULL, before, 10);

		assert_int_equal(message->ledger.count, page < 2 ? 10 : 5);
		snprintf(what, sizeof(what), "act %d", 24 - page * 10);
		assert_string_equal(message->ledger.items[0].what, what);
		before = message->ledger.items[message->ledger.count - 1].id;
		message_free(message);
	}
	store_close(store);
}

static void a_journal_is_merged_once(void **state)
{
	struct store *store = open_store();
	char what[] = "repair", host[] = "mail03", other[] = "mail04";
	struct ledger_entry entry = entry_of(what, host, NULL, NULL);
	struct message *message;

	(void)state;
	for (int i = 0; i < 3; i++)
		for (entry.host_seq = 1; entry.host_seq <= 4; entry.host_seq++)
			assert_true(store_add(store, &entry, NULL));
	entry.host = other;
	assert_true(store_add(store, &entry, NULL));
	/* A console's own entries have no sequence and are all kept. */
	entry.host_seq = 0;
	assert_true(store_add(store, &entry, NULL));
	assert_true(store_add(store, &entry, NULL));
	message = ask(store, NULL, 0, 0);
	assert_int_equal(message->ledger.count, 4 + 1 + 2);
	message_free(message);
	store_close(store);
}

/* Records FROM to TO of one host's journal. */
static struct ledger_page records(int64_t from, int64_t to)
{
	char what[] = "job outcome", host[] = "mail03";
	struct ledger_entry entry = entry_of(what, host, NULL, NULL);
	struct ledger_page page = { 0 };

	for (entry.host_seq = from; entry.host_seq <= to; entry.host_seq++)
		*vec_add(&page) = ledger_entry_copy(&entry);
	return page;
}

static void merging_goes_on_where_it_stopped(void **state)
{
	struct store *store = open_store();
	struct command command = { .kind = COMMAND_LEDGER_MERGE, .entries = records(8, 9) };
	struct ledger_page page = records(1, 5), again = records(3, 7), late = records(12, 15),
			   gap = records(10, 11);
	struct message *message;
	int64_t seq = -1;

	(void)state;
	assert_true(store_merged(store, "mail03", &seq, NULL));
	assert_int_equal(seq, 0);
	assert_true(store_merge(store, &late, NULL));
	assert_true(store_merged(store, "mail03", &seq, NULL));
	assert_int_equal(seq, 0);
	assert_true(store_merge(store, &page, NULL));
	assert_int_equal(page.count, 0);
	assert_true(store_merge(store, &again, NULL));
	assert_true(store_merged(store, "mail03", &seq, NULL));
	assert_int_equal(seq, 7);
	store_post(store, &command);
	assert_int_equal(command.entries.count, 0);
	assert_true(store_merged(store, "mail03", &seq, NULL));
	assert_int_equal(seq, 9);
	assert_true(store_merge(store, &gap, NULL));
	assert_true(store_merged(store, "mail03", &seq, NULL));
	assert_int_equal(seq, 15);
	assert_true(store_merged(store, "mail04", &seq, NULL));
	assert_int_equal(seq, 0);
	message = ask(store, NULL, 0, 0);
	assert_int_equal(message->ledger.count, 15);
	message_free(message);
	store_close(store);
}

static void an_intent_is_on_disk_when_it_is_told(void **state)
{
	struct store *store = open_store(), *other;
	struct command command = { .kind = COMMAND_LEDGER_ADD, .prompt = 7 };
	struct message *message;

	(void)state;
	command.entry.what = mem_text("plan confirmed");
	store_post(store, &command);
	message = answer();
	assert_int_equal(message->kind, MESSAGE_STORED);
	assert_int_equal(message->stored, 7);
	message_free(message);
	other = open_store();
	message = ask(other, NULL, 0, 0);
	assert_int_equal(message->ledger.count, 1);
	message_free(message);
	store_close(other);
	store_close(store);
}

static void its_folder_is_made_for_its_owner(void **state)
{
	struct stat status;
	struct store *store;
	char deep[100];

	(void)state;
	snprintf(deep, sizeof(deep), "%s/a/b", directory);
	store = store_open(deep, inbox, NULL);
	assert_non_null(store);
	assert_int_equal(stat(deep, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	assert_int_equal(stat(path_of("a/b/mailmend.sqlite"), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	store_close(store);
	unlink(path_of("a/b/mailmend.sqlite"));
	rmdir(deep);
	rmdir(path_of("a"));
}

static void a_group_shares_it(void **state)
{
	static const char *const names[] = { "mailmend.sqlite", "mailmend.sqlite-wal",
		"mailmend.sqlite-shm" };
	mode_t old = umask(077);
	struct stat status;
	struct store *store;

	(void)state;
	assert_int_equal(chmod(directory, 02770), 0);
	store = open_store();
	add(store, "x", NULL, NULL, NULL);
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(stat(path_of(names[i]), &status), 0);
		assert_row(names[i], (status.st_mode & 0777) == 0660);
	}
	store_close(store);
	umask(old);
}

/* A child that adds entries and says so after each; it is killed in the midst of it. */
static void write_for_ever(int tell, const char *what)
{
	struct inbox *own = inbox_new();
	struct store *store = store_open(directory, own, NULL);
	char text[40];

	for (int i = 0; store; i++) {
		struct ledger_entry entry = entry_of(text, NULL, NULL, NULL);

		snprintf(text, sizeof(text), "%s %d", what, i);
		if (!store_add(store, &entry, NULL) || write(tell, &i, sizeof(i)) != sizeof(i))
			break;
	}
	_exit(1);
}

static void two_write_and_one_dies(void **state)
{
	int pipes[2][2], last[2] = { -1, -1 }, number;
	pid_t children[2];
	struct store *store;
	struct message *message;

	(void)state;
	store_close(open_store());
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe(pipes[i]), 0);
		children[i] = fork();
		if (children[i] == 0)
			write_for_ever(pipes[i][1], i ? "second" : "first");
		close(pipes[i][1]);
	}
	/* Both get on beside each other until each has written fifty. */
	for (int i = 0; i < 2; i++)
		while (last[i] < 50) {
			assert_int_equal(read(pipes[i][0], &number, sizeof(number)), sizeof(number));
			last[i] = number;
		}
	for (int i = 0; i < 2; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
		while (read(pipes[i][0], &number, sizeof(number)) == sizeof(number))
			last[i] = number;
		close(pipes[i][0]);
	}
	/* All that was said to be on disk is there. */
	store = open_store();
	for (int i = 0; i < 2; i++) {
		message = ask(store, i ? "second" : "first", 0, 10000);
		assert_int_equal(message->kind, MESSAGE_LEDGER);
		assert_true(message->ledger.count >= (size_t)last[i] + 1);
		message_free(message);
	}
	add(store, "after", NULL, NULL, NULL);
	store_close(store);
}

static void expect_refusal(const char *says)
{
	struct err err = { 0 };

	assert_null(store_open(directory, inbox, &err));
	assert_int_equal(err.kind, ERR_IO);
	assert_holds(err.text, says);
	assert_holds(err.text, directory);
	assert_null(strchr(err.text, '\n'));
}

static void write_file(const char *name, const char *bytes, size_t len)
{
	FILE *file = fopen(path_of(name), "w");

	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
}

static void what_is_no_store_is_refused(void **state)
{
	static const char rubbish[] = "this is not a database, and it is longer than a header of one; so it "
				      "cannot be taken for one that was cut off at its very beginning";
	char outer[sizeof(directory)];

	(void)state;
	write_file("mailmend.sqlite", rubbish, sizeof(rubbish));
	expect_refusal("is damaged or not a store; move it away");
	/* A file where the directory should be. */
	memcpy(outer, directory, sizeof(outer));
	snprintf(directory, sizeof(directory), "%.40s/mailmend.sqlite", outer);
	expect_refusal("should be the directory of the store and is none");
	memcpy(directory, outer, sizeof(outer));
}

/* Numbers in the header of the file, as its format says. */
static void set_header(off_t at, unsigned char number)
{
	int file = open(path_of("mailmend.sqlite"), O_WRONLY);
	const unsigned char bytes[4] = { 0, 0, 0, number };

	assert_int_equal(pwrite(file, bytes, 4, at), 4);
	close(file);
}

static void other_formats_are_refused(void **state)
{
	(void)state;
	store_close(open_store());
	set_header(60, 9);
	expect_refusal("was written by a newer mailmend (format 9, this one knows 1)");
	set_header(60, 1);
	set_header(68, 77);
	expect_refusal("belongs to another program");
}

/* As a user for whom the rights of files count, which root is not. */
static void expect_refusal_as_nobody(const char *says)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct err err = { 0 };
		bool nobody = getuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);

		_exit(nobody && !store_open(directory, inbox, &err) && strstr(err.text, says) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void what_may_not_be_written_is_refused(void **state)
{
	(void)state;
	assert_int_equal(chmod(directory, 0555), 0);
	expect_refusal_as_nobody("cannot be made: Permission denied");
	assert_int_equal(chmod(directory, 0755), 0);
	store_close(open_store());
	assert_int_equal(chmod(path_of("mailmend.sqlite"), 0444), 0);
	assert_int_equal(chmod(directory, 0555), 0);
	expect_refusal_as_nobody("read-only, or not allowed for this user");
}

/* Damage in the midst of the file, found while it is used. */
static void a_damaged_store_complains(void **state)
{
	struct store *store = open_store();
	struct message *message;
	char large[2000];
	int file;

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	for (int i = 0; i < 100; i++)
		add(store, "fill", "host", "mailbox", large);
	store_close(store);
	file = open(path_of("mailmend.sqlite"), O_WRONLY);
	memset(large, 0x5A, sizeof(large));
	for (off_t at = 8192; at < 100000; at += 4096)
		assert_int_equal(pwrite(file, large, sizeof(large), at), sizeof(large));
	close(file);
	store = open_store();
	message = ask(store, "fill", 0, 1000);
	assert_int_equal(message->kind, MESSAGE_STORE_ERR);
	assert_holds(message->error.text, "is damaged or not a store");
	message_free(message);
	store_close(store);
}

/* A limit of this process stands for the disk's. */
static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_complains_and_recovers(void **state)
{
	struct store *store = open_store();
	struct message *message;
	struct command command = { .kind = COMMAND_LEDGER_ADD };
	char *large = mem_new(300000);
	struct ledger_entry entry = entry_of(large, NULL, NULL, NULL);
	struct err err = { 0 };

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	memset(large, 'y', 299999);
	add(store, "before", NULL, NULL, NULL);
	limit_files(100000);
	assert_false(store_add(store, &entry, &err));
	assert_int_equal(err.kind, ERR_IO);
	assert_holds(err.text, "its disk is full; make room");
	/* The console does not wait; it is told. */
	command.entry = ledger_entry_copy(&entry);
	store_post(store, &command);
	message = answer();
	assert_int_equal(message->kind, MESSAGE_STORE_ERR);
	assert_holds(message->error.text, "its disk is full");
	message_free(message);
	limit_files(RLIM_INFINITY);
	add(store, "after", NULL, NULL, NULL);
	message = ask(store, NULL, 0, 0);
	assert_int_equal(message->ledger.count, 2);
	message_free(message);
	store_close(store);
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(entries_come_back_newest_first, begin, end),
		cmocka_unit_test_setup_teardown(all_words_must_be_there, begin, end),
		cmocka_unit_test_setup_teardown(pages_follow_each_other, begin, end),
		cmocka_unit_test_setup_teardown(a_journal_is_merged_once, begin, end),
		cmocka_unit_test_setup_teardown(merging_goes_on_where_it_stopped, begin, end),
		cmocka_unit_test_setup_teardown(an_intent_is_on_disk_when_it_is_told, begin, end),
		cmocka_unit_test_setup_teardown(its_folder_is_made_for_its_owner, begin, end),
		cmocka_unit_test_setup_teardown(a_group_shares_it, begin, end),
		cmocka_unit_test_setup_teardown(two_write_and_one_dies, begin, end),
		cmocka_unit_test_setup_teardown(what_is_no_store_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(other_formats_are_refused, begin, end),
		cmocka_unit_test_setup_teardown(what_may_not_be_written_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(a_damaged_store_complains, begin, end),
		cmocka_unit_test_setup_teardown(a_full_disk_complains_and_recovers, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
