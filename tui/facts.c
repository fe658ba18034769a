/* SPDX-License-Identifier: MIT */
/* Freezes the plan of the candidates that are ready, and tells all of it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/figure.h"
#include "tui/state.h"

#define EACH_MAX 3     /* of more mailboxes, sums come first */
#define DOMAINS_MAX 64 /* that are counted; the rest is "others" */

static void fact(struct planning *planning, const char *label, enum style style, const char *text)
{
	struct fact *fact = vec_add(&planning->facts);

	fact->label = mem_text(label);
	fact->text = mem_text(text);
	/* What a host says begins no line of ours. */
	for (char *feed = fact->text; (feed = strchr(feed, '\n'));)
		*feed = 1;
	fact->style = style;
}

static void factf(struct planning *planning, const char *label, enum style style,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

static void factf(
	struct planning *planning, const char *label, enum style style, const char *format, ...)
{
	struct str text = { 0 };
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	fact(planning, label, style, str_text(&text));
	str_release(&text);
}

static size_t hosts_of(const struct app *app, const struct plan *plan)
{
	size_t count = 0;

	for (uint32_t host = 0; host < app->fleet->hosts.count; host++)
		vec_each(&plan->targets, target)
			if (target->index == host) {
				count++;
				break;
			}
	return count;
}

struct domain {
	const char *name;
	size_t count;
};

static void count_domain(struct domain *domains, size_t *count, size_t *others, const char *mailbox)
{
	const char *at = strrchr(mailbox, '@');
	const char *name = at ? at + 1 : mailbox;

	for (size_t i = 0; i < *count; i++)
		if (strcmp(domains[i].name, name) == 0) {
			domains[i].count++;
			return;
		}
	if (*count < DOMAINS_MAX)
		domains[(*count)++] = (struct domain){ name, 1 };
	else
		(*others)++;
}

static void tell_domains(struct planning *planning)
{
	struct domain domains[DOMAINS_MAX];
	struct str text = { 0 };
	size_t count = 0, others = 0;

	vec_each(&planning->plan.targets, target)
		count_domain(domains, &count, &others, target->mailbox);
	for (size_t i = 0; i < count; i++)
		str_addf(&text, "%s%zu %s", i ? "  " : "", domains[i].count, domains[i].name);
	if (others)
		str_addf(&text, "  %zu of others", others);
	fact(planning, "who", STYLE_NORMAL, str_text(&text));
	str_release(&text);
}

static void tell_who(struct planning *planning)
{
	const struct plan *plan = &planning->plan;

	if (plan->targets.count == 1) {
		factf(planning, "who", STYLE_NORMAL, "%s on %s", plan->targets.items[0].mailbox,
			plan->targets.items[0].host);
		return;
	}
	tell_domains(planning);
	if (plan->targets.count > EACH_MAX)
		factf(planning, "", STYLE_NORMAL, "%s, %s, %s … (all: ↓)",
			plan->targets.items[0].mailbox, plan->targets.items[1].mailbox,
			plan->targets.items[2].mailbox);
	else
		vec_each(&plan->targets, target)
			factf(planning, "", STYLE_NORMAL, "%s on %s", target->mailbox,
				target->host);
}

static void tell_live(struct planning *planning)
{
	int64_t sessions = 0;
	size_t with = 0, all = planning->plan.targets.count;

	vec_each(&planning->candidates, candidate)
		if (candidate->ready) {
			sessions += candidate->sessions;
			with += candidate->sessions > 0;
		}
	if (!sessions)
		fact(planning, "live", STYLE_NORMAL,
			all == 1 ? "no session now" : "no sessions now");
	else if (all == 1)
		factf(planning, "live", STYLE_LOOK,
			"%" PRId64
			" session%s now: ended for a moment, clients come back by themselves",
			sessions, sessions == 1 ? "" : "s");
	else
		factf(planning, "live", STYLE_LOOK,
			"%zu %s sessions now, %" PRId64
			" in all: ended for a moment, clients come back by themselves",
			with, with == 1 ? "has" : "have", sessions);
}

static void tell_when(struct app *app)
{
	struct planning *planning = &app->repairing.planning;
	char until[FIGURE];

	figure_day(planning->plan.expires_s + app->options.zone_s, until);
	factf(planning, "when", STYLE_NORMAL, "at once; this plan can be confirmed until %.16s",
		until);
}

static void tell_how(struct app *app)
{
	struct planning *planning = &app->repairing.planning;
	size_t hosts = hosts_of(app, &planning->plan);

	if (planning->plan.targets.count == 1)
		fact(planning, "how", STYLE_NORMAL,
			"on the host alone: it goes on when the link breaks or this console is "
			"left");
	else
		factf(planning, "how", STYLE_NORMAL,
			"one after another on %s; all go on when a link breaks or this console is "
			"left",
			hosts == 1 ? "the host" : "each host");
}

/* Of one mailbox it is clear which one is meant. */
static const char *without_name(const struct planning *planning, const char *text, const char *name)
{
	size_t len = strlen(name);

	if (planning->plan.targets.count == 1 && strncmp(text, name, len) == 0 &&
		text[len] == ':' && text[len + 1] == ' ')
		return text + len + 2;
	return text;
}

/* What it means for clients in all; the single warnings follow. */
static void tell_totals(struct planning *planning)
{
	size_t kept = 0, renewed = 0, flags_in = 0, missing_in = 0;
	int64_t fetched = 0, flags = 0, missing = 0;

	vec_each(&planning->candidates, candidate) {
		if (!candidate->ready)
			continue;
		kept += !candidate->new_uids;
		renewed += candidate->new_uids;
		fetched += candidate->fetched;
		flags_in += candidate->flags_lost > 0;
		flags += candidate->flags_lost;
		missing_in += candidate->missing > 0;
		missing += candidate->missing;
	}
	factf(planning, "clients", renewed ? STYLE_LOOK : STYLE_NORMAL,
		"UIDs kept in %zu; %zu get%s new ones: %" PRId64 " messages to fetch again", kept,
		renewed, renewed == 1 ? "s" : "", fetched);
	if (flags)
		factf(planning, "", STYLE_LOOK,
			"flags of %" PRId64 " messages in %zu cannot be known", flags, flags_in);
	if (missing)
		factf(planning, "", STYLE_LOOK, "%" PRId64 " messages in %zu may stay missing",
			missing, missing_in);
}

/* What the checks warn of, but for sessions, which are told already. */
static size_t tell_warnings(
	struct planning *planning, const struct candidate *candidate, const char *label)
{
	size_t told = 0;

	vec_each(&candidate->warnings, warning)
		if (!strstr(*warning, "they end for a moment"))
			fact(planning, told++ ? "" : label, STYLE_LOOK,
				without_name(planning, *warning, candidate->places.mailbox));
	return told;
}

static void tell_clients(struct planning *planning)
{
	size_t told = 0;

	if (planning->plan.targets.count > EACH_MAX) {
		tell_totals(planning);
		return;
	}
	vec_each(&planning->candidates, candidate)
		told += tell_warnings(planning, candidate, told ? "" : "clients");
	if (!told)
		fact(planning, "clients", STYLE_NORMAL,
			"UIDs and flags are kept: nothing is fetched again");
}

/* Each of many, with what its check warns of. */
static void tell_all(struct planning *planning)
{
	size_t told = 0;

	if (planning->plan.targets.count <= EACH_MAX)
		return;
	vec_each(&planning->plan.targets, target) {
		factf(planning, told++ ? "" : "all", STYLE_NORMAL, "%s on %s", target->mailbox,
			target->host);
		vec_each(&planning->candidates, candidate)
			if (candidate->ready && candidate->owner == target->index &&
				strcmp(candidate->places.mailbox, target->mailbox) == 0)
				tell_warnings(planning, candidate, "");
	}
}

static void tell_aside(struct planning *planning, const char *label)
{
	size_t told = 0, sound = 0;

	vec_each(&planning->candidates, candidate)
		sound += candidate->sound;
	vec_each(&planning->candidates, candidate)
		if (candidate->aside && !(candidate->sound && sound > EACH_MAX))
			fact(planning, told++ ? "" : label, STYLE_LOOK, candidate->aside);
	if (sound > EACH_MAX)
		factf(planning, told ? "" : label, STYLE_NORMAL,
			"%zu mailboxes: nothing is wrong with them", sound);
}

static void tell(struct app *app)
{
	struct planning *planning = &app->repairing.planning;
	const struct operation *operation = planning->plan.operation;

	factf(planning, "what", STYLE_NORMAL, "%s: %s", operation->name, operation->does);
	tell_who(planning);
	tell_live(planning);
	tell_when(app);
	tell_how(app);
	tell_clients(planning);
	fact(planning, "undo", STYLE_NORMAL, operation->undo);
	tell_aside(planning, "aside");
	tell_all(planning);
}

void facts_freeze(struct app *app)
{
	struct planning *planning = &app->repairing.planning;
	const struct config *config = app->options.config;
	struct err err = { 0 };

	planning->frozen = true;
	vec_each(&planning->candidates, candidate)
		if (candidate->ready)
			plan_add(&planning->plan, candidate->places.mailbox,
				config->hosts.items[candidate->owner].name, candidate->owner,
				candidate->store);
	if (!planning->plan.targets.count) {
		planning->refused = true;
		tell_aside(planning, "why");
	} else if (!plan_freeze(&planning->plan, app->wall_s, &err)) {
		planning->refused = true;
		fact(planning, "why", STYLE_ACT, err.text);
	} else {
		tell(app);
	}
}
