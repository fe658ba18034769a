/* SPDX-License-Identifier: MIT */
#include "core/operation.h"

const struct operation operation_resync = {
	.name = "resync",
	.summary = "rebuild the indexes of a mailbox from the messages that lie there",
	.does = "keeps a copy of the index files, lets Dovecot rebuild the indexes, gives back what "
		"can be known of UIDs, flags and subscriptions, and compares every message",
	.undo = "the index files are kept; flags, folders and UIDs can be merged back from them",
	.danger = DANGER_CHANGE,
	.permit = PERMIT_SUPPORT,
	.verify = VERIFY_MESSAGES,
};
