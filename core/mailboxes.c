/* SPDX-License-Identifier: MIT */
#include "core/mailboxes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/mailboxes_inner.h"

struct mailboxes *mailboxes_new(void)
{
	struct mailboxes *mailboxes = mem_new(sizeof(*mailboxes));

	mailboxes->free_part = PART_NONE;
	mailboxes->newest = ROW_NONE;
	return mailboxes;
}

void mailboxes_free(struct mailboxes *mailboxes)
{
	if (!mailboxes)
		return;
	vec_each(&mailboxes->parts, part)
		free(part->address_ids);
	vec_release(&mailboxes->parts);
	vec_release(&mailboxes->rows);
	vec_release(&mailboxes->links);
	vec_release(&mailboxes->by_name);
	vec_release(&mailboxes->asked);
	texts_release(&mailboxes->names);
	texts_release(&mailboxes->stores);
	name_order_release(&mailboxes->order);
	free(mailboxes);
}

size_t mailboxes_count(const struct mailboxes *mailboxes)
{
	return mailboxes->rows.count;
}

size_t mailboxes_live(const struct mailboxes *mailboxes)
{
	return mailboxes->rows.count - mailboxes->merged;
}

const struct mailbox_row *mailboxes_row(const struct mailboxes *mailboxes, uint32_t row)
{
	return &mailboxes->rows.items[row];
}

const char *mailboxes_name(const struct mailboxes *mailboxes, uint32_t name)
{
	return mailboxes->names.items.items[name];
}

const char *mailboxes_store(const struct mailboxes *mailboxes, uint32_t store)
{
	return store == STORE_UNKNOWN ? "" : mailboxes->stores.items.items[store];
}

uint64_t mailboxes_stamp(const struct mailboxes *mailboxes)
{
	return mailboxes->stamp;
}

uint32_t mailboxes_here(const struct mailboxes *mailboxes, uint32_t row)
{
	while (mailboxes->rows.items[row].merged != ROW_NONE)
		row = mailboxes->rows.items[row].merged;
	return row;
}

/* Puts a row at the newest end of the list of changes. */
static void touch(struct mailboxes *mailboxes, uint32_t row)
{
	struct links *all = mailboxes->links.items, *links = &all[row];

	mailboxes->rows.items[row].changed = ++mailboxes->stamp;
	if (mailboxes->newest == row)
		return;
	if (links->newer != ROW_NONE)
		all[links->newer].older = links->older;
	if (links->older != ROW_NONE)
		all[links->older].newer = links->newer;
	links->older = mailboxes->newest;
	links->newer = ROW_NONE;
	if (mailboxes->newest != ROW_NONE)
		all[mailboxes->newest].newer = row;
	mailboxes->newest = row;
}

static struct part *part_of(const struct mailboxes *mailboxes, uint32_t row, uint32_t host)
{
	for (uint32_t i = mailboxes->links.items[row].part; i != PART_NONE;
		i = mailboxes->parts.items[i].next)
		if (mailboxes->parts.items[i].host == host)
			return &mailboxes->parts.items[i];
	return NULL;
}

static uint32_t live_from(const struct mailboxes *mailboxes, uint32_t row)
{
	while (row != ROW_NONE && mailboxes->rows.items[row].merged != ROW_NONE)
		row = mailboxes->links.items[row].same_name;
	return row;
}

static uint32_t first_of(const struct mailboxes *mailboxes, uint32_t name)
{
	return name < mailboxes->by_name.count ? mailboxes->by_name.items[name] : ROW_NONE;
}

uint32_t mailboxes_first(const struct mailboxes *mailboxes, const char *name)
{
	return live_from(mailboxes, first_of(mailboxes, texts_find(&mailboxes->names, name)));
}

uint32_t mailboxes_next(const struct mailboxes *mailboxes, uint32_t row)
{
	return live_from(mailboxes, mailboxes->links.items[row].same_name);
}

