/* SPDX-License-Identifier: MIT */
/* The fleet: samples as an agent writes them go in, figures come out. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/base/mem.h"
#include "core/fleet.h"

static struct config config;
static struct fleet *fleet;
static struct store_wants wants;

static int begin(void **state)
{
	static const char text[] = "{\"hosts\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"}],"
				   "\"interval_ms\":1000}";
	static const struct config_places places = { "/home/x", NULL, NULL };

	(void)state;
	assert_true(config_parse(&config, "c", text, strlen(text), &places, NULL, NULL));
	fleet = fleet_new(&config);
	return 0;
}

static int end(void **state)
{
	(void)state;
	fleet_free(fleet);
	config_release(&config);
	vec_release(&wants);
	return 0;
}

static void apply(struct message *message, int64_t at_ms)
{
	message->at_ms = at_ms;
	message->wall_s = 1000000 + at_ms / 1000;
	fleet_apply(fleet, message, &wants);
	message_free(message);
}

static void say_link(uint32_t host, enum link_state state, const char *text, int64_t at_ms)
{
	struct message *message = message_new(MESSAGE_LINK, host);

	message->link.state = state;
	message->link.text = mem_text(text);
	apply(message, at_ms);
}

/* Lines with single quotes for the double ones, to be readable here. */
static void say_sample(uint32_t host, int64_t at_ms, const char *lines)
{
	struct message *message = message_new(MESSAGE_SAMPLE, host);
	struct err err = { 0 };
	char *text = mem_text(lines), *line = text, *next;

	message->sample = sample_new();
	message->sample->asked_ms = at_ms;
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	for (; *line; line = next) {
		next = strchr(line, '\n');
		if (!sample_feed(message->sample, line, (size_t)(next++ - line), &err))
			fail_msg("%s", err.text);
	}
	free(text);
	apply(message, at_ms);
}

static void say_stores(uint32_t host, const char *name, const char *id, int64_t at_ms)
{
	struct message *message = message_new(MESSAGE_STORES, host);

	*vec_add(&message->stores) = (struct store_seen){ .mailbox = mem_text(name),
		.id = mem_text(id), .error = id ? NULL : mem_text("no such user") };
	apply(message, at_ms);
}

static void tick(int64_t at_ms)
{
	apply(message_new(MESSAGE_TICK, 0), at_ms);
}

static const struct host *host_of(uint32_t index)
{
	return &fleet->hosts.items[index];
}

static const struct mailbox_row *row_of(const char *name, uint32_t host)
{
	uint32_t row = mailboxes_find(fleet->mailboxes, name, host);

	if (row == ROW_NONE)
		fail_msg("no row for %s on %u", name, host);
	return mailboxes_row(fleet->mailboxes, row);
}

static const struct session *session_of(uint32_t host, uint64_t id)
{
	static const struct session none;

	vec_each(&host_of(host)->sessions, session)
		if (session->id == id)
			return session;
	fail_msg("no session %llu", (unsigned long long)id);
	return &none;
}

