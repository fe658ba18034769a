/* SPDX-License-Identifier: MIT */
/* What ssh -G says, and whether its files tell hosts apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "net/sshconfig.h"

static const char answer[] =
	"host mail\nuser ops\nhostname mail.example.org\nport 2222\naddressfamily inet6\n"
	"hashknownhosts yes\nidentitiesonly yes\nstricthostkeychecking true\n"
	"identityfile ~/.ssh/with space\nidentityfile %d/.ssh/%h\ncertificatefile ~/.ssh/c.pub\n"
	"globalknownhostsfile /etc/ssh/a /etc/ssh/b\nuserknownhostsfile /home/o/k1 /home/o/k2\n"
	"hostkeyalias fleet\nproxyjump ops@gate:2200,second\nconnecttimeout 7\n"
	"identityagent /run/agent\nsomething new\nproxycommand none\nnovalue\n";

static void settings_are_read(void **state)
{
	struct ssh_settings settings;
	struct err err = { 0 };

	(void)state;
	assert_true(ssh_settings_parse(&settings, answer, strlen(answer), &err));
	assert_string_equal(settings.host, "mail.example.org");
	assert_string_equal(settings.user, "ops");
	assert_int_equal(settings.port, 2222);
	assert_int_equal(settings.family, AF_INET6);
	assert_int_equal(settings.strict, STRICT_YES);
	assert_true(settings.identities_only);
	assert_true(settings.hash_known_hosts);
	assert_int_equal(settings.identities.count, 2);
	assert_string_equal(settings.identities.items[0], "~/.ssh/with space");
	assert_int_equal(settings.certificates.count, 1);
	assert_int_equal(settings.user_known_hosts.count, 2);
	assert_string_equal(settings.user_known_hosts.items[1], "/home/o/k2");
	assert_int_equal(settings.global_known_hosts.count, 2);
	assert_string_equal(settings.host_key_alias, "fleet");
	assert_string_equal(settings.proxy_jump, "ops@gate:2200,second");
	assert_null(settings.proxy_command);
	assert_int_equal(settings.connect_timeout_s, 7);
	assert_string_equal(settings.agent, "/run/agent");
	ssh_settings_release(&settings);
}

static void strictness(void **state)
{
	static const struct {
		const char *text;
		enum strict_keys strict;
	} cases[] = {
		{ "stricthostkeychecking ask\n", STRICT_ASK },
		{ "stricthostkeychecking yes\n", STRICT_YES },
		{ "stricthostkeychecking accept-new\n", STRICT_ACCEPT_NEW },
		{ "stricthostkeychecking false\n", STRICT_ACCEPT_NEW },
		{ "stricthostkeychecking off\n", STRICT_ACCEPT_NEW },
		{ "", STRICT_ASK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ssh_settings settings;

		assert_true(ssh_settings_parse(&settings, cases[i].text, strlen(cases[i].text), NULL));
		assert_int_equal(settings.strict, cases[i].strict);
		ssh_settings_release(&settings);
	}
}

static void nonsense_is_refused(void **state)
{
	static const char *const cases[] = { "port 0\n", "port 65536\n", "port x\n", "port -1\n",
		"connecttimeout soon\n" };
	struct ssh_settings settings;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = { 0 };

		assert_false(ssh_settings_parse(&settings, cases[i], strlen(cases[i]), &err));
		assert_non_null(strstr(err.text, "ssh -G"));
	}
}

static void files_that_tell_hosts_apart(void **state)
{
	static const struct {
		const char *text;
		bool tells;
		size_t includes;
	} cases[] = {
		{ "", false, 0 },
		{ "Host *\n\tSendEnv LANG\n\tHashKnownHosts yes\n", false, 0 },
		{ "Include /etc/ssh/ssh_config.d/*.conf\n\nHost *\n", false, 1 },
		{ "include a b\tc\n", false, 3 },
		{ "host=*\nUser=x\n", false, 0 },
		{ "Host * # all\n", true, 0 }, /* ssh takes the rest for patterns */
		{ "Host mail\n", true, 0 },
		{ "Host * !mail\n", true, 0 },
		{ "HOST mail*\n", true, 0 },
		{ "Match all\n", true, 0 },
		{ "  HostName %h.example.org\n", true, 0 },
		{ "CanonicalizeHostname yes\n", true, 0 },
		{ "#Host mail\n  # Match x\n", false, 0 },
		{ "Include \"a b\"\n", true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct paths includes = { 0 };
		bool tells = sshconfig_tells_apart(cases[i].text, strlen(cases[i].text), &includes);

		if (tells != cases[i].tells || includes.count != cases[i].includes)
			fail_msg("case %zu: %d, %zu includes: %s", i, tells, includes.count, cases[i].text);
		vec_each(&includes, path)
			free(*path);
		vec_release(&includes);
	}
}

static void what_may_stand_in_a_command_line(void **state)
{
	(void)state;
	assert_true(sshconfig_is_plain("mail-03.example.org"));
	assert_true(sshconfig_is_plain("fe80::1%eth0"));
	assert_false(sshconfig_is_plain("-oProxyCommand=x"));
	assert_false(sshconfig_is_plain("a;b"));
	assert_false(sshconfig_is_plain("a b"));
	assert_false(sshconfig_is_plain("$(x)"));
	assert_false(sshconfig_is_plain("a'b"));
	assert_false(sshconfig_is_plain(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_read),
		cmocka_unit_test(strictness),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(files_that_tell_hosts_apart),
		cmocka_unit_test(what_may_stand_in_a_command_line),
	};

	return cmocka_run_group_tests_name("sshconfig", tests, NULL, NULL);
}
