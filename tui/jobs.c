/* SPDX-License-Identifier: MIT */
/*
 * Jobs that are watched. A confirmed plan starts when its decision is on disk; what hosts
 * write in their journals goes into the ledger and into the job. A host that is lost goes on
 * alone: when it is back, it is heard from where it was left.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/figure.h"
#include "tui/state.h"

#define AGAIN_MS 3000 /* after a broken answer of a host that is connected */
#define TRIES_MAX 10
#define RESUMES_MAX 3
#define NAMES_TOLD 50 /* mailboxes in the text of a decision */

void repairing_init(struct app *app)
{
	for (size_t i = 0; i < app->options.config->hosts.count; i++)
		vec_add(&app->repairing.spools);
}

static void jobs_clear(struct spool_jobs *jobs)
{
	vec_each(jobs, row) {
		free(row->hash);
		free(row->operation);
		free(row->who);
		free(row->state);
	}
	vec_clear(jobs);
}

static void spool_release(struct spool *spool)
{
	jobs_clear(&spool->jobs);
	jobs_clear(&spool->coming);
	vec_release(&spool->jobs);
	vec_release(&spool->coming);
	free(spool->error);
}

static void watched_release(struct watched *watched)
{
	job_free(watched->job);
	free(watched->operation);
	free(watched->who);
	vec_each(&watched->hearings, hearing)
		free(hearing->why);
	vec_release(&watched->hearings);
}

void jobs_release(struct repairing *repairing)
{
	vec_each(&repairing->watched, watched)
		watched_release(watched);
	vec_release(&repairing->watched);
	vec_each(&repairing->spools, spool)
		spool_release(spool);
	vec_release(&repairing->spools);
}

void repairing_release(struct app *app)
{
	planning_end(app);
	checks_release(&app->repairing);
	jobs_release(&app->repairing);
}

struct watched *jobs_find(struct app *app, uint64_t id)
{
	vec_each(&app->repairing.watched, watched)
		if (watched->id == id)
			return watched;
	return NULL;
}

const struct watched *jobs_find_c(const struct app *app, uint64_t id)
{
	vec_each(&app->repairing.watched, watched)
		if (watched->id == id)
			return watched;
	return NULL;
}

uint64_t jobs_of_hash(const struct app *app, const char *hash)
{
	uint64_t id = 0;

	vec_each(&app->repairing.watched, watched)
		if (strcmp(watched->job->plan.hash, hash) == 0)
			id = watched->id;
	return id;
}

static struct watched *watch(struct app *app, struct job *job)
{
	struct watched *watched = vec_add(&app->repairing.watched);

	watched->id = ++app->repairing.numbers;
	watched->job = job;
	watched->operation = mem_text(job->plan.operation ? job->plan.operation->name : "");
	for (size_t i = 0; i < app->fleet->hosts.count; i++)
		vec_add(&watched->hearings);
	return watched;
}

static void hearing_set(struct app *app, struct hearing *hearing, int state, const char *why)
{
	free(hearing->why);
	hearing->why = mem_text(why);
	hearing->state = state;
	hearing->since_ms = app->now_ms;
}

static void decide(struct app *app, const struct watched *watched, struct commands *commands)
{
	const struct plan *plan = &watched->job->plan;
	struct command *command = commands_add(commands, COMMAND_LEDGER_ADD);
	struct str text = { 0 };
	size_t told = 0;

	str_addf(&text, "plan %s: %s of %zu mailbox%s:", plan->hash, plan->operation->name,
		plan->targets.count, plan->targets.count == 1 ? "" : "es");
	vec_each(&plan->targets, target)
		if (told++ < NAMES_TOLD)
			str_addf(&text, "%s %s on %s", told > 1 ? "," : "", target->mailbox,
				target->host);
	if (told > NAMES_TOLD)
		str_addf(&text, " and %zu more", told - NAMES_TOLD);
	command->prompt = watched->pending;
	command->entry.wall_s = app->wall_s;
	command->entry.who = mem_text(app->options.who);
	command->entry.what = mem_text("plan confirmed");
	if (plan->targets.count == 1) {
		command->entry.host = mem_text(plan->targets.items[0].host);
		command->entry.mailbox = mem_text(plan->targets.items[0].mailbox);
	}
	command->entry.detail = str_take(&text);
	app->ledger_state.behind = true;
}

