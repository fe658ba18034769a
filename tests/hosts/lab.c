/* SPDX-License-Identifier: MIT */
/*
 * The network against the lab: Dovecot's sessions by the agent and by the forwarded anvil
 * socket, stores, names, doctor, and a host that is prepared for sudo.
 */
#include "core/config.h"
#include "tests/hosts/farm.h"

#define SESSIONS 5

static struct farm lab;
static struct config config;

static int lab_command(const char *words)
{
	struct str line = { 0 };
	int code;

	str_addf(&line, "MAILMEND_LAB='%s/lab' '%s/tests/lab/lab' %s >>'%s/lab.log' 2>&1", lab.folder,
		SOURCE_DIR, words, lab.folder);
	code = system(str_text(&line));
	str_release(&line);
	return code;
}

static int up(void **state)
{
	struct config_places places = { .home = "/nowhere" };
	struct str problems = { 0 };
	struct err err = { 0 };
	char path[300] = "";
	FILE *pipe;

	(void)state;
	snprintf(lab.folder, sizeof(lab.folder), "%s/mailmend-net-XXXXXX",
		getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(lab.folder));
	/* Without root the plain kind: what needs a host of its own is passed over. */
	if (lab_command(geteuid() == 0 ? "up --hosts 1 --mailboxes 20 --messages 2" :
					 "up --kind A --hosts 1 --mailboxes 20 --messages 2") != 0 ||
		lab_command("traffic start --steady --idle 5") != 0) {
		farm_shell(&lab, "cat lab.log");
		return -1;
	}
	snprintf(path, sizeof(path), "MAILMEND_LAB='%s/lab' '%s/tests/lab/lab' config", lab.folder,
		SOURCE_DIR);
	pipe = popen(path, "r");
	assert_non_null(fgets(path, sizeof(path), pipe));
	pclose(pipe);
	path[strcspn(path, "\n")] = '\0';
	assert_true(config_read(&config, path, &places, &problems, &err));
	str_release(&problems);
	config.interval_ms = 200;
	return 0;
}

static int down(void **state)
{
	int code = lab_command("down");

	(void)state;
	config_release(&config);
	farm_shell(&lab, "rm -rf '%s'", lab.folder);
	return code;
}

static void go(const char *user, const char *become, bool samples, bool bare)
{
	struct network_options options = { .config = &config, .inbox = lab.inbox, .samples = samples,
		.bare = bare };
	struct config_host *host = &config.hosts.items[0];
	struct err err = { 0 };

	free(host->user);
	free(host->become);
	host->user = mem_text(user);
	host->become = mem_text(become);
	lab.network = network_new(&options, &err);
	assert_non_null(lab.network);
}

static int begin(void **state)
{
	(void)state;
	lab.inbox = inbox_new();
	return 0;
}

static int end(void **state)
{
	struct message *next;

	(void)state;
	network_free(lab.network);
	lab.network = NULL;
	for (; lab.waiting; lab.waiting = next) {
		next = lab.waiting->next;
		message_free(lab.waiting);
	}
	inbox_free(lab.inbox);
	return 0;
}

static void request(enum command_kind kind, bool yes, bool undo, const char *name)
{
	struct command command = { .kind = kind, .yes = yes, .undo = undo };

	if (name)
		*vec_add(&command.names) = mem_text(name);
	network_do(lab.network, &command);
}

/* Sessions as the samples tell them, one after the other. */
struct held {
	vec_of(uint64_t);
};

static void follow(struct held *held, const struct sample *sample)
{
	if (sample->full)
		vec_clear(held);
	vec_each(&sample->gone, id)
		for (size_t i = 0; i < held->count; i++)
			if (held->items[i] == *id) {
				vec_swap_out(held, i);
				break;
			}
	vec_each(&sample->add, session)
		*vec_add(held) = session->id;
}

static void sessions_are_followed(int samples, struct held *held)
{
	int good = 0;

	while (good < samples) {
		struct message *message = farm_expect(&lab, MESSAGE_SAMPLE, 30);

		follow(held, message->sample);
		good = held->count == SESSIONS ? good + 1 : 0;
		message_free(message);
	}
}

