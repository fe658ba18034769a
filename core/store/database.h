/* SPDX-License-Identifier: MIT */
/*
 * The store's file: one SQLite connection (WAL), used by one thread. Each call waits for the
 * disk and for other processes that write, at most ten seconds.
 */
#ifndef CORE_STORE_DATABASE_H
#define CORE_STORE_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/store/ledger.h"

struct database;

/* Opens or creates DIRECTORY/mailmend.sqlite. */
struct database *database_open(const char *directory, struct err *err);
void database_close(struct database *database); /* NULL is fine */

/* All of them or none, on disk when it returns. */
bool database_add(
	const struct database *database, const struct ledger_page *entries, struct err *err);

bool database_get(const struct database *database, const struct ledger_query *query,
	struct ledger_page *page, struct err *err);

/* Up to which sequence nothing of HOST's journal is missing. */
bool database_merged(
	const struct database *database, const char *host, int64_t *seq, struct err *err);

#endif
