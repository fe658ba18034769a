/* SPDX-License-Identifier: MIT */
#include "tui/term.h"

#include <curses.h>
#include <langinfo.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "tui/keys.h"
#include "tui/text.h"

#undef columns /* a macro of <term.h> */

#define ESC_DELAY_MS 50
#define SEQUENCE_MAX 32 /* an escape sequence that is no key is passed over up to here */

/* There is one terminal, and a signal handler must find it. */
static struct {
	bool started;
	SCREEN *screen;
	const struct theme *theme;
	bool color;
	struct frame shown; /* what the terminal shows now */
	uint32_t pending;   /* a key that was read ahead; 0: none */

	/* what gives the terminal back without curses */
	bool saved;
	struct termios modes;
	char bytes[512];
	size_t bytes_len;
} term;

static int keep_byte(int byte)
{
	if (term.bytes_len < sizeof(term.bytes))
		term.bytes[term.bytes_len++] = (char)byte;
	return byte;
}

static void keep_string(const char *capability)
{
	const char *string = tigetstr(capability);

	if (string && string != (const char *)-1)
		tputs(string, 1, keep_byte);
}

static void prepare_restore(void)
{
	term.bytes_len = 0;
	keep_string("sgr0");
	keep_string("op");
	keep_string("rmacs");
	keep_string("cnorm");
	keep_string("rmkx");
	keep_string("rmcup");
	keep_byte('\r');
	keep_string("el");
}

void term_restore(void)
{
	size_t done = 0;
	ssize_t wrote;

	if (!term.saved)
		return;
	term.saved = false;
	while (done < term.bytes_len) {
		wrote = write(STDOUT_FILENO, term.bytes + done, term.bytes_len - done);
		if (wrote <= 0)
			break;
		done += (size_t)wrote;
	}
	tcsetattr(STDIN_FILENO, TCSANOW, &term.modes);
}

bool term_unicode(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Terminals of 8 colours make the bright ones by being bold, and grey by being dim. */
static short fit_color(const struct look *look, attr_t *attributes)
{
	if (COLORS >= 256)
		return look->color;
	if (COLORS >= 16 || look->color16 < 8)
		return look->color16;
	*attributes |= look->color16 == 8 ? A_DIM : A_BOLD;
	return look->color16 == 8 ? COLOR_OWN : (short)(look->color16 - 8);
}

static short pair_of(int style, bool current)
{
	return (short)(1 + 2 * style + current);
}

static void start_colors(void)
{
	const struct theme *theme = term.theme;
	attr_t ignored = 0;

	term.color = theme->color && has_colors() && start_color() == OK &&
		     COLOR_PAIRS > 2 * STYLE_COUNT_;
	if (!term.color)
		return;
	use_default_colors();
	for (int style = 0; style < STYLE_COUNT_; style++) {
		short color = fit_color(&theme->styles[style], &ignored);
		short behind =
			COLORS >= 256 ? theme->current.background : theme->current.background16;

		init_pair(pair_of(style, false), color, COLOR_OWN);
		init_pair(pair_of(style, true), color, behind);
	}
}

static attr_t attributes_of(const struct look *look, bool current, short *pair)
{
	const struct theme *theme = term.theme;
	attr_t attributes = 0;
	short behind = COLORS >= 256 ? theme->current.background : theme->current.background16;

	*pair = 0;
	if (term.color) {
		fit_color(look, &attributes);
		*pair = pair_of((int)(look - theme->styles), current);
	}
	attributes |= (look->bold ? A_BOLD : 0) | (look->dim ? A_DIM : 0) |
		      (look->underline ? A_UNDERLINE : 0) | (look->reverse ? A_REVERSE : 0);
	if (current && (!term.color || behind == COLOR_OWN))
		attributes ^= A_REVERSE;
	return attributes;
}

static void start_modes(void)
{
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESC_DELAY_MS);
	start_colors();
}

/* Asked before newterm, which writes to the terminal, and loses memory when it fails. */
bool term_able(void)
{
	int status;
	bool able;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return true;
	if (setupterm(NULL, STDOUT_FILENO, &status) != OK)
		return false;
	able = tigetstr("cup");
	del_curterm(cur_term);
	return able;
}

bool term_start(const struct theme *theme, struct err *err)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(err, ERR_USAGE,
			"the console needs a terminal; without one use a command, for example: "
			"mailmend hosts --once");
	if (tcgetattr(STDIN_FILENO, &term.modes) != 0)
		return err_errno(err, ERR_IO, "cannot read the terminal's modes");
	if (!term_able())
		return err_set(err, ERR_USAGE, "this terminal cannot move its cursor");
	term.theme = theme;
	term.screen = newterm(NULL, stdout, stdin);
	if (!term.screen)
		return err_set(err, ERR_IO, "the terminal cannot be set up");
	prepare_restore();
	term.saved = true;
	term.started = true;
	start_modes();
	term_resized();
	return true;
}

