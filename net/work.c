/* SPDX-License-Identifier: MIT */
#include "net/work.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "net/forward.h"
#include "net/prepare.h"
#include "net/remote.h"
#include "net/requests.h"

/* The console is slow to take a sample: how soon to look again. Seldom, or a thousand
 * workers would keep it slow. */
#define TAKEN_TICK_MS 200

struct work {
	struct worker *worker;
	struct session *session;
	struct remote remote;
	struct forward forward;
	struct requests requests;
	struct sample *sample; /* the one that was asked for; NULL: none */
	bool requested;        /* by a line to the agent (not yet: the dump comes first) */
	bool by_anvil;         /* the last sample's sessions came from the forward */
	bool restarted;        /* the agent was sent anew in this link */
	uint64_t seq, take;
	unsigned since_full;
	int64_t next_ms, deadline_ms, probed_ms;
};

static void request_line(struct work *work, bool full, bool by_anvil)
{
	struct str line = { 0 };

	str_addf(&line, "sample\t%llu%s%s\n", (unsigned long long)work->seq, full ? "\tfull" : "",
		by_anvil ? "\tanvil" : "");
	stream_write(work->remote.stream, line.data, line.len);
	str_release(&line);
	lines_reset(&work->remote.lines);
	work->requested = true;
	work->by_anvil = by_anvil;
	work->since_full = full ? 1 : work->since_full + 1;
}

static void sample_begin(struct work *work)
{
	work->sample = sample_new();
	work->sample->asked_ms = clock_ms();
	work->requested = false;
	work->seq++;
	work->deadline_ms = work->sample->asked_ms + SAMPLE_MS;
}

static bool full_is_due(const struct work *work)
{
	return work->since_full == 0 || work->since_full >= FULL_EVERY;
}

static void ask(struct work *work)
{
	sample_begin(work);
	if (work->forward.state == FORWARD_IDLE)
		forward_ask(&work->forward);
	else
		request_line(work, full_is_due(work) || work->by_anvil, false);
}

/* The dump is there, or will not come: the rest of the sample is the agent's. */
static void ask_rest(struct work *work)
{
	struct str pids = { 0 };
	bool full = full_is_due(work) || !work->by_anvil;

	if (work->forward.state == FORWARD_DONE &&
		forward_take(&work->forward, full, work->sample, &pids)) {
		if (pids.len) {
			str_addc(&pids, '\n');
			stream_write(work->remote.stream, pids.data, pids.len);
		}
		request_line(work, full, true);
	} else {
		request_line(work, true, false);
	}
	str_release(&pids);
}

static void forward_go_on(struct work *work)
{
	forward_step(&work->forward);
	if (work->sample && !work->requested &&
		(work->forward.state == FORWARD_DONE || work->forward.state == FORWARD_OFF))
		ask_rest(work);
}

static void facts_seen(struct work *work, const struct sample *sample)
{
	if (work->forward.state != FORWARD_UNTRIED || !sample->has_facts)
		return;
	if (sample->facts.base_dir && sample->facts.dovecot)
		forward_open(&work->forward, work->session, sample->facts.base_dir, sample->facts.dovecot);
	else
		work->forward.state = FORWARD_OFF;
}

/* A timer that was late does not put off all that follow. */
static int64_t next_after(const struct work *work, int64_t asked_ms)
{
	int64_t interval = work->worker->common->config->interval_ms;
	bool on_time = asked_ms - work->next_ms <= interval / 10;

	return (on_time ? work->next_ms : asked_ms) + interval;
}

static void deliver(struct work *work)
{
	struct message *message = message_new(MESSAGE_SAMPLE, work->worker->index);

	facts_seen(work, work->sample);
	work->next_ms = next_after(work, work->sample->asked_ms);
	message->sample = work->sample;
	work->sample = NULL;
	work->take = worker_post(work->worker, message);
}

static bool sample_line(struct work *work, const char *line, size_t len, struct err *err)
{
	if (!work->sample || !work->requested)
		return err_set(err, ERR_DATA, "the host's agent speaks without being asked and was cut off");
	if (!sample_feed(work->sample, line, len, err))
		return false;
	if (!work->sample->whole)
		return true;
	if (work->sample->seq != work->seq)
		return err_set(err, ERR_DATA, "the host's agent answers another request than the one it got");
	deliver(work);
	return true;
}

static void greeted(struct work *work, struct sample_hello *hello)
{
	struct message *message = message_new(MESSAGE_HELLO, work->worker->index);

	message->hello = *hello;
	*hello = (struct sample_hello){ 0 };
	worker_post(work->worker, message);
	worker_link(work->worker, LINK_UP, 0, NULL);
	work->deadline_ms = clock_ms() + SAMPLE_MS;
}

/* The first request goes along with the start: it costs no round trip of its own. */
static void agent_start(struct work *work)
{
	remote_start(&work->remote, work->session, REMOTE_SAMPLE, &work->worker->host);
	sample_free(work->sample);
	work->sample = NULL;
	work->since_full = 0;
	work->seq = 0;
	if (work->worker->common->samples)
		ask(work);
	work->deadline_ms = clock_ms() + GREETING_MS;
}

/* The agent is not there, or what is there does not start. */
static bool agent_send(struct work *work, struct err *err)
{
	const struct config_host *host = &work->worker->host;

	if (host->become)
		return err_set(err, ERR_RIGHTS, "the agent is not installed there; run: mailmend hosts prepare %s",
			host->name);
	if (work->restarted)
		return err_set(err, ERR_AWAY, "the agent vanished from the host as soon as it was sent");
	work->restarted = true;
	worker_link(work->worker, LINK_CONNECTING, 0, "sending the agent");
	remote_stop(&work->remote);
	if (!remote_send(work->session, clock_ms() + GREETING_MS, err))
		return false;
	agent_start(work);
	return true;
}

