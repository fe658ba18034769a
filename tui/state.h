/* SPDX-License-Identifier: MIT */
/* What the console knows and shows: for tui/'s own files. Only app_update changes it. */
#ifndef TUI_STATE_H
#define TUI_STATE_H

#include "core/base/vec.h"
#include "core/filter.h"
#include "tui/app.h"
#include "tui/repairing.h"
#include "tui/screen.h"
#include "tui/widgets/edit.h"
#include "tui/widgets/list.h"
#include "tui/widgets/marks.h"
#include "tui/widgets/page.h"

#define PLACES_MAX 8
#define QUIET_MS 3000  /* rows are sorted anew when no key was pressed for so long */
#define RESORT_MS 3000 /* and not more often than this */
#define FIRST_MS 10000 /* after the start: hosts answer one by one */
#define TOAST_MS 6000
#define NO_HOST UINT32_MAX

/* A screen on the way here, the last one is shown. Details say what they are about. */
struct place {
	enum screen_id screen;
	uint32_t host;
	uint32_t row;   /* a mailbox's; a unit's place in its job */
	int64_t entry;  /* the ledger's; a job's number */
	struct list list; /* of pages; lists have their own */
};

enum typing {
	TYPING_NOTHING,
	TYPING_FILTER,
	TYPING_COMMAND,
};

/* A host's login waits for an answer. */
struct question {
	uint32_t host;
	struct prompt prompt;
	bool later; /* a person put it off */
};

struct fleet_state {
	struct list list;
	struct {
		vec_of(uint32_t);
	} order; /* hosts that pass the filter, sorted */
	int sort;
	bool descending;
	bool frozen;
	char filter[EDIT_MAX];
	struct filter *passing; /* NULL: all */
	struct marks marks;
	int64_t sorted_ms;
};

struct mailboxes_state {
	struct list list;
	struct view *view;
	int sort;
	bool descending;
	bool frozen;
	bool busy;    /* the view has work left */
	bool awaited; /* by a person, who sees how far it is */
	char filter[EDIT_MAX];
	struct marks marks;
	int64_t refreshed_ms;
};

struct ledger_state {
	struct list list;
	struct {
		vec_of(struct ledger_entry);
	} entries; /* newest first */
	char filter[EDIT_MAX];
	unsigned asked; /* queries without an answer yet; only the last one's counts */
	bool whole;     /* the oldest entry is there */
	bool more;      /* the query that is out asks for older ones */
	bool known;     /* an answer came */
	bool behind;    /* an entry was added since it was read */
};

/* The open host: its busiest mailboxes, what doctor found. */
struct host_state {
	uint32_t host; /* the view's */
	struct view *view;
	bool busy;
	int64_t refreshed_ms;
};

/* The open mailbox: its sessions, collected now and then, and its history since opened. */
struct mailbox_session {
	uint32_t host;
	uint64_t id;
	char service[16];
	char address[48];
	int64_t since_ms;
	bool shared;
	float cpu_percent, read_bps, write_bps;
};
struct mailbox_state {
	struct {
		vec_of(struct mailbox_session);
	} sessions;
	uint32_t row; /* whose history it is; ROW_NONE: of none yet */
	struct history sessions_history, cpu_history;
	int64_t opened_ms, collected_ms, remembered_ms;
	struct {
		vec_of(struct ledger_entry);
	} repairs; /* what the ledger knows of it, newest first */
	bool repairs_known;
	bool repairs_behind; /* something was done to it since */
};

/* Jobs of this console and of the hosts' spools, newest first. */
struct repairs_state {
	struct list list;
	char chosen[PLAN_HASH_SIZE]; /* hash of the current row */
};

struct doctor_found {
	vec_of(struct doctor_check);
	bool asked; /* and not answered yet */
};

struct app {
	struct app_options options;
	struct fleet *fleet;
	int rows, columns;
	int64_t now_ms, wall_s;
	int64_t started_ms;
	int64_t key_ms; /* when the last key was pressed; 0: none yet */
	enum app_dirty dirty;

