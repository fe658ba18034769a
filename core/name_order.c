/* SPDX-License-Identifier: MIT */
/*
 * New names are taken into a batch, the batch is sorted by merging, and merged into the
 * old order by galloping, so that a few new names cost little more than a copy. While they
 * are merged they get labels between those of their neighbours; when a gap is used up, all get
 * new ones, in the same order.
 */
#include "core/name_order.h"

#include <string.h>

#include "core/base/texts.h"

enum { COST_TAKE = 8, COST_SORT = 2, COST_SEARCH = 60, COST_LABEL = 2, COPIED_PER_COST = 32 };

static bool pay(size_t *budget, size_t cost)
{
	if (!*budget)
		return false;
	*budget -= cost < *budget ? cost : *budget;
	return true;
}

static const char *text_of(const struct texts *names, uint32_t name)
{
	return names->items.items[name];
}

static uint64_t head_of(const char *text)
{
	uint64_t head = 0;

	for (unsigned i = 0; i < 8; i++) {
		head = head << 8 | (unsigned char)*text;
		text += *text != '\0';
	}
	return head;
}

static bool before(const struct texts *names, const struct name_head *a, const struct name_head *b)
{
	if (a->first != b->first)
		return a->first < b->first;
	return strcmp(text_of(names, a->name), text_of(names, b->name)) < 0;
}

bool name_order_holds(const struct name_order *order, size_t names)
{
	return order->sorted.count >= names && order->state != ORDER_LABEL;
}

static void begin_sort(struct name_order *order)
{
	size_t count = order->batch.count;

	vec_reserve(&order->spare, count);
	order->spare.count = count;
	order->width = 1;
	order->at = order->left = 0;
	order->right = count < 1 ? count : 1;
	order->state = ORDER_SORT;
}

