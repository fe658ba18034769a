/* SPDX-License-Identifier: MIT */
/* What the two files of the Mailboxes screen share. */
#ifndef TUI_SCREENS_MAILBOXES_H
#define TUI_SCREENS_MAILBOXES_H

#include "tui/figure.h"
#include "tui/state.h"

enum mailboxes_column {
	MAILBOXES_NAME,
	MAILBOXES_HOST,
	MAILBOXES_IMAP,
	MAILBOXES_POP,
	MAILBOXES_ADDRESSES,
	MAILBOXES_CPU,
	MAILBOXES_READ,
	MAILBOXES_WRITE,
	MAILBOXES_IN,
	MAILBOXES_STATE,
	MAILBOXES_COLUMNS,
};

int mailboxes_heads(int rows); /* lines above the first row */
void mailboxes_heading(const struct app *app, struct heading *heading);
void mailboxes_draw(const struct app *app, struct frame *frame, struct rect area);

/* "", "stale 12s", "away 3m", "never seen": how far the figures of a row can be believed; the
 * style goes with it. */
const char *mailbox_state_text(
	const struct app *app, uint32_t row, char out[32], enum style *style);

/* CPU and I/O of a row: "…" until a second sample, "–" where it cannot be had. */
const char *mailbox_cpu(const struct app *app, const struct mailbox_row *row, char out[FIGURE]);

#endif
