/* SPDX-License-Identifier: MIT */
/* A configuration, any bytes: one that is good stays good with a host more. */
#include <stdlib.h>
#include <string.h>

#include "core/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct config_places places = { "/home/x", NULL, NULL };
	static char name[] = "one.more";
	const struct config_host host = { .name = name, .address = name };
	struct config config = { 0 };
	struct str problems = { 0 }, more = { 0 };
	struct err err;
	const char *text = (const char *)data;
	size_t hosts;

	if (!config_parse(&config, "c", text, size, &places, &problems, &err)) {
		if (!problems.len)
			abort();
		str_release(&problems);
		config_with_host(&more, text, size, &host, &err);
		str_release(&more);
		return 0;
	}
	hosts = config.hosts.count;
	config_release(&config);
	if (config_with_host(&more, text, size, &host, &err)) {
		if (!config_parse(&config, "c", more.data, more.len, &places, &problems, &err) ||
			config.hosts.count != hosts + 1 ||
			strcmp(config.hosts.items[hosts].name, name) != 0)
			abort();
		config_release(&config);
	}
	str_release(&more);
	str_release(&problems);
	return 0;
}
