/* SPDX-License-Identifier: MIT */
/*
 * Commands without a screen. Each is a row in a table (name, summary, arguments, what it
 * needs) and a file. It sees the same messages as the console and ends by itself: main
 * feeds it until batch_done. Data goes to stdout, talk to stderr.
 */
#ifndef TUI_BATCH_BATCH_H
#define TUI_BATCH_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/command.h"
#include "core/config.h"
#include "core/message.h"

struct batch;

/* What a command needs before it can run. */
enum batch_needs {
	BATCH_NEEDS_CONFIG = 1 << 0,
	BATCH_NEEDS_HOSTS = 1 << 1, /* links and hellos */
	BATCH_NEEDS_SAMPLES = 1 << 2,
	BATCH_NEEDS_STORE = 1 << 3,
};

#endif
