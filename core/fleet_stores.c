/* SPDX-License-Identifier: MIT */
/*
 * Where mailboxes lie. A name is worth asking for on a host when it has sessions there or
 * when several hosts know it (then it may be one mailbox that shows as two). Questions
 * wait in line; few are on their way at a time.
 */
#include <string.h>

#include "core/fleet_inner.h"

enum { ISSUED_MOST = 200, ANSWER_MS = 60000 };

void fleet_want(struct fleet *fleet, struct host *host, uint32_t row)
{
	if (mailboxes_want(fleet->mailboxes, row, host->index))
		*vec_add(&host->by->wants) = mailboxes_row(fleet->mailboxes, row)->name;
}

static void wants_done(struct host_index *by)
{
	by->wants.count -= by->issued;
	if (by->wants.count)
		memmove(by->wants.items, by->wants.items + by->issued,
			by->wants.count * sizeof(*by->wants.items));
	by->issued = by->answered = 0;
}

void fleet_wants_lost(struct host *host)
{
	host->by->issued = host->by->answered = 0;
}

void fleet_wants(struct host *host, int64_t now_ms, struct store_wants *wanted)
{
	struct host_index *by = host->by;

	/* A question without an answer for so long will not get one. */
	if (by->issued && now_ms - by->issued_ms > ANSWER_MS)
		wants_done(by);
	if (!wanted || host->link != LINK_UP || by->issued || !by->wants.count)
		return;
	for (; by->issued < by->wants.count && by->issued < ISSUED_MOST; by->issued++) {
		uint32_t name = by->wants.items[by->issued];

		*(struct store_want *)vec_add(wanted) = (struct store_want){ host->index, name };
	}
	by->issued_ms = now_ms;
	by->answered = 0;
}

static bool is_at(const struct mailboxes *mailboxes, uint32_t row, const char *store)
{
	uint32_t known = mailboxes_row(mailboxes, row)->store;

	return known != STORE_UNKNOWN && strcmp(mailboxes_store(mailboxes, known), store) == 0;
}

void fleet_stores(struct fleet *fleet, struct host *host, struct stores_seen *stores)
{
	vec_each(stores, seen) {
		uint32_t row = mailboxes_find(fleet->mailboxes, seen->mailbox, host->index);

		host->by->answered++;
		/* Names that the host was never heard to have are not made by an answer. */
		if (!seen->id || row == ROW_NONE || is_at(fleet->mailboxes, row, seen->id) ||
			!fleet_spend(host, seen->id))
			continue;
		row = mailboxes_place(fleet->mailboxes, seen->mailbox, host->index, seen->id);
		fleet_account_moved(host, mailboxes_row(fleet->mailboxes, row)->name, row);
	}
	if (host->by->issued && host->by->answered >= host->by->issued)
		wants_done(host->by);
}

void fleet_names(struct fleet *fleet, struct host *host, struct names_seen *names)
{
	struct mailboxes *mailboxes = fleet->mailboxes;

	vec_each(names, name) {
		uint32_t own = fleet_row(fleet, host, *name), row = mailboxes_first(mailboxes, *name);

		if (own == ROW_NONE || (row == own && mailboxes_next(mailboxes, row) == ROW_NONE))
			continue;
		/* All hosts that know the name: of each the row is its own as long as it is alone. */
		for (; row != ROW_NONE; row = mailboxes_next(mailboxes, row)) {
			uint32_t other = mailboxes_row(mailboxes, row)->host;

			fleet_want(fleet, &fleet->hosts.items[other], row);
		}
	}
}
