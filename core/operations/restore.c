/* SPDX-License-Identifier: MIT */
#include "core/operation.h"

const struct operation operation_restore = {
	.name = "restore",
	.summary = "merge flags, subscriptions and UIDs of a kept copy into a mailbox",
	.does = "reads flags, subscriptions and UIDs from the kept copy and merges them into the "
		"mailbox; the copy is never put back over it",
	.undo = "a copy of the index files as they are now is kept, too",
	.danger = DANGER_CHANGE,
	.permit = PERMIT_SUPPORT,
	.verify = VERIFY_MESSAGES,
};
