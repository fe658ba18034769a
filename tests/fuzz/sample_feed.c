/* SPDX-License-Identifier: MIT */
/* Lines of a sample, any bytes: what was accepted also goes through the fleet. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/fleet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char name[] = "a";
	struct config_host host = { .name = name, .address = name };
	const struct config config = { .hosts = { &host, 1, 1 }, .interval_ms = 1000 };
	struct fleet *fleet = fleet_new(&config);
	struct message *message = message_new(MESSAGE_SAMPLE, 0);
	struct store_wants wants = { 0 };
	const char *line = (const char *)data, *end = line + size;
	char words[96];

	fleet->hosts.items[0].link = LINK_UP;
	message->sample = sample_new();
	for (int64_t at = 1000; line < end; line++) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		struct err err;

		if (!stop)
			stop = end;
		sample_feed(message->sample, line, (size_t)(stop - line), &err);
		line = stop;
		if (!message->sample->whole)
			continue;
		message->at_ms = at += 1000;
		fleet_apply(fleet, message, &wants);
		message_free(message);
		message = message_new(MESSAGE_SAMPLE, 0);
		message->sample = sample_new();
	}
	host_why(&fleet->hosts.items[0], words, NULL);
	message_free(message);
	vec_release(&wants);
	fleet_free(fleet);
	return 0;
}
