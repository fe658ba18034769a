/* SPDX-License-Identifier: MIT */
/* What a person writes for a host: [USER@]HOST[:PORT]. */
#ifndef TUI_BATCH_TARGET_H
#define TUI_BATCH_TARGET_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/config.h"

/*
 * Sets address, port (0: none given) and user (NULL: none given), which the caller frees. An
 * IPv6 address is given as ADDRESS, [ADDRESS] or [ADDRESS]:PORT.
 */
bool target_parse(struct config_host *host, const char *target, struct err *err);

#endif