static long next_pid(void)
{
	char line[400];
	long pid = 0;
	FILE *pipe;

	snprintf(line, sizeof(line), "MAILMEND_LAB='%s/lab' '%s/tests/lab/lab' exec mail1 sh -c 'echo $$'",
		lab.folder, SOURCE_DIR);
	pipe = popen(line, "r");
	assert_non_null(pipe);
	assert_int_equal(fscanf(pipe, "%ld", &pid), 1);
	pclose(pipe);
	return pid;
}

/* As root the anvil socket is forwarded: then a sample starts no process on the host. */
static void root_samples_without_a_process(void **state)
{
	struct held held = { 0 };
	long before;

	if (geteuid() != 0)
		skip();
	(void)state;
	go("root", NULL, true, false);
	sessions_are_followed(10, &held);
	before = next_pid();
	sessions_are_followed(30, &held);
	assert_in_range(next_pid() - before, 1, 25);
	vec_release(&held);
}

static void stores_names_and_doctor(void **state)
{
	struct message *message;
	size_t names = 0;

	(void)state;
	go(geteuid() == 0 ? "root" : getpwuid(getuid())->pw_name, NULL, false, false);
	farm_expect_link(&lab, LINK_UP, 30);
	request(COMMAND_STORES, false, false, "u0001@example.org");
	message = farm_expect(&lab, MESSAGE_STORES, 20);
	assert_int_equal(message->stores.count, 1);
	assert_true(message->stores.items[0].there);
	assert_non_null(message->stores.items[0].id);
	message_free(message);
	request(COMMAND_STORES, false, false, "it's $(touch /tmp/x) \tand\n\\ more");
	message = farm_expect(&lab, MESSAGE_STORES, 20);
	assert_int_equal(message->stores.count, 1);
	assert_false(message->stores.items[0].there);
	message_free(message);
	request(COMMAND_NAMES, false, false, NULL);
	do {
		message = farm_expect(&lab, MESSAGE_NAMES, 20);
		names += message->names.count;
		if (!message->names.count)
			names |= 1UL << 40;
		message_free(message);
	} while (!(names >> 40));
	assert_in_range(names & 0xFFFFFF, 20, 60);
	request(COMMAND_DOCTOR, false, false, NULL);
	message = farm_expect(&lab, MESSAGE_DOCTOR, 60);
	assert_true(message->doctor.count > 8);
	message_free(message);
}

static void requests_without_a_link_are_answered(void **state)
{
	struct message *message;

	(void)state;
	go("nobody-of-that-name", NULL, false, false);
	request(COMMAND_STORES, false, false, "u0001@example.org");
	message = farm_expect(&lab, MESSAGE_STORES, 30);
	assert_int_equal(message->stores.count, 1);
	assert_non_null(strstr(message->stores.items[0].error, "may not log in"));
	message_free(message);
	request(COMMAND_DOCTOR, false, false, NULL);
	message = farm_expect(&lab, MESSAGE_DOCTOR, 30);
	assert_int_equal(message->doctor.items[0].good, 0);
	message_free(message);
	request(COMMAND_NAMES, false, false, NULL);
	message = farm_expect(&lab, MESSAGE_NAMES, 30);
	assert_int_equal(message->names.count, 0);
	message_free(message);
}

static void prepare_says(bool yes, bool undo, const char *part)
{
	struct message *message;

	request(COMMAND_PREPARE, yes, undo, NULL);
	message = farm_expect(&lab, MESSAGE_PREPARE, 60);
	if (!message->prepare.ok || !strstr(message->prepare.text, part))
		fail_msg("expected \"%s\" in \"%s\"", part, message->prepare.text);
	message_free(message);
}

static void stop(void)
{
	network_free(lab.network);
	lab.network = NULL;
}

