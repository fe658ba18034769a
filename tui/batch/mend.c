/* SPDX-License-Identifier: MIT */
#include "tui/batch/mend.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/store/store.h"

#define FOREVER_MS (INT64_MAX / 4)

static bool named_already(const struct mend *mend, const char *name)
{
	vec_each(&mend->subjects, subject)
		if (!strcmp(subject->places.mailbox, name))
			return true;
	return false;
}

bool mend_begin(struct batch *batch, struct mend *mend, struct err *err)
{
	const struct options *options = batch->options;

	*mend = (struct mend){ .hosts = mem_new(batch->config->hosts.count * sizeof(*mend->hosts)) };
	batch->mend = mend;
	for (int i = 0; i < options->count; i++) {
		if (!*options->arguments[i])
			return err_set(err, ERR_USAGE, "a mailbox has a name; one that was given is empty");
		if (strpbrk(options->arguments[i], "*?"))
			return err_set(err, ERR_USAGE, "\"%.200s\" is a pattern; mailboxes are named one by one",
				options->arguments[i]);
		if (!named_already(mend, options->arguments[i]))
			((struct subject *)vec_add(&mend->subjects))->places.mailbox =
				mem_text(options->arguments[i]);
	}
	return true;
}

void mend_release(struct batch *batch, struct mend *mend)
{
	batch->mend = NULL;
	vec_each(&mend->subjects, subject)
		places_release(&subject->places);
	vec_release(&mend->subjects);
	vec_each(&mend->looks, look)
		check_free(look->check);
	vec_release(&mend->looks);
	for (size_t i = 0; mend->hosts && i < batch->config->hosts.count; i++) {
		free(mend->hosts[i].error);
		job_news_release(&mend->hosts[i].news);
	}
	free(mend->hosts);
	job_free(mend->job);
	*mend = (struct mend){ 0 };
}

static bool places_whole(const struct batch *batch)
{
	const struct mend *mend = batch->mend;

	for (uint32_t i = 0; i < batch->config->hosts.count; i++)
		if (mend->hosts[i].asked)
			vec_each(&mend->subjects, subject)
				if (!places_told(&subject->places, i))
					return false;
	return true;
}

static void all_away(struct mend *mend, uint32_t host, const char *why)
{
	vec_each(&mend->subjects, subject)
		if (!places_told(&subject->places, host))
			places_away(&subject->places, host, why);
}

bool mend_find(struct batch *batch, struct mend *mend, const char *only, struct err *err)
{
	struct gather wanted = { .depth = BATCH_AGENT };
	struct commands commands = { 0 };

	if (!batch_open(batch, &wanted, only, err))
		return false;
	batch_wait(batch);
	for (uint32_t i = 0; i < batch->config->hosts.count; i++) {
		const struct batch_host *host = &batch->hosts[i];
		struct command *command;

		if (!host->asked || !(batch->config->hosts.items[i].roles & ROLE_BACKEND))
			continue;
		mend->hosts[i].asked = true;
		if (!mend->hosts[i].up) {
			all_away(mend, i, host->error ? host->error : "it does not answer");
			continue;
		}
		command = commands_add(&commands, COMMAND_STORES);
		command->host = i;
		vec_each(&mend->subjects, subject)
			*vec_add(&command->names) = mem_text(subject->places.mailbox);
	}
	batch_carry(batch, &commands);
	batch_extend(batch);
	batch_pump(batch, places_whole);
	for (uint32_t i = 0; i < batch->config->hosts.count; i++)
		if (mend->hosts[i].asked)
			all_away(mend, i, "no answer in time");
	return true;
}

void mend_look(struct mend *mend, size_t subject, const struct placed *place)
{
	struct look *look = vec_add(&mend->looks);

	look->subject = subject;
	look->place = place;
}

static bool checks_whole(const struct batch *batch)
{
	vec_each(&batch->mend->looks, look)
		if (!look->check)
			return false;
	return true;
}

static struct check *unanswered(const char *mailbox)
{
	struct check *check = check_new();

	check->mailbox = mem_text(mailbox);
	check->error = mem_text("there was no answer in time");
	check->code = EX_TEMPFAIL;
	return check;
}

void mend_check(struct batch *batch, struct mend *mend, int depth)
{
	struct commands commands = { 0 };

	for (uint32_t host = 0; host < batch->config->hosts.count; host++) {
		struct command *command = NULL;

		vec_each(&mend->looks, look) {
			if (look->place->host != host)
				continue;
			if (!command)
				command = commands_add(&commands, COMMAND_CHECK);
			command->host = host;
			command->depth = depth;
			*vec_add(&command->names) =
				mem_text(mend->subjects.items[look->subject].places.mailbox);
		}
	}
	batch_carry(batch, &commands);
	/* How long a mailbox takes, nobody knows; a link that is lost ends it. */
	batch_extend(batch);
	if (!batch->options->timeout)
		batch->deadline_ms = FOREVER_MS;
	batch_pump(batch, checks_whole);
	vec_each(&mend->looks, look)
		if (!look->check)
			look->check = unanswered(mend->subjects.items[look->subject].places.mailbox);
}

