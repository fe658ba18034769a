/* SPDX-License-Identifier: MIT */
#include "core/anvil.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/wire.h"

#define FIELDS 5
#define BYTES_MAX ((size_t)96 << 20) /* of texts in one dump, with those that stand for many */

static void session_release(struct anvil_session *session)
{
	free(session->mailbox);
	free(session->service);
	free(session->address);
	free(session->connection);
}

void anvil_sessions_release(struct anvil_sessions *sessions)
{
	vec_each(sessions, session)
		session_release(session);
	vec_release(sessions);
}

void anvil_release(struct anvil *anvil)
{
	anvil_sessions_release(&anvil->known);
	str_release(&anvil->dump);
	*anvil = (struct anvil){ 0 };
}

enum anvil_version anvil_version_of(const char *dovecot)
{
	return strncmp(dovecot, "2.3", 3) == 0 || strncmp(dovecot, "2.2", 3) == 0 ? ANVIL_1 : ANVIL_2;
}

static bool bad(struct err *err)
{
	return err_set(err, ERR_DATA, "Dovecot's anvil answered what is not its protocol");
}

/* Dovecot's escapes: 0x01 and a letter for NUL, 0x01, TAB, CR and LF; undone in place. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == 1 && text[1]) {
			const char *found = strchr("1trn", *++text);

			*to++ = found ? "\1\t\r\n"[found - "1trn"] : '?';
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static bool whole(const char *text, long most, long *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*out = strtol(text, &end, 10);
	return !*end && *out <= most;
}

/* Looks like an address: what stands between the slashes may be a part of the name. */
static bool is_address(const char *text, size_t len)
{
	return strspn(text, "0123456789abcdefABCDEF.:%") >= len;
}

/* service/address/user, or service/user where no address is known. */
static bool row_1(char **fields, size_t count, struct anvil_session *row, long *times)
{
	char *name, *slash;
	long pid;

	if (count != 3 || !whole(fields[1], INT32_MAX, &pid) ||
		!whole(fields[2], ANVIL_COUNT_MAX, times))
		return false;
	name = strchr(fields[0], '/');
	if (!name || name == fields[0])
		return false;
	*name++ = '\0';
	slash = strchr(name, '/');
	if (slash && is_address(name, (size_t)(slash - name))) {
		row->address = mem_text_n(name, (size_t)(slash - name));
		name = slash + 1;
	} else {
		row->address = mem_text("");
	}
	row->service = mem_text(fields[0]);
	row->mailbox = mem_text(name);
	row->connection = mem_text("");
	row->pid = (int32_t)pid;
	return true;
}

static bool row_2(char **fields, size_t count, struct anvil_session *row, long *times)
{
	long pid;

	if (count < 5 || !whole(fields[0], INT32_MAX, &pid))
		return false;
	row->mailbox = mem_text(fields[1]);
	row->service = mem_text(fields[2]);
	row->address = mem_text(fields[3]);
	row->connection = mem_text(fields[4]);
	row->pid = (int32_t)pid;
	*times = 1;
	return true;
}

static size_t size_of(const struct anvil_session *row)
{
	return strlen(row->mailbox) + strlen(row->service) + strlen(row->address) +
		strlen(row->connection);
}

static bool too_long(const struct anvil_session *row)
{
	return strlen(row->mailbox) > WIRE_TEXT_MAX ||
		size_of(row) - strlen(row->mailbox) > SAMPLE_SESSION_TEXT_MAX;
}

static void rows_add(struct anvil_sessions *out, const struct anvil_session *row, long times)
{
	for (long i = 0; i < times; i++) {
		struct anvil_session *copy = vec_add(out);

		copy->mailbox = mem_text(row->mailbox);
		copy->service = mem_text(row->service);
		copy->address = mem_text(row->address);
		copy->connection = mem_text(row->connection);
		copy->pid = row->pid;
		copy->nth = (uint32_t)i;
	}
}

static bool line_parse(struct anvil_sessions *out, enum anvil_version version, char *line,
	size_t *bytes, struct err *err)
{
	struct anvil_session row = { 0 };
	char *fields[FIELDS];
	size_t count = 0;
	long times = 0;
	bool ok;

	for (char *at = line; at && count < FIELDS; count++) {
		char *tab = strchr(at, '\t');

		if (tab)
			*tab++ = '\0';
		fields[count] = at;
		at = tab;
	}
	for (size_t i = 0; i < count; i++)
		unescape(fields[i]);
	ok = version == ANVIL_1 ? row_1(fields, count, &row, &times) :
				  row_2(fields, count, &row, &times);
	ok = ok && !too_long(&row);
	if (ok && out->count + (size_t)times > SAMPLE_ROWS_MAX)
		ok = err_set(err, ERR_DATA, "Dovecot's anvil knows more than 1,000,000 sessions");
	else if (!ok)
		bad(err);
	else if ((*bytes += size_of(&row) * (size_t)times) > BYTES_MAX)
		ok = err_set(err, ERR_DATA, "Dovecot's anvil sends more than %zu MB of names",
			BYTES_MAX >> 20);
	if (ok)
		rows_add(out, &row, times);
	session_release(&row);
	return ok;
}

