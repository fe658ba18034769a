/* SPDX-License-Identifier: MIT */
#include "net/worker.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "net/live.h"

#define STACK_BYTES ((size_t)512 << 10)
/* Nothing that a worker waits for is told in less: a thousand timers go off in a few goes. */
#define TIMER_SLACK_NS 20000000UL

struct common *common_new(const struct config *config, struct inbox *inbox, int handshakes)
{
	struct common *common = mem_new(sizeof(*common));

	common->config = config;
	common->inbox = inbox;
	common->sshconfig = sshconfig_new();
	common->keyring = keyring_new();
	common->trust = trust_new();
	turns_init(&common->handshakes, handshakes > 0 ? handshakes : HANDSHAKES_DEFAULT);
	turns_init(&common->lookups, LOOKUPS_AT_ONCE);
	turns_by_name_init(&common->jumps, HANDSHAKES_THROUGH_JUMP);
	pthread_mutex_init(&common->lock, NULL);
	pthread_cond_init(&common->changed, NULL);
	common->users = 1;
	return common;
}

void common_give_back(struct common *common)
{
	bool last;

	pthread_mutex_lock(&common->lock);
	last = --common->users == 0;
	pthread_mutex_unlock(&common->lock);
	if (!last)
		return;
	sshconfig_free(common->sshconfig);
	keyring_free(common->keyring);
	trust_free(common->trust);
	turns_release(&common->handshakes);
	turns_release(&common->lookups);
	turns_by_name_release(&common->jumps);
	pthread_mutex_destroy(&common->lock);
	pthread_cond_destroy(&common->changed);
	free(common);
}

static struct config_host host_copy(const struct config_host *from)
{
	return (struct config_host){
		.name = mem_text(from->name),
		.address = mem_text(from->address),
		.port = from->port,
		.user = mem_text(from->user),
		.identity = mem_text(from->identity),
		.known_hosts = mem_text(from->known_hosts),
		.become = mem_text(from->become),
		.roles = from->roles,
	};
}

struct worker *worker_new(struct common *common, uint32_t index, struct err *err)
{
	struct worker *worker = mem_new(sizeof(*worker));

	if (!wake_init(&worker->wake, err)) {
		free(worker);
		return NULL;
	}
	worker->common = common;
	worker->index = index;
	worker->host = host_copy(&common->config->hosts.items[index]);
	pthread_mutex_init(&worker->lock, NULL);
	pthread_mutex_lock(&common->lock);
	common->users++;
	pthread_mutex_unlock(&common->lock);
	return worker;
}

