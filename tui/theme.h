/* SPDX-License-Identifier: MIT */
/*
 * Themes: how each style looks. Three are built in (dark, light, mono); others are JSON
 * files of the same shape, read strictly (assets/themes/ holds the built-in ones, to be
 * copied and changed):
 *
 *	{ "color": true,
 *	  "styles": { "look": { "color": 179, "color16": 3, "bold": true }, … },
 *	  "current": { "background": 237, "background16": -1 } }
 *
 * Every style must be there. The background is the terminal's own, but for the current row;
 * without "current" that one is drawn in reverse.
 */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stdbool.h>

#include "core/base/err.h"
#include "tui/frame.h"

#define COLOR_OWN (-1) /* the terminal's own foreground or background */

struct look {
	short color;   /* of 256, or COLOR_OWN */
	short color16; /* of 16, or COLOR_OWN */
	bool bold, dim, reverse, underline;
};

struct theme {
	char name[32];
	bool color; /* false: no colour is ever sent */
	struct look styles[STYLE_COUNT_];
	struct {
		short background, background16; /* COLOR_OWN: it is drawn in reverse */
	} current;
};

/* The name of a style in files and goldens. */
const char *style_name(enum style style);

/* A built-in theme, NULL when there is none of that name. */
const struct theme *theme_named(const char *name);

/*
 * NAME as a person gave it: a built-in theme, or a path (it holds '/' or ends in ".json").
 * NULL: dark. NO_COLOR (non-empty) takes the colours away: pass its value, or NULL.
 */
bool theme_choose(struct theme *theme, const char *name, const char *no_color, struct err *err);

bool theme_parse(
	struct theme *theme, const char *path, const char *bytes, size_t len, struct err *err);

#endif
