/* SPDX-License-Identifier: MIT */
/*
 * The configuration as a file that is changed: read, then replaced as a whole (new file,
 * fsync, rename; 0600) under a lock on its folder, so that two processes never lose one
 * another's host. A symbolic link stays one; its target is replaced.
 */
#ifndef TUI_BATCH_CONFIG_FILE_H
#define TUI_BATCH_CONFIG_FILE_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/base/str.h"

/* At most 4 MiB; a file that is not there reads as empty. */
bool config_file_read(struct str *out, const char *path, struct err *err);

/* Makes the folder (0700) where it is missing and locks it; the lock ends with close() of the
 * descriptor, -1 on failure. */
int config_file_lock(const char *path, struct err *err);

/* Under the lock. */
bool config_file_replace(const char *path, const struct str *text, struct err *err);

#endif