static void sessions_come_and_go(void **state)
{
	(void)state;
	say_link(0, LINK_UP, NULL, 1000);
	say_sample(0, 2000,
		"{'sample':{'seq':1,'full':true,'uptime':100,'load':[1.5,1,0.5],'cpu':[10,1,100]}}\n"
		"{'add':[[1,'x@a','imap','10.0.0.1',11],[2,'x@a','imap','10.0.0.2',12],[3,'y@a','pop3','',13]]}\n"
		"{'end':1}\n");
	assert_int_equal(host_of(0)->sessions.count, 3);
	assert_int_equal(host_of(0)->counts.imap, 2);
	assert_int_equal(host_of(0)->counts.pop3, 1);
	assert_int_equal(row_of("x@a", 0)->imap, 2);
	assert_int_equal(row_of("x@a", 0)->addresses, 2);
	assert_int_equal(row_of("y@a", 0)->addresses, 0);
	assert_int_equal(fleet->totals.counts.imap, 2);
	assert_int_equal(fleet->totals.up, 1);
	assert_true(host_of(0)->load[0] == 1.5);
	say_sample(0, 3000,
		"{'sample':{'seq':2,'uptime':101,'load':[1,1,1],'cpu':[60,11,200]}}\n"
		"{'add':[[4,'z@a','lmtp','10.0.0.1',14],[5,'z@a','managesieve','10.0.0.1',15]]}\n"
		"{'gone':[1,999]}\n{'end':2}\n");
	assert_int_equal(host_of(0)->sessions.count, 4);
	assert_int_equal(row_of("x@a", 0)->imap, 1);
	assert_int_equal(row_of("z@a", 0)->lmtp, 1);
	assert_int_equal(row_of("z@a", 0)->other, 1);
	assert_int_equal(row_of("z@a", 0)->addresses, 1);
	assert_true(host_of(0)->cpu_percent == 50 && host_of(0)->iowait_percent == 10);
	assert_int_equal(session_of(0, 2)->since_ms, 2000);
	assert_true(mailboxes_asked(fleet->mailboxes, mailboxes_find(fleet->mailboxes, "y@a", 0)) == 3000);
}

static void rates_need_two_looks(void **state)
{
	(void)state;
	say_link(0, LINK_UP, NULL, 1000);
	say_sample(0, 2000,
		"{'sample':{'seq':1,'full':true,'uptime':100,'load':[0,0,0],'cpu':[0,0,0]}}\n"
		"{'add':[[1,'x@a','imap','',11],[2,'y@a','imap','',12]]}\n"
		"{'use':[[11,500,1000,null,0],[12,100,0,0,0]]}\n{'end':1}\n");
	assert_true(isnan(session_of(0, 1)->cpu_percent));
	assert_true(isnan(row_of("x@a", 0)->cpu_percent));
	say_sample(0, 4000,
		"{'sample':{'seq':2,'uptime':102,'load':[0,0,0],'cpu':[0,0,0]}}\n"
		"{'use':[[11,600,5000,null,2]]}\n{'end':2}\n");
	assert_true(session_of(0, 1)->cpu_percent == 50);
	assert_true(session_of(0, 1)->read_bps == 2000);
	assert_true(isnan(session_of(0, 1)->write_bps));
	assert_true(row_of("x@a", 0)->cpu_percent == 50);
	/* It was looked at and did not move. */
	assert_true(row_of("y@a", 0)->cpu_percent == 0);
	say_sample(0, 6000, "{'sample':{'seq':3,'uptime':104,'load':[0,0,0],'cpu':[0,0,0]}}\n{'end':3}\n");
	assert_true(row_of("x@a", 0)->cpu_percent == 0 && row_of("x@a", 0)->read_bps == 0);
	assert_true(isnan(row_of("x@a", 0)->write_bps));
	/* The agent says over how long. */
	say_sample(0, 8000,
		"{'sample':{'seq':4,'uptime':106,'load':[0,0,0],'cpu':[0,0,0]}}\n"
		"{'use':[[12,200,0,0,10]]}\n{'end':4}\n");
	assert_true(row_of("y@a", 0)->cpu_percent == 10);
	/* A number used again begins anew. */
	say_sample(0, 9000,
		"{'sample':{'seq':5,'uptime':107,'load':[0,0,0],'cpu':[0,0,0]}}\n"
		"{'gone':[2]}\n{'add':[[3,'y@a','imap','',12]]}\n{'use':[[12,5,0,0,0]]}\n{'end':5}\n");
	assert_true(isnan(row_of("y@a", 0)->cpu_percent));
}

