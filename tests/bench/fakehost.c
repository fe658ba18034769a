/* SPDX-License-Identifier: MIT */
/*
 * Many hosts in one process, for measuring the console alone: an SSH server that answers
 * each request of the agent's protocol with what a real agent once said.
 *
 *	fakehost ADDRESS PORT HOSTKEY RECORDING
 *
 * The recording is an agent's output: hello, one full answer, then answers that follow
 * each other; after the last one the first difference comes again. Each connection is
 * one thread and starts with the full answer. Any key may log in. Says a line "listening",
 * and a line "greeted" for each connection that was greeted.
 */
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/base/str.h"
#include "core/base/vec.h"

/* One answer of the recording: everything between its first line's seq and its end's. */
struct answer {
	struct str head; /* up to the number in "seq": */
	struct str body; /* from behind it to the number in "end": */
};

struct recording {
	struct str hello;
	struct {
		vec_of(struct answer);
	} answers;
};

struct connection {
	ssh_session session;
	ssh_channel channel;
	struct str requests; /* bytes that have come and are not yet answered */
	size_t next;         /* the answer that comes next */
	bool started, greeted;
};

static struct recording recording;

static void recording_read(FILE *file)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	struct answer *answer = NULL;

	while ((len = getline(&line, &room, file)) > 0) {
		const char *seq = strstr(line, "\"seq\":");

		if (!recording.hello.len) {
			str_add(&recording.hello, line, (size_t)len);
		} else if (strncmp(line, "{\"sample\":", 10) == 0 && seq) {
			answer = vec_add(&recording.answers);
			seq += 6;
			str_add(&answer->head, line, (size_t)(seq - line));
			str_adds(&answer->body, seq + strspn(seq, "0123456789"));
		} else if (answer && strncmp(line, "{\"end\":", 7) == 0) {
			str_adds(&answer->body, "{\"end\":");
			answer = NULL;
		} else if (answer) {
			str_add(&answer->body, line, (size_t)len);
		}
	}
	free(line);
}

static void answer_one(struct connection *connection, const char *seq)
{
	const struct answer *answer = &recording.answers.items[connection->next];
	struct str out = { 0 };

	str_addf(&out, "%s%s%s%s}\n", str_text(&answer->head), seq, str_text(&answer->body), seq);
	ssh_channel_write(connection->channel, out.data, (uint32_t)out.len);
	str_release(&out);
	if (++connection->next == recording.answers.count)
		connection->next = recording.answers.count > 1;
}

static void answer_all(struct connection *connection)
{
	char *end;

	if (connection->started && !connection->greeted) {
		connection->greeted = true;
		puts("greeted");
		fflush(stdout);
		ssh_channel_write(connection->channel, recording.hello.data,
			(uint32_t)recording.hello.len);
	}
	while (connection->requests.len &&
		(end = memchr(connection->requests.data, '\n', connection->requests.len))) {
		char seq[24] = "";

		*end = '\0';
		if (sscanf(connection->requests.data, "sample%*[\t ]%23[0-9]", seq) == 1)
			answer_one(connection, seq);
		str_cut(&connection->requests, 0, (size_t)(end + 1 - connection->requests.data));
	}
}

static int on_data(ssh_session session, ssh_channel channel, void *data, uint32_t len,
	int is_stderr, void *context)
{
	struct connection *connection = context;

	(void)session, (void)channel, (void)is_stderr;
	str_add(&connection->requests, data, len);
	return (int)len;
}

static int on_exec(ssh_session session, ssh_channel channel, const char *command, void *context)
{
	struct connection *connection = context;

	(void)session, (void)channel, (void)command;
	connection->started = true;
	return 0;
}

static struct ssh_channel_callbacks_struct channel_callbacks = {
	.channel_data_function = on_data,
	.channel_exec_request_function = on_exec,
};

static ssh_channel on_channel(ssh_session session, void *context)
{
	struct connection *connection = context;
	struct ssh_channel_callbacks_struct *callbacks;

	if (connection->channel)
		return NULL;
	callbacks = mem_new(sizeof(*callbacks));
	*callbacks = channel_callbacks;
	callbacks->userdata = connection;
	ssh_callbacks_init(callbacks);
	connection->channel = ssh_channel_new(session);
	ssh_set_channel_callbacks(connection->channel, callbacks);
	return connection->channel;
}

static int on_key(ssh_session session, const char *user, struct ssh_key_struct *key, char state,
	void *context)
{
	(void)session, (void)user, (void)key, (void)state, (void)context;
	return SSH_AUTH_SUCCESS;
}

static void *serve(void *argument)
{
	struct connection *connection = argument;
	struct ssh_server_callbacks_struct callbacks = {
		.userdata = connection,
		.auth_pubkey_function = on_key,
		.channel_open_request_session_function = on_channel,
	};
	ssh_event event = ssh_event_new();

	ssh_callbacks_init(&callbacks);
	ssh_set_server_callbacks(connection->session, &callbacks);
	ssh_set_auth_methods(connection->session, SSH_AUTH_METHOD_PUBLICKEY);
	if (ssh_handle_key_exchange(connection->session) == SSH_OK) {
		ssh_event_add_session(event, connection->session);
		while (ssh_event_dopoll(event, -1) != SSH_ERROR) {
			answer_all(connection);
			if (connection->channel && ssh_channel_is_eof(connection->channel))
				break;
		}
		ssh_event_remove_session(event, connection->session);
	}
	ssh_event_free(event);
	ssh_disconnect(connection->session);
	ssh_free(connection->session);
	str_release(&connection->requests);
	free(connection);
	return NULL;
}

static void accept_all(ssh_bind bind)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, (size_t)256 << 10);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	for (;;) {
		struct connection *connection = mem_new(sizeof(*connection));
		pthread_t thread;

		connection->session = ssh_new();
		if (ssh_bind_accept(bind, connection->session) != SSH_OK ||
			pthread_create(&thread, &attributes, serve, connection) != 0) {
			ssh_free(connection->session);
			free(connection);
		}
	}
}

static bool listen_on(ssh_bind bind, char **argv)
{
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_BINDADDR, argv[1]);
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_BINDPORT_STR, argv[2]);
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HOSTKEY, argv[3]);
	return ssh_bind_listen(bind) == SSH_OK;
}

int main(int argc, char **argv)
{
	struct rlimit files;
	FILE *file = argc == 5 ? fopen(argv[4], "r") : NULL;
	ssh_bind bind = ssh_bind_new();

	if (!file) {
		fputs("usage: fakehost ADDRESS PORT HOSTKEY RECORDING\n", stderr);
		return 64;
	}
	recording_read(file);
	fclose(file);
	if (!recording.answers.count) {
		fputs("fakehost: the recording holds no answer\n", stderr);
		return 65;
	}
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
	if (!listen_on(bind, argv)) {
		fprintf(stderr, "fakehost: %s\n", ssh_get_error(bind));
		return 69;
	}
	puts("listening");
	fflush(stdout);
	accept_all(bind);
	return 0;
}
