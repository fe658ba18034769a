/* SPDX-License-Identifier: MIT */
/* What the two files of a host's page share. Keys of its lines: a mailbox's row + 1. */
#ifndef TUI_SCREENS_HOST_H
#define TUI_SCREENS_HOST_H

#include "tui/figure.h"
#include "tui/state.h"

const struct host *host_open(const struct app *app);
void host_page(const struct app *app, struct page *page);

#endif
