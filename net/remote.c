/* SPDX-License-Identifier: MIT */
#include "net/remote.h"

#include <string.h>

#include "net/agent.h"

#define NOISE_MAX 50
#define LOOK_MS 500 /* an end without a sign is noticed then */
#define MISSING "mailmend agent missing"
#define FOLDERS "\"${XDG_CACHE_HOME:-$HOME/.cache}\" \"${XDG_RUNTIME_DIR:-/run}\""
#define PREPARED "/usr/local/sbin/mailmend-agent"

/* Role and subcommand. */
static const char *const names[] = {
	[REMOTE_SAMPLE] = "view sample",
	[REMOTE_STORES] = "view stores",
	[REMOTE_MAILBOXES] = "view mailboxes",
	[REMOTE_DOCTOR] = "view doctor",
	[REMOTE_CHECK] = "view check",
	[REMOTE_JOB] = "operator job",
};

/* Where the agent is there it takes the shell's place: one round trip, no process more. */
static void command_view(struct str *out, enum remote_sub sub)
{
	str_addf(out,
		"exec /bin/sh -c 'for d in " FOLDERS "; do f=$d/mailmend/agent-%s; "
		"[ -f \"$f\" ] && exec sh \"$f\" %s; done; echo \"" MISSING "\"'",
		agent_build, names[sub]);
}

static void command_become(struct str *out, enum remote_sub sub)
{
	str_addf(out,
		"exec /bin/sh -c '[ -f " PREPARED " ] && exec sudo -n " PREPARED " %s; "
		"echo \"" MISSING "\"'",
		names[sub]);
}

/* A file of its own first, the right size, then the name: half an agent never runs. */
static void command_send(struct str *out, const char *folder)
{
	str_addf(out,
		"exec /bin/sh -c 'umask 077; d=%s; d=$d/mailmend; f=$d/agent-%s; t=$f.$$; "
		"mkdir -p \"$d\" && cat >\"$t\" && [ $(wc -c <\"$t\") -eq %zu ] && mv \"$t\" \"$f\"; r=$?; "
		"[ $r -eq 0 ] || rm -f \"$t\"; exit $r'",
		folder, agent_build, agent_text_size);
}

void remote_tidy(struct str *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '\n' && text[1])
			str_adds(out, "; ");
		else if (c >= ' ' && c != 0x7F)
			str_addc(out, (char)c);
	}
}

void remote_start(struct remote *remote, struct session *session, enum remote_sub sub,
	const struct config_host *host)
{
	struct str command = { 0 };

	*remote = (struct remote){ .host = host->name, .sub = sub };
	lines_init(&remote->lines, SAMPLE_LINE_MAX, REMOTE_ANSWER_MAX);
	if (host->become)
		command_become(&command, sub);
	else
		command_view(&command, sub);
	remote->stream = stream_exec(session, str_text(&command));
	str_release(&command);
}

void remote_stop(struct remote *remote)
{
	stream_free(remote->stream);
	lines_release(&remote->lines);
	*remote = (struct remote){ 0 };
}

/* Why it ended, as far as it said so. */
static enum remote_news over(struct remote *remote, struct err *err)
{
	struct str words = { .bound = 200 };
	int code = stream_exit(remote->stream);

	remote_tidy(&words, str_text(stream_err(remote->stream)));
	if (stream_state(remote->stream) == STREAM_REFUSED)
		err_set(err, ERR_AWAY, "the host opens no channel: %s",
			stream_why(remote->stream));
	else if (strstr(str_text(&words), "sudo") &&
		(strstr(str_text(&words), "password") || strstr(str_text(&words), "not allowed")))
		err_set(err, ERR_RIGHTS, "sudo needs a password; run: mailmend hosts prepare%s %s (it says: %s)",
			remote->sub == REMOTE_JOB ? " --repair" : "",
			remote->host, str_text(&words));
	else if (words.len)
		err_set(err, ERR_AWAY, "the agent ended: %s", str_text(&words));
	else if (code >= 0)
		err_set(err, ERR_AWAY, "the agent ended with exit code %d", code);
	else
		err_set(err, ERR_AWAY, "the agent was killed on the host");
	str_release(&words);
	return REMOTE_OVER;
}

