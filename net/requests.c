/* SPDX-License-Identifier: MIT */
#include "net/requests.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "core/base/mem.h"
#include "core/wire.h"

void request_drop(struct command *command)
{
	struct commands one = { 0 };

	*vec_add(&one) = *command;
	*command = (struct command){ 0 };
	commands_release(&one);
}

static void ask_stores(struct str *out, const struct config *config, const struct command *command)
{
	(void)config;
	vec_each(&command->names, name) {
		wire_field(out, *name);
		str_addc(out, '\n');
	}
	str_addc(out, '\n');
}

static void ask_names(struct str *out, const struct config *config, const struct command *command)
{
	static const char *const froms[] = {
		[FROM_SESSIONS] = "userdb",
		[FROM_USERDB] = "userdb",
		[FROM_GLOB] = "glob\t",
		[FROM_FILE] = "file\t",
	};

	(void)command;
	str_adds(out, froms[config->mailboxes_from]);
	if (config->mailboxes_source)
		wire_field(out, config->mailboxes_source);
	str_addc(out, '\n');
}

static void ask_check(struct str *out, const struct config *config, const struct command *command)
{
	(void)config;
	vec_each(&command->names, name) {
		str_adds(out, "check\t");
		wire_field(out, *name);
		str_addf(out, "\t%d\n", command->depth);
	}
}

static void ask_job(struct str *out, const struct config *config, const struct command *command)
{
	(void)config;
	str_adds(out, command->text);
}

static bool take_store(struct request *request, const char *line, size_t len, bool *end,
	struct err *err)
{
	struct store_seen seen = { 0 };

	if (!store_seen_parse(&seen, line, len, end, err))
		return false;
	if (!*end)
		*vec_add(&request->message->stores) = seen;
	return true;
}

static bool take_names(struct request *request, const char *line, size_t len, bool *end,
	struct err *err)
{
	return names_seen_parse(&request->message->names, line, len, end, err);
}

static bool take_doctor(struct request *request, const char *line, size_t len, bool *end,
	struct err *err)
{
	struct doctor_check check = { 0 };

	if (!doctor_check_parse(&check, line, len, end, err))
		return false;
	if (!*end)
		*vec_add(&request->message->doctor) = check;
	return true;
}

static bool take_check(struct request *request, const char *line, size_t len, bool *end,
	struct err *err)
{
	if (!request->message->check)
		request->message->check = check_new();
	return check_feed(request->message->check, line, len, end, err);
}

static bool take_job(struct request *request, const char *line, size_t len, bool *end,
	struct err *err)
{
	request->message->job.asked = request->command.prompt;
	if (!job_feed(&request->message->job, line, len, end, err))
		return false;
	if (*end)
		*end = ++request->answered >= request->command.answers;
	return true;
}

/* Names come in parts: each goes on at once. */
static bool names_part(const struct request *request)
{
	return request->message->names.count > 0;
}

static bool check_part(const struct request *request)
{
	return request->message->check && request->message->check->whole;
}

static bool job_part(const struct request *request)
{
	const struct job_news *news = &request->message->job;

	return news->records.count || news->jobs.count || news->copies.count;
}

static void stores_refused(struct message *message, const struct names_seen *names,
	const char *why)
{
	vec_each(names, name) {
		bool answered = false;

		vec_each(&message->stores, seen)
			answered |= strcmp(seen->mailbox, *name) == 0;
		if (!answered)
			*vec_add(&message->stores) = (struct store_seen){ .mailbox = mem_text(*name),
				.error = mem_text(why) };
	}
}

static void finish_stores(struct worker *worker, struct message *message,
	const struct command *command, const char *why)
{
	if (why)
		stores_refused(message, &command->names, why);
	worker_post(worker, message);
}

/* An empty list ends the names. */
static void finish_names(struct worker *worker, struct message *message,
	const struct command *command, const char *why)
{
	(void)command;
	(void)why;
	if (message->names.count) {
		worker_post(worker, message);
		message = message_new(MESSAGE_NAMES, worker->index);
	}
	worker_post(worker, message);
}

static void finish_doctor(struct worker *worker, struct message *message,
	const struct command *command, const char *why)
{
	(void)command;
	if (why)
		*vec_add(&message->doctor) = (struct doctor_check){ .name = mem_text("agent"),
			.found = mem_text(why),
			.mend = mem_text("") };
	worker_post(worker, message);
}

/* Each mailbox that was not checked hears why; those that were are crossed out already. */
static void finish_check(struct worker *worker, struct message *message,
	const struct command *command, const char *why)
{
	message_free(message);
	vec_each(&command->names, name) {
		if (!*name)
			continue;
		message = message_new(MESSAGE_CHECK, worker->index);
		message->check = check_new();
		message->check->mailbox = mem_text(*name);
		message->check->error = mem_text(why ? why : "the agent gave no answer about it");
		message->check->code = EX_TEMPFAIL;
		message->check->whole = true;
		worker_post(worker, message);
	}
}

static void finish_job(struct worker *worker, struct message *message,
	const struct command *command, const char *why)
{
	message->job.asked = command->prompt;
	message->job.ended = true;
	message->job.error = mem_text(why);
	worker_post(worker, message);
}

