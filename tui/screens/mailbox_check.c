/* SPDX-License-Identifier: MIT */
/* What checks and repairs add to a mailbox's page: damage, folders, history. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/screens/mailbox.h"

#define FOLDERS_SHOWN 150
#define FINDINGS_SHOWN 40
#define REPAIRS_ASKED 100
#define REPAIRS_SHOWN 10
#define TICKET (UINT64_C(1) << 32) /* + row: the ledger is asked for this page */

static const char *name_of(const struct app *app)
{
	const struct mailboxes *mailboxes = app->fleet->mailboxes;

	return mailboxes_name(mailboxes, mailboxes_row(mailboxes, mailbox_row(app))->name);
}

/* The last check of it, on whichever host. */
static const struct checked *check_of(const struct app *app)
{
	const struct checked *found = NULL;
	uint32_t hosts[32];
	size_t count = mailboxes_hosts(app->fleet->mailboxes, mailbox_row(app), hosts, 32);

	for (size_t i = 0; i < count && i < 32; i++) {
		const struct checked *checked = checks_find(app, name_of(app), hosts[i]);

		if (checked && (!found || checked->asked_ms > found->asked_ms ||
				       (!found->asked_ms && checked->at_ms > found->at_ms)))
			found = checked;
	}
	return found;
}

void mailbox_release(struct app *app)
{
	vec_release(&app->mailbox_state.sessions);
	vec_each(&app->mailbox_state.repairs, entry)
		ledger_entry_release(entry);
	vec_release(&app->mailbox_state.repairs);
}

static void ask_repairs(struct app *app, struct commands *commands)
{
	struct command *command = commands_add(commands, COMMAND_LEDGER_GET);

	command->query.text = mem_text(name_of(app));
	command->query.limit = REPAIRS_ASKED;
	command->query.ticket = TICKET + mailbox_row(app);
	app->mailbox_state.repairs_behind = false;
}

bool mailbox_asked(uint64_t ticket)
{
	return ticket >= TICKET;
}

static bool is_of_repairs(const struct app *app, const struct ledger_entry *entry)
{
	return entry->mailbox && strcmp(entry->mailbox, name_of(app)) == 0 &&
	       (entry->result || !entry->host_seq);
}

void mailbox_repairs(struct app *app, struct message *message)
{
	struct mailbox_state *state = &app->mailbox_state;

	if (app_place_c(app)->screen != SCREEN_MAILBOX ||
		message->ledger.ticket != TICKET + mailbox_row(app))
		return;
	vec_each(&state->repairs, entry)
		ledger_entry_release(entry);
	vec_clear(&state->repairs);
	vec_each(&message->ledger, entry)
		if (state->repairs.count < REPAIRS_SHOWN && is_of_repairs(app, entry)) {
			*vec_add(&state->repairs) = *entry;
			*entry = (struct ledger_entry){ 0 };
		}
	state->repairs_known = true;
}

void mailbox_enter(struct app *app, bool another, struct commands *commands)
{
	struct mailbox_state *state = &app->mailbox_state;

	if (another) {
		vec_each(&state->repairs, entry)
			ledger_entry_release(entry);
		vec_clear(&state->repairs);
		state->repairs_known = false;
	}
	ask_repairs(app, commands);
}

void mailbox_data(struct app *app, struct commands *commands)
{
	if (app->mailbox_state.repairs_behind)
		ask_repairs(app, commands);
}

const char *repair_barred(const struct app *app)
{
	return app->options.read_only
		       ? "--read-only: this console changes nothing; start it without"
		       : NULL;
}

const char *mailbox_barred(const struct app *app, enum action action)
{
	const char *why_not = NULL;

	if (action == ACTION_CHECK || action == ACTION_CHECK_ALL)
		checks_host(app, mailbox_row(app), &why_not);
	else if (action == ACTION_REPAIR)
		why_not = repair_barred(app);
	return why_not;
}