static void processes_are_shared_fairly(void **state)
{
	(void)state;
	say_link(0, LINK_UP, NULL, 1000);
	say_sample(0, 2000,
		"{'sample':{'seq':1,'full':true,'uptime':100,'load':[0,0,0],'cpu':[0,0,0]}}\n"
		"{'add':[[1,'x@a','imap','',11],[2,'x@a','imap','',11],[3,'y@a','imap','',11],[4,'z@a','imap','',12],"
		"[5,'z@a','imap','',12]]}\n"
		"{'use':[[11,0,0,0,0],[12,0,0,0,0]]}\n{'end':1}\n");
	say_sample(0, 3000,
		"{'sample':{'seq':2,'uptime':101,'load':[0,0,0],'cpu':[0,0,0]}}\n"
		"{'use':[[11,60,0,0,1],[12,40,0,0,1]]}\n{'end':2}\n");
	assert_true(session_of(0, 1)->shared && session_of(0, 3)->shared);
	assert_false(session_of(0, 4)->shared);
	assert_true(session_of(0, 1)->cpu_percent == 60);
	assert_true(fabsf(row_of("x@a", 0)->cpu_percent - 40) < 0.01f);
	assert_true(fabsf(row_of("y@a", 0)->cpu_percent - 20) < 0.01f);
	/* One mailbox twice in its own process uses it once. */
	assert_true(row_of("z@a", 0)->cpu_percent == 40);
	say_sample(0, 4000,
		"{'sample':{'seq':3,'uptime':102,'load':[0,0,0],'cpu':[0,0,0]}}\n{'gone':[3]}\n{'end':3}\n");
	assert_false(session_of(0, 1)->shared);
}

static void a_full_sample_forgets_the_rest(void **state)
{
	(void)state;
	say_link(0, LINK_UP, NULL, 1000);
	say_sample(0, 2000,
		"{'sample':{'seq':1,'full':true,'uptime':100,'load':[0,0,0],'cpu':[0,0,0]}}\n"
		"{'add':[[1,'x@a','imap','1.1.1.1',11],[2,'y@a','imap','',12],[3,'z@a','pop3','',13]]}\n"
		"{'use':[[11,0,0,0,0]]}\n{'services':[['imap',9,10]]}\n{'problems':[['log','l','m']]}\n{'end':1}\n");
	assert_int_equal(host_of(0)->services.count, 1);
	assert_int_equal(host_of(0)->problems.count, 1);
	/* Another run of the agent: other numbers, the same sessions but one. */
	say_sample(0, 5000,
		"{'sample':{'seq':1,'full':true,'uptime':103,'load':[0,0,0],'cpu':[0,0,0]}}\n"
		"{'add':[[2,'x@a','imap','1.1.1.1',11],[1,'z@a','pop3','',13],[7,'w@a','imap','',17]]}\n"
		"{'use':[[11,30,0,0,0]]}\n{'end':1}\n");
	assert_int_equal(host_of(0)->sessions.count, 3);
	assert_int_equal(session_of(0, 2)->since_ms, 2000);
	assert_string_equal(session_of(0, 2)->address, "1.1.1.1");
	assert_int_equal(session_of(0, 1)->since_ms, 2000);
	assert_int_equal(session_of(0, 7)->since_ms, 5000);
	assert_int_equal(row_of("y@a", 0)->imap, 0);
	assert_int_equal(row_of("x@a", 0)->imap, 1);
	assert_int_equal(host_of(0)->counts.imap, 2);
	assert_int_equal(host_of(0)->services.count, 0);
	assert_int_equal(host_of(0)->problems.count, 0);
	/* An empty one leaves nothing. */
	say_sample(0, 6000,
		"{'sample':{'seq':2,'full':true,'uptime':104,'load':[0,0,0],'cpu':[0,0,0]}}\n{'end':2}\n");
	assert_int_equal(host_of(0)->sessions.count, 0);
	assert_int_equal(host_of(0)->counts.imap + host_of(0)->counts.pop3, 0);
}

