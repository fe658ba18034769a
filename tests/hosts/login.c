/* SPDX-License-Identifier: MIT */
/* Who a host is, and who we are to it. */
#include "tests/hosts/farm.h"

static int begin(void **state)
{
	struct farm *farm = mem_new(sizeof(*farm));

	farm_init(farm);
	*state = farm;
	return 0;
}

static int end(void **state)
{
	unsetenv("SSH_AUTH_SOCK");
	farm_release(*state);
	free(*state);
	return 0;
}

static void answer(struct farm *farm, const struct message *prompt, bool yes, const char *text)
{
	struct commands commands = { 0 };
	struct command *command = commands_add(&commands, COMMAND_ANSWER);

	command->host = prompt->host;
	command->prompt = prompt->prompt.id;
	command->yes = yes;
	command->text = mem_text(text);
	network_do(farm->network, command);
	commands_release(&commands);
}

static void reconnect(struct farm *farm)
{
	struct command command = { .kind = COMMAND_RECONNECT };

	network_do(farm->network, &command);
}

static void fingerprint(struct farm *farm, const char *key, char out[80])
{
	FILE *pipe;
	char line[300];

	snprintf(line, sizeof(line), "ssh-keygen -lf %s/%s.pub | cut -d' ' -f2", farm->folder, key);
	pipe = popen(line, "r");
	assert_non_null(fgets(out, 80, pipe));
	pclose(pipe);
	out[strcspn(out, "\n")] = '\0';
}

static void unknown_key_is_asked_about_once(void **state)
{
	struct farm *farm = *state;
	struct message *prompt, *did;
	char expected[80];

	farm_sshd(farm, "");
	farm_write(farm, "known_hosts", "");
	farm_host(farm, "one");
	fingerprint(farm, "hostkey", expected);
	farm_go(farm, true, false, true);
	prompt = farm_expect(farm, MESSAGE_PROMPT, 10);
	assert_int_equal(prompt->prompt.kind, PROMPT_HOST_KEY);
	assert_non_null(strstr(prompt->prompt.text, expected));
	answer(farm, prompt, true, NULL);
	message_free(prompt);
	did = farm_expect(farm, MESSAGE_DID, 10);
	assert_string_equal(did->did.what, "host key accepted");
	assert_non_null(strstr(did->did.detail, expected));
	message_free(did);
	farm_expect_sample(farm, 20);
	network_free(farm->network);
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 20);
	assert_int_equal(farm_shell(farm, "[ $(wc -l <known_hosts) -eq 1 ] && "
		"ssh-keygen -F '[%s]:%d' -f known_hosts >found", farm->address, farm->port), 0);
}

static void unknown_key_that_is_not_accepted(void **state)
{
	struct farm *farm = *state;
	struct message *prompt;

	farm_sshd(farm, "");
	farm_write(farm, "known_hosts", "");
	farm_host(farm, "one");
	farm_go(farm, true, false, true);
	prompt = farm_expect(farm, MESSAGE_PROMPT, 10);
	answer(farm, prompt, false, NULL);
	message_free(prompt);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "not accepted");
	assert_int_equal(farm_shell(farm, "[ ! -s known_hosts ]"), 0);
}

static void unknown_key_with_nobody_to_ask(void **state)
{
	struct farm *farm = *state;

	farm_sshd(farm, "");
	farm_write(farm, "known_hosts", "");
	farm_host(farm, "one");
	farm_go(farm, true, false, false);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "is not known (ssh-ed25519 SHA256:");
}

static void changed_key_is_refused_with_both_fingerprints(void **state)
{
	struct farm *farm = *state;
	char shown[80], known[80];

	farm_sshd(farm, "");
	farm_host(farm, "one");
	fingerprint(farm, "hostkey", shown);
	fingerprint(farm, "key", known);
	farm_shell(farm, "{ printf '[%s]:%d '; cat key.pub; } >known_hosts", farm->address, farm->port);
	farm_go(farm, true, false, true);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "changed");
	farm_said(farm, shown);
	farm_said(farm, known);
	/* A person's wish to try again is obeyed; the answer stays the same. */
	reconnect(farm);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "changed");
}

static void revoked_key_is_refused(void **state)
{
	struct farm *farm = *state;
	char shown[80];

	farm_sshd(farm, "");
	farm_host(farm, "one");
	fingerprint(farm, "hostkey", shown);
	farm_shell(farm, "{ printf '@revoked * '; cat hostkey.pub; } >>known_hosts");
	farm_go(farm, true, false, true);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "revoked");
	farm_said(farm, shown);
}

