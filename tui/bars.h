/* SPDX-License-Identifier: MIT */
/* The top line and the two bottom lines. */
#ifndef TUI_BARS_H
#define TUI_BARS_H

#include "tui/state.h"

void bars_top(const struct app *app, struct frame *frame);
void bars_status(const struct app *app, struct frame *frame, int row);
void bars_keys(const struct app *app, struct frame *frame, int row);

#endif
