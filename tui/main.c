/* SPDX-License-Identifier: MIT */
/* The one place where the network and the screens meet. */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/store/store.h"
#include "net/network.h"
#include "tui/app.h"
#include "tui/batch/batch.h"
#include "core/base/clock.h"
#include "tui/loop.h"
#include "tui/term.h"

/* The sanitizers look into the process. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

struct program {
	struct options options;
	struct config_places places;
	char *home; /* when the environment does not say */
	char *config_path;
	struct config config;
	char *who;
	struct inbox *inbox;
	struct network *network;
	struct store *store;
};

static void prepare_process(void)
{
	struct rlimit files;

	signal(SIGPIPE, SIG_IGN);
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
#ifndef SANITIZED
	prctl(PR_SET_DUMPABLE, 0); /* passphrases are in memory */
#endif
}

/* Commands write UTF-8 wherever they write; the screen asks the locale what it can show. */
static void choose_locale(bool console)
{
	setlocale(LC_ALL, "");
	if (!console && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

static char *who_runs(void)
{
	const struct passwd *user = getpwuid(getuid());
	char machine[256] = "";
	struct str who = { 0 };

	gethostname(machine, sizeof(machine) - 1);
	if (user)
		str_addf(&who, "%s@%s", user->pw_name, machine);
	else
		str_addf(&who, "%u@%s", (unsigned)getuid(), machine);
	return str_take(&who);
}

static void find_places(struct program *program)
{
	const struct passwd *user;

	program->places.home = getenv("HOME");
	if (!program->places.home || !*program->places.home) {
		user = getpwuid(getuid());
		program->home = mem_text(user ? user->pw_dir : "/");
		program->places.home = program->home;
	}
	program->places.config_home = getenv("XDG_CONFIG_HOME");
	program->places.state_home = getenv("XDG_STATE_HOME");
	program->config_path = program->options.config ? mem_text(program->options.config)
						       : config_default_path(&program->places);
	program->who = who_runs();
}

/* Returns 0 or the exit code. */
static int read_config(struct program *program)
{
	struct str problems = { 0 };
	struct err err;
	int code = 0;

	if (access(program->config_path, F_OK) && errno == ENOENT) {
		batch_say("there is no configuration in %s; \"mailmend hosts add USER@HOST\" writes one",
			program->config_path);
		return EX_CONFIG;
	}
	if (!config_read(&program->config, program->config_path, &program->places, &problems, &err))
		code = batch_problems(&problems);
	str_release(&problems);
	return code;
}

static void carry(void *context, struct command *command)
{
	struct program *program = context;

	if (command->kind != COMMAND_LEDGER_ADD && command->kind != COMMAND_LEDGER_MERGE &&
		command->kind != COMMAND_LEDGER_GET)
		network_do(program->network, command);
	else if (program->store)
		store_post(program->store, command);
}

static bool open_network(void *context, const struct config *config, struct inbox *inbox,
	const char *only, enum batch_depth depth, bool may_ask, struct err *err)
{
	struct program *program = context;
	struct network_options options = {
		.config = config,
		.inbox = inbox,
		.only = only,
		.samples = depth == BATCH_SAMPLES,
		.bare = depth == BATCH_LOGIN,
		.may_ask = may_ask,
	};

	program->network = network_new(&options, err);
	return program->network != NULL;
}

static void close_network(void *context)
{
	struct program *program = context;

	if (program->network)
		network_free(program->network);
	program->network = NULL;
}

static int run_batch(struct program *program)
{
	struct batch_network network = {
		.context = program,
		.open = open_network,
		.carry = carry,
		.close = close_network,
	};
	struct batch_setup setup = {
		.options = &program->options,
		.config = program->options.command->no_config ? NULL : &program->config,
		.config_path = program->config_path,
		.places = &program->places,
		.who = program->who,
		.network = &network,
	};

	return batch_run(&setup);
}

/* A store that cannot be opened is told on the screen; the hosts can be watched all the same. */
static void open_store(struct program *program)
{
	struct err err;
	struct message *message;

	program->store = store_open(program->config.store_directory, program->inbox, &err);
	if (program->store)
		return;
	message = message_new(MESSAGE_STORE_ERR, 0);
	message->error = err;
	inbox_put(program->inbox, message);
}

static int show(struct program *program, bool ascii)
{
	int64_t wall_s = clock_wall_s();
	struct str places = { 0 };
	struct app_options options = {
		.config = &program->config,
		.read_only = program->options.read_only,
		.ascii = ascii,
		.who = program->who,
		.wall_s = wall_s,
		.zone_s = clock_zone_s(wall_s),
	};
	struct loop_options loop = {
		.inbox = program->inbox,
		.ascii = ascii,
		.carry = carry,
		.context = program,
	};
	int code;

	str_addf(&places, "configuration %s, state %s", program->config_path,
		program->config.store_directory);
	options.places = str_text(&places);
	loop.app = app_new(&options);
	code = loop_run(&loop);
	app_free(loop.app);
	str_release(&places);
	return code;
}

/* Deeds whose message nobody has read yet belong in the ledger all the same. */
static void record_rest(struct program *program)
{
	struct message *message, *next;

	for (message = inbox_take(program->inbox); message; message = next) {
		next = message->next;
		if (message->kind == MESSAGE_DID && program->store) {
			struct commands commands = { 0 };
			struct command *command = commands_add(&commands, COMMAND_LEDGER_ADD);

			command->entry = ledger_entry_copy(&message->did);
			free(command->entry.who);
			command->entry.who = mem_text(program->who);
			store_post(program->store, command);
			commands_release(&commands);
		}
		message_free(message);
	}
}

static int run_console(struct program *program)
{
	struct theme theme;
	struct err err;
	bool ascii = program->options.ascii || !term_unicode();
	int code;

	if (!theme_choose(&theme, program->options.theme, getenv("NO_COLOR"), &err) ||
		!loop_open(&theme, &err))
		return batch_fail(&err);
	program->inbox = inbox_new();
	open_store(program);
	if (open_network(program, &program->config, program->inbox, NULL, BATCH_SAMPLES, true, &err))
		code = show(program, ascii);
	else
		code = err_exit_code(&err);
	loop_close();
	if (!program->network)
		batch_fail(&err);
	close_network(program);
	record_rest(program);
	store_close(program->store);
	inbox_free(program->inbox);
	return code;
}

/* Where no screen can be drawn, lines can be written all the same. */
static int run_plain(struct program *program)
{
	const char *name = getenv("TERM");

	batch_say("TERM=%.60s is no terminal that a screen can be drawn on: here is the table of "
		  "hosts, every 10 seconds until Ctrl-C; \"mailmend --help\" lists the commands",
		name ? name : "");
	choose_locale(false);
	program->options.command = &command_plain;
	return run_batch(program);
}

static int run(struct program *program)
{
	const struct batch_command *command = program->options.command;
	int code;

	if (command && command->changes && program->options.read_only) {
		batch_say("\"%s\" changes something, and --read-only was given", command->name);
		return EX_NOPERM;
	}
	prepare_process();
	find_places(program);
	code = command && command->no_config ? 0 : read_config(program);
	if (!code)
		code = command ? run_batch(program) :
			term_able() ? run_console(program) :
				      run_plain(program);
	config_release(&program->config);
	free(program->config_path);
	free(program->home);
	free(program->who);
	return code;
}

int main(int argc, char **argv)
{
	struct program program = { 0 };
	struct str text = { 0 };
	struct err err;

	if (!options_parse(&program.options, argc, argv, &err)) {
		choose_locale(false);
		return batch_fail(&err);
	}
	choose_locale(!program.options.command);
	if (!program.options.help && !program.options.version)
		return run(&program);
	if (program.options.help)
		options_help(&text, program.options.command);
	else
		str_adds(&text, "mailmend " MAILMEND_VERSION "\n");
	fputs(str_text(&text), stdout);
	str_release(&text);
	return batch_flush(EX_OK);
}
