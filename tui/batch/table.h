/* SPDX-License-Identifier: MIT */
/*
 * Plain tables on stdout: columns aligned by spaces, no drawing characters. Rows are
 * kept until there are enough to know how wide columns are, then printed, so that a
 * million rows take little memory. Cells are added from left to right; the last of a row
 * ends it. Foreign text is made harmless (tui/text.h).
 */
#ifndef TUI_BATCH_TABLE_H
#define TUI_BATCH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/str.h"
#include "core/base/vec.h"

#define TABLE_COLUMNS 16

struct table_column {
	const char *head;
	char align; /* 'l' or 'r' */
};

struct table_cell {
	size_t start, len;
	int width; /* in columns of the terminal */
};

struct table {
	FILE *out;
	const struct table_column *columns;
	size_t count;
	int widths[TABLE_COLUMNS];
	struct str texts;
	struct {
		vec_of(struct table_cell);
	} cells;
};

/* COLUMNS ends with a row without head and outlives the table. */
void table_begin(struct table *table, FILE *out, const struct table_column *columns);
void table_text(struct table *table, const char *text);              /* NULL and "": "-" */
void table_whole(struct table *table, int64_t number);               /* negative: "-" */
void table_real(struct table *table, double number, int digits);     /* NAN: "-" */
void table_age(struct table *table, int64_t ms);                     /* "1.2s"; negative: "-" */
void table_end(struct table *table);

/* Adds TEXT to OUT, harmless; returns its width in columns. Line feeds stay when LINES. */
int plain_add(struct str *out, const char *text, bool lines);

#endif
