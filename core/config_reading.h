/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the configuration's reader share (config.c, config_host.c): the
 * text, its tree, where every value stands, and the mistakes found so far.
 */
#ifndef CORE_CONFIG_READING_H
#define CORE_CONFIG_READING_H

#include "core/base/json.h"
#include "core/base/json_places.h"
#include "core/config.h"

struct reading {
	const char *path;
	const char *bytes;
	struct json_places places;
	const struct json **values; /* by place; NULL also for a key given twice */
	const struct config_places *environment;
	struct str *problems;
	size_t count;
	struct err *err; /* the first mistake */
};

/* A mistake at a place: "PATH:LINE: hosts[3].port: TEXT". Returns false. */
bool reading_problem(struct reading *reading, uint32_t place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A mistake in a value: "expected EXPECTED, found WHAT". Returns false. */
bool reading_expected(struct reading *reading, uint32_t place, const char *expected);

/* A text; anything else is a mistake and NULL. It lives as long as the tree. */
const char *reading_text(struct reading *reading, uint32_t place, const char *expected);

/* A path with ~ expanded, to be freed; NULL is a mistake. */
char *reading_path(struct reading *reading, uint32_t place, const char *text);

/* One key of a host or of "defaults". */
struct host_key {
	const char *name;
	bool in_defaults;
	void (*read)(struct reading *reading, uint32_t place, struct config_host *host);
};
extern const struct host_key host_keys[];
extern const size_t host_keys_count;

/* Fills in what HOST leaves open. */
void config_host_default(struct config_host *host, const struct config_host *defaults);
void config_host_release(struct config_host *host);

#endif
