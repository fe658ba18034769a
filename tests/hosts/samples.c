/* SPDX-License-Identifier: MIT */
/* A link from the login to the samples, its requests, and what ends it. */
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
	farm_release(*state);
	free(*state);
	return 0;
}

static void samples_flow_in_order(void **state)
{
	struct farm *farm = *state;

	farm_sshd(farm, "");
	farm_host(farm, "one");
	farm_go(farm, true, false, false);
	message_free(farm_expect(farm, MESSAGE_HELLO, 20));
	for (uint64_t seq = 1; seq <= 5; seq++)
		assert_int_equal(farm_expect_sample(farm, 20), seq);
}

static void agent_is_sent_once(void **state)
{
	struct farm *farm = *state;
	struct stat first, second;

	farm_sshd(farm, "");
	farm_host(farm, "one");
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 20);
	network_free(farm->network);
	assert_int_equal(farm_shell(farm, "cp -p home/.cache/mailmend/agent-* seen && "
		"[ $(stat -c %%a home/.cache/mailmend) = 700 ]"), 0);
	assert_int_equal(stat(farm_path(farm, "seen"), &first), 0);
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 20);
	assert_int_equal(farm_shell(farm, "cp -p home/.cache/mailmend/agent-* again"), 0);
	assert_int_equal(stat(farm_path(farm, "again"), &second), 0);
	assert_int_equal(first.st_mtim.tv_nsec, second.st_mtim.tv_nsec);
}

static void damaged_agent_is_sent_anew(void **state)
{
	struct farm *farm = *state;

	farm_sshd(farm, "");
	farm_host(farm, "one");
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 20);
	network_free(farm->network);
	farm_shell(farm, "for f in home/.cache/mailmend/agent-*; do echo 'exit 3' >$f; done");
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 20);
}

static void no_sample_is_asked_for_while_one_is_unread(void **state)
{
	struct farm *farm = *state;
	struct message *first, *message;
	struct pollfd polled;
	int64_t until;
	int samples = 0;

	farm_sshd(farm, "");
	farm_host(farm, "one");
	farm->config.interval_ms = 20;
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 20);
	polled = (struct pollfd){ .fd = inbox_fd(farm->inbox), .events = POLLIN };
	assert_int_equal(poll(&polled, 1, 10000), 1);
	/* Twenty intervals in which nobody reads. */
	for (until = clock_ms() + 400; clock_ms() < until;)
		poll(NULL, 0, wait_left(until));
	for (first = message = inbox_take(farm->inbox); message; message = message->next)
		samples += message->kind == MESSAGE_SAMPLE;
	while (first) {
		message = first->next;
		message_free(first);
		first = message;
	}
	assert_int_equal(samples, 1);
	farm_expect_sample(farm, 10);
}

static void killed_sshd_is_seen_at_once_and_tried_again(void **state)
{
	struct farm *farm = *state;

	farm_sshd(farm, "");
	farm_host(farm, "one");
	farm_go(farm, true, false, false);
	farm_expect_sample(farm, 20);
	farm_kill_sshd(farm);
	farm_expect_link(farm, LINK_AWAY, 5);
	farm_said(farm, "lost");
	farm_expect_link(farm, LINK_AWAY, 10);
	farm_said(farm, "connection refused by 127.0.17.1");
	farm_sshd(farm, "");
	farm_expect_link(farm, LINK_UP, 20);
	assert_int_equal(farm_expect_sample(farm, 10), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(samples_flow_in_order, begin, end),
		cmocka_unit_test_setup_teardown(agent_is_sent_once, begin, end),
		cmocka_unit_test_setup_teardown(damaged_agent_is_sent_anew, begin, end),
		cmocka_unit_test_setup_teardown(no_sample_is_asked_for_while_one_is_unread, begin, end),
		cmocka_unit_test_setup_teardown(killed_sshd_is_seen_at_once_and_tried_again, begin, end),
	};

	return cmocka_run_group_tests_name("samples", tests, NULL, NULL);
}
