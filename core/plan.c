/* SPDX-License-Identifier: MIT */
#include "core/plan.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/digest.h"
#include "core/base/mem.h"
#include "core/base/str.h"

void plan_add(struct plan *plan, const char *mailbox, const char *host, uint32_t index,
	const char *store)
{
	struct plan_target *target = vec_add(&plan->targets);

	target->mailbox = mem_text(mailbox);
	target->host = mem_text(host);
	target->store = mem_text(store);
	target->index = index;
}

static int by_name(const void *a, const void *b)
{
	const struct plan_target *left = a, *right = b;
	int order = strcmp(left->mailbox, right->mailbox);

	return order ? order : strcmp(left->store, right->store);
}

/* A field of the text that is hashed: its length in front, so that no two lists read alike. */
static void hashed(struct str *text, const char *field)
{
	str_addf(text, "%zu:%s\n", field ? strlen(field) : 0, field ? field : "");
}

static void seal(struct plan *plan, int64_t expires_s)
{
	struct str text = { .bound = SIZE_MAX };
	unsigned char sum[DIGEST_SIZE];

	str_adds(&text, "mailmend plan 1\n");
	hashed(&text, plan->operation->name);
	hashed(&text, plan->argument);
	vec_each(&plan->targets, target) {
		hashed(&text, target->mailbox);
		hashed(&text, target->host);
		hashed(&text, target->store);
	}
	str_addf(&text, "%" PRId64 "\n", expires_s);
	digest(text.data, text.len, sum);
	str_release(&text);
	plan->expires_s = expires_s;
	snprintf(plan->hash, sizeof(plan->hash), "%02x%02x-%02x%02x", sum[0], sum[1], sum[2], sum[3]);
}

/* The end of the window after the one that WALL_S is in. */
static int64_t expiry(int64_t wall_s)
{
	return (wall_s / PLAN_WINDOW_S + 2) * PLAN_WINDOW_S;
}

bool plan_freeze(struct plan *plan, int64_t wall_s, struct err *err)
{
	if (!plan->targets.count)
		return err_set(err, ERR_USAGE, "a plan needs at least one mailbox; nothing was chosen");
	if (plan->targets.count > PLAN_TARGETS_MAX)
		return err_set(err, ERR_USAGE, "a plan holds at most %d mailboxes; %zu were chosen",
			PLAN_TARGETS_MAX, plan->targets.count);
	qsort(plan->targets.items, plan->targets.count, sizeof(*plan->targets.items), by_name);
	for (size_t i = 1; i < plan->targets.count; i++)
		if (by_name(&plan->targets.items[i - 1], &plan->targets.items[i]) == 0)
			return err_set(err, ERR_USAGE, "%s is on the plan twice; name it once",
				plan->targets.items[i].mailbox);
	seal(plan, expiry(wall_s));
	return true;
}

static bool is_hash(const char *text)
{
	if (strlen(text) != PLAN_HASH_SIZE - 1)
		return false;
	for (size_t i = 0; i < PLAN_HASH_SIZE - 1; i++)
		if (i == 4 ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	return true;
}

bool plan_confirm(struct plan *plan, const char *hash, int64_t wall_s, struct err *err)
{
	if (!is_hash(hash))
		return err_set(err, ERR_USAGE,
			"\"%.40s\" is no plan's hash; it looks like 7f3a-91c2 and is printed with the plan",
			hash);
	for (int64_t back = 0; back <= 1; back++) {
		seal(plan, expiry(wall_s) - back * PLAN_WINDOW_S);
		if (strcasecmp(hash, plan->hash) == 0)
			return true;
	}
	seal(plan, expiry(wall_s));
	return err_set(err, ERR_RIGHTS,
		"plan %s is not this one, or no longer: the plan is now %s; read it and confirm that",
		hash, plan->hash);
}

struct plan plan_copy(const struct plan *plan)
{
	struct plan copy = *plan;

	memset(&copy.targets, 0, sizeof(copy.targets));
	copy.argument = mem_text(plan->argument);
	vec_each(&plan->targets, target)
		plan_add(&copy, target->mailbox, target->host, target->index, target->store);
	return copy;
}

void plan_release(struct plan *plan)
{
	vec_each(&plan->targets, target) {
		free(target->mailbox);
		free(target->host);
		free(target->store);
	}
	vec_release(&plan->targets);
	free(plan->argument);
	*plan = (struct plan){ 0 };
}
