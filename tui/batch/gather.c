/* SPDX-License-Identifier: MIT */
#include "tui/batch/gather.h"

#include <poll.h>
#include <string.h>

#include "tui/batch/ask.h"
#include "core/base/clock.h"

enum { QUICK_MS = 1000 };

static bool named(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (; names; names = strchr(names, ','), names = names ? names + 1 : NULL)
		if (!strncmp(names, name, len) && (names[len] == ',' || !names[len]))
			return true;
	return false;
}

/* Every name in NAMES must be a host's. */
static bool check_names(const struct config *config, const char *names, struct err *err)
{
	while (names && *names) {
		size_t len = strcspn(names, ",");
		bool found = false;

		vec_each(&config->hosts, host)
			found |= strlen(host->name) == len && !memcmp(host->name, names, len);
		if (!found)
			return err_set(err, ERR_USAGE, "there is no host \"%.*s\" in %s",
				(int)(len < 100 ? len : 100), names, config->path);
		names += len + (names[len] == ',');
	}
	return true;
}

bool batch_open(struct batch *batch, const struct gather *wanted, const char *only, struct err *err)
{
	const struct batch_network *network = batch->setup->network;

	if (!check_names(batch->config, only, err))
		return false;
	batch->wanted = *wanted;
	batch->quick = *batch->config;
	if (batch->quick.interval_ms > QUICK_MS)
		batch->quick.interval_ms = QUICK_MS;
	batch->fleet = fleet_new(&batch->quick);
	batch->hosts = mem_new(batch->config->hosts.count * sizeof(*batch->hosts));
	for (size_t i = 0; i < batch->config->hosts.count; i++)
		batch->hosts[i].asked = !only || named(only, batch->config->hosts.items[i].name);
	batch->open = network->open(network->context, &batch->quick, batch->inbox, only,
		wanted->depth, ask_possible(), err);
	return batch->open;
}

void batch_pump(struct batch *batch, bool (*done)(const struct batch *batch))
{
	while (!done(batch)) {
		struct pollfd ready[] = { { inbox_fd(batch->inbox), POLLIN, 0 },
			{ batch->stop_fd, POLLIN, 0 } };
		int64_t left = batch->deadline_ms - clock_ms();
		struct message *message, *next;

		if (left <= 0)
			return;
		poll(ready, 2, (int)(left < 60000 ? left : 60000));
		for (message = inbox_take(batch->inbox); message; message = next) {
			next = message->next;
			batch_take(batch, message);
		}
	}
}

/* Has it given what is wanted, or is it known not to? */
static bool host_done(const struct batch *batch, uint32_t index)
{
	const struct batch_host *host = &batch->hosts[index];
	const struct host *live = &batch->fleet->hosts.items[index];
	const struct gather *wanted = &batch->wanted;

	if (!host->asked || host->away || host->refused)
		return true;
	return live->link == LINK_UP &&
		(wanted->depth != BATCH_SAMPLES || live->samples >= wanted->samples) &&
		(!wanted->doctor || host->doctor_seen) && (!wanted->prepare || host->prepare_seen) &&
		host->stores_seen >= host->stores_wanted && (!host->names_wanted || host->names_seen);
}

static bool all_done(const struct batch *batch)
{
	for (uint32_t i = 0; i < batch->config->hosts.count; i++)
		if (!host_done(batch, i))
			return false;
	return true;
}

void batch_extend(struct batch *batch)
{
	batch->deadline_ms = clock_ms() + batch_patience_s(batch) * 1000;
}

void batch_wait(struct batch *batch)
{
	batch_extend(batch);
	batch_pump(batch, all_done);
	for (uint32_t i = 0; i < batch->config->hosts.count; i++)
		batch->hosts[i].late = !host_done(batch, i);
}

bool batch_gather(struct batch *batch, const struct gather *wanted, struct err *err)
{
	if (!batch_open(batch, wanted, batch->options->host, err))
		return false;
	batch_wait(batch);
	return true;
}