bool mailbox_act(struct app *app, enum action action, struct commands *commands)
{
	const char *why_not;
	uint32_t row = mailbox_row(app);

	switch (action) {
	case ACTION_CHECK:
	case ACTION_CHECK_ALL:
		checks_ask(app, name_of(app), checks_host(app, row, &why_not),
			action == ACTION_CHECK ? CHECK_DEPTH : CHECK_DEPTH_ALL, commands);
		app_toast(app, STYLE_NORMAL,
			action == ACTION_CHECK ? "checking; nothing is changed"
					       : "checking, every message; nothing is changed");
		return true;
	case ACTION_REPAIR:
		planning_begin(app, &row, 1, commands);
		return true;
	default:
		return false;
	}
}

static const char *depth_text(int depth)
{
	return depth >= CHECK_DEPTH_ALL ? "every message"
	       : depth == CHECK_DEPTH	? "map and indexes"
					: "counts and files";
}

static void add_asked(const struct app *app, struct page *page, const struct checked *checked)
{
	char age[FIGURE];
	bool link = app->fleet->hosts.items[checked->host].link == LINK_UP;

	page_textf(page, "", link ? STYLE_ACCENT : STYLE_LOOK, "checking %s on %s for %s%s",
		depth_text(checked->depth), app->fleet->hosts.items[checked->host].config->name,
		figure_age(app->now_ms - checked->asked_ms, age),
		link ? "…" : ", whose link is lost");
}

static void add_finding(struct page *page, const struct check_finding *finding)
{
	page_textf(page, "", STYLE_ACT, "%s%s%s (%s)", finding->class_name,
		finding->folder ? " in " : "", finding->folder ? finding->folder : "",
		finding->symptom);
	page_text(page, "evidence", STYLE_NORMAL, finding->evidence);
}

static void add_suggestion(struct page *page, const struct check *check)
{
	const struct check_forecast *forecast = &check->forecast;
	const char *repair = NULL;
	struct err err = { 0 };

	vec_each(&check->findings, finding)
		if (finding->repair)
			repair = finding->repair;
	if (!repair) {
		page_text(page, "suggested", STYLE_LOOK, "no repair of ours; see the evidence");
		return;
	}
	if (!repair_allowed(&operation_resync, check, &err)) {
		page_textf(page, "suggested", STYLE_ACT, "not now. %s", err.text);
		return;
	}
	page_textf(page, "suggested", STYLE_ACCENT, "%s: R plans it%s%s", repair,
		forecast->text ? ". Rehearsed: " : "", forecast->text ? forecast->text : "");
}

static void add_answer(const struct app *app, struct page *page, const struct checked *checked)
{
	const struct check *check = checked->check;
	char age[FIGURE], stored[FIGURE], visible[FIGURE];
	size_t shown = 0;

	figure_age(app->now_ms - checked->at_ms, age);
	if (check->error) {
		page_textf(
			page, "", STYLE_ACT, "could not be checked %s ago: %s", age, check->error);
		return;
	}
	page_textf(page, "", check->findings.count ? STYLE_NORMAL : STYLE_DIM,
		"%schecked %s ago on %s (%s): %s stored, %s visible",
		check->findings.count ? "" : "Nothing found: ", age,
		app->fleet->hosts.items[checked->host].config->name, depth_text(check->depth),
		figure_count((double)check->stored, stored),
		figure_count((double)check->visible, visible));
	vec_each(&check->findings, finding)
		if (shown++ < FINDINGS_SHOWN)
			add_finding(page, finding);
	if (check->findings.count > FINDINGS_SHOWN)
		page_textf(page, "", STYLE_LOOK, "and %zu more findings",
			check->findings.count - FINDINGS_SHOWN);
	if (check->findings.count)
		add_suggestion(page, check);
}

void mailbox_add_damage(const struct app *app, struct page *page)
{
	const struct checked *checked = check_of(app);

	page_section(page, "DAMAGE");
	if (!checked)
		page_text(page, "", STYLE_DIM, "Not known: it was not checked yet. c checks it.");
	else if (!checked->check && !checked->asked_ms)
		page_text(page, "", STYLE_DIM, "Not known since its last repair. c checks it.");
	if (checked && checked->asked_ms)
		add_asked(app, page, checked);
	if (checked && checked->check)
		add_answer(app, page, checked);
}

