/* SPDX-License-Identifier: MIT */
/* What repair and restore print. */
#ifndef TUI_BATCH_REPAIR_H
#define TUI_BATCH_REPAIR_H

#include "core/base/str.h"
#include "core/plan.h"
#include "core/repair.h"
#include "tui/batch/mend.h"

/* The plan for a person, several lines. */
void repair_plan_words(struct str *out, const struct plan *plan, const struct warnings *warnings);

/* On stdout: as words, or as one object. */
void repair_print_plan(const struct batch *batch, const struct plan *plan,
	const struct warnings *warnings);

/* A row for each unit (of a job that was interrupted: for each that has its outcome); returns the
 * exit code. */
int repair_print_job(const struct batch *batch, const struct mend *mend, bool whole);

/* JSON rows for the mailboxes that were set aside. */
void repair_print_aside(const struct batch *batch, const struct mend *mend);

void repair_print_copies(const struct batch *batch, const struct mend *mend, uint32_t host);

#endif