static bool take(struct name_order *order, const struct texts *names, size_t *budget)
{
	for (; order->taken < names->items.count; order->taken++) {
		uint32_t name = (uint32_t)order->taken;

		if (!pay(budget, COST_TAKE))
			return false;
		*vec_add(&order->batch) =
			(struct name_head){ head_of(text_of(names, name)), name };
		*vec_add(&order->labels) = 0;
	}
	begin_sort(order);
	return true;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Merges the pair of runs that begins at order->at. */
static bool merge_runs(struct name_order *order, const struct texts *names, size_t *budget)
{
	const struct name_head *from = order->batch.items;
	size_t count = order->batch.count, middle = least(order->at + order->width, count);
	size_t end = least(middle + order->width, count);

	while (order->left < middle || order->right < end) {
		size_t to = order->left + order->right - middle;
		bool right = order->left == middle ||
			(order->right < end && before(names, &from[order->right], &from[order->left]));

		if (!pay(budget, COST_SORT))
			return false;
		order->spare.items[to] = from[right ? order->right++ : order->left++];
	}
	order->at = order->left = end;
	order->right = least(end + order->width, count);
	return true;
}

static bool sort(struct name_order *order, const struct texts *names, size_t *budget)
{
	size_t count = order->batch.count;

	while (order->width < count) {
		__typeof__(order->batch) sorted;

		while (order->at < count)
			if (!merge_runs(order, names, budget))
				return false;
		sorted = order->spare;
		order->spare = order->batch;
		order->batch = sorted;
		order->width *= 2;
		order->at = order->left = 0;
		order->right = least(order->width, count);
	}
	vec_reserve(&order->merged, order->sorted.count + count);
	order->from_old = order->from_new = 0;
	order->crowded = false;
	order->state = ORDER_MERGE;
	return true;
}

/* The first old name, from from_old on, that comes after NAME: steps double, then halve. */
static size_t gallop(const struct name_order *order, const struct texts *names, uint32_t name)
{
	const char *text = text_of(names, name);
	const uint32_t *old = order->sorted.items;
	size_t low = order->from_old, step = 1, high = low;

	while (high < order->sorted.count && strcmp(text_of(names, old[high]), text) < 0) {
		low = high + 1;
		high += step;
		step *= 2;
	}
	high = least(high, order->sorted.count);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(text_of(names, old[middle]), text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A label behind the last merged name, leaving room for the rest of the batch. */
static void label(struct name_order *order, uint32_t name)
{
	size_t rest = order->batch.count - order->from_new + 1;
	const uint32_t *out = order->merged.items;
	uint64_t low = order->merged.count ? order->labels.items[out[order->merged.count - 1]] : 0;
	uint64_t high = UINT64_MAX / 2 + low / 2, step;

	if (order->from_old < order->sorted.count)
		high = order->labels.items[order->sorted.items[order->from_old]];
	else
		rest += order->sorted.count;
	step = (high - low) / (rest + 1);
	order->crowded |= step == 0;
	order->labels.items[name] = low + step;
}

static bool merge(struct name_order *order, const struct texts *names, size_t *budget)
{
	while (order->from_new < order->batch.count || order->from_old < order->sorted.count) {
		bool more = order->from_new < order->batch.count;
		uint32_t name = more ? order->batch.items[order->from_new].name : 0;
		size_t until = more ? gallop(order, names, name) : order->sorted.count;
		size_t count = until - order->from_old;

		if (!pay(budget, COST_SEARCH + count / COPIED_PER_COST))
			return false;
		if (count)
			memcpy(order->merged.items + order->merged.count,
				order->sorted.items + order->from_old, count * sizeof(uint32_t));
		order->merged.count += count;
		order->from_old = until;
		if (!more)
			continue;
		label(order, name);
		order->merged.items[order->merged.count++] = name;
		order->from_new++;
	}
	return true;
}

static void end_merge(struct name_order *order)
{
	__typeof__(order->sorted) sorted;

	memcpy(&sorted, &order->merged, sizeof(sorted));
	memcpy(&order->merged, &order->sorted, sizeof(sorted));
	order->sorted = sorted;
	order->generation++;
	vec_clear(&order->merged);
	/* A first batch is large and does not come again. */
	if (order->batch.count * 8 > order->sorted.count) {
		vec_release(&order->batch);
		vec_release(&order->spare);
		vec_release(&order->merged);
	}
	vec_clear(&order->batch);
	order->at = 0;
	order->state = order->crowded ? ORDER_LABEL : ORDER_IDLE;
}

/* New labels for all, with half of all numbers left for names behind the last. */
static bool label_all(struct name_order *order, size_t *budget)
{
	uint64_t step = UINT64_MAX / 2 / (order->sorted.count + 1);
	__typeof__(order->labels) labels;

	vec_reserve(&order->fresh, order->labels.count);
	order->fresh.count = order->labels.count;
	for (; order->at < order->sorted.count; order->at++) {
		if (!pay(budget, COST_LABEL))
			return false;
		order->fresh.items[order->sorted.items[order->at]] = step * (order->at + 1);
	}
	memcpy(&labels, &order->fresh, sizeof(labels));
	memcpy(&order->fresh, &order->labels, sizeof(labels));
	order->labels = labels;
	vec_release(&order->fresh);
	order->state = ORDER_IDLE;
	return true;
}

bool name_order_work(struct name_order *order, const struct texts *names, size_t *budget)
{
	if (order->state == ORDER_IDLE && order->taken < names->items.count)
		order->state = ORDER_TAKE;
	if (order->state == ORDER_TAKE && !take(order, names, budget))
		return false;
	if (order->state == ORDER_SORT && !sort(order, names, budget))
		return false;
	if (order->state == ORDER_MERGE) {
		if (!merge(order, names, budget))
			return false;
		end_merge(order);
	}
	return order->state != ORDER_LABEL || label_all(order, budget);
}

size_t name_order_behind(const struct name_order *order, uint32_t name)
{
	uint64_t own = order->labels.items[name];
	size_t low = 0, high = order->sorted.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order->labels.items[order->sorted.items[middle]] <= own)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void name_order_release(struct name_order *order)
{
	vec_release(&order->sorted);
	vec_release(&order->merged);
	vec_release(&order->labels);
	vec_release(&order->fresh);
	vec_release(&order->batch);
	vec_release(&order->spare);
}
