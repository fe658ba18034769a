/* SPDX-License-Identifier: MIT */
/*
 * The store: SQLite (WAL) in the configured directory, which a group may share. It has a
 * worker of its own, so that no disk is ever waited for by a screen: requests go in,
 * messages (MESSAGE_LEDGER, _STORED, _STORE_ERR) come out of the inbox given to it.
 *
 * A ledger entry that was added is durable when its answer comes; store_add waits for it
 * (batch commands), store_post does not (the console).
 */
#ifndef CORE_STORE_STORE_H
#define CORE_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/store/ledger.h"

struct inbox;
struct command;
struct store;

/* Opens or creates DIRECTORY/mailmend.sqlite and starts the worker. INBOX outlives it. */
struct store *store_open(const char *directory, struct inbox *inbox, struct err *err);
void store_close(struct store *store); /* finishes what was posted; NULL is fine */

/* For COMMAND_LEDGER_ADD, _MERGE and _GET; takes what the command owns. */
void store_post(struct store *store, struct command *command);

/* Waits until the entry is on disk. */
bool store_add(struct store *store, const struct ledger_entry *entry, struct err *err);

/* The same for records of journals, all or none: those that are there already stay as they are.
 * Takes the entries. */
bool store_merge(struct store *store, struct ledger_page *entries, struct err *err);

/* Up to which sequence nothing of HOST's journal is missing, 0: it has nothing. Waits. What `follow`
 * tells leaves out other jobs, so there may be more behind a gap. */
bool store_merged(struct store *store, const char *host, int64_t *seq, struct err *err);

#endif
