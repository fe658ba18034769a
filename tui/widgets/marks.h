/* SPDX-License-Identifier: MIT */
/* Which rows are marked: a set of numbers, one bit each. All zero is an empty set. */
#ifndef TUI_WIDGETS_MARKS_H
#define TUI_WIDGETS_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/vec.h"

struct marks {
	vec_of(uint64_t);
	size_t marked;
};

bool marks_have(const struct marks *marks, uint32_t row);
void marks_set(struct marks *marks, uint32_t row, bool marked);
void marks_clear(struct marks *marks);
void marks_release(struct marks *marks);

#endif
