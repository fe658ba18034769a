/* SPDX-License-Identifier: MIT */
/*
 * The host is tried before it is written, so that a typing mistake or a refused key leaves
 * nothing behind that would have to be taken out by hand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "tui/batch/config_file.h"
#include "tui/batch/gather.h"
#include "tui/batch/target.h"

/* Paths in the configuration do not depend on where it is read. */
static char *whole_path(const char *path)
{
	char *here, *there;
	struct str out = { 0 };

	if (!path || *path == '/' || *path == '~')
		return mem_text(path);
	here = getcwd(NULL, 0);
	str_addf(&out, "%s/%s", here ? here : "", path);
	there = str_take(&out);
	free(here);
	return there;
}

static bool host_given(struct config_host *host, const struct options *options, struct err *err)
{
	if (!target_parse(host, options->arguments[0], err))
		return false;
	host->name = mem_text(options->name ? options->name : host->address);
	host->identity = whole_path(options->identity);
	host->known_hosts = whole_path(options->known_hosts);
	host->become = mem_text(options->become);
	return true;
}

static void host_release(struct config_host *host)
{
	free(host->name);
	free(host->address);
	free(host->user);
	free(host->identity);
	free(host->known_hosts);
	free(host->become);
}

/* The text with the host in it, and what it says when it is read. PROBLEMS holds its mistakes. */
static bool text_with(struct batch *batch, const struct config_host *host, struct str *text,
	struct config *config, struct str *problems, struct err *err)
{
	const struct batch_setup *setup = batch->setup;
	struct str old = { 0 };
	bool ok = config_file_read(&old, setup->config_path, err) &&
		config_with_host(text, old.data, old.len, host, err) &&
		config_parse(config, setup->config_path, str_text(text), text->len, setup->places,
			problems, err);

	str_release(&old);
	return ok;
}

static bool write_host(struct batch *batch, const struct config_host *host, struct err *err)
{
	struct str text = { 0 }, problems = { 0 };
	struct config again = { 0 };
	bool ok;
	int lock = config_file_lock(batch->setup->config_path, err);

	if (lock < 0)
		return false;
	/* Read anew: another process may have added a host meanwhile. */
	ok = text_with(batch, host, &text, &again, &problems, err) &&
		config_file_replace(batch->setup->config_path, &text, err);
	close(lock);
	config_release(&again);
	str_release(&problems);
	str_release(&text);
	return ok;
}

/* Tries the host; what it says is told. Returns 0 or the exit code. */
static int try_host(struct batch *batch, const char *name)
{
	struct gather wanted = { .depth = BATCH_AGENT, .doctor = true };
	struct str room = { 0 };
	struct err err;
	int code;

	if (!batch_open(batch, &wanted, name, &err))
		return batch_fail(&err);
	batch_wait(batch);
	code = batch_hosts_code(batch);
	for (uint32_t i = 0; i < batch->config->hosts.count; i++) {
		const char *error = batch_host_error(batch, i, &room);

		if (!batch->hosts[i].asked)
			continue;
		if (code && batch->declined)
			batch_say("%s was not added: its login was not confirmed", name);
		else if (code)
			batch_say("%s was not added: %s (--unchecked adds it all the same)", name,
				error ? error : "it does not answer");
		vec_each(&batch->hosts[i].doctor, check)
			if (!check->good)
				batch_say("%s: %s: %s%s%s", name, check->name, check->found,
					check->mend ? "; " : "", check->mend ? check->mend : "");
	}
	str_release(&room);
	return code;
}

static int add(struct batch *batch, const struct config_host *host)
{
	struct err err;
	int code = batch->options->unchecked ? 0 : try_host(batch, host->name);

	if (code)
		return code;
	if (!write_host(batch, host, &err))
		return batch_fail(&err);
	printf("%s is now in %s\n", host->name, batch->setup->config_path);
	if (!batch_record(batch, "host added", host->name, batch->setup->config_path, "ok", &err))
		batch_say("the ledger: %s", err.text);
	return EX_OK;
}

static int run(struct batch *batch)
{
	struct config_host host = { 0 };
	struct config config = { 0 };
	struct str text = { 0 }, problems = { 0 };
	struct err err;
	int code;

	if (host_given(&host, batch->options, &err) &&
		text_with(batch, &host, &text, &config, &problems, &err)) {
		batch->own = config;
		batch->config = &batch->own;
		code = add(batch, &host);
	} else {
		code = problems.len ? batch_problems(&problems) : batch_fail(&err);
	}
	str_release(&problems);
	str_release(&text);
	host_release(&host);
	return code;
}

const struct batch_command command_hosts_add = {
	.name = "hosts add",
	.arguments = "[USER@]HOST[:PORT]",
	.summary = "Try a host and write it into the configuration",
	.least = 1,
	.most = 1,
	.takes = TAKES_LOGIN | TAKES_TIMEOUT,
	.changes = true,
	.no_config = true,
	.run = run,
};