static void known_type_is_negotiated(void **state)
{
	struct farm *farm = *state;

	assert_int_equal(farm_shell(farm, "ssh-keygen -q -t rsa -b 3072 -N '' -f rsa && "
		"ssh-keygen -q -t ecdsa -N '' -f ecdsa && "
		"{ printf '[%s]:%d '; cat rsa.pub; } >known_hosts", farm->address, farm->port), 0);
	{
		struct str extra = { 0 };

		str_addf(&extra, "HostKey %s/rsa\nHostKey %s/ecdsa\n", farm->folder, farm->folder);
		farm_sshd(farm, str_text(&extra));
		str_release(&extra);
	}
	farm_host(farm, "one");
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 20);
}

static void refused_login_is_not_tried_again(void **state)
{
	struct farm *farm = *state;

	farm_sshd(farm, "LogLevel VERBOSE\n");
	farm_host(farm, "one");
	farm_write(farm, "authorized_keys", "");
	farm_go(farm, true, false, false);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "the host took none of the keys");
	/* Longer than the first two waits of the back-off. */
	assert_null(farm_next(farm, clock_ms() + 3500));
	assert_int_equal(farm_shell(farm, "[ $(grep -c 'Failed publickey' sshd.log) -eq 1 ]"), 0);
}

static void key_types(void **state)
{
	static const char *const types[] = { "rsa -b 3072", "ecdsa -b 521", "ed25519 -Z aes256-ctr" };
	struct farm *farm = *state;

	farm_sshd(farm, "");
	farm_host(farm, "one");
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		assert_int_equal(farm_shell(farm, "rm -f key key.pub && ssh-keygen -q -t %s -N '' -f key && "
			"cp key.pub authorized_keys", types[i]), 0);
		farm_go(farm, true, true, false);
		farm_expect_link(farm, LINK_UP, 10);
		network_free(farm->network);
		farm->network = NULL;
	}
}

static void open_key_file_is_refused(void **state)
{
	struct farm *farm = *state;

	farm_sshd(farm, "");
	farm_host(farm, "one");
	farm_shell(farm, "chmod 644 key");
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "can be read by others");
	farm_said(farm, "chmod 600");
}

static void passphrase_is_asked_once_for_all_hosts(void **state)
{
	struct farm *farm = *state;
	struct message *message;
	unsigned up = 0, prompts = 0;

	farm_shell(farm, "ssh-keygen -q -p -P '' -N sesame -f key");
	farm_sshd(farm, "");
	farm_host(farm, "one");
	farm_host(farm, "two");
	farm_host(farm, "three");
	farm_go(farm, true, true, true);
	while (up < 3) {
		message = farm_next(farm, clock_ms() + 20000);
		assert_non_null(message);
		farm_note(farm, message);
		if (message->kind == MESSAGE_PROMPT) {
			assert_int_equal(message->prompt.kind, PROMPT_SECRET);
			assert_null(strstr(message->prompt.text, "sesame"));
			/* The first answer is wrong. */
			answer(farm, message, true, prompts++ ? "sesame" : "open");
		}
		up += message->kind == MESSAGE_LINK && message->link.state == LINK_UP;
		message_free(message);
	}
	assert_int_equal(prompts, 2);
}

static void passphrase_with_nobody_to_ask(void **state)
{
	struct farm *farm = *state;

	farm_shell(farm, "ssh-keygen -q -p -P '' -N sesame -f key");
	farm_sshd(farm, "");
	farm_host(farm, "one");
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "has a passphrase; add it to an ssh-agent");
}

/* No passphrase is asked for a key that the host does not want. */
static void unwanted_key_is_not_unlocked(void **state)
{
	struct farm *farm = *state;

	farm_shell(farm, "ssh-keygen -q -p -P '' -N sesame -f key");
	farm_write(farm, "authorized_keys", "");
	farm_sshd(farm, "");
	farm_host(farm, "one");
	farm_go(farm, true, true, true);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "took none");
}

static pid_t agent_start(struct farm *farm)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("ssh-agent", "ssh-agent", "-D", "-a", farm_path(farm, "agent"), (char *)NULL);
		_exit(127);
	}
	farm_until(10, access(farm_path(farm, "agent"), F_OK) == 0);
	setenv("SSH_AUTH_SOCK", farm_path(farm, "agent"), 1);
	return pid;
}

