/* SPDX-License-Identifier: MIT */
/* The configuration: what is read, what is refused and with which words, what is written. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "core/config.h"

static const struct config_places places = { "/home/ana", NULL, NULL };

static bool parse(struct config *config, const char *text, struct str *problems, struct err *err)
{
	return config_parse(config, "c.json", text, strlen(text), &places, problems, err);
}

static void the_least_is_a_name(void **state)
{
	struct config config;
	struct str problems = { 0 };
	const struct config_host *host;

	(void)state;
	assert_true(parse(&config, "{\"hosts\":[{\"name\":\"mail03\"}]}", &problems, NULL));
	assert_string_equal(str_text(&problems), "");
	assert_int_equal(config.hosts.count, 1);
	host = &config.hosts.items[0];
	assert_string_equal(host->name, "mail03");
	assert_string_equal(host->address, "mail03");
	assert_int_equal(host->port, 0);
	assert_null(host->user);
	assert_null(host->identity);
	assert_null(host->known_hosts);
	assert_null(host->become);
	assert_int_equal(host->roles, ROLE_BACKEND | ROLE_MX);
	assert_int_equal(host->tags.count, 0);
	assert_int_equal(config.interval_ms, 2000);
	assert_int_equal(config.mailboxes_from, FROM_SESSIONS);
	assert_null(config.mailboxes_source);
	assert_string_equal(config.store_directory, "/home/ana/.local/state/mailmend");
	assert_string_equal(config.path, "c.json");
	config_release(&config);
	str_release(&problems);
}

static void everything_is_read(void **state)
{
	static const char text[] =
		"{ // fleet\n"
		"  \"defaults\": { \"user\": \"root\", \"identity\": \"~/.ssh/id\", \"port\": 22,\n"
		"    \"known_hosts\": \"/etc/known\", \"become\": \"sudo -n\", \"roles\": [\"proxy\"],\n"
		"    \"tags\": [\"all\"] },\n"
		"  \"hosts\": [\n"
		"    { \"name\": \"a\", \"address\": \"a.example.org\" },\n"
		"    { \"name\": \"b\", \"port\": 2222, \"user\": \"ops\", \"identity\": \"/k\",\n"
		"      \"known_hosts\": \"~/kh\", \"become\": \"\", \"roles\": [\"mx\", \"log\", \"store\"],\n"
		"      \"tags\": [\"r4\", \"x\"] },\n"
		"    { \"name\": \"c\", \"tags\": [] } ],\n"
		"  \"interval_ms\": 200, \"mailboxes_from\": \"glob:/srv/mail/*/*\",\n"
		"  \"store_directory\": \"~/state\" }\n";
	struct config config;
	const struct config_host *a, *b, *c;

	(void)state;
	assert_true(parse(&config, text, NULL, NULL));
	a = &config.hosts.items[0], b = &config.hosts.items[1], c = &config.hosts.items[2];
	assert_string_equal(a->address, "a.example.org");
	assert_int_equal(a->port, 22);
	assert_string_equal(a->user, "root");
	assert_string_equal(a->identity, "/home/ana/.ssh/id");
	assert_string_equal(a->known_hosts, "/etc/known");
	assert_string_equal(a->become, "sudo -n");
	assert_int_equal(a->roles, ROLE_PROXY);
	assert_string_equal(a->tags.items[0], "all");
	assert_int_equal(b->port, 2222);
	assert_string_equal(b->user, "ops");
	assert_string_equal(b->identity, "/k");
	assert_string_equal(b->known_hosts, "/home/ana/kh");
	assert_null(b->become);
	assert_int_equal(b->roles, ROLE_MX | ROLE_LOG | ROLE_STORE);
	assert_int_equal(b->tags.count, 2);
	assert_int_equal(c->tags.count, 0);
	assert_int_equal(config.interval_ms, 200);
	assert_int_equal(config.mailboxes_from, FROM_GLOB);
	assert_string_equal(config.mailboxes_source, "/srv/mail/*/*");
	assert_string_equal(config.store_directory, "/home/ana/state");
	config_release(&config);
}

