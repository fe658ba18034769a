/* SPDX-License-Identifier: MIT */
/*
 * The console's state and its two functions. app_update takes one message, changes the
 * app and appends the commands it wants done; it does no I/O and reads no clock (time
 * is message->at_ms). app_view draws into a frame and changes nothing.
 *
 * Any bug is a list of messages that can be played again.
 */
#ifndef TUI_APP_H
#define TUI_APP_H

#include <stdbool.h>

#include "core/command.h"
#include "core/config.h"
#include "core/fleet.h"
#include "core/message.h"

struct app;
struct frame;

struct app_options {
	const struct config *config; /* outlives the app */
	bool read_only;              /* nothing that changes a host is offered */
	bool ascii;                  /* borders and sparklines in ASCII */
	const char *who;             /* "ana@desk", for the ledger */
	const char *places;          /* where configuration and state are, for help */
	int64_t wall_s;              /* now */
	int64_t zone_s;              /* seconds east of UTC, for what people read */
};

struct app *app_new(const struct app_options *options);
void app_free(struct app *app);

void app_update(struct app *app, struct message *message, struct commands *commands);
void app_view(const struct app *app, struct frame *frame);

/* Something changed that app_view would draw otherwise; cleared by app_drawn. A key's
 * change is urgent: it is drawn at once; data waits for the next fifth of a second. */
enum app_dirty { APP_CLEAN, APP_DATA, APP_URGENT };
enum app_dirty app_dirty(const struct app *app);
void app_drawn(struct app *app);

/* There is sorting or filtering to go on with: MESSAGE_SLICE when nothing else waits. */
bool app_busy(const struct app *app);

const struct fleet *app_fleet(const struct app *app);

#endif
