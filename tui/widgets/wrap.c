/* SPDX-License-Identifier: MIT */
#include "tui/widgets/wrap.h"

#include <string.h>

#include "tui/text.h"

bool wrap_next(const char **text, int width, char line[WRAP_LINE])
{
	const char *start = *text;
	size_t left = strnlen(start, TEXT_MAX), at = 0, blank = 0;
	int columns = 0;

	if (!left)
		return false;
	if (width < 1)
		width = 1;
	while (at < left && start[at] != '\n') {
		struct text_char next = text_next(start + at, left - at);

		if (columns + next.width > width && at > 0)
			break;
		if (at + next.size >= WRAP_LINE)
			break;
		if (start[at] == ' ')
			blank = at;
		columns += next.width;
		at += next.size;
	}
	/* A word that would be broken goes to the next line, unless it began this one. */
	if (at < left && start[at] != '\n' && start[at] != ' ' && blank > 0)
		at = blank;
	memcpy(line, start, at);
	line[at] = '\0';
	if (at < left && (start[at] == '\n' || start[at] == ' '))
		at++;
	*text = start + at;
	return true;
}

int wrap_count(const char *text, int width)
{
	char line[WRAP_LINE];
	int count = 0;

	while (wrap_next(&text, width, line))
		count++;
	return count;
}

int wrap_draw(struct frame *frame, struct rect area, int from, enum style style, const char *text)
{
	char line[WRAP_LINE];
	int count = 0;

	for (; wrap_next(&text, area.columns, line); count++)
		if (count >= from && count < from + area.rows)
			frame_print(frame, area.row + count - from, area.column, style, line);
	return count;
}
