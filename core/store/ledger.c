/* SPDX-License-Identifier: MIT */
#include "core/store/ledger.h"

#include <stdlib.h>

#include "core/base/mem.h"

void ledger_entry_release(struct ledger_entry *entry)
{
	free(entry->who);
	free(entry->what);
	free(entry->host);
	free(entry->mailbox);
	free(entry->detail);
	free(entry->result);
	*entry = (struct ledger_entry){ 0 };
}

void ledger_page_release(struct ledger_page *page)
{
	vec_each(page, entry)
		ledger_entry_release(entry);
	vec_release(page);
}

struct ledger_entry ledger_entry_copy(const struct ledger_entry *entry)
{
	struct ledger_entry copy = *entry;

	copy.who = mem_text(entry->who);
	copy.what = mem_text(entry->what);
	copy.host = mem_text(entry->host);
	copy.mailbox = mem_text(entry->mailbox);
	copy.detail = mem_text(entry->detail);
	copy.result = mem_text(entry->result);
	return copy;
}
