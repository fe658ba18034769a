/* SPDX-License-Identifier: MIT */
/* The lines of a sample. Each reader adds to the sample only what it has wholly understood. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/sample.h"
#include "core/wire.h"

enum { BIG = INT32_MAX };
/* Some of them can be added up. */
static const int64_t huge = INT64_MAX / 2, files = (int64_t)1 << 40;

/* An element of a row; errors name the row's key. */
static bool row_text(char **out, const struct json *row, size_t index, const char *key,
	struct err *err)
{
	if (!wire_text(out, json_at(row, index), key, err))
		return false;
	return *out || wire_bad(key, "a text where null stands", err);
}

static bool row_whole(int64_t *out, const struct json *row, size_t index, int64_t most,
	int64_t fallback, const char *key, struct err *err)
{
	return wire_whole(out, json_at(row, index), 0, most, fallback, key, err);
}

static bool list(const struct json *value, size_t already, const char *key, struct err *err)
{
	if (json_kind(value) != JSON_LIST)
		return wire_bad(key, "a list", err);
	if (already + json_count(value) > SAMPLE_ROWS_MAX)
		return wire_bad(key, "at most 1,000,000 rows", err);
	return true;
}

/* A row of which no host has many. */
static bool few(size_t already, const char *key, struct err *err)
{
	return already < SAMPLE_FEW_MAX || wire_bad(key, "at most 1,000 rows", err);
}

static bool feed_sample(struct sample *sample, const struct json *value, struct err *err)
{
	const struct json *load = json_get(value, "load"), *cpu = json_get(value, "cpu");
	int64_t seq, ticks[3];
	double uptime, loads[3];

	if (!wire_whole(&seq, json_get(value, "seq"), 0, huge, -1, "seq", err) ||
		!wire_real(&uptime, json_get(value, "uptime"), 0, "uptime", err))
		return false;
	if (seq < 0)
		return wire_bad("sample", "its sequence", err);
	for (size_t i = 0; i < 3; i++)
		if (!wire_real(&loads[i], json_at(load, i), 0, "load", err) ||
			!row_whole(&ticks[i], cpu, i, huge, 0, "cpu", err))
			return false;
	sample->seq = (uint64_t)seq;
	sample->full = json_truth(json_get(value, "full"), false);
	sample->uptime_s = uptime;
	memcpy(sample->load, loads, sizeof(loads));
	sample->cpu_busy = (uint64_t)ticks[0];
	sample->cpu_iowait = (uint64_t)ticks[1];
	sample->cpu_total = (uint64_t)ticks[2];
	return true;
}

static bool feed_memory(struct sample *sample, const struct json *value, struct err *err)
{
	int64_t total, available, swap_total, swap_free;

	if (!wire_whole(&total, json_get(value, "total"), 0, huge, -1, "memory", err) ||
		!wire_whole(&available, json_get(value, "available"), 0, huge, -1, "memory", err) ||
		!wire_whole(&swap_total, json_get(value, "swap_total"), 0, huge, -1, "memory", err) ||
		!wire_whole(&swap_free, json_get(value, "swap_free"), 0, huge, -1, "memory", err))
		return false;
	sample->memory.total_kb = total;
	sample->memory.available_kb = available;
	sample->memory.swap_total_kb = swap_total;
	sample->memory.swap_free_kb = swap_free;
	sample->has_memory = true;
	return true;
}

static bool feed_pressure(struct sample *sample, const struct json *value, struct err *err)
{
	double cpu, io, memory;

	if (!wire_real(&cpu, json_get(value, "cpu"), NAN, "pressure", err) ||
		!wire_real(&io, json_get(value, "io"), NAN, "pressure", err) ||
		!wire_real(&memory, json_get(value, "memory"), NAN, "pressure", err))
		return false;
	sample->pressure.cpu = cpu;
	sample->pressure.io = io;
	sample->pressure.memory = memory;
	sample->has_pressure = true;
	return true;
}

static bool feed_session(struct sample *sample, const struct json *row, struct err *err)
{
	struct sample_session session = { 0 };
	int64_t id, pid;

	if (!row_whole(&id, row, 0, huge, -1, "add", err) || !row_whole(&pid, row, 4, BIG, -1, "add", err))
		return false;
	if (id < 0 || pid < 0)
		return wire_bad("add", "[id, mailbox, service, address, process]", err);
	session.id = (uint64_t)id;
	session.pid = (int32_t)pid;
	if (!row_text(&session.mailbox, row, 1, "add", err) ||
		!row_text(&session.service, row, 2, "add", err) ||
		!row_text(&session.address, row, 3, "add", err)) {
		free(session.mailbox);
		free(session.service);
		return false;
	}
	if (strlen(session.service) + strlen(session.address) > SAMPLE_SESSION_TEXT_MAX) {
		free(session.mailbox);
		free(session.service);
		free(session.address);
		return wire_bad("add", "a service and an address of at most 200 bytes", err);
	}
	*vec_add(&sample->add) = session;
	return true;
}