	struct place places[PLACES_MAX];
	int depth; /* of the last place */

	struct {
		char text[240];
		enum style style;
		int64_t until_ms;
	} toast;

	enum typing typing;
	struct edit edit;
	char filter_before[EDIT_MAX]; /* for Esc */
	int chosen;                   /* row of the palette */

	struct {
		vec_of(struct question);
	} questions;
	uint64_t open_question; /* id; 0: no dialog */
	struct edit answer;
	int dialog_top; /* first line shown of a dialog that is larger than its place */

	struct {
		vec_of(bool);
	} names_known; /* by host: its list of mailboxes came to its end */
	struct {
		vec_of(struct doctor_found);
	} doctors; /* by host */

	struct fleet_state fleet_state;
	struct mailboxes_state mailboxes_state;
	struct ledger_state ledger_state;
	struct host_state host_state;
	struct mailbox_state mailbox_state;
	struct repairs_state repairs_state;
	struct repairing repairing;
};

struct place *app_place(struct app *app);
const struct place *app_place_c(const struct app *app);
const struct screen *app_screen(const struct app *app);

/* Goes to a screen with a digit, or opens a detail on top of where we are. */
void app_go(struct app *app, enum screen_id screen, struct commands *commands);
void app_open(struct app *app, struct place place, struct commands *commands);
void app_back(struct app *app, struct commands *commands);

/* Says what just happened, for some seconds. */
void app_toast(struct app *app, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* May rows that were sorted then be sorted anew? Not while a person looks at them, not too
 * often; at first, while hosts answer one by one, at once. */
bool app_time_to_sort(const struct app *app, int64_t sorted_ms);

/* The rows between the top line and the bars of a terminal of so many rows. */
struct rect app_body(int rows, int columns);

/* Does an action, as if its key had been pressed. */
void app_act(struct app *app, enum action action, struct commands *commands);
/* A key on the screen itself. */
void app_press(struct app *app, uint32_t key, struct commands *commands);
/* Why not; NULL when it is allowed. */
const char *app_barred(const struct app *app, enum action action);

/* tui/typing.c: the filter and the palette */
void typing_start(struct app *app, enum typing what);
void typing_key(struct app *app, uint32_t key, struct commands *commands);
void typing_draw(const struct app *app, struct frame *frame, int row);
#define PALETTE_MAX 64
size_t palette_found(const struct app *app, const struct binding *found[PALETTE_MAX]);

/* tui/questions.c: host keys and passphrases */
void questions_add(struct app *app, struct message *message);
void questions_drop(struct app *app, uint32_t host, uint64_t id);
void questions_open(struct app *app, const struct question *question); /* NULL: the first */
void questions_tick(struct app *app); /* opens one by itself when nobody types */
void questions_key(struct app *app, uint32_t key, struct commands *commands);
void questions_draw(const struct app *app, struct frame *frame);
const struct question *questions_shown(const struct app *app);
void questions_release(struct app *app);

bool toast_shown(const struct app *app);

/* tui/paging.c: screens that are pages */
void paging_act(struct app *app, enum action action, struct commands *commands);
uint64_t paging_key(const struct app *app); /* of the current line; 0: none */
void paging_draw(const struct app *app, struct frame *frame, struct rect area);

/* tui/screens: what others need of them */
bool fleet_row_of(const struct app *app, uint32_t host, int *row); /* on screen? */
void fleet_init(struct app *app);
void mailboxes_init(struct app *app);
void mailbox_release(struct app *app);
void mailbox_repairs(struct app *app, struct message *message); /* an answer of the ledger */
bool mailbox_asked(uint64_t ticket);                            /* is it one for that page? */
void ledger_take(struct app *app, struct message *message);
void ledger_note(struct app *app, struct commands *commands, const char *what, uint32_t host,
	const char *detail, const char *result);
void doctor_ask(struct app *app, uint32_t host, struct commands *commands);

#endif
