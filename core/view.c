/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/view_inner.h"

/* Units of about 10 ns; a row's worth of the caller's budget has 10. */
enum { COST_ROW = 8, UNITS = 10, AHEAD = 12 };
enum { PENDING_MOST = 16000 };

/* Everything anew, from the newest state of the rows. */
static void start(struct view *view)
{
	vec_each(&view->pending, row)
		view->marks[*row] = 0;
	vec_clear(&view->pending);
	vec_clear(&view->back);
	memset(view->counts, 0, sizeof(view->counts));
	view->seen = view->mailboxes->stamp;
	view->scan_needs = view->merge_needs = view->mailboxes->names.items.count;
	view->again = false;
	view->scanned = 0;
	view->last_name = TEXT_NONE;
	view->generation = view->mailboxes->order.generation;
	view->digit = 0;
	view->at = 0;
	view->step = MERGE_BEGIN;
	view->state = VIEW_SCAN;
}

struct view *view_new(struct mailboxes *mailboxes)
{
	struct view *view = mem_new(sizeof(*view));

	view->mailboxes = mailboxes;
	view->host = UINT32_MAX;
	view->show_back = true;
	start(view);
	return view;
}

void view_free(struct view *view)
{
	if (!view)
		return;
	filter_free(view->filter);
	vec_release(&view->front);
	vec_release(&view->back);
	vec_release(&view->spare);
	vec_release(&view->pending);
	vec_release(&view->items);
	free(view->verdicts);
	free(view->marks);
	free(view);
}

static void grow(uint8_t **flags, size_t *room, size_t wanted)
{
	size_t next = *room ? *room : 1024;

	if (wanted <= *room)
		return;
	while (next < wanted)
		next *= 2;
	*flags = mem_grow(*flags, next, 1);
	memset(*flags + *room, 0, next - *room);
	*room = next;
}

bool view_filter(struct view *view, const char *pattern, uint32_t host, struct err *err)
{
	struct filter *filter = NULL;

	if (pattern && *pattern) {
		filter = filter_new(pattern, err);
		if (!filter)
			return false;
	}
	filter_free(view->filter);
	view->filter = filter;
	view->host = host;
	if (view->verdicts_room)
		memset(view->verdicts, 0, view->verdicts_room);
	view->show_back = true;
	start(view);
	return true;
}

void view_sort(struct view *view, enum mailbox_column column, bool descending)
{
	view->column = column;
	view->descending = descending;
	start(view);
}

void view_refresh(struct view *view)
{
	const struct mailboxes *mailboxes = view->mailboxes;
	uint32_t row = mailboxes->newest;

	grow(&view->marks, &view->marks_room, mailboxes->rows.count);
	while (row != ROW_NONE && mailboxes->rows.items[row].changed > view->seen && !view->again) {
		if (!(view->marks[row] & MARK_PENDING)) {
			view->marks[row] |= MARK_PENDING;
			*vec_add(&view->pending) = row;
		}
		view->again = view->pending.count > PENDING_MOST;
		row = mailboxes->links.items[row].older;
	}
	view->seen = mailboxes->stamp;
	view->merge_needs = mailboxes->names.items.count;
	if (view->state != VIEW_IDLE)
		return;
	if (view->again)
		start(view);
	else if (view->pending.count)
		view->state = VIEW_MERGE;
}

static bool name_passes(struct view *view, uint32_t name, size_t *cost)
{
	uint8_t *verdict = &view->verdicts[name];

	if (!*verdict)
		*verdict = filter_passes(view->filter, mailboxes_name(view->mailboxes, name), cost) ? 1 : 2;
	return *verdict == 1;
}

bool view_passes(struct view *view, uint32_t number, size_t *cost)
{
	const struct mailbox_row *row = &view->mailboxes->rows.items[number];

	if (row->merged != ROW_NONE ||
		(view->host != UINT32_MAX && !mailboxes_reaches(view->mailboxes, number, view->host)))
		return false;
	if (!view->filter)
		return true;
	grow(&view->verdicts, &view->verdicts_room, row->name + 1);
	return name_passes(view, row->name, cost);
}

static void scan_row(struct view *view, uint32_t row, size_t *budget)
{
	size_t cost = 0;

	if (view_passes(view, row, &cost)) {
		uint32_t key = view_key(view, row);

		*vec_add(&view->back) = (struct view_entry){ key, row };
		for (unsigned digit = 0; digit < DIGITS; digit++)
			view->counts[digit][key >> digit * 8 & 0xFF]++;
	}
	view_pay(budget, COST_ROW + cost);
}

/* Memory that will be needed a few names later, in two steps: the first row, then its figures. */
static void fetch_ahead(const struct view *view, const uint32_t *name, const uint32_t *nearer)
{
	const struct mailboxes *mailboxes = view->mailboxes;
	uint32_t row = mailboxes->by_name.items[*nearer];

	__builtin_prefetch(&mailboxes->by_name.items[*name]);
	__builtin_prefetch(&mailboxes->rows.items[row]);
	__builtin_prefetch(&mailboxes->links.items[row]);
	if (view->filter)
		__builtin_prefetch(mailboxes->names.items.items[*nearer]);
}

