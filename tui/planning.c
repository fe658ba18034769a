/* SPDX-License-Identifier: MIT */
/*
 * From mailboxes that somebody chose to candidates of which everything is known: all backends
 * say where it lies, its owner checks it, also when it was checked before: a plan rests on
 * what is so now. Each candidate ends ready, or aside with a reason.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/state.h"

#define CANDIDATES_MAX 500 /* for whom waiting at a dialog makes sense */

static bool is_backend(const struct app *app, uint32_t host)
{
	return app->options.config->hosts.items[host].roles & ROLE_BACKEND;
}

static void candidate_release(struct candidate *candidate)
{
	places_release(&candidate->places);
	free(candidate->store);
	free(candidate->aside);
	warnings_release(&candidate->warnings);
}

void planning_end(struct app *app)
{
	struct planning *planning = &app->repairing.planning;

	vec_each(&planning->candidates, candidate)
		candidate_release(candidate);
	vec_release(&planning->candidates);
	vec_each(&planning->facts, fact) {
		free(fact->label);
		free(fact->text);
	}
	vec_release(&planning->facts);
	vec_each(&planning->takers, taker)
		free(taker->error);
	vec_release(&planning->takers);
	plan_release(&planning->plan);
	edit_end(&planning->edit);
	*planning = (struct planning){ 0 };
}

static bool is_known(const struct planning *planning, const struct candidate *candidate)
{
	return candidate->aside ||
	       (candidate->ready && planning->takers.items[candidate->owner].told);
}

size_t planning_waiting(const struct planning *planning)
{
	size_t waiting = 0;

	vec_each(&planning->candidates, candidate)
		waiting += !is_known(planning, candidate);
	return waiting;
}

/* Everything that has been waited for is there: the plan is made, and stays as it is. */
static void freeze_when_known(struct app *app, bool by_itself)
{
	struct planning *planning = &app->repairing.planning;

	if (planning->frozen || planning_waiting(planning))
		return;
	facts_freeze(app);
	planning->shown_ms = by_itself ? app->now_ms : 0;
	app->dirty = APP_URGENT;
}

static bool is_mended_by(const struct check *check, const struct operation *operation)
{
	vec_each(&check->findings, finding)
		if (finding->repair && strcmp(finding->repair, operation->name) == 0)
			return true;
	return false;
}

/* Why a mailbox that could be checked is not on the plan; NULL: it is. */
static char *why_aside(const struct operation *operation, const struct check *check)
{
	struct err err = { 0 };
	struct str text = { 0 };

	if (!repair_allowed(operation, check, &err))
		return mem_text(err.text);
	if (!check->findings.count)
		str_addf(&text, "%s: nothing is wrong with it", check->mailbox);
	else if (!is_mended_by(check, operation))
		str_addf(&text, "%s: %s does not mend what was found: %s", check->mailbox,
			operation->name, check->findings.items[0].evidence);
	else
		return NULL;
	return str_take(&text);
}

static int64_t known(int64_t count)
{
	return count > 0 ? count : 0;
}

static void judge(
	const struct operation *operation, struct candidate *candidate, const struct check *check)
{
	candidate->aside = why_aside(operation, check);
	candidate->sound = candidate->aside && !check->error && !check->findings.count;
	candidate->ready = !candidate->aside;
	candidate->sessions = known(check->sessions);
	candidate->new_uids =
		check->forecast.uids_kept == 0 || check->forecast.uidvalidity_kept == 0;
	candidate->fetched = candidate->new_uids ? known(check->forecast.messages) : 0;
	candidate->flags_lost = known(check->forecast.flags_lost);
	candidate->missing = known(check->forecast.missing);
	if (candidate->ready)
		repair_warn(&candidate->warnings, operation, check);
}

void planning_checked(struct app *app, const struct checked *checked, struct commands *commands)
{
	struct planning *planning = &app->repairing.planning;

	(void)commands;
	if (!planning->open || planning->frozen)
		return;
	vec_each(&planning->candidates, candidate)
		if (candidate->owner == checked->host && !candidate->ready && !candidate->aside &&
			strcmp(candidate->places.mailbox, checked->mailbox) == 0)
			judge(planning->plan.operation, candidate, checked->check);
	freeze_when_known(app, true);
}

/* A host that cannot be asked for its jobs cannot be given one. */
static void ask_taker(struct app *app, uint32_t host, struct commands *commands)
{
	struct planning *planning = &app->repairing.planning;
	struct taker *taker = &planning->takers.items[host];
	struct command *command;
	struct str text = { 0 };

	if (taker->asked)
		return;
	command = commands_add(commands, COMMAND_JOB);
	command->host = host;
	command->prompt = planning->number;
	command->answers = repair_ask_jobs(&text);
	command->text = str_take(&text);
	taker->asked = true;
}

static void set_aside(struct candidate *candidate, const char *host, const char *why)
{
	struct str text = { 0 };

	str_addf(&text, "%s: %s: %s", candidate->places.mailbox, host, why);
	candidate->ready = false;
	candidate->aside = str_take(&text);
}

