/* SPDX-License-Identifier: MIT */
#include "net/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define POLITE_MS 300
#define KILLED_MS 500

static bool spawn_process(struct spawn *spawn, char *const argv[], int in_out, int err_out,
	struct err *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int code;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes,
		POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in_out, 0);
	posix_spawn_file_actions_adddup2(&actions, in_out, 1);
	posix_spawn_file_actions_adddup2(&actions, err_out, 2);
	code = posix_spawnp(&spawn->pid, argv[0], &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (code == 0)
		return true;
	spawn->pid = 0;
	errno = code;
	return err_errno(err, ERR_IO, "cannot run %s", argv[0]);
}

bool spawn_start(struct spawn *spawn, char *const argv[], struct err *err)
{
	int pair[2] = { -1, -1 }, errors[2] = { -1, -1 };
	bool ok = false;

	*spawn = (struct spawn){ .fd = -1, .err_fd = -1, .end_fd = -1 };
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ||
		pipe2(errors, O_CLOEXEC) < 0) {
		err_errno(err, ERR_IO, "cannot run %s", argv[0]);
		goto out;
	}
	ok = spawn_process(spawn, argv, pair[1], errors[1], err);
	if (!ok)
		goto out;
	spawn->end_fd = (int)syscall(SYS_pidfd_open, spawn->pid, 0);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	fcntl(errors[0], F_SETFL, O_NONBLOCK);
	spawn->fd = pair[0];
	spawn->err_fd = errors[0];
	pair[0] = errors[0] = -1;
out:
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0)
			close(pair[i]);
		if (errors[i] >= 0)
			close(errors[i]);
	}
	return ok;
}

void spawn_words(struct spawn *spawn, char *out, size_t room)
{
	ssize_t got = spawn->err_fd >= 0 ? read(spawn->err_fd, out, room - 1) : 0;
	size_t len = got > 0 ? (size_t)got : 0;

	while (len && (out[len - 1] == '\n' || out[len - 1] == '\r'))
		len--;
	out[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (out[i] == '\n')
			out[i] = ';';
		else if ((unsigned char)out[i] < ' ' || out[i] == 0x7F)
			out[i] = ' ';
}

static bool ended(struct spawn *spawn, int within_ms)
{
	struct pollfd polled = { .fd = spawn->end_fd, .events = POLLIN };

	if (spawn->end_fd >= 0)
		poll(&polled, 1, within_ms);
	return waitpid(spawn->pid, NULL, WNOHANG) != 0;
}

void spawn_end(struct spawn *spawn)
{
	if (spawn->fd >= 0)
		close(spawn->fd);
	if (spawn->pid > 0 && !ended(spawn, 0)) {
		kill(-spawn->pid, SIGTERM);
		if (!ended(spawn, POLITE_MS)) {
			kill(-spawn->pid, SIGKILL);
			ended(spawn, KILLED_MS);
		}
	}
	if (spawn->err_fd >= 0)
		close(spawn->err_fd);
	if (spawn->end_fd >= 0)
		close(spawn->end_fd);
	*spawn = (struct spawn){ .fd = -1, .err_fd = -1, .end_fd = -1 };
}

/* Reads to the end; the program ends by itself soon after. */
static bool read_all(struct spawn *spawn, struct str *out, struct wake *wake, int64_t deadline_ms,
	struct err *err)
{
	char chunk[4096];
	ssize_t got;

	shutdown(spawn->fd, SHUT_WR);
	for (;;) {
		if (!wait_fd(wake, spawn->fd, POLLIN, deadline_ms, err))
			return false;
		got = read(spawn->fd, chunk, sizeof(chunk));
		if (got == 0)
			return true;
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return err_errno(err, ERR_IO, "read");
		if (got > 0)
			str_add(out, chunk, (size_t)got);
	}
}

bool spawn_output(char *const argv[], struct str *out, int *code, struct wake *wake,
	int64_t deadline_ms, struct err *err)
{
	struct spawn spawn;
	siginfo_t info = { 0 };
	bool ok;

	if (!spawn_start(&spawn, argv, err))
		return false;
	ok = read_all(&spawn, out, wake, deadline_ms, err) &&
		(spawn.end_fd < 0 || wait_fd(wake, spawn.end_fd, POLLIN, deadline_ms, err));
	if (ok && waitid(P_PID, (id_t)spawn.pid, &info, WEXITED | WNOWAIT) == 0)
		*code = info.si_code == CLD_EXITED ? info.si_status : -1;
	if (!ok)
		err_context(err, "%s", argv[0]);
	spawn_end(&spawn);
	return ok;
}