static void deliveries_are_per_minute(void **state)
{
	(void)state;
	say_link(0, LINK_UP, NULL, 1000);
	say_sample(0, 2000,
		"{'sample':{'seq':1,'full':true,'uptime':100,'load':[0,0,0],'cpu':[0,0,0]}}\n"
		"{'add':[[1,'y@a','imap','',11]]}\n{'end':1}\n");
	assert_true(isnan(row_of("y@a", 0)->deliveries_per_minute));
	assert_true(isnan(host_of(0)->logins_per_minute));
	say_sample(0, 3000,
		"{'sample':{'seq':2,'uptime':101,'load':[0,0,0],'cpu':[0,0,0]}}\n"
		"{'rates':{'seconds':10,'logins':5,'failures':null,'deliveries':3}}\n"
		"{'delivered':[['x@a',2],['w@a',1]]}\n{'end':2}\n");
	assert_true(host_of(0)->logins_per_minute == 30);
	assert_true(isnan(host_of(0)->failures_per_minute));
	assert_true(row_of("x@a", 0)->deliveries_per_minute == 12);
	assert_true(row_of("y@a", 0)->deliveries_per_minute == 0);
	assert_true(fleet->totals.logins_per_minute == 30);
	assert_true(isnan(fleet->totals.failures_per_minute));
	/* No word about rates: they stay. */
	say_sample(0, 4000, "{'sample':{'seq':3,'uptime':102,'load':[0,0,0],'cpu':[0,0,0]}}\n{'end':3}\n");
	assert_true(row_of("x@a", 0)->deliveries_per_minute == 12);
	say_sample(0, 5000,
		"{'sample':{'seq':4,'uptime':103,'load':[0,0,0],'cpu':[0,0,0]}}\n"
		"{'rates':{'seconds':10,'logins':0,'failures':0,'deliveries':1}}\n"
		"{'delivered':[['w@a',1]]}\n{'end':4}\n");
	assert_true(row_of("x@a", 0)->deliveries_per_minute == 0);
	assert_true(row_of("w@a", 0)->deliveries_per_minute == 6);
}

static void a_host_that_goes_away_leaves_the_totals(void **state)
{
	char text[32];

	(void)state;
	for (uint32_t host = 0; host < 2; host++) {
		say_link(host, LINK_UP, NULL, 1000);
		say_sample(host, 2000,
			"{'sample':{'seq':1,'full':true,'uptime':100,'load':[0,0,0],'cpu':[0,0,0]}}\n"
			"{'add':[[1,'x@a','imap','',11]]}\n{'queue':{'total':7}}\n{'end':1}\n");
	}
	assert_int_equal(fleet->totals.counts.imap, 2);
	assert_int_equal(fleet->totals.queue, 14);
	say_link(0, LINK_AWAY, "connection timed out", 3000);
	assert_int_equal(fleet->totals.counts.imap, 1);
	assert_int_equal(fleet->totals.up, 1);
	assert_int_equal(fleet->totals.away, 1);
	/* Its own figures stay, with their age, while it is tried again. */
	assert_int_equal(host_of(0)->counts.imap, 1);
	assert_int_equal(row_of("x@a", 0)->imap, 1);
	say_link(0, LINK_CONNECTING, NULL, 4000);
	assert_string_equal(host_of(0)->link_text, "connection timed out");
	assert_string_equal(host_state(host_of(0), &config, 63000, text), "away 60s");
	assert_int_equal(fleet->totals.away, 1);
	/* The other one says nothing any more; only time passes. */
	tick(4900);
	assert_int_equal(fleet->totals.counts.imap, 1);
	tick(5300);
	assert_int_equal(fleet->totals.counts.imap, 0);
	assert_int_equal(fleet->totals.up, 0);
	assert_true(host_stale(host_of(1), &config, 5300));
	assert_string_equal(host_state(host_of(1), &config, 14000, text), "stale 12s");
	say_link(0, LINK_UP, NULL, 6000);
	assert_int_equal(fleet->totals.away, 0);
	assert_int_equal(host_of(0)->samples, 0);
	assert_string_equal(host_state(host_of(0), &config, 6000, text), "stale 4s");
	say_sample(0, 6500,
		"{'sample':{'seq':1,'full':true,'uptime':104,'load':[0,0,0],'cpu':[0,0,0]}}\n"
		"{'add':[[1,'x@a','imap','',11]]}\n{'end':1}\n");
	assert_int_equal(fleet->totals.counts.imap, 1);
	assert_string_equal(host_state(host_of(0), &config, 6600, text), "ok");
}

