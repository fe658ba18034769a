/* SPDX-License-Identifier: MIT */
#include "tui/batch/gather.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "core/store/store.h"
#include "tui/batch/table.h"
#include "core/base/clock.h"

void batch_say(const char *format, ...)
{
	struct str text = { 0 }, line = { 0 };
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	str_adds(&line, "mailmend: ");
	plain_add(&line, str_text(&text), true);
	str_addc(&line, '\n');
	fflush(stdout);
	fwrite(str_text(&line), 1, line.len, stderr);
	str_release(&line);
	str_release(&text);
}

int batch_fail(const struct err *err)
{
	batch_say("%s", err->text);
	return err_exit_code(err);
}

int batch_problems(const struct str *problems)
{
	struct str lines = { 0 };

	plain_add(&lines, str_text(problems), true);
	fwrite(str_text(&lines), 1, lines.len, stderr);
	str_release(&lines);
	return EX_CONFIG;
}

bool batch_store(struct batch *batch, struct err *err)
{
	if (!batch->store)
		batch->store = store_open(batch->config->store_directory, batch->inbox, err);
	return batch->store != NULL;
}

bool batch_record(struct batch *batch, const char *what, const char *host, const char *detail,
	const char *result, struct err *err)
{
	struct ledger_entry entry = { .wall_s = clock_wall_s() };
	bool ok;

	entry.who = mem_text(batch->setup->who);
	entry.what = mem_text(what);
	entry.host = mem_text(host);
	entry.detail = mem_text(detail);
	entry.result = mem_text(result);
	ok = batch_store(batch, err) && store_add(batch->store, &entry, err);
	ledger_entry_release(&entry);
	return ok;
}

/* Whether the other end of stdout is closed: the error of an earlier write is not kept. */
static bool reader_is_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) > 0 && out.revents & POLLERR;
}

int batch_flush(int code)
{
	errno = 0;
	if ((!fflush(stdout) && !ferror(stdout)) || reader_is_gone())
		return code;
	batch_say("standard output cannot be written: %s", strerror(errno ? errno : EIO));
	return EX_IOERR;
}

static void hosts_release(struct batch *batch)
{
	for (size_t i = 0; batch->hosts && i < batch->config->hosts.count; i++) {
		struct batch_host *host = &batch->hosts[i];

		free(host->error);
		free(host->prepare.text);
		vec_each(&host->doctor, check)
			doctor_check_release(check);
		vec_release(&host->doctor);
	}
	free(batch->hosts);
}

int batch_run(const struct batch_setup *setup)
{
	struct batch batch = {
		.setup = setup,
		.options = setup->options,
		.config = setup->config,
		.inbox = inbox_new(),
		.stop_fd = -1,
	};
	int code = setup->options->command->run(&batch);

	code = batch_flush(code);
	if (batch.open)
		setup->network->close(setup->network->context);
	batch_take_rest(&batch);
	store_close(batch.store);
	fleet_free(batch.fleet);
	hosts_release(&batch);
	message_free(batch.ledger);
	inbox_free(batch.inbox);
	config_release(&batch.own);
	return code;
}
