/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "core/fleet.h"

float history_at(const struct history *history, unsigned i)
{
	if (i >= HISTORY || i >= history->count)
		return NAN;
	return history->values[(history->count - 1 - i) % HISTORY];
}

void history_add(struct history *history, float value)
{
	/* The count stays a multiple away when it would run over. */
	if (history->count == HISTORY * 1000000u)
		history->count = HISTORY;
	history->values[history->count++ % HISTORY] = value;
}
