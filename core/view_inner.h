/* SPDX-License-Identifier: MIT */
/*
 * What the files of a view share. A view holds its result in `front`; new ones are built in
 * `back` and the two change places. Entries carry the key they were sorted by, so that
 * an order holds while the figures go on changing.
 *
 *	MATCH  all names in the order of memory against the pattern         → matches
 *	SCAN   all rows in the order of their names: those that pass, keys  → back
 *	SORT   back by key, keeping the order of names among equals        → front
 *	MERGE  rows that changed since: taken out, put in where they belong → front
 */
#ifndef CORE_VIEW_INNER_H
#define CORE_VIEW_INNER_H

#include "core/filter.h"
#include "core/mailboxes_inner.h"

enum { DIGITS = 4, BUCKETS = 256 };

struct view_entry {
	uint32_t key;
	uint32_t row;
};

struct view_entries {
	vec_of(struct view_entry);
};

/* Where a row was found last, or how far it was looked for, in the entries that are shown. */
struct view_found {
	uint32_t row;
	const struct view_entry *items; /* NULL: nothing is known */
	size_t position, until;
};

/* A row on its way into the order. */
struct view_item {
	uint64_t label; /* of its name */
	uint32_t key, row;
	size_t place; /* the entry of front that it goes before */
};

struct view {
	struct mailboxes *mailboxes;
	struct filter *filter; /* NULL: all */
	uint32_t host;
	enum mailbox_column column;
	bool descending;

	enum { VIEW_IDLE, VIEW_MATCH, VIEW_SCAN, VIEW_SORT, VIEW_MERGE } state;
	bool fresh;     /* front is of another filter: what was found so far is shown */
	bool again;     /* too much changed to be merged: scan once more */
	struct view_entries front, back, spare, matches;
	uint8_t *verdicts; /* by name */
	size_t verdicts_room;
	size_t matched; /* names that have their verdict */
	struct view_found *found;

	uint64_t seen; /* stamp of the newest change taken in */
	size_t scan_needs, merge_needs; /* names that must have their place before */
	struct {
		vec_of(uint32_t);
	} pending; /* rows to be merged */
	uint8_t *marks; /* by row: MARK_… */
	size_t marks_room;

	/* SCAN */
	size_t scanned; /* names */
	uint32_t last_name, generation;

	/* SORT */
	uint32_t counts[DIGITS][BUCKETS];
	uint32_t starts[BUCKETS];
	unsigned digit;
	size_t at;

	/* MERGE */
	enum { MERGE_BEGIN, MERGE_KEYS, MERGE_PLACE, MERGE_COPY, MERGE_END } step;
	size_t round; /* rows of `pending` that this round merges */
	struct {
		vec_of(struct view_item);
	} items;
	size_t placed, copied, put;
};

enum { NOT_KNOWN, PASSES, FAILS }; /* verdicts; NOT_KNOWN is 0 */
enum { MARK_PENDING = 1, MARK_OUT = 2 };

/* Takes COST from *BUDGET; false when nothing is left of it. */
static inline bool view_pay(size_t *budget, size_t cost)
{
	if (!*budget)
		return false;
	*budget -= cost < *budget ? cost : *budget;
	return true;
}

/* A number that sorts as the column says; what is not known sorts last either way. */
uint32_t view_key(const struct view *view, uint32_t row);
bool view_passes(struct view *view, uint32_t row, size_t *cost);
int view_compare(const struct view *view, uint32_t key, uint64_t label, uint32_t row,
	const struct view_entry *entry);
uint64_t view_label(const struct view *view, uint32_t row);
/* The first of front's entries, from FROM on, that does not stand before this. */
size_t view_bound(const struct view *view, const struct view_entries *entries, size_t from,
	uint32_t key, uint64_t label, uint32_t row);

/* Both true when they are done. */
bool view_sort_some(struct view *view, size_t *budget);
bool view_merge_some(struct view *view, size_t *budget);

#endif
