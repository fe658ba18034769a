/* SPDX-License-Identifier: MIT */
/* Lines of the agent's job, any bytes: what was accepted also goes through a job and the ledger. */
#include <stdlib.h>
#include <string.h>

#include "core/repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct job *job_of_two(void)
{
	struct plan plan = { .operation = &operation_resync };
	struct err err;

	plan_add(&plan, "a@x", "mail1", 0, "s");
	plan_add(&plan, "b@x", "mail1", 0, "s");
	if (!plan_freeze(&plan, 1500033600, &err))
		abort();
	memcpy(plan.hash, "7f3a-91c2", sizeof(plan.hash));
	return job_new(&plan, 1);
}

/* Taking a record in twice changes nothing; no outcome is ever lost. */
static void use(struct job *job, const struct journal_record *record)
{
	struct ledger_entry entry = repair_ledger_entry(record, "mail1");
	enum unit_state before[2];

	job_apply(job, 0, record);
	for (size_t i = 0; i < 2; i++)
		before[i] = job->units.items[i].state;
	job_apply(job, 0, record);
	for (size_t i = 0; i < 2; i++)
		if (job->units.items[i].state != before[i])
			abort();
	ledger_entry_release(&entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data, *stop = bytes + size;
	struct job *job = job_of_two();

	while (bytes < stop) {
		const char *newline = memchr(bytes, '\n', (size_t)(stop - bytes));
		size_t len = (size_t)((newline ? newline : stop) - bytes);
		struct job_news news = { 0 };
		struct err err = { 0 };
		bool end = false;

		if (!job_feed(&news, bytes, len, &end, &err) && !*err.text)
			abort();
		vec_each(&news.records, record)
			use(job, record);
		job_news_release(&news);
		bytes += len + 1;
	}
	job_host_ended(job, 0, "it ended");
	if (!job_done(job))
		abort();
	job_free(job);
	return 0;
}
