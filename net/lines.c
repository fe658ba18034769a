/* SPDX-License-Identifier: MIT */
#include "net/lines.h"

#include <string.h>

void lines_init(struct lines *lines, size_t longest, size_t most)
{
	*lines = (struct lines){ .longest = longest, .most = most };
	/* What was taken is cut away only when more comes, hence room for two lines. */
	lines->held.bound = 2 * longest + ((size_t)256 << 10);
}

void lines_release(struct lines *lines)
{
	str_release(&lines->held);
}

void lines_reset(struct lines *lines)
{
	lines->counted = 0;
	lines->given = 0;
}

static bool too_long(const struct lines *lines)
{
	const char *end = NULL;

	if (lines->held.len > lines->longest)
		end = memrchr(lines->held.data, '\n', lines->held.len);
	return lines->held.len - (end ? (size_t)(end - lines->held.data) : 0) > lines->longest + 1;
}

bool lines_add(struct lines *lines, const char *bytes, size_t len, struct err *err)
{
	if (lines->taken) {
		str_cut(&lines->held, 0, lines->taken);
		lines->taken = 0;
	}
	lines->counted += len;
	if (lines->counted > lines->most)
		return err_set(err, ERR_DATA,
			"the host sent more than %zu MB in one answer and was cut off", lines->most >> 20);
	str_add(&lines->held, bytes, len);
	if (lines->held.cut || too_long(lines))
		return err_set(err, ERR_DATA,
			"the host sent a line of more than %zu KB and was cut off", lines->longest >> 10);
	return true;
}

const char *lines_next(struct lines *lines, size_t *len)
{
	char *start, *end;

	if (lines->taken >= lines->held.len)
		return NULL;
	start = lines->held.data + lines->taken;
	end = memchr(start, '\n', lines->held.len - lines->taken);
	if (!end)
		return NULL;
	*len = (size_t)(end - start);
	lines->taken += *len + 1;
	lines->given++;
	*end = '\0';
	return start;
}

bool lines_flood(const struct lines *lines, struct err *err)
{
	if (lines->given <= LINES_MOST)
		return false;
	err_set(err, ERR_DATA, "the host sent more than %d lines in one answer and was cut off", LINES_MOST);
	return true;
}
