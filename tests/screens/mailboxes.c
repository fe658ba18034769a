/* SPDX-License-Identifier: MIT */
/* The Mailboxes screen and the page of one mailbox. */
#include "tests/screens/scene.h"

static const char sample_head[] =
	"\"full\":true,\"uptime\":5000,\"load\":[1.0,1.0,1.0],\"cpu\":[1000,100,3000]";
static const char next_head[] = "\"uptime\":5002,\"load\":[1.0,1.0,1.0],\"cpu\":[1100,100,3200]";

static const char first[] = "{\"facts\":{\"hostname\":\"mail03\",\"cores\":8,\"hz\":100}}\n"
			    "{\"add\":[[1,\"reports@example.org\",\"imap\",\"198.51.100.7\",101],"
			    "[2,\"reports@example.org\",\"imap\",\"198.51.100.8\",102],"
			    "[3,\"reports@example.org\",\"pop3\",\"198.51.100.9\",103],"
			    "[4,\"jo.martin@example.org\",\"imap\",\"198.51.100.7\",104],"
			    "[5,\"jo.martin@example.org\",\"imap\",\"203.0.113.24\",105],"
			    "[6,\"a.very.long.name.that.does.not.fit@example.org\",\"imap\",\"2001:"
			    "db8::1234:5678\",106]]}\n"
			    "{\"use\":[[101,100,0,0,0],[102,100,0,0,0],[103,50,0,0,0],[104,10,1000,"
			    "1000,0],[105,10,0,0,0],[106,0,null,null,0]]}";
static const char second[] =
	"{\"use\":[[101,160,8200000,440000,2.0],[104,16,20000,6000,2.0],[105,32,1800000,0,2.0]]}\n"
	"{\"rates\":{\"seconds\":60.0,\"logins\":10,\"failures\":0,\"deliveries\":1250}}\n"
	"{\"delivered\":[[\"reports@example.org\",1240],[\"jo.martin@example.org\",2]]}";
static const char other[] = "{\"facts\":{\"hostname\":\"mail07\",\"cores\":8,\"hz\":100}}\n"
			    "{\"add\":[[1,\"sales@example.org\",\"imap\",\"198.51.100.9\",201],[2,"
			    "\"w.chen@example.net\",\"pop3\",\"198.51.100.10\",202]]}\n"
			    "{\"use\":[[201,100,0,0,0],[202,100,0,0,0]]}";

static int set_up_with(void **state, bool ascii)
{
	static struct scene scene;

	scene_start(&scene, "mail03 mail07", ascii, false);
	scene_link(&scene, "mail03", LINK_UP, NULL, 0);
	scene_link(&scene, "mail07", LINK_UP, NULL, 0);
	scene_sample(&scene, "mail07", sample_head, other);
	scene_sample(&scene, "mail03", sample_head, first);
	scene_tick(&scene, 2000);
	scene_sample(&scene, "mail03", next_head, second);
	scene_sample(&scene, "mail07", next_head, "{\"use\":[[201,108,120000,0,2.0]]}");
	scene_tick(&scene, 500);
	drive(&scene, "2");
	scene_tick(&scene, 500);
	scene_forget(&scene);
	*state = &scene;
	return 0;
}

static int set_up(void **state)
{
	return set_up_with(state, false);
}

static int set_up_ascii(void **state)
{
	return set_up_with(state, true);
}

static int tear_down(void **state)
{
	scene_end(*state);
	return 0;
}

static void a_row_a_mailbox(void **state)
{
	struct scene *scene = *state;

	golden(scene, "mailboxes_80x24");
	scene_size(scene, 43, 132);
	golden(scene, "mailboxes_132x43");
	scene_size(scene, 10, 40);
	golden(scene, "mailboxes_40x10");
}

static void in_ascii(void **state)
{
	golden(*state, "mailboxes_ascii");
}

