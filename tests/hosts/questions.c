/* SPDX-License-Identifier: MIT */
/*
 * Logins that ask: keyboard-interactive with a password and a code, passwords, and two
 * proofs one after the other. The host is a small server of its own, because a real sshd
 * wants PAM and accounts for these.
 */
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <pthread.h>
#include <stdatomic.h>

#include "tests/hosts/farm.h"

enum kind { INTERACTIVE, PASSWORD, BOTH };

struct server {
	ssh_bind bind;
	pthread_t thread;
	enum kind kind;
	bool password_given;
	atomic_int logins;
};

static struct server server;

static int method(void)
{
	if (server.kind == INTERACTIVE)
		return SSH_AUTH_METHOD_INTERACTIVE;
	if (server.kind == PASSWORD || !server.password_given)
		return SSH_AUTH_METHOD_PASSWORD;
	return SSH_AUTH_METHOD_INTERACTIVE;
}

static void accept_it(ssh_message message)
{
	ssh_message_auth_reply_success(message, 0);
	atomic_fetch_add(&server.logins, 1);
}

static void interactive(ssh_session session, ssh_message message)
{
	const char *questions[] = { "Password: ", "Code\033[31m: " };
	char echo[] = { 0, 1 };

	if (!ssh_message_auth_kbdint_is_response(message))
		ssh_message_auth_interactive_request(message, "", "", 2, questions, echo);
	else if (ssh_userauth_kbdint_getnanswers(session) == 2 &&
		strcmp(ssh_userauth_kbdint_getanswer(session, 0), "sesame") == 0 &&
		strcmp(ssh_userauth_kbdint_getanswer(session, 1), "123456") == 0)
		accept_it(message);
	else
		ssh_message_reply_default(message);
}

static void password(ssh_message message)
{
	/* The deprecated reader is the only one that this library has. */
	_Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wdeprecated-declarations\"")
	const char *given = ssh_message_auth_password(message);
	_Pragma("GCC diagnostic pop")

	if (strcmp(given, "sesame") != 0) {
		ssh_message_reply_default(message);
	} else if (server.kind == BOTH) {
		server.password_given = true;
		ssh_message_auth_set_methods(message, SSH_AUTH_METHOD_INTERACTIVE);
		ssh_message_auth_reply_success(message, 1);
	} else {
		accept_it(message);
	}
}

static void *serve(void *argument)
{
	ssh_session session = ssh_new();
	ssh_message message;

	if (ssh_bind_accept(argument, session) == SSH_OK && ssh_handle_key_exchange(session) == SSH_OK)
		while ((message = ssh_message_get(session))) {
			bool login = ssh_message_type(message) == SSH_REQUEST_AUTH;

			ssh_message_auth_set_methods(message, method());
			if (login && ssh_message_subtype(message) == SSH_AUTH_METHOD_INTERACTIVE)
				interactive(session, message);
			else if (login && ssh_message_subtype(message) == SSH_AUTH_METHOD_PASSWORD)
				password(message);
			else if (ssh_message_type(message) == SSH_REQUEST_SERVICE)
				ssh_message_service_reply_success(message);
			else
				ssh_message_reply_default(message);
			ssh_message_free(message);
		}
	ssh_disconnect(session);
	ssh_free(session);
	return NULL;
}

static void server_start(struct farm *farm, enum kind kind)
{
	server = (struct server){ .kind = kind, .bind = ssh_bind_new() };
	ssh_bind_options_set(server.bind, SSH_BIND_OPTIONS_BINDADDR, farm->address);
	ssh_bind_options_set(server.bind, SSH_BIND_OPTIONS_BINDPORT, &farm->port);
	ssh_bind_options_set(server.bind, SSH_BIND_OPTIONS_HOSTKEY, farm_path(farm, "hostkey"));
	assert_int_equal(ssh_bind_listen(server.bind), SSH_OK);
	assert_int_equal(pthread_create(&server.thread, NULL, serve, server.bind), 0);
}

static int begin(void **state)
{
	struct farm *farm = mem_new(sizeof(*farm));

	farm_init(farm);
	farm_host(farm, "one");
	*state = farm;
	return 0;
}

