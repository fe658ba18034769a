/* SPDX-License-Identifier: MIT */
/* What commands without a screen do with each message. */
#include <stdlib.h>
#include <string.h>

#include "core/store/store.h"
#include "tui/batch/ask.h"
#include "tui/batch/gather.h"
#include "tui/batch/mend.h"
#include "core/base/clock.h"

void batch_carry(struct batch *batch, struct commands *commands)
{
	const struct batch_network *network = batch->setup->network;

	vec_each(commands, command)
		network->carry(network->context, command);
	commands_release(commands);
}

/* What is wanted of a host whose link has just come up. */
static void want(struct batch *batch, uint32_t index)
{
	struct batch_host *host = &batch->hosts[index];
	bool lists = batch->config->hosts.items[index].roles & ROLE_BACKEND &&
		batch->config->mailboxes_from != FROM_SESSIONS;
	struct commands commands = { 0 };

	if (batch->wanted.doctor && !host->doctor_wanted) {
		commands_add(&commands, COMMAND_DOCTOR)->host = index;
		host->doctor_wanted = true;
	}
	if (batch->wanted.names && lists && !host->names_wanted) {
		commands_add(&commands, COMMAND_NAMES)->host = index;
		host->names_wanted = true;
	}
	if (batch->wanted.prepare && !host->prepare_wanted) {
		struct command *command = commands_add(&commands, COMMAND_PREPARE);

		command->host = index;
		command->undo = batch->options->undo;
		command->repair = batch->options->repair;
		host->prepare_wanted = true;
	}
	batch_carry(batch, &commands);
}

static void note_link(struct batch *batch, const struct message *message)
{
	struct batch_host *host = &batch->hosts[message->host];

	switch (message->link.state) {
	case LINK_UP:
		want(batch, message->host);
		break;
	case LINK_AWAY:
		host->away = true;
		break;
	case LINK_REFUSED:
	case LINK_CLOSED:
		host->refused = true;
		break;
	case LINK_WAITING:
	case LINK_CONNECTING:
	case LINK_ASKING:
		return;
	}
	if (message->link.text) {
		free(host->error);
		host->error = mem_text(message->link.text);
	}
}

/* Puts a login's question to a person, unless it was taken back meanwhile. */
static void answer(struct batch *batch, const struct message *message)
{
	int64_t began_ms = clock_ms();
	struct commands commands = { 0 };
	struct command *command = commands_add(&commands, COMMAND_ANSWER);
	struct str question = { 0 }, text = { 0 };
	struct err err = { 0 };

	for (const struct message *later = message->next; later; later = later->next)
		if (later->kind == MESSAGE_UNPROMPT && later->prompt.id == message->prompt.id)
			goto out;
	command->host = message->host;
	command->prompt = message->prompt.id;
	str_addf(&question, "%s\n", message->prompt.title);
	if (message->prompt.text)
		str_addf(&question, "%s\n", message->prompt.text);
	if (message->prompt.kind == PROMPT_HOST_KEY) {
		str_adds(&question, "Accept it? [y/N] ");
		command->yes = ask_yes(str_text(&question), &err);
	} else {
		str_cut(&question, question.len - 1, 1);
		str_adds(&question, ": ");
		command->yes = ask_line(
			&text, str_text(&question), message->prompt.kind == PROMPT_SECRET, &err);
		command->text = command->yes ? str_take(&text) : NULL;
	}
	batch->declined |= !command->yes;
	batch_carry(batch, &commands);
out:
	commands_release(&commands);
	str_release(&question);
	if (text.data)
		explicit_bzero(text.data, text.len);
	str_release(&text);
	batch->deadline_ms += clock_ms() - began_ms;
}

static void record_deed(struct batch *batch, struct message *message)
{
	struct ledger_entry *entry = &message->did;
	struct err err;

	free(entry->who);
	entry->who = mem_text(batch->setup->who);
	if (!entry->wall_s)
		entry->wall_s = clock_wall_s();
	if (!batch_store(batch, &err) || !store_add(batch->store, entry, &err))
		batch_say("the ledger: %s", err.text);
}

/* Asks where mailboxes lie whose sessions were seen on hosts that have not told. */
static void look_up(struct batch *batch, const struct store_wants *wants)
{
	struct commands commands = { 0 };

	for (uint32_t host = 0; host < batch->config->hosts.count; host++) {
		struct command *command = NULL;

		for (size_t i = 0; i < wants->count; i++) {
			if (wants->items[i].host != host)
				continue;
			if (!command)
				command = commands_add(&commands, COMMAND_STORES);
			command->host = host;
			*vec_add(&command->names) = mem_text(
				mailboxes_name(batch->fleet->mailboxes, wants->items[i].name));
		}
		if (command)
			batch->hosts[host].stores_wanted += command->names.count;
	}
	batch_carry(batch, &commands);
}

static void note_answers(struct batch_host *host, struct message *message)
{
	switch (message->kind) {
	case MESSAGE_NAMES:
		host->names_seen |= !message->names.count;
		break;
	case MESSAGE_DOCTOR:
		host->doctor_seen = true;
		host->doctor = message->doctor;
		host->doctor_wall_s = message->wall_s;
		message->doctor = (struct doctor_report){ 0 };
		break;
	case MESSAGE_PREPARE:
		free(host->prepare.text);
		host->prepare_seen = true;
		host->prepare = message->prepare;
		message->prepare.text = NULL;
		break;
	default:
		break;
	}
}

static void note_stores(struct batch *batch, const struct message *message)
{
	batch->hosts[message->host].stores_seen += message->stores.count;
	vec_each(&message->stores, seen)
		batch->mailbox_known |= !seen->error;
}

static void take_of_host(struct batch *batch, struct message *message)
{
	struct store_wants wants = { 0 };

	if (batch->mend)
		mend_take(batch, batch->mend, message);
	switch (message->kind) {
	case MESSAGE_LINK:
		note_link(batch, message);
		break;
	case MESSAGE_PROMPT:
		answer(batch, message);
		break;
	case MESSAGE_DID:
		record_deed(batch, message);
		break;
	case MESSAGE_STORES:
		note_stores(batch, message);
		break;
	default:
		note_answers(&batch->hosts[message->host], message);
		break;
	}
	fleet_apply(batch->fleet, message, &wants);
	if (batch->wanted.stores && wants.count)
		look_up(batch, &wants);
	free(wants.items);
}

void batch_take_rest(struct batch *batch)
{
	struct message *message, *next;

	for (message = inbox_take(batch->inbox); message; message = next) {
		next = message->next;
		if (message->kind == MESSAGE_DID)
			record_deed(batch, message);
		message_free(message);
	}
}

void batch_take(struct batch *batch, struct message *message)
{
	message->at_ms = clock_ms();
	message->wall_s = clock_wall_s();
	if (message->kind == MESSAGE_LEDGER) {
		message_free(batch->ledger);
		batch->ledger = message;
		return;
	}
	if (message->kind == MESSAGE_STORE_ERR)
		batch->store_error = message->error;
	else if (batch->fleet && message->host < batch->config->hosts.count)
		take_of_host(batch, message);
	message_free(message);
}
