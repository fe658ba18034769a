/* SPDX-License-Identifier: MIT */
#include "tui/batch/batch.h"

const struct batch_command *const batch_commands[] = {
	&command_hosts,
	&command_hosts_add,
	&command_hosts_prepare,
	&command_mailboxes,
	&command_sessions,
	&command_check,
	&command_repair,
	&command_restore,
	&command_jobs,
	&command_ledger,
	&command_doctor,
	NULL,
};