static int compare(const void *left, const void *right)
{
	const struct anvil_session *a = left, *b = right;
	int order = strcmp(a->mailbox, b->mailbox);

	if (!order)
		order = strcmp(a->service, b->service);
	if (!order)
		order = strcmp(a->address, b->address);
	if (!order)
		order = strcmp(a->connection, b->connection);
	if (!order)
		order = (a->pid > b->pid) - (a->pid < b->pid);
	return order ? order : (a->nth > b->nth) - (a->nth < b->nth);
}

bool anvil_parse(struct anvil_sessions *out, enum anvil_version version, const char *bytes,
	size_t len, struct err *err)
{
	struct anvil_sessions rows = { 0 };
	const char *end = bytes + len;
	size_t size = 0;
	bool ok = true;

	while (ok && bytes < end) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
		char *line = mem_text_n(bytes, (size_t)((stop ? stop : end) - bytes));

		ok = line_parse(&rows, version, line, &size, err);
		free(line);
		bytes = stop ? stop + 1 : end;
	}
	if (!ok) {
		anvil_sessions_release(&rows);
		return false;
	}
	if (rows.count)
		qsort(rows.items, rows.count, sizeof(*rows.items), compare);
	*out = rows;
	return true;
}

static void tell_added(struct sample *sample, const struct anvil_session *session)
{
	*vec_add(&sample->add) = (struct sample_session){ session->id, mem_text(session->mailbox),
		mem_text(session->service), mem_text(session->address), session->pid };
}

/* Both lists are sorted: one walk gives every new session its number, old or new. */
static void merge(struct anvil *anvil, struct anvil_sessions *fresh, bool full,
	struct sample *sample)
{
	size_t old = 0;

	vec_each(fresh, session) {
		int order = 1;

		while (old < anvil->known.count &&
			(order = compare(&anvil->known.items[old], session)) < 0) {
			if (!full)
				*vec_add(&sample->gone) = anvil->known.items[old].id;
			old++;
		}
		if (old < anvil->known.count && order == 0)
			session->id = anvil->known.items[old++].id;
		else
			order = 1;
		if (order)
			session->id = ++anvil->ids;
		if (full || order)
			tell_added(sample, session);
	}
	for (; old < anvil->known.count && !full; old++)
		*vec_add(&sample->gone) = anvil->known.items[old].id;
}

struct pids {
	vec_of(int32_t);
};

static int compare_pids(const void *left, const void *right)
{
	const int32_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static struct pids pids_of(const struct anvil_sessions *sessions)
{
	struct pids pids = { 0 };
	size_t kept = 0;

	vec_each(sessions, session)
		*vec_add(&pids) = session->pid;
	if (pids.count)
		qsort(pids.items, pids.count, sizeof(*pids.items), compare_pids);
	for (size_t i = 0; i < pids.count; i++)
		if (!kept || pids.items[kept - 1] != pids.items[i])
			pids.items[kept++] = pids.items[i];
	pids.count = kept;
	return pids;
}

static void pids_tell(const struct anvil_sessions *before, const struct anvil_sessions *after,
	struct str *out)
{
	struct pids old = pids_of(before), new = pids_of(after);
	size_t i = 0, j = 0;

	while (i < old.count || j < new.count) {
		bool gone = j == new.count || (i < old.count && old.items[i] < new.items[j]);
		bool came = i == old.count || (j < new.count && new.items[j] < old.items[i]);

		if (gone || came)
			str_addf(out, "%s\t%c%d", out->len ? "" : "pids", gone ? '-' : '+',
				gone ? old.items[i] : new.items[j]);
		i += !came;
		j += !gone;
	}
	vec_release(&old);
	vec_release(&new);
}

bool anvil_take(struct anvil *anvil, enum anvil_version version, const char *bytes, size_t len,
	bool full, struct sample *sample, struct str *pids, struct err *err)
{
	struct anvil_sessions fresh = { 0 };
	bool same = anvil->dump.len == len && (!len || memcmp(anvil->dump.data, bytes, len) == 0);

	if (same && !full)
		return true;
	if (!anvil_parse(&fresh, version, bytes, len, err))
		return false;
	merge(anvil, &fresh, full, sample);
	pids_tell(&anvil->known, &fresh, pids);
	anvil_sessions_release(&anvil->known);
	anvil->known = fresh;
	str_clear(&anvil->dump);
	str_add(&anvil->dump, bytes, len);
	return true;
}