static void sources_of_mailboxes(void **state)
{
	static const struct {
		const char *value;
		enum mailboxes_from from;
		const char *source;
	} rows[] = { { "sessions", FROM_SESSIONS, NULL }, { "userdb", FROM_USERDB, NULL },
		{ "glob:/a/*", FROM_GLOB, "/a/*" }, { "file:/etc/list:1", FROM_FILE, "/etc/list:1" } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config config;
		char text[200];

		snprintf(text, sizeof(text), "{\"hosts\":[{\"name\":\"a\"}],\"mailboxes_from\":\"%s\"}",
			rows[i].value);
		assert_row(rows[i].value, parse(&config, text, NULL, NULL));
		assert_int_equal(config.mailboxes_from, rows[i].from);
		if (rows[i].source)
			assert_string_equal(config.mailboxes_source, rows[i].source);
		else
			assert_null(config.mailboxes_source);
		config_release(&config);
	}
}

#define HOST(more) "{\"hosts\":[{\"name\":\"a\"" more "}]}"
#define ROOT(more) "{\"hosts\":[{\"name\":\"a\"}]," more "}"

/* Each mistake alone, with the whole line that a person reads. */
static const struct {
	const char *text, *line;
} mistakes[] = {
	{ "[]", "c.json:1: expected an object with \"hosts\", found an empty list" },
	{ "{}", "c.json:1: \"hosts\" is missing; expected a list of at least one host" },
	{ "{\n\"hosts\":[]}", "c.json:2: hosts: expected a list of at least one host, found an empty list" },
	{ "{\"hosts\":{}}", "c.json:1: hosts: expected a list of at least one host, found an object" },
	{ "{\"hosts\":[7]}", "c.json:1: hosts[0]: expected an object with a name, found 7" },
	{ "{\"hosts\":[{}]}", "c.json:1: hosts[0]: \"name\" is missing" },
	{ HOST(",\n\"prot\":1"),
		"c.json:2: hosts[0].prot: unknown key; expected one of name, address, port, user, "
		"identity, known_hosts, become, roles, tags" },
	{ ROOT("\"host\":1"),
		"c.json:1: host: unknown key; expected one of defaults, hosts, interval_ms, "
		"mailboxes_from, store_directory" },
	{ ROOT("\"defaults\":{\"name\":\"x\"}"),
		"c.json:1: defaults.name: unknown key; expected one of port, user, identity, "
		"known_hosts, become, roles, tags" },
	{ ROOT("\"defaults\":[]"),
		"c.json:1: defaults: expected an object with keys of hosts, found an empty list" },
	{ HOST(",\"port\":0"), "c.json:1: hosts[0].port: expected a whole number from 1 to 65535, found 0" },
	{ HOST(",\"port\":65536"),
		"c.json:1: hosts[0].port: expected a whole number from 1 to 65535, found 65536" },
	{ HOST(",\"port\":\"22\""),
		"c.json:1: hosts[0].port: expected a whole number from 1 to 65535, found \"22\"" },
	{ HOST(",\"port\":22.5"),
		"c.json:1: hosts[0].port: expected a whole number from 1 to 65535, found 22.5" },
	{ HOST(",\"user\":null"), "c.json:1: hosts[0].user: expected a login name, found null" },
	{ HOST(",\"user\":\"-l x\""), "c.json:1: hosts[0].user: expected a login name, found \"-l x\"" },
	{ HOST(",\"address\":\"-oProxyCommand=x\""),
		"c.json:1: hosts[0].address: expected a host name or an IP address, found "
		"\"-oProxyCommand=x\"" },
	{ HOST(",\"identity\":\"id\""),
		"c.json:1: hosts[0].identity: expected a path that begins with / or ~/, found \"id\"" },
	{ HOST(",\"identity\":\"~bob/id\""),
		"c.json:1: hosts[0].identity: expected a path that begins with / or ~/, found \"~bob/id\"" },
	{ HOST(",\"become\":\"su\""),
		"c.json:1: hosts[0].become: expected \"sudo -n\", or \"\" for none, found \"su\"" },
	{ HOST(",\"roles\":[]"),
		"c.json:1: hosts[0].roles: expected a list of \"backend\", \"proxy\", \"mx\", \"log\", "
		"\"store\", found an empty list" },
	{ HOST(",\"roles\":[\"imap\"]"),
		"c.json:1: hosts[0].roles[0]: expected one of \"backend\", \"proxy\", \"mx\", \"log\", "
		"\"store\", found \"imap\"" },
	{ HOST(",\"roles\":[\"mx\",\n\"mx\"]"),
		"c.json:2: hosts[0].roles[1]: the role \"mx\" is given twice" },
	{ HOST(",\"tags\":\"x\""), "c.json:1: hosts[0].tags: expected a list of texts, found \"x\"" },
	{ HOST(",\"tags\":[1]"),
		"c.json:1: hosts[0].tags[0]: expected a tag of at most 64 characters without blanks, found 1" },
	{ HOST(",\n\"name\":\"b\""),
		"c.json:2: hosts[0].name: the key is given twice; the first is in line 1" },
	{ HOST("},{\"name\":\"b\"},\n{\"name\":\"a\""),
		"c.json:2: hosts[2]: a host with the name \"a\" is there already, in line 1" },
	{ ROOT("\"interval_ms\":199"),
		"c.json:1: interval_ms: expected a whole number from 200 to 3600000 (milliseconds), found 199" },
	{ ROOT("\"interval_ms\":3600001"),
		"c.json:1: interval_ms: expected a whole number from 200 to 3600000 (milliseconds), "
		"found 3600001" },
	{ ROOT("\"mailboxes_from\":\"glob:/a\""),
		"c.json:1: mailboxes_from: expected \"sessions\", \"userdb\", \"glob:/PATTERN\" with a *, or "
		"\"file:/PATH\", found \"glob:/a\"" },
	{ ROOT("\"store_directory\":\"x\""),
		"c.json:1: store_directory: expected a path that begins with / or ~/, found \"x\"" },
	{ "{\"hosts\":\n[{]}", "c.json: line 2: expected a key in double quotes" },
};

