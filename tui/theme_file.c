/* SPDX-License-Identifier: MIT */
/* Choosing a theme by name, and reading one from a file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "tui/theme.h"

#define FILE_MAX ((size_t)64 << 10)

struct reading {
	struct theme *theme;
	struct look *look;
	const char *path;
	const char *style; /* whose members are read */
	bool seen[STYLE_COUNT_];
	struct err *err;
	bool good;
};

static void bad(struct reading *reading, const char *where, const char *key, const char *expected)
{
	if (reading->good)
		err_set(reading->err, ERR_CONFIG, "%s: %s%s%s: expected %s", reading->path, where,
			*where ? "." : "", key, expected);
	reading->good = false;
}

static void read_color(
	struct reading *reading, const char *key, const struct json *value, short most, short *out)
{
	int64_t number = json_whole(value, COLOR_OWN - 1);

	if (!json_is_whole(value) || number < COLOR_OWN || number > most)
		bad(reading, reading->style, key,
			most > 15 ? "a number from -1 (the terminal's own) to 255"
				  : "a number from -1 (the terminal's own) to 15");
	else
		*out = (short)number;
}

static void read_look(const char *key, const struct json *value, void *context)
{
	struct reading *reading = context;
	struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{ "bold", &reading->look->bold },
		{ "dim", &reading->look->dim },
		{ "reverse", &reading->look->reverse },
		{ "underline", &reading->look->underline },
	};

	if (strcmp(key, "color") == 0) {
		read_color(reading, key, value, 255, &reading->look->color);
		return;
	}
	if (strcmp(key, "color16") == 0) {
		read_color(reading, key, value, 15, &reading->look->color16);
		return;
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (strcmp(key, flags[i].name) == 0) {
			if (json_kind(value) != JSON_BOOL)
				bad(reading, reading->style, key, "true or false");
			*flags[i].flag = json_truth(value, false);
			return;
		}
	bad(reading, reading->style, key,
		"one of color, color16, bold, dim, reverse, underline here");
}

static void read_style(const char *key, const struct json *value, void *context)
{
	struct reading *reading = context;

	for (int style = 0; style < STYLE_COUNT_; style++)
		if (strcmp(key, style_name(style)) == 0) {
			reading->style = style_name(style);
			reading->look = &reading->theme->styles[style];
			*reading->look = (struct look){ .color = COLOR_OWN, .color16 = COLOR_OWN };
			if (json_kind(value) != JSON_OBJECT)
				bad(reading, "styles", key, "an object");
			reading->seen[style] = true;
			json_members(value, read_look, reading);
			return;
		}
	bad(reading, "styles", key, "the name of a style here (mailmend's man page lists them)");
}

static void read_current(const char *key, const struct json *value, void *context)
{
	struct reading *reading = context;

	reading->style = "current";
	if (strcmp(key, "background") == 0)
		read_color(reading, key, value, 255, &reading->theme->current.background);
	else if (strcmp(key, "background16") == 0)
		read_color(reading, key, value, 15, &reading->theme->current.background16);
	else
		bad(reading, "current", key, "background or background16 here");
}

static void read_top(const char *key, const struct json *value, void *context)
{
	struct reading *reading = context;

	if (strcmp(key, "color") == 0 && json_kind(value) == JSON_BOOL)
		reading->theme->color = json_truth(value, true);
	else if (strcmp(key, "styles") == 0 && json_kind(value) == JSON_OBJECT)
		json_members(value, read_style, reading);
	else if (strcmp(key, "current") == 0 && json_kind(value) == JSON_OBJECT)
		json_members(value, read_current, reading);
	else
		bad(reading, "", key,
			"\"color\" (true or false) and the objects \"styles\" and \"current\" "
			"here, nothing else");
}

bool theme_parse(
	struct theme *theme, const char *path, const char *bytes, size_t len, struct err *err)
{
	struct theme parsed = { .color = true,
		.current = { .background = COLOR_OWN, .background16 = COLOR_OWN } };
	struct reading reading = { .theme = &parsed, .path = path, .err = err, .good = true };
	struct json *document = json_parse(bytes, len, true, err);

	if (!document)
		return err_context(err, "%s", path);
	if (json_kind(document) != JSON_OBJECT)
		bad(&reading, "", "theme", "an object");
	json_members(document, read_top, &reading);
	for (int style = 0; style < STYLE_COUNT_; style++)
		if (!reading.seen[style])
			bad(&reading, "styles", style_name(style),
				"to find it; every style must be there");
	json_free(document);
	if (!reading.good)
		return false;
	snprintf(parsed.name, sizeof(parsed.name), "%s", "file");
	*theme = parsed;
	return true;
}

static bool read_file(struct theme *theme, const char *path, struct err *err)
{
	FILE *file = fopen(path, "re");
	char *bytes;
	size_t len;
	bool ok;

	if (!file)
		return err_errno(err, ERR_CONFIG, "theme %s", path);
	bytes = mem_new(FILE_MAX + 1);
	len = fread(bytes, 1, FILE_MAX + 1, file);
	if (ferror(file))
		ok = err_errno(err, ERR_IO, "theme %s", path);
	else if (len > FILE_MAX)
		ok = err_set(err, ERR_CONFIG, "theme %s: larger than 64 KiB", path);
	else
		ok = theme_parse(theme, path, bytes, len, err);
	fclose(file);
	free(bytes);
	return ok;
}

static bool is_path(const char *name)
{
	size_t len = strlen(name);

	return strchr(name, '/') || (len > 5 && strcmp(name + len - 5, ".json") == 0);
}

bool theme_choose(struct theme *theme, const char *name, const char *no_color, struct err *err)
{
	const struct theme *built_in = theme_named(name ? name : "dark");

	if (name && is_path(name)) {
		if (!read_file(theme, name, err))
			return false;
	} else if (!built_in) {
		return err_set(err, ERR_USAGE,
			"there is no theme \"%.40s\": take dark, light, mono or the path of a JSON "
			"file",
			name);
	} else {
		*theme = *built_in;
	}
	if (no_color && *no_color)
		*theme = *theme_named("mono");
	return true;
}
