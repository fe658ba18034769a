/* SPDX-License-Identifier: MIT */
#include "tui/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"

static const struct {
	uint32_t key;
	const char *name;
} named[] = {
	{ K_TAB, "Tab" },
	{ K_ENTER, "Enter" },
	{ K_ESC, "Esc" },
	{ K_SPACE, "Space" },
	{ K_BACKSPACE, "Backspace" },
	{ K_UP, "Up" },
	{ K_DOWN, "Down" },
	{ K_LEFT, "Left" },
	{ K_RIGHT, "Right" },
	{ K_PAGE_UP, "PgUp" },
	{ K_PAGE_DOWN, "PgDn" },
	{ K_HOME, "Home" },
	{ K_END, "End" },
	{ K_INSERT, "Ins" },
	{ K_DELETE, "Del" },
	{ K_BACK_TAB, "Shift-Tab" },
};

const char *key_label(uint32_t key, char out[16])
{
	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++)
		if (named[i].key == key) {
			snprintf(out, 16, "%s", named[i].name);
			return out;
		}
	if (key >= K_F1 && key <= K_F12)
		snprintf(out, 16, "F%u", key - K_F1 + 1);
	else if (key < 32)
		snprintf(out, 16, "Ctrl-%c", (char)(key + '@'));
	else if (key < K_UP)
		out[utf8_put(key, out)] = '\0';
	else
		snprintf(out, 16, "?");
	return out;
}

static bool by_name(const char *name, size_t len, uint32_t *key)
{
	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++)
		if (strlen(named[i].name) == len && memcmp(named[i].name, name, len) == 0) {
			*key = named[i].key;
			return true;
		}
	if (len == 6 && memcmp(name, "Ctrl-", 5) == 0) {
		*key = K_CTRL(name[5]);
		return true;
	}
	if (len >= 2 && len <= 3 && name[0] == 'F') {
		int number = atoi(name + 1);

		*key = K_F1 + (uint32_t)number - 1;
		return number >= 1 && number <= 12;
	}
	*key = (unsigned char)name[0];
	return len == 1;
}

bool key_read(const char **script, uint32_t *key)
{
	const char *text = *script;
	const char *close = *text == '<' && text[1] ? strchr(text + 2, '>') : NULL;
	size_t used;

	if (!*text)
		return false;
	if (*text == '<') {
		if (!close || !by_name(text + 1, (size_t)(close - text) - 1, key))
			return false;
		*script = close + 1;
		return true;
	}
	*key = utf8_next(text, strlen(text), &used);
	*script = text + used;
	return *key != UTF8_BAD;
}
