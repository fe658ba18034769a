/* SPDX-License-Identifier: MIT */
/*
 * Figures as people read them, the same everywhere: 0 is "·", what is not known "–", what
 * needs one more sample "…", large ones are shortened (12.3k, 4.1M). Each fills OUT
 * and returns it.
 */
#ifndef TUI_FIGURE_H
#define TUI_FIGURE_H

#include <stdint.h>

#include "core/fleet.h"

#define FIGURE 24
#define SPARK_MAX 32

const char *figure_count(double number, char out[FIGURE]); /* negative or NAN: not known */
const char *figure_percent(double percent, char out[FIGURE]);
const char *figure_load(double load, char out[FIGURE]);
const char *figure_size(double bytes, char out[FIGURE]);     /* "4.2 GB" */
const char *figure_age(int64_t ms, char out[FIGURE]);        /* "12s", "3m", "2h10", "4d" */
const char *figure_clock(int64_t local_s, char out[FIGURE]); /* "10:08:31" */
const char *figure_day(int64_t local_s, char out[FIGURE]);   /* "2017-07-20 18:25" */

/* A figure of which nothing is known yet because there was but one sample. */
const char *figure_waiting(char out[FIGURE]);

/*
 * The newest part of a history in CELLS columns (at most SPARK_MAX), PER values each.
 * What is at least FULL reaches the top; FULL grows with the largest value shown.
 */
const char *figure_spark(const struct history *history, int cells, unsigned per, float full,
	char out[SPARK_MAX * 3 + 1]);

#endif