static void mistakes_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(mistakes); i++) {
		struct config config = { .interval_ms = 77 };
		struct str problems = { 0 };
		struct err err = { 0 };

		assert_row(mistakes[i].text, !parse(&config, mistakes[i].text, &problems, &err));
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_int_equal(config.interval_ms, 77);
		str_cut(&problems, problems.len - 1, 1);
		assert_string_equal(str_text(&problems), mistakes[i].line);
		assert_string_equal(err.text, mistakes[i].line);
		str_release(&problems);
	}
}

static void all_mistakes_at_once(void **state)
{
	static const char text[] = "{\"hosts\":[{\"name\":\"a b\",\n\"port\":0,\n\"x\":1}],\n\"y\":2}";
	struct config config;
	struct str problems = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_false(parse(&config, text, &problems, &err));
	assert_holds(str_text(&problems), "c.json:1: hosts[0].name: expected a name");
	assert_holds(str_text(&problems), "\nc.json:2: hosts[0].port: expected");
	assert_holds(str_text(&problems), "\nc.json:3: hosts[0].x: unknown key");
	assert_holds(str_text(&problems), "\nc.json:4: y: unknown key");
	assert_holds(err.text, "c.json:1: hosts[0].name: expected a name");
	assert_holds(err.text, "(and 3 more)");
	str_release(&problems);
}

static void many_mistakes_are_counted(void **state)
{
	struct config config;
	struct str text = { 0 }, problems = { 0 };
	struct err err = { 0 };

	(void)state;
	str_adds(&text, "{\"hosts\":[");
	for (int i = 0; i < 300; i++)
		str_addf(&text, "%s{\"name\":\"h%d\",\"zz\":1}", i ? "," : "", i);
	str_adds(&text, "]}");
	assert_false(parse(&config, str_text(&text), &problems, &err));
	assert_holds(str_text(&problems), "c.json: 200 more mistakes are not shown");
	assert_holds(err.text, "(and 299 more)");
	str_release(&text);
	str_release(&problems);
}

