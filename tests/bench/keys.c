/* SPDX-License-Identifier: MIT */
/*
 * How long a key takes to a frame that shows the new state, with 1,000,000 mailboxes in the
 * table of which 1 % change every second; and how long sorting and filtering take until they
 * are complete.
 *
 *	bench_keys [MAILBOXES [KEYS]]
 *
 * The real app, frame and terminal (a pseudo-terminal, whose bytes a thread reads) are
 * driven as tui/loop.c drives them: keys first, then messages for at most 4 ms, then a slice
 * of work. Keys come at their own times, ready or not; a key waits for what is being done
 * when it comes, and that counts. The bar is for the clock on the wall of a machine that does
 * nothing else; the processor time beside it tells how much of it was our own.
 */
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tui/app.h"
#include "tui/frame.h"
#include "tui/keys.h"
#include "tui/term.h"
#include "tui/theme.h"

enum { HOSTS = 1000, SESSIONS = 100, CHANGES = 20, INTERVAL_MS = 2000 };
enum { ROWS = 50, COLUMNS = 160, KEY_EVERY_MS = 40, BUDGET_MS = 4, TICK_MS = 200 };
static const double key_bar_ms = 16, work_bar_ms = 500;

struct figures {
	vec_of(double);
};

struct bench {
	struct config config;
	struct app *app;
	struct frame frame;
	FILE *out; /* the standard output that was */
	double began_ms, ticked_ms, drawn_ms;
	uint64_t samples, seq;
	struct figures keys, slices, works;
	struct figures own_keys, own_slices, own_works; /* processor time */
};

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* What this thread alone used of a processor. */
static double own_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void update(struct bench *bench, struct message *message)
{
	struct commands wanted = { 0 };

	message->at_ms = (int64_t)now_ms();
	message->wall_s = 1763900000 + message->at_ms / 1000;
	app_update(bench->app, message, &wanted);
	commands_release(&wanted);
}

static void update_free(struct bench *bench, struct message *message)
{
	update(bench, message);
	message_free(message);
}

static void draw(struct bench *bench)
{
	enum app_dirty dirty = app_dirty(bench->app);

	if (dirty == APP_CLEAN || (dirty == APP_DATA && now_ms() - bench->drawn_ms < TICK_MS))
		return;
	frame_clear(&bench->frame);
	app_view(bench->app, &bench->frame);
	term_draw(&bench->frame);
	app_drawn(bench->app);
	bench->drawn_ms = now_ms();
}

/* Every host sends a sample each interval; in each, other processes moved than before. */
static void one_sample(struct bench *bench)
{
	uint32_t host = (uint32_t)(bench->samples % HOSTS);
	uint64_t round = bench->samples++ / HOSTS;
	struct message *message = message_new(MESSAGE_SAMPLE, host);
	struct sample *sample = message->sample = sample_new();

	sample->seq = ++bench->seq;
	sample->asked_ms = (int64_t)now_ms();
	sample->uptime_s = 1000 + (double)round * INTERVAL_MS / 1000;
	for (int32_t i = 0; i < CHANGES; i++)
		*vec_add(&sample->use) = (struct sample_use){
			1 + (int32_t)((round * CHANGES + (uint64_t)i) % SESSIONS), 100 + round * (7 + (uint64_t)i % 5),
			(int64_t)(4096 * round * (uint64_t)(i + 1)), 0, INTERVAL_MS / 1000.0 };
	update_free(bench, message);
}

/* What is due by now, for at most BUDGET_MS. */
static bool take_samples(struct bench *bench)
{
	double now = now_ms(), until = now + BUDGET_MS;
	uint64_t due = (uint64_t)((now - bench->began_ms) * HOSTS / INTERVAL_MS);

	while (bench->samples < due && now_ms() < until)
		one_sample(bench);
	return bench->samples < due;
}

/* One turn of the loop. */
static void turn(struct bench *bench)
{
	double begin, own;
	bool waiting = take_samples(bench);

	if (now_ms() - bench->ticked_ms >= TICK_MS) {
		bench->ticked_ms = now_ms();
		update(bench, &(struct message){ .kind = MESSAGE_TICK });
	}
	if (!waiting && app_busy(bench->app)) {
		begin = now_ms();
		own = own_ms();
		update(bench, &(struct message){ .kind = MESSAGE_SLICE });
		*vec_add(&bench->slices) = now_ms() - begin;
		*vec_add(&bench->own_slices) = own_ms() - own;
	}
	draw(bench);
	if (!waiting && !app_busy(bench->app)) {
		const struct timespec little = { 0, 500000 };

		nanosleep(&little, NULL);
	}
}

/* A key that came at DUE: from there to the end of its frame. */
static double press(struct bench *bench, uint32_t key, double due)
{
	double own = own_ms();

	update(bench, &(struct message){ .kind = MESSAGE_KEY, .key = key });
	draw(bench);
	*vec_add(&bench->own_keys) = own_ms() - own;
	return now_ms() - due;
}

