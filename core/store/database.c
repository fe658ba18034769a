/* SPDX-License-Identifier: MIT */
#include "core/store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"

enum { SCHEMA = 1, APPLICATION = 0x6D6D6E64, BUSY_MS = 10000, WORDS_MOST = 16, PAGE = 500 };
enum { PAGE_MOST = 10000 };

struct database {
	char *path;
	sqlite3 *db;
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
static bool failed(const struct database *database, int code, struct err *err)
{
	if (is_full(code, errno))
		return err_set(err, ERR_IO,
			"the store %s cannot be written: its disk is full; make room, nothing is recorded until then",
			database->path);
	switch (code & 0xFF) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(err, ERR_IO,
			"the store %s is damaged or not a store; move it away to begin a new one, or put a copy back",
			database->path);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
		return err_set(err, ERR_IO,
			"the store %s cannot be written: read-only, or not allowed for this user; "
			"check the rights of its directory",
			database->path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_IO,
			"the store %s is held by another process for more than 10 seconds; try again",
			database->path);
	default:
		return err_set(err, ERR_IO, "the store %s: %s", database->path,
			database->db ? sqlite3_errmsg(database->db) : sqlite3_errstr(code));
	}
}

static bool execute(const struct database *database, const char *sql, struct err *err)
{
	int code = sqlite3_exec(database->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK || failed(database, code, err);
}

/* The one number that a statement gives. */
static bool number(const struct database *database, const char *sql, int64_t *out, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(database->db, sql, -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*out = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW || failed(database, code, err);
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
static bool file_make(const struct database *database, const char *directory, struct err *err)
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
	file = open(database->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (file < 0)
		return errno == EEXIST ||
			err_errno(err, ERR_IO, "the store %s cannot be made", database->path);
	/* The umask is for files that are nobody else's business. */
	if (fchmod(file, mode) != 0 || (mode == 0660 && fchown(file, (uid_t)-1, status.st_gid) != 0)) {
		err_errno(err, ERR_IO, "the store %s cannot be shared with its group", database->path);
		close(file);
		return false;
	}
	close(file);
	return true;
}

/* Changing to WAL asks for the file alone, and does not wait for it by itself. */
static bool use_wal(const struct database *database, struct err *err)
{
	int code = SQLITE_BUSY;

	for (int tries = 0; tries < BUSY_MS / 20 && (code & 0xFF) == SQLITE_BUSY; tries++) {
		code = sqlite3_exec(database->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
		if ((code & 0xFF) == SQLITE_BUSY)
			sqlite3_sleep(20);
	}
	return code == SQLITE_OK || failed(database, code, err);
}

static bool schema_make(const struct database *database, struct err *err)
{
	int64_t version = 0, application = 0;
	bool ok = execute(database, "BEGIN IMMEDIATE", err) &&
		number(database, "PRAGMA user_version", &version, err) &&
		number(database, "PRAGMA application_id", &application, err);

	if (ok && version > SCHEMA)
		ok = err_set(err, ERR_IO,
			"the store %s was written by a newer mailmend (format %lld, this one knows %d); update this one",
			database->path, (long long)version, SCHEMA);
	else if (ok && (version || application) && application != APPLICATION)
		ok = err_set(err, ERR_IO, "%s belongs to another program", database->path);
	else if (ok && !version)
		ok = execute(database, schema, err);
	if (ok)
		return execute(database, "COMMIT", err);
	sqlite3_exec(database->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

static bool connect_file(struct database *database, const char *directory, struct err *err)
{
	int code;

	if (!directory_make(directory, err) || !file_make(database, directory, err))
		return false;
	code = sqlite3_open_v2(database->path, &database->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		NULL);
	if (code != SQLITE_OK)
		return failed(database, code, err);
	sqlite3_extended_result_codes(database->db, 1);
	sqlite3_busy_timeout(database->db, BUSY_MS);
	return use_wal(database, err) && execute(database, "PRAGMA synchronous = FULL", err) &&
		schema_make(database, err);
}

static void bind(sqlite3_stmt *statement, int index, const char *text)
{
	if (text)
		sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

static bool insert(const struct database *database, sqlite3_stmt *statement,
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
	return code == SQLITE_DONE || failed(database, code, err);
}

/* All of them or none, on disk when it returns. */
bool database_add(const struct database *database, const struct ledger_page *entries, struct err *err)
{
	static const char sql[] =
		"INSERT INTO ledger (wall_s, who, what, host, mailbox, detail, result, host_seq)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (host, host_seq) WHERE host_seq > 0 DO NOTHING";
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(database->db, sql, -1, &statement, NULL);
	bool ok;

	if (code != SQLITE_OK)
		return failed(database, code, err);
	ok = execute(database, "BEGIN IMMEDIATE", err);
	if (ok) {
		vec_each(entries, entry)
			ok = ok && insert(database, statement, entry, err);
		ok = ok && execute(database, "COMMIT", err);
		if (!ok)
			sqlite3_exec(database->db, "ROLLBACK", NULL, NULL, NULL);
	}
	sqlite3_finalize(statement);
	return ok;
}

bool database_merged(const struct database *database, const char *host, int64_t *seq, struct err *err)
{
	/* The first without a next one, when there is a first at all. */
	static const char sql[] =
		"SELECT CASE WHEN EXISTS (SELECT 1 FROM ledger WHERE host = ?1 AND host_seq > 0"
		" AND host_seq = 1) THEN (SELECT min(host_seq) FROM ledger AS here WHERE host = ?1"
		" AND host_seq > 0 AND NOT EXISTS (SELECT 1 FROM ledger AS there WHERE there.host = ?1"
		" AND there.host_seq > 0 AND there.host_seq = here.host_seq + 1)) ELSE 0 END";
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(database->db, sql, -1, &statement, NULL);

	if (code == SQLITE_OK) {
		bind(statement, 1, host);
		code = sqlite3_step(statement);
	}
	if (code == SQLITE_ROW)
		*seq = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW || failed(database, code, err);
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
	const struct database *database, const struct ledger_query *query, struct words *words, int *code)
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
	*code = sqlite3_prepare_v2(database->db, str_text(&sql), -1, &statement, NULL);
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

bool database_get(const struct database *database, const struct ledger_query *query,
	struct ledger_page *page, struct err *err)
{
	struct words words = { 0 };
	int code;
	sqlite3_stmt *statement = prepare(database, query, &words, &code);

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
	return code == SQLITE_DONE || failed(database, code, err);
}

struct database *database_open(const char *directory, struct err *err)
{
	struct database *database = mem_new(sizeof(*database));
	struct str path = { 0 };

	str_addf(&path, "%s/mailmend.sqlite", directory);
	database->path = str_take(&path);
	if (connect_file(database, directory, err))
		return database;
	database_close(database);
	return NULL;
}

void database_close(struct database *database)
{
	if (!database)
		return;
	sqlite3_close(database->db);
	free(database->path);
	free(database);
}
