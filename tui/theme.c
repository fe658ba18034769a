/* SPDX-License-Identifier: MIT */
#include "tui/theme.h"

#include <string.h>

#define OWN COLOR_OWN

static const struct theme themes[] = {
	{
		.name = "dark",
		.color = true,
		.styles = {
			[STYLE_NORMAL] = { .color = OWN, .color16 = OWN },
			[STYLE_DIM] = { .color = 245, .color16 = 8 },
			[STYLE_TITLE] = { .color = OWN, .color16 = OWN, .bold = true },
			[STYLE_HEAD] = { .color = 109, .color16 = 6 },
			[STYLE_ACCENT] = { .color = 75, .color16 = 12 },
			[STYLE_LOOK] = { .color = 221, .color16 = 3 },
			[STYLE_ACT] = { .color = 203, .color16 = 9, .bold = true },
			[STYLE_STALE] = { .color = 242, .color16 = 8 },
			[STYLE_BAR] = { .color = 250, .color16 = 7 },
			[STYLE_KEY] = { .color = 75, .color16 = 12, .bold = true },
			[STYLE_OFF] = { .color = 240, .color16 = 8 },
			[STYLE_BORDER] = { .color = 241, .color16 = 8 },
		},
		.current = { .background = 237, .background16 = OWN },
	},
	{
		.name = "light",
		.color = true,
		.styles = {
			[STYLE_NORMAL] = { .color = OWN, .color16 = OWN },
			[STYLE_DIM] = { .color = 243, .color16 = 8 },
			[STYLE_TITLE] = { .color = OWN, .color16 = OWN, .bold = true },
			[STYLE_HEAD] = { .color = 24, .color16 = 4 },
			[STYLE_ACCENT] = { .color = 25, .color16 = 4 },
			[STYLE_LOOK] = { .color = 130, .color16 = 5 },
			[STYLE_ACT] = { .color = 160, .color16 = 1, .bold = true },
			[STYLE_STALE] = { .color = 247, .color16 = 8 },
			[STYLE_BAR] = { .color = 239, .color16 = OWN },
			[STYLE_KEY] = { .color = 25, .color16 = 4, .bold = true },
			[STYLE_OFF] = { .color = 249, .color16 = 8 },
			[STYLE_BORDER] = { .color = 248, .color16 = 8 },
		},
		.current = { .background = 254, .background16 = OWN },
	},
	{
		.name = "mono",
		.color = false,
		.styles = {
			[STYLE_NORMAL] = { .color = OWN, .color16 = OWN },
			[STYLE_DIM] = { .color = OWN, .color16 = OWN, .dim = true },
			[STYLE_TITLE] = { .color = OWN, .color16 = OWN, .bold = true },
			[STYLE_HEAD] = { .color = OWN, .color16 = OWN, .underline = true },
			[STYLE_ACCENT] = { .color = OWN, .color16 = OWN, .bold = true },
			[STYLE_LOOK] = { .color = OWN, .color16 = OWN, .bold = true },
			[STYLE_ACT] = { .color = OWN, .color16 = OWN, .bold = true, .underline = true },
			[STYLE_STALE] = { .color = OWN, .color16 = OWN, .dim = true },
			[STYLE_BAR] = { .color = OWN, .color16 = OWN },
			[STYLE_KEY] = { .color = OWN, .color16 = OWN, .bold = true },
			[STYLE_OFF] = { .color = OWN, .color16 = OWN, .dim = true },
			[STYLE_BORDER] = { .color = OWN, .color16 = OWN, .dim = true },
		},
		.current = { .background = OWN, .background16 = OWN },
	},
};

const char *style_name(enum style style)
{
	static const char *const names[STYLE_COUNT_] = {
		[STYLE_NORMAL] = "normal",
		[STYLE_DIM] = "dim",
		[STYLE_TITLE] = "title",
		[STYLE_HEAD] = "head",
		[STYLE_ACCENT] = "accent",
		[STYLE_LOOK] = "look",
		[STYLE_ACT] = "act",
		[STYLE_STALE] = "stale",
		[STYLE_BAR] = "bar",
		[STYLE_KEY] = "key",
		[STYLE_OFF] = "off",
		[STYLE_BORDER] = "border",
	};

	return names[style];
}

const struct theme *theme_named(const char *name)
{
	for (size_t i = 0; i < sizeof(themes) / sizeof(*themes); i++)
		if (strcmp(themes[i].name, name) == 0)
			return &themes[i];
	return NULL;
}
