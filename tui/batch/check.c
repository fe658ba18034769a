/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "core/base/json.h"
#include "tui/batch/mend.h"
#include "tui/batch/table.h"

enum { DEPTH = 2, DEPTH_MOST = 3 };

static void json_finding(struct str *out, const struct check_finding *finding)
{
	json_open(out, NULL, '{');
	json_add_text(out, "class", finding->class_name);
	json_add_text(out, "folder", finding->folder);
	json_add_text(out, "symptom", finding->symptom);
	json_add_text(out, "evidence", finding->evidence);
	json_add_text(out, "repair", finding->repair);
	json_close(out, '}');
}

static void print_json(const char *host, const struct check *check)
{
	struct str out = { 0 };

	json_open(&out, NULL, '{');
	json_add_text(&out, "mailbox", check->mailbox);
	json_add_text(&out, "host", host);
	json_add_text(&out, "store", check->store);
	json_add_bool(&out, "ok", check->ok);
	json_add_whole(&out, "depth", check->depth);
	batch_json_known(&out, "stored", check->stored);
	batch_json_known(&out, "visible", check->visible);
	json_open(&out, "findings", '[');
	vec_each(&check->findings, finding)
		json_finding(&out, finding);
	json_close(&out, ']');
	json_close(&out, '}');
	puts(str_text(&out));
	str_release(&out);
}

static void add_finding(struct str *out, const struct check_finding *finding)
{
	str_addf(out, "  %s", finding->class_name);
	if (finding->folder)
		str_addf(out, ", %s", finding->folder);
	str_addf(out, ": %s (%s)", finding->evidence ? finding->evidence : "", finding->symptom);
	str_addf(out, "; %s%s\n", finding->repair ? "to be mended by " : "nothing of ours mends it",
		finding->repair ? finding->repair : "");
}

static void add_known(struct str *out, int64_t figure, const char *what)
{
	if (figure < 0)
		str_addf(out, ", unknown how many %s", what);
	else
		str_addf(out, ", %lld %s", (long long)figure, what);
}

static void print_words(const char *host, const struct check *check)
{
	struct str text = { 0 }, out = { 0 };

	str_addf(&text, "%s on %s: %s", check->mailbox, host, check->ok ? "ok" : "damaged");
	add_known(&text, check->stored, "stored");
	add_known(&text, check->visible, "visible");
	str_addf(&text, ", depth %d\n", check->depth);
	vec_each(&check->findings, finding)
		add_finding(&text, finding);
	if (check->forecast.text)
		str_addf(&text, "  after a repair: %s\n", check->forecast.text);
	plain_add(&out, str_text(&text), true);
	fputs(str_text(&out), stdout);
	str_release(&text);
	str_release(&out);
}

/* What can be looked at of a mailbox: each store of it once. Returns 0 or why there is nothing. */
static int choose(const struct batch *batch, struct mend *mend, size_t index)
{
	const struct places *places = &mend->subjects.items[index].places;
	struct err err;
	size_t before = mend->looks.count;

	vec_each(places, place) {
		bool seen = !place->there;

		vec_each(places, earlier)
			seen |= earlier < place && place_alike(earlier, place);
		if (!seen)
			mend_look(mend, index, place);
	}
	if (mend->looks.count > before)
		return EX_OK;
	places_owner(places, batch->config, UINT32_MAX, &err);
	batch_say("%s", err.text);
	return mend_code(&err);
}

static int tell(const struct batch *batch, const struct look *look)
{
	const char *host = batch->config->hosts.items[look->place->host].name;
	const struct check *check = look->check;

	if (check->error)
		batch_say("%s on %s: %s", check->mailbox, host, check->error);
	if (!check->error || check->findings.count) {
		if (batch->options->json)
			print_json(host, check);
		else
			print_words(host, check);
	}
	if (check->error)
		return check->code ? check->code : EX_TEMPFAIL;
	return check->ok ? EX_OK : EXIT_FAILURE;
}

static int run_checks(struct batch *batch, struct mend *mend, int depth, struct err *err)
{
	int code = EX_OK;

	if (!mend_begin(batch, mend, err) || !mend_find(batch, mend, batch->options->host, err))
		return batch_fail(err);
	for (size_t i = 0; i < mend->subjects.count; i++)
		code = mend_worse(code, choose(batch, mend, i));
	mend_check(batch, mend, depth);
	vec_each(&mend->looks, look)
		code = mend_worse(code, tell(batch, look));
	return code;
}

static int run(struct batch *batch)
{
	int64_t depth = batch->options->depth ? batch->options->depth : DEPTH;
	struct mend mend;
	struct err err;
	int code;

	if (depth > DEPTH_MOST) {
		err_set(&err, ERR_USAGE, "--depth is 1, 2 or 3, not %lld", (long long)depth);
		return batch_fail(&err);
	}
	code = run_checks(batch, &mend, (int)depth, &err);
	mend_release(batch, &mend);
	return code;
}

const struct batch_command command_check = {
	.name = "check",
	.arguments = "MAILBOX…",
	.summary = "Look whether mailboxes are whole, and change nothing; exits 1 when one is not",
	.least = 1,
	.most = INT_MAX,
	.takes = TAKES_JSON | TAKES_HOST | TAKES_TIMEOUT | TAKES_DEPTH,
	.run = run,
};