bool mailboxes_reaches(const struct mailboxes *mailboxes, uint32_t row, uint32_t host)
{
	return part_of(mailboxes, row, host);
}

static int compare_hosts(const void *one, const void *other)
{
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;

	return (a > b) - (a < b);
}

size_t mailboxes_hosts(
	const struct mailboxes *mailboxes, uint32_t row, uint32_t *out, size_t room)
{
	uint32_t part = mailboxes->links.items[row].part;
	size_t count = 0;

	for (; part != PART_NONE; part = mailboxes->parts.items[part].next, count++)
		if (count < room)
			out[count] = mailboxes->parts.items[part].host;
	qsort(out, count < room ? count : room, sizeof(*out), compare_hosts);
	return count;
}

static uint32_t find(const struct mailboxes *mailboxes, uint32_t name, uint32_t host)
{
	uint32_t row = first_of(mailboxes, name);

	while (row != ROW_NONE && !part_of(mailboxes, row, host))
		row = mailboxes->links.items[row].same_name;
	return row;
}

uint32_t mailboxes_find(const struct mailboxes *mailboxes, const char *name, uint32_t host)
{
	return find(mailboxes, texts_find(&mailboxes->names, name), host);
}

static uint32_t row_new(struct mailboxes *mailboxes, uint32_t name, uint32_t store)
{
	uint32_t row = (uint32_t)mailboxes->rows.count;

	while (mailboxes->by_name.count <= name)
		*vec_add(&mailboxes->by_name) = ROW_NONE;
	*vec_add(&mailboxes->rows) = (struct mailbox_row){ .name = name, .store = store,
		.deliveries_per_minute = NAN, .merged = ROW_NONE };
	*vec_add(&mailboxes->links) = (struct links){ .part = PART_NONE, .same_name = ROW_NONE,
		.newer = ROW_NONE, .older = ROW_NONE };
	/* At the end of its name's list: rows keep the order in which they appeared. */
	if (mailboxes->by_name.items[name] == ROW_NONE) {
		mailboxes->by_name.items[name] = row;
	} else {
		uint32_t last = mailboxes->by_name.items[name];

		while (mailboxes->links.items[last].same_name != ROW_NONE)
			last = mailboxes->links.items[last].same_name;
		mailboxes->links.items[last].same_name = row;
	}
	return row;
}

/* Room for a new part, linked to the row's others. */
static struct part *part_new(struct mailboxes *mailboxes, uint32_t row, uint32_t host)
{
	uint32_t index = mailboxes->free_part, *end = &mailboxes->links.items[row].part;
	struct part *part;

	if (index != PART_NONE) {
		mailboxes->free_part = mailboxes->parts.items[index].next;
	} else {
		index = (uint32_t)mailboxes->parts.count;
		vec_add(&mailboxes->parts);
	}
	while (*end != PART_NONE)
		end = &mailboxes->parts.items[*end].next;
	*end = index;
	part = &mailboxes->parts.items[index];
	*part = (struct part){ .host = host, .next = PART_NONE };
	part->figures.deliveries_per_minute = NAN;
	return part;
}

/* Takes a host's part out of a row; its figures go on in the part that is returned. */
static struct part part_out(struct mailboxes *mailboxes, uint32_t row, uint32_t host)
{
	uint32_t *link = &mailboxes->links.items[row].part, index;
	struct part part;

	while (mailboxes->parts.items[*link].host != host)
		link = &mailboxes->parts.items[*link].next;
	index = *link;
	part = mailboxes->parts.items[index];
	*link = part.next;
	mailboxes->parts.items[index] =
		(struct part){ .host = UINT32_MAX, .next = mailboxes->free_part };
	mailboxes->free_part = index;
	return part;
}

static float sum(float total, float part)
{
	if (isnan(total))
		return part;
	return isnan(part) ? total : total + part;
}