static void finds_a_mailbox_in_one_step(void **state)
{
	struct scene *scene = *state;

	drive(scene, "/chen");
	assert_true(shows(scene, "1 of 5"));
	drive(scene, "<Enter><Enter>");
	golden(scene, "mailbox_other");
	drive(scene, "q");
	assert_true(shows(scene, "filter: chen"));
	drive(scene, "q");
	assert_true(shows(scene, "5 mailboxes"));
	drive(scene, "/[<Enter>");
	assert_true(shows(scene, "the filter is wrong"));
	drive(scene, "<Esc>/nobody<Enter>");
	golden(scene, "mailboxes_none");
}

static void the_row_is_held_by_its_name(void **state)
{
	struct scene *scene = *state;

	drive(scene, "jj<Space>k");
	golden(scene, "mailboxes_marked");
	assert_true(shows(scene, ">•sales@example.org"));
	scene_sample(scene, "mail07", next_head, "{\"use\":[[201,908,120000,0,2.0]]}");
	scene_tick(scene, 1000);
	assert_true(shows(scene, ">•sales@example.org"));
	drive(scene, "g");
	assert_true(shows(scene, ">•sales@example.org") == false);
	drive(scene, "r");
	assert_true(shows(scene, ">•sales@example.org"));
}

static void sorts_by_every_column(void **state)
{
	static const char *const names[] = { "read ↓", "write ↓", "in ↓", "age ↓", "mailbox ↑",
		"host ↑", "imap ↓", "pop ↓", "addr ↓", "cpu ↓" };
	struct scene *scene = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		drive(scene, "s");
		assert_true(shows(scene, names[i]));
	}
	drive(scene, "S");
	assert_true(shows(scene, "cpu ↑"));
}

static void opens_the_mailbox(void **state)
{
	struct scene *scene = *state;

	drive(scene, "/reports<Enter><Enter>");
	scene_tick(scene, 2000);
	golden(scene, "mailbox_80x24");
	scene_size(scene, 43, 132);
	golden(scene, "mailbox_132x43");
	scene_size(scene, 10, 40);
	golden(scene, "mailbox_40x10");
	drive(scene, "G<Enter>");
	scene_size(scene, 24, 80);
	assert_true(shows(scene, "mail03"));
	drive(scene, "<Space>");
	assert_true(shows(scene, "is for lists"));
}

static void old_figures_are_never_shown_as_live(void **state)
{
	struct scene *scene = *state;

	scene_tick(scene, 20000);
	assert_true(shows(scene, "stale 2"));
	scene_link(scene, "mail03", LINK_AWAY, "connection reset", 5000);
	scene_tick(scene, 70000);
	assert_true(shows(scene, "away 70s"));
	golden(scene, "mailboxes_stale");
}

static void seen_in_store(struct scene *scene, const char *host, const char *mailbox)
{
	struct message *message = message_new(MESSAGE_STORES, scene_host(scene, host));
	struct store_seen *seen = vec_add(&message->stores);

	seen->mailbox = mem_text(mailbox);
	seen->id = mem_text("nfs4:filer:/export/mail/jo");
	seen->path = mem_text("/srv/mail/jo");
	seen->there = true;
	scene_send(scene, message);
}

static void a_mailbox_on_two_hosts_is_one_row(void **state)
{
	struct scene *scene = *state;

	scene_sample(scene, "mail07", next_head,
		"{\"add\":[[9,\"jo.martin@example.org\",\"imap\",\"198.51.100.9\",209]]}");
	drive(scene, "r/jo<Enter>");
	assert_true(shows(scene, "2 of 6"));
	drive(scene, "*j");
	assert_true(shows(scene, "2 marked"));
	seen_in_store(scene, "mail03", "jo.martin@example.org");
	seen_in_store(scene, "mail07", "jo.martin@example.org");
	drive(scene, "r");
	scene_tick(scene, 100);
	assert_true(shows(scene, "1 of 5"));
	assert_true(shows(scene, "mail03 +1"));
	assert_true(shows(scene, ">•jo.martin@example.org"));
	assert_false(shows(scene, "2 marked"));
	drive(scene, "<Enter>");
	golden(scene, "mailbox_two_hosts");
	scene_tick(scene, 500);
	scene_sample(scene, "mail03", next_head, "");
	drive(scene, "q");
	scene_tick(scene, 6000);
	assert_true(shows(scene, "stale 6s")); /* mail07 is silent, if mail03 is not */
}