static bool feed_gone(struct sample *sample, const struct json *id, struct err *err)
{
	int64_t number;

	if (!wire_whole(&number, id, 0, huge, -1, "gone", err))
		return false;
	if (number < 0)
		return wire_bad("gone", "numbers of sessions", err);
	*vec_add(&sample->gone) = (uint64_t)number;
	return true;
}

static bool feed_use(struct sample *sample, const struct json *row, struct err *err)
{
	int64_t pid, cpu, read_bytes, write_bytes;
	double seconds;
	if (!row_whole(&pid, row, 0, BIG, -1, "use", err) || !row_whole(&cpu, row, 1, huge, -1, "use", err) ||
		!row_whole(&read_bytes, row, 2, huge, -1, "use", err) ||
		!row_whole(&write_bytes, row, 3, huge, -1, "use", err) ||
		!wire_real(&seconds, json_at(row, 4), 0, "use", err))
		return false;
	if (pid < 0 || cpu < 0)
		return wire_bad("use", "[process, cpu, read, write, seconds]", err);
	*vec_add(&sample->use) =
		(struct sample_use){ (int32_t)pid, (uint64_t)cpu, read_bytes, write_bytes, seconds };
	return true;
}

static bool feed_delivered(struct sample *sample, const struct json *row, struct err *err)
{
	struct sample_delivered delivered = { 0 };
	int64_t count;

	if (!row_whole(&count, row, 1, BIG, 0, "delivered", err) ||
		!row_text(&delivered.mailbox, row, 0, "delivered", err))
		return false;
	delivered.count = (uint32_t)count;
	*vec_add(&sample->delivered) = delivered;
	return true;
}

static bool feed_service(struct sample *sample, const struct json *row, struct err *err)
{
	struct sample_service service = { 0 };

	if (!few(sample->services.count, "services", err) ||
		!row_whole(&service.count, row, 1, BIG, 0, "services", err) ||
		!row_whole(&service.limit, row, 2, BIG, 0, "services", err) ||
		!row_text(&service.name, row, 0, "services", err))
		return false;
	*vec_add(&sample->services) = service;
	return true;
}

static bool feed_disk(struct sample *sample, const struct json *row, struct err *err)
{
	struct sample_disk disk = { 0 };
	const char *mode = json_text(json_at(row, 7), NULL);

	if (!few(sample->disks.count, "disks", err) ||
		!row_whole(&disk.size_kb, row, 3, huge, -1, "disks", err) ||
		!row_whole(&disk.free_kb, row, 4, huge, -1, "disks", err) ||
		!row_whole(&disk.inodes, row, 5, huge, -1, "disks", err) ||
		!row_whole(&disk.free_inodes, row, 6, huge, -1, "disks", err))
		return false;
	disk.read_only = mode && strcmp(mode, "ro") == 0;
	if (!row_text(&disk.mount, row, 0, "disks", err) || !row_text(&disk.type, row, 1, "disks", err) ||
		!row_text(&disk.source, row, 2, "disks", err)) {
		free(disk.mount);
		free(disk.type);
		return false;
	}
	*vec_add(&sample->disks) = disk;
	return true;
}

static bool feed_problem(struct sample *sample, const struct json *row, struct err *err)
{
	struct sample_problem problem = { 0 };

	if (!few(sample->problems.count, "problems", err) ||
		!row_text(&problem.what, row, 0, "problems", err) ||
		!row_text(&problem.text, row, 1, "problems", err) ||
		!row_text(&problem.mend, row, 2, "problems", err)) {
		free(problem.what);
		free(problem.text);
		return false;
	}
	*vec_add(&sample->problems) = problem;
	return true;
}

static bool feed_error(struct sample *sample, const struct json *value, struct err *err)
{
	char *line;

	if (!few(sample->errors.count, "errors", err) ||
		!wire_text(&line, value, "errors", err))
		return false;
	if (line)
		*vec_add(&sample->errors) = line;
	return true;
}

static bool feed_rates(struct sample *sample, const struct json *value, struct err *err)
{
	struct sample_rates rates;

	if (!wire_real(&rates.seconds, json_get(value, "seconds"), 0, "rates", err) ||
		!wire_whole(&rates.logins, json_get(value, "logins"), 0, huge, -1, "rates", err) ||
		!wire_whole(&rates.failures, json_get(value, "failures"), 0, huge, -1, "rates", err) ||
		!wire_whole(&rates.deliveries, json_get(value, "deliveries"), 0, huge, -1, "rates", err))
		return false;
	sample->rates = rates;
	sample->has_rates = true;
	return true;
}

