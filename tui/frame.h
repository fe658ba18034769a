/* SPDX-License-Identifier: MIT */
/*
 * A frame is what a view draws into: a grid of cells with semantic styles. Rows and
 * columns count from 0, top left. Nothing outside `clip` is ever touched, so a view may
 * draw as if there were room and a terminal of 1×1 is no special case.
 *
 * frame_print is the one place where foreign text becomes harmless: control, bidi and
 * other invisible characters and bytes that are no UTF-8 are drawn as U+FFFD, so what
 * reaches the terminal is printable and takes exactly the cells that were counted.
 */
#ifndef TUI_FRAME_H
#define TUI_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum style {
	STYLE_NORMAL, /* figures and names */
	STYLE_DIM,    /* what is as it should be, labels, nothing */
	STYLE_TITLE,  /* where am I */
	STYLE_HEAD,   /* heads of columns and sections */
	STYLE_ACCENT, /* marks, what is typed, what was chosen */
	STYLE_LOOK,   /* look here */
	STYLE_ACT,    /* act on this; errors */
	STYLE_STALE,  /* figures that are too old to be believed */
	STYLE_BAR,    /* status and key bar */
	STYLE_KEY,    /* a key in the key bar */
	STYLE_OFF,    /* a key that is not allowed now */
	STYLE_BORDER, /* lines of dialogs */
	STYLE_COUNT_,
};

#define CELL_MARKS 2 /* combining characters kept on one cell */

struct cell {
	uint32_t code; /* printable; 0 in the right half of a wide character */
	uint32_t marks[CELL_MARKS];
	uint8_t width; /* 1 or 2; 0 in the right half of a wide character */
	uint8_t style;
	bool current; /* on the row where the cursor is */
};

struct rect {
	int row, column, rows, columns;
};

struct frame {
	int rows, columns;
	bool ascii; /* our own drawing characters become ASCII ones */
	struct rect clip;
	struct {
		int row, column;
		bool typing; /* text is typed there: it must be seen */
	} cursor;
	struct cell *cells;
};

enum cut {
	CUT_END,    /* "a long sent…" */
	CUT_MIDDLE, /* "a.very.lo…@example.org": a domain is kept whole where it can be */
};

enum align {
	ALIGN_LEFT,
	ALIGN_RIGHT,
};

void frame_init(struct frame *frame, int rows, int columns, bool ascii);
void frame_release(struct frame *frame);
void frame_resize(struct frame *frame, int rows, int columns); /* and clear */
void frame_clear(struct frame *frame);                         /* and the clip is all of it */

/* Narrows the clip to AREA inside the old one, which is returned for putting it back. */
struct rect frame_clip(struct frame *frame, struct rect area);

/* Draws text from a cell on; returns how many columns it takes, cut off or not. */
int frame_print(struct frame *frame, int row, int column, enum style style, const char *text);
int frame_printf(struct frame *frame, int row, int column, enum style style, const char *format,
	...) __attribute__((format(printf, 5, 6)));

/* Draws text into WIDTH columns, cut with "…" when it is longer, padded with blanks. */
void frame_fit(struct frame *frame, int row, int column, int width, enum style style,
	enum align align, enum cut cut, const char *text);

/* Blanks in a style. */
void frame_fill(struct frame *frame, struct rect area, enum style style);

/* A box of lines over whatever was there, with an empty inside, and a title in its upper line (may
 * be NULL). */
void frame_box(struct frame *frame, struct rect area, const char *title);

/* A line from left to right. */
void frame_rule(struct frame *frame, int row, int column, int width);

/* The cursor's row: its cells stand out, the terminal's own cursor goes to its start. */
void frame_current(struct frame *frame, int row);

/* The rows FROM… of ALL, drawn over AREA. */
void frame_copy(struct frame *frame, struct rect area, const struct frame *all, int from);

/* NULL outside the grid. */
const struct cell *frame_at(const struct frame *frame, int row, int column);
bool cell_same(const struct cell *one, const struct cell *other);

/* How many columns a text takes when frame_print draws it. */
int text_width(const char *text);

#endif
