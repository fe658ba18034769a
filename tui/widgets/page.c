/* SPDX-License-Identifier: MIT */
#include "tui/widgets/page.h"

#include <stdarg.h>
#include <stdio.h>

#include "tui/widgets/wrap.h"

#define LABEL_WIDTH 10

void page_init(struct page *page, int columns, bool ascii)
{
	*page = (struct page){ .two = columns >= PAGE_TWO_COLUMNS };
	frame_init(&page->canvas, PAGE_LINES, columns, ascii);
	page->column = 1;
	page->width = (page->two ? columns * 11 / 20 : columns) - 2;
}

void page_release(struct page *page)
{
	frame_release(&page->canvas);
}

void page_right(struct page *page)
{
	int start = page->width + 3;

	if (!page->two || page->on_right)
		return;
	page->on_right = true;
	page->column = start;
	page->width = page->canvas.columns - start - 1;
}

int page_line(struct page *page, uint64_t key)
{
	int *lines = page->on_right ? &page->right : &page->left;

	if (*lines == PAGE_LINES)
		return -1;
	if (!page->on_right)
		page->keys[*lines] = key;
	page->canvas.clip = (struct rect){ *lines, page->column, 1, page->width };
	return (*lines)++;
}

void page_section(struct page *page, const char *title)
{
	if ((page->on_right ? page->right : page->left) > 0)
		page_line(page, 0);
	frame_print(&page->canvas, page_line(page, 0), page->column, STYLE_HEAD, title);
}

void page_text(struct page *page, const char *label, enum style style, const char *text)
{
	int indent = *label ? LABEL_WIDTH : 0;
	char line[WRAP_LINE];
	bool first = true;

	while (wrap_next(&text, page->width - indent, line)) {
		int row = page_line(page, 0);

		if (first)
			frame_print(&page->canvas, row, page->column, STYLE_DIM, label);
		frame_print(&page->canvas, row, page->column + indent, style, line);
		first = false;
	}
}

void page_textf(struct page *page, const char *label, enum style style, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	page_text(page, label, style, text);
}

size_t page_count(const struct page *page)
{
	return (size_t)(page->left > page->right ? page->left : page->right);
}

uint64_t page_key(const struct page *page, const struct list *list)
{
	return list->position < (size_t)page->left ? page->keys[list->position] : 0;
}

/* The cursor follows the line it was on. */
static void follow(const struct page *page, struct list *list)
{
	if (list->key == 0 || page_key(page, list) == list->key)
		return;
	for (int i = 0; i < page->left; i++)
		if (page->keys[i] == list->key) {
			list->position = (size_t)i;
			return;
		}
}

void page_move(const struct page *page, struct list *list, enum action action, int rows)
{
	size_t height = rows > 0 ? (size_t)rows : 1;

	follow(page, list);
	list_move(list, action, page_count(page), height);
	list->shift = 0;
	list->key = page_key(page, list);
}

void page_draw(
	const struct page *page, const struct list *list, struct frame *frame, struct rect area)
{
	struct list shown = *list;

	follow(page, &shown);
	list_settle(&shown, page_count(page), area.rows > 0 ? (size_t)area.rows : 1);
	frame_copy(frame, area, &page->canvas, (int)shown.top);
	frame_current(frame, area.row + (int)(shown.position - shown.top));
}
