/* SPDX-License-Identifier: MIT */
#include "core/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
	va_list args;

	if (!err)
		return false;
	err->kind = kind;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return false;
}

bool err_errno(struct err *err, enum err_kind kind, const char *format, ...)
{
	int number = errno;
	va_list args;
	size_t used;

	if (!err)
		return false;
	err->kind = kind;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s", strerror(number));
	return false;
}

bool err_context(struct err *err, const char *format, ...)
{
	struct err old;
	va_list args;
	size_t used;

	if (!err)
		return false;
	old = *err;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s", old.text);
	return false;
}

int err_exit_code(const struct err *err)
{
	switch (err->kind) {
	case ERR_NONE:
		return EX_OK;
	case ERR_USAGE:
		return EX_USAGE;
	case ERR_CONFIG:
		return EX_CONFIG;
	case ERR_DATA:
		return EX_DATAERR;
	case ERR_IO:
		return EX_IOERR;
	case ERR_AWAY:
		return EX_UNAVAILABLE;
	case ERR_REFUSED:
	case ERR_RIGHTS:
		return EX_NOPERM;
	case ERR_NOMAILBOX:
		return EX_NOUSER;
	case ERR_CANCELLED:
		return EX_TEMPFAIL;
	}
	return EX_SOFTWARE;
}