static int by_size(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static double percentile(struct figures *figures, double share)
{
	size_t index = (size_t)((double)figures->count * share);

	if (!figures->count)
		return 0;
	qsort(figures->items, figures->count, sizeof(*figures->items), by_size);
	return figures->items[index < figures->count ? index : figures->count - 1];
}

/* Moving, paging, sorting and filtering, as fast as somebody who holds keys down. */
static void type_keys(struct bench *bench, size_t count)
{
	static const char script[] =
		"jjjkk<PgDn><PgDn><PgDn><PgDn>jjGkkk<PgUp><PgUp>gsjjj<PgDn>sSjkjk/user7<Enter>jj<PgDn>G"
		"/<Backspace><Backspace>00<Enter>jj<PgDn>sS/@d7.example.org<Esc>jj<PgDn>"
		"/<Ctrl-U>^user.*9@<Enter>GgjS<Esc><Esc>2<PgDn><PgDn><PgDn>jjj";
	const char *next = script;
	double due = now_ms() + KEY_EVERY_MS;

	while (bench->keys.count < count) {
		uint32_t key;

		if (now_ms() < due) {
			turn(bench);
			continue;
		}
		if (!*next)
			next = script;
		if (!key_read(&next, &key)) {
			fprintf(bench->out, "the script of keys is wrong at \"%.10s\"\n", next);
			exit(EXIT_FAILURE);
		}
		*vec_add(&bench->keys) = press(bench, key, due);
		due += KEY_EVERY_MS;
	}
}

/* From a key to the end of all that it set going, while the data goes on changing. */
static void complete(struct bench *bench, const char *what, const char *keys)
{
	double begin, own, took;
	uint32_t key = 0;

	for (double end = now_ms() + 300; now_ms() < end || app_busy(bench->app);)
		turn(bench);
	begin = now_ms();
	own = own_ms();
	while (*keys && key_read(&keys, &key))
		press(bench, key, begin);
	while (app_busy(bench->app))
		turn(bench);
	took = now_ms() - begin;
	own = own_ms() - own;
	*vec_add(&bench->works) = took;
	*vec_add(&bench->own_works) = own;
	fprintf(bench->out, "%-32s complete in %6.1f ms (processor %.1f ms)\n", what, took, own);
}

static void works(struct bench *bench)
{
	for (int i = 0; i < 9; i++) {
		char what[40];

		snprintf(what, sizeof(what), "sort by the next column, %d", i + 1);
		complete(bench, what, "s");
	}
	complete(bench, "sort the other way", "S");
	complete(bench, "filter user7", "/user7");
	complete(bench, "filter user70", "0");
	complete(bench, "no filter", "<Ctrl-U>");
	complete(bench, "filter ^user.*9@", "^user.*9@");
	complete(bench, "filter !example", "<Ctrl-U>!example");
	complete(bench, "filter @d7.example.org", "<Ctrl-U>@d7.example.org<Enter>");
	complete(bench, "sort what is left", "s");
}

static void fill_config(struct config *config)
{
	char name[16];

	config->interval_ms = INTERVAL_MS;
	for (uint32_t i = 0; i < HOSTS; i++) {
		struct config_host *host = vec_add(&config->hosts);

		snprintf(name, sizeof(name), "mail%04u", i);
		host->name = mem_text(name);
		host->address = mem_text(name);
	}
}

static void say_link_up(struct bench *bench, uint32_t host)
{
	struct message *message = message_new(MESSAGE_LINK, host);

	message->link.state = LINK_UP;
	update_free(bench, message);
}

/* Names as a host lists them, in no order; then its sessions. */
static void fill_host(struct bench *bench, uint32_t host, uint32_t mailboxes)
{
	struct message *names = message_new(MESSAGE_NAMES, host), *full = message_new(MESSAGE_SAMPLE, host);
	uint32_t own = mailboxes / HOSTS;
	char name[64];

	full->sample = sample_new();
	full->sample->full = true;
	full->sample->uptime_s = 999;
	for (uint32_t i = 0; i < own; i++) {
		uint64_t number = ((uint64_t)(host * own + i) * 2654435761u) % mailboxes;

		snprintf(name, sizeof(name), "user%07u@d%u.example.org", (unsigned)number,
			(unsigned)(number % 20));
		*vec_add(&names->names) = mem_text(name);
		if (i >= SESSIONS)
			continue;
		*vec_add(&full->sample->add) = (struct sample_session){ i, mem_text(name),
			mem_text(i % 5 ? "imap" : "pop3"), mem_text("198.51.100.7"), 1 + (int32_t)i };
		*vec_add(&full->sample->use) = (struct sample_use){ 1 + (int32_t)i, 100, 0, 0, 0 };
	}
	say_link_up(bench, host);
	update_free(bench, names);
	update_free(bench, full);
}

static void fill(struct bench *bench, uint32_t mailboxes)
{
	double begin = now_ms();

	update(bench, &(struct message){ .kind = MESSAGE_RESIZE, .size = { ROWS, COLUMNS } });
	for (uint32_t host = 0; host < HOSTS; host++)
		fill_host(bench, host, mailboxes);
	press(bench, '2', now_ms());
	fprintf(bench->out, "%zu mailboxes of %d hosts taken in: %.0f ms\n",
		mailboxes_live(app_fleet(bench->app)->mailboxes), HOSTS, now_ms() - begin);
	begin = now_ms();
	bench->began_ms = begin;
	bench->samples = HOSTS; /* the full ones are of the first interval */
	bench->began_ms -= INTERVAL_MS;
	while (app_busy(bench->app))
		turn(bench);
	fprintf(bench->out, "first order of all: %.0f ms\n", now_ms() - begin);
}

static void *drain(void *context)
{
	const int *file = context;
	char bytes[65536];

	while (read(*file, bytes, sizeof(bytes)) > 0)
		continue;
	return NULL;
}

/* A terminal of our own on standard input and output; the bytes go nowhere. */
static void open_terminal(struct bench *bench)
{
	static int master;
	const struct winsize size = { ROWS, COLUMNS, 0, 0 };
	const struct theme *theme = theme_named("dark");
	struct err err = { 0 };
	pthread_t reader;
	int slave;

	bench->out = fdopen(dup(STDOUT_FILENO), "w");
	setvbuf(bench->out, NULL, _IOLBF, 0);
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 ||
		(slave = open(ptsname(master), O_RDWR | O_NOCTTY)) < 0 ||
		ioctl(slave, TIOCSWINSZ, &size) != 0 || dup2(slave, STDIN_FILENO) < 0 ||
		dup2(slave, STDOUT_FILENO) < 0 || pthread_create(&reader, NULL, drain, &master) != 0) {
		perror("a pseudo-terminal cannot be had");
		exit(EXIT_FAILURE);
	}
	pthread_detach(reader);
	setenv("TERM", "xterm-256color", 1);
	if (!term_start(theme, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(EXIT_FAILURE);
	}
}

static bool report(struct bench *bench)
{
	struct rusage usage;
	double slow = percentile(&bench->keys, 0.99), longest = percentile(&bench->works, 1);
	bool good = slow <= key_bar_ms && longest <= work_bar_ms;

	getrusage(RUSAGE_SELF, &usage);
	fprintf(bench->out, "slices: %zu, median %.2f ms, 99 %% within %.2f ms, longest %.2f ms\n",
		bench->slices.count, percentile(&bench->slices, 0.5), percentile(&bench->slices, 0.99),
		percentile(&bench->slices, 1));
	fprintf(bench->out,
		"processor time: a slice 99 %% within %.2f ms, longest %.2f ms, a key and its frame 99 %% "
		"within %.2f ms, longest sort or filter %.0f ms\n",
		percentile(&bench->own_slices, 0.99), percentile(&bench->own_slices, 1),
		percentile(&bench->own_keys, 0.99), percentile(&bench->own_works, 1));
	fprintf(bench->out, "changes taken in: %.1f samples/s of %d\n",
		(double)(bench->samples - HOSTS) * 1000 / (now_ms() - bench->began_ms - INTERVAL_MS),
		HOSTS * 1000 / INTERVAL_MS);
	fprintf(bench->out, "memory: %ld MB\n", usage.ru_maxrss / 1024);
	fprintf(bench->out, "keys: %zu, median %.2f ms, longest %.2f ms\n", bench->keys.count,
		percentile(&bench->keys, 0.5), percentile(&bench->keys, 1));
	fprintf(bench->out,
		"key to frame, 99th percentile: %.2f ms (bar %.0f); sort or filter complete, longest: "
		"%.0f ms (bar %.0f): %s\n",
		slow, key_bar_ms, longest, work_bar_ms, good ? "reached" : "not reached");
	return good;
}

int main(int argc, char **argv)
{
	struct bench bench = { 0 };
	uint32_t mailboxes = argc > 1 ? (uint32_t)atoi(argv[1]) : 1000000;
	size_t keys = argc > 2 ? (size_t)atoi(argv[2]) : 1500;
	bool good;

	if (mailboxes < HOSTS * SESSIONS || keys < 1) {
		fprintf(stderr, "usage: bench_keys [MAILBOXES (at least %d) [KEYS]]\n", HOSTS * SESSIONS);
		return 64;
	}
	setlocale(LC_ALL, "C.UTF-8");
	fill_config(&bench.config);
	open_terminal(&bench);
	bench.app = app_new(&(struct app_options){ .config = &bench.config, .who = "ana@desk",
		.places = "", .wall_s = 1763900000 });
	frame_init(&bench.frame, ROWS, COLUMNS, false);
	fill(&bench, mailboxes);
	type_keys(&bench, keys);
	works(&bench);
	term_stop();
	good = report(&bench);
	app_free(bench.app);
	frame_release(&bench.frame);
	config_release(&bench.config);
	vec_release(&bench.keys);
	vec_release(&bench.slices);
	vec_release(&bench.works);
	vec_release(&bench.own_keys);
	vec_release(&bench.own_slices);
	vec_release(&bench.own_works);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
