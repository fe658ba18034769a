/* SPDX-License-Identifier: MIT */
/* The user's ssh_config: names, keys, jump hosts and proxies as OpenSSH means them. */
#include "tests/hosts/farm.h"

static char *old_path;

/* An ssh that reads the farm's ssh_config in place of the user's. */
static int begin(void **state)
{
	struct farm *farm = mem_new(sizeof(*farm));
	struct str path = { 0 };

	farm_init(farm);
	farm_shell(farm, "mkdir bin && printf '#!/bin/sh\\nexec /usr/bin/ssh -F %s/ssh_config \"$@\"\\n' >bin/ssh && "
		"chmod 755 bin/ssh", farm->folder);
	str_addf(&path, "%s/bin:%s", farm->folder, old_path);
	setenv("PATH", str_text(&path), 1);
	str_release(&path);
	*state = farm;
	return 0;
}

static int end(void **state)
{
	setenv("PATH", old_path, 1);
	farm_release(*state);
	free(*state);
	unsetenv("SSH_AUTH_SOCK");
	return 0;
}

/* A host of which the console's configuration says nothing but its name. */
static void bare_host(struct farm *farm)
{
	struct config_host *host = vec_add(&farm->config.hosts);

	host->name = mem_text("mail");
	host->address = mem_text("mail");
}

/* The lines by which OpenSSH finds it, and EXTRA. */
static void ssh_config(struct farm *farm, const char *extra)
{
	struct str text = { 0 };

	str_addf(&text, "%s\nHost mail\nHostName %s\nPort %d\nHost *\nUserKnownHostsFile %s/known_hosts\n"
		"GlobalKnownHostsFile /dev/null\nIdentityFile %s/key\nIdentityAgent none\n"
		"IdentitiesOnly yes\n",
		extra, farm->address, farm->port, farm->folder, farm->folder);
	farm_write(farm, "ssh_config", str_text(&text));
	str_release(&text);
}

static void everything_from_ssh_config(void **state)
{
	struct farm *farm = *state;

	farm_sshd(farm, "");
	ssh_config(farm, "");
	bare_host(farm);
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 20);
}

static void own_configuration_wins(void **state)
{
	struct farm *farm = *state;

	farm_sshd(farm, "");
	ssh_config(farm, "Host 127.*\nPort 1\nUser nobody\nIdentityFile /nowhere\n");
	farm_host(farm, "one");
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_UP, 10);
}

static void alias_and_two_files(void **state)
{
	struct farm *farm = *state;
	struct str extra = { 0 };

	farm_sshd(farm, "");
	farm_shell(farm, "{ printf 'fleet\\t'; cat hostkey.pub; } >second; : >known_hosts");
	str_addf(&extra, "Host mail\nHostKeyAlias fleet\nUserKnownHostsFile %s/known_hosts %s/second\n",
		farm->folder, farm->folder);
	ssh_config(farm, str_text(&extra));
	str_release(&extra);
	bare_host(farm);
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_UP, 10);
}

static void strict_checking_asks_nobody(void **state)
{
	struct farm *farm = *state;

	farm_sshd(farm, "");
	farm_write(farm, "known_hosts", "");
	ssh_config(farm, "StrictHostKeyChecking yes\n");
	bare_host(farm);
	farm_go(farm, true, true, true);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "StrictHostKeyChecking is yes");
}

static void new_keys_as_the_user_says(void **state)
{
	struct farm *farm = *state;

	farm_sshd(farm, "");
	farm_write(farm, "known_hosts", "");
	ssh_config(farm, "StrictHostKeyChecking accept-new\nHashKnownHosts yes\n");
	bare_host(farm);
	farm_go(farm, true, true, false);
	message_free(farm_expect(farm, MESSAGE_DID, 10));
	farm_expect_link(farm, LINK_UP, 10);
	assert_int_equal(farm_shell(farm, "grep -q '^|1|' known_hosts && "
		"/usr/bin/ssh-keygen -F '[%s]:%d' -f known_hosts >found", farm->address, farm->port), 0);
}

/* OpenSSH's own client reads what we wrote, and the other way round: through a jump host. */
static void jump_host(void **state)
{
	struct farm *farm = *state;
	struct str extra = { 0 };

	farm_sshd(farm, "");
	str_addf(&extra, "Host gate\nHostName %s\nPort %d\nHost mail\nProxyJump gate\n", farm->address,
		farm->port);
	ssh_config(farm, str_text(&extra));
	str_release(&extra);
	bare_host(farm);
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 30);
	network_free(farm->network);
	farm->network = NULL;
	/* Nothing of it is left running. */
	farm_until(5, farm_shell(farm, "pgrep -f '[s]sh_config.*-W' >/dev/null") != 0);
}