uint64_t jobs_start(struct app *app, struct planning *planning, struct commands *commands)
{
	struct watched *watched = watch(app, job_new(&planning->plan, app->fleet->hosts.count));

	for (size_t i = 0; i < planning->takers.count; i++)
		watched->job->hosts.items[i].seen = planning->takers.items[i].last;
	watched->ours = true;
	watched->who = mem_text(app->options.who);
	watched->wall_s = app->wall_s;
	watched->pending = ++app->repairing.numbers;
	decide(app, watched, commands);
	return watched->id;
}

enum asking { ASK_START, ASK_FOLLOW, ASK_RESUME };

/* The lease is greater than that of whoever began the same plan before. */
static void ask(struct app *app, struct watched *watched, uint32_t host, enum asking how,
	struct commands *commands)
{
	struct command *command = commands_add(commands, COMMAND_JOB);
	const struct plan *plan = &watched->job->plan;
	int64_t seen = watched->job->hosts.items[host].seen;
	int64_t lease = app->wall_s * 1000 + (int64_t)(watched->id % 1000);
	struct str text = { 0 };

	command->host = host;
	command->prompt = watched->id;
	command->answers =
		how == ASK_START    ? repair_ask_start(&text, plan, host,
					      app->options.who, lease, seen)
		: how == ASK_RESUME ? repair_ask_resume(&text, plan->hash, seen)
				    : repair_ask_follow(&text, plan->hash, seen);
	command->text = str_take(&text);
	hearing_set(app, &watched->hearings.items[host], HEARING_FOLLOWS, NULL);
}

/* The decision is on disk: now the hosts may have it. */
void jobs_stored(struct app *app, uint64_t prompt, struct commands *commands)
{
	vec_each(&app->repairing.watched, watched) {
		if (!prompt || watched->pending != prompt)
			continue;
		watched->pending = 0;
		for (uint32_t host = 0; host < watched->job->hosts.count; host++)
			if (watched->job->hosts.items[host].count)
				ask(app, watched, host, ASK_START, commands);
	}
}

static void end_host(struct app *app, struct watched *watched, uint32_t host, const char *why)
{
	hearing_set(app, &watched->hearings.items[host], HEARING_OVER, why);
	job_host_ended(watched->job, host, why);
}

/* What is not in the ledger is not done. */
void jobs_store_failed(struct app *app, const char *why)
{
	char text[300];

	snprintf(text, sizeof(text), "not started, the ledger could not be written: %.200s", why);
	vec_each(&app->repairing.watched, watched) {
		if (!watched->pending)
			continue;
		watched->pending = 0;
		for (uint32_t host = 0; host < watched->job->hosts.count; host++)
			if (watched->job->hosts.items[host].count)
				end_host(app, watched, host, text);
	}
}

static void keep_records(
	struct app *app, uint32_t host, const struct job_news *news, struct commands *commands)
{
	const char *name = app->options.config->hosts.items[host].name;
	struct command *command;

	if (!news->records.count)
		return;
	command = commands_add(commands, COMMAND_LEDGER_MERGE);
	vec_each(&news->records, record)
		*vec_add(&command->entries) = repair_ledger_entry(record, name);
	app->ledger_state.behind = app->mailbox_state.repairs_behind = true;
}

static bool host_open(const struct job *job, uint32_t host)
{
	vec_each(&job->units, unit)
		if (unit->target.index == host &&
			(unit->state == UNIT_QUEUED || unit->state == UNIT_RUNNING))
			return true;
	return false;
}

