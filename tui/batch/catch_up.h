/* SPDX-License-Identifier: MIT */
/* The ledger, asked for and brought up to date. */
#ifndef TUI_BATCH_CATCH_UP_H
#define TUI_BATCH_CATCH_UP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "tui/batch/gather.h"

/* Asks the store and waits: the page is in batch->ledger. TEXT may be NULL. */
bool ledger_fetch(struct batch *batch, const char *text, int64_t before, int limit,
	struct err *err);

/*
 * Hosts that were given a plan of which the ledger does not know the end are asked for their
 * journals; others are not bothered. Says which do not answer; false when there is one.
 */
bool ledger_catch_up(struct batch *batch);

#endif
