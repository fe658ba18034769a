/* SPDX-License-Identifier: MIT */
/* A line that a person types: UTF-8, bounded, with a cursor. */
#ifndef TUI_WIDGETS_EDIT_H
#define TUI_WIDGETS_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/frame.h"

#define EDIT_MAX 512

struct edit {
	char text[EDIT_MAX]; /* always ends with NUL */
	size_t len, cursor;  /* bytes; the cursor stands between characters */
	bool secret;         /* drawn as dots */
};

enum edited {
	EDIT_SAME,    /* the key meant nothing here */
	EDIT_MOVED,   /* only the cursor moved */
	EDIT_CHANGED, /* the text is another one */
	EDIT_DONE,    /* Enter */
	EDIT_LEFT,    /* Esc */
};

void edit_start(struct edit *edit, const char *text, bool secret);
void edit_end(struct edit *edit); /* overwrites what was typed */
enum edited edit_key(struct edit *edit, uint32_t key);

/* Draws LABEL and the text over WIDTH columns and puts the terminal's cursor there. */
void edit_draw(const struct edit *edit, struct frame *frame, int row, int column, int width,
	const char *label);

#endif
