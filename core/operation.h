/* SPDX-License-Identifier: MIT */
/*
 * Operations: what mailmend does to mailboxes. One file in core/operations/ and one row in
 * the table each. Menus, help, plans, confirmations, batch commands and tests read the
 * table; how an operation is carried out is the agent's (net/agent/).
 */
#ifndef CORE_OPERATION_H
#define CORE_OPERATION_H

#include <stdbool.h>
#include <stddef.h>

enum danger {
	DANGER_LOOK,   /* changes nothing */
	DANGER_CHANGE, /* changes a mailbox; never without a confirmation */
};

enum permit {
	PERMIT_VIEW,
	PERMIT_SUPPORT, /* one mailbox at a time */
	PERMIT_OPERATOR,
};

enum verify {
	VERIFY_NOTHING,
	VERIFY_MESSAGES, /* the multiset of (folder, GUID), and INBOX opened as a client would */
};

struct operation {
	const char *name;    /* as people and the agent write it */
	const char *summary; /* one line */
	const char *does;    /* what it will do, for the confirmation */
	const char *undo;    /* what is kept and how it is got back, for the confirmation */
	enum danger danger;
	enum permit permit;
	enum verify verify;
};

extern const struct operation operation_resync;
extern const struct operation operation_restore;

/* The I-th operation; NULL behind the last. */
const struct operation *operation_at(size_t i);
const struct operation *operation_find(const char *name); /* NULL: none */

#endif
