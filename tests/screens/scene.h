/* SPDX-License-Identifier: MIT */
/*
 * A scene: an app, hosts that say what a test wants, keys, and a look at the screen.
 * Figures come in as lines of the agent's protocol, through the real reader.
 *
 *	MAILMEND_GOLDEN=write build/…/tests/screens_NAME      writes tests/golden/ anew
 */
#ifndef TESTS_SCREENS_SCENE_H
#define TESTS_SCREENS_SCENE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/base/utf8.h"
#include "tui/app.h"
#include "tui/frame.h"
#include "tui/keys.h"
#include "tui/theme.h"

#define UNUSED __attribute__((unused))
#define SCENE_WALL 1500574111 /* 2017-07-20 18:08:31 UTC */
#define SCENE_ZONE (-8 * 3600)

struct scene {
	struct config config;
	struct app *app;
	struct commands commands; /* since the last scene_forget */
	int64_t now_ms;
	int rows, columns;
	bool ascii;
	bool mono; /* dumps tell attributes of the theme mono in place of styles */
	unsigned long long seq;
};

/* A configuration and an app for it. */
static UNUSED void scene_begin(struct scene *scene, const char *json, bool ascii, bool read_only)
{
	struct config_places places = { .home = "/home/ana" };
	struct str problems = { 0 };
	struct err err = { 0 };

	setlocale(LC_ALL, "C.UTF-8");
	*scene = (struct scene){ .now_ms = 1000000, .rows = 24, .columns = 80, .ascii = ascii };
	if (!config_parse(
		    &scene->config, "test.json", json, strlen(json), &places, &problems, &err))
		fail_msg("%s", err.text);
	str_release(&problems);
	scene->app = app_new(&(struct app_options){
		.config = &scene->config,
		.read_only = read_only,
		.ascii = ascii,
		.who = "ana@desk",
		.places = "configuration  /home/ana/.config/mailmend/config.json",
		.wall_s = SCENE_WALL,
		.zone_s = SCENE_ZONE,
	});
}

/* Hosts by name, separated by blanks. */
static UNUSED void scene_start(struct scene *scene, const char *hosts, bool ascii, bool read_only)
{
	struct str text = { 0 };
	char names[4096], *rest = names, *name;

	snprintf(names, sizeof(names), "%s", hosts);
	str_adds(&text, "{ \"hosts\": [");
	while ((name = strsep(&rest, " ")))
		str_addf(&text, "%s{ \"name\": \"%s\" }", text.len > 13 ? ", " : "", name);
	str_adds(&text, "], \"store_directory\": \"/tmp\" }");
	scene_begin(scene, str_text(&text), ascii, read_only);
	str_release(&text);
}

static UNUSED void scene_end(struct scene *scene)
{
	commands_release(&scene->commands);
	app_free(scene->app);
	config_release(&scene->config);
}

static UNUSED void scene_forget(struct scene *scene)
{
	commands_clear(&scene->commands);
}

static UNUSED void scene_send(struct scene *scene, struct message *message)
{
	message->at_ms = scene->now_ms;
	message->wall_s = SCENE_WALL + (scene->now_ms - 1000000) / 1000;
	app_update(scene->app, message, &scene->commands);
	message_free(message);
}

/* Time goes on, a tick at its end, and what is left to sort is sorted. */
static UNUSED void scene_tick(struct scene *scene, int64_t ms)
{
	scene->now_ms += ms;
	scene_send(scene, message_new(MESSAGE_TICK, 0));
	for (int i = 0; i < 1000 && app_busy(scene->app); i++)
		scene_send(scene, message_new(MESSAGE_SLICE, 0));
	assert_false(app_busy(scene->app));
}

static UNUSED uint32_t scene_host(const struct scene *scene, const char *name)
{
	for (size_t i = 0; i < scene->config.hosts.count; i++)
		if (strcmp(scene->config.hosts.items[i].name, name) == 0)
			return (uint32_t)i;
	fail_msg("no host %s", name);
	return 0;
}

static UNUSED void scene_link(struct scene *scene, const char *host, enum link_state state,
	const char *text, int64_t retry_in_ms)
{
	struct message *message = message_new(MESSAGE_LINK, scene_host(scene, host));

	message->link.state = state;
	message->link.retry_ms = retry_in_ms ? scene->now_ms + retry_in_ms : 0;
	message->link.text = mem_text(text);
	scene_send(scene, message);
}

/* A whole sample: LINES of the protocol, separated by line feeds, between the first and the
 * last line. HEAD is what the first line has behind seq: "\"load\":[…]…". */
static UNUSED void scene_sample(
	struct scene *scene, const char *host, const char *head, const char *lines)
{
	struct message *message = message_new(MESSAGE_SAMPLE, scene_host(scene, host));
	struct sample *sample = sample_new();
	struct str text = { 0 };
	struct err err = { 0 };
	char *rest, *line;

