/* SPDX-License-Identifier: MIT */
/* One entry of the ledger, in full. */
#include <stdio.h>

#include "tui/figure.h"
#include "tui/state.h"

static const struct ledger_entry *entry_of(const struct app *app)
{
	vec_each(&app->ledger_state.entries, entry)
		if (entry->id == app_place_c(app)->entry)
			return entry;
	vec_each(&app->mailbox_state.repairs, entry)
		if (entry->id == app_place_c(app)->entry)
			return entry;
	return NULL;
}

static void line(struct page *page, const char *label, const char *text)
{
	if (text && *text)
		page_text(page, label, STYLE_NORMAL, text);
}

static void build(const struct app *app, struct page *page)
{
	const struct ledger_entry *entry = entry_of(app);
	char when[FIGURE];

	if (!entry) {
		page_text(page, "", STYLE_DIM,
			"This entry is not among those that were read last. Esc goes back.");
		return;
	}
	line(page, "when", figure_day(entry->wall_s + app->options.zone_s, when));
	line(page, "who", entry->who);
	line(page, "what", entry->what);
	line(page, "host", entry->host);
	line(page, "mailbox", entry->mailbox);
	line(page, "result", entry->result);
	if (entry->host_seq)
		page_textf(page, "journal", STYLE_NORMAL, "number %lld of the host's own",
			(long long)entry->host_seq);
	line(page, "detail", entry->detail);
}

static void heading(const struct app *app, struct heading *heading)
{
	snprintf(heading->where, sizeof(heading->where), "Ledger entry %lld",
		(long long)app_place_c(app)->entry);
}

const struct screen screen_entry = {
	.name = "Ledger entry",
	.heading = heading,
	.page = build,
};
