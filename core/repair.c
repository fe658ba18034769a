/* SPDX-License-Identifier: MIT */
#include "core/repair.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

/* Errors of a look-up that are about the name; all others are about the host. */
static bool is_of_name(const char *error)
{
	return strstr(error, "does not know this mailbox") || strncmp(error, "its name ", 9) == 0;
}

static void place_release(struct placed *place)
{
	free(place->store);
	free(place->path);
	free(place->error);
}

/* The host's place, empty; they stand in the order of the configuration. */
static struct placed *place_of(struct places *places, uint32_t host)
{
	size_t at = 0;

	while (at < places->count && places->items[at].host < host)
		at++;
	if (at < places->count && places->items[at].host == host) {
		place_release(&places->items[at]);
	} else {
		vec_add(places);
		memmove(&places->items[at + 1], &places->items[at],
			(places->count - 1 - at) * sizeof(*places->items));
	}
	places->items[at] = (struct placed){ .host = host };
	return &places->items[at];
}

void places_take(struct places *places, uint32_t host, const struct store_seen *seen)
{
	struct placed *place = place_of(places, host);

	place->away = seen->error && !is_of_name(seen->error);
	place->there = seen->there && !seen->error;
	place->store = mem_text(seen->id);
	place->path = mem_text(seen->path);
	place->error = mem_text(seen->error);
}

void places_away(struct places *places, uint32_t host, const char *why)
{
	struct placed *place = place_of(places, host);

	place->away = true;
	place->error = mem_text(why);
}

bool places_told(const struct places *places, uint32_t host)
{
	vec_each(places, place)
		if (place->host == host)
			return true;
	return false;
}

void places_release(struct places *places)
{
	vec_each(places, place)
		place_release(place);
	vec_release(places);
	free(places->mailbox);
	*places = (struct places){ 0 };
}

static const char *host_name(const struct config *config, const struct placed *place)
{
	return config->hosts.items[place->host].name;
}

bool place_alike(const struct placed *a, const struct placed *b)
{
	return a->there && b->there && a->store && b->store && strcmp(a->store, b->store) == 0;
}

/* Ids of local file systems begin with the boot id of their host. */
static bool is_local(const char *store)
{
	for (size_t i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? store[i] != '-' :
			!isxdigit((unsigned char)store[i]))
			return false;
	return store[36] == ':';
}

/* Nobody has it: why? */
static const struct placed *nowhere(const struct places *places, const struct config *config,
	uint32_t only, struct err *err)
{
	const struct placed *away = NULL, *known = NULL, *refused = NULL;

	vec_each(places, place) {
		if (only != UINT32_MAX && place->host != only)
			continue;
		if (place->away)
			away = place;
		else if (!place->error)
			known = place;
		else
			refused = place;
	}
	if (known)
		err_set(err, ERR_AWAY,
			"%.200s: %s knows it, but %.200s is not there: nobody has used it yet, or its store is "
			"not mounted",
			places->mailbox, host_name(config, known), known->path ? known->path : "its home");
	else if (away)
		err_set(err, ERR_AWAY, "%.200s: %s may have it and cannot be asked: %.200s",
			places->mailbox, host_name(config, away), away->error ? away->error : "it is away");
	else if (refused && !strstr(refused->error, "does not know"))
		err_set(err, ERR_NOMAILBOX, "%.200s: %.200s", places->mailbox, refused->error);
	else if (only != UINT32_MAX)
		err_set(err, ERR_NOMAILBOX, "%s does not know a mailbox %.200s",
			config->hosts.items[only].name, places->mailbox);
	else
		err_set(err, ERR_NOMAILBOX, "no host knows a mailbox %.200s", places->mailbox);
	return NULL;
}

static bool alone(const struct places *places, const struct placed *owner,
	const struct config *config, uint32_t only, struct err *err)
{
	if (!owner->store)
		return err_set(err, ERR_AWAY, "%.200s: %s cannot tell which store it lies in",
			places->mailbox, host_name(config, owner));
	vec_each(places, other) {
		if (other == owner)
			continue;
		if (place_alike(owner, other))
			return err_set(err, ERR_RIGHTS,
				"%.200s: %s and %s reach its store, and which of them serves it is not known; it "
				"is looked at, not touched",
				places->mailbox, host_name(config, owner), host_name(config, other));
		if (other->there && only == UINT32_MAX)
			return err_set(err, ERR_RIGHTS,
				"%.200s lies on %s and on %s, in different stores; name the host that is meant "
				"(--host)",
				places->mailbox, host_name(config, owner), host_name(config, other));
		if (other->away && !is_local(owner->store))
			return err_set(err, ERR_AWAY,
				"%.200s: its store is shared over the network and %s, which may serve it, cannot "
				"be asked: %.150s",
				places->mailbox, host_name(config, other), other->error ? other->error : "away");
	}
	return true;
}

