/* SPDX-License-Identifier: MIT */
#include "tui/widgets/edit.h"

#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "tui/keys.h"
#include "tui/text.h"

void edit_start(struct edit *edit, const char *text, bool secret)
{
	explicit_bzero(edit, sizeof(*edit));
	snprintf(edit->text, sizeof(edit->text), "%s", text);
	edit->len = edit->cursor = strlen(edit->text);
	edit->secret = secret;
}

void edit_end(struct edit *edit)
{
	explicit_bzero(edit, sizeof(*edit));
}

static bool continues(char byte)
{
	return ((unsigned char)byte & 0xC0) == 0x80;
}

static size_t before(const struct edit *edit, size_t at)
{
	if (at > 0)
		at--;
	while (at > 0 && continues(edit->text[at]))
		at--;
	return at;
}

static size_t behind(const struct edit *edit, size_t at)
{
	if (at < edit->len)
		at++;
	while (at < edit->len && continues(edit->text[at]))
		at++;
	return at;
}

static size_t word_before(const struct edit *edit, size_t at)
{
	while (at > 0 && edit->text[at - 1] == ' ')
		at--;
	while (at > 0 && edit->text[at - 1] != ' ')
		at--;
	return at;
}

static enum edited remove_part(struct edit *edit, size_t from, size_t to)
{
	if (from == to)
		return EDIT_SAME;
	memmove(edit->text + from, edit->text + to, edit->len - to + 1);
	explicit_bzero(edit->text + edit->len - (to - from) + 1, to - from);
	edit->len -= to - from;
	edit->cursor = from;
	return EDIT_CHANGED;
}

static enum edited move(struct edit *edit, size_t to)
{
	edit->cursor = to;
	return EDIT_MOVED;
}

static enum edited insert(struct edit *edit, uint32_t key)
{
	char bytes[4];
	size_t size = utf8_put(key, bytes);

	if (edit->len + size >= sizeof(edit->text))
		return EDIT_SAME;
	memmove(edit->text + edit->cursor + size, edit->text + edit->cursor,
		edit->len - edit->cursor + 1);
	memcpy(edit->text + edit->cursor, bytes, size);
	edit->len += size;
	edit->cursor += size;
	return EDIT_CHANGED;
}

enum edited edit_key(struct edit *edit, uint32_t key)
{
	switch (key) {
	case K_ENTER:
		return EDIT_DONE;
	case K_ESC:
		return EDIT_LEFT;
	case K_LEFT:
	case K_CTRL('B'):
		return move(edit, before(edit, edit->cursor));
	case K_RIGHT:
	case K_CTRL('F'):
		return move(edit, behind(edit, edit->cursor));
	case K_HOME:
	case K_CTRL('A'):
		return move(edit, 0);
	case K_END:
	case K_CTRL('E'):
		return move(edit, edit->len);
	case K_BACKSPACE:
		return remove_part(edit, before(edit, edit->cursor), edit->cursor);
	case K_DELETE:
	case K_CTRL('D'):
		return remove_part(edit, edit->cursor, behind(edit, edit->cursor));
	case K_CTRL('U'):
		return remove_part(edit, 0, edit->cursor);
	case K_CTRL('K'):
		return remove_part(edit, edit->cursor, edit->len);
	case K_CTRL('W'):
		return remove_part(edit, word_before(edit, edit->cursor), edit->cursor);
	default:
		return key >= K_SPACE && key < K_UP && key != K_BACKSPACE ? insert(edit, key)
									  : EDIT_SAME;
	}
}

/* Dots for a secret: one for each character. */
static void shown(const struct edit *edit, size_t from, size_t to, char *out, size_t size)
{
	size_t used = 0;

	if (!edit->secret) {
		snprintf(out, size, "%.*s", (int)(to - from), edit->text + from);
		return;
	}
	for (size_t at = from; at < to && used + 4 < size; at = behind(edit, at)) {
		memcpy(out + used, "•", 3);
		used += 3;
	}
	out[used] = '\0';
}

void edit_draw(const struct edit *edit, struct frame *frame, int row, int column, int width,
	const char *label)
{
	char text[EDIT_MAX * 3 + 1];
	struct rect old = frame_clip(frame, (struct rect){ row, column, 1, width });
	int start = frame_print(frame, row, column, STYLE_KEY, label);
	size_t from = 0;

	/* What does not fit goes out on the left, so that the cursor is always seen. */
	shown(edit, from, edit->cursor, text, sizeof(text));
	while (from < edit->cursor && start + text_width(text) >= width) {
		from = behind(edit, from);
		shown(edit, from, edit->cursor, text, sizeof(text));
	}
	frame->cursor.row = row;
	frame->cursor.column = column + start + text_width(text);
	frame->cursor.typing = true;
	shown(edit, from, edit->len, text, sizeof(text));
	frame_fit(
		frame, row, column + start, width - start, STYLE_ACCENT, ALIGN_LEFT, CUT_END, text);
	if (frame->cursor.column >= frame->columns)
		frame->cursor.column = frame->columns > 0 ? frame->columns - 1 : 0;
	frame->clip = old;
	explicit_bzero(text, sizeof(text));
}
