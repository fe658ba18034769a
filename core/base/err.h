/* SPDX-License-Identifier: MIT */
/*
 * Errors are values. A function that can fail takes a `struct err *` last, returns
 * false and fills it; on success it leaves it alone. A caller adds what only it knows
 * in front: err_context(err, "mail03: agent") makes "mail03: agent: exit 75".
 *
 * The text is one sentence for a person: what is wrong, where, and what to do. It may
 * hold bytes that came from a host; whoever draws it makes them harmless.
 */
#ifndef CORE_BASE_ERR_H
#define CORE_BASE_ERR_H

#include <stdbool.h>

enum err_kind {
	ERR_NONE,
	ERR_USAGE,     /* the command line is wrong */
	ERR_CONFIG,    /* the configuration is wrong */
	ERR_DATA,      /* bytes that are not what they should be */
	ERR_IO,        /* files, disks, the store */
	ERR_AWAY,      /* a host or service that does not answer */
	ERR_REFUSED,   /* a login or key that was not accepted; trying again does not help */
	ERR_RIGHTS,    /* not allowed */
	ERR_NOMAILBOX, /* no such mailbox */
	ERR_CANCELLED, /* given up on purpose */
};

struct err {
	enum err_kind kind;
	char text[512];
};

/* Fills ERR (may be NULL) and returns false, so that `return err_set(…)` fails. */
bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As err_set, and adds ": " and the text of errno. */
bool err_errno(struct err *err, enum err_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts the context and ": " in front of the text; returns false. */
bool err_context(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The exit code of sysexits.h that fits (architecture: batch commands end with it). */
int err_exit_code(const struct err *err);

#endif
