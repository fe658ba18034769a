/* SPDX-License-Identifier: MIT */
/*
 * One connection, used by one thread: the worker. It takes requests in the order in which
 * they were put in. What a request waits for (the disk, another process that writes) only
 * the worker and store_add wait for.
 */
#include "core/store/store.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/command.h"
#include "core/inbox.h"
#include "core/message.h"
#include "core/store/database.h"

/* What store_add waits on. */
struct waiter {
	bool done, ok;
	struct err err;
};

enum request_kind { REQUEST_ADD, REQUEST_GET, REQUEST_MERGED };

struct request {
	struct request *next;
	enum request_kind kind;
	struct ledger_page entries; /* to add */
	struct ledger_query query;
	const char *host;      /* REQUEST_MERGED; the waiter's */
	int64_t *seq;          /* the answer to that */
	uint64_t id;           /* who is told that it is on disk; 0: nobody */
	struct waiter *waiter; /* NULL: nobody waits */
};

struct store {
	struct database *database;
	struct inbox *inbox;
	pthread_t worker;
	pthread_mutex_t lock;
	pthread_cond_t more, done;
	struct request *first, *last;
	bool closing;
};

static void complain(const struct store *store, const struct err *err)
{
	struct message *message = message_new(MESSAGE_STORE_ERR, UINT32_MAX);

	message->error = *err;
	inbox_put(store->inbox, message);
}

static void request_free(struct request *request)
{
	ledger_page_release(&request->entries);
	free(request->query.text);
	free(request);
}

static void answer_get(const struct store *store, const struct request *request)
{
	struct message *message = message_new(MESSAGE_LEDGER, UINT32_MAX);
	struct err err;

	message->ledger.ticket = request->query.ticket;
	if (database_get(store->database, &request->query, &message->ledger, &err)) {
		inbox_put(store->inbox, message);
		return;
	}
	message_free(message);
	complain(store, &err);
}

static void answer(struct store *store, const struct request *request, bool ok,
	const struct err *err)
{
	struct waiter *waiter = request->waiter;

	if (!waiter) {
		if (!ok)
			complain(store, err);
		return;
	}
	pthread_mutex_lock(&store->lock);
	waiter->done = true;
	waiter->ok = ok;
	waiter->err = *err;
	pthread_cond_broadcast(&store->done);
	pthread_mutex_unlock(&store->lock);
}

static void answer_add(struct store *store, const struct request *request)
{
	struct err err = { 0 };
	bool ok = database_add(store->database, &request->entries, &err);

	if (ok && request->id) {
		struct message *message = message_new(MESSAGE_STORED, UINT32_MAX);

		message->stored = request->id;
		inbox_put(store->inbox, message);
	}
	answer(store, request, ok, &err);
}

static void answer_merged(struct store *store, const struct request *request)
{
	struct err err = { 0 };

	answer(store, request, database_merged(store->database, request->host, request->seq, &err), &err);
}

/* The next request; NULL when the store closes and none is left. */
static struct request *next(struct store *store)
{
	struct request *request;

	pthread_mutex_lock(&store->lock);
	while (!store->first && !store->closing)
		pthread_cond_wait(&store->more, &store->lock);
	request = store->first;
	if (request)
		store->first = request->next;
	if (!store->first)
		store->last = NULL;
	pthread_mutex_unlock(&store->lock);
	return request;
}

static void *work(void *context)
{
	struct store *store = context;
	struct request *request;

	while ((request = next(store))) {
		switch (request->kind) {
		case REQUEST_ADD:
			answer_add(store, request);
			break;
		case REQUEST_GET:
			answer_get(store, request);
			break;
		case REQUEST_MERGED:
			answer_merged(store, request);
			break;
		}
		request_free(request);
	}
	return NULL;
}

static void put(struct store *store, struct request *request)
{
	pthread_mutex_lock(&store->lock);
	if (store->last)
		store->last->next = request;
	else
		store->first = request;
	store->last = request;
	pthread_cond_signal(&store->more);
	pthread_mutex_unlock(&store->lock);
}

static void release(struct store *store)
{
	database_close(store->database);
	free(store);
}

struct store *store_open(const char *directory, struct inbox *inbox, struct err *err)
{
	struct store *store = mem_new(sizeof(*store));
	int code;

	store->inbox = inbox;
	store->database = database_open(directory, err);
	if (!store->database) {
		release(store);
		return NULL;
	}
	pthread_mutex_init(&store->lock, NULL);
	pthread_cond_init(&store->more, NULL);
	pthread_cond_init(&store->done, NULL);
	code = pthread_create(&store->worker, NULL, work, store);
	if (code != 0) {
		errno = code;
		err_errno(err, ERR_IO, "the store's thread cannot be started");
		release(store);
		return NULL;
	}
	return store;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	pthread_mutex_lock(&store->lock);
	store->closing = true;
	pthread_cond_signal(&store->more);
	pthread_mutex_unlock(&store->lock);
	pthread_join(store->worker, NULL);
	pthread_cond_destroy(&store->more);
	pthread_cond_destroy(&store->done);
	pthread_mutex_destroy(&store->lock);
	release(store);
}

void store_post(struct store *store, struct command *command)
{
	struct request *request = mem_new(sizeof(*request));

	request->kind = command->kind == COMMAND_LEDGER_GET ? REQUEST_GET : REQUEST_ADD;
	request->query = command->query;
	request->entries = command->entries;
	request->id = command->prompt;
	if (command->kind == COMMAND_LEDGER_ADD)
		*vec_add(&request->entries) = command->entry;
	command->entry = (struct ledger_entry){ 0 };
	command->entries = (struct ledger_page){ 0 };
	command->query = (struct ledger_query){ 0 };
	put(store, request);
}

/* Puts the request in and waits for its answer. */
static bool wait_for(struct store *store, struct request *request, struct err *err)
{
	struct waiter waiter = { 0 };

	request->waiter = &waiter;
	put(store, request);
	pthread_mutex_lock(&store->lock);
	while (!waiter.done)
		pthread_cond_wait(&store->done, &store->lock);
	pthread_mutex_unlock(&store->lock);
	if (!waiter.ok && err)
		*err = waiter.err;
	return waiter.ok;
}

bool store_add(struct store *store, const struct ledger_entry *entry, struct err *err)
{
	struct request *request = mem_new(sizeof(*request));

	*vec_add(&request->entries) = ledger_entry_copy(entry);
	return wait_for(store, request, err);
}

bool store_merge(struct store *store, struct ledger_page *entries, struct err *err)
{
	struct request *request = mem_new(sizeof(*request));

	request->entries = *entries;
	*entries = (struct ledger_page){ 0 };
	return wait_for(store, request, err);
}

bool store_merged(struct store *store, const char *host, int64_t *seq, struct err *err)
{
	struct request *request = mem_new(sizeof(*request));

	request->kind = REQUEST_MERGED;
	request->host = host;
	request->seq = seq;
	return wait_for(store, request, err);
}