bool planning_jobs(struct app *app, const struct message *message)
{
	struct planning *planning = &app->repairing.planning;
	struct taker *taker;

	if (!planning->number || message->job.asked != planning->number)
		return false;
	taker = &planning->takers.items[message->host];
	if (message->job.last)
		taker->last = message->job.last;
	if (!message->job.ended || taker->told)
		return true;
	taker->told = true;
	taker->error = mem_text(message->job.error);
	vec_each(&planning->candidates, candidate)
		if (taker->error && !planning->frozen && candidate->owner == message->host &&
			!candidate->aside)
			set_aside(candidate, app->options.config->hosts.items[message->host].name,
				taker->error);
	freeze_when_known(app, true);
	return true;
}

/* All backends told: who owns it? */
static void settle(struct app *app, struct candidate *candidate, struct commands *commands)
{
	const struct config *config = app->options.config;
	const struct placed *owner;
	struct err err = { 0 };

	for (uint32_t host = 0; host < config->hosts.count; host++)
		if (is_backend(app, host) && !places_told(&candidate->places, host))
			return;
	owner = places_owner(&candidate->places, config, candidate->only, &err);
	if (!owner) {
		candidate->aside = mem_text(err.text);
		return;
	}
	candidate->owner = owner->host;
	candidate->store = mem_text(owner->store);
	ask_taker(app, owner->host, commands);
	checks_ask(app, candidate->places.mailbox, owner->host, CHECK_DEPTH, commands);
}

static void take_store(struct candidate *candidate, uint32_t host, const struct store_seen *seen)
{
	if (candidate->owner == NO_HOST && !candidate->aside && seen->mailbox &&
		strcmp(seen->mailbox, candidate->places.mailbox) == 0)
		places_take(&candidate->places, host, seen);
}

void planning_stores(struct app *app, const struct message *message, struct commands *commands)
{
	struct planning *planning = &app->repairing.planning;

	if (!planning->open || planning->frozen || message->host >= app->fleet->hosts.count)
		return;
	vec_each(&planning->candidates, candidate) {
		bool waits = candidate->owner == NO_HOST && !candidate->aside;

		vec_each(&message->stores, seen)
			take_store(candidate, message->host, seen);
		if (waits)
			settle(app, candidate, commands);
	}
	freeze_when_known(app, true);
}

/* Hosts that are not connected are told of, the others asked. */
static void ask_host(struct app *app, const struct host *host, struct commands *commands)
{
	struct planning *planning = &app->repairing.planning;
	struct command *command = NULL;

	if (host->link == LINK_UP) {
		command = commands_add(commands, COMMAND_STORES);
		command->host = host->index;
	}
	vec_each(&planning->candidates, candidate) {
		if (command)
			*vec_add(&command->names) = mem_text(candidate->places.mailbox);
		else
			places_away(&candidate->places, host->index,
				host->link_text ? host->link_text : "it is not connected");
	}
}

static void add_candidate(struct app *app, uint32_t row)
{
	const struct mailboxes *mailboxes = app->fleet->mailboxes;
	const struct mailbox_row *facts = mailboxes_row(mailboxes, row);
	const char *name = mailboxes_name(mailboxes, facts->name);
	struct candidate *candidate = vec_add(&app->repairing.planning.candidates);

	candidate->places.mailbox = mem_text(name);
	candidate->owner = NO_HOST;
	/* Of two mailboxes of a name it is the one on this row's host that was chosen. */
	candidate->only = NO_HOST;
	for (uint32_t other = mailboxes_first(mailboxes, name); other != ROW_NONE;
		other = mailboxes_next(mailboxes, other))
		if (mailboxes_here(mailboxes, other) != row)
			candidate->only = facts->host;
}

void planning_begin(struct app *app, const uint32_t *rows, size_t count, struct commands *commands)
{
	struct planning *planning = &app->repairing.planning;

	if (count > CANDIDATES_MAX) {
		app_toast(app, STYLE_LOOK,
			"%zu are marked; at most %d at once are planned from here", count,
			CANDIDATES_MAX);
		return;
	}
	planning_end(app);
	planning->open = true;
	planning->plan.operation = &operation_resync;
	planning->number = ++app->repairing.numbers;
	edit_start(&planning->edit, "", false);
	for (size_t i = 0; i < app->fleet->hosts.count; i++)
		vec_add(&planning->takers);
	for (size_t i = 0; i < count; i++)
		add_candidate(app, rows[i]);
	vec_each(&app->fleet->hosts, host)
		if (is_backend(app, host->index))
			ask_host(app, host, commands);
	vec_each(&planning->candidates, candidate)
		settle(app, candidate, commands);
	freeze_when_known(app, false);
}

void planning_whom(const struct app *app, char *out, size_t size)
{
	const struct planning *planning = &app->repairing.planning;
	const struct candidate *first = NULL;
	uint32_t host = 0;

	out[0] = '\0';
	vec_each(&planning->candidates, candidate)
		if (!first && !is_known(planning, candidate))
			first = candidate;
	if (!first)
		return;
	while (first->owner == NO_HOST && host + 1 < app->fleet->hosts.count &&
		(!is_backend(app, host) || places_told(&first->places, host)))
		host++;
	if (first->owner != NO_HOST)
		host = first->owner;
	snprintf(out, size, "Waits for %.60s to %s", app->options.config->hosts.items[host].name,
		first->owner == NO_HOST ? "say where it lies."
		: first->ready		? "say whether it takes repairs from here."
					: "check it.");
}
