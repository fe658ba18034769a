/* SPDX-License-Identifier: MIT */
/* One mailbox in a job: what it was, what it became, what ran. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/mem.h"
#include "tui/keys.h"
#include "tui/screens/job.h"

static const struct unit *unit_shown(const struct app *app)
{
	const struct watched *watched = job_shown(app);
	uint32_t number = app_place_c(app)->row;

	return watched && number < watched->job->units.count ? &watched->job->units.items[number]
							     : NULL;
}

static void add_figures(struct page *page, const char *label, const struct unit_counts *counts)
{
	char messages[FIGURE], folders[FIGURE];

	page_textf(page, label, STYLE_NORMAL, "%s messages visible, %s folders",
		figure_count((double)counts->messages, messages),
		figure_count((double)counts->folders, folders));
}

static void add_count(struct page *page, const char *label, int64_t count, const char *what)
{
	if (count > 0)
		page_textf(page, label, STYLE_LOOK, "%" PRId64 " %s", count, what);
}

static void add_outcome(struct page *page, const struct unit_outcome *outcome)
{
	page_section(page, "MESSAGES");
	add_figures(page, "before", &outcome->before);
	add_figures(page, "after", &outcome->after);
	add_count(page, "missing", outcome->missing, "cannot be seen");
	add_count(page, "moved", outcome->moved, "are in another folder");
	add_count(page, "doubled", outcome->doubled, "are there more often than before");
	add_count(page, "flags", outcome->flags_lost, "have lost their flags");
	page_section(page, "CLIENTS");
	page_text(page, "UIDs", outcome->uids_kept == 0 ? STYLE_LOOK : STYLE_NORMAL,
		outcome->uids_kept == 1	  ? "kept"
		: outcome->uids_kept == 0 ? "new ones: clients fetch its messages again"
					  : "not known");
	if (outcome->uidvalidity_before >= 0 && outcome->uidvalidity_after >= 0)
		page_textf(page, "validity", STYLE_NORMAL,
			"UIDVALIDITY %" PRId64 " before, %" PRId64 " after",
			outcome->uidvalidity_before, outcome->uidvalidity_after);
	page_section(page, "KEPT");
	page_text(page, "copy", STYLE_NORMAL, outcome->copy ? outcome->copy : "no copy");
	page_section(page, "COMMANDS THAT RAN");
	vec_each(&outcome->commands, command)
		page_text(page, "", STYLE_NORMAL, *command);
	if (!outcome->commands.count)
		page_text(page, "", STYLE_DIM, "None.");
}

static void build(const struct app *app, struct page *page)
{
	const struct watched *watched = job_shown(app);
	const struct unit *unit = unit_shown(app);
	char note[160];
	enum unit_state state;

	if (!unit) {
		page_text(page, "", STYLE_DIM, "This unit is not watched any more. Esc goes back.");
		return;
	}
	state = jobs_unit(app, watched, unit, note);
	page_text(page, "mailbox", STYLE_NORMAL,
		unit->target.mailbox ? unit->target.mailbox : "not named yet");
	page_text(page, "host", STYLE_NORMAL, unit->target.host);
	page_textf(page, "job", STYLE_NORMAL, "%s %s, %s", watched->operation,
		watched->job->plan.hash, watched->who ? watched->who : "");
	page_text(page, "state", unit_style(state), unit_state_name(state));
	if (note[0])
		page_text(page, "now", STYLE_NORMAL, note);
	if (unit->outcome.error)
		page_text(page, "error", STYLE_ACT, unit->outcome.error);
	if (unit->outcome.result != UNIT_QUEUED)
		add_outcome(page, &unit->outcome);
}

static void heading(const struct app *app, struct heading *heading)
{
	const struct unit *unit = unit_shown(app);

	snprintf(heading->where, sizeof(heading->where), "%.200s",
		unit && unit->target.mailbox ? unit->target.mailbox : "Unit");
	if (unit)
		snprintf(heading->count, sizeof(heading->count), "%.40s · %s", unit->target.host,
			job_shown(app)->job->plan.hash);
}

static void act(struct app *app, enum action action, struct commands *commands)
{
	const struct unit *unit = unit_shown(app);
	uint32_t row;

	if (action != ACTION_GO_MAILBOX) {
		paging_act(app, action, commands);
		return;
	}
	row = mailboxes_find(app->fleet->mailboxes, unit->target.mailbox, unit->target.index);
	if (row == ROW_NONE)
		app_toast(app, STYLE_NORMAL, "this console has not seen that mailbox yet");
	else
		app_open(app, (struct place){ .screen = SCREEN_MAILBOX, .row = row }, commands);
}

static const char *barred(const struct app *app, enum action action)
{
	const struct unit *unit = unit_shown(app);

	if (action == ACTION_GO_MAILBOX && !(unit && unit->target.mailbox))
		return "its mailbox is not known yet";
	return NULL;
}

static const struct binding own[] = {
	{ K_ENTER, 0, ACTION_GO_MAILBOX, "mailbox", "mailbox", "the page of this mailbox" },
};

const struct screen screen_unit = {
	.name = "Unit of a repair",
	.bindings = { own, sizeof(own) / sizeof(*own) },
	.act = act,
	.heading = heading,
	.page = build,
	.barred = barred,
};
