/* SPDX-License-Identifier: MIT */
#include "tui/widgets/columns.h"

#include <stdio.h>

static int needed(const struct columns *columns)
{
	int sum = COLUMNS_MARGIN - 1;

	for (int i = 0; i < columns->count; i++)
		if (columns->widths[i])
			sum += columns->widths[i] + 1;
	return sum;
}

/* The shown column that goes first; -1 when all are to stay. */
static int least_wanted(const struct columns *columns)
{
	int found = -1;

	for (int i = 0; i < columns->count; i++)
		if (columns->widths[i] && columns->items[i].rank > 0 &&
			(found < 0 || columns->items[i].rank > columns->items[found].rank))
			found = i;
	return found;
}

static void leave_out(struct columns *columns, int column)
{
	columns->widths[column] = 0;
	columns->hidden++;
}

/* Leaves columns out from the left, as long as that brings others in. */
static void shift_columns(struct columns *columns, int *shift)
{
	int left = *shift;

	for (int i = 0; i < columns->count && left > 0; i++)
		if (columns->items[i].rank > 0 && needed(columns) > columns->total) {
			leave_out(columns, i);
			left--;
		}
	*shift -= left;
}

/* Gives what room is left to the columns that may grow, from the left. */
static void grow(struct columns *columns)
{
	int room = columns->total - needed(columns);

	for (int i = 0; i < columns->count && room > 0; i++) {
		int more = columns->items[i].most - columns->widths[i];

		if (!columns->widths[i] || more <= 0)
			continue;
		if (more > room)
			more = room;
		columns->widths[i] += more;
		room -= more;
	}
}

/* When even those that stay do not fit, they share what there is. */
static void squeeze(struct columns *columns)
{
	int over = needed(columns) - columns->total;

	for (int i = columns->count - 1; i >= 0 && over > 0; i--) {
		int less = columns->widths[i] > 4 ? columns->widths[i] - 4 : 0;

		if (less > over)
			less = over;
		columns->widths[i] -= less;
		over -= less;
	}
}

void columns_lay(
	struct columns *columns, const struct column *items, int count, int total, int *shift)
{
	int at = COLUMNS_MARGIN;

	*columns = (struct columns){ .items = items, .count = count, .total = total };
	for (int i = 0; i < count; i++)
		columns->widths[i] = items[i].width;
	shift_columns(columns, shift);
	while (needed(columns) > total && least_wanted(columns) >= 0)
		leave_out(columns, least_wanted(columns));
	squeeze(columns);
	grow(columns);
	for (int i = 0; i < count; i++) {
		columns->starts[i] = at;
		if (columns->widths[i])
			at += columns->widths[i] + 1;
	}
}

void columns_head(const struct columns *columns, struct frame *frame, int row, int sorted)
{
	frame_fill(frame, (struct rect){ row, 0, 1, columns->total }, STYLE_HEAD);
	for (int i = 0; i < columns->count; i++)
		columns_cell(columns, frame, row, i, i == sorted ? STYLE_ACCENT : STYLE_HEAD,
			columns->items[i].head);
}

void columns_cell(const struct columns *columns, struct frame *frame, int row, int column,
	enum style style, const char *text)
{
	const struct column *item = &columns->items[column];

	frame_fit(frame, row, columns->starts[column], columns->widths[column], style, item->align,
		item->cut, text);
}

void columns_rest(const struct columns *columns, struct frame *frame, int row, int column,
	enum style style, const char *text)
{
	int start = columns->starts[column];

	frame_fit(frame, row, start, columns->total - start, style, ALIGN_LEFT, CUT_END, text);
}

void columns_mark(struct frame *frame, int row, bool marked)
{
	frame_print(frame, row, 0, STYLE_ACCENT, marked ? "•" : " ");
}

const char *columns_hidden(const struct columns *columns, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (int i = 0; i < columns->count && used < size; i++)
		if (!columns->widths[i] && columns->items[i].head[0])
			used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "",
				columns->items[i].head);
	return out;
}
