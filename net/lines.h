/* SPDX-License-Identifier: MIT */
/*
 * Bytes from a host, cut into lines. Whatever the host sends, what is held is bounded:
 * a line longer than `longest` is an error, and so are more than `most` bytes or LINES_MOST lines
 * since the last lines_reset.
 */
#ifndef NET_LINES_H
#define NET_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/str.h"

#define LINES_MOST 20000 /* the agent's lines are long where they are many */

struct lines {
	struct str held; /* a line that has not ended, behind what was taken */
	size_t taken;    /* bytes of `held` that were given out */
	size_t longest;
	size_t most;
	size_t counted; /* bytes since lines_reset */
	size_t given;   /* lines since lines_reset */
};

void lines_init(struct lines *lines, size_t longest, size_t most);
void lines_release(struct lines *lines);
void lines_reset(struct lines *lines); /* a new answer begins: counts from nothing */

/* Adds what came. Fails with ERR_DATA when the host said too much. */
bool lines_add(struct lines *lines, const char *bytes, size_t len, struct err *err);

/* The next whole line, without its end; it holds until the next call. NULL: none yet. */
const char *lines_next(struct lines *lines, size_t *len);
bool lines_flood(const struct lines *lines, struct err *err); /* more lines than anybody needs */

#endif
