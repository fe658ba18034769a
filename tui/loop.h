/* SPDX-License-Identifier: MIT */
/*
 * The thread of the screen: it waits for the terminal, the inbox and signals, and for
 * nothing else. After every wake the keys come first, then messages, which are taken at most
 * twenty times a second; keys are drawn at once, data at most five times a second. Sorting and filtering go on in slices while nothing
 * else waits, so that the next key cuts them off.
 *
 * The terminal is given back on every way out: by a key, a signal, Ctrl-Z, a crash.
 */
#ifndef TUI_LOOP_H
#define TUI_LOOP_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/command.h"
#include "core/inbox.h"
#include "tui/app.h"
#include "tui/theme.h"

/*
 * Takes the terminal over and blocks the signals that the loop reads; before any thread is
 * started, so that all inherit that. Fails with a sentence and leaves the terminal alone.
 */
bool loop_open(const struct theme *theme, struct err *err);
void loop_close(void); /* gives it back */

struct loop_options {
	struct app *app;
	struct inbox *inbox;
	bool ascii;
	/* Carries what is for the network and the store; takes what the command owns. */
	void (*carry)(void *context, struct command *command);
	void *context;
};

/* Until a command, a signal (128 and its number) or the end of the terminal ends it. Returns the
 * exit code; messages that were not read are in the inbox. */
int loop_run(const struct loop_options *options);

#endif
