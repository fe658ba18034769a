/* SPDX-License-Identifier: MIT */
/*
 * What tests of commands without a screen share: the network's place is taken by a list of
 * messages, and by a function that answers what is asked.
 */
#ifndef TESTS_UNIT_SCRIPT_H
#define TESTS_UNIT_SCRIPT_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "tui/batch/batch.h"

/* What the hosts say once the network is opened, and what they were asked. */
struct script {
	struct message *first, **last;
	struct inbox *inbox;
	unsigned asked[COMMAND_LEDGER_GET + 1];
	struct message *(*answer)(const struct command *command); /* a list; NULL: nothing */
	const char *store; /* its directory; NULL: one that cannot be made */
	struct str sent;   /* all requests of the agent's job */
};

static inline struct message *add(struct script *script, enum message_kind kind, uint32_t host)
{
	struct message *message = message_new(kind, host);

	if (!script->last)
		script->last = &script->first;
	*script->last = message;
	script->last = &message->next;
	return message;
}

static inline void add_link(struct script *script, uint32_t host, enum link_state state, const char *text)
{
	struct message *message = add(script, MESSAGE_LINK, host);

	message->link.state = state;
	message->link.text = mem_text(text);
}

static inline struct sample *sample_of(uint64_t seq, const char *const *lines)
{
	struct sample *sample = sample_new();
	struct err err;
	char head[200], end[50];

	snprintf(head, sizeof(head),
		"{\"sample\":{\"seq\":%llu,\"full\":%s,\"uptime\":10%llu,\"load\":[1.5,1,0.25],"
		"\"cpu\":[%llu,0,%llu]}}",
		(unsigned long long)seq, seq == 1 ? "true" : "false", (unsigned long long)seq,
		(unsigned long long)seq * 50, (unsigned long long)seq * 100);
	snprintf(end, sizeof(end), "{\"end\":%llu}", (unsigned long long)seq);
	if (!sample_feed(sample, head, strlen(head), &err))
		fail_msg("%s", err.text);
	for (; lines && *lines; lines++)
		if (!sample_feed(sample, *lines, strlen(*lines), &err))
			fail_msg("%s: %s", *lines, err.text);
	if (!sample_feed(sample, end, strlen(end), &err))
		fail_msg("%s", err.text);
	sample->asked_ms = clock_ms();
	return sample;
}

static inline void add_sample(struct script *script, uint32_t host, uint64_t seq, const char *const *lines)
{
	add(script, MESSAGE_SAMPLE, host)->sample = sample_of(seq, lines);
}

static inline bool open_script(void *context, const struct config *config, struct inbox *inbox,
	const char *only, enum batch_depth depth, bool may_ask, struct err *err)
{
	struct script *script = context;
	struct message *message, *next;

	(void)config, (void)only, (void)depth, (void)may_ask, (void)err;
	script->inbox = inbox;
	for (message = script->first; message; message = next) {
		next = message->next;
		inbox_put(inbox, message);
	}
	script->first = NULL;
	script->last = NULL;
	return true;
}

static inline void carry_script(void *context, struct command *command)
{
	struct script *script = context;

	struct message *message, *next;

	script->asked[command->kind]++;
	if (command->kind == COMMAND_JOB)
		str_adds(&script->sent, command->text);
	message = script->answer ? script->answer(command) : NULL;
	for (; message; message = next) {
		next = message->next;
		inbox_put(script->inbox, message);
	}
}

static inline void close_script(void *context)
{
	(void)context;
}

/* Runs a command line on three hosts; returns the exit code and what it printed. */
static inline int run_on(struct script *script, char *line, char **printed)
{
	const struct config_places places = { .home = "/home/ana" };
	const struct batch_network network = { script, open_script, carry_script, close_script };
	struct options options;
	struct config config = { 0 };
	struct batch_setup setup = { &options, &config, "/config.json", &places, "ana@desk", &network };
	struct str problems = { 0 }, text = { 0 };
	char *argv[16] = { line }, path[] = "/tmp/mailmend-unit-XXXXXX", *word, *rest = line;
	struct err err;
	int argc = 1, code, kept = dup(STDOUT_FILENO), file = mkstemp(path);
	int nobody = open("/dev/null", O_RDONLY), person = dup(STDIN_FILENO);
	off_t len;

	str_addf(&text, "{\"hosts\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"}],"
			"\"store_directory\":\"%s\"}", script->store ? script->store : "/proc/nowhere");

	while ((word = strsep(&rest, " ")))
		argv[argc++] = word;
	assert_true(options_parse(&options, argc, argv, &err));
	assert_true(config_parse(&config, "/config.json", str_text(&text), text.len, &places, &problems, &err));
	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	dup2(nobody, STDIN_FILENO);
	code = batch_run(&setup);
	dup2(kept, STDOUT_FILENO);
	dup2(person, STDIN_FILENO);
	close(kept);
	close(nobody);
	close(person);
	len = lseek(file, 0, SEEK_END);
	*printed = mem_new((size_t)len + 1);
	assert_int_equal(pread(file, *printed, (size_t)len, 0), len);
	close(file);
	unlink(path);
	config_release(&config);
	for (struct message *next; script->first; script->first = next) {
		next = script->first->next;
		message_free(script->first);
	}
	str_release(&problems);
	str_release(&text);
	return code;
}

/* The INDEXth line as JSON. */
static inline struct json *line_of(const char *printed, int index)
{
	struct err err;
	struct json *row;

	for (; index > 0; index--)
		printed = strchr(printed, '\n') + 1;
	row = json_parse(printed, strcspn(printed, "\n"), false, &err);
	if (!row)
		fail_msg("%s: %s", err.text, printed);
	return row;
}

static inline void assert_text(const struct json *row, const char *key, const char *expected)
{
	const char *found = json_text(json_get(row, key), NULL);

	if (expected)
		assert_string_equal(found ? found : "(none)", expected);
	else
		assert_int_equal(json_kind(json_get(row, key)), JSON_NULL);
}

#endif
