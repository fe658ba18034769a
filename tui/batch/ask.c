/* SPDX-License-Identifier: MIT */
#include "tui/batch/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include "tui/batch/table.h"

#define ANSWER_MAX ((size_t)4096)

static volatile sig_atomic_t caught;

static void remember(int number)
{
	caught = number;
}

static const int watched[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

#define WATCHED (sizeof(watched) / sizeof(watched[0]))

bool ask_possible(void)
{
	int tty;

	if (!isatty(STDIN_FILENO))
		return false;
	tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (tty < 0)
		return false;
	close(tty);
	return true;
}

static void write_all(int tty, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t written = write(tty, bytes, len);

		if (written < 0 && errno != EINTR)
			return;
		if (written > 0) {
			bytes += written;
			len -= (size_t)written;
		}
	}
}

static bool read_answer(int tty, struct str *answer)
{
	char c = 0;

	answer->bound = ANSWER_MAX;
	while (!caught) {
		ssize_t got = read(tty, &c, 1);

		if (got == 1 && c == '\n')
			return true;
		if (got == 1)
			str_addc(answer, c);
		else if (got == 0 || errno != EINTR)
			return answer->len > 0;
	}
	return false;
}

/* Asks once. `caught` tells of a signal that came meanwhile. */
static bool ask_once(int tty, const char *text, bool secret, struct str *answer)
{
	struct sigaction old[WATCHED], watch = { .sa_handler = remember };
	struct termios before, quiet;
	struct str shown = { 0 };
	bool changed = false, ok;

	caught = 0;
	for (size_t i = 0; i < WATCHED; i++)
		sigaction(watched[i], &watch, &old[i]);
	if (secret && !tcgetattr(tty, &before)) {
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
		changed = !tcsetattr(tty, TCSAFLUSH, &quiet);
	}
	plain_add(&shown, text, true);
	write_all(tty, str_text(&shown), shown.len);
	str_release(&shown);
	ok = read_answer(tty, answer);
	if (changed) {
		tcsetattr(tty, TCSAFLUSH, &before);
		write_all(tty, "\n", 1);
	}
	for (size_t i = 0; i < WATCHED; i++)
		sigaction(watched[i], &old[i], NULL);
	return ok;
}

bool ask_line(struct str *answer, const char *text, bool secret, struct err *err)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY), number;
	bool ok;

	if (tty < 0)
		return err_errno(err, ERR_RIGHTS, "there is no terminal to ask on: /dev/tty");
	do {
		if (answer->data)
			explicit_bzero(answer->data, answer->len);
		str_clear(answer);
		ok = ask_once(tty, text, secret, answer);
		number = caught;
		if (number)
			raise(number); /* stops for SIGTSTP, and asks again after it */
	} while (number == SIGTSTP);
	close(tty);
	if (!ok)
		return err_set(err, ERR_CANCELLED, "no answer was given");
	return true;
}

bool ask_yes(const char *text, struct err *err)
{
	struct str answer = { 0 };
	bool yes = ask_line(&answer, text, false, err) &&
		(!strcasecmp(str_text(&answer), "y") || !strcasecmp(str_text(&answer), "yes"));

	str_release(&answer);
	return yes;
}