void secret_free(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

void worker_free(struct worker *worker)
{
	struct common *common = worker->common;

	commands_release(&worker->commands);
	secret_free(worker->answer);
	free(worker->host.name);
	free(worker->host.address);
	free(worker->host.user);
	free(worker->host.identity);
	free(worker->host.known_hosts);
	free(worker->host.become);
	wake_release(&worker->wake);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
	common_give_back(common);
}

static void *worker_main(void *argument)
{
	struct worker *worker = argument;
	struct common *common = worker->common;
	bool orphan;

	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
	live(worker);
	pthread_mutex_lock(&common->lock);
	common->running--;
	worker->ended = true;
	orphan = common->given_up;
	pthread_cond_broadcast(&common->changed);
	pthread_mutex_unlock(&common->lock);
	if (orphan)
		worker_free(worker);
	return NULL;
}

bool worker_start(struct worker *worker, struct err *err)
{
	struct common *common = worker->common;
	pthread_attr_t attributes;
	int code;

	pthread_mutex_lock(&common->lock);
	common->running++;
	pthread_mutex_unlock(&common->lock);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	code = pthread_create(&worker->thread, &attributes, worker_main, worker);
	pthread_attr_destroy(&attributes);
	if (code == 0)
		return true;
	pthread_mutex_lock(&common->lock);
	common->running--;
	pthread_mutex_unlock(&common->lock);
	errno = code;
	return err_errno(err, ERR_IO, "cannot start the worker of %s", worker->host.name);
}

static void answer_take(struct worker *worker, struct command *command)
{
	if (!worker->asked || worker->asked != command->prompt || worker->answered)
		return;
	worker->answered = true;
	worker->yes = command->yes;
	worker->answer = command->text;
	command->text = NULL;
}

void worker_do(struct worker *worker, struct command *command)
{
	if (command->kind == COMMAND_RECONNECT)
		keyring_forget(worker->common->keyring);
	pthread_mutex_lock(&worker->lock);
	switch (command->kind) {
	case COMMAND_ANSWER:
		answer_take(worker, command);
		break;
	case COMMAND_RECONNECT:
		worker->reconnect = true;
		break;
	case COMMAND_STORES:
	case COMMAND_NAMES:
	case COMMAND_DOCTOR:
	case COMMAND_CHECK:
	case COMMAND_JOB:
	case COMMAND_PREPARE:
		*vec_add(&worker->commands) = *command;
		*command = (struct command){ .kind = command->kind, .host = command->host };
		break;
	default:
		break;
	}
	pthread_mutex_unlock(&worker->lock);
	wake_up(&worker->wake);
}

uint64_t worker_post(struct worker *worker, struct message *message)
{
	if (atomic_load(&worker->wake.stop)) {
		message_free(message);
		return 0;
	}
	message->at_ms = clock_ms();
	message->wall_s = clock_wall_s();
	return inbox_put(worker->common->inbox, message);
}

void worker_link(struct worker *worker, enum link_state state, int64_t retry_ms,
	const char *format, ...)
{
	struct message *message = message_new(MESSAGE_LINK, worker->index);
	struct str text = { .bound = 600 };
	va_list args;

	message->link.state = state;
	message->link.retry_ms = retry_ms;
	if (format) {
		va_start(args, format);
		str_addv(&text, format, args);
		va_end(args);
		message->link.text = str_take(&text);
	}
	worker_post(worker, message);
}

void worker_did(struct worker *worker, const char *what, const char *detail)
{
	struct message *message = message_new(MESSAGE_DID, worker->index);

	message->did.wall_s = clock_wall_s();
	message->did.what = mem_text(what);
	message->did.host = mem_text(worker->host.name);
	message->did.detail = mem_text(detail);
	message->did.result = mem_text("ok");
	worker_post(worker, message);
}

/* What is typed now must not end in a core dump or be read by another process. */
static void keep_secrets(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* its leak checker reads this process's memory */
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

static void post_prompt(struct worker *worker, enum message_kind kind, const struct prompt *prompt,
	uint64_t id)
{
	struct message *message = message_new(kind, worker->index);

	message->prompt.id = id;
	message->prompt.kind = prompt->kind;
	if (kind == MESSAGE_PROMPT) {
		message->prompt.title = mem_text(prompt->title);
		message->prompt.text = mem_text(prompt->text);
	}
	worker_post(worker, message);
}

/* True once the answer is there. */
static bool answer_fetch(struct worker *worker, bool *yes, char **text)
{
	bool there;

	pthread_mutex_lock(&worker->lock);
	there = worker->answered;
	if (there) {
		*yes = worker->yes;
		*text = worker->answer;
		worker->answer = NULL;
		worker->asked = 0;
		worker->answered = false;
	}
	pthread_mutex_unlock(&worker->lock);
	return there;
}

/* The jump host's first: whoever waits for that one holds no other. */
static bool take_all(struct worker *worker, struct turns *const wanted[2], struct err *err)
{
	for (size_t i = 0; i < 2; i++) {
		if (!wanted[i])
			continue;
		if (!turns_take(wanted[i], &worker->wake)) {
			worker_turn_give(worker);
			return err_set(err, ERR_CANCELLED, "given up");
		}
		worker->turns[i] = wanted[i];
	}
	return true;
}

bool worker_ask(struct worker *worker, const struct prompt *prompt, const char *instead, bool *yes,
	char **text, struct err *err)
{
	uint64_t id = atomic_fetch_add(&worker->common->prompts, 1) + 1;
	struct turns *held[2] = { worker->turns[0], worker->turns[1] };

	if (!worker->common->may_ask)
		return err_set(err, ERR_REFUSED, "%s", instead);
	pthread_mutex_lock(&worker->lock);
	worker->asked = id;
	worker->answered = false;
	pthread_mutex_unlock(&worker->lock);
	worker_turn_give(worker);
	worker_link(worker, LINK_ASKING, 0, "%s", prompt->title);
	if (prompt->kind == PROMPT_SECRET)
		keep_secrets();
	post_prompt(worker, MESSAGE_PROMPT, prompt, id);
	while (!answer_fetch(worker, yes, text)) {
		struct err why = { 0 };

		/* Any wake may be the answer. */
		if (!wait_wake(&worker->wake, INT64_MAX, &why)) {
			*err = why;
			return false;
		}
	}
	post_prompt(worker, MESSAGE_UNPROMPT, prompt, id);
	worker_link(worker, LINK_CONNECTING, 0, NULL);
	return take_all(worker, held, err);
}

bool worker_turn_take(struct worker *worker, const char *jump, struct err *err)
{
	struct turns *wanted[2] = { jump ? turns_by_name_get(&worker->common->jumps, jump) : NULL,
		&worker->common->handshakes };

	return take_all(worker, wanted, err);
}

void worker_turn_give(struct worker *worker)
{
	for (size_t i = 0; i < 2; i++)
		if (worker->turns[i]) {
			turns_give(worker->turns[i]);
			worker->turns[i] = NULL;
		}
}
