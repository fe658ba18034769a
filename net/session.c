/* SPDX-License-Identifier: MIT */
/*
 * What libssh 0.10.6 needs to be safe here: the descriptor is made non-blocking again
 * after the library made it blocking; the library's own configuration reading, agent
 * and known hosts are off; callbacks only copy bytes and set flags (a library call inside
 * one would be re-entered) and live until the session is freed; after every "again" the
 * session is asked whether it is still connected, because the library would say "again"
 * for ever about a dead one.
 */
#include "net/session.h"

#include <errno.h>
#include <fcntl.h>
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/vec.h"

#define WRITE_STEP ((size_t)32 << 10)
/* A process left behind may hold the output open for ever. */
#define EXIT_GRACE_MS 2000

struct stream {
	struct session *session;
	ssh_channel ssh;
	struct ssh_channel_callbacks_struct callbacks;
	char *target;
	bool is_unix, requested, running, refused, ended, eof, end_wanted, end_sent;
	int exit_code;
	int64_t exited_ms; /* when its exit code came */
	char why[160];
	struct str in, err, out;
	size_t sent; /* bytes of `out` */
};

struct streams {
	vec_of(struct stream *);
};

struct session {
	ssh_session ssh;
	ssh_event event;
	struct wake *wake;
	struct ssh_counter_struct socket_counter, raw_counter;
	uint64_t heard_bytes;
	int64_t heard_ms;
	bool in_event;
	struct streams streams;
	struct streams spare; /* their callbacks' memory belongs to the session */
};

static const char *const kex = "curve25519-sha256,curve25519-sha256@libssh.org,"
	"ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group16-sha512,"
	"diffie-hellman-group18-sha512";
static const char *const ciphers = "aes256-gcm@openssh.com,aes128-gcm@openssh.com,"
	"chacha20-poly1305@openssh.com,aes256-ctr,aes128-ctr";
static const char *const macs = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"
	"hmac-sha2-256,hmac-sha2-512";
static const char *const user_keys = "ssh-ed25519,ssh-ed25519-cert-v01@openssh.com,"
	"ecdsa-sha2-nistp256,ecdsa-sha2-nistp256-cert-v01@openssh.com,"
	"ecdsa-sha2-nistp384,ecdsa-sha2-nistp384-cert-v01@openssh.com,"
	"ecdsa-sha2-nistp521,ecdsa-sha2-nistp521-cert-v01@openssh.com,"
	"sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,"
	"rsa-sha2-512,rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256,rsa-sha2-256-cert-v01@openssh.com";

