/* SPDX-License-Identifier: MIT */
#include "net/requests.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

static enum message_kind answer_kind(enum command_kind kind)
{
	if (kind == COMMAND_STORES)
		return MESSAGE_STORES;
	return kind == COMMAND_NAMES ? MESSAGE_NAMES : MESSAGE_DOCTOR;
}

void request_drop(struct command *command)
{
	struct commands one = { 0 };

	*vec_add(&one) = *command;
	*command = (struct command){ 0 };
	commands_release(&one);
}

/* A field of a request: what would end it is escaped. */
static void field(struct str *out, const char *text)
{
	for (; *text; text++)
		if (*text == '\t')
			str_adds(out, "\\t");
		else if (*text == '\n')
			str_adds(out, "\\n");
		else if (*text == '\\')
			str_adds(out, "\\\\");
		else
			str_addc(out, *text);
}

static void question(struct str *out, const struct config *config, const struct command *command)
{
	if (command->kind == COMMAND_STORES) {
		vec_each(&command->names, name) {
			field(out, *name);
			str_addc(out, '\n');
		}
		str_addc(out, '\n');
	} else if (command->kind == COMMAND_NAMES) {
		static const char *const froms[] = {
			[FROM_SESSIONS] = "userdb",
			[FROM_USERDB] = "userdb",
			[FROM_GLOB] = "glob\t",
			[FROM_FILE] = "file\t",
		};

		str_adds(out, froms[config->mailboxes_from]);
		if (config->mailboxes_source)
			field(out, config->mailboxes_source);
		str_addc(out, '\n');
	}
}

void requests_start(struct requests *requests, struct worker *worker, struct session *session,
	struct command *command)
{
	static const enum remote_sub subs[] = {
		[COMMAND_STORES] = REMOTE_STORES,
		[COMMAND_NAMES] = REMOTE_MAILBOXES,
		[COMMAND_DOCTOR] = REMOTE_DOCTOR,
	};
	struct request *request = vec_add(requests);
	struct str text = { 0 };

	request->command = *command;
	*command = (struct command){ 0 };
	request->message = message_new(answer_kind(request->command.kind), worker->index);
	request->deadline_ms = clock_ms() + REQUEST_MS;
	remote_start(&request->remote, session, subs[request->command.kind], &worker->host);
	question(&text, worker->common->config, &request->command);
	if (text.len)
		stream_write(request->remote.stream, text.data, text.len);
	stream_end(request->remote.stream);
	str_release(&text);
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

/* Posts the answer; WHY tells what went wrong, NULL that it is whole. */
static void finish(struct worker *worker, struct message *message, const struct command *command,
	const char *why)
{
	struct doctor_check *check;

	if (why && message->kind == MESSAGE_STORES) {
		stores_refused(message, &command->names, why);
	} else if (why && message->kind == MESSAGE_DOCTOR) {
		check = vec_add(&message->doctor);
		check->name = mem_text("agent");
		check->found = mem_text(why);
		check->mend = mem_text("");
	}
	/* An empty list ends the names. */
	if (message->kind == MESSAGE_NAMES && message->names.count) {
		worker_post(worker, message);
		message = message_new(MESSAGE_NAMES, worker->index);
	}
	worker_post(worker, message);
}

void request_refuse(struct worker *worker, struct command *command, const char *why)
{
	struct message *message;

	if (command->kind == COMMAND_PREPARE) {
		message = message_new(MESSAGE_PREPARE, worker->index);
		message->prepare.text = mem_text(why);
		worker_post(worker, message);
	} else if (command->kind == COMMAND_STORES || command->kind == COMMAND_NAMES ||
		command->kind == COMMAND_DOCTOR) {
		finish(worker, message_new(answer_kind(command->kind), worker->index), command, why);
	}
}

/* One line of an answer; *end tells that it was the last. */
static bool take_line(struct request *request, const char *line, size_t len, bool *end,
	struct err *err)
{
	struct message *message = request->message;
	struct store_seen seen = { 0 };
	struct doctor_check check = { 0 };

	switch (message->kind) {
	case MESSAGE_STORES:
		if (!store_seen_parse(&seen, line, len, end, err))
			return false;
		if (!*end)
			*vec_add(&message->stores) = seen;
		return true;
	case MESSAGE_NAMES:
		return names_seen_parse(&message->names, line, len, end, err);
	default:
		if (!doctor_check_parse(&check, line, len, end, err))
			return false;
		if (!*end)
			*vec_add(&message->doctor) = check;
		return true;
	}
}

/* Names come in parts: each goes on at once. */
static void pass_on(struct worker *worker, struct request *request)
{
	if (request->message->kind != MESSAGE_NAMES || !request->message->names.count)
		return;
	worker_post(worker, request->message);
	request->message = message_new(MESSAGE_NAMES, worker->index);
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
			if (!take_line(request, line, len, &end, err))
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
	finish(worker, request->message, &request->command, err->kind != ERR_NONE ? err->text : NULL);
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