static void agent_end(pid_t pid)
{
	kill(pid, SIGCONT);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Nine keys, the right one last: the host would close the login after six. */
static void agent_with_many_keys(void **state)
{
	struct farm *farm = *state;
	pid_t agent = agent_start(farm);

	assert_int_equal(farm_shell(farm, "for i in 1 2 3 4 5 6 7 8; do "
		"ssh-keygen -q -t ed25519 -N '' -f other$i && ssh-add -q other$i || exit 1; done; "
		"ssh-add -q key && ssh-keygen -q -p -P '' -N sesame -f key"), 0);
	farm_sshd(farm, "");
	farm_host(farm, "one");
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_UP, 10);
	agent_end(agent);
}

static void agent_that_is_frozen(void **state)
{
	struct farm *farm = *state;
	pid_t agent = agent_start(farm);
	int64_t start = clock_ms();

	farm_sshd(farm, "");
	farm_host(farm, "one");
	farm_shell(farm, "ssh-add -q key");
	kill(agent, SIGSTOP);
	farm_go(farm, true, true, false);
	/* The file itself will do. */
	farm_expect_link(farm, LINK_UP, 15);
	assert_true(clock_ms() - start < 10000);
	agent_end(agent);
}

/* Frozen between the list and the signature: quitting does not wait for it. */
static void frozen_agent_does_not_hold_up_the_end(void **state)
{
	struct farm *farm = *state;
	pid_t agent = agent_start(farm);
	int64_t start;

	farm_sshd(farm, "");
	farm_host(farm, "one");
	farm_shell(farm, "ssh-add -q key");
	kill(agent, SIGSTOP);
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_CONNECTING, 10);
	start = clock_ms();
	network_free(farm->network);
	farm->network = NULL;
	assert_true(clock_ms() - start < 900);
	agent_end(agent);
}

static void certificates(void **state)
{
	struct farm *farm = *state;
	const struct passwd *me = getpwuid(getuid());
	struct str extra = { 0 };

	assert_int_equal(farm_shell(farm, "ssh-keygen -q -t ed25519 -N '' -f ca && "
		"ssh-keygen -q -s ca -I test -n %s key.pub && : >authorized_keys", me->pw_name), 0);
	str_addf(&extra, "TrustedUserCAKeys %s/ca.pub\n", farm->folder);
	farm_sshd(farm, str_text(&extra));
	str_release(&extra);
	farm_host(farm, "one");
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_UP, 10);
	network_free(farm->network);
	farm->network = NULL;
	/* In the agent, too. */
	{
		pid_t agent = agent_start(farm);

		assert_int_equal(farm_shell(farm, "ssh-add -q key && mv key-cert.pub away && mv key hidden && "
			"cp away key.pub"), 0);
		farm_go(farm, true, true, false);
		farm_expect_link(farm, LINK_UP, 10);
		agent_end(agent);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(unknown_key_is_asked_about_once, begin, end),
		cmocka_unit_test_setup_teardown(unknown_key_that_is_not_accepted, begin, end),
		cmocka_unit_test_setup_teardown(unknown_key_with_nobody_to_ask, begin, end),
		cmocka_unit_test_setup_teardown(changed_key_is_refused_with_both_fingerprints, begin, end),
		cmocka_unit_test_setup_teardown(revoked_key_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(known_type_is_negotiated, begin, end),
		cmocka_unit_test_setup_teardown(refused_login_is_not_tried_again, begin, end),
		cmocka_unit_test_setup_teardown(key_types, begin, end),
		cmocka_unit_test_setup_teardown(open_key_file_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(passphrase_is_asked_once_for_all_hosts, begin, end),
		cmocka_unit_test_setup_teardown(passphrase_with_nobody_to_ask, begin, end),
		cmocka_unit_test_setup_teardown(unwanted_key_is_not_unlocked, begin, end),
		cmocka_unit_test_setup_teardown(agent_with_many_keys, begin, end),
		cmocka_unit_test_setup_teardown(agent_that_is_frozen, begin, end),
		cmocka_unit_test_setup_teardown(frozen_agent_does_not_hold_up_the_end, begin, end),
		cmocka_unit_test_setup_teardown(certificates, begin, end),
	};

	unsetenv("SSH_AUTH_SOCK");
	return cmocka_run_group_tests_name("login", tests, NULL, NULL);
}