static void jump_host_that_refuses(void **state)
{
	struct farm *farm = *state;
	struct str extra = { 0 };

	farm_sshd(farm, "");
	str_addf(&extra, "Host gate\nHostName %s\nPort %d\nIdentityFile /nowhere\nIdentitiesOnly yes\n"
		"UserKnownHostsFile /dev/null\nHost mail\nProxyJump gate\n", farm->address, farm->port);
	ssh_config(farm, str_text(&extra));
	str_release(&extra);
	bare_host(farm);
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_AWAY, 20);
	farm_said(farm, "the way there says: ");
	farm_said(farm, "Host key verification failed");
}

static void proxy_command(void **state)
{
	struct farm *farm = *state;

	farm_sshd(farm, "");
	ssh_config(farm, "Host mail\nProxyCommand /usr/bin/ssh -F none -o BatchMode=yes -o "
		"UserKnownHostsFile=$FARM/known_hosts -i $FARM/key -p %p -W %h:%p %h\n");
	setenv("FARM", farm->folder, 1);
	bare_host(farm);
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_UP, 20);
}

/* A proxy that ignores every polite end does not hold up ours. */
static void stubborn_proxy(void **state)
{
	struct farm *farm = *state;
	int64_t start;

	ssh_config(farm, "Host mail\nProxyCommand trap '' TERM HUP INT PIPE; while :; do sleep 1; done\n");
	bare_host(farm);
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_CONNECTING, 10);
	start = clock_ms();
	network_free(farm->network);
	farm->network = NULL;
	assert_true(clock_ms() - start < 1500);
}

static void names_do_not_reach_a_shell(void **state)
{
	struct farm *farm = *state;
	struct config_host *host;

	ssh_config(farm, "Host *\nProxyCommand touch $FARM/%h\n");
	setenv("FARM", farm->folder, 1);
	bare_host(farm);
	host = &farm->config.hosts.items[0];
	free(host->user);
	host->user = mem_text("x;touch $FARM/pwned");
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_REFUSED, 10);
	assert_int_equal(access(farm_path(farm, "pwned"), F_OK), -1);
}

/* The host closes the login after six keys: refused, with the mend; not waited for. */
static void too_many_keys(void **state)
{
	struct farm *farm = *state;
	struct str extra = { 0 };
	pid_t agent = fork();

	if (agent == 0) {
		execlp("ssh-agent", "ssh-agent", "-D", "-a", farm_path(farm, "agent"), (char *)NULL);
		_exit(127);
	}
	farm_until(10, access(farm_path(farm, "agent"), F_OK) == 0);
	setenv("SSH_AUTH_SOCK", farm_path(farm, "agent"), 1);
	assert_int_equal(farm_shell(farm, "for i in 1 2 3 4 5 6 7 8; do "
		"ssh-keygen -q -t ed25519 -N '' -f other$i && ssh-add -q other$i || exit 1; done"), 0);
	farm_sshd(farm, "");
	str_addf(&extra, "IdentitiesOnly no\nIdentityAgent %s/agent\n", farm->folder);
	ssh_config(farm, str_text(&extra));
	str_release(&extra);
	bare_host(farm);
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "too many keys were offered (the ssh-agent has 8)");
	farm_said(farm, "\"identity\"");
	kill(agent, SIGKILL);
	waitpid(agent, NULL, 0);
}

static void broken_ssh_config(void **state)
{
	struct farm *farm = *state;

	farm_write(farm, "ssh_config", "Nonsense yes\n");
	bare_host(farm);
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_REFUSED, 10);
	farm_said(farm, "ssh -G mail fails");
}

static void no_ssh_program(void **state)
{
	struct farm *farm = *state;

	farm_sshd(farm, "");
	farm_host(farm, "one");
	setenv("PATH", farm_path(farm, "home"), 1);
	farm_go(farm, true, true, false);
	farm_expect_link(farm, LINK_UP, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everything_from_ssh_config, begin, end),
		cmocka_unit_test_setup_teardown(own_configuration_wins, begin, end),
		cmocka_unit_test_setup_teardown(alias_and_two_files, begin, end),
		cmocka_unit_test_setup_teardown(strict_checking_asks_nobody, begin, end),
		cmocka_unit_test_setup_teardown(new_keys_as_the_user_says, begin, end),
		cmocka_unit_test_setup_teardown(jump_host, begin, end),
		cmocka_unit_test_setup_teardown(jump_host_that_refuses, begin, end),
		cmocka_unit_test_setup_teardown(proxy_command, begin, end),
		cmocka_unit_test_setup_teardown(stubborn_proxy, begin, end),
		cmocka_unit_test_setup_teardown(names_do_not_reach_a_shell, begin, end),
		cmocka_unit_test_setup_teardown(too_many_keys, begin, end),
		cmocka_unit_test_setup_teardown(broken_ssh_config, begin, end),
		cmocka_unit_test_setup_teardown(no_ssh_program, begin, end),
	};
	int failures;

	old_path = mem_text(getenv("PATH"));
	failures = cmocka_run_group_tests_name("ways", tests, NULL, NULL);
	free(old_path);
	return failures;
}
