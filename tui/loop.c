/* SPDX-License-Identifier: MIT */
#include "tui/loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/message.h"
#include "core/base/clock.h"
#include "tui/frame.h"
#include "tui/term.h"

enum {
	TICK_MS = 200,  /* and the least time between two drawings of mere data */
	INBOX_MS = 50,  /* between two looks into the inbox: many hosts' samples come in one go */
	BUDGET_MS = 4,  /* for messages before keys are looked at again */
	KEYS_MAX = 256, /* before a drawing */
};

struct loop {
	const struct loop_options *options;
	struct frame frame;
	struct message *waiting; /* taken from the inbox, not yet looked at */
	int signals;
	int64_t ticked_ms, drawn_ms, taken_ms;
	bool done;
	int code;
};

static const int deadly[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

#define DEADLY (sizeof(deadly) / sizeof(deadly[0]))

static struct sigaction before_us[DEADLY];

static const int read_here[] = { SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT };

#define READ_HERE (sizeof(read_here) / sizeof(read_here[0]))

static sigset_t read_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < READ_HERE; i++)
		sigaddset(&set, read_here[i]);
	return set;
}

/* The terminal first; then whoever would have seen the signal without us. */
static void crash(int number)
{
	term_restore();
	for (size_t i = 0; i < DEADLY; i++)
		sigaction(deadly[i], &before_us[i], NULL);
	raise(number); /* comes when this handler returns */
}

static void watch_crashes(void)
{
	static char stack[64 << 10]; /* a stack that overflowed cannot be used */
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = crash, .sa_flags = SA_ONSTACK };

	sigaltstack(&alternate, NULL);
	for (size_t i = 0; i < DEADLY; i++)
		sigaction(deadly[i], &action, &before_us[i]);
	mem_on_failure(term_restore);
}

static void unwatch_crashes(void)
{
	mem_on_failure(NULL);
	for (size_t i = 0; i < DEADLY; i++)
		sigaction(deadly[i], &before_us[i], NULL);
}

static void end(struct loop *loop, int code)
{
	loop->done = true;
	loop->code = code;
}

/* Stops as the terminal's own Ctrl-Z would: with the whole group, and not at all where nobody
 * could continue it (the kernel sees to that). */
static void stop(void)
{
	sigset_t set;

	term_suspend();
	kill(0, SIGTSTP);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	term_resume();
}

static void update(struct loop *loop, struct message *message);

static void send_size(struct loop *loop)
{
	struct message message = { .kind = MESSAGE_RESIZE };

	term_size(&message.size.rows, &message.size.columns);
	frame_resize(&loop->frame, message.size.rows, message.size.columns);
	update(loop, &message);
}

static void carry_out(struct loop *loop, struct command *command)
{
	switch (command->kind) {
	case COMMAND_QUIT:
		end(loop, command->code);
		break;
	case COMMAND_SUSPEND:
		stop();
		term_resized();
		send_size(loop);
		break;
	case COMMAND_REDRAW:
		term_redraw();
		break;
	default:
		loop->options->carry(loop->options->context, command);
		break;
	}
}

/* Gives the app one message and carries out what it wants done. */
static void update(struct loop *loop, struct message *message)
{
	struct commands wanted = { 0 };

	message->at_ms = clock_ms();
	message->wall_s = clock_wall_s();
	app_update(loop->options->app, message, &wanted);
	vec_each(&wanted, command)
		carry_out(loop, command);
	commands_release(&wanted);
}

static void read_signal(struct loop *loop)
{
	struct signalfd_siginfo info;

	while (read(loop->signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGWINCH:
			if (term_resized())
				send_size(loop);
			break;
		case SIGCONT:
			term_resume();
			term_resized();
			send_size(loop);
			break;
		case SIGTSTP:
			stop();
			term_resized();
			send_size(loop);
			break;
		default:
			end(loop, 128 + (int)info.ssi_signo);
			return;
		}
	}
}

static void read_keys(struct loop *loop)
{
	uint32_t key;

	for (int i = 0; i < KEYS_MAX && !loop->done && term_key(&key); i++) {
		struct message message = { .kind = MESSAGE_KEY, .key = key };

		update(loop, &message);
	}
}

