/* SPDX-License-Identifier: MIT */
/* Every form of known_hosts, judged as OpenSSH would (or more strictly, where we say so). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "net/blob.h"
#include "net/hostkeys.h"

/* Made with ssh-keygen for these tests. */
#define E1 "AAAAC3NzaC1lZDI1NTE5AAAAIIB1HSPp5uo2WZOaiaPYU3XcfinCe0dlSjz3co4yqLuw"
#define E2 "AAAAC3NzaC1lZDI1NTE5AAAAIECffCil8ORE4Ex7gC3pxquDamaSA9pUbniceJy+ry4J"
#define R1 \
	"AAAAB3NzaC1yc2EAAAADAQABAAABAQDEQQzpBOkbMQu1Xhv7t3kYL5b8bmudMeTU7xlkiOj0EcRRAg+G" \
	"8S6NvW7TuMEElSMSU8dvOLoF+OBtoHAleUl2osSxDiCCBoEv1yJZGLWG78QenDk/nFerTaCogBpuiSJ2" \
	"+3hnDSW+YW9S+9yBUPMLgs7vd51/Mi38kjpY2cg7KBZp4hat0e+N5pPwkoLh8npDlvqHP9Z/8UjMFBUH" \
	"1/vSgnV7/c3iaaIktW53P9SJAilHp3p5zOJcdkh3FVEuxQvByQ0kAXA7SYSuGWnyph/R1gx8FXwtHSUf" \
	"xD9ciBfrmPLpxhxcyl31lc6Pdi92gzAcy3L6+p/enuj3NrvlhSg5"

static enum hostkey_verdict verdict(const char *file, const char *name, int port, const char *blob,
	struct str *expected)
{
	struct hostkeys keys = { 0 };
	enum hostkey_verdict result;

	hostkeys_parse(&keys, file, strlen(file));
	result = hostkeys_check(&keys, name, port, blob, expected);
	hostkeys_release(&keys);
	return result;
}

static char *long_comment(void)
{
	struct str text = { 0 };

	str_addc(&text, '#');
	for (int i = 0; i < 20000; i++)
		str_addc(&text, 'x');
	str_adds(&text, "\nmail ssh-ed25519 " E2 "\n");
	return str_take(&text);
}

