/* SPDX-License-Identifier: MIT */
/*
 * The order of all names, kept so that a view sorts by numbers: names get labels that
 * compare as they do. New names come in batches, in slices; labels have gaps, so that a
 * few new names leave the others alone.
 */
#ifndef CORE_NAME_ORDER_H
#define CORE_NAME_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/vec.h"

struct texts;

struct name_head {
	uint64_t first; /* eight bytes of the name that compare as it does */
	uint32_t name;
};

struct name_order {
	struct {
		vec_of(uint32_t);
	} sorted; /* names that have their place, in order */
	struct {
		vec_of(uint64_t);
	} labels, fresh; /* by name; 0: no place yet. fresh: all given anew */
	uint32_t generation; /* grows when `sorted` is another */
	enum { ORDER_IDLE, ORDER_TAKE, ORDER_SORT, ORDER_MERGE, ORDER_LABEL } state;
	struct {
		vec_of(struct name_head);
	} batch, spare; /* new names, being sorted from one to the other */
	struct {
		vec_of(uint32_t);
	} merged;
	size_t taken; /* names in `sorted` or in the batch */
	size_t width, at, left, right; /* where the merge sort stands */
	size_t from_old, from_new;     /* where the merge stands */
	bool crowded;                  /* a name found no gap */
};

/* Whether the first NAMES names have their place. */
bool name_order_holds(const struct name_order *order, size_t names);

/* Works until *budget, in units of about 10 ns, is used up (false), or until a batch has
 * its place, which holds all names that were there when it began. */
bool name_order_work(struct name_order *order, const struct texts *names, size_t *budget);

/* The first position in `sorted` behind a name that has its place. */
size_t name_order_behind(const struct name_order *order, uint32_t name);

void name_order_release(struct name_order *order);

#endif