static void say_done(struct app *app, const struct watched *watched)
{
	size_t counts[UNIT_UNKNOWN + 1] = { 0 };
	struct str text = { 0 };
	bool well;

	vec_each(&watched->job->units, unit)
		counts[unit->state]++;
	for (int state = UNIT_OK; state <= UNIT_UNKNOWN; state++)
		if (counts[state])
			str_addf(&text, ", %zu %s", counts[state],
				unit_state_name((enum unit_state)state));
	well = counts[UNIT_OK] + counts[UNIT_SKIPPED] == watched->job->units.count;
	app_toast(app, well ? STYLE_NORMAL : STYLE_ACT, "%s %s has ended%s", watched->operation,
		watched->job->plan.hash, str_text(&text));
	str_release(&text);
}

/* What the host said of the job has come to its end, with or without all outcomes. */
static void heard_end(struct app *app, struct watched *watched, uint32_t host, const char *error,
	struct commands *commands)
{
	struct hearing *hearing = &watched->hearings.items[host];

	if (!host_open(watched->job, host))
		end_host(app, watched, host, NULL);
	else if (error)
		hearing_set(app, hearing, HEARING_BROKEN, error);
	else if (watched->ours && hearing->tries++ < RESUMES_MAX)
		ask(app, watched, host, ASK_RESUME, commands);
	else
		end_host(app, watched, host, "its runner ended before its time");
}

static void heard(struct app *app, struct watched *watched, const struct message *message,
	struct commands *commands)
{
	const struct job_news *news = &message->job;
	struct hearing *hearing = &watched->hearings.items[message->host];
	bool was_done = job_done(watched->job);

	vec_each(&news->records, record) {
		job_apply(watched->job, message->host, record);
		if (record->has_outcome && record->mailbox)
			checks_void(app, record->mailbox, message->host);
		if (!watched->wall_s)
			watched->wall_s = record->wall_s;
		if (!watched->who && record->who && *record->who)
			watched->who = mem_text(record->who);
	}
	if (news->records.count) {
		hearing->heard = true;
		hearing->tries = 0;
	}
	if (news->ended)
		heard_end(app, watched, message->host, news->error, commands);
	if (!was_done && job_done(watched->job))
		say_done(app, watched);
}

/* Rows come one by one; they are shown when the answer is whole. */
static void spool_take(struct app *app, uint32_t host, struct job_news *news)
{
	struct spool *spool = &app->repairing.spools.items[host];
	struct spool_jobs whole;

	vec_each(&news->jobs, row) {
		*vec_add(&spool->coming) = *row;
		*row = (struct job_row){ 0 };
	}
	if (!news->ended)
		return;
	free(spool->error);
	spool->error = mem_text(news->error);
	spool->asked = false;
	spool->known = true;
	if (!news->error) {
		whole = spool->coming;
		spool->coming = spool->jobs;
		spool->jobs = whole;
	}
	jobs_clear(&spool->coming);
}

void jobs_take(struct app *app, struct message *message, struct commands *commands)
{
	struct watched *watched;

	if (message->host >= app->fleet->hosts.count)
		return;
	keep_records(app, message->host, &message->job, commands);
	watched = jobs_find(app, message->job.asked);
	if (watched)
		heard(app, watched, message, commands);
	else if (!planning_jobs(app, message) && !message->job.asked)
		spool_take(app, message->host, &message->job);
}

void jobs_link(struct app *app, uint32_t host, struct commands *commands)
{
	vec_each(&app->repairing.watched, watched)
		if (host < watched->hearings.count &&
			watched->hearings.items[host].state == HEARING_BROKEN)
			ask(app, watched, host, ASK_FOLLOW, commands);
}

/* A host that is connected and whose answer broke off all the same: some more times; a plan of
 * which it never told anything was not taken. */