static enum remote_news first_line(struct remote *remote, const char *line, size_t len,
	struct sample_hello *hello, struct err *err)
{
	if (strcmp(line, MISSING) == 0)
		return REMOTE_MISSING;
	if (len < 9 || memcmp(line, "{\"hello\":", 9) != 0) {
		struct str shown = { .bound = 60 };

		if (++remote->noise <= NOISE_MAX)
			return REMOTE_NOTHING;
		remote_tidy(&shown, line);
		err_set(err, ERR_DATA, "the host says what is not the agent's protocol: \"%s\"",
			str_text(&shown));
		str_release(&shown);
		return REMOTE_OVER;
	}
	if (!sample_hello_parse(hello, line, len, err))
		return REMOTE_OVER;
	remote->greeted = true;
	if (hello->protocol_low <= AGENT_PROTOCOL_HIGH && hello->protocol_high >= AGENT_PROTOCOL_LOW)
		return REMOTE_HELLO;
	err_set(err, ERR_DATA,
		"the host's agent speaks protocol %d to %d and this console %d to %d; update the older one",
		hello->protocol_low, hello->protocol_high, AGENT_PROTOCOL_LOW, AGENT_PROTOCOL_HIGH);
	sample_hello_release(hello);
	return REMOTE_OVER;
}

/* Takes over what the stream holds. */
static bool fill(struct remote *remote, struct err *err)
{
	struct str *in = stream_in(remote->stream);
	bool ok;

	if (!in->len)
		return true;
	ok = !in->cut || err_set(err, ERR_DATA, "the host floods the console and was cut off");
	ok = ok && lines_add(&remote->lines, in->data, in->len, err);
	str_clear(in);
	return ok;
}

enum remote_news remote_read(struct remote *remote, const char **line, size_t *len,
	struct sample_hello *hello, struct err *err)
{
	for (;;) {
		*line = lines_next(&remote->lines, len);
		if (!*line) {
			if (!stream_in(remote->stream)->len)
				break;
			if (!fill(remote, err))
				return REMOTE_OVER;
		} else if (lines_flood(&remote->lines, err)) {
			return REMOTE_OVER;
		} else if (remote->greeted) {
			return REMOTE_LINE;
		} else {
			enum remote_news news = first_line(remote, *line, *len, hello, err);

			if (news != REMOTE_NOTHING)
				return news;
		}
	}
	if (stream_state(remote->stream) >= STREAM_REFUSED)
		return over(remote, err);
	return REMOTE_NOTHING;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

bool remote_run(struct session *session, const char *command, const char *input, size_t len,
	struct str *out, struct str *words, int *code, int64_t deadline_ms, struct err *err)
{
	struct stream *stream = stream_exec(session, command);
	bool ok = true;

	if (len)
		stream_write(stream, input, len);
	stream_end(stream);
	while (ok && stream_state(stream) < STREAM_REFUSED) {
		ok = clock_ms() < deadline_ms || err_set(err, ERR_AWAY, "timed out");
		ok = ok && session_pump(session, earlier(deadline_ms, clock_ms() + LOOK_MS), err);
		if (out && stream_in(stream)->len)
			str_add(out, stream_in(stream)->data, stream_in(stream)->len);
		str_clear(stream_in(stream));
	}
	if (ok && stream_state(stream) == STREAM_REFUSED)
		ok = err_set(err, ERR_AWAY, "the host runs no command: %s", stream_why(stream));
	if (words)
		remote_tidy(words, str_text(stream_err(stream)));
	*code = stream_exit(stream);
	stream_free(stream);
	return ok;
}

bool remote_send(struct session *session, int64_t deadline_ms, struct err *err)
{
	static const char *const folders[] = { "${XDG_CACHE_HOME:-$HOME/.cache}",
		"${XDG_RUNTIME_DIR:-/run}" };
	struct str command = { 0 }, words = { .bound = 200 };
	bool ok = false, answered = true;
	int code;

	for (size_t i = 0; i < 2 && answered && !ok; i++) {
		str_clear(&command);
		command_send(&command, folders[i]);
		answered = remote_run(session, str_text(&command), agent_text, agent_text_size, NULL,
			i == 0 ? &words : NULL, &code, deadline_ms, err);
		ok = answered && code == 0;
	}
	if (answered && !ok)
		err_set(err, ERR_AWAY, "the agent cannot be stored on the host: %s",
			words.len ? str_text(&words) : "no reason was given");
	else if (!answered)
		err_context(err, "sending the agent");
	str_release(&command);
	str_release(&words);
	return ok;
}
