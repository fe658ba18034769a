/* SPDX-License-Identifier: MIT */
/* What a gathered fleet says: states, errors, what is not known, the exit code. */
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "core/base/json.h"
#include "tui/batch/gather.h"
#include "core/base/clock.h"

enum { PATIENCE_S = 30 };

int64_t batch_patience_s(const struct batch *batch)
{
	return batch->options->timeout ? batch->options->timeout : PATIENCE_S;
}

void batch_json_known(struct str *out, const char *key, int64_t number)
{
	if (number < 0)
		json_add_null(out, key);
	else
		json_add_whole(out, key, number);
}

const char *batch_moment(int64_t wall_s, bool utc, char out[32])
{
	time_t at = wall_s;
	struct tm parts = { 0 };

	if (utc) {
		gmtime_r(&at, &parts);
		strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
	} else {
		localtime_r(&at, &parts);
		strftime(out, 32, "%Y-%m-%d %H:%M:%S", &parts);
	}
	return out;
}

const char *batch_host_state(const struct batch *batch, uint32_t host, char out[32])
{
	const struct host *live = &batch->fleet->hosts.items[host];

	if (batch->hosts[host].refused)
		return "refused";
	if (batch->hosts[host].away)
		return "away";
	host_state(live, &batch->quick, clock_ms(), out);
	out[strcspn(out, " ")] = 0; /* "stale 12s": the age has a column of its own */
	return out;
}

const char *batch_host_error(const struct batch *batch, uint32_t host, struct str *room)
{
	const struct host *live = &batch->fleet->hosts.items[host];
	const struct batch_host *own = &batch->hosts[host];

	str_clear(room);
	if (own->away || own->refused)
		return own->error;
	if (own->late)
		str_addf(room, "no full answer within %lld s", (long long)batch_patience_s(batch));
	vec_each(&live->problems, problem) {
		str_addf(room, "%s%s", room->len ? "; " : "", problem->text);
		if (problem->mend && *problem->mend)
			str_addf(room, ": %s", problem->mend);
	}
	return room->len ? str_text(room) : NULL;
}

bool batch_host_blind(const struct batch *batch, uint32_t host)
{
	const struct host *live = &batch->fleet->hosts.items[host];
	bool none = !live->sessions.count;

	if (!live->asked_ms)
		return true;
	/* Without all rights sessions may be told all the same, only not what they use. */
	vec_each(&live->problems, problem)
		if (!strcmp(problem->what, "dovecot") || (none && !strcmp(problem->what, "rights")))
			return true;
	return false;
}

int64_t batch_age_ms(int64_t asked_ms)
{
	return asked_ms ? clock_ms() - asked_ms : -1;
}

void batch_say_missing(const struct batch *batch)
{
	struct str room = { 0 };

	for (uint32_t i = 0; i < batch->config->hosts.count; i++) {
		const char *error = batch->hosts[i].asked ? batch_host_error(batch, i, &room) : NULL;
		char state[32];

		if (error)
			batch_say("%s: %s: %s", batch->config->hosts.items[i].name,
				batch_host_state(batch, i, state), error);
	}
	str_release(&room);
}

int batch_hosts_code(const struct batch *batch)
{
	int code = 0;

	for (uint32_t i = 0; i < batch->config->hosts.count; i++) {
		const struct batch_host *host = &batch->hosts[i];

		if (host->asked && (host->away || host->late))
			return EX_UNAVAILABLE;
		if (host->asked && host->refused)
			code = EX_NOPERM;
	}
	return code;
}
