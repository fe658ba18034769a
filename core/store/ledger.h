/* SPDX-License-Identifier: MIT */
/*
 * The ledger: what was done and decided, by whom, on which host and mailbox. Entries are
 * only ever added. Those that came from a host's journal carry its sequence and are
 * merged once, however often they arrive.
 */
#ifndef CORE_STORE_LEDGER_H
#define CORE_STORE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/vec.h"

struct ledger_entry {
	int64_t id;     /* the store's own; 0 for a new one */
	int64_t wall_s; /* when, seconds since the epoch */
	char *who;      /* "ana@desk": login name and machine of the console, or of the journal */
	char *what;     /* "host key accepted", "agent installed", "repair" … */
	char *host;     /* NULL: none */
	char *mailbox;  /* NULL: none */
	char *detail;   /* one sentence or more; NULL: none */
	char *result;   /* "ok", "failed", "refused" …; NULL: a mere decision */
	int64_t host_seq; /* sequence in the host's journal; 0: a console's own */
};

struct ledger_query {
	char *text;     /* words that host, mailbox, who, what or detail hold; NULL: all */
	int64_t before; /* entries with a smaller id, for paging; 0: newest */
	int limit;      /* most entries; 0: 500 */
	uint64_t ticket; /* the answer carries it, too */
};

struct ledger_page {
	uint64_t ticket; /* of the query; 0 elsewhere */
	vec_of(struct ledger_entry);
};

void ledger_page_release(struct ledger_page *page);
void ledger_entry_release(struct ledger_entry *entry);
struct ledger_entry ledger_entry_copy(const struct ledger_entry *entry);

#endif