/* What a kind of request asks, how its answer is read, and how it ends. */
static const struct request_kind {
	enum command_kind command;
	enum message_kind message;
	enum remote_sub sub;
	void (*ask)(struct str *, const struct config *, const struct command *);
	bool (*take)(struct request *, const char *, size_t, bool *, struct err *);
	bool (*part)(const struct request *); /* something can go on already; NULL: only the whole */
	void (*finish)(struct worker *, struct message *, const struct command *, const char *why);
	int64_t patience_ms; /* from the start; 0: as long as the host lives */
} kinds[] = {
	{ COMMAND_STORES, MESSAGE_STORES, REMOTE_STORES, ask_stores, take_store, NULL, finish_stores,
		REQUEST_MS },
	{ COMMAND_NAMES, MESSAGE_NAMES, REMOTE_MAILBOXES, ask_names, take_names, names_part,
		finish_names, REQUEST_MS },
	{ COMMAND_DOCTOR, MESSAGE_DOCTOR, REMOTE_DOCTOR, NULL, take_doctor, NULL, finish_doctor,
		REQUEST_MS },
	{ COMMAND_CHECK, MESSAGE_CHECK, REMOTE_CHECK, ask_check, take_check, check_part, finish_check,
		0 },
	{ COMMAND_JOB, MESSAGE_JOB, REMOTE_JOB, ask_job, take_job, job_part, finish_job, 0 },
};

static const struct request_kind *kind_of(enum command_kind command)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].command == command)
			return &kinds[i];
	return NULL;
}

void requests_start(struct requests *requests, struct worker *worker, struct session *session,
	struct command *command)
{
	const struct request_kind *kind = kind_of(command->kind);
	struct request *request;
	struct str text = { .bound = SIZE_MAX };

	if (!kind)
		return;
	request = vec_add(requests);
	request->kind = kind;
	request->command = *command;
	*command = (struct command){ 0 };
	request->message = message_new(kind->message, worker->index);
	request->deadline_ms = kind->patience_ms ? clock_ms() + kind->patience_ms : INT64_MAX;
	remote_start(&request->remote, session, kind->sub, &worker->host);
	if (kind->ask)
		kind->ask(&text, worker->common->config, &request->command);
	if (text.len)
		stream_write(request->remote.stream, text.data, text.len);
	stream_end(request->remote.stream);
	str_release(&text);
}

void request_refuse(struct worker *worker, struct command *command, const char *why)
{
	const struct request_kind *kind = kind_of(command->kind);
	struct message *message;

	if (command->kind == COMMAND_PREPARE) {
		message = message_new(MESSAGE_PREPARE, worker->index);
		message->prepare.text = mem_text(why);
		worker_post(worker, message);
	} else if (kind) {
		kind->finish(worker, message_new(kind->message, worker->index), command, why);
	}
}

/* The name that was answered is crossed out, so that the rest can be told what became of it. */
static void cross_out(struct names_seen *names, const char *mailbox)
{
	vec_each(names, name)
		if (strcmp(*name, mailbox) == 0) {
			**name = '\0';
			return;
		}
}

static void pass_on(struct worker *worker, struct request *request)
{
	if (!request->kind->part || !request->kind->part(request))
		return;
	if (request->message->kind == MESSAGE_CHECK)
		cross_out(&request->command.names, request->message->check->mailbox);
	worker_post(worker, request->message);
	request->message = message_new(request->kind->message, worker->index);
}

static void say_why(struct worker *worker, const struct request *request, const struct err *err)
{
	if (request->message->kind == MESSAGE_NAMES)
		worker_link(worker, LINK_UP, 0, "the mailboxes cannot be listed: %s", err->text);
}

/* True while it goes on; false when it ended: err->kind is ERR_NONE when it is whole. */
static bool step(struct worker *worker, struct request *request, struct err *err)
{
	struct sample_hello hello = { 0 };
	const char *line;
	size_t len;
	bool end = false;

	for (;;) {
		switch (remote_read(&request->remote, &line, &len, &hello, err)) {
		case REMOTE_LINE:
			if (!request->kind->take(request, line, len, &end, err))
				return false;
			pass_on(worker, request);
			if (end)
				return false;
			break;
		case REMOTE_HELLO:
			sample_hello_release(&hello);
			break;
		case REMOTE_NOTHING:
			return clock_ms() < request->deadline_ms || err_set(err, ERR_AWAY, "timed out");
		case REMOTE_MISSING:
			return err_set(err, ERR_AWAY, "the agent is no longer on the host; reconnect to send it");
		case REMOTE_OVER:
			return false;
		}
	}
}

static void over(struct worker *worker, struct request *request, const struct err *err)
{
	if (err->kind != ERR_NONE)
		say_why(worker, request, err);
	request->kind->finish(worker, request->message, &request->command,
		err->kind != ERR_NONE ? err->text : NULL);
	remote_stop(&request->remote);
	request_drop(&request->command);
}

void requests_step(struct requests *requests, struct worker *worker)
{
	for (size_t i = 0; i < requests->count;) {
		struct request *request = &requests->items[i];
		struct err err = { 0 };

		if (step(worker, request, &err)) {
			i++;
		} else {
			over(worker, request, &err);
			vec_swap_out(requests, i);
		}
	}
}

int64_t requests_deadline(const struct requests *requests)
{
	int64_t deadline = INT64_MAX;

	vec_each(requests, request)
		if (request->deadline_ms < deadline)
			deadline = request->deadline_ms;
	return deadline;
}

void requests_end(struct requests *requests, struct worker *worker, const char *why)
{
	struct err err;

	err_set(&err, ERR_AWAY, "%s", why);
	vec_each(requests, request)
		over(worker, request, &err);
	vec_release(requests);
}