void mend_ask(struct batch *batch, struct mend *mend, uint32_t host, struct str *text, int answers)
{
	struct commands commands = { 0 };
	struct command *command = commands_add(&commands, COMMAND_JOB);

	command->host = host;
	command->text = str_take(text);
	command->answers = answers;
	mend->hosts[host].ended = false;
	free(mend->hosts[host].error);
	mend->hosts[host].error = NULL;
	job_news_release(&mend->hosts[host].news);
	batch_carry(batch, &commands);
}

static bool all_ended(const struct batch *batch)
{
	for (size_t i = 0; i < batch->config->hosts.count; i++)
		if (batch->mend->hosts[i].part == PART_ASKED && !batch->mend->hosts[i].ended)
			return false;
	return true;
}

bool mend_answer(struct batch *batch, struct mend *mend, uint32_t host, struct err *err)
{
	struct mend_host *state = &mend->hosts[host];

	state->part = PART_ASKED;
	batch_extend(batch);
	batch_pump(batch, all_ended);
	state->part = PART_NONE;
	if (!state->ended)
		return err_set(err, ERR_CANCELLED, "%s: no answer within %lld s",
			batch->config->hosts.items[host].name, (long long)batch_patience_s(batch));
	if (state->error)
		return err_set(err, state->up ? ERR_RIGHTS : ERR_AWAY, "%s: %.300s",
			batch->config->hosts.items[host].name, state->error);
	return true;
}

bool mend_merge(struct batch *batch, struct mend *mend, uint32_t host, struct err *err)
{
	const char *name = batch->config->hosts.items[host].name;
	struct ledger_page page = { 0 };
	struct str text = { 0 };
	int64_t seq = 0;
	bool ok;

	if (!batch_store(batch, err) || !store_merged(batch->store, name, &seq, err))
		return false;
	mend_ask(batch, mend, host, &text, repair_ask_journal(&text, seq));
	if (!mend_answer(batch, mend, host, err))
		return false;
	vec_each(&mend->hosts[host].news.records, record)
		*vec_add(&page) = repair_ledger_entry(record, name);
	ok = !page.count || store_merge(batch->store, &page, err);
	ledger_page_release(&page);
	return ok;
}

static void take_stores(struct mend *mend, const struct message *message)
{
	vec_each(&message->stores, seen)
		vec_each(&mend->subjects, subject)
			if (!strcmp(subject->places.mailbox, seen->mailbox))
				places_take(&subject->places, message->host, seen);
}

static void take_check(struct mend *mend, struct message *message)
{
	vec_each(&mend->looks, look) {
		const char *name = mend->subjects.items[look->subject].places.mailbox;

		if (look->check || !message->check || look->place->host != message->host ||
			strcmp(name, message->check->mailbox) != 0)
			continue;
		look->check = message->check;
		message->check = NULL;
	}
}

static void tell_step(const struct mend *mend, const struct journal_record *record)
{
	if (!mend->quiet && record->mailbox && !record->has_outcome)
		batch_say("%s: %s%s%s", record->mailbox, record->act,
			record->text && *record->text ? ": " : "", record->text ? record->text : "");
}

static void take_records(struct mend *mend, struct message *message)
{
	vec_each(&message->job.records, record) {
		struct job_host *host = &mend->job->hosts.items[message->host];

		if (record->seq > host->seen && !strcmp(record->job, mend->job->plan.hash))
			tell_step(mend, record);
		job_apply(mend->job, message->host, record);
		mend->hosts[message->host].tries = 0;
	}
}

/* Moves what one list holds to the end of the other. */
#define MOVE(from, to) \
	do { \
		vec_each((from), item_) \
			*vec_add(to) = *item_; \
		vec_clear(from); \
	} while (0)

static void take_job(struct mend *mend, struct message *message)
{
	struct mend_host *host = &mend->hosts[message->host];
	struct job_news *news = &message->job;

	mend->news = true;
	if (mend->follows)
		take_records(mend, message);
	else
		MOVE(&news->records, &host->news.records);
	MOVE(&news->jobs, &host->news.jobs);
	MOVE(&news->copies, &host->news.copies);
	if (news->last)
		host->news.last = news->last;
	if (!news->ended)
		return;
	host->ended = true;
	free(host->error);
	host->error = news->error;
	news->error = NULL;
}

void mend_take(struct batch *batch, struct mend *mend, struct message *message)
{
	(void)batch;
	switch (message->kind) {
	case MESSAGE_LINK:
		mend->hosts[message->host].up = message->link.state == LINK_UP;
		mend->news = true;
		break;
	case MESSAGE_STORES:
		take_stores(mend, message);
		break;
	case MESSAGE_CHECK:
		take_check(mend, message);
		break;
	case MESSAGE_JOB:
		take_job(mend, message);
		break;
	default:
		break;
	}
}

int mend_code(const struct err *err)
{
	return err->kind == ERR_NONE ? EX_OK : err_exit_code(err);
}

int mend_worse(int one, int other)
{
	static const int order[] = { EX_OK, EX_USAGE, EX_NOUSER, EX_NOPERM, EX_UNAVAILABLE, EX_TEMPFAIL,
		EXIT_FAILURE };
	size_t worst = 0;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (one == order[i] || other == order[i])
			worst = i;
	return order[worst];
}
