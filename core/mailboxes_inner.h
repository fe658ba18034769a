/* SPDX-License-Identifier: MIT */
/*
 * What the files of the mailbox table share (mailboxes.c, name_order.c, view*.c). Rows of one
 * name form a list; so do the parts of a row, one for each host that reaches it. A list
 * through all rows in order of their last change lets a view take only what is new.
 */
#ifndef CORE_MAILBOXES_INNER_H
#define CORE_MAILBOXES_INNER_H

#include "core/base/texts.h"
#include "core/base/vec.h"
#include "core/mailboxes.h"
#include "core/name_order.h"

#define PART_NONE UINT32_MAX
#define ADDRESSES_EXACT 64

/* What one host says of one row. */
struct part {
	uint32_t host;
	uint32_t next; /* of the same row */
	struct mailbox_figures figures;
	uint32_t *address_ids; /* at most ADDRESSES_EXACT of figures.addresses, or NULL */
	bool wanted;           /* its store was asked for */
};

struct links {
	uint32_t part;          /* first */
	uint32_t same_name;     /* next row of the same name */
	uint32_t newer, older;  /* by last change */
};

struct mailboxes {
	struct texts names, stores;
	struct {
		vec_of(struct mailbox_row);
	} rows;
	struct {
		vec_of(struct links);
	} links; /* by row */
	struct {
		vec_of(uint32_t);
	} by_name; /* first row of each name */
	struct {
		vec_of(struct part);
	} parts;
	struct {
		vec_of(int64_t);
	} asked; /* by host */
	uint32_t free_part; /* list of parts to be used again */
	uint32_t newest;    /* row of the last change */
	uint64_t stamp;
	size_t merged;
	struct name_order order;
};

#endif
