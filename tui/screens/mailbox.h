/* SPDX-License-Identifier: MIT */
/* What the two files of a mailbox's page share: mailbox_check.c has what checks and repairs add. */
#ifndef TUI_SCREENS_MAILBOX_H
#define TUI_SCREENS_MAILBOX_H

#include "tui/screens/mailboxes.h"

/* Keys of lines: a host, an entry of the ledger; all others are about a session. */
#define KEY_HOST (UINT64_C(1) << 62)
#define KEY_ENTRY (UINT64_C(1) << 63)

uint32_t mailbox_row(const struct app *app);

void mailbox_enter(struct app *app, bool another, struct commands *commands);
void mailbox_data(struct app *app, struct commands *commands);
bool mailbox_act(struct app *app, enum action action, struct commands *commands);
const char *mailbox_barred(const struct app *app, enum action action);
void mailbox_add_damage(const struct app *app, struct page *page);
void mailbox_add_folders(const struct app *app, struct page *page);
void mailbox_add_repairs(const struct app *app, struct page *page);

/* Why a repair cannot be planned on this console at all; NULL: it can. */
const char *repair_barred(const struct app *app);

#endif
