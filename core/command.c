/* SPDX-License-Identifier: MIT */
#include "core/command.h"

#include <stdlib.h>
#include <string.h>

struct command *commands_add(struct commands *commands, enum command_kind kind)
{
	struct command *command = vec_add(commands);

	command->kind = kind;
	return command;
}

static void command_release(struct command *command)
{
	if (command->text)
		explicit_bzero(command->text, strlen(command->text));
	free(command->text);
	names_seen_release(&command->names);
	ledger_entry_release(&command->entry);
	ledger_page_release(&command->entries);
	free(command->query.text);
}

void commands_clear(struct commands *commands)
{
	vec_each(commands, command)
		command_release(command);
	vec_clear(commands);
}

void commands_release(struct commands *commands)
{
	commands_clear(commands);
	vec_release(commands);
}
