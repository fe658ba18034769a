/* SPDX-License-Identifier: MIT */
/* What the pages of jobs share. */
#ifndef TUI_SCREENS_JOB_H
#define TUI_SCREENS_JOB_H

#include "tui/figure.h"
#include "tui/state.h"

/* The job of the place that is shown; NULL: it is not watched any more. */
const struct watched *job_shown(const struct app *app);

enum style unit_style(enum unit_state state);

/* "2 of 3 done   ok 1   failed 1" into OUT. */
void job_counts(const struct app *app, const struct watched *watched, struct str *out);

/* "running", "done", "waits for the ledger" */
const char *job_state(const struct app *app, const struct watched *watched, enum style *style);

#endif