static int by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* How many different addresses all hosts of a row see. */
static uint16_t addresses_of(const struct mailboxes *mailboxes, uint32_t first)
{
	uint32_t ids[ADDRESSES_EXACT * 4], more = 0, different = 0;
	size_t count = 0;

	for (uint32_t i = first; i != PART_NONE; i = mailboxes->parts.items[i].next) {
		const struct part *part = &mailboxes->parts.items[i];
		size_t known = part->figures.addresses < ADDRESSES_EXACT ? part->figures.addresses :
									   ADDRESSES_EXACT;

		if (!part->address_ids || known + count > sizeof(ids) / sizeof(*ids)) {
			more += part->figures.addresses;
			continue;
		}
		memcpy(ids + count, part->address_ids, known * sizeof(*ids));
		count += known;
		more += part->figures.addresses - (uint32_t)known;
	}
	qsort(ids, count, sizeof(*ids), by_number);
	for (size_t i = 0; i < count; i++)
		different += i == 0 || ids[i] != ids[i - 1];
	return different + more < UINT16_MAX ? (uint16_t)(different + more) : UINT16_MAX;
}

static uint32_t sessions_of(const struct mailbox_figures *figures)
{
	return figures->imap + figures->pop3 + figures->lmtp + figures->other;
}

/* Adds a row's parts up; says so to views only when something is different. */
static void add_up(struct mailboxes *mailboxes, uint32_t number)
{
	const uint32_t first = mailboxes->links.items[number].part;
	struct mailbox_row *row = &mailboxes->rows.items[number], old = *row;
	uint32_t most = 0;

	row->hosts = row->addresses = 0;
	row->imap = row->pop3 = row->lmtp = row->other = 0;
	row->cpu_percent = row->read_bps = row->write_bps = row->deliveries_per_minute = NAN;
	for (uint32_t i = first; i != PART_NONE; i = mailboxes->parts.items[i].next) {
		const struct part *part = &mailboxes->parts.items[i];
		const struct mailbox_figures *figures = &part->figures;

		if (row->hosts == 0 || sessions_of(figures) > most) {
			row->host = part->host;
			most = sessions_of(figures);
		}
		row->hosts++;
		row->imap += figures->imap;
		row->pop3 += figures->pop3;
		row->lmtp += figures->lmtp;
		row->other += figures->other;
		row->cpu_percent = sum(row->cpu_percent, figures->cpu_percent);
		row->read_bps = sum(row->read_bps, figures->read_bps);
		row->write_bps = sum(row->write_bps, figures->write_bps);
		row->deliveries_per_minute =
			sum(row->deliveries_per_minute, figures->deliveries_per_minute);
	}
	if (row->hosts == 1)
		row->addresses = mailboxes->parts.items[first].figures.addresses;
	else if (row->hosts > 1)
		row->addresses = addresses_of(mailboxes, first);
	/* The figures stand in front of `merged`, without gaps. */
	if (memcmp(&old, row, offsetof(struct mailbox_row, merged)) != 0 || !row->changed)
		touch(mailboxes, number);
}

static uint32_t add(struct mailboxes *mailboxes, uint32_t name, uint32_t host)
{
	uint32_t row = find(mailboxes, name, host);

	if (row != ROW_NONE)
		return row;
	row = row_new(mailboxes, name, STORE_UNKNOWN);
	part_new(mailboxes, row, host);
	add_up(mailboxes, row);
	return row;
}

uint32_t mailboxes_add(struct mailboxes *mailboxes, const char *name, uint32_t host)
{
	return add(mailboxes, texts_add(&mailboxes->names, name), host);
}

static void store_set(struct mailboxes *mailboxes, uint32_t row, uint32_t store)
{
	mailboxes->rows.items[row].store = store;
	touch(mailboxes, row);
}

/* The row of a name at a store; ROW_NONE when there is none. One that had merged lives again,
 * so that a host that changes its mind for ever does not make rows for ever. */
