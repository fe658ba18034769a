/* SPDX-License-Identifier: MIT */
/*
 * The terminal: the one file that knows curses. There is one in a process, and a signal
 * handler must be able to give it back; so it has no object.
 *
 *	setlocale(LC_ALL, "");
 *	term_start(&theme, &err);
 *	mem_on_failure(term_restore);     and term_restore in the handlers of deadly signals
 *	…  poll standard input; term_key until it says false; term_draw
 *	term_stop();
 *
 * Keys come in raw mode: Ctrl-C and Ctrl-Z are keys. After SIGWINCH and SIGCONT:
 * term_resized. When standard input hangs up (POLLHUP, POLLERR) no key will ever come.
 */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "tui/frame.h"
#include "tui/theme.h"

/* Can the terminal on standard output move its cursor? Asked before term_start; without a
 * terminal it says true, for term_start to tell. */
bool term_able(void);

/* Takes the terminal on standard input and output over. Fails with a sentence when there
 * is none or its TERM is not known; the terminal is then as it was. */
bool term_start(const struct theme *theme, struct err *err);

void term_stop(void); /* gives it back; may be called twice or without term_start */

/* Gives it back using nothing but write and tcsetattr: for signal handlers and for the end of
 * memory. Nothing else of this file may be called afterwards. */
void term_restore(void);

void term_suspend(void); /* gives it back for a while: before SIGSTOP */
/* Takes it again, also after a SIGCONT without term_suspend; the next term_draw paints every
 * cell. */
void term_resume(void);

/* Takes up a new size; true when it changed. */
bool term_resized(void);
void term_size(int *rows, int *columns); /* at least 1 each */

/* The next key that was pressed; false when none waits. Never waits longer than it takes to
 * tell Esc from the start of a function key (50 ms, only after an Esc). */
bool term_key(uint32_t *key);

/* Sends what differs from the last frame. */
void term_draw(const struct frame *frame);
void term_redraw(void); /* the next term_draw paints every cell */

/* Can it draw anything beyond ASCII? From the locale; asked before term_start, too. */
bool term_unicode(void);

#endif
