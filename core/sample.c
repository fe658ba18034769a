/* SPDX-License-Identifier: MIT */
#include "core/sample.h"

#include <stdlib.h>

#include "core/base/mem.h"

struct sample *sample_new(void)
{
	struct sample *sample = mem_new(sizeof(*sample));

	sample->queue = (struct sample_queue){ -1, -1, -1, -1, -1, -1, -1 };
	sample->rates = (struct sample_rates){ 0, -1, -1, -1 };
	return sample;
}

static void sessions_release(struct sample *sample)
{
	vec_each(&sample->add, session) {
		free(session->mailbox);
		free(session->service);
		free(session->address);
	}
	vec_release(&sample->add);
	vec_release(&sample->gone);
	vec_release(&sample->use);
	vec_each(&sample->delivered, delivered)
		free(delivered->mailbox);
	vec_release(&sample->delivered);
}

static void host_release(struct sample *sample)
{
	vec_each(&sample->services, service)
		free(service->name);
	vec_release(&sample->services);
	vec_each(&sample->disks, disk) {
		free(disk->mount);
		free(disk->type);
		free(disk->source);
	}
	vec_release(&sample->disks);
	vec_each(&sample->problems, problem) {
		free(problem->what);
		free(problem->text);
		free(problem->mend);
	}
	vec_release(&sample->problems);
	vec_each(&sample->errors, line)
		free(*line);
	vec_release(&sample->errors);
	free(sample->facts.hostname);
	free(sample->facts.dovecot);
	free(sample->facts.postfix);
	free(sample->facts.log);
	free(sample->facts.base_dir);
}

void sample_free(struct sample *sample)
{
	if (!sample)
		return;
	sessions_release(sample);
	host_release(sample);
	free(sample);
}

void sample_hello_release(struct sample_hello *hello)
{
	free(hello->boot);
	*hello = (struct sample_hello){ 0 };
}

void store_seen_release(struct store_seen *seen)
{
	free(seen->mailbox);
	free(seen->home);
	free(seen->driver);
	free(seen->path);
	free(seen->location);
	free(seen->mounted);
	free(seen->source);
	free(seen->type);
	free(seen->id);
	free(seen->error);
	*seen = (struct store_seen){ 0 };
}

void names_seen_release(struct names_seen *names)
{
	vec_each(names, name)
		free(*name);
	vec_release(names);
}

void doctor_check_release(struct doctor_check *check)
{
	free(check->name);
	free(check->found);
	free(check->mend);
	*check = (struct doctor_check){ 0 };
}