static void add_folder(struct page *page, const struct check_folder *folder, bool forecast)
{
	int row = page_line(page, 0), at = page->column, name = page->width - 46;
	struct frame *canvas = &page->canvas;
	int64_t missing = folder->visible >= 0 ? folder->stored - folder->visible : folder->stored;
	char text[FIGURE];

	if (name < 12)
		name = 12;
	if (name > 30)
		name = 30;
	frame_fit(canvas, row, at, name, STYLE_NORMAL, ALIGN_LEFT, CUT_MIDDLE, folder->name);
	frame_fit(canvas, row, at + name + 1, 7, STYLE_NORMAL, ALIGN_RIGHT, CUT_END,
		figure_count((double)folder->stored, text));
	frame_fit(canvas, row, at + name + 9, 7, missing ? STYLE_ACT : STYLE_NORMAL, ALIGN_RIGHT,
		CUT_END, figure_count((double)folder->visible, text));
	if (folder->stored >= 0 && missing > 0)
		frame_printf(canvas, row, at + name + 18, STYLE_ACT, "← missing %s",
			figure_count((double)missing, text));
	else if (folder->visible < 0)
		frame_print(canvas, row, at + name + 18, STYLE_ACT, "← cannot be opened");
	if (forecast && folder->forecast >= 0 && page->width >= name + 46)
		frame_printf(canvas, row, at + name + 34, STYLE_DIM, "after %s",
			figure_count((double)folder->forecast, text));
}

/* It stands first, wherever the host names it. */
static bool is_inbox(const struct check_folder *folder)
{
	return strcmp(folder->name, "INBOX") == 0;
}

void mailbox_add_folders(const struct app *app, struct page *page)
{
	const struct checked *checked = check_of(app);
	const struct check *check = checked ? checked->check : NULL;
	int row, name = page->width - 46;
	size_t shown = 0;

	if (!check || !check->folders.count)
		return;
	name = name < 12 ? 12 : name > 30 ? 30 : name;
	page_section(page, "FOLDERS");
	row = page_line(page, 0);
	frame_fit(&page->canvas, row, page->column + name + 1, 7, STYLE_DIM, ALIGN_RIGHT, CUT_END,
		"STORED");
	frame_fit(&page->canvas, row, page->column + name + 9, 7, STYLE_DIM, ALIGN_RIGHT, CUT_END,
		"VISIBLE");
	for (int inbox = 1; inbox >= 0; inbox--)
		vec_each(&check->folders, folder)
			if (is_inbox(folder) == inbox && shown++ < FOLDERS_SHOWN)
				add_folder(page, folder, check->findings.count > 0);
	if (check->folders.count > FOLDERS_SHOWN)
		page_textf(page, "", STYLE_DIM, "and %zu more folders",
			check->folders.count - FOLDERS_SHOWN);
}

static enum style result_style(const char *result)
{
	return !result				? STYLE_DIM
	       : strcmp(result, "failed") == 0	? STYLE_ACT
	       : strcmp(result, "ok") == 0	? STYLE_NORMAL
	       : strcmp(result, "skipped") == 0 ? STYLE_DIM
						: STYLE_LOOK;
}

static void add_repair(const struct app *app, struct page *page, const struct ledger_entry *entry)
{
	int row = page_line(page, KEY_ENTRY | (uint64_t)entry->id), at = page->column;
	struct frame *canvas = &page->canvas;
	char when[FIGURE];

	figure_day(entry->wall_s + app->options.zone_s, when);
	frame_fit(canvas, row, at, 16, STYLE_DIM, ALIGN_LEFT, CUT_END, when);
	frame_fit(canvas, row, at + 17, 9, result_style(entry->result), ALIGN_LEFT, CUT_END,
		entry->result ? entry->result : "decided");
	frame_fit(canvas, row, at + 27, page->width - 27, STYLE_DIM, ALIGN_LEFT, CUT_END,
		entry->who ? entry->who : "");
}

void mailbox_add_repairs(const struct app *app, struct page *page)
{
	const struct mailbox_state *state = &app->mailbox_state;

	page_section(page, "REPAIRS");
	if (!state->repairs.count)
		page_text(page, "", STYLE_DIM,
			state->repairs_known ? "None that this ledger knows of."
					     : "Reading the ledger…");
	vec_each(&state->repairs, entry)
		add_repair(app, page, entry);
}
