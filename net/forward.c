/* SPDX-License-Identifier: MIT */
#include "net/forward.h"

#include <string.h>

#include "net/wait.h"

static void off(struct forward *forward)
{
	stream_free(forward->stream);
	forward->stream = NULL;
	anvil_release(&forward->anvil);
	str_release(&forward->dump);
	forward->state = FORWARD_OFF;
}

void forward_close(struct forward *forward)
{
	off(forward);
}

static void say(struct forward *forward, const char *text)
{
	stream_write(forward->stream, text, strlen(text));
}

void forward_open(struct forward *forward, struct session *session, const char *base_dir,
	const char *dovecot)
{
	struct str path = { 0 };

	/* A path from a host goes back to that host alone; still it must be one. */
	if (*base_dir != '/') {
		off(forward);
		return;
	}
	str_addf(&path, "%s/anvil", base_dir);
	forward->stream = stream_unix(session, str_text(&path));
	str_release(&path);
	forward->version = anvil_version_of(dovecot);
	forward->dump.bound = FORWARD_DUMP_MAX;
	forward->heads = forward->version == ANVIL_2 ? 1 : 0;
	forward->state = FORWARD_OPENING;
	forward->deadline_ms = clock_ms() + FORWARD_MS;
	say(forward, forward->version == ANVIL_2 ? "VERSION\tanvil-client\t2\t0\n\n" :
						   "VERSION\tanvil\t1\t0\n");
}

void forward_ask(struct forward *forward)
{
	forward->state = FORWARD_DUMPING;
	forward->heads = forward->version == ANVIL_2 ? 1 : 0;
	forward->deadline_ms = clock_ms() + FORWARD_MS;
	say(forward, "CONNECT-DUMP\n");
}

static void skip_heads(struct forward *forward)
{
	char *end;

	while (forward->heads && forward->dump.len &&
		(end = memchr(forward->dump.data, '\n', forward->dump.len))) {
		str_cut(&forward->dump, 0, (size_t)(end + 1 - forward->dump.data));
		forward->heads--;
	}
}

/* An empty line ends it. */
static bool is_whole(const struct str *dump)
{
	if (dump->len == 1)
		return dump->data[0] == '\n';
	return dump->len > 1 && memcmp(dump->data + dump->len - 2, "\n\n", 2) == 0;
}

void forward_step(struct forward *forward)
{
	struct str *in;

	if (!forward->stream)
		return;
	in = stream_in(forward->stream);
	if (in->len) {
		str_add(&forward->dump, in->data, in->len);
		forward->dump.cut |= in->cut;
		str_clear(in);
		skip_heads(forward);
	}
	if (stream_state(forward->stream) >= STREAM_REFUSED || forward->dump.cut ||
		(forward->dump.len && !forward->heads && forward->state < FORWARD_DUMPING) ||
		((forward->state == FORWARD_OPENING || forward->state == FORWARD_DUMPING) &&
			clock_ms() >= forward->deadline_ms))
		off(forward);
	else if (forward->state == FORWARD_OPENING &&
		stream_state(forward->stream) == STREAM_RUNNING && !forward->heads)
		forward->state = FORWARD_IDLE;
	else if (forward->state == FORWARD_DUMPING && !forward->heads && is_whole(&forward->dump))
		forward->state = FORWARD_DONE;
}

bool forward_take(struct forward *forward, bool full, struct sample *sample, struct str *pids)
{
	bool ok = anvil_take(&forward->anvil, forward->version, forward->dump.data,
		forward->dump.len - 1, full, sample, pids, NULL);

	str_clear(&forward->dump);
	forward->state = FORWARD_IDLE;
	if (!ok)
		off(forward);
	return ok;
}
