/* SPDX-License-Identifier: MIT */
/*
 * All mailboxes of the fleet in one table, made for a million rows. A row is a mailbox at
 * a store (product: mailbox@store): two backends that reach the same store share one
 * row; until a host has said where a mailbox lies there, it is a row of that host alone.
 *
 * Rows are numbered from 0 and a number never changes its meaning; a row that merged into
 * another says so (mailboxes_here). Texts are interned: `name` and `store` are numbers
 * whose text mailboxes_name and mailboxes_store give, `host` indexes config->hosts.
 *
 * A figure is as old as its host's newest sample, also when that sample left it out because
 * nothing had changed: mailboxes_asked.
 */
#ifndef CORE_MAILBOXES_H
#define CORE_MAILBOXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

#define ROW_NONE UINT32_MAX
#define STORE_UNKNOWN UINT32_MAX

struct mailbox_row {
	uint32_t name;
	uint32_t store;     /* STORE_UNKNOWN until a host told */
	uint32_t host;      /* the host with most sessions now, or the first that knew it */
	uint16_t hosts;     /* how many hosts reach it */
	uint16_t addresses; /* distinct addresses now (exact up to 64) */
	uint32_t imap, pop3, lmtp, other;
	float cpu_percent;            /* sum over its sessions; NAN: not known yet */
	float read_bps, write_bps;    /* NAN: not known */
	float deliveries_per_minute;  /* NAN: no log told of any */
	uint32_t merged;              /* ROW_NONE, or the row this one went into */
	uint64_t changed;             /* stamp of the last change (mailboxes_stamp) */
};

struct mailboxes;

struct mailboxes *mailboxes_new(void);
void mailboxes_free(struct mailboxes *mailboxes);

size_t mailboxes_count(const struct mailboxes *mailboxes); /* rows, merged ones too */
size_t mailboxes_live(const struct mailboxes *mailboxes);  /* rows that are not merged */
const struct mailbox_row *mailboxes_row(const struct mailboxes *mailboxes, uint32_t row);
/* The hosts that reach a row, at most ROOM of them into OUT, in the order of the configuration;
 * returns how many there are. */
size_t mailboxes_hosts(
	const struct mailboxes *mailboxes, uint32_t row, uint32_t *out, size_t room);
const char *mailboxes_name(const struct mailboxes *mailboxes, uint32_t name);
const char *mailboxes_store(const struct mailboxes *mailboxes, uint32_t store); /* store id */

/* Grows by one at each change of any row: a view compares it with what it last saw. */
uint64_t mailboxes_stamp(const struct mailboxes *mailboxes);

/* When the oldest of the samples in a row was asked for; 0: a host of it never sampled. */
int64_t mailboxes_asked(const struct mailboxes *mailboxes, uint32_t row);

/* The row that ROW is now: itself unless it merged. */
uint32_t mailboxes_here(const struct mailboxes *mailboxes, uint32_t row);

/* The rows of a name, one for each store, in order of appearance; ROW_NONE ends them. */
uint32_t mailboxes_first(const struct mailboxes *mailboxes, const char *name);
uint32_t mailboxes_next(const struct mailboxes *mailboxes, uint32_t row);

/* Whether a host reaches a row. */
bool mailboxes_reaches(const struct mailboxes *mailboxes, uint32_t row, uint32_t host);

/* The row of a name on a host; ROW_NONE when there is none. */
uint32_t mailboxes_find(const struct mailboxes *mailboxes, const char *name, uint32_t host);

/* What fleet.c tells it. */
uint32_t mailboxes_add(struct mailboxes *mailboxes, const char *name, uint32_t host);
/* mailboxes_place returns the row it is in now; two rows may have become one. */
uint32_t mailboxes_place(
	struct mailboxes *mailboxes, const char *name, uint32_t host, const char *store_id);
/* A host's newest sample was asked for then. */
void mailboxes_sampled(struct mailboxes *mailboxes, uint32_t host, int64_t asked_ms);
/* Whether the store of this name on this host is worth asking for: true once. */
bool mailboxes_want(struct mailboxes *mailboxes, uint32_t row, uint32_t host);
struct mailbox_figures {
	uint32_t imap, pop3, lmtp, other;
	uint16_t addresses;
	const uint32_t *address_ids; /* numbers for them, the same on all hosts; NULL: not told */
	float cpu_percent, read_bps, write_bps, deliveries_per_minute;
};
/* Replaces what HOST last said of this mailbox; a host that does not reach it is passed over. */
void mailboxes_set(struct mailboxes *mailboxes, uint32_t row, uint32_t host,
	const struct mailbox_figures *figures);

/*
 * A view: the rows that pass a filter, sorted. Work is done in slices: view_work does
 * about BUDGET rows' worth and says whether more is left, so that a key is answered in
 * between. After view_filter, view_count/view_at show what was found so far, in no order
 * until all is sorted; after view_sort and view_refresh they show the old order until the new
 * one is complete. view_progress is how much is done (0…1). Rows that compare equal in a figure
 * stand in the order of their sessions (for CPU and rates: where both are 0), then of
 * their names; what is not known (NAN) stands last, up and down.
 */
enum mailbox_column {
	COLUMN_NAME,
	COLUMN_HOST,
	COLUMN_IMAP,
	COLUMN_POP3,
	COLUMN_ADDRESSES,
	COLUMN_CPU,
	COLUMN_READ,
	COLUMN_WRITE,
	COLUMN_DELIVERIES,
	COLUMN_SESSIONS, /* imap + pop3 + lmtp + other */
	COLUMN_AGE,
	COLUMN_COUNT_,
};

struct view;

struct view *view_new(struct mailboxes *mailboxes); /* which outlives it */
void view_free(struct view *view);
/* Both start the work anew. A pattern is a PCRE2 regex, without case; NULL or "" is all; a
 * leading '!' turns it round. HOST limits to one host's rows, UINT32_MAX is all. */
bool view_filter(struct view *view, const char *pattern, uint32_t host, struct err *err);
void view_sort(struct view *view, enum mailbox_column column, bool descending);
/* Takes in what changed since the last call: cost in proportion to the changes. What it
 * means for the order is view_work's, while the old order goes on being shown. By age rows
 * are sorted when view_sort or view_filter is called: all ages change with every sample. */
void view_refresh(struct view *view);
/* False when nothing is left to do. 20,000 rows are a slice of about 4 ms at most. */
bool view_work(struct view *view, size_t budget);
float view_progress(const struct view *view);
/* On how many names the pattern was given up because it took too long; they do not pass. */
size_t view_gave_up(const struct view *view);
size_t view_count(const struct view *view);
uint32_t view_at(const struct view *view, size_t position);
/* The position of ROW, or of where it would stand; for keeping the cursor on its row. */
size_t view_position(const struct view *view, uint32_t row);

#endif
