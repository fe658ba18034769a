/* SPDX-License-Identifier: MIT */
/* Two hosts with mailboxes; what their agents say of stores, checks and jobs, through the real
 * readers. */
#ifndef TESTS_SCREENS_REPAIR_SCENE_H
#define TESTS_SCREENS_REPAIR_SCENE_H

#include "tests/screens/scene.h"

#define JO "jo.martin@example.org"
#define CHEN "w.chen@example.net"
#define JO_STORE "11111111-2222-3333-4444-555555555555:8:1/srv/mail/jo"
#define CHEN_STORE "66666666-2222-3333-4444-555555555555:8:1/srv/mail/chen"

static const char repair_sample_head[] =
	"\"full\":true,\"uptime\":5000,\"load\":[1.0,1.0,1.0],\"cpu\":[1000,100,3000]";

static UNUSED void repair_begin(struct scene *scene, bool read_only)
{
	scene_start(scene, "mail03 mail07", false, read_only);
	scene_link(scene, "mail03", LINK_UP, NULL, 0);
	scene_link(scene, "mail07", LINK_UP, NULL, 0);
	scene_sample(scene, "mail03", repair_sample_head,
		"{\"add\":[[1,\"" JO "\",\"imap\",\"198.51.100.7\",101],"
		"[2,\"" JO "\",\"imap\",\"203.0.113.24\",102],"
		"[3,\"reports@example.org\",\"imap\",\"203.0.113.9\",103]]}");
	scene_sample(scene, "mail07", repair_sample_head,
		"{\"add\":[[1,\"" CHEN "\",\"pop3\",\"198.51.100.10\",202]]}");
	drive(scene, "2");
	scene_tick(scene, 500);
	scene_forget(scene);
}

/* What a host says of where a mailbox lies; STORE NULL: it does not know it. */
static UNUSED void says_store(
	struct scene *scene, const char *host, const char *mailbox, const char *store)
{
	struct message *message = message_new(MESSAGE_STORES, scene_host(scene, host));
	struct store_seen *seen = vec_add(&message->stores);

	seen->mailbox = mem_text(mailbox);
	seen->id = mem_text(store);
	seen->path = mem_text(store ? strchr(store, '/') : NULL);
	seen->there = store != NULL;
	seen->error = store ? NULL : mem_text("this host does not know this mailbox");
	scene_send(scene, message);
}

static UNUSED void says_check(struct scene *scene, const char *host, const char *lines)
{
	struct message *message = message_new(MESSAGE_CHECK, scene_host(scene, host));
	struct err err = { 0 };
	char text[8192], *rest = text, *line;
	bool end = false;

	message->check = check_new();
	snprintf(text, sizeof(text), "%s", lines);
	while ((line = strsep(&rest, "\n")))
		if (*line && !check_feed(message->check, line, strlen(line), &end, &err))
			fail_msg("%s: %s", line, err.text);
	assert_true(message->check->whole);
	scene_send(scene, message);
}

/* What a host says of jobs to the request ASKED; ERROR is why it breaks off. */
static UNUSED void says_job(struct scene *scene, const char *host, uint64_t asked,
	const char *lines, bool ended, const char *error)
{
	struct message *message = message_new(MESSAGE_JOB, scene_host(scene, host));
	struct err err = { 0 };
	char text[8192], *rest = text, *line;
	bool end = false;

	snprintf(text, sizeof(text), "%s", lines);
	while ((line = strsep(&rest, "\n")))
		if (*line && !job_feed(&message->job, line, strlen(line), &end, &err))
			fail_msg("%s: %s", line, err.text);
	message->job.asked = asked;
	message->job.ended = ended;
	message->job.error = mem_text(error);
	scene_send(scene, message);
}

static UNUSED void says_stored(struct scene *scene, uint64_t prompt)
{
	struct message *message = message_new(MESSAGE_STORED, 0);

	message->stored = prompt;
	scene_send(scene, message);
}

static const char jo_damaged[] =
	"{\"folders\":[[\"INBOX\",1204,0,1204,1500000000,1205,\"aa\"],"
	"[\"Sent\",310,310,310,1500000001,311,\"bb\"],[\"Work/2024\",88,88,88,1500000002,89,"
	"\"cc\"]]}\n"
	"{\"findings\":[[\"missing\",\"INBOX\",\"index-lost\",\"1,204 messages are stored and none "
	"is visible; dovecot.index.log is not there\",\"resync\"]]}\n"
	"{\"forecast\":{\"result\":\"ok\",\"messages\":1602,\"missing\":0,\"doubled\":0,\"moved\":"
	"0,"
	"\"flags_lost\":1204,\"uids_kept\":false,\"uidvalidity_kept\":false,\"text\":\"all 1,602 "
	"messages visible, the flags of 1,204 not known\"}}\n"
	"{\"checked\":{\"mailbox\":\"" JO "\",\"store\":\"" JO_STORE "\",\"driver\":\"mdbox\","
	"\"layout\":\"fs\",\"path\":\"/srv/mail/jo\",\"ok\":false,\"depth\":2,\"stored\":1602,"
	"\"visible\":398,\"sessions\":2,\"seconds\":0.4}}";