	scene->seq++;
	str_addf(&text, "{\"sample\":{\"seq\":%llu,%s}}\n%s\n{\"end\":%llu}", scene->seq, head,
		lines, scene->seq);
	rest = text.data;
	while ((line = strsep(&rest, "\n")))
		if (*line && !sample_feed(sample, line, strlen(line), &err))
			fail_msg("%s: %s", line, err.text);
	str_release(&text);
	sample->asked_ms = scene->now_ms;
	message->sample = sample;
	scene_send(scene, message);
}

static UNUSED void scene_size(struct scene *scene, int rows, int columns)
{
	struct message *message = message_new(MESSAGE_RESIZE, 0);

	scene->rows = message->size.rows = rows;
	scene->columns = message->size.columns = columns;
	scene_send(scene, message);
}

static UNUSED void drive(struct scene *scene, const char *keys)
{
	uint32_t key;

	while (*keys) {
		struct message *message = message_new(MESSAGE_KEY, 0);

		if (!key_read(&keys, &key))
			fail_msg("no key: %s", keys);
		message->key = key;
		scene_send(scene, message);
		for (int i = 0; i < 1000 && app_busy(scene->app); i++)
			scene_send(scene, message_new(MESSAGE_SLICE, 0));
	}
}

static UNUSED void assert_no_commands(const struct scene *scene)
{
	assert_int_equal(scene->commands.count, 0);
}

static UNUSED const struct command *only_command(const struct scene *scene, enum command_kind kind)
{
	assert_int_equal(scene->commands.count, 1);
	assert_int_equal(scene->commands.items[0].kind, kind);
	return &scene->commands.items[0];
}

static UNUSED void add_cell(struct str *out, uint32_t code)
{
	char bytes[4];

	str_add(out, bytes, utf8_put(code, bytes));
}

/* How the theme mono draws a style: "b" bold, "d" dim, "u" underlined, "B" bold and
 * underlined. */
static UNUSED char mono_letter(int style)
{
	const struct look *look = &theme_named("mono")->styles[style];

	if (look->bold)
		return look->underline ? 'B' : 'b';
	return look->dim ? 'd' : look->underline ? 'u' : '.';
}

/* Text, then styles: blanks have none; "." normal, "-" dim, "T" title, "H" head, "A" accent,
 * "!" look, "@" act, "~" stale, "_" bar, "K" key, "o" off, "#" border. '>' stands before the
 * row of the cursor. */
static UNUSED void scene_dump(const struct scene *scene, struct str *out)
{
	static const char letters[] = ".-THA!@~_Ko#";
	struct frame frame;

	frame_init(&frame, scene->rows, scene->columns, scene->ascii);
	app_view(scene->app, &frame);
	assert_in_range(frame.cursor.row, 0, frame.rows - 1);
	assert_in_range(frame.cursor.column, 0, frame.columns - 1);
	str_addf(out, "%dx%d cursor %d,%d%s\n", frame.columns, frame.rows, frame.cursor.row,
		frame.cursor.column, frame.cursor.typing ? " typing" : "");
	for (int styles = 0; styles < 2; styles++) {
		for (int row = 0; row < frame.rows; row++) {
			str_addc(out, frame_at(&frame, row, 0)->current ? '>' : '|');
			for (int column = 0; column < frame.columns; column++) {
				const struct cell *cell = frame_at(&frame, row, column);

				if (styles) {
					str_addc(out, cell->code == ' ' ? ' '
						      : scene->mono     ? mono_letter(cell->style)
									: letters[cell->style]);
					continue;
				}
				if (cell->width)
					add_cell(out, cell->code);
				for (int i = 0; i < CELL_MARKS && cell->marks[i]; i++)
					add_cell(out, cell->marks[i]);
			}
			str_adds(out, "|\n");
		}
		if (!styles)
			str_addc(out, '\n');
	}
	frame_release(&frame);
}

static UNUSED void read_all(const char *path, struct str *out)
{
	FILE *file = fopen(path, "r");
	char bytes[4096];
	size_t len;

	if (!file)
		fail_msg("%s is not there; MAILMEND_GOLDEN=write makes it", path);
	while ((len = fread(bytes, 1, sizeof(bytes), file)) > 0)
		str_add(out, bytes, len);
	fclose(file);
}

/* The screen must be as tests/golden/NAME.txt has it. */
static UNUSED void golden(const struct scene *scene, const char *name)
{
	struct str now = { 0 }, then = { 0 };
	char path[512];

	snprintf(path, sizeof(path), SOURCE_DIR "/tests/golden/%s.txt", name);
	scene_dump(scene, &now);
	if (getenv("MAILMEND_GOLDEN")) {
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fwrite(now.data, 1, now.len, file);
		fclose(file);
	} else {
		read_all(path, &then);
		if (strcmp(str_text(&now), str_text(&then)) != 0)
			fail_msg("%s is not as it was:\n%s\nIt was:\n%s", name, str_text(&now),
				str_text(&then));
	}
	str_release(&now);
	str_release(&then);
}

/* Does the screen hold this text anywhere, in one row? */
static UNUSED bool shows(const struct scene *scene, const char *text)
{
	struct str now = { 0 };
	bool found;

	scene_dump(scene, &now);
	found = strstr(str_text(&now), text) != NULL;
	str_release(&now);
	return found;
}

#endif
