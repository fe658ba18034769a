/* SPDX-License-Identifier: MIT */
#include "tui/widgets/list.h"

void list_settle(struct list *list, size_t count, size_t page)
{
	if (page == 0)
		page = 1;
	if (list->position >= count)
		list->position = count ? count - 1 : 0;
	if (list->top > list->position)
		list->top = list->position;
	if (list->position >= list->top + page)
		list->top = list->position - page + 1;
	if (list->top + page > count)
		list->top = count > page ? count - page : 0;
}

static size_t less(size_t position, size_t by)
{
	return position > by ? position - by : 0;
}

bool list_move(struct list *list, enum action action, size_t count, size_t page)
{
	switch (action) {
	case ACTION_UP:
		list->position = less(list->position, 1);
		break;
	case ACTION_DOWN:
		list->position++;
		break;
	case ACTION_PAGE_UP:
		list->position = less(list->position, page);
		list->top = less(list->top, page);
		break;
	case ACTION_PAGE_DOWN:
		list->position += page;
		list->top += page;
		break;
	case ACTION_FIRST:
		list->position = list->top = 0;
		break;
	case ACTION_LAST:
		list->position = count;
		break;
	case ACTION_LEFT:
		list->shift -= list->shift > 0;
		return true;
	case ACTION_RIGHT:
		list->shift++;
		return true;
	default:
		return false;
	}
	list->held = action != ACTION_FIRST;
	list_settle(list, count, page);
	return true;
}
