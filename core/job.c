/* SPDX-License-Identifier: MIT */
#include "core/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

struct job *job_new(struct plan *plan, size_t hosts)
{
	struct job *job = mem_new(sizeof(*job));

	job->plan = *plan;
	*plan = (struct plan){ 0 };
	for (size_t i = 0; i < hosts; i++)
		vec_add(&job->hosts);
	vec_each(&job->plan.targets, target) {
		struct job_host *host = &job->hosts.items[target->index];
		struct unit *unit = vec_add(&job->units);

		unit->target = *target;
		unit->number = (int64_t)host->count;
		*vec_add(host) = (uint32_t)(job->units.count - 1);
	}
	return job;
}

struct job *job_adopt(const char *hash, const struct operation *operation, size_t hosts)
{
	struct job *job = mem_new(sizeof(*job));

	job->plan.operation = operation;
	snprintf(job->plan.hash, sizeof(job->plan.hash), "%s", hash);
	for (size_t i = 0; i < hosts; i++)
		vec_add(&job->hosts);
	return job;
}

void job_expect(struct job *job, uint32_t index, const char *name, int64_t units)
{
	struct job_host *host = &job->hosts.items[index];

	while ((int64_t)host->count < units) {
		struct plan_target *target = vec_add(&job->plan.targets);
		struct unit *unit = vec_add(&job->units);

		target->host = mem_text(name);
		target->index = index;
		unit->target = *target;
		unit->number = (int64_t)host->count;
		*vec_add(host) = (uint32_t)(job->units.count - 1);
	}
}

void job_free(struct job *job)
{
	if (!job)
		return;
	vec_each(&job->units, unit) {
		free(unit->step);
		unit_outcome_release(&unit->outcome);
	}
	vec_release(&job->units);
	vec_each(&job->hosts, host)
		vec_release(host);
	vec_release(&job->hosts);
	plan_release(&job->plan);
	free(job);
}

static struct unit *unit_of(struct job *job, const struct job_host *host,
	const struct journal_record *record)
{
	if (record->unit < 0 || (uint64_t)record->unit >= host->count)
		return NULL;
	return &job->units.items[host->items[record->unit]];
}

static struct unit_outcome outcome_copy(const struct unit_outcome *outcome)
{
	struct unit_outcome copy = *outcome;

	copy.copy = mem_text(outcome->copy);
	copy.error = mem_text(outcome->error);
	memset(&copy.commands, 0, sizeof(copy.commands));
	vec_each(&outcome->commands, command)
		*vec_add(&copy.commands) = mem_text(*command);
	return copy;
}

/* Only a new try makes a unit of unknown outcome run again, not what its last one leaves behind. */
static bool begins(const struct unit *unit, const char *act)
{
	return unit->state == UNIT_QUEUED ||
		(unit->state == UNIT_UNKNOWN && (strcmp(act, "intent") == 0 || strcmp(act, "resume") == 0));
}

void job_apply(struct job *job, uint32_t index, const struct journal_record *record)
{
	struct job_host *host = index < job->hosts.count ? &job->hosts.items[index] : NULL;
	struct unit *unit;

	if (!host || record->seq <= host->seen || strcmp(record->job, job->plan.hash) != 0)
		return;
	host->seen = record->seq;
	unit = unit_of(job, host, record);
	if (unit && record->mailbox && !unit->target.mailbox)
		unit->target.mailbox = job->plan.targets.items[unit - job->units.items].mailbox =
			mem_text(record->mailbox);
	/* A record that names a unit of ours with another mailbox is not about our plan. */
	if (!unit || !record->mailbox || strcmp(record->mailbox, unit->target.mailbox) != 0)
		return;
	unit->wall_s = record->wall_s;
	free(unit->step);
	unit->step = mem_text(record->text ? record->text : record->act);
	if (!record->has_outcome) {
		if (begins(unit, record->act))
			unit->state = UNIT_RUNNING;
		return;
	}
	unit_outcome_release(&unit->outcome);
	unit->outcome = outcome_copy(&record->outcome);
	unit->state = record->outcome.result;
}

static bool open_ended(const struct unit *unit)
{
	return unit->state == UNIT_QUEUED || unit->state == UNIT_RUNNING;
}

bool job_done(const struct job *job)
{
	vec_each(&job->units, unit)
		if (open_ended(unit))
			return false;
	return true;
}

void job_host_ended(struct job *job, uint32_t host, const char *why)
{
	vec_each(&job->units, unit)
		if (unit->target.index == host && open_ended(unit)) {
			unit->state = UNIT_UNKNOWN;
			free(unit->step);
			unit->step = mem_text(why);
		}
}
