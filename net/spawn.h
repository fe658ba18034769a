/* SPDX-License-Identifier: MIT */
/*
 * Programs that a worker starts for its own host: `ssh -G`, `ssh -W` and the user's
 * ProxyCommand. Each has its own process group, none of our descriptors, and is ended and
 * reaped by the worker that started it, with an end to the waiting.
 */
#ifndef NET_SPAWN_H
#define NET_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "net/wait.h"

struct spawn {
	pid_t pid;  /* 0: nothing runs */
	int fd;     /* its input and output, a socket; -1 once somebody took it */
	int err_fd; /* its standard error */
	int end_fd; /* readable when it has ended */
};

/* ARGV[0] is looked for in PATH. */
bool spawn_start(struct spawn *spawn, char *const argv[], struct err *err);

/* What it said on standard error so far, one line at most, made harmless. */
void spawn_words(struct spawn *spawn, char *out, size_t room);

/* Ends it, first politely, and reaps it. */
void spawn_end(struct spawn *spawn);

/* Runs a program to its end; *code is its exit code (-1: a signal). */
bool spawn_output(char *const argv[], struct str *out, int *code, struct wake *wake,
	int64_t deadline_ms, struct err *err);

#endif
