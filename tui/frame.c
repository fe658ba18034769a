/* SPDX-License-Identifier: MIT */
#include "tui/frame.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tui/text.h"

static const struct cell blank = { .code = ' ', .width = 1, .style = STYLE_NORMAL };

void frame_init(struct frame *frame, int rows, int columns, bool ascii)
{
	*frame = (struct frame){ .ascii = ascii };
	frame_resize(frame, rows, columns);
}

void frame_release(struct frame *frame)
{
	free(frame->cells);
	*frame = (struct frame){ 0 };
}

void frame_resize(struct frame *frame, int rows, int columns)
{
	frame->rows = rows > 0 ? rows : 0;
	frame->columns = columns > 0 ? columns : 0;
	frame->cells = mem_grow(frame->cells, (size_t)frame->rows * (size_t)frame->columns + 1,
		sizeof(*frame->cells));
	frame_clear(frame);
}

void frame_clear(struct frame *frame)
{
	size_t count = (size_t)frame->rows * (size_t)frame->columns;

	for (size_t i = 0; i < count; i++)
		frame->cells[i] = blank;
	frame->clip = (struct rect){ .rows = frame->rows, .columns = frame->columns };
	frame->cursor.row = frame->cursor.column = 0;
	frame->cursor.typing = false;
}

static int larger(int one, int other)
{
	return one > other ? one : other;
}

static int smaller(int one, int other)
{
	return one < other ? one : other;
}

static struct rect meet(struct rect one, struct rect other)
{
	int top = larger(one.row, other.row), left = larger(one.column, other.column);
	int bottom = smaller(one.row + one.rows, other.row + other.rows);
	int right = smaller(one.column + one.columns, other.column + other.columns);

	return (struct rect){ top, left, larger(bottom - top, 0), larger(right - left, 0) };
}

struct rect frame_clip(struct frame *frame, struct rect area)
{
	struct rect old = frame->clip;

	frame->clip = meet(old, area);
	return old;
}

static bool inside(const struct frame *frame, int row, int column)
{
	const struct rect *clip = &frame->clip;

	return row >= clip->row && row < clip->row + clip->rows && column >= clip->column &&
	       column < clip->column + clip->columns;
}

static struct cell *cell_of(const struct frame *frame, int row, int column)
{
	return &frame->cells[(size_t)row * (size_t)frame->columns + (size_t)column];
}

const struct cell *frame_at(const struct frame *frame, int row, int column)
{
	if (row < 0 || row >= frame->rows || column < 0 || column >= frame->columns)
		return NULL;
	return cell_of(frame, row, column);
}

bool cell_same(const struct cell *one, const struct cell *other)
{
	return one->code == other->code && one->width == other->width &&
	       one->style == other->style && one->current == other->current &&
	       memcmp(one->marks, other->marks, sizeof(one->marks)) == 0;
}

/* Half of a wide character never stays when its other half is drawn over. */
static void free_cell(struct frame *frame, int row, int column)
{
	struct cell *cell = cell_of(frame, row, column);

	if (cell->width == 0 && column > 0) {
		cell[-1].code = ' ';
		cell[-1].width = 1;
		memset(cell[-1].marks, 0, sizeof(cell->marks));
	}
	if (cell->width == 2 && column + 1 < frame->columns) {
		cell[1].code = ' ';
		cell[1].width = 1;
	}
}

static void put(
	struct frame *frame, int row, int column, enum style style, uint32_t code, int width)
{
	struct cell *cell;

	if (!inside(frame, row, column))
		return;
	if (width == 2 && !inside(frame, row, column + 1)) {
		code = ' ';
		width = 1;
	}
	if (frame->ascii)
		code = text_ascii(code);
	free_cell(frame, row, column);
	cell = cell_of(frame, row, column);
	*cell = (struct cell){ code, { 0 }, (uint8_t)width, (uint8_t)style, cell->current };
	if (width != 2)
		return;
	free_cell(frame, row, column + 1);
	cell[1] = (struct cell){ 0, { 0 }, 0, (uint8_t)style, cell->current };
}

/* A combining mark goes onto the character before it; those that do not fit are left out. */
static void put_mark(struct frame *frame, int row, int column, uint32_t code)
{
	struct cell *cell;

	if (!inside(frame, row, column))
		return;
	cell = cell_of(frame, row, column);
	if (cell->width == 0 && column > 0)
		cell--;
	for (int i = 0; i < CELL_MARKS; i++)
		if (!cell->marks[i]) {
			cell->marks[i] = code;
			return;
		}
}

static int print(
	struct frame *frame, int row, int column, enum style style, const char *bytes, size_t len)
{
	int at = column;