static uint32_t at_store(struct mailboxes *mailboxes, uint32_t name, uint32_t store)
{
	uint32_t row = first_of(mailboxes, name);

	while (row != ROW_NONE && mailboxes->rows.items[row].store != store)
		row = mailboxes->links.items[row].same_name;
	if (row != ROW_NONE && mailboxes->rows.items[row].merged != ROW_NONE) {
		mailboxes->rows.items[row].merged = ROW_NONE;
		mailboxes->merged--;
	}
	return row;
}

/* Moves what a host says from one row to another; a row that nobody reaches has merged. */
static void move_part(struct mailboxes *mailboxes, uint32_t from, uint32_t to, uint32_t host)
{
	struct part old = part_out(mailboxes, from, host), *part = part_new(mailboxes, to, host);

	old.next = part->next;
	*part = old;
	if (mailboxes->links.items[from].part == PART_NONE) {
		mailboxes->rows.items[from].merged = to;
		mailboxes->merged++;
	}
	add_up(mailboxes, from);
	add_up(mailboxes, to);
}

uint32_t mailboxes_place(
	struct mailboxes *mailboxes, const char *text, uint32_t host, const char *store_id)
{
	uint32_t name = texts_add(&mailboxes->names, text);
	uint32_t store = texts_add(&mailboxes->stores, store_id), row = find(mailboxes, name, host), to;

	if (row != ROW_NONE && mailboxes->rows.items[row].store == store)
		return row;
	to = at_store(mailboxes, name, store);
	if (to == ROW_NONE && row != ROW_NONE && mailboxes->rows.items[row].hosts == 1) {
		store_set(mailboxes, row, store);
		return row;
	}
	/* The host left a row that others still reach, or joins one that is there. */
	if (to == ROW_NONE)
		to = row_new(mailboxes, name, store);
	if (row != ROW_NONE) {
		move_part(mailboxes, row, to, host);
	} else {
		part_new(mailboxes, to, host);
		add_up(mailboxes, to);
	}
	return to;
}

void mailboxes_sampled(struct mailboxes *mailboxes, uint32_t host, int64_t asked_ms)
{
	while (mailboxes->asked.count <= host)
		*vec_add(&mailboxes->asked) = 0;
	mailboxes->asked.items[host] = asked_ms;
}

int64_t mailboxes_asked(const struct mailboxes *mailboxes, uint32_t row)
{
	int64_t oldest = INT64_MAX;

	for (uint32_t i = mailboxes->links.items[row].part; i != PART_NONE;
		i = mailboxes->parts.items[i].next) {
		uint32_t host = mailboxes->parts.items[i].host;
		int64_t asked = host < mailboxes->asked.count ? mailboxes->asked.items[host] : 0;

		oldest = asked < oldest ? asked : oldest;
	}
	return oldest == INT64_MAX ? 0 : oldest;
}

bool mailboxes_want(struct mailboxes *mailboxes, uint32_t row, uint32_t host)
{
	struct part *part = part_of(mailboxes, row, host);

	if (!part || part->wanted || mailboxes->rows.items[row].store != STORE_UNKNOWN)
		return false;
	part->wanted = true;
	return true;
}

static void addresses_set(struct part *part, const struct mailbox_figures *figures)
{
	size_t count = figures->addresses < ADDRESSES_EXACT ? figures->addresses : ADDRESSES_EXACT;

	if (!figures->address_ids || !count) {
		free(part->address_ids);
		part->address_ids = NULL;
		return;
	}
	part->address_ids = mem_grow(part->address_ids, count, sizeof(*part->address_ids));
	memcpy(part->address_ids, figures->address_ids, count * sizeof(*part->address_ids));
}

void mailboxes_set(struct mailboxes *mailboxes, uint32_t row, uint32_t host,
	const struct mailbox_figures *figures)
{
	struct part *part = part_of(mailboxes, row, host);

	if (!part)
		return;
	part->figures = *figures;
	part->figures.address_ids = NULL;
	addresses_set(part, figures);
	add_up(mailboxes, row);
}