const struct placed *places_owner(const struct places *places, const struct config *config,
	uint32_t only, struct err *err)
{
	const struct placed *owner = NULL;

	vec_each(places, place)
		if (!owner && place->there && (only == UINT32_MAX || place->host == only))
			owner = place;
	if (!owner)
		return nowhere(places, config, only, err);
	return alone(places, owner, config, only, err) ? owner : NULL;
}

void warnings_release(struct warnings *warnings)
{
	vec_each(warnings, text)
		free(*text);
	vec_release(warnings);
}

static void warn(struct warnings *warnings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void warn(struct warnings *warnings, const char *format, ...)
{
	struct str text = { 0 };
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	*vec_add(warnings) = str_take(&text);
}

static enum err_kind kind_of(int code)
{
	switch (code) {
	case 67:
		return ERR_NOMAILBOX;
	case 69:
		return ERR_AWAY;
	case 77:
		return ERR_RIGHTS;
	default:
		return ERR_CANCELLED;
	}
}

bool repair_allowed(const struct operation *operation, const struct check *check, struct err *err)
{
	const struct check_forecast *forecast = &check->forecast;
	bool harm = forecast->result == FORECAST_WORSE, refused = forecast->result == FORECAST_REFUSED;

	if (check->error)
		return err_set(err, kind_of(check->code), "%.200s: %.250s", check->mailbox, check->error);
	if (operation == &operation_resync && (harm || refused))
		return err_set(err, ERR_RIGHTS, "%.200s: %s %.250s", check->mailbox,
			harm ? "a resync would make it worse:" : "something else has to be mended first:",
			forecast->text ? forecast->text : "see its check");
	return true;
}

/* "1 message", "2 messages" */
static const char *s(int64_t count)
{
	return count == 1 ? "" : "s";
}

static void warn_uids(struct warnings *warnings, const struct check *check)
{
	const struct check_forecast *forecast = &check->forecast;
	int64_t count = forecast->messages >= 0 ? forecast->messages : check->stored;

	if (forecast->uids_kept == 0 && count >= 0)
		warn(warnings, "%s: new UIDs: clients fetch %" PRId64 " message%s again", check->mailbox,
			count, s(count));
	else if (forecast->uids_kept == 0)
		warn(warnings, "%s: new UIDs: clients fetch its messages again", check->mailbox);
	else if (forecast->uidvalidity_kept == 0)
		warn(warnings, "%s: a new UIDVALIDITY: clients fetch its messages again", check->mailbox);
}

static void warn_messages(struct warnings *warnings, const struct check *check)
{
	const struct check_forecast *forecast = &check->forecast;
	int64_t doubtful = (forecast->moved > 0 ? forecast->moved : 0) +
		(forecast->doubled > 0 ? forecast->doubled : 0);

	if (forecast->flags_lost > 0)
		warn(warnings, "%s: the flags of %" PRId64 " message%s cannot be known", check->mailbox,
			forecast->flags_lost, s(forecast->flags_lost));
	if (forecast->missing > 0)
		warn(warnings, "%s: %" PRId64 " message%s may stay missing", check->mailbox,
			forecast->missing, s(forecast->missing));
	if (doubtful)
		warn(warnings,
			"%s: of %" PRId64 " message%s nothing may tell in which folder or how often; they will "
			"be named",
			check->mailbox, doubtful, s(doubtful));
	if (forecast->result == FORECAST_PART && forecast->missing <= 0 && !doubtful && forecast->text)
		warn(warnings, "%s: %s", check->mailbox, forecast->text);
}

void repair_warn(struct warnings *warnings, const struct operation *operation,
	const struct check *check)
{
	if (operation == &operation_resync && !check->findings.count)
		warn(warnings, "%s: nothing was found; it is left alone unless its own check finds something",
			check->mailbox);
	if (operation == &operation_resync && check->findings.count) {
		warn_uids(warnings, check);
		warn_messages(warnings, check);
	}
	if (check->sessions > 0)
		warn(warnings, "%s: %" PRId64 " session%s now; they end for a moment and come again",
			check->mailbox, check->sessions, s(check->sessions));
}