/* Takes in messages for at most BUDGET_MS; the rest waits behind the next keys. */
static void read_inbox(struct loop *loop)
{
	int64_t until_ms = clock_ms() + BUDGET_MS;

	if (!loop->waiting) {
		loop->waiting = inbox_take(loop->options->inbox);
		loop->taken_ms = clock_ms();
	}
	while (loop->waiting && !loop->done) {
		struct message *message = loop->waiting;

		loop->waiting = message->next;
		update(loop, message);
		message_free(message);
		if (clock_ms() >= until_ms)
			return;
	}
}

static void tick(struct loop *loop)
{
	struct message message = { .kind = MESSAGE_TICK };
	int64_t now_ms = clock_ms();

	if (now_ms - loop->ticked_ms < TICK_MS)
		return;
	loop->ticked_ms = now_ms;
	update(loop, &message);
}

static void draw(struct loop *loop)
{
	struct app *app = loop->options->app;
	enum app_dirty dirty = app_dirty(app);
	int64_t now_ms = clock_ms();

	if (dirty == APP_CLEAN || (dirty == APP_DATA && now_ms - loop->drawn_ms < TICK_MS))
		return;
	frame_clear(&loop->frame);
	app_view(app, &loop->frame);
	term_draw(&loop->frame);
	app_drawn(app);
	loop->drawn_ms = now_ms;
}

static int patience_ms(const struct loop *loop, int64_t now_ms, bool inbox)
{
	int64_t due_ms = loop->ticked_ms + TICK_MS;

	if (loop->waiting || app_busy(loop->options->app))
		return 0;
	if (app_dirty(loop->options->app) == APP_DATA && loop->drawn_ms + TICK_MS < due_ms)
		due_ms = loop->drawn_ms + TICK_MS;
	if (!inbox && loop->taken_ms + INBOX_MS < due_ms)
		due_ms = loop->taken_ms + INBOX_MS;
	return due_ms > now_ms ? (int)(due_ms - now_ms) : 0;
}

static void turn(struct loop *loop)
{
	int64_t now_ms = clock_ms();
	bool inbox = now_ms - loop->taken_ms >= INBOX_MS;
	struct pollfd ready[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = loop->signals, .events = POLLIN },
		{ .fd = inbox ? inbox_fd(loop->options->inbox) : -1, .events = POLLIN },
	};
	int count = poll(ready, 3, patience_ms(loop, now_ms, inbox));

	if (count < 0 && errno != EINTR) {
		end(loop, EXIT_FAILURE);
		return;
	}
	if (count > 0 && ready[1].revents)
		read_signal(loop);
	if (count > 0 && ready[0].revents & POLLIN && !loop->done)
		read_keys(loop);
	/* A terminal that is gone sends no more keys: nobody is there. */
	if (count > 0 && ready[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		end(loop, 128 + SIGHUP);
	if ((loop->waiting || (count > 0 && ready[2].revents)) && !loop->done)
		read_inbox(loop);
	if (!loop->done)
		tick(loop);
	if (!loop->done && count == 0 && !loop->waiting && app_busy(loop->options->app)) {
		struct message slice = { .kind = MESSAGE_SLICE };

		update(loop, &slice);
	}
	if (!loop->done)
		draw(loop);
}

bool loop_open(const struct theme *theme, struct err *err)
{
	struct sigaction before[READ_HERE];
	sigset_t set = read_signals();
	bool ok;

	sigprocmask(SIG_BLOCK, &set, NULL);
	for (size_t i = 0; i < READ_HERE; i++)
		sigaction(read_here[i], NULL, &before[i]);
	ok = term_start(theme, err);
	/* The terminal library puts handlers of its own there, which would stop in their own way. */
	for (size_t i = 0; i < READ_HERE; i++)
		sigaction(read_here[i], &before[i], NULL);
	if (ok)
		watch_crashes();
	return ok;
}

void loop_close(void)
{
	term_stop();
	unwatch_crashes();
}

int loop_run(const struct loop_options *options)
{
	struct loop loop = { .options = options };
	sigset_t set = read_signals();

	loop.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	frame_init(&loop.frame, 1, 1, options->ascii);
	send_size(&loop);
	while (!loop.done)
		turn(&loop);
	/* What was taken and not yet looked at goes back. */
	for (struct message *next; loop.waiting; loop.waiting = next) {
		next = loop.waiting->next;
		inbox_put(options->inbox, loop.waiting);
	}
	frame_release(&loop.frame);
	close(loop.signals);
	return loop.code;
}