/* Told, done twice, used, undone twice: the host is as before. */
static void prepared_host(void **state)
{
	struct held held = { 0 };

	if (geteuid() != 0)
		skip();
	(void)state;
	/* Not prepared yet: said with the mend. */
	go("ops", "sudo -n", true, false);
	farm_expect_link(&lab, LINK_REFUSED, 30);
	farm_said(&lab, "mailmend hosts prepare mail1");
	stop();
	go("ops", "sudo -n", false, true);
	farm_expect_link(&lab, LINK_UP, 30);
	prepare_says(false, false, "ops ALL=(root) NOPASSWD: /usr/local/sbin/mailmend-agent view sample,");
	assert_int_not_equal(lab_command("exec mail1 test -e /usr/local/sbin/mailmend-agent"), 0);
	prepare_says(true, false, "Done: mail1 is prepared");
	prepare_says(true, false, "Done: mail1 is prepared");
	prepare_says(false, false, "(the same is there)");
	stop();
	assert_int_equal(lab_command("exec mail1 sh -c 'visudo -cq && "
		"[ \"$(stat -c %a:%U:%G /usr/local/sbin/mailmend-agent)\" = 755:root:root ] && "
		"[ \"$(stat -c %a:%U:%G /etc/sudoers.d/mailmend)\" = 440:root:root ] && "
		"[ \"$(stat -c %a:%U:%G /var/lib/mailmend)\" = 700:root:root ] && "
		"[ -z \"$(find /usr/local/sbin /etc/sudoers.d -name \".mailmend*\")\" ]'"), 0);
	/* Only by the line that was installed, not by all that ops may do in the lab. */
	assert_int_equal(lab_command("exec mail1 mv /etc/sudoers.d/lab /root/sudoers-lab"), 0);
	go("ops", "sudo -n", true, false);
	sessions_are_followed(5, &held);
	vec_release(&held);
	stop();
	assert_int_equal(lab_command("exec mail1 mv /root/sudoers-lab /etc/sudoers.d/lab"), 0);
	go("ops", "sudo -n", false, true);
	farm_expect_link(&lab, LINK_UP, 30);
	prepare_says(false, true, "remove /usr/local/sbin/mailmend-agent");
	prepare_says(true, true, "as it was before");
	prepare_says(true, true, "as it was before");
	assert_int_equal(lab_command("exec mail1 sh -c '! [ -e /usr/local/sbin/mailmend-agent ] && "
		"! [ -e /etc/sudoers.d/mailmend ] && ! [ -e /var/lib/mailmend ]'"), 0);
}

/* Installed, but sudo wants a password: said with the mend. */
static void sudo_with_a_password(void **state)
{
	if (geteuid() != 0)
		skip();
	(void)state;
	assert_int_equal(lab_command("exec mail1 sh -c 'mv /etc/sudoers.d/lab /root/sudoers-lab; "
		"mkdir -p /usr/local/sbin; echo exit >/usr/local/sbin/mailmend-agent'"), 0);
	go("ops", "sudo -n", true, false);
	farm_expect_link(&lab, LINK_REFUSED, 30);
	farm_said(&lab, "sudo needs a password; run: mailmend hosts prepare mail1");
	stop();
	go("ops", "sudo -n", false, true);
	farm_expect_link(&lab, LINK_UP, 30);
	request(COMMAND_PREPARE, true, false, NULL);
	{
		struct message *message = farm_expect(&lab, MESSAGE_PREPARE, 60);

		assert_false(message->prepare.ok);
		assert_non_null(strstr(message->prepare.text, "ops is not root on mail1"));
		message_free(message);
	}
	lab_command("exec mail1 sh -c 'mv /root/sudoers-lab /etc/sudoers.d/lab; rm /usr/local/sbin/mailmend-agent'");
}

/* A user without rights: the host is up and says what it lacks. */
static void user_without_rights(void **state)
{
	bool told = false;

	if (geteuid() != 0)
		skip();
	(void)state;
	go("ops", NULL, true, false);
	for (int i = 0; i < 10 && !told; i++) {
		struct message *message = farm_expect(&lab, MESSAGE_SAMPLE, 30);

		vec_each(&message->sample->problems, problem)
			told |= strcmp(problem->what, "rights") == 0 && strstr(problem->mend, "prepare");
		message_free(message);
	}
	assert_true(told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(root_samples_without_a_process, begin, end),
		cmocka_unit_test_setup_teardown(stores_names_and_doctor, begin, end),
		cmocka_unit_test_setup_teardown(requests_without_a_link_are_answered, begin, end),
		cmocka_unit_test_setup_teardown(prepared_host, begin, end),
		cmocka_unit_test_setup_teardown(sudo_with_a_password, begin, end),
		cmocka_unit_test_setup_teardown(user_without_rights, begin, end),
	};

	return cmocka_run_group_tests_name("lab", tests, up, down);
}