static void without_a_home(void **state)
{
	static const char text[] = "{\"hosts\":[{\"name\":\"a\",\"identity\":\"~/x\"}]}";
	static const struct config_places nowhere = { NULL, NULL, NULL };
	struct config config;
	struct str problems = { 0 };
	char *path;

	(void)state;
	assert_false(config_parse(&config, "c.json", text, strlen(text), &nowhere, &problems, NULL));
	assert_holds(str_text(&problems), "hosts[0].identity: ~ has no meaning because HOME is not set");
	str_release(&problems);
	assert_false(config_parse(
		&config, "c.json", "{\"hosts\":[{\"name\":\"a\"}]}", 24, &nowhere, &problems, NULL));
	str_release(&problems);
	path = config_default_path(&(struct config_places){ "/h", "/cfg", NULL });
	assert_string_equal(path, "/cfg/mailmend/config.json");
	free(path);
	path = config_default_path(&(struct config_places){ "/h", "relative", NULL });
	assert_string_equal(path, "/h/.config/mailmend/config.json");
	free(path);
}

static void files_that_cannot_be_read(void **state)
{
	struct config config;
	struct str problems = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_false(config_read(&config, "/nowhere/config.json", &places, &problems, &err));
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_string_equal(err.text,
		"/nowhere/config.json is not there; `mailmend hosts add HOST` writes one");
	assert_holds(str_text(&problems), err.text);
	assert_false(config_read(&config, "/", &places, NULL, &err));
	assert_string_equal(err.text, "/ is not a file");
	assert_true(config_read(
		&config, SOURCE_DIR "/tests/unit/fixtures/config.json", &places, NULL, &err));
	assert_int_equal(config.hosts.count, 3);
	config_release(&config);
	str_release(&problems);
}

/* The second half comes when the first was read. */
static void write_halves(int file)
{
	static const char *const halves[] = { "{ \"hosts\": [", "{ \"name\": \"h\" } ] }" };

	for (size_t i = 0; i < 2; i++) {
		int held = 1;

		if (write(file, halves[i], strlen(halves[i])) < 0)
			_exit(1);
		while (held > 0)
			if (ioctl(file, FIONREAD, &held) != 0)
				_exit(1);
	}
	_exit(0);
}

static void a_pipe_is_read_to_its_end(void **state)
{
	struct config config = { 0 };
	struct err err = { 0 };
	int ends[2], status;
	char path[40];
	pid_t child;
	bool ok;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0)
		write_halves(ends[1]);
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	ok = config_read(&config, path, &places, NULL, &err);
	close(ends[0]);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	assert_string_equal(err.text, "");
	assert_true(ok);
	config_release(&config);
}