/* Where there is no other screen to go back to, the last line is free for the shell. */
static void leave(void)
{
	move(LINES - 1, 0);
	clrtoeol();
	refresh();
	endwin();
	term.saved = false;
}

void term_stop(void)
{
	if (!term.started)
		return;
	term.started = false;
	leave();
	delscreen(term.screen);
	frame_release(&term.shown);
}

void term_suspend(void)
{
	if (!term.started)
		return;
	def_prog_mode();
	leave();
}

void term_resume(void)
{
	if (!term.started)
		return;
	/* Stopped and continued from outside, what is set now is nothing to go back to. */
	if (!term.saved)
		tcgetattr(STDIN_FILENO, &term.modes);
	term.saved = true;
	reset_prog_mode();
	term_resized();
	term_redraw();
}

bool term_resized(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || !size.ws_row || !size.ws_col)
		return false;
	if (size.ws_row == LINES && size.ws_col == COLS)
		return false;
	resize_term(size.ws_row, size.ws_col);
	term_redraw();
	return true;
}

void term_size(int *rows, int *columns)
{
	*rows = LINES > 0 ? LINES : 1;
	*columns = COLS > 0 ? COLS : 1;
}

void term_redraw(void)
{
	frame_release(&term.shown);
	clearok(stdscr, TRUE);
}

static uint32_t function_key(wint_t code)
{
	static const struct {
		wint_t code;
		uint32_t key;
	} table[] = {
		{ KEY_UP, K_UP },
		{ KEY_DOWN, K_DOWN },
		{ KEY_LEFT, K_LEFT },
		{ KEY_RIGHT, K_RIGHT },
		{ KEY_PPAGE, K_PAGE_UP },
		{ KEY_NPAGE, K_PAGE_DOWN },
		{ KEY_HOME, K_HOME },
		{ KEY_END, K_END },
		{ KEY_IC, K_INSERT },
		{ KEY_DC, K_DELETE },
		{ KEY_BTAB, K_BACK_TAB },
		{ KEY_ENTER, K_ENTER },
		{ KEY_BACKSPACE, K_BACKSPACE },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].code == code)
			return table[i].key;
	if (code >= (wint_t)KEY_F(1) && code <= (wint_t)KEY_F(12))
		return K_F1 + code - (wint_t)KEY_F(1);
	return 0;
}

/* Behind an Esc that came with more: an escape sequence that curses does not know is
 * passed over whole, or its letters would act as keys. */
static bool is_sequence(void)
{
	wint_t next;

	if (get_wch(&next) != OK)
		return false;
	if (next != '[' && next != 'O') {
		term.pending = next;
		return false;
	}
	for (int i = 0; i < SEQUENCE_MAX && get_wch(&next) == OK; i++)
		if (next >= 0x40 && next <= 0x7E)
			break;
	return true;
}

static uint32_t plain_key(wint_t code)
{
	switch (code) {
	case '\n':
		return K_ENTER;
	case K_CTRL('H'):
		return K_BACKSPACE;
	case K_ESC:
		return is_sequence() ? 0 : K_ESC;
	default:
		return code < K_UP ? code : 0;
	}
}

bool term_key(uint32_t *key)
{
	wint_t code;
	uint32_t found = term.pending;
	int kind;

	term.pending = 0;
	while (!found) {
		kind = get_wch(&code);
		if (kind == ERR)
			return false;
		found = kind == KEY_CODE_YES ? function_key(code) : plain_key(code);
	}
	*key = found;
	return true;
}

static wchar_t shape(uint32_t code, bool unicode)
{
	if (code > 126 && !unicode) {
		code = text_ascii(code);
		if (code > 126)
			code = '?';
	}
	return (wchar_t)code;
}

static void draw_cell(int row, int column, const struct cell *cell, bool unicode)
{
	wchar_t text[CELL_MARKS + 2] = { shape(cell->code, unicode) };
	short pair;
	attr_t attributes = attributes_of(&term.theme->styles[cell->style], cell->current, &pair);
	cchar_t drawn;

	for (int i = 0; i < CELL_MARKS && cell->marks[i] && unicode; i++)
		text[i + 1] = (wchar_t)cell->marks[i];
	if (setcchar(&drawn, text, attributes, pair, NULL) == OK)
		mvadd_wchnstr(row, column, &drawn, 1);
}

void term_draw(const struct frame *frame)
{
	bool unicode = term_unicode();
	bool anew = term.shown.rows != frame->rows || term.shown.columns != frame->columns;

	for (int row = 0; row < frame->rows; row++)
		for (int column = 0; column < frame->columns; column++) {
			const struct cell *cell = frame_at(frame, row, column);

			if (cell->width &&
				(anew || !cell_same(cell, frame_at(&term.shown, row, column))))
				draw_cell(row, column, cell, unicode);
		}
	if (anew)
		frame_resize(&term.shown, frame->rows, frame->columns);
	memcpy(term.shown.cells, frame->cells,
		(size_t)frame->rows * (size_t)frame->columns * sizeof(*frame->cells));
	move(frame->cursor.row, frame->cursor.column);
	refresh();
}
