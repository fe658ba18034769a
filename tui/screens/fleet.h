/* SPDX-License-Identifier: MIT */
/* What the two files of the Fleet screen share. */
#ifndef TUI_SCREENS_FLEET_H
#define TUI_SCREENS_FLEET_H

#include "tui/state.h"

enum fleet_column {
	FLEET_HOST,
	FLEET_STATE,
	FLEET_SPARK,
	FLEET_LOAD,
	FLEET_CPU,
	FLEET_IO,
	FLEET_DISK,
	FLEET_IMAP,
	FLEET_POP,
	FLEET_QUEUE,
	FLEET_DELAY,
	FLEET_WHY,
	FLEET_COLUMNS,
};

const struct host *fleet_host(const struct app *app, size_t position); /* NULL: none there */
/* The link's state; one that is tried again is still away. */
enum link_state fleet_link(const struct host *host);
float fleet_io(const struct host *host); /* pressure, else the share of time spent waiting */
int fleet_heads(int rows);               /* lines above the first row */

void fleet_heading(const struct app *app, struct heading *heading);
void fleet_draw(const struct app *app, struct frame *frame, struct rect area);

#endif
