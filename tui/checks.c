/* SPDX-License-Identifier: MIT */
/* What checks found out, by mailbox and host. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/state.h"

#define CHECKS_TOGETHER 10
#define CHECKS_MAX 4000 /* the oldest answers are forgotten */

static struct checked *find(struct app *app, const char *mailbox, uint32_t host)
{
	vec_each(&app->repairing.checks, checked)
		if (checked->host == host && strcmp(checked->mailbox, mailbox) == 0)
			return checked;
	return NULL;
}

const struct checked *checks_find(const struct app *app, const char *mailbox, uint32_t host)
{
	vec_each(&app->repairing.checks, checked)
		if (checked->host == host && strcmp(checked->mailbox, mailbox) == 0)
			return checked;
	return NULL;
}

static void checked_release(struct checked *checked)
{
	check_free(checked->check);
	free(checked->mailbox);
}

void checks_release(struct repairing *repairing)
{
	vec_each(&repairing->checks, checked)
		checked_release(checked);
	vec_release(&repairing->checks);
}

/* Room for another one: the place of the oldest answer that nobody waits for. */
static struct checked *place(struct repairing *repairing)
{
	struct checked *oldest = NULL;

	if (repairing->checks.count < CHECKS_MAX)
		return vec_add(&repairing->checks);
	vec_each(&repairing->checks, checked)
		if (!checked->asked_ms && (!oldest || checked->at_ms < oldest->at_ms))
			oldest = checked;
	if (!oldest)
		return vec_add(&repairing->checks);
	checked_release(oldest);
	memset(oldest, 0, sizeof(*oldest));
	return oldest;
}

/* The request that a mailbox goes along with: few at once, so that answers come from several. */
static struct command *request(uint32_t host, int depth, struct commands *commands)
{
	struct command *command;

	vec_each(commands, other)
		if (other->kind == COMMAND_CHECK && other->host == host && other->depth == depth &&
			other->names.count < CHECKS_TOGETHER)
			return other;
	command = commands_add(commands, COMMAND_CHECK);
	command->host = host;
	command->depth = depth;
	return command;
}

void checks_ask(
	struct app *app, const char *mailbox, uint32_t host, int depth, struct commands *commands)
{
	struct checked *checked = find(app, mailbox, host);

	if (!checked) {
		checked = place(&app->repairing);
		checked->mailbox = mem_text(mailbox);
		checked->host = host;
	}
	if (checked->asked_ms && checked->depth >= depth)
		return;
	checked->asked_ms = app->now_ms ? app->now_ms : 1;
	checked->depth = depth;
	*vec_add(&request(host, depth, commands)->names) = mem_text(mailbox);
}

const struct checked *checks_take(struct app *app, struct message *message)
{
	struct checked *checked = message->check && message->check->mailbox
					  ? find(app, message->check->mailbox, message->host)
					  : NULL;

	/* A shallow answer does not end the wait for a deeper one. */
	if (!checked || !checked->asked_ms ||
		(!message->check->error && message->check->depth < checked->depth))
		return NULL;
	check_free(checked->check);
	checked->check = message->check;
	message->check = NULL;
	checked->at_ms = app->now_ms;
	checked->asked_ms = 0;
	return checked;
}

void checks_void(struct app *app, const char *mailbox, uint32_t host)
{
	struct checked *checked = find(app, mailbox, host);

	if (!checked)
		return;
	check_free(checked->check);
	checked->check = NULL;
	checked->at_ms = 0;
}

uint32_t checks_host(const struct app *app, uint32_t row, const char **why_not)
{
	uint32_t hosts[32], best = mailboxes_row(app->fleet->mailboxes, row)->host;
	size_t count = mailboxes_hosts(app->fleet->mailboxes, row, hosts, 32);

	*why_not = NULL;
	if (best < app->fleet->hosts.count && app->fleet->hosts.items[best].link == LINK_UP)
		return best;
	for (size_t i = 0; i < count && i < 32; i++)
		if (app->fleet->hosts.items[hosts[i]].link == LINK_UP)
			return hosts[i];
	*why_not = "its host is not connected; 1 shows why";
	return NO_HOST;
}

void checks_verdict(const struct check *check, struct str *out)
{
	const struct check_finding *first = check->findings.count ? check->findings.items : NULL;

	if (check->error)
		str_addf(out, "could not be checked: %s", check->error);
	else if (!first && check->stored >= 0)
		str_addf(out, "nothing wrong in %" PRId64 " messages", check->stored);
	else if (!first)
		str_adds(out, "nothing wrong");
	else if (check->findings.count == 1)
		str_addf(out, "%s: %s", first->class_name, first->evidence);
	else
		str_addf(out, "%zu findings; %s: %s", check->findings.count, first->class_name,
			first->evidence);
}
