/* SPDX-License-Identifier: MIT */
/* A fleet of eight hosts, one in every state that a host can have. */
#ifndef TESTS_SCREENS_FLEET_SCENE_H
#define TESTS_SCREENS_FLEET_SCENE_H

#include "tests/screens/scene.h"

/* Sessions of many mailboxes: COUNT of SERVICE, from number FIRST on. */
static UNUSED void add_sessions(struct str *out, int first, int count, const char *service)
{
	for (int i = 0; i < count; i += 100) {
		str_adds(out, "{\"add\":[");
		for (int j = i; j < count && j < i + 100; j++)
			str_addf(out, "%s[%d,\"u%04d@example.org\",\"%s\",\"198.51.100.%d\",%d]",
				j > i ? "," : "", first + j, (first + j) % 1500, service,
				(first + j) % 200, 10000 + first + j);
		str_adds(out, "]}\n");
	}
}

/* The same sessions as before, another load; cpu grows by a third of what passed. */
static UNUSED void fleet_load(struct scene *scene, const char *host, double load)
{
	static unsigned long long busy = 100000;
	char head[200];

	busy += 1000;
	snprintf(head, sizeof(head),
		"\"uptime\":5000,\"load\":[%.2f,%.2f,%.2f],\"cpu\":[%llu,500,%llu]", load,
		load * 0.9, load * 0.8, busy, busy * 3);
	scene_sample(scene, host, head, "");
}

static UNUSED void fleet_up(
	struct scene *scene, const char *host, int imap, int pop, double load, const char *more)
{
	struct str lines = { 0 };
	char head[200];

	scene_link(scene, host, LINK_UP, NULL, 0);
	add_sessions(&lines, 1, imap, "imap");
	add_sessions(&lines, 20001, pop, "pop3");
	str_adds(&lines, more);
	snprintf(head, sizeof(head),
		"\"full\":true,\"uptime\":4990,\"load\":[%.2f,%.2f,%.2f],\"cpu\":[1000,100,3000]",
		load, load, load);
	scene_sample(scene, host, head, str_text(&lines));
	str_release(&lines);
}

static UNUSED void fleet_begin(struct scene *scene, bool ascii)
{
	scene_start(scene, "mail01 mail02 mail03 mail05 mail07 mail09 mail11 mail12", ascii, false);
	fleet_up(scene, "mail11", 1400, 92, 1.7,
		"{\"facts\":{\"hostname\":\"mail11\",\"cores\":8,\"hz\":100}}\n"
		"{\"queue\":{\"total\":0,\"incoming\":0,\"active\":0,\"deferred\":0,\"hold\":0,"
		"\"maildrop\":0,\"oldest\":null}}\n"
		"{\"disks\":[[\"/srv\",\"ext4\",\"/dev/sda1\",1000000,400000,1000,900,\"rw\"]]}");
	scene_tick(scene, 6000);
	fleet_up(scene, "mail03", 2112, 140, 31.2,
		"{\"facts\":{\"hostname\":\"mail03.example.org\",\"dovecot\":\"2.3.19.1 "
		"(9b53102964)\",\"postfix\":\"3.7.11\",\"cores\":8,\"hz\":100}}\n"
		"{\"memory\":{\"total\":33554432,\"available\":12000000,\"swap_total\":2097152,"
		"\"swap_free\":2000000}}\n"
		"{\"pressure\":{\"cpu\":44.0,\"io\":12.1,\"memory\":0}}\n"
		"{\"rates\":{\"seconds\":10.0,\"logins\":70,\"failures\":5,\"deliveries\":120}}\n"
		"{\"queue\":{\"total\":3210,\"incoming\":3,\"active\":20,\"deferred\":3187,"
		"\"hold\":0,\"maildrop\":0,\"oldest\":840}}\n"
		"{\"services\":[[\"imap\",1024,1024],[\"auth\",60,100]]}\n"
		"{\"problems\":[[\"io\",\"/proc/PID/io of other users cannot be read\",\"connect "
		"as root, or give become\"]]}\n"
		"{\"errors\":[\"imap(jo.martin@example.org): Error: Mailbox INBOX: Corrupted "
		"transaction log file /srv/mail/jo/dovecot.index.log seq 2\"]}\n"
		"{\"disks\":[[\"/\",\"ext4\",\"/dev/"
		"sda1\",40000000,30000000,2000000,1900000,\"rw\"],[\"/srv/m3\",\"xfs\",\"/dev/"
		"sdb1\",2000000000,580000000,1000000,900000,\"rw\"]]}");
	fleet_up(scene, "mail07", 1904, 101, 9.8,
		"{\"facts\":{\"hostname\":\"mail07\",\"cores\":8,\"hz\":100}}\n"
		"{\"queue\":{\"total\":310,\"incoming\":0,\"active\":2,\"deferred\":308,\"hold\":0,"
		"\"maildrop\":0,\"oldest\":125}}\n"
		"{\"disks\":[[\"/srv/m3\",\"xfs\",\"/dev/"
		"sdb1\",2000000000,12000000,1000000,900000,\"rw\"]]}");
	fleet_up(scene, "mail01", 1402, 88, 2.1,
		"{\"facts\":{\"hostname\":\"mail01\",\"cores\":8,\"hz\":100}}\n"
		"{\"queue\":{\"total\":0,\"incoming\":0,\"active\":0,\"deferred\":0,\"hold\":0,"
		"\"maildrop\":0,\"oldest\":null}}\n"
		"{\"disks\":[[\"/srv\",\"ext4\",\"/dev/sda1\",1000000,360000,1000,900,\"rw\"]]}");
	scene_link(scene, "mail02", LINK_CONNECTING, NULL, 0);
	scene_link(scene, "mail05", LINK_AWAY, "connection timed out", 20000);
	scene_link(scene, "mail12", LINK_REFUSED,
		"host key changed: SHA256:vqWx2pFzT1 instead of SHA256:8fQm0aB7Zz in "
		"~/.ssh/known_hosts",
		0);
	scene_link(scene, "mail09", LINK_ASKING, "its host key is not known", 0);
	for (int i = 0; i < 3; i++) {
		scene_tick(scene, 2000);
		fleet_load(scene, "mail03", 31.2);
		fleet_load(scene, "mail07", 9.8);
		fleet_load(scene, "mail01", 2.1);
	}
	scene_tick(scene, 400);
}

static UNUSED int fleet_start(void **state)
{
	static struct scene scene;

	fleet_begin(&scene, false);
	*state = &scene;
	scene_forget(&scene);
	return 0;
}

static UNUSED int fleet_start_ascii(void **state)
{
	static struct scene scene;

	fleet_begin(&scene, true);
	*state = &scene;
	scene_forget(&scene);
	return 0;
}

static UNUSED int fleet_end(void **state)
{
	scene_end(*state);
	return 0;
}

#endif
