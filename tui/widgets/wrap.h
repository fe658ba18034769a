/* SPDX-License-Identifier: MIT */
/* Text in lines of a width: broken at blanks and line feeds, long words where they must. */
#ifndef TUI_WIDGETS_WRAP_H
#define TUI_WIDGETS_WRAP_H

#include <stdbool.h>

#include "tui/frame.h"

#define WRAP_LINE 512

/* Takes the next line from *text into LINE and moves *text behind it; false at the end. */
bool wrap_next(const char **text, int width, char line[WRAP_LINE]);

int wrap_count(const char *text, int width);

/* Draws lines FROM… of the text over AREA; returns how many lines it has in all. */
int wrap_draw(struct frame *frame, struct rect area, int from, enum style style, const char *text);

#endif
