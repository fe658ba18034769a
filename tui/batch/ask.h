/* SPDX-License-Identifier: MIT */
/*
 * Questions to a person, on the process's own terminal and not on stdin or stdout. What is
 * typed for a secret is not shown; the terminal is as it was after every way out, also
 * Ctrl-C.
 */
#ifndef TUI_BATCH_ASK_H
#define TUI_BATCH_ASK_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/base/str.h"

/* Whether there is somebody: stdin is a terminal and /dev/tty can be opened. */
bool ask_possible(void);

/* Shows TEXT (several lines, made harmless) and reads one line; false at the end of input. */
bool ask_line(struct str *answer, const char *text, bool secret, struct err *err);

/* True only for "y" and "yes": the default is no. */
bool ask_yes(const char *text, struct err *err);

#endif
