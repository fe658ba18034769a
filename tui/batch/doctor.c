/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "core/base/json.h"
#include "tui/batch/gather.h"
#include "tui/batch/table.h"

enum { CLOCK_OFF_S = 5 };

static const struct table_column columns[] = {
	{ "HOST", 'l' },
	{ "CHECK", 'l' },
	{ "RESULT", 'l' },
	{ "FOUND", 'l' },
	{ "WHAT TO DO", 'l' },
	{ NULL, 0 },
};

struct visit {
	bool json;
	struct table table;
	int bad;
};

/* HOST NULL: this machine. GOOD as in struct doctor_check. */
static void tell(struct visit *visit, const char *host, const struct doctor_check *check)
{
	static const char *const words[] = { "cannot tell", "mend", "ok" };

	visit->bad += !check->good;
	if (visit->json) {
		struct str out = { 0 };

		json_open(&out, NULL, '{');
		json_add_text(&out, "host", host);
		json_add_text(&out, "check", check->name);
		if (check->good < 0)
			json_add_null(&out, "good");
		else
			json_add_bool(&out, "good", check->good);
		json_add_text(&out, "found", check->found);
		json_add_text(&out, "mend", check->good == 1 ? NULL : check->mend);
		json_close(&out, '}');
		puts(str_text(&out));
		str_release(&out);
		return;
	}
	table_text(&visit->table, host);
	table_text(&visit->table, check->name);
	table_text(&visit->table, words[check->good + 1]);
	table_text(&visit->table, check->found);
	table_text(&visit->table, check->good == 1 ? NULL : check->mend);
}

/* tell with texts that are not the check's to keep. */
static void tell_own(struct visit *visit, const char *host, const char *name, bool good,
	const char *found, const char *mend)
{
	struct doctor_check check = {
		.name = mem_text(name),
		.found = mem_text(found),
		.mend = mem_text(mend),
		.good = good,
	};

	tell(visit, host, &check);
	doctor_check_release(&check);
}

static void visit_here(struct batch *batch, struct visit *visit)
{
	struct str found = { 0 };
	struct err err;

	str_addf(&found, "%s: %zu host%s", batch->config->path, batch->config->hosts.count,
		batch->config->hosts.count == 1 ? "" : "s");
	tell_own(visit, NULL, "configuration", true, str_text(&found), NULL);
	str_release(&found);
	if (batch_store(batch, &err))
		tell_own(visit, NULL, "store", true, batch->config->store_directory, NULL);
	else
		tell_own(visit, NULL, "store", false, err.text,
			"make store_directory a folder that you may write and that has space");
}

/* The host tells its time, "2026-11-24 06:29:22 UTC"; only here it can be compared. */
static bool visit_clock(struct visit *visit, const char *host, const struct doctor_check *check,
	int64_t wall_s)
{
	struct str found = { 0 };
	struct tm parts = { 0 };
	const char *end = check->found ? strptime(check->found, "%Y-%m-%d %H:%M:%S UTC", &parts) : NULL;
	int64_t off_s;

	if (strcmp(check->name, "clock") != 0 || check->good >= 0 || !end || *end)
		return false;
	off_s = timegm(&parts) - wall_s;
	if (llabs(off_s) <= CLOCK_OFF_S)
		str_addf(&found, "%s, as here", check->found);
	else
		str_addf(&found, "%s, %lld s %s", check->found, (long long)llabs(off_s),
			off_s > 0 ? "ahead of this machine" : "behind this machine");
	tell_own(visit, host, "clock", llabs(off_s) <= CLOCK_OFF_S, str_text(&found),
		"keep the clocks of both right (chrony, ntpd or systemd-timesyncd)");
	str_release(&found);
	return true;
}

static void visit_host(struct batch *batch, uint32_t index, struct visit *visit)
{
	const struct batch_host *host = &batch->hosts[index];
	const char *name = batch->config->hosts.items[index].name, *error;
	struct str room = { 0 };
	char state[32];

	error = batch_host_error(batch, index, &room);
	if (host->away || host->refused || host->late) {
		tell_own(visit, name, "login", false,
			error ? error : batch_host_state(batch, index, state),
			host->refused ? "see what it says; nothing is tried again by itself"
				      : "look whether the host and its sshd run and can be reached");
	} else {
		tell_own(visit, name, "login", true, "logged in, the agent answers", NULL);
	}
	vec_each(&host->doctor, check)
		if (!visit_clock(visit, name, check, host->doctor_wall_s))
			tell(visit, name, check);
	str_release(&room);
}

static int run(struct batch *batch)
{
	struct gather wanted = { .depth = BATCH_AGENT, .doctor = true };
	struct visit visit = { .json = batch->options->json };
	struct err err;
	int code;

	if (!batch_gather(batch, &wanted, &err))
		return batch_fail(&err);
	if (!visit.json)
		table_begin(&visit.table, stdout, columns);
	visit_here(batch, &visit);
	for (uint32_t i = 0; i < batch->config->hosts.count; i++)
		if (batch->hosts[i].asked)
			visit_host(batch, i, &visit);
	if (!visit.json)
		table_end(&visit.table);
	code = batch_hosts_code(batch);
	if (visit.bad)
		batch_say("%d thing%s to mend", visit.bad, visit.bad == 1 ? "" : "s");
	return code ? code : visit.bad ? EXIT_FAILURE : EX_OK;
}

const struct batch_command command_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "Look at configuration, logins, rights and versions; say what to fix",
	.takes = TAKES_JSON | TAKES_HOST | TAKES_TIMEOUT,
	.run = run,
};