static bool feed_queue(struct sample *sample, const struct json *value, struct err *err)
{
	static const char *const names[] = { "total", "incoming", "active", "deferred", "hold",
		"maildrop", "oldest" };
	int64_t figures[7];

	for (size_t i = 0; i < 7; i++)
		if (!wire_whole(&figures[i], json_get(value, names[i]), 0, files, -1, "queue", err))
			return false;
	sample->queue = (struct sample_queue){ figures[0], figures[1], figures[2], figures[3],
		figures[4], figures[5], figures[6] };
	sample->has_queue = true;
	return true;
}

static bool feed_facts(struct sample *sample, const struct json *value, struct err *err)
{
	struct sample_facts facts = { 0 };

	if (!wire_whole(&facts.cores, json_get(value, "cores"), 0, 65536, 0, "facts", err) ||
		!wire_whole(&facts.hz, json_get(value, "hz"), 0, 1000000, 0, "facts", err) ||
		!wire_whole(&facts.clock_s, json_get(value, "clock"), 0, huge, 0, "facts", err) ||
		!wire_text(&facts.hostname, json_get(value, "hostname"), "facts", err) ||
		!wire_text(&facts.dovecot, json_get(value, "dovecot"), "facts", err) ||
		!wire_text(&facts.postfix, json_get(value, "postfix"), "facts", err) ||
		!wire_text(&facts.log, json_get(value, "log"), "facts", err) ||
		!wire_text(&facts.base_dir, json_get(value, "base_dir"), "facts", err) ||
		sample->has_facts) {
		free(facts.hostname);
		free(facts.dovecot);
		free(facts.postfix);
		free(facts.log);
		free(facts.base_dir);
		return sample->has_facts ? wire_bad("facts", "them once a sample", err) : false;
	}
	sample->facts = facts;
	sample->has_facts = true;
	return true;
}

static bool feed_end(struct sample *sample, const struct json *value, struct err *err)
{
	if (json_whole(value, -1) != (int64_t)sample->seq)
		return wire_bad("end", "the number of the sample", err);
	sample->whole = true;
	return true;
}

/* What a key means: a value of its own, or rows of one kind. */
static const struct reader {
	const char *key;
	bool (*value)(struct sample *, const struct json *, struct err *);
	bool (*row)(struct sample *, const struct json *, struct err *);
} readers[] = {
	{ "sample", feed_sample, NULL },
	{ "memory", feed_memory, NULL },
	{ "pressure", feed_pressure, NULL },
	{ "add", NULL, feed_session },
	{ "gone", NULL, feed_gone },
	{ "use", NULL, feed_use },
	{ "rates", feed_rates, NULL },
	{ "delivered", NULL, feed_delivered },
	{ "queue", feed_queue, NULL },
	{ "services", NULL, feed_service },
	{ "disks", NULL, feed_disk },
	{ "errors", NULL, feed_error },
	{ "facts", feed_facts, NULL },
	{ "problems", NULL, feed_problem },
	{ "end", feed_end, NULL },
};

static size_t rows_held(const struct sample *sample)
{
	return sample->add.count + sample->gone.count + sample->use.count + sample->delivered.count +
		sample->services.count + sample->disks.count + sample->problems.count +
		sample->errors.count;
}

static bool feed_rows(struct sample *sample, const struct reader *reader, const struct json *rows,
	struct err *err)
{
	if (!list(rows, rows_held(sample), reader->key, err))
		return false;
	for (size_t i = 0; i < json_count(rows); i++)
		if (!reader->row(sample, json_at(rows, i), err))
			return false;
	sample->has_services |= reader->row == feed_service;
	sample->has_disks |= reader->row == feed_disk;
	sample->has_problems |= reader->row == feed_problem;
	return true;
}

bool sample_feed(struct sample *sample, const char *line, size_t len, struct err *err)
{
	struct json *document;
	const struct json *value;
	const char *key;
	bool ok = true;

	if (!wire_line(line, len, &document, &key, &value, err))
		return false;
	if (strcmp(key, "error") == 0)
		ok = err_set(err, ERR_DATA, "the agent did not understand a request");
	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers); i++)
		if (strcmp(readers[i].key, key) == 0)
			ok = readers[i].value ? readers[i].value(sample, value, err) :
						feed_rows(sample, &readers[i], value, err);
	json_free(document);
	return ok;
}
