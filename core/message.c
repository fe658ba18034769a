/* SPDX-License-Identifier: MIT */
#include "core/message.h"

#include <stdlib.h>

#include "core/base/mem.h"

struct message *message_new(enum message_kind kind, uint32_t host)
{
	struct message *message = mem_new(sizeof(*message));

	message->kind = kind;
	message->host = host;
	return message;
}

static void stores_release(struct stores_seen *stores)
{
	vec_each(stores, seen)
		store_seen_release(seen);
	vec_release(stores);
}

static void doctor_release(struct doctor_report *report)
{
	vec_each(report, check)
		doctor_check_release(check);
	vec_release(report);
}

void message_release(struct message *message)
{
	switch (message->kind) {
	case MESSAGE_LINK:
		free(message->link.text);
		break;
	case MESSAGE_HELLO:
		sample_hello_release(&message->hello);
		break;
	case MESSAGE_SAMPLE:
		sample_free(message->sample);
		break;
	case MESSAGE_STORES:
		stores_release(&message->stores);
		break;
	case MESSAGE_NAMES:
		names_seen_release(&message->names);
		break;
	case MESSAGE_DOCTOR:
		doctor_release(&message->doctor);
		break;
	case MESSAGE_PROMPT:
	case MESSAGE_UNPROMPT:
		free(message->prompt.title);
		free(message->prompt.text);
		break;
	case MESSAGE_DID:
		ledger_entry_release(&message->did);
		break;
	case MESSAGE_PREPARE:
		free(message->prepare.text);
		break;
	case MESSAGE_CHECK:
		check_free(message->check);
		break;
	case MESSAGE_JOB:
		job_news_release(&message->job);
		break;
	case MESSAGE_LEDGER:
		ledger_page_release(&message->ledger);
		break;
	case MESSAGE_KEY:
	case MESSAGE_RESIZE:
	case MESSAGE_TICK:
	case MESSAGE_SLICE:
	case MESSAGE_STORED:
	case MESSAGE_STORE_ERR:
		break;
	}
}

void message_free(struct message *message)
{
	if (!message)
		return;
	message_release(message);
	free(message);
}
