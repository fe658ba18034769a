/* SPDX-License-Identifier: MIT */
#include "tui/widgets/marks.h"

bool marks_have(const struct marks *marks, uint32_t row)
{
	return row / 64 < marks->count && (marks->items[row / 64] >> (row % 64) & 1);
}

void marks_set(struct marks *marks, uint32_t row, bool marked)
{
	uint64_t bit = UINT64_C(1) << (row % 64);

	if (marks_have(marks, row) == marked)
		return;
	while (marks->count <= row / 64)
		*vec_add(marks) = 0;
	marks->items[row / 64] ^= bit;
	if (marked)
		marks->marked++;
	else
		marks->marked--;
}

void marks_clear(struct marks *marks)
{
	vec_clear(marks);
	marks->marked = 0;
}

void marks_release(struct marks *marks)
{
	vec_release(marks);
	marks->marked = 0;
}
