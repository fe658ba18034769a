/* SPDX-License-Identifier: MIT */
/*
 * Where a person is in a list. The current row is held by identity: whoever owns the
 * rows looks `key` up after they changed and sets `position`. Until a row was chosen (and
 * again after "first"), the list stands on top, whatever row that is.
 */
#ifndef TUI_WIDGETS_LIST_H
#define TUI_WIDGETS_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/action.h"

struct list {
	size_t position; /* of the current row among those shown */
	size_t top;      /* the first row on screen */
	uint64_t key;    /* identity of the current row, while `held` */
	bool held;       /* a row was chosen; else the list stands on top */
	int shift;       /* columns left out from the left */
};

/* Moves by an action over COUNT rows, PAGE of them on screen; false when it is no movement.
 * The caller then stores the identity of the new position in `key`. */
bool list_move(struct list *list, enum action action, size_t count, size_t page);

/* Puts position and top where COUNT rows and a PAGE allow, the current row on screen. */
void list_settle(struct list *list, size_t count, size_t page);

#endif
