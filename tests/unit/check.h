/* SPDX-License-Identifier: MIT */
/* What every unit test includes. */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Names the row of a table that is being checked, in front of what fails. */
#define assert_row(name, fact) \
	do { \
		if (!(fact)) \
			fail_msg("%s: not so: %s", (name), #fact); \
	} while (0)

/* The text holds the part. */
#define assert_holds(text, part) \
	do { \
		if (!strstr((text), (part))) \
			fail_msg("\"%s\" should hold \"%s\"", (text), (part)); \
	} while (0)

#endif