static bool agent_over(struct work *work, struct err *err)
{
	/* A damaged file on the host is mended by sending it again, once. */
	if (err->kind == ERR_AWAY && !work->remote.greeted && !work->restarted &&
		!work->worker->host.become && stream_exit(work->remote.stream) >= 0)
		return agent_send(work, err);
	return false;
}

static bool agent_read(struct work *work, struct err *err)
{
	struct sample_hello hello = { 0 };
	const char *line;
	size_t len;

	for (;;) {
		switch (remote_read(&work->remote, &line, &len, &hello, err)) {
		case REMOTE_NOTHING:
			return true;
		case REMOTE_HELLO:
			greeted(work, &hello);
			break;
		case REMOTE_LINE:
			if (!sample_line(work, line, len, err))
				return false;
			break;
		case REMOTE_MISSING:
			return agent_send(work, err);
		case REMOTE_OVER:
			return agent_over(work, err);
		}
	}
}

/* Silence: first a question to its sshd, then the end. */
static bool is_alive(struct work *work, int64_t now, struct err *err)
{
	int64_t heard = session_heard_ms(work->session);

	if (now - heard >= SILENCE_DEAD_MS)
		return err_set(err, ERR_AWAY, "the host has been silent for %d s (frozen, or its network is gone)",
			SILENCE_DEAD_MS / 1000);
	if (now - heard >= SILENCE_PROBE_MS && now - work->probed_ms >= SILENCE_PROBE_MS) {
		work->probed_ms = now;
		session_probe(work->session);
	}
	return true;
}

static bool in_time(struct work *work, int64_t now, struct err *err)
{
	if (work->remote.stream && (!work->remote.greeted || work->sample) && now >= work->deadline_ms)
		return err_set(err, ERR_AWAY, work->remote.greeted ?
			"the host's agent does not answer; is doveadm or a disk stuck there?" :
			"timed out");
	return is_alive(work, now, err);
}

/* Requests of the console, as many as may run at once. */
static void requests_take(struct work *work)
{
	struct command command;
	bool any = true;

	while (any && work->requests.count < REQUESTS_AT_ONCE) {
		pthread_mutex_lock(&work->worker->lock);
		any = work->worker->commands.count > 0;
		if (any) {
			command = work->worker->commands.items[0];
			work->worker->commands.count--;
			memmove(work->worker->commands.items, work->worker->commands.items + 1,
				work->worker->commands.count * sizeof(command));
		}
		work->worker->reconnect = false;
		pthread_mutex_unlock(&work->worker->lock);
		if (!any)
			break;
		if (command.kind == COMMAND_PREPARE) {
			prepare(work->worker, work->session, &command);
			request_drop(&command);
		} else if (work->worker->common->bare) {
			request_refuse(work->worker, &command, "no agent runs");
			request_drop(&command);
		} else {
			requests_start(&work->requests, work->worker, work->session, &command);
		}
	}
}

static bool may_ask_now(const struct work *work, int64_t now)
{
	return work->worker->common->samples && work->remote.greeted && !work->sample &&
		now >= work->next_ms;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t next_look(const struct work *work, int64_t now)
{
	int64_t heard = session_heard_ms(work->session);
	int64_t look = earlier(heard + SILENCE_DEAD_MS, requests_deadline(&work->requests));

	look = earlier(look,
		(heard > work->probed_ms ? heard : work->probed_ms) + SILENCE_PROBE_MS);
	if (!work->remote.greeted || work->sample)
		look = earlier(look, work->deadline_ms);
	if (work->forward.state == FORWARD_OPENING || work->forward.state == FORWARD_DUMPING)
		look = earlier(look, work->forward.deadline_ms);
	if (work->worker->common->samples && work->remote.greeted && !work->sample)
		look = earlier(look, work->next_ms > now ? work->next_ms : now + TAKEN_TICK_MS);
	return look;
}

static bool turn(struct work *work, struct err *err)
{
	int64_t now = clock_ms();

	requests_take(work);
	if (may_ask_now(work, now) && inbox_takes(work->worker->common->inbox) >= work->take)
		ask(work);
	if (!session_pump(work->session, next_look(work, now), err))
		return false;
	if (work->remote.stream && !agent_read(work, err))
		return false;
	forward_go_on(work);
	requests_step(&work->requests, work->worker);
	return in_time(work, clock_ms(), err);
}

void work(struct worker *worker, struct session *session, struct err *err)
{
	struct work work = { .worker = worker, .session = session, .probed_ms = clock_ms() };

	if (worker->common->bare)
		worker_link(worker, LINK_UP, 0, NULL);
	else
		agent_start(&work);
	while (turn(&work, err))
		;
	if (err->kind == ERR_AWAY && work.remote.stream && !work.remote.greeted)
		err_context(err, "start of the agent");
	requests_end(&work.requests, worker, err->text);
	forward_close(&work.forward);
	sample_free(work.sample);
	if (work.remote.stream)
		remote_stop(&work.remote);
}

void work_refuse(struct worker *worker, const char *why)
{
	struct commands commands;

	pthread_mutex_lock(&worker->lock);
	commands = worker->commands;
	worker->commands = (struct commands){ 0 };
	pthread_mutex_unlock(&worker->lock);
	vec_each(&commands, command)
		request_refuse(worker, command, why);
	commands_release(&commands);
}