static void one_store_is_one_mailbox(void **state)
{
	uint32_t row;

	(void)state;
	for (uint32_t host = 0; host < 2; host++) {
		say_link(host, LINK_UP, NULL, 1000);
		say_sample(host, 2000,
			"{'sample':{'seq':1,'full':true,'uptime':100,'load':[0,0,0],'cpu':[0,0,0]}}\n"
			"{'add':[[1,'x@a','imap','1.1.1.1',11]]}\n{'end':1}\n");
	}
	assert_int_equal(wants.count, 2);
	assert_int_equal(wants.items[1].host, 1);
	assert_string_equal(mailboxes_name(fleet->mailboxes, wants.items[0].name), "x@a");
	say_stores(0, "x@a", "nfs:s/x", 2500);
	say_stores(1, "x@a", "nfs:s/x", 2600);
	assert_int_equal(mailboxes_live(fleet->mailboxes), 1);
	assert_int_equal(row_of("x@a", 0)->imap, 2);
	assert_int_equal(row_of("x@a", 0)->addresses, 1);
	/* Sessions know their row after it merged, and further samples go there. */
	row = mailboxes_find(fleet->mailboxes, "x@a", 0);
	assert_int_equal(session_of(1, 1)->row, row);
	say_sample(1, 3000,
		"{'sample':{'seq':2,'uptime':101,'load':[0,0,0],'cpu':[0,0,0]}}\n"
		"{'add':[[2,'x@a','imap','2.2.2.2',12]]}\n{'end':2}\n");
	assert_int_equal(session_of(1, 2)->row, row);
	assert_int_equal(row_of("x@a", 0)->imap, 3);
	assert_int_equal(row_of("x@a", 0)->addresses, 2);
	assert_int_equal(wants.count, 2);
	/* An answer nobody asked for makes no mailbox. */
	say_stores(2, "nobody@a", "s", 4000);
	assert_int_equal(mailboxes_first(fleet->mailboxes, "nobody@a"), ROW_NONE);
}

static void stores_are_asked_for_in_turn(void **state)
{
	struct message *message;
	char name[32];

	(void)state;
	say_link(0, LINK_UP, NULL, 1000);
	message = message_new(MESSAGE_SAMPLE, 0);
	message->sample = sample_new();
	message->sample->full = true;
	for (uint64_t i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "u%llu@a", (unsigned long long)i);
		*vec_add(&message->sample->add) = (struct sample_session){ i, mem_text(name),
			mem_text("imap"), mem_text(""), (int32_t)i + 1 };
	}
	apply(message, 2000);
	assert_int_equal(wants.count, 200);
	tick(2500);
	assert_int_equal(wants.count, 200);
	/* The link is lost: those are asked for again. */
	say_link(0, LINK_AWAY, NULL, 3000);
	say_link(0, LINK_UP, NULL, 4000);
	assert_int_equal(wants.count, 400);
	assert_int_equal(wants.items[200].name, wants.items[0].name);
	/* Errors are answers, too. */
	for (size_t i = 200; i < 400; i++)
		say_stores(0, mailboxes_name(fleet->mailboxes, wants.items[i].name), NULL, 5000);
	assert_int_equal(wants.count, 600);
	/* No answer for a minute: the next ones. */
	say_sample(0, 70000,
		"{'sample':{'seq':2,'uptime':101,'load':[0,0,0],'cpu':[0,0,0]}}\n{'end':2}\n");
	assert_int_equal(wants.count, 700);
	assert_string_equal(mailboxes_name(fleet->mailboxes, wants.items[699].name), "u499@a");
}

