/* SPDX-License-Identifier: MIT */
/*
 * The columns of a list: which ones fit, how wide they are, and their cells. Columns of
 * higher rank go first when there is no room; rank 0 stays. `shift` leaves columns out
 * from the left, so that those without room can be seen.
 */
#ifndef TUI_WIDGETS_COLUMNS_H
#define TUI_WIDGETS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/frame.h"

#define COLUMNS_MAX 16
#define COLUMNS_MARGIN 1 /* for the mark, left of the first column */

struct column {
	const char *head;
	int width; /* least */
	int most;  /* may grow to this; 0: does not grow */
	int rank;
	enum align align;
	enum cut cut;
};

struct columns {
	const struct column *items;
	int count;
	int starts[COLUMNS_MAX];
	int widths[COLUMNS_MAX]; /* 0: not shown */
	int hidden;
	int total; /* columns of the terminal */
};

/* Lays COUNT columns out over TOTAL columns of the terminal; *shift is cut to what there is to
 * leave out. */
void columns_lay(
	struct columns *columns, const struct column *items, int count, int total, int *shift);

/* The heads; the one of column SORTED stands out. */
void columns_head(const struct columns *columns, struct frame *frame, int row, int sorted);

void columns_cell(const struct columns *columns, struct frame *frame, int row, int column,
	enum style style, const char *text);

/* One text over all columns from COLUMN on. */
void columns_rest(const struct columns *columns, struct frame *frame, int row, int column,
	enum style style, const char *text);

void columns_mark(struct frame *frame, int row, bool marked);

/* "QUEUE, DELAY" into OUT; returns it. */
const char *columns_hidden(const struct columns *columns, char *out, size_t size);

#endif
