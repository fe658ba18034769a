/* SPDX-License-Identifier: MIT */
/*
 * Keys: a Unicode code point, a control character (Ctrl-A is 1), or one of these. The
 * terminal makes them, key tables and tests name them.
 */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#define K_CTRL(letter) ((uint32_t)(letter)&0x1F)

enum key {
	K_TAB = 9,
	K_ENTER = 13,
	K_ESC = 27,
	K_SPACE = 32,
	K_BACKSPACE = 127,
	K_UP = 0x110000, /* above Unicode */
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_PAGE_UP,
	K_PAGE_DOWN,
	K_HOME,
	K_END,
	K_INSERT,
	K_DELETE,
	K_BACK_TAB,
	K_F1,
	K_F12 = K_F1 + 11,
};

/* "Enter", "Space", "Ctrl-Z", "F5", "j", "é" into OUT; returns OUT. */
const char *key_label(uint32_t key, char out[16]);

/*
 * Reads one key of a script and moves *script behind it: "j", or a name in angle
 * brackets as key_label gives it ("<Enter>", "<Ctrl-Z>"; "<<>" is '<'). False at the end and
 * for a name that is none.
 */
bool key_read(const char **script, uint32_t *key);

#endif
