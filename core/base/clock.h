/* SPDX-License-Identifier: MIT */
/*
 * The two clocks of the console, for net/ and tui/. The rest of core/ reads none: times go
 * into it with the messages.
 */
#ifndef CORE_BASE_CLOCK_H
#define CORE_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds that only grow and that count through sleep (CLOCK_BOOTTIME). */
int64_t clock_ms(void);

/* Seconds since the epoch, for what people read. */
int64_t clock_wall_s(void);

/* Seconds east of UTC in the local zone at a moment. */
int64_t clock_zone_s(int64_t wall_s);

#endif