static void forms(void **state)
{
	static const struct {
		const char *file, *name;
		int port;
		const char *blob;
		enum hostkey_verdict verdict;
	} cases[] = {
		{ "mail ssh-ed25519 " E1 "\n", "mail", 22, E1, HOSTKEY_KNOWN },
		{ "mail ssh-ed25519 " E1, "mail", 0, E1, HOSTKEY_KNOWN },
		{ "mail\tssh-ed25519\t" E1 "\tcomment here\n", "mail", 22, E1, HOSTKEY_KNOWN },
		{ "  mail ssh-ed25519 " E1 " a comment\r\n", "mail", 22, E1, HOSTKEY_KNOWN },
		{ "a,mail,b ssh-ed25519 " E1 "\n", "mail", 22, E1, HOSTKEY_KNOWN },
		{ "MAIL ssh-ed25519 " E1 "\n", "Mail", 22, E1, HOSTKEY_KNOWN },
		{ "mail ssh-ed25519 " E1 "\n", "other", 22, E1, HOSTKEY_UNKNOWN },
		{ "mail ssh-ed25519 " E1 "\n", "mail", 22, E2, HOSTKEY_CHANGED },
		/* only another type is known: refused, where OpenSSH would ask */
		{ "mail ssh-rsa " R1 "\n", "mail", 22, E1, HOSTKEY_CHANGED },
		{ "mail ssh-rsa " R1 "\nmail ssh-ed25519 " E1 "\n", "mail", 22, E1, HOSTKEY_KNOWN },
		{ "*.example.org ssh-ed25519 " E1 "\n", "mx1.example.org", 22, E1, HOSTKEY_KNOWN },
		{ "mx?.example.org ssh-ed25519 " E1 "\n", "mx1.example.org", 22, E1, HOSTKEY_KNOWN },
		{ "mx?.example.org ssh-ed25519 " E1 "\n", "mx12.example.org", 22, E1, HOSTKEY_UNKNOWN },
		{ "!mx1.example.org,*.example.org ssh-ed25519 " E1 "\n", "mx1.example.org", 22, E1,
			HOSTKEY_UNKNOWN },
		{ "*.example.org,!mx1.example.org ssh-ed25519 " E1 "\n", "mx1.example.org", 22, E1,
			HOSTKEY_UNKNOWN },
		{ "*.example.org,!mx1.example.org ssh-ed25519 " E1 "\n", "mx2.example.org", 22, E1,
			HOSTKEY_KNOWN },
		{ "[mail]:2222 ssh-ed25519 " E1 "\n", "mail", 2222, E1, HOSTKEY_KNOWN },
		{ "[mail]:2222 ssh-ed25519 " E1 "\n", "mail", 22, E1, HOSTKEY_UNKNOWN },
		{ "[mail]:2222 ssh-ed25519 " E1 "\n", "mail", 2223, E1, HOSTKEY_UNKNOWN },
		{ "![127.0.1.1]:2222,[127.0.1.*]:2222 ssh-ed25519 " E1 "\n", "127.0.1.1", 2222, E1,
			HOSTKEY_UNKNOWN },
		/* known without the port: good enough when it fits, no reason to refuse when not */
		{ "mail ssh-ed25519 " E1 "\n", "mail", 2222, E1, HOSTKEY_KNOWN },
		{ "mail ssh-ed25519 " E1 "\n", "mail", 2222, E2, HOSTKEY_UNKNOWN },
		{ "@revoked * ssh-ed25519 " E1 "\n", "mail", 22, E1, HOSTKEY_REVOKED },
		{ "mail ssh-ed25519 " E1 "\n@revoked mail ssh-ed25519 " E1 "\n", "mail", 22, E1,
			HOSTKEY_REVOKED },
		{ "@revoked\tmail\tssh-ed25519\t" E1 "\nmail ssh-ed25519 " E1 "\n", "mail", 22, E1,
			HOSTKEY_REVOKED },
		{ "@revoked mail ssh-ed25519 " E1 "\nmail ssh-ed25519 " E2 "\n", "mail", 22, E2,
			HOSTKEY_KNOWN },
		{ "@revoked mail ssh-ed25519 " E1 "\n", "mail", 2222, E1, HOSTKEY_REVOKED },
		{ "@cert-authority *.org ssh-ed25519 " E1 "\n", "a.org", 22, E2, HOSTKEY_AUTHORITY },
		/* the authority's own key is no host key */
		{ "@cert-authority *.org ssh-ed25519 " E1 "\n", "a.org", 22, E1, HOSTKEY_AUTHORITY },
		{ "@cert-authority *.org ssh-ed25519 " E1 "\na.org ssh-ed25519 " E2 "\n", "a.org", 22, E2,
			HOSTKEY_KNOWN },
		{ "@unheard-of mail ssh-ed25519 " E1 "\n", "mail", 22, E1, HOSTKEY_UNKNOWN },
		/* lines that cannot be read hide nothing */
		{ "mail ssh-strange AAAA\nmail ssh-ed25519 " E2 "\n", "mail", 22, E1, HOSTKEY_CHANGED },
		{ "mail ssh-ed25519 !!!!\nmail ssh-ed25519 " E2 "\n", "mail", 22, E1, HOSTKEY_CHANGED },
		{ "mail ssh-rsa " E1 "\nmail ssh-ed25519 " E2 "\n", "mail", 22, E1, HOSTKEY_CHANGED },
		{ "mail\n\n#mail ssh-ed25519 " E1 "\nmail ssh-ed25519\n", "mail", 22, E1, HOSTKEY_UNKNOWN },
		{ "", "mail", 22, E1, HOSTKEY_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum hostkey_verdict got =
			verdict(cases[i].file, cases[i].name, cases[i].port, cases[i].blob, NULL);

		if (got != cases[i].verdict)
			fail_msg("case %zu: %d, not %d: %s", i, got, cases[i].verdict, cases[i].file);
	}
}

static void long_lines_hide_nothing(void **state)
{
	char *file = long_comment();

	(void)state;
	assert_int_equal(verdict(file, "mail", 22, E1, NULL), HOSTKEY_CHANGED);
	free(file);
}

static void hashed_names(void **state)
{
	char hidden[128];
	struct str file = { 0 };

	(void)state;
	assert_true(blob_hide_name("[mail]:2222", hidden));
	assert_memory_equal(hidden, "|1|", 3);
	assert_null(strstr(hidden, "mail"));
	str_addf(&file, "%s ssh-ed25519 " E1 "\n|1|broken ssh-ed25519 " E2 "\n|1|AA==|AA== ssh-ed25519 " E2 "\n",
		hidden);
	assert_int_equal(verdict(str_text(&file), "mail", 2222, E1, NULL), HOSTKEY_KNOWN);
	assert_int_equal(verdict(str_text(&file), "MAIL", 2222, E2, NULL), HOSTKEY_CHANGED);
	assert_int_equal(verdict(str_text(&file), "mail", 22, E1, NULL), HOSTKEY_UNKNOWN);
	str_release(&file);
}

/* From ssh-keygen -H of OpenSSH 9.2 for the name "mail03.example.org". */
static void hashed_by_openssh(void **state)
{
	(void)state;
	assert_true(blob_name_is("|1|9xt2kywP6vWrMwGn4L2U6T7ZCPM=|ov+QV3ApVtH9ReMK8OkAk0JxONE=", "mail03.example.org"));
	assert_false(blob_name_is("|1|9xt2kywP6vWrMwGn4L2U6T7ZCPM=|ov+QV3ApVtH9ReMK8OkAk0JxONE=", "mail04.example.org"));
}

static void both_fingerprints_are_told(void **state)
{
	struct str expected = { 0 };
	char fingerprint[64];

	(void)state;
	hostkey_fingerprint(E1, fingerprint);
	assert_int_equal(verdict("m ssh-ed25519 " E1 "\n", "m", 22, E2, &expected), HOSTKEY_CHANGED);
	assert_non_null(strstr(str_text(&expected), fingerprint));
	assert_memory_equal(fingerprint, "SHA256:", 7);
	assert_int_equal(strlen(fingerprint), 7 + 43);
	str_release(&expected);
}

static void known_types_are_offered_first(void **state)
{
	const char *file = "mail ssh-rsa " R1 "\n@revoked mail ssh-ed25519 " E1 "\n";
	struct hostkeys keys = { 0 };
	struct str out = { 0 };

	(void)state;
	hostkeys_parse(&keys, file, strlen(file));
	hostkeys_algorithms(&keys, "mail", 22, &out);
	assert_memory_equal(str_text(&out), "rsa-sha2-512,rsa-sha2-256,ssh-ed25519,", 38);
	str_clear(&out);
	hostkeys_algorithms(&keys, "other", 22, &out);
	assert_memory_equal(str_text(&out), "ssh-ed25519,", 12);
	assert_null(strstr(str_text(&out), "ssh-rsa"));
	str_release(&out);
	hostkeys_release(&keys);
}

static void stars_take_no_exponential_time(void **state)
{
	struct str file = { 0 }, name = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		str_adds(&file, "*a");
	str_adds(&file, "b ssh-ed25519 " E1 "\n");
	for (int i = 0; i < 250; i++)
		str_addc(&name, 'a');
	assert_int_equal(verdict(str_text(&file), str_text(&name), 22, E1, NULL), HOSTKEY_UNKNOWN);
	str_release(&file);
	str_release(&name);
}

static void appended_lines_are_found(void **state)
{
	char folder[] = "/tmp/mailmend-unit-XXXXXX", path[64], old[64];
	struct hostkeys keys = { 0 };
	struct stat status;
	struct err err = { 0 };
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(old, sizeof(old), "%s/ssh", folder);
	snprintf(path, sizeof(path), "%s/ssh/known_hosts", folder);
	assert_true(hostkeys_append(path, "mail", 22, E1, false, &err));
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	/* a file whose last line has no end */
	file = fopen(path, "a");
	fputs("other ssh-ed25519 " E2, file);
	fclose(file);
	assert_true(hostkeys_append(path, "Mail2", 2200, E2, true, &err));
	assert_true(hostkeys_read(&keys, path, &err));
	assert_int_equal(keys.count, 3);
	assert_int_equal(keys.passed_over, 0);
	assert_int_equal(hostkeys_check(&keys, "mail", 22, E1, NULL), HOSTKEY_KNOWN);
	assert_int_equal(hostkeys_check(&keys, "other", 22, E2, NULL), HOSTKEY_KNOWN);
	assert_int_equal(hostkeys_check(&keys, "mail2", 2200, E2, NULL), HOSTKEY_KNOWN);
	assert_memory_equal(keys.items[2].hosts, "|1|", 3);
	hostkeys_release(&keys);
	assert_true(hostkeys_read(&keys, "/nowhere/at/all", &err));
	assert_int_equal(keys.count, 0);
	unlink(path);
	rmdir(old);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(long_lines_hide_nothing),
		cmocka_unit_test(hashed_names),
		cmocka_unit_test(hashed_by_openssh),
		cmocka_unit_test(both_fingerprints_are_told),
		cmocka_unit_test(known_types_are_offered_first),
		cmocka_unit_test(stars_take_no_exponential_time),
		cmocka_unit_test(appended_lines_are_found),
	};

	return cmocka_run_group_tests_name("hostkeys", tests, NULL, NULL);
}
