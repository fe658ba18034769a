/* SPDX-License-Identifier: MIT */
/* How rows compare, and the two ways into an order: all anew, or a few into an old one. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/view_inner.h"

/* Units of about 10 ns, measured. */
enum { COST_DIGIT = 1, COST_KEY = 12, COST_PLACE = 120, COPIED_PER_COST = 4 };
enum { MERGE_MOST = 4000 };
static const uint32_t unknown = UINT32_MAX;

static uint32_t key_of_count(uint64_t count)
{
	return count < UINT32_MAX - 1 ? (uint32_t)count : UINT32_MAX - 1;
}

static uint64_t sessions_of(const struct mailbox_row *row)
{
	return (uint64_t)row->imap + row->pop3 + row->lmtp + row->other;
}

/* Of equals, those with more sessions are the larger. */
static uint32_t sessions_key(const struct mailbox_row *row)
{
	uint64_t sessions = sessions_of(row);

	return sessions < UINT16_MAX ? (uint32_t)sessions : UINT16_MAX;
}

static uint32_t key_of_few(uint32_t count, const struct mailbox_row *row)
{
	return (count < UINT16_MAX - 1 ? count : UINT16_MAX - 1) << 16 | sessions_key(row);
}

/* Numbers compare as their bits do once the negative ones are turned round. Most rows have a
 * plain 0; between it and the least normal number there is room for their sessions. */
