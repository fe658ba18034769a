/* SPDX-License-Identifier: MIT */
#include "core/base/clock.h"

#include <time.h>

int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_wall_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int64_t clock_zone_s(int64_t wall_s)
{
	time_t moment = wall_s;
	struct tm local = { 0 };

	return localtime_r(&moment, &local) ? local.tm_gmtoff : 0;
}