/* The order of names may have changed since the last slice. */
static void find_place(struct view *view)
{
	const struct name_order *order = &view->mailboxes->order;
	size_t behind;

	if (view->generation == order->generation)
		return;
	view->generation = order->generation;
	if (view->last_name == TEXT_NONE)
		return;
	behind = name_order_behind(order, view->last_name);
	view->scanned = view->column == COLUMN_NAME && view->descending ?
		order->sorted.count - behind + 1 :
		behind;
}

static bool scan(struct view *view, size_t *budget)
{
	const struct mailboxes *mailboxes = view->mailboxes;
	const struct name_order *order = &mailboxes->order;
	size_t count = order->sorted.count;
	bool backward = view->column == COLUMN_NAME && view->descending;

	find_place(view);
	for (; view->scanned < count; view->scanned++) {
		size_t i = backward ? count - 1 - view->scanned : view->scanned;
		uint32_t name = order->sorted.items[i];

		if (!*budget)
			return false;
		if (!backward && i + 2 * AHEAD < count)
			fetch_ahead(view, &order->sorted.items[i + 2 * AHEAD],
				&order->sorted.items[i + AHEAD]);
		if (backward && i >= 2 * AHEAD)
			fetch_ahead(view, &order->sorted.items[i - 2 * AHEAD],
				&order->sorted.items[i - AHEAD]);
		for (uint32_t row = mailboxes->by_name.items[name]; row != ROW_NONE;
			row = mailboxes->links.items[row].same_name)
			scan_row(view, row, budget);
		view->last_name = name;
	}
	view->state = VIEW_SORT;
	return true;
}

/* A whole order is there: it is shown, and what changed meanwhile comes into it. */
static void finish(struct view *view)
{
	struct view_entries front = view->front;

	view->front = view->back;
	view->back = front;
	vec_clear(&view->back);
	view->show_back = false;
	vec_release(&view->spare);
	view->state = view->pending.count ? VIEW_MERGE : VIEW_IDLE;
}

/* Rows can only be put in order when their names have their place. */
static bool find_names(struct view *view, size_t *budget)
{
	struct mailboxes *mailboxes = view->mailboxes;
	size_t needed = view->state == VIEW_SCAN ? view->scan_needs :
		view->state == VIEW_MERGE	 ? view->merge_needs :
						   0;

	while (!name_order_holds(&mailboxes->order, needed))
		if (!name_order_work(&mailboxes->order, &mailboxes->names, budget))
			return false;
	return true;
}

bool view_work(struct view *view, size_t budget)
{
	struct mailboxes *mailboxes = view->mailboxes;
	size_t units = budget * UNITS;

	if (view->state == VIEW_IDLE)
		return false;
	grow(&view->marks, &view->marks_room, mailboxes->rows.count);
	if (!find_names(view, &units))
		return true;
	if (view->state == VIEW_SCAN && !scan(view, &units))
		return true;
	if (view->state == VIEW_SORT) {
		if (!view_sort_some(view, &units))
			return true;
		finish(view);
	}
	if (view->again)
		start(view);
	else if (view->state == VIEW_MERGE && find_names(view, &units) &&
		view_merge_some(view, &units))
		view->state = VIEW_IDLE;
	return view->state != VIEW_IDLE;
}

float view_progress(const struct view *view)
{
	const struct name_order *order = &view->mailboxes->order;
	size_t names = view->mailboxes->names.items.count;
	float scanned, sorted;

	if (view->state == VIEW_IDLE || view->state == VIEW_MERGE || !names)
		return 1;
	scanned = (float)view->scanned / (float)names;
	if (view->state == VIEW_SCAN)
		return 0.8f * (scanned < 1 ? scanned : 1) *
			((float)order->sorted.count / (float)names);
	sorted = view->back.count ? (float)view->at / (float)view->back.count : 1;
	return 0.8f + 0.05f * ((float)view->digit + sorted);
}

static const struct view_entries *shown(const struct view *view)
{
	return view->show_back ? &view->back : &view->front;
}

size_t view_gave_up(const struct view *view)
{
	return filter_gave_up(view->filter);
}

size_t view_count(const struct view *view)
{
	return shown(view)->count;
}

uint32_t view_at(const struct view *view, size_t position)
{
	return position < shown(view)->count ? shown(view)->items[position].row : ROW_NONE;
}

size_t view_position(const struct view *view, uint32_t row)
{
	const struct view_entries *entries = shown(view);
	size_t bound = view_bound(
		view, entries, 0, view_key(view, row), view_label(view, row), row);

	if (bound < entries->count && entries->items[bound].row == row)
		return bound;
	/* Its figures may have changed since it was put where it is. */
	for (size_t i = 0; i < entries->count; i++)
		if (entries->items[i].row == row)
			return i;
	return bound;
}
