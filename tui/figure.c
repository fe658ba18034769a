/* SPDX-License-Identifier: MIT */
#include "tui/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *unknown(char out[FIGURE])
{
	return strncpy(out, "–", FIGURE);
}

static const char *nothing(char out[FIGURE])
{
	return strncpy(out, "·", FIGURE);
}

const char *figure_waiting(char out[FIGURE])
{
	return strncpy(out, "…", FIGURE);
}

const char *figure_count(double number, char out[FIGURE])
{
	static const char units[] = "kMGTPE";
	int unit = -1;

	if (isnan(number) || number < 0)
		return unknown(out);
	if (number < 0.5)
		return nothing(out);
	if (number < 999.5) {
		snprintf(out, FIGURE, "%.0f", round(number));
		return out;
	}
	while (number >= 999.5 && units[unit + 1]) {
		number /= 1000;
		unit++;
	}
	snprintf(out, FIGURE, number < 99.95 ? "%.1f%c" : "%.0f%c", number, units[unit]);
	return out;
}

const char *figure_percent(double percent, char out[FIGURE])
{
	if (isnan(percent) || percent < 0)
		return unknown(out);
	if (percent < 0.5)
		return nothing(out);
	snprintf(out, FIGURE, "%.0f", round(fmin(percent, 1e6)));
	return out;
}

const char *figure_load(double load, char out[FIGURE])
{
	if (isnan(load) || load < 0)
		return unknown(out);
	if (load < 0.05)
		return nothing(out);
	snprintf(out, FIGURE, load < 99.95 ? "%.1f" : "%.0f", fmin(load, 1e6));
	return out;
}

const char *figure_size(double bytes, char out[FIGURE])
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	size_t unit = 0;

	if (isnan(bytes) || bytes < 0)
		return unknown(out);
	while (bytes >= 999.5 && unit + 1 < sizeof(units) / sizeof(*units)) {
		bytes /= 1000;
		unit++;
	}
	snprintf(out, FIGURE, bytes < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
	return out;
}

const char *figure_age(int64_t ms, char out[FIGURE])
{
	long long s = ms < 0 ? 0 : ms / 1000;

	if (s < 120)
		snprintf(out, FIGURE, "%llds", s);
	else if (s < 7200)
		snprintf(out, FIGURE, "%lldm", s / 60);
	else if (s < 172800)
		snprintf(out, FIGURE, "%lldh%02lld", s / 3600, s / 60 % 60);
	else
		snprintf(out, FIGURE, "%lldd", s / 86400);
	return out;
}

const char *figure_clock(int64_t local_s, char out[FIGURE])
{
	int s = (int)((local_s % 86400 + 86400) % 86400);

	snprintf(out, FIGURE, "%02d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
	return out;
}

const char *figure_day(int64_t local_s, char out[FIGURE])
{
	time_t moment = (time_t)local_s; /* the zone is in it already */
	struct tm parts;

	if (!gmtime_r(&moment, &parts) || strftime(out, FIGURE, "%Y-%m-%d %H:%M", &parts) == 0)
		return unknown(out);
	return out;
}

/* The mean of values FROM…FROM+PER-1 (ages), NAN when there is none. */
static float mean(const struct history *history, unsigned from, unsigned per)
{
	float sum = 0;
	unsigned count = 0;

	for (unsigned i = from; i < from + per; i++) {
		float value = history_at(history, i);

		if (!isnan(value)) {
			sum += value;
			count++;
		}
	}
	return count ? sum / (float)count : NAN;
}

const char *figure_spark(const struct history *history, int cells, unsigned per, float full,
	char out[SPARK_MAX * 3 + 1])
{
	float means[SPARK_MAX];
	/* Steps begin at every PER-th value ever added, so that a picture moves on by whole cells
	 * and never trembles. */
	unsigned ahead = per > 1 ? history->count % per : 0;
	size_t used = 0;

	for (int i = 0; i < cells; i++) {
		unsigned age = (unsigned)(cells - 1 - i) * per;

		if (ahead)
			means[i] = age == 0 ? mean(history, 0, ahead)
					    : mean(history, age - per + ahead, per);
		else
			means[i] = mean(history, age, per);
		if (means[i] > full)
			full = means[i];
	}
	for (int i = 0; i < cells; i++) {
		int level = isnan(means[i]) || full <= 0 ? 0 : (int)(means[i] / full * 8);

		if (isnan(means[i])) {
			out[used++] = ' ';
			continue;
		}
		level = level < 0 ? 0 : level > 7 ? 7 : level;
		used += (size_t)snprintf(out + used, 4, "\xE2\x96%c", (char)(0x81 + level));
	}
	out[used] = '\0';
	return out;
}