static void names_that_two_hosts_know_are_asked_for(void **state)
{
	struct message *message;

	(void)state;
	for (uint32_t host = 0; host < 2; host++) {
		say_link(host, LINK_UP, NULL, 1000);
		message = message_new(MESSAGE_NAMES, host);
		*vec_add(&message->names) = mem_text("x@a");
		*vec_add(&message->names) = mem_text(host ? "only1@a" : "only0@a");
		apply(message, 2000);
		assert_int_equal(row_of("x@a", host)->imap, 0);
	}
	tick(2300);
	say_sample(0, 2500, "{'sample':{'seq':1,'uptime':1,'load':[0,0,0],'cpu':[0,0,0]}}\n{'end':1}\n");
	assert_int_equal(wants.count, 2);
	assert_string_equal(mailboxes_name(fleet->mailboxes, wants.items[0].name), "x@a");
	assert_int_not_equal(wants.items[0].host, wants.items[1].host);
}

static void a_reboot_begins_anew(void **state)
{
	struct message *message;

	(void)state;
	for (int run = 0; run < 2; run++) {
		message = message_new(MESSAGE_HELLO, 0);
		message->hello.boot = mem_text(run ? "second" : "first");
		message->hello.clock_s = run ? 1000090 : 1000003;
		say_link(0, LINK_UP, NULL, 1000);
		apply(message, 1000);
		assert_int_equal(host_of(0)->clock_off_s, run ? 89 : 0);
		say_sample(0, 2000 + run * 1000,
			run ? "{'sample':{'seq':1,'full':true,'uptime':5,'load':[0,0,0],'cpu':[900,0,9000]}}\n"
			      "{'add':[[1,'x@a','imap','',11]]}\n{'use':[[11,900,0,0,1]]}\n{'end':1}\n" :
			      "{'sample':{'seq':1,'full':true,'uptime':100,'load':[0,0,0],'cpu':[1,0,10]}}\n"
			      "{'add':[[1,'x@a','imap','',11]]}\n{'use':[[11,800,0,0,0]]}\n{'end':1}\n");
	}
	assert_true(isnan(host_of(0)->cpu_percent));
	assert_true(isnan(row_of("x@a", 0)->cpu_percent));
	assert_string_equal(host_of(0)->boot, "second");
}

static void errors_are_kept_to_fifty(void **state)
{
	(void)state;
	say_link(0, LINK_UP, NULL, 1000);
	for (int i = 0; i < 12; i++) {
		char lines[400];

		snprintf(lines, sizeof(lines),
			"{'sample':{'seq':%d,'uptime':%d,'load':[0,0,0],'cpu':[0,0,0]}}\n"
			"{'errors':['e%d-0','e%d-1','e%d-2','e%d-3','e%d-4']}\n{'end':%d}\n",
			i, i, i, i, i, i, i, i);
		say_sample(0, 2000 + i * 1000, lines);
	}
	assert_int_equal(host_of(0)->errors.count, 50);
	assert_string_equal(host_of(0)->errors.items[0], "e2-0");
	assert_string_equal(host_of(0)->errors.items[49], "e11-4");
}

static void histories_are_rings(void **state)
{
	struct history history = { 0 };

	(void)state;
	assert_true(isnan(history_at(&history, 0)));
	for (unsigned i = 0; i < HISTORY + 5; i++)
		history_add(&history, (float)i);
	assert_true(history_at(&history, 0) == HISTORY + 4);
	assert_true(history_at(&history, HISTORY - 1) == 5);
	assert_true(isnan(history_at(&history, HISTORY)));
}