static void hostile_names(void **state)
{
	static const char *const names[] = { "with space@example.org", "\"quoted\"@example.org",
		"$(reboot)@example.org", "new\nline@example.org", "\x1b[2Jclear@example.org",
		"\xff\xfe@example.org", "日本語の長い名前の利用者@example.jp",
		"e\xCC\x81te\xCC\x81@example.fr", "u\xE2\x80\xAEgro.elpmaxe@x", "",
		"👩‍👩‍👧@example.org" };
	struct scene *scene = *state;
	struct message *message = message_new(MESSAGE_NAMES, 0);
	struct str dump = { 0 };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		*vec_add(&message->names) = mem_text(names[i]);
	scene_send(scene, message);
	drive(scene, "ssssssssss/!martin|sales|report|chen|very<Enter>");
	golden(scene, "mailboxes_hostile");
	scene_dump(scene, &dump);
	for (size_t i = 0; i < dump.len; i++)
		assert_true((unsigned char)dump.data[i] >= 32 || dump.data[i] == '\n');
	str_release(&dump);
	drive(scene, "jjj<Enter>");
	golden(scene, "mailbox_hostile");
}

static void an_empty_table_is_a_sentence(void **state)
{
	struct scene scene;

	(void)state;
	scene_start(&scene, "mail03", false, false);
	drive(&scene, "2");
	scene_tick(&scene, 1000);
	assert_true(shows(&scene, "No host is connected yet; 1 shows why."));
	drive(&scene, "<Enter>");
	assert_true(shows(&scene, "no mailbox is shown"));
	drive(&scene, "jGk<Space>*u");
	scene_link(&scene, "mail03", LINK_UP, NULL, 0);
	scene_sample(&scene, "mail03", sample_head, "");
	scene_tick(&scene, 1000);
	assert_true(shows(&scene, "No mailbox has a session now"));
	assert_no_commands(&scene);
	scene_end(&scene);
}

static void many_rows_come_in_slices(void **state)
{
	struct scene *scene = *state;
	struct message *message;

	for (int i = 0; i < 300; i++) {
		message = message_new(MESSAGE_NAMES, 0);
		for (int j = 0; j < 500; j++) {
			char name[64];

			snprintf(name, sizeof(name), "user%06d@example.org", i * 500 + j);
			*vec_add(&message->names) = mem_text(name);
		}
		scene_send(scene, message);
	}
	message = message_new(MESSAGE_KEY, 0);
	message->key = 's';
	drive(scene, "r");
	assert_true(shows(scene, "150,005 mailboxes"));
	scene_send(scene, message);
	assert_true(app_busy(scene->app));
	assert_true(shows(scene, "sorting "));
	/* The next key cuts it off and is answered. */
	message = message_new(MESSAGE_KEY, 0);
	message->key = '?';
	scene_send(scene, message);
	assert_true(shows(scene, "Help for Mailboxes"));
	drive(scene, "q/0009[0-4]<Enter>");
	assert_true(shows(scene, "60 of 150,005"));
	drive(scene, "*");
	assert_true(shows(scene, "60 marked"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_row_a_mailbox, set_up, tear_down),
		cmocka_unit_test_setup_teardown(in_ascii, set_up_ascii, tear_down),
		cmocka_unit_test_setup_teardown(finds_a_mailbox_in_one_step, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_row_is_held_by_its_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sorts_by_every_column, set_up, tear_down),
		cmocka_unit_test_setup_teardown(opens_the_mailbox, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			old_figures_are_never_shown_as_live, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_mailbox_on_two_hosts_is_one_row, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hostile_names, set_up, tear_down),
		cmocka_unit_test(an_empty_table_is_a_sentence),
		cmocka_unit_test_setup_teardown(many_rows_come_in_slices, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