void jobs_tick(struct app *app, struct commands *commands)
{
	vec_each(&app->repairing.watched, watched)
		for (uint32_t host = 0; host < watched->hearings.count; host++) {
			struct hearing *hearing = &watched->hearings.items[host];
			char why[300];

			if (hearing->state != HEARING_BROKEN ||
				app->fleet->hosts.items[host].link != LINK_UP ||
				app->now_ms - hearing->since_ms < AGAIN_MS)
				continue;
			if (hearing->heard && ++hearing->tries <= TRIES_MAX) {
				ask(app, watched, host, ASK_FOLLOW, commands);
				continue;
			}
			snprintf(why, sizeof(why), "%.250s", hearing->why ? hearing->why : "");
			end_host(app, watched, host, why);
		}
}

uint64_t jobs_adopt(struct app *app, const char *hash, struct commands *commands)
{
	struct job *job = NULL;
	struct watched *watched = NULL;

	for (uint32_t host = 0; host < app->repairing.spools.count; host++)
		vec_each(&app->repairing.spools.items[host].jobs, row) {
			if (strcmp(row->hash, hash) != 0)
				continue;
			if (!job) {
				job = job_adopt(hash,
					row->operation ? operation_find(row->operation) : NULL,
					app->fleet->hosts.count);
				watched = watch(app, job);
				watched->who = mem_text(row->who);
				watched->wall_s = row->wall_s;
			}
			job_expect(
				job, host, app->options.config->hosts.items[host].name, row->units);
			ask(app, watched, host, ASK_FOLLOW, commands);
		}
	return watched ? watched->id : 0;
}

void jobs_ask(struct app *app, struct commands *commands)
{
	app->repairing.spools_ms = app->now_ms;
	vec_each(&app->fleet->hosts, host) {
		struct spool *spool = &app->repairing.spools.items[host->index];
		struct str text = { 0 };
		struct command *command;

		if (host->link != LINK_UP || spool->asked || !(host->config->roles & ROLE_BACKEND))
			continue;
		command = commands_add(commands, COMMAND_JOB);
		command->host = host->index;
		command->answers = repair_ask_jobs(&text);
		command->text = str_take(&text);
		spool->asked = true;
	}
}

enum unit_state jobs_unit(const struct app *app, const struct watched *watched,
	const struct unit *unit, char note[160])
{
	const struct hearing *hearing = &watched->hearings.items[unit->target.index];
	const struct host *host = &app->fleet->hosts.items[unit->target.index];
	char age[FIGURE];

	note[0] = '\0';
	if (unit->state != UNIT_QUEUED && unit->state != UNIT_RUNNING) {
		if (unit->state == UNIT_UNKNOWN && unit->step)
			snprintf(note, 160, "%.150s", unit->step);
		return unit->state;
	}
	if (watched->pending) {
		snprintf(note, 160, "waits until the decision is in the ledger");
	} else if (host->link != LINK_UP && hearing->state != HEARING_NOTHING) {
		snprintf(note, 160, "%.40s is away%s%s: it goes on alone; told when it is back",
			host->config->name, host->away_since_ms ? " " : "",
			host->away_since_ms ? figure_age(app->now_ms - host->away_since_ms, age)
					    : "");
		return UNIT_UNKNOWN;
	} else if (hearing->state == HEARING_BROKEN) {
		snprintf(note, 160, "%.120s; asked again", hearing->why ? hearing->why : "");
		return UNIT_UNKNOWN;
	} else if (host->samples && host_stale(host, app->options.config, app->now_ms)) {
		snprintf(note, 160, "%.40s has been silent for %s; its last word: %.80s",
			host->config->name, figure_age(app->now_ms - host->asked_ms, age),
			unit->step ? unit->step : "none");
		return UNIT_UNKNOWN;
	} else if (unit->step) {
		snprintf(note, 160, "%.150s", unit->step);
	}
	return unit->state;
}

size_t jobs_open(const struct app *app)
{
	size_t count = 0;

	vec_each(&app->repairing.watched, watched)
		vec_each(&watched->job->units, unit)
			count += !watched->pending &&
				 (unit->state == UNIT_QUEUED || unit->state == UNIT_RUNNING);
	return count;
}