static void messages_from_nowhere_do_no_harm(void **state)
{
	(void)state;
	say_link(99, LINK_UP, NULL, 1000);
	say_sample(99, 2000, "{'sample':{'seq':1,'uptime':1,'load':[0,0,0],'cpu':[0,0,0]}}\n{'end':1}\n");
	assert_int_equal(fleet->totals.up, 0);
}

/* Random samples, full ones and runs of the agent among them, against a plain list. */
enum { TRUTH = 400 };

static void expect_truth(const uint32_t *name_of, const bool *there)
{
	uint32_t per_name[20] = { 0 }, count = 0;

	for (uint32_t id = 0; id < TRUTH; id++)
		if (there[id]) {
			per_name[name_of[id]]++;
			count++;
		}
	assert_int_equal(host_of(0)->sessions.count, count);
	assert_int_equal(host_of(0)->counts.imap, count);
	for (uint32_t name = 0; name < 20; name++) {
		char text[20];
		uint32_t row;

		snprintf(text, sizeof(text), "n%u@a", name);
		row = mailboxes_find(fleet->mailboxes, text, 0);
		assert_int_equal(
			row == ROW_NONE ? 0 : mailboxes_row(fleet->mailboxes, row)->imap, per_name[name]);
	}
}

static void any_history_of_sessions_adds_up(void **state)
{
	static uint32_t name_of[TRUTH];
	static bool there[TRUTH];
	uint32_t seed = 7;

	(void)state;
	memset(there, 0, sizeof(there));
	say_link(0, LINK_UP, NULL, 1000);
	for (int round = 0; round < 400; round++) {
		struct message *message = message_new(MESSAGE_SAMPLE, 0);
		struct sample *sample = message->sample = sample_new();

		sample->full = round % 13 == 0;
		for (uint32_t id = 0; id < TRUTH; id++) {
			char name[20];
			bool was = there[id];

			seed = seed * 1664525 + 1013904223;
			if (seed >> 30 == 0)
				there[id] = !was;
			if (was && !there[id] && !sample->full)
				*vec_add(&sample->gone) = id;
			if (!there[id] || (was && !sample->full))
				continue;
			if (!was)
				name_of[id] = (seed >> 10) % 20;
			snprintf(name, sizeof(name), "n%u@a", name_of[id]);
			*vec_add(&sample->add) = (struct sample_session){ id, mem_text(name),
				mem_text("imap"), mem_text("1.1.1.1"), (int32_t)(id % 37) + 1 };
			*vec_add(&sample->use) = (struct sample_use){ (int32_t)(id % 37) + 1,
				(uint64_t)round * 10, 0, 0, 1 };
		}
		apply(message, 2000 + round * 100);
		expect_truth(name_of, there);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sessions_come_and_go, begin, end),
		cmocka_unit_test_setup_teardown(rates_need_two_looks, begin, end),
		cmocka_unit_test_setup_teardown(processes_are_shared_fairly, begin, end),
		cmocka_unit_test_setup_teardown(a_full_sample_forgets_the_rest, begin, end),
		cmocka_unit_test_setup_teardown(deliveries_are_per_minute, begin, end),
		cmocka_unit_test_setup_teardown(a_host_that_goes_away_leaves_the_totals, begin, end),
		cmocka_unit_test_setup_teardown(one_store_is_one_mailbox, begin, end),
		cmocka_unit_test_setup_teardown(stores_are_asked_for_in_turn, begin, end),
		cmocka_unit_test_setup_teardown(names_that_two_hosts_know_are_asked_for, begin, end),
		cmocka_unit_test_setup_teardown(a_reboot_begins_anew, begin, end),
		cmocka_unit_test_setup_teardown(errors_are_kept_to_fifty, begin, end),
		cmocka_unit_test_setup_teardown(messages_from_nowhere_do_no_harm, begin, end),
		cmocka_unit_test_setup_teardown(any_history_of_sessions_adds_up, begin, end),
		cmocka_unit_test(histories_are_rings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
