/* SPDX-License-Identifier: MIT */
#include "net/sshagent.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "net/blob.h"

enum { FAILURE = 5, LIST = 11, LISTED = 12, SIGN = 13 };

#define SIGN_MS 60000 /* a key on a token waits for a touch */
#define TICK_MS 250

void sshagent_keys_release(struct sshagent_keys *keys)
{
	vec_each(keys, key) {
		free(key->blob);
		free(key->comment);
	}
	vec_release(keys);
}

static uint32_t number(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void put_number(unsigned char *bytes, size_t value)
{
	bytes[0] = (unsigned char)(value >> 24);
	bytes[1] = (unsigned char)(value >> 16);
	bytes[2] = (unsigned char)(value >> 8);
	bytes[3] = (unsigned char)value;
}

/* A counted field at *at, moved behind it; false when it does not fit. */
static bool field(const unsigned char *bytes, size_t len, size_t *at, const unsigned char **start,
	size_t *size)
{
	if (len - *at < 4)
		return false;
	*size = number(bytes + *at);
	*at += 4;
	if (*size > len - *at)
		return false;
	*start = bytes + *at;
	*at += *size;
	return true;
}

bool sshagent_parse(struct sshagent_keys *keys, const unsigned char *bytes, size_t len,
	struct err *err)
{
	const unsigned char *blob, *comment;
	size_t at = 5, blob_len, comment_len;
	uint32_t count;

	if (len < 5 || bytes[0] != LISTED)
		return err_set(err, ERR_DATA, "the ssh-agent does not list its keys");
	count = number(bytes + 1);
	for (uint32_t i = 0; i < count && i < SSHAGENT_KEYS_MAX; i++) {
		if (!field(bytes, len, &at, &blob, &blob_len) ||
			!field(bytes, len, &at, &comment, &comment_len) || blob_len > BLOB_MAX)
			return err_set(err, ERR_DATA, "the ssh-agent's list of keys is damaged");
		*vec_add(keys) = (struct sshagent_key){ blob_encode(blob, blob_len),
			mem_text_n((const char *)comment, comment_len) };
	}
	return true;
}

static int agent_connect(const char *path, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		err_set(err, ERR_CONFIG, "the path of the ssh-agent's socket is too long");
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	err_errno(err, ERR_AWAY, "the ssh-agent at %s does not answer", path);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* What a wait may be cut off by: the worker's stop, and the library's end being closed. */
struct patience {
	const atomic_bool *stop;
	int watched; /* -1: none */
	int64_t deadline_ms;
};

static bool ready(int fd, short events, const struct patience *patience)
{
	struct pollfd polled[2] = { { .fd = fd, .events = events }, { .fd = patience->watched } };

	while (!atomic_load(patience->stop)) {
		int left = wait_left(patience->deadline_ms);

		if (poll(polled, 2, left < TICK_MS ? left : TICK_MS) < 0 && errno != EINTR)
			return false;
		if (polled[0].revents)
			return true;
		if (polled[1].revents || left == 0)
			return false;
	}
	return false;
}

static bool move_all(int fd, unsigned char *bytes, size_t len, bool writing,
	const struct patience *patience)
{
	while (len) {
		ssize_t done;

		if (!ready(fd, writing ? POLLOUT : POLLIN, patience))
			return false;
		done = writing ? send(fd, bytes, len, MSG_NOSIGNAL) : recv(fd, bytes, len, 0);
		if (done == 0 || (done < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		if (done > 0) {
			bytes += done;
			len -= (size_t)done;
		}
	}
	return true;
}

/* A frame without its length, in memory the caller frees; NULL: none came. */
static unsigned char *frame_read(int fd, size_t *len, const struct patience *patience)
{
	unsigned char head[4], *bytes;

	if (!move_all(fd, head, 4, false, patience))
		return NULL;
	*len = number(head);
	if (*len == 0 || *len > SSHAGENT_FRAME_MAX)
		return NULL;
	bytes = mem_new(*len);
	if (move_all(fd, bytes, *len, false, patience))
		return bytes;
	free(bytes);
	return NULL;
}

static bool frame_write(int fd, const unsigned char *bytes, size_t len,
	const struct patience *patience)
{
	unsigned char *whole = mem_new(len + 4);
	bool ok;

	put_number(whole, len);
	memcpy(whole + 4, bytes, len);
	ok = move_all(fd, whole, len + 4, true, patience);
	free(whole);
	return ok;
}

/* One request to the real agent. */
static unsigned char *exchange(const char *path, const unsigned char *request, size_t request_len,
	size_t *len, const struct patience *patience, struct err *err)
{
	unsigned char *answer = NULL;
	int fd = agent_connect(path, err);

	if (fd < 0)
		return NULL;
	if (frame_write(fd, request, request_len, patience))
		answer = frame_read(fd, len, patience);
	close(fd);
	if (!answer)
		err_set(err, ERR_AWAY, "the ssh-agent at %s does not answer", path);
	return answer;
}

bool sshagent_list(struct sshagent_keys *keys, const char *path, struct wake *wake,
	int64_t deadline_ms, struct err *err)
{
	const unsigned char list = LIST;
	struct patience patience = { &wake->stop, -1, deadline_ms };
	size_t len;
	unsigned char *answer = exchange(path, &list, 1, &len, &patience, err);
	bool ok;

	if (!answer)
		return false;
	ok = sshagent_parse(keys, answer, len, err);
	free(answer);
	return ok;
}

struct sshagent_guard {
	pthread_t thread;
	char *path;
	const struct sshagent_keys *keys;
	int fd; /* our end */
	struct wake *wake;
};

static bool show_keys(struct sshagent_guard *guard, const struct patience *patience)
{
	struct str frame = { .bound = SSHAGENT_FRAME_MAX };
	unsigned char blob[BLOB_MAX], count[5] = { LISTED };
	bool ok;

	put_number(count + 1, guard->keys->count);
	str_add(&frame, (char *)count, sizeof(count));
	vec_each(guard->keys, key) {
		size_t len = blob_decode(key->blob, blob, sizeof(blob));

		put_number(count, len);
		str_add(&frame, (char *)count, 4);
		str_add(&frame, (char *)blob, len);
		put_number(count, 0); /* no comment */
		str_add(&frame, (char *)count, 4);
	}
	ok = !frame.cut &&
		frame_write(guard->fd, (const unsigned char *)frame.data, frame.len, patience);
	str_release(&frame);
	return ok;
}

static bool serve(struct sshagent_guard *guard, const unsigned char *request, size_t len)
{
	const unsigned char failure = FAILURE;
	struct patience patience = { &guard->wake->stop, -1, clock_ms() + SIGN_MS };
	unsigned char *answer = NULL;
	size_t answer_len = 0;
	bool ok;

	if (request[0] == LIST)
		return show_keys(guard, &patience);
	if (request[0] == SIGN)
		answer = exchange(guard->path, request, len, &answer_len, &patience, NULL);
	ok = answer ? frame_write(guard->fd, answer, answer_len, &patience) :
		      frame_write(guard->fd, &failure, 1, &patience);
	free(answer);
	return ok;
}

static void *guard_main(void *argument)
{
	struct sshagent_guard *guard = argument;
	struct patience patience = { &guard->wake->stop, -1, INT64_MAX };
	unsigned char *request;
	bool ok = true;
	size_t len;

	while (ok && (request = frame_read(guard->fd, &len, &patience))) {
		ok = serve(guard, request, len);
		free(request);
	}
	/* The library, if it still waits, gets an end. */
	shutdown(guard->fd, SHUT_RDWR);
	return NULL;
}

struct sshagent_guard *sshagent_guard_new(const char *path, const struct sshagent_keys *keys,
	struct wake *wake, int *fd, struct err *err)
{
	struct sshagent_guard *guard = mem_new(sizeof(*guard));
	pthread_attr_t attributes;
	int pair[2], code;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		err_errno(err, ERR_IO, "cannot reach the ssh-agent");
		free(guard);
		return NULL;
	}
	*guard = (struct sshagent_guard){ .fd = pair[0], .keys = keys, .wake = wake };
	guard->path = mem_text(path);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, (size_t)256 << 10);
	code = pthread_create(&guard->thread, &attributes, guard_main, guard);
	pthread_attr_destroy(&attributes);
	if (code == 0) {
		*fd = pair[1];
		return guard;
	}
	errno = code;
	err_errno(err, ERR_IO, "cannot start a thread");
	close(pair[0]);
	close(pair[1]);
	free(guard->path);
	free(guard);
	return NULL;
}

void sshagent_guard_free(struct sshagent_guard *guard)
{
	if (!guard)
		return;
	/* Ends the thread's reading at once; a signature in progress has its own deadline. */
	shutdown(guard->fd, SHUT_RDWR);
	pthread_join(guard->thread, NULL);
	close(guard->fd);
	free(guard->path);
	free(guard);
}
