/* SPDX-License-Identifier: MIT */
/*
 * A pattern that people type: a PCRE2 regex without case, '!' in front turns it round. One
 * that explodes on a text stops at a limit and does not match it.
 */
#ifndef CORE_FILTER_H
#define CORE_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

#define FILTER_PATTERN_MAX 256

struct filter;

/* The error says at which character the pattern is wrong. */
struct filter *filter_new(const char *pattern, struct err *err);
void filter_free(struct filter *filter);

/* Whether what did not pass OLD cannot pass NEW: somebody typed one more letter. */
bool filter_narrows(const struct filter *old, const struct filter *new);

/* *cost is what it took, in units of about 10 ns. */
bool filter_passes(struct filter *filter, const char *text, size_t *cost);

/* On how many texts the pattern stopped at its limit. */
size_t filter_gave_up(const struct filter *filter);

#endif