static uint32_t key_of_real(float value, const struct mailbox_row *row)
{
	uint32_t bits;

	if (isnan(value))
		return unknown;
	if (value >= 0 && value < FLT_MIN)
		return 0x80000000u | sessions_key(row);
	memcpy(&bits, &value, sizeof(bits));
	return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

static uint32_t key_of_age(const struct view *view, uint32_t row)
{
	int64_t asked = mailboxes_asked(view->mailboxes, row);

	/* Steps of 16 ms: 2 years of them fit. The newest sample is the smallest age. */
	return asked > 0 ? unknown - 1 - key_of_count((uint64_t)asked >> 4) : unknown;
}

static uint32_t key_of(const struct view *view, uint32_t number)
{
	const struct mailbox_row *row = &view->mailboxes->rows.items[number];

	switch (view->column) {
	case COLUMN_HOST:
		return key_of_count(row->host);
	case COLUMN_IMAP:
		return key_of_few(row->imap, row);
	case COLUMN_POP3:
		return key_of_few(row->pop3, row);
	case COLUMN_ADDRESSES:
		return key_of_few(row->addresses, row);
	case COLUMN_CPU:
		return key_of_real(row->cpu_percent, row);
	case COLUMN_READ:
		return key_of_real(row->read_bps, row);
	case COLUMN_WRITE:
		return key_of_real(row->write_bps, row);
	case COLUMN_DELIVERIES:
		return key_of_real(row->deliveries_per_minute, row);
	case COLUMN_SESSIONS:
		return key_of_count(sessions_of(row));
	case COLUMN_AGE:
		return key_of_age(view, number);
	case COLUMN_NAME:
	case COLUMN_COUNT_:
		break;
	}
	return 0;
}

uint32_t view_key(const struct view *view, uint32_t row)
{
	uint32_t key = key_of(view, row);

	return view->descending && key != unknown ? unknown - 1 - key : key;
}

/* Names go up under every column, but for the names themselves turned round. */
uint64_t view_label(const struct view *view, uint32_t row)
{
	uint32_t name = view->mailboxes->rows.items[row].name;
	uint64_t label = 0;

	if (name < view->mailboxes->order.labels.count)
		label = view->mailboxes->order.labels.items[name];
	return view->column == COLUMN_NAME && view->descending ? ~label : label;
}

int view_compare(const struct view *view, uint32_t key, uint64_t label, uint32_t row,
	const struct view_entry *entry)
{
	uint64_t other;

	if (key != entry->key)
		return key < entry->key ? -1 : 1;
	if (row == entry->row)
		return 0;
	other = view_label(view, entry->row);
	if (label != other)
		return label < other ? -1 : 1;
	return (row > entry->row) - (row < entry->row);
}

size_t view_bound(const struct view *view, const struct view_entries *entries, size_t from,
	uint32_t key, uint64_t label, uint32_t row)
{
	size_t low = from, high = entries->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (view_compare(view, key, label, row, &entries->items[middle]) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void swap(struct view_entries *a, struct view_entries *b)
{
	struct view_entries held = *a;

	*a = *b;
	*b = held;
}

/* Where each value of the digit begins; false when all entries have the same one. */
static bool begin_digit(struct view *view)
{
	uint32_t *counts = view->counts[view->digit], start = 0;

	for (unsigned i = 0; i < BUCKETS; i++) {
		if (counts[i] == view->back.count)
			return false;
		view->starts[i] = start;
		start += counts[i];
	}
	vec_reserve(&view->spare, view->back.count);
	view->spare.count = view->back.count;
	return true;
}

/* Radix sort from the lowest digit; it keeps the order of names that the scan made. */
bool view_sort_some(struct view *view, size_t *budget)
{
	for (; view->digit < DIGITS; view->digit++) {
		unsigned shift = view->digit * 8;

		if (view->at == 0 && !begin_digit(view))
			continue;
		while (view->at < view->back.count) {
			struct view_entry entry = view->back.items[view->at];

			if (!view_pay(budget, COST_DIGIT))
				return false;
			view->spare.items[view->starts[entry.key >> shift & 0xFF]++] = entry;
			view->at++;
		}
		swap(&view->back, &view->spare);
		view->at = 0;
	}
	return true;
}

static int by_order(const void *left, const void *right)
{
	const struct view_item *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->label != b->label)
		return a->label < b->label ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

/* Keys of the rows of this round that pass; all of them leave their old places. */
static bool merge_keys(struct view *view, size_t *budget)
{
	for (; view->placed < view->round; view->placed++) {
		uint32_t row = view->pending.items[view->placed];
		size_t cost = 0;

		if (!view_pay(budget, COST_KEY))
			return false;
		view->marks[row] = MARK_OUT;
		if (view_passes(view, row, &cost))
			*vec_add(&view->items) = (struct view_item){ view_label(view, row),
				view_key(view, row), row, 0 };
		view_pay(budget, cost);
	}
	if (view->items.count)
		qsort(view->items.items, view->items.count, sizeof(*view->items.items), by_order);
	view->placed = 0;
	return true;
}

static bool merge_place(struct view *view, size_t *budget)
{
	size_t from = view->placed ? view->items.items[view->placed - 1].place : 0;

	for (; view->placed < view->items.count; view->placed++) {
		struct view_item *item = &view->items.items[view->placed];

		if (!view_pay(budget, COST_PLACE))
			return false;
		/* Labels may have been given anew since the items were sorted. */
		from = view_bound(view, &view->front, from, item->key, view_label(view, item->row),
			item->row);
		item->place = from;
	}
	vec_reserve(&view->back, view->front.count + view->items.count);
	vec_clear(&view->back);
	view->copied = view->put = 0;
	return true;
}

static bool merge_copy(struct view *view, size_t *budget)
{
	struct view_entry *out = view->back.items;
	const struct view_entry *front = view->front.items;
	size_t count = view->back.count;

	while (view->copied < view->front.count || view->put < view->items.count) {
		bool more = view->put < view->items.count;
		size_t until = more ? view->items.items[view->put].place : view->front.count;
		size_t most = view->copied + *budget * COPIED_PER_COST, from = view->copied;

		if (!*budget) {
			view->back.count = count;
			return false;
		}
		until = until < most ? until : most;
		for (size_t i = from; i < until; i++) {
			out[count] = front[i];
			count += view->marks[front[i].row] != MARK_OUT;
		}
		view->copied = until;
		view_pay(budget, (until - from) / COPIED_PER_COST + 1);
		if (more && view->copied == view->items.items[view->put].place) {
			const struct view_item *item = &view->items.items[view->put++];

			out[count++] = (struct view_entry){ item->key, item->row };
		}
	}
	view->back.count = count;
	return true;
}

static void merge_end(struct view *view)
{
	size_t left = view->pending.count - view->round;

	swap(&view->front, &view->back);
	for (size_t i = 0; i < view->round; i++)
		view->marks[view->pending.items[i]] &= (uint8_t)~MARK_OUT;
	memmove(view->pending.items, view->pending.items + view->round,
		left * sizeof(*view->pending.items));
	view->pending.count = left;
	vec_clear(&view->items);
	view->placed = 0;
	view->found->items = NULL;
}

bool view_merge_some(struct view *view, size_t *budget)
{
	while (view->pending.count || view->step != MERGE_BEGIN) {
		if (view->step == MERGE_BEGIN) {
			view->round = view->pending.count < MERGE_MOST ? view->pending.count : MERGE_MOST;
			vec_clear(&view->items);
			view->placed = 0;
			view->step = MERGE_KEYS;
		}
		if (view->step == MERGE_KEYS) {
			if (!merge_keys(view, budget))
				return false;
			view->step = MERGE_PLACE;
		}
		if (view->step == MERGE_PLACE) {
			if (!merge_place(view, budget))
				return false;
			view->step = MERGE_COPY;
		}
		if (!merge_copy(view, budget))
			return false;
		merge_end(view);
		view->step = MERGE_BEGIN;
	}
	return true;
}
