/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/view_inner.h"

/* Units of about 10 ns; a row's worth of the caller's budget has 8. */
enum { COST_ROW = 10, COST_FAILED = 2, UNITS = 8, AHEAD = 12 };
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
	view->found->items = NULL;
	view->state = view->filter && view->matched < view->mailboxes->names.items.count ? VIEW_MATCH :
											  VIEW_SCAN;
}

struct view *view_new(struct mailboxes *mailboxes)
{
	struct view *view = mem_new(sizeof(*view));

	view->mailboxes = mailboxes;
	view->host = UINT32_MAX;
	view->fresh = true;
	view->found = mem_new(sizeof(*view->found));
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
	vec_release(&view->matches);
	vec_release(&view->pending);
	vec_release(&view->items);
	free(view->verdicts);
	free(view->found);
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

/* What is known of names under the old filter and holds under the new one stays. */
static void forget_verdicts(struct view *view, bool narrows)
{
	if (!narrows && view->verdicts_room)
		memset(view->verdicts, NOT_KNOWN, view->verdicts_room);
	for (size_t i = 0; narrows && i < view->verdicts_room; i++)
		if (view->verdicts[i] == PASSES)
			view->verdicts[i] = NOT_KNOWN;
	view->matched = 0;
}

bool view_filter(struct view *view, const char *pattern, uint32_t host, struct err *err)
{
	struct filter *filter = NULL;

	if (pattern && *pattern) {
		filter = filter_new(pattern, err);
		if (!filter)
			return false;
	}
	forget_verdicts(view, filter_narrows(view->filter, filter));
	filter_free(view->filter);
	view->filter = filter;
	view->host = host;
	view->fresh = true;
	vec_clear(&view->matches);
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
	uint8_t *verdict;

	if (!view->filter)
		return true;
	grow(&view->verdicts, &view->verdicts_room, name + 1);
	verdict = &view->verdicts[name];
	*cost = COST_FAILED;
	if (*verdict == NOT_KNOWN)
		*verdict = filter_passes(view->filter, mailboxes_name(view->mailboxes, name), cost) ?
			PASSES :
			FAILS;
	return *verdict == PASSES;
}

static bool row_passes(const struct view *view, uint32_t row)
{
	return view->mailboxes->rows.items[row].merged == ROW_NONE &&
		(view->host == UINT32_MAX || mailboxes_reaches(view->mailboxes, row, view->host));
}

bool view_passes(struct view *view, uint32_t row, size_t *cost)
{
	return row_passes(view, row) &&
		name_passes(view, view->mailboxes->rows.items[row].name, cost);
}

/* In the order of memory, where the next name is near; rows that pass can be seen at once. */
static bool match(struct view *view, size_t *budget)
{
	const struct mailboxes *mailboxes = view->mailboxes;

	for (; view->matched < mailboxes->names.items.count; view->matched++) {
		uint32_t name = (uint32_t)view->matched, row;
		size_t cost;
		bool passes;

		if (!*budget)
			return false;
		passes = name_passes(view, name, &cost);
		view_pay(budget, cost);
		if (!passes || !view->fresh || name >= mailboxes->by_name.count)
			continue;
		row = mailboxes->by_name.items[name];
		for (; row != ROW_NONE; row = mailboxes->links.items[row].same_name)
			if (row_passes(view, row))
				*vec_add(&view->matches) = (struct view_entry){ 0, row };
	}
	view->state = VIEW_SCAN;
	return true;
}

static void scan_row(struct view *view, uint32_t row, size_t *budget)
{
	if (row_passes(view, row)) {
		uint32_t key = view_key(view, row);

		*vec_add(&view->back) = (struct view_entry){ key, row };
		for (unsigned digit = 0; digit < DIGITS; digit++)
			view->counts[digit][key >> digit * 8 & 0xFF]++;
	}
	view_pay(budget, COST_ROW);
}

/* Memory that will be needed a few names later, in two steps: the first row, then its figures. */
static void fetch_ahead(const struct view *view, const uint32_t *name, const uint32_t *nearer)
{
	const struct mailboxes *mailboxes = view->mailboxes;
	uint32_t row = mailboxes->by_name.items[*nearer];

	/* Most names that do not pass need not be fetched. */
	if (view->filter && *nearer < view->verdicts_room && view->verdicts[*nearer] == FAILS)
		return;
	__builtin_prefetch(&mailboxes->by_name.items[*name]);
	__builtin_prefetch(&mailboxes->rows.items[row]);
	__builtin_prefetch(&mailboxes->links.items[row]);
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
		size_t cost = 0;

		if (!*budget)
			return false;
		if (!backward && i + 2 * AHEAD < count)
			fetch_ahead(view, &order->sorted.items[i + 2 * AHEAD],
				&order->sorted.items[i + AHEAD]);
		if (backward && i >= 2 * AHEAD)
			fetch_ahead(view, &order->sorted.items[i - 2 * AHEAD],
				&order->sorted.items[i - AHEAD]);
		view->last_name = name;
		if (!name_passes(view, name, &cost)) {
			view_pay(budget, cost);
			continue;
		}
		for (uint32_t row = mailboxes->by_name.items[name]; row != ROW_NONE;
			row = mailboxes->links.items[row].same_name)
			scan_row(view, row, budget);
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
	view->fresh = false;
	view->found->items = NULL;
	vec_release(&view->spare);
	vec_release(&view->matches);
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
	size_t units = budget * UNITS;

	grow(&view->marks, &view->marks_room, view->mailboxes->rows.count);
	if (view->state == VIEW_MATCH && !match(view, &units))
		return true;
	if (view->state == VIEW_SCAN && !(find_names(view, &units) && scan(view, &units)))
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
	float names = (float)view->mailboxes->names.items.count;
	float matched = view->filter ? 0.6f : 0, scanned = 0.9f - matched, part;

	switch (view->state) {
	case VIEW_MATCH:
		return matched * (float)view->matched / names;
	case VIEW_SCAN:
		part = names > 0 ? (float)view->scanned / names : 1;
		if (view->scan_needs > order->sorted.count)
			part = 0;
		return matched + scanned * (part < 1 ? part : 1);
	case VIEW_SORT:
		part = view->back.count ? (float)view->at / (float)view->back.count : 1;
		return matched + scanned + 0.025f * ((float)view->digit + part);
	case VIEW_IDLE:
	case VIEW_MERGE:
		break;
	}
	return 1;
}

static const struct view_entries *shown(const struct view *view)
{
	if (!view->fresh)
		return &view->front;
	return view->filter ? &view->matches : &view->back;
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

/* Looks one by one, but at no entry twice: the entries only grow at their end until
 * they are replaced, which clears what is known. */
static size_t look_for(const struct view *view, const struct view_entries *entries, uint32_t row)
{
	struct view_found *found = view->found;

	if (found->items != entries->items || found->row != row || found->until > entries->count)
		*found = (struct view_found){ row, entries->items, SIZE_MAX, 0 };
	for (; found->position == SIZE_MAX && found->until < entries->count; found->until++)
		if (entries->items[found->until].row == row)
			found->position = found->until;
	return found->position;
}

size_t view_position(const struct view *view, uint32_t row)
{
	const struct view_entries *entries = shown(view);
	size_t bound = 0, position;

	/* What is shown while it is being made is in no order yet. */
	if (!view->fresh) {
		bound = view_bound(
			view, entries, 0, view_key(view, row), view_label(view, row), row);
		if (bound < entries->count && entries->items[bound].row == row)
			return bound;
	}
	/* Its figures may have changed since it was put where it is. */
	position = look_for(view, entries, row);
	return position == SIZE_MAX ? bound : position;
}
