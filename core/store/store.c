/* SPDX-License-Identifier: MIT */
/*
 * One connection, used by one thread: the worker. It takes requests in the order in which
 * they were put in. What a request waits for (the disk, another process that writes) only
 * the worker and store_add wait for.
 */
#include "core/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/command.h"
#include "core/inbox.h"
#include "core/message.h"

enum { SCHEMA = 1, APPLICATION = 0x6D6D6E64, BUSY_MS = 10000, WORDS_MOST = 16, PAGE = 500 };
enum { PAGE_MOST = 10000 };

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
	char *path;
	struct inbox *inbox;
	sqlite3 *db;
	pthread_t worker;
	pthread_mutex_t lock;
	pthread_cond_t more, done;
	struct request *first, *last;
	bool closing;
};

static const char schema[] =
	"CREATE TABLE ledger (id INTEGER PRIMARY KEY AUTOINCREMENT, wall_s INTEGER NOT NULL,"
	" who TEXT NOT NULL, what TEXT NOT NULL, host TEXT, mailbox TEXT, detail TEXT, result TEXT,"
	" host_seq INTEGER NOT NULL DEFAULT 0);"
	"CREATE UNIQUE INDEX ledger_journal ON ledger (host, host_seq) WHERE host_seq > 0;"
	"PRAGMA application_id = 1835888228;"
	"PRAGMA user_version = 1;";

/* Quotas and limits fill a disk, too, and come as errors of another kind: then the reason of
 * the last call that failed tells (the library's own sqlite3_system_errno says 0 here). */
static bool is_full(int code, int reason)
{
	return (code & 0xFF) == SQLITE_FULL ||
		((code & 0xFF) == SQLITE_IOERR &&
			(reason == ENOSPC || reason == EDQUOT || reason == EFBIG));
}

/* One sentence about what the library said last. */
static bool failed(const struct store *store, int code, struct err *err)
{
	if (is_full(code, errno))
		return err_set(err, ERR_IO,
			"the store %s cannot be written: its disk is full; make room, nothing is recorded until then",
			store->path);
	switch (code & 0xFF) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(err, ERR_IO,
			"the store %s is damaged or not a store; move it away to begin a new one, or put a copy back",
			store->path);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
		return err_set(err, ERR_IO,
			"the store %s cannot be written: read-only, or not allowed for this user; "
			"check the rights of its directory",
			store->path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_IO,
			"the store %s is held by another process for more than 10 seconds; try again",
			store->path);
	default:
		return err_set(err, ERR_IO, "the store %s: %s", store->path,
			store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(code));
	}
}

static bool execute(const struct store *store, const char *sql, struct err *err)
{
	int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK || failed(store, code, err);
}

/* The one number that a statement gives. */
static bool number(const struct store *store, const char *sql, int64_t *out, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*out = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW || failed(store, code, err);
}

static bool directory_make(const char *directory, struct err *err)
{
	char *path = mem_text(directory);
	struct stat status;
	bool ok = true;

	for (char *slash = strchr(path + 1, '/'); ok; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST && stat(path, &status) != 0)
			ok = err_errno(err, ERR_IO, "the directory %s of the store cannot be made", path);
		if (!slash)
			break;
		*slash = '/';
	}
	free(path);
	return ok;
}

/* In a directory that its group may write, the group may write the file, too. The library
 * gives the same rights to the files that it puts beside it. */
