/* SPDX-License-Identifier: MIT */
/*
 * A page: sections of lines that a person scrolls through, in one column, or in two where
 * there is room. The lines are drawn into a tall frame of its own, of which page_draw
 * shows a part. A line may carry a key, the identity of what it is about: the cursor stays on
 * it when lines move.
 */
#ifndef TUI_WIDGETS_PAGE_H
#define TUI_WIDGETS_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/frame.h"
#include "tui/widgets/list.h"

#define PAGE_LINES 400
#define PAGE_TWO_COLUMNS 110 /* from so many columns on */

struct page {
	struct frame canvas;
	uint64_t keys[PAGE_LINES]; /* of lines in the left column; 0: none */
	int left, right;           /* lines so far */
	bool two;
	bool on_right;     /* lines go to the right column */
	int column, width; /* where lines of the present column go */
};

void page_init(struct page *page, int columns, bool ascii);
void page_release(struct page *page);

/* What follows goes to the right column, when there is one. */
void page_right(struct page *page);

/* A head; with an empty line before it unless it is the first. */
void page_section(struct page *page, const char *title);

/* A line about KEY (0: about nothing); returns its row on the canvas, -1 when it is full. */
int page_line(struct page *page, uint64_t key);

/* "LABEL    text", the text wrapped. */
void page_text(struct page *page, const char *label, enum style style, const char *text);
void page_textf(struct page *page, const char *label, enum style style, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* How many lines the cursor can go through. */
size_t page_count(const struct page *page);

/* Moves over the page, keys and all. */
void page_move(const struct page *page, struct list *list, enum action action, int rows);
/* The key of the current line; 0: none. */
uint64_t page_key(const struct page *page, const struct list *list);

void page_draw(
	const struct page *page, const struct list *list, struct frame *frame, struct rect area);

#endif