static int end(void **state)
{
	struct farm *farm = *state;

	network_free(farm->network);
	farm->network = NULL;
	pthread_join(server.thread, NULL);
	ssh_bind_free(server.bind);
	farm_release(farm);
	free(farm);
	return 0;
}

/* The next question; answered by TEXT, or by a no. */
static void answer(struct farm *farm, enum prompt_kind kind, const char *part, const char *text)
{
	struct message *message = farm_expect(farm, MESSAGE_PROMPT, 20);
	struct commands commands = { 0 };
	struct command *command = commands_add(&commands, COMMAND_ANSWER);

	assert_int_equal(message->prompt.kind, kind);
	if (!strstr(message->prompt.text, part))
		fail_msg("expected \"%s\" in \"%s\"", part, message->prompt.text);
	command->prompt = message->prompt.id;
	command->yes = text != NULL;
	command->text = mem_text(text);
	network_do(farm->network, command);
	commands_release(&commands);
	message_free(message);
}

static void password_and_code(void **state)
{
	struct farm *farm = *state;

	server_start(farm, INTERACTIVE);
	farm_go(farm, true, true, true);
	answer(farm, PROMPT_SECRET, "Password:", "sesame");
	answer(farm, PROMPT_TEXT, "Code", "123456");
	farm_expect_link(farm, LINK_UP, 10);
	assert_int_equal(atomic_load(&server.logins), 1);
}

static void wrong_code(void **state)
{
	struct farm *farm = *state;

	server_start(farm, INTERACTIVE);
	farm_go(farm, true, true, true);
	answer(farm, PROMPT_SECRET, "Password:", "sesame");
	answer(farm, PROMPT_TEXT, "Code", "1");
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "may not log in: the host did not accept what was answered");
	/* The same question is not asked again by itself. */
	assert_null(farm_next(farm, clock_ms() + 3000));
}

static void no_answer(void **state)
{
	struct farm *farm = *state;

	server_start(farm, INTERACTIVE);
	farm_go(farm, true, true, true);
	answer(farm, PROMPT_SECRET, "Password:", NULL);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "not answered");
}

static void nobody_to_ask(void **state)
{
	struct farm *farm = *state;

	server_start(farm, INTERACTIVE);
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "the login needs a password or a code");
}

static void plain_password(void **state)
{
	struct farm *farm = *state;

	server_start(farm, PASSWORD);
	farm_go(farm, true, true, true);
	answer(farm, PROMPT_SECRET, "Password of", "sesame");
	farm_expect_link(farm, LINK_UP, 10);
}

static void two_proofs(void **state)
{
	struct farm *farm = *state;

	server_start(farm, BOTH);
	farm_go(farm, true, true, true);
	answer(farm, PROMPT_SECRET, "Password of", "sesame");
	answer(farm, PROMPT_SECRET, "Password:", "sesame");
	answer(farm, PROMPT_TEXT, "Code", "123456");
	farm_expect_link(farm, LINK_UP, 10);
}

/* The console ends while a question is open. */
static void quitting_while_asked(void **state)
{
	struct farm *farm = *state;
	int64_t start;

	server_start(farm, PASSWORD);
	farm_go(farm, true, true, true);
	message_free(farm_expect(farm, MESSAGE_PROMPT, 20));
	start = clock_ms();
	network_free(farm->network);
	farm->network = NULL;
	assert_true(clock_ms() - start < 900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(password_and_code, begin, end),
		cmocka_unit_test_setup_teardown(wrong_code, begin, end),
		cmocka_unit_test_setup_teardown(no_answer, begin, end),
		cmocka_unit_test_setup_teardown(nobody_to_ask, begin, end),
		cmocka_unit_test_setup_teardown(plain_password, begin, end),
		cmocka_unit_test_setup_teardown(two_proofs, begin, end),
		cmocka_unit_test_setup_teardown(quitting_while_asked, begin, end),
	};

	unsetenv("SSH_AUTH_SOCK");
	return cmocka_run_group_tests_name("questions", tests, NULL, NULL);
}