	for (size_t i = 0; i < len;) {
		struct text_char next = text_next(bytes + i, len - i);

		if (next.width == 0 && at == column)
			put(frame, row, at++, style, TEXT_REPLACEMENT, 1);
		else if (next.width == 0)
			put_mark(frame, row, at - 1, next.code);
		else
			put(frame, row, at, style, next.code, next.width);
		at += next.width;
		i += next.size;
	}
	return at - column;
}

int frame_print(struct frame *frame, int row, int column, enum style style, const char *text)
{
	return print(frame, row, column, style, text, strnlen(text, TEXT_MAX));
}

int frame_printf(
	struct frame *frame, int row, int column, enum style style, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return print(frame, row, column, style, text, strlen(text));
}

static void pad(struct frame *frame, int row, int column, int width, enum style style)
{
	for (int i = 0; i < width; i++)
		put(frame, row, column + i, style, ' ', 1);
}

void frame_fit(struct frame *frame, int row, int column, int width, enum style style,
	enum align align, enum cut cut, const char *text)
{
	size_t len = strnlen(text, TEXT_MAX);
	int wanted = text_width(text);
	struct text_cut parts;
	int used;

	if (width <= 0)
		return;
	if (wanted <= width) {
		int before = align == ALIGN_RIGHT ? width - wanted : 0;

		pad(frame, row, column, width, style);
		print(frame, row, column + before, style, text, len);
		return;
	}
	parts = cut == CUT_END ? text_cut_end(text, len, width) : text_cut_middle(text, len, width);
	used = print(frame, row, column, style, text, parts.head);
	put(frame, row, column + used++, style, 0x2026, 1);
	used += print(frame, row, column + used, style, text + len - parts.tail, parts.tail);
	pad(frame, row, column + used, width - used, style);
}

void frame_fill(struct frame *frame, struct rect area, enum style style)
{
	for (int row = area.row; row < area.row + area.rows; row++)
		pad(frame, row, area.column, area.columns, style);
}

void frame_rule(struct frame *frame, int row, int column, int width)
{
	for (int i = 0; i < width; i++)
		put(frame, row, column + i, STYLE_BORDER, 0x2500, 1);
}

void frame_box(struct frame *frame, struct rect area, const char *title)
{
	int bottom = area.row + area.rows - 1, right = area.column + area.columns - 1;

	frame_fill(frame, area, STYLE_NORMAL);
	for (int row = area.row; row <= bottom; row++)
		for (int column = area.column; column <= right; column++)
			if (inside(frame, row, column))
				cell_of(frame, row, column)->current = false;
	frame_rule(frame, area.row, area.column, area.columns);
	frame_rule(frame, bottom, area.column, area.columns);
	for (int row = area.row; row <= bottom; row++) {
		put(frame, row, area.column, STYLE_BORDER, 0x2502, 1);
		put(frame, row, right, STYLE_BORDER, 0x2502, 1);
	}
	put(frame, area.row, area.column, STYLE_BORDER, 0x250C, 1);
	put(frame, area.row, right, STYLE_BORDER, 0x2510, 1);
	put(frame, bottom, area.column, STYLE_BORDER, 0x2514, 1);
	put(frame, bottom, right, STYLE_BORDER, 0x2518, 1);
	if (title && area.columns > 6) {
		int width = smaller(text_width(title), area.columns - 6);

		put(frame, area.row, area.column + 2, STYLE_TITLE, ' ', 1);
		frame_fit(frame, area.row, area.column + 3, width, STYLE_TITLE, ALIGN_LEFT,
			CUT_MIDDLE, title);
		put(frame, area.row, area.column + 3 + width, STYLE_TITLE, ' ', 1);
	}
}

void frame_current(struct frame *frame, int row)
{
	const struct rect *clip = &frame->clip;

	if (!inside(frame, row, clip->column))
		return;
	for (int column = clip->column; column < clip->column + clip->columns; column++)
		cell_of(frame, row, column)->current = true;
	frame->cursor.row = row;
	frame->cursor.column = clip->column;
}

void frame_copy(struct frame *frame, struct rect area, const struct frame *all, int from)
{
	for (int row = 0; row < area.rows; row++)
		for (int column = 0; column < area.columns; column++) {
			const struct cell *cell = frame_at(all, from + row, column);

			if (cell && cell->width &&
				inside(frame, area.row + row, area.column + column)) {
				put(frame, area.row + row, area.column + column, cell->style,
					cell->code, cell->width);
				memcpy(cell_of(frame, area.row + row, area.column + column)->marks,
					cell->marks, sizeof(cell->marks));
			}
		}
}

int text_width(const char *text)
{
	size_t len = strnlen(text, TEXT_MAX);

	return text_columns(text, len);
}