static void a_host_is_added(void **state)
{
	static const struct {
		const char *old, *new;
	} rows[] = {
		{ "", "{\n  \"hosts\": [\n    { \"name\": \"n\", \"port\": 22 }\n  ]\n}\n" },
		{ " \n", "{\n  \"hosts\": [\n    { \"name\": \"n\", \"port\": 22 }\n  ]\n}\n" },
		{ "{}", "{ \"hosts\": [ { \"name\": \"n\", \"port\": 22 } ] }" },
		{ "{\"hosts\":[]}", "{\"hosts\":[ { \"name\": \"n\", \"port\": 22 } ]}" },
		{ "{\n  \"interval_ms\": 500 // quick\n}\n",
			"{\n  \"interval_ms\": 500, // quick\n  \"hosts\": [ { \"name\": \"n\", \"port\": 22 } ]\n}\n" },
		{ "{\n\t\"hosts\": [\n\t\t{\n\t\t\t\"name\": \"a\"\n\t\t} /* a */ // b\n\t\t// c\n\t] // d\n}\n",
			"{\n\t\"hosts\": [\n\t\t{\n\t\t\t\"name\": \"a\"\n\t\t}, /* a */ // b\n"
			"\t\t{ \"name\": \"n\", \"port\": 22 }\n\t\t// c\n\t] // d\n}\n" },
		{ "{\"hosts\":[{\"name\":\"a\"}]}",
			"{\"hosts\":[{\"name\":\"a\"}, { \"name\": \"n\", \"port\": 22 }]}" },
		{ "{\"hosts\":[\n {\"name\":\"a\"}, {\"name\":\"b\"} ]}",
			"{\"hosts\":[\n {\"name\":\"a\"}, {\"name\":\"b\"}, { \"name\": \"n\", \"port\": 22 } ]}" },
		{ "{\r\n \"hosts\": [\r\n  {\"name\":\"a\"}\r\n ]\r\n}",
			"{\r\n \"hosts\": [\r\n  {\"name\":\"a\"},\r\n  { \"name\": \"n\", \"port\": 22 }\r\n ]\r\n}" },
	};
	char name[] = "n";
	const struct config_host host = { .name = name, .address = name, .port = 22 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str out = { 0 };
		struct config config;

		assert_row(rows[i].old,
			config_with_host(&out, rows[i].old, strlen(rows[i].old), &host, NULL));
		assert_string_equal(str_text(&out), rows[i].new);
		assert_true(parse(&config, str_text(&out), NULL, NULL));
		assert_string_equal(config.hosts.items[config.hosts.count - 1].name, "n");
		config_release(&config);
		str_release(&out);
	}
}

static void a_whole_host_is_added(void **state)
{
	char name[] = "n", address[] = "n.example.org", user[] = "ops", key[] = "/k\"y", known[] = "/kh",
	     become[] = "sudo -n", tag[] = "r4", *tags[] = { tag };
	const struct config_host host = { name, address, 2222, user, key, known, become,
		ROLE_PROXY | ROLE_LOG, { tags, 1, 1 } };
	struct str out = { 0 };
	struct config config;

	(void)state;
	assert_true(config_with_host(&out, "", 0, &host, NULL));
	assert_true(parse(&config, str_text(&out), NULL, NULL));
	assert_string_equal(config.hosts.items[0].address, address);
	assert_int_equal(config.hosts.items[0].port, 2222);
	assert_string_equal(config.hosts.items[0].user, user);
	assert_string_equal(config.hosts.items[0].identity, key);
	assert_string_equal(config.hosts.items[0].known_hosts, known);
	assert_string_equal(config.hosts.items[0].become, become);
	assert_int_equal(config.hosts.items[0].roles, ROLE_PROXY | ROLE_LOG);
	assert_string_equal(config.hosts.items[0].tags.items[0], tag);
	config_release(&config);
	str_release(&out);
}

static void hosts_that_are_not_added(void **state)
{
	static const struct {
		const char *old, *says;
	} rows[] = {
		{ "{\"hosts\":[{\"name\":\"n\"}]}", "a host with the name \"n\" is there already" },
		{ "{\"hosts\":1}", "hosts: expected a list" },
		{ "[]", "not an object" },
		{ "{", "line 1" },
		{ "\xEF\xBB\xBF{}", "byte order mark" },
	};
	char name[] = "n";
	const struct config_host host = { .name = name, .address = name };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str out = { 0 };
		struct err err = { 0 };

		assert_row(rows[i].old,
			!config_with_host(&out, rows[i].old, strlen(rows[i].old), &host, &err));
		assert_holds(err.text, rows[i].says);
		assert_int_equal(out.len, 0);
		str_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_is_a_name),
		cmocka_unit_test(everything_is_read),
		cmocka_unit_test(sources_of_mailboxes),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(all_mistakes_at_once),
		cmocka_unit_test(many_mistakes_are_counted),
		cmocka_unit_test(without_a_home),
		cmocka_unit_test(files_that_cannot_be_read),
		cmocka_unit_test(a_pipe_is_read_to_its_end),
		cmocka_unit_test(a_host_is_added),
		cmocka_unit_test(a_whole_host_is_added),
		cmocka_unit_test(hosts_that_are_not_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