static bool file_make(const struct store *store, const char *directory, struct err *err)
{
	struct stat status;
	mode_t mode = 0600;
	int file;

	if (stat(directory, &status) != 0)
		return err_errno(err, ERR_IO, "the directory %s of the store cannot be read", directory);
	if (!S_ISDIR(status.st_mode))
		return err_set(err, ERR_IO, "%s should be the directory of the store and is none", directory);
	if (status.st_mode & S_IWGRP)
		mode = 0660;
	file = open(store->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (file < 0)
		return errno == EEXIST ||
			err_errno(err, ERR_IO, "the store %s cannot be made", store->path);
	/* The umask is for files that are nobody else's business. */
	if (fchmod(file, mode) != 0 || (mode == 0660 && fchown(file, (uid_t)-1, status.st_gid) != 0)) {
		err_errno(err, ERR_IO, "the store %s cannot be shared with its group", store->path);
		close(file);
		return false;
	}
	close(file);
	return true;
}

/* Changing to WAL asks for the file alone, and does not wait for it by itself. */
static bool use_wal(const struct store *store, struct err *err)
{
	int code = SQLITE_BUSY;

	for (int tries = 0; tries < BUSY_MS / 20 && (code & 0xFF) == SQLITE_BUSY; tries++) {
		code = sqlite3_exec(store->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
		if ((code & 0xFF) == SQLITE_BUSY)
			sqlite3_sleep(20);
	}
	return code == SQLITE_OK || failed(store, code, err);
}

static bool schema_make(const struct store *store, struct err *err)
{
	int64_t version = 0, application = 0;
	bool ok = execute(store, "BEGIN IMMEDIATE", err) &&
		number(store, "PRAGMA user_version", &version, err) &&
		number(store, "PRAGMA application_id", &application, err);

	if (ok && version > SCHEMA)
		ok = err_set(err, ERR_IO,
			"the store %s was written by a newer mailmend (format %lld, this one knows %d); update this one",
			store->path, (long long)version, SCHEMA);
	else if (ok && (version || application) && application != APPLICATION)
		ok = err_set(err, ERR_IO, "%s belongs to another program", store->path);
	else if (ok && !version)
		ok = execute(store, schema, err);
	if (ok)
		return execute(store, "COMMIT", err);
	sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

static bool database_open(struct store *store, const char *directory, struct err *err)
{
	int code;

	if (!directory_make(directory, err) || !file_make(store, directory, err))
		return false;
	code = sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		NULL);
	if (code != SQLITE_OK)
		return failed(store, code, err);
	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_timeout(store->db, BUSY_MS);
	return use_wal(store, err) && execute(store, "PRAGMA synchronous = FULL", err) &&
		schema_make(store, err);
}

static void bind(sqlite3_stmt *statement, int index, const char *text)
{
	if (text)
		sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

static bool insert(const struct store *store, sqlite3_stmt *statement,
	const struct ledger_entry *entry, struct err *err)
{
	int code;

	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	sqlite3_bind_int64(statement, 1, entry->wall_s);
	bind(statement, 2, entry->who ? entry->who : "");
	bind(statement, 3, entry->what ? entry->what : "");
	bind(statement, 4, entry->host);
	bind(statement, 5, entry->mailbox);
	bind(statement, 6, entry->detail);
	bind(statement, 7, entry->result);
	sqlite3_bind_int64(statement, 8, entry->host_seq);
	code = sqlite3_step(statement);
	return code == SQLITE_DONE || failed(store, code, err);
}

/* All of them or none, on disk when it returns. */
static bool add(const struct store *store, const struct ledger_page *entries, struct err *err)
{
	static const char sql[] =
		"INSERT INTO ledger (wall_s, who, what, host, mailbox, detail, result, host_seq)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (host, host_seq) WHERE host_seq > 0 DO NOTHING";
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
	bool ok;

	if (code != SQLITE_OK)
		return failed(store, code, err);
	ok = execute(store, "BEGIN IMMEDIATE", err);
	if (ok) {
		vec_each(entries, entry)
			ok = ok && insert(store, statement, entry, err);
		ok = ok && execute(store, "COMMIT", err);
		if (!ok)
			sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	}
	sqlite3_finalize(statement);
	return ok;
}

static bool merged(const struct store *store, const char *host, int64_t *seq, struct err *err)
{
	static const char sql[] = "SELECT max(host_seq) FROM ledger WHERE host = ? AND host_seq > 0";
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);

	if (code == SQLITE_OK) {
		bind(statement, 1, host);
		code = sqlite3_step(statement);
	}
	if (code == SQLITE_ROW)
		*seq = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW || failed(store, code, err);
}

/* The words of a query as patterns for LIKE. */
struct words {
	vec_of(char *);
};

static void split(struct words *words, const char *text)
{
	static const char blanks[] = " \t\r\n";

	for (text += strspn(text, blanks); *text && words->count < WORDS_MOST;
		text += strspn(text, blanks)) {
		struct str word = { .bound = 1000 };
		size_t len = strcspn(text, blanks);

		str_addc(&word, '%');
		for (size_t i = 0; i < len; i++) {
			if (strchr("%_\\", text[i]))
				str_addc(&word, '\\');
			str_addc(&word, text[i]);
		}
		str_addc(&word, '%');
		*vec_add(words) = str_take(&word);
		text += len;
	}
}

static sqlite3_stmt *prepare(
	const struct store *store, const struct ledger_query *query, struct words *words, int *code)
{
	struct str sql = { 0 };
	sqlite3_stmt *statement = NULL;
	int index = 0;

	split(words, query->text ? query->text : "");
	str_adds(&sql, "SELECT id, wall_s, who, what, host, mailbox, detail, result, host_seq"
		       " FROM ledger WHERE id < ?1");
	for (size_t i = 0; i < words->count; i++)
		str_addf(&sql,
			" AND (host LIKE ?%zu ESCAPE '\\' OR mailbox LIKE ?%zu ESCAPE '\\'"
			" OR who LIKE ?%zu ESCAPE '\\' OR what LIKE ?%zu ESCAPE '\\'"
			" OR detail LIKE ?%zu ESCAPE '\\')",
			i + 3, i + 3, i + 3, i + 3, i + 3);
	str_adds(&sql, " ORDER BY id DESC LIMIT ?2");
	*code = sqlite3_prepare_v2(store->db, str_text(&sql), -1, &statement, NULL);
	str_release(&sql);
	if (*code != SQLITE_OK)
		return NULL;
	sqlite3_bind_int64(statement, ++index, query->before > 0 ? query->before : INT64_MAX);
	sqlite3_bind_int(statement, ++index,
		query->limit <= 0 ? PAGE : query->limit < PAGE_MOST ? query->limit : PAGE_MOST);
	vec_each(words, word)
		bind(statement, ++index, *word);
	return statement;
}

static char *column(sqlite3_stmt *statement, int index)
{
	return mem_text((const char *)sqlite3_column_text(statement, index));
}

static bool get(const struct store *store, const struct ledger_query *query,
	struct ledger_page *page, struct err *err)
{
	struct words words = { 0 };
	int code;
	sqlite3_stmt *statement = prepare(store, query, &words, &code);

	while (statement && (code = sqlite3_step(statement)) == SQLITE_ROW)
		*vec_add(page) = (struct ledger_entry){ .id = sqlite3_column_int64(statement, 0),
			.wall_s = sqlite3_column_int64(statement, 1),
			.who = column(statement, 2),
			.what = column(statement, 3),
			.host = column(statement, 4),
			.mailbox = column(statement, 5),
			.detail = column(statement, 6),
			.result = column(statement, 7),
			.host_seq = sqlite3_column_int64(statement, 8) };
	sqlite3_finalize(statement);
	vec_each(&words, word)
		free(*word);
	vec_release(&words);
	return code == SQLITE_DONE || failed(store, code, err);
}

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
	if (get(store, &request->query, &message->ledger, &err)) {
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
	bool ok = add(store, &request->entries, &err);

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

	answer(store, request, merged(store, request->host, request->seq, &err), &err);
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
	sqlite3_close(store->db);
	free(store->path);
	free(store);
}

struct store *store_open(const char *directory, struct inbox *inbox, struct err *err)
{
	struct store *store = mem_new(sizeof(*store));
	struct str path = { 0 };
	int code;

	str_addf(&path, "%s/mailmend.sqlite", directory);
	store->path = str_take(&path);
	store->inbox = inbox;
	if (!database_open(store, directory, err)) {
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