static const char chen_damaged[] =
	"{\"folders\":[[\"INBOX\",12,null,12,1500000000,13,\"dd\"]]}\n"
	"{\"findings\":[[\"access\",\"INBOX\",\"map-lost\",\"the map of 12 messages is not there\","
	"\"resync\"]]}\n"
	"{\"forecast\":{\"result\":\"ok\",\"messages\":12,\"missing\":0,\"doubled\":0,\"moved\":0,"
	"\"flags_lost\":0,\"uids_kept\":true,\"uidvalidity_kept\":true,\"text\":\"all 12 messages "
	"visible\"}}\n"
	"{\"checked\":{\"mailbox\":\"" CHEN "\",\"store\":\"" CHEN_STORE "\",\"driver\":\"mdbox\","
	"\"layout\":\"fs\",\"path\":\"/srv/mail/chen\",\"ok\":false,\"depth\":2,\"stored\":12,"
	"\"visible\":0,\"sessions\":0,\"seconds\":0.1}}";

static const char reports_healthy[] =
	"{\"folders\":[[\"INBOX\",5,5,5,1500000000,6,\"ee\"]]}\n"
	"{\"checked\":{\"mailbox\":\"reports@example.org\",\"store\":\"x\",\"driver\":\"mdbox\","
	"\"layout\":\"fs\",\"path\":\"/srv/mail/reports\",\"ok\":true,\"depth\":2,\"stored\":5,"
	"\"visible\":5,\"sessions\":1,\"seconds\":0.1}}";

static const char jo_unreadable[] =
	"{\"findings\":[[\"access\",\"INBOX\",\"not-readable\",\"storage/m.1 belongs to root\","
	"\"resync\"]]}\n"
	"{\"forecast\":{\"result\":\"refused\",\"text\":\"give storage/m.1 back to its owner: "
	"chown "
	"vmail storage/m.1\"}}\n"
	"{\"checked\":{\"mailbox\":\"" JO "\",\"store\":\"" JO_STORE "\",\"driver\":\"mdbox\","
	"\"layout\":\"fs\",\"path\":\"/srv/mail/jo\",\"ok\":false,\"depth\":2,\"stored\":1602,"
	"\"visible\":398,\"sessions\":2,\"seconds\":0.4}}";

/* HOST takes jobs; the sequence of its journal. */
static UNUSED void says_takes(struct scene *scene, const char *host, int last)
{
	uint64_t asked = 0;
	char line[40];

	vec_each(&scene->commands, command)
		if (command->kind == COMMAND_JOB && command->host == scene_host(scene, host) &&
			strcmp(command->text, "jobs\n") == 0)
			asked = command->prompt;
	assert_int_not_equal(asked, 0);
	snprintf(line, sizeof(line), "{\"end\":%d}", last);
	says_job(scene, host, asked, line, true, NULL);
}

/* Jo's page; `R`; hosts and check say that a resync is right: its plan is on screen. */
static UNUSED void plan_for_jo(struct scene *scene)
{
	drive(scene, "/jo<Enter><Enter>R");
	says_store(scene, "mail07", JO, NULL);
	says_store(scene, "mail03", JO, JO_STORE);
	says_check(scene, "mail03", jo_damaged);
	says_takes(scene, "mail03", 0);
	scene_tick(scene, 500);
}

/* Jo, Chen and the healthy one are marked and planned. */
static UNUSED void plan_for_three(struct scene *scene)
{
	drive(scene, "*R");
	says_store(scene, "mail07", JO, NULL);
	says_store(scene, "mail03", JO, JO_STORE);
	says_store(scene, "mail07", CHEN, CHEN_STORE);
	says_store(scene, "mail03", CHEN, NULL);
	says_store(scene, "mail03", "reports@example.org",
		"11111111-2222-3333-4444-555555555555:8:1/srv/mail/reports");
	says_store(scene, "mail07", "reports@example.org", NULL);
	says_check(scene, "mail07", chen_damaged);
	says_check(scene, "mail03", reports_healthy);
	says_check(scene, "mail03", jo_damaged);
	says_takes(scene, "mail03", 0);
	says_takes(scene, "mail07", 0);
	scene_tick(scene, 500);
}

/* The first command of a kind; NULL: there is none. */
static UNUSED const struct command *command_of(const struct scene *scene, enum command_kind kind)
{
	vec_each(&scene->commands, command)
		if (command->kind == kind)
			return command;
	return NULL;
}

#endif
