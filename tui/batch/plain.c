/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sysexits.h>
#include <time.h>

#include "core/base/clock.h"
#include "tui/batch/gather.h"

enum { EVERY_MS = 10000 };

static bool never(const struct batch *batch)
{
	(void)batch;
	return false;
}

/* A command tells what happened while it ran; here it is what holds now. */
static void look_again(struct batch *batch)
{
	for (uint32_t i = 0; i < batch->config->hosts.count; i++) {
		const struct host *live = &batch->fleet->hosts.items[i];
		struct batch_host *host = &batch->hosts[i];

		host->refused = live->link == LINK_REFUSED || live->link == LINK_CLOSED;
		host->away = !host->refused && live->away_since_ms;
		host->late = !live->asked_ms && !host->refused && !host->away;
	}
}

static void print(const struct batch *batch)
{
	time_t now = clock_wall_s();
	struct tm local = { 0 };
	char text[16] = "";

	if (localtime_r(&now, &local))
		strftime(text, sizeof(text), "%H:%M:%S", &local);
	printf("%s\n", text);
	batch_print_hosts(batch);
	putchar('\n');
}

static int run(struct batch *batch)
{
	struct gather wanted = { .depth = BATCH_SAMPLES, .samples = 2 };
	struct err err;

	if (!batch_gather(batch, &wanted, &err))
		return batch_fail(&err);
	for (;;) {
		print(batch);
		if (batch_flush(EX_OK) != EX_OK || ferror(stdout))
			return EX_IOERR;
		batch->deadline_ms = clock_ms() + EVERY_MS;
		batch_pump(batch, never);
		look_again(batch);
	}
}

const struct batch_command command_plain = {
	.name = "hosts",
	.arguments = "",
	.summary = "Load, sessions and queue of each host, every 10 seconds",
	.run = run,
};