static void options_set(ssh_session ssh, const struct session_options *options)
{
	int no = 0, yes = 1, least_rsa = 2048;
	socket_t fd = options->fd;

	ssh_options_set(ssh, SSH_OPTIONS_HOST, options->host);
	ssh_options_set(ssh, SSH_OPTIONS_USER, options->user);
	ssh_options_set(ssh, SSH_OPTIONS_FD, &fd);
	ssh_options_set(ssh, SSH_OPTIONS_PROCESS_CONFIG, &no);
	ssh_options_set(ssh, SSH_OPTIONS_NODELAY, &yes);
	ssh_options_set(ssh, SSH_OPTIONS_GSSAPI_AUTH, &no);
	ssh_options_set(ssh, SSH_OPTIONS_KNOWNHOSTS, "/dev/null");
	ssh_options_set(ssh, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
	ssh_options_set(ssh, SSH_OPTIONS_RSA_MIN_SIZE, &least_rsa);
	ssh_options_set(ssh, SSH_OPTIONS_KEY_EXCHANGE, kex);
	ssh_options_set(ssh, SSH_OPTIONS_HOSTKEYS, options->key_types);
	ssh_options_set(ssh, SSH_OPTIONS_CIPHERS_C_S, ciphers);
	ssh_options_set(ssh, SSH_OPTIONS_CIPHERS_S_C, ciphers);
	ssh_options_set(ssh, SSH_OPTIONS_HMAC_C_S, macs);
	ssh_options_set(ssh, SSH_OPTIONS_HMAC_S_C, macs);
	ssh_options_set(ssh, SSH_OPTIONS_COMPRESSION, "no");
	ssh_options_set(ssh, SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, user_keys);
}

static int on_wake(socket_t fd, int events, void *context)
{
	struct session *session = context;

	(void)fd, (void)events;
	wake_clear(session->wake);
	return 0;
}

struct session *session_new(const struct session_options *options)
{
	struct session *session = mem_new(sizeof(*session));

	ssh_set_log_level(SSH_LOG_NOLOG); /* a thread's own */
	session->wake = options->wake;
	session->heard_ms = clock_ms();
	session->ssh = ssh_new();
	session->event = ssh_event_new();
	if (!session->ssh || !session->event)
		abort();
	options_set(session->ssh, options);
	ssh_set_blocking(session->ssh, 0);
	ssh_set_counters(session->ssh, &session->socket_counter, &session->raw_counter);
	ssh_event_add_fd(session->event, options->wake->fd, POLLIN, on_wake, session);
	return session;
}

static void stream_drop(struct stream *stream)
{
	if (stream->ssh) {
		ssh_remove_channel_callbacks(stream->ssh, &stream->callbacks);
		ssh_channel_free(stream->ssh);
		stream->ssh = NULL;
	}
	free(stream->target);
	stream->target = NULL;
	str_release(&stream->in);
	str_release(&stream->err);
	str_release(&stream->out);
}

void session_free(struct session *session)
{
	int fd;

	if (!session)
		return;
	vec_each(&session->streams, stream)
		stream_drop(*stream);
	fd = ssh_get_fd(session->ssh);
	ssh_event_remove_fd(session->event, session->wake->fd);
	if (session->in_event)
		ssh_event_remove_session(session->event, session->ssh);
	ssh_disconnect(session->ssh);
	ssh_free(session->ssh);
	ssh_event_free(session->event);
	/* The library closes a descriptor that it was given on errors only. */
	if (fd >= 0)
		close(fd);
	vec_each(&session->streams, stream)
		free(*stream);
	vec_each(&session->spare, stream)
		free(*stream);
	vec_release(&session->streams);
	vec_release(&session->spare);
	free(session);
}

bool session_alive(struct session *session, struct err *err)
{
	const char *why;

	if (ssh_is_connected(session->ssh) && ssh_get_fd(session->ssh) >= 0 &&
		!(ssh_get_status(session->ssh) & (SSH_CLOSED | SSH_CLOSED_ERROR)))
		return true;
	why = ssh_get_error(session->ssh);
	if (strncmp(why, "Socket error: ", 14) == 0)
		why += 14;
	if (strcmp(why, "disconnected") == 0)
		why = "closed by the host";
	return err_set(err, ERR_AWAY, "the connection was lost: %s", *why ? why : "closed by the host");
}

/* Our own descriptor again: see above. */
static void never_block(struct session *session)
{
	int fd = ssh_get_fd(session->ssh);
	int flags = fd >= 0 ? fcntl(fd, F_GETFL) : -1;

	if (flags >= 0 && !(flags & O_NONBLOCK))
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

bool session_handshake(struct session *session, int64_t deadline_ms, struct err *err)
{
	for (;;) {
		int code = ssh_connect(session->ssh);

		never_block(session);
		if (!session->in_event) {
			ssh_event_add_session(session->event, session->ssh);
			session->in_event = true;
		}
		if (code == SSH_OK)
			return true;
		if (code == SSH_ERROR)
			return session_alive(session, err) &&
				err_set(err, ERR_AWAY, "the key exchange failed: %s", ssh_get_error(session->ssh));
		if (clock_ms() >= deadline_ms)
			return err_set(err, ERR_AWAY, "timed out; sshd accepts connections but does not answer");
		if (!session_pump(session, deadline_ms, err))
			return false;
	}
}

bool session_host_key(struct session *session, char **blob, struct err *err)
{
	ssh_key key = NULL;
	char *base64 = NULL;

	if (ssh_get_server_publickey(session->ssh, &key) != SSH_OK)
		return err_set(err, ERR_AWAY, "the host showed no key");
	if (ssh_pki_export_pubkey_base64(key, &base64) != SSH_OK) {
		ssh_key_free(key);
		return err_set(err, ERR_AWAY, "the host's key cannot be read");
	}
	*blob = mem_text(base64);
	ssh_string_free_char(base64);
	ssh_key_free(key);
	return true;
}

struct ssh_session_struct *session_handle(struct session *session)
{
	return session->ssh;
}

int64_t session_heard_ms(const struct session *session)
{
	return session->heard_ms;
}

void session_probe(struct session *session)
{
	uint64_t before = session->socket_counter.out_bytes;

	ssh_send_keepalive(session->ssh);
	/* Every second call only collects the reply to the one before. */
	if (session->socket_counter.out_bytes == before)
		ssh_send_keepalive(session->ssh);
}

static int on_data(ssh_session ssh, ssh_channel from, void *bytes, uint32_t len, int is_stderr,
	void *context)
{
	struct stream *stream = context;

	(void)ssh, (void)from;
	str_add(is_stderr ? &stream->err : &stream->in, bytes, len);
	return (int)len;
}

static void on_eof(ssh_session ssh, ssh_channel from, void *context)
{
	struct stream *stream = context;

	(void)ssh, (void)from;
	stream->eof = true;
}

static void on_close(ssh_session ssh, ssh_channel from, void *context)
{
	struct stream *stream = context;

	(void)ssh, (void)from;
	stream->ended = true;
}

static void on_exit_code(ssh_session ssh, ssh_channel from, int code, void *context)
{
	struct stream *stream = context;

	(void)ssh, (void)from;
	stream->exit_code = code;
	stream->exited_ms = clock_ms();
}

static struct stream *stream_new(struct session *session, const char *target, bool is_unix)
{
	struct stream *stream;

	if (session->spare.count)
		stream = session->spare.items[--session->spare.count];
	else
		stream = mem_new(sizeof(*stream));
	*stream = (struct stream){ .session = session, .is_unix = is_unix, .exit_code = -1 };
	stream->target = mem_text(target);
	stream->in.bound = STREAM_IN_MAX;
	stream->err.bound = STREAM_ERR_MAX;
	stream->callbacks.userdata = stream;
	stream->callbacks.channel_data_function = on_data;
	stream->callbacks.channel_eof_function = on_eof;
	stream->callbacks.channel_close_function = on_close;
	stream->callbacks.channel_exit_status_function = on_exit_code;
	ssh_callbacks_init(&stream->callbacks);
	if (session->streams.count < STREAMS_MAX)
		stream->ssh = ssh_channel_new(session->ssh);
	if (stream->ssh)
		ssh_set_channel_callbacks(stream->ssh, &stream->callbacks);
	else
		stream->refused = true;
	*vec_add(&session->streams) = stream;
	return stream;
}

struct stream *stream_exec(struct session *session, const char *command)
{
	return stream_new(session, command, false);
}

struct stream *stream_unix(struct session *session, const char *path)
{
	return stream_new(session, path, true);
}

void stream_free(struct stream *stream)
{
	struct session *session;

	if (!stream)
		return;
	session = stream->session;
	stream_drop(stream);
	for (size_t i = 0; i < session->streams.count; i++)
		if (session->streams.items[i] == stream) {
			vec_swap_out(&session->streams, i);
			break;
		}
	*vec_add(&session->spare) = stream;
}

void stream_write(struct stream *stream, const char *bytes, size_t len)
{
	if (stream->sent == stream->out.len) {
		str_clear(&stream->out);
		stream->sent = 0;
	}
	str_add(&stream->out, bytes, len);
}

void stream_end(struct stream *stream)
{
	stream->end_wanted = true;
}

size_t stream_unsent(const struct stream *stream)
{
	return stream->out.len - stream->sent;
}

static void refuse(struct stream *stream)
{
	stream->refused = true;
	snprintf(stream->why, sizeof(stream->why), "%s", ssh_get_error(stream->session->ssh));
}

static void flush(struct stream *stream)
{
	while (stream->sent < stream->out.len) {
		size_t len = stream->out.len - stream->sent;
		int sent;

		if (ssh_get_poll_flags(stream->session->ssh) & SSH_WRITE_PENDING)
			return;
		if (len > WRITE_STEP)
			len = WRITE_STEP;
		sent = ssh_channel_write(stream->ssh, stream->out.data + stream->sent, (uint32_t)len);
		if (sent <= 0)
			return;
		stream->sent += (size_t)sent;
	}
	if (stream->end_wanted && !stream->end_sent) {
		ssh_channel_send_eof(stream->ssh);
		stream->end_sent = true;
	}
}

/* Goes on with what has not happened yet; tells whether the state changed. */
static bool step(struct stream *stream)
{
	int code;

	if (stream->refused || stream->ended)
		return false;
	if (!stream->requested) {
		code = stream->is_unix ?
			ssh_channel_open_forward_unix(stream->ssh, stream->target, "localhost", 0) :
			ssh_channel_open_session(stream->ssh);
		if (code == SSH_AGAIN)
			return false;
		stream->requested = code == SSH_OK;
		if (code != SSH_OK)
			refuse(stream);
		else if (stream->is_unix)
			stream->running = true;
		if (stream->refused || stream->running)
			return true;
	}
	if (!stream->running) {
		code = ssh_channel_request_exec(stream->ssh, stream->target);
		if (code == SSH_ERROR)
			refuse(stream);
		else
			stream->running = code == SSH_OK;
		if (stream->refused)
			return true;
	}
	flush(stream);
	return false;
}

static bool step_all(struct session *session)
{
	bool changed = false;

	vec_each(&session->streams, stream)
		changed |= step(*stream);
	return changed;
}

bool session_pump(struct session *session, int64_t deadline_ms, struct err *err)
{
	bool changed = step_all(session);

	if (atomic_load(&session->wake->stop))
		return err_set(err, ERR_CANCELLED, "given up");
	if (ssh_event_dopoll(session->event, changed ? 0 : wait_left(deadline_ms)) == SSH_ERROR ||
		!session_alive(session, NULL)) {
		if (session_alive(session, err))
			err_set(err, ERR_AWAY, "the connection was lost");
		return false;
	}
	if (atomic_load(&session->wake->stop))
		return err_set(err, ERR_CANCELLED, "given up");
	if (session->socket_counter.in_bytes != session->heard_bytes) {
		session->heard_bytes = session->socket_counter.in_bytes;
		session->heard_ms = clock_ms();
	}
	step_all(session);
	return true;
}

enum stream_state stream_state(const struct stream *stream)
{
	if (stream->refused)
		return STREAM_REFUSED;
	if (stream->ended || (stream->exit_code >= 0 &&
		(stream->eof || clock_ms() - stream->exited_ms >= EXIT_GRACE_MS)))
		return STREAM_ENDED;
	return stream->running ? STREAM_RUNNING : STREAM_STARTING;
}

const char *stream_why(const struct stream *stream)
{
	return stream->why;
}

int stream_exit(const struct stream *stream)
{
	return stream->exit_code;
}

struct str *stream_in(struct stream *stream)
{
	return &stream->in;
}

const struct str *stream_err(const struct stream *stream)
{
	return &stream->err;
}
