/* SPDX-License-Identifier: MIT */
/*
 * What a worker does with a session that is logged in: the agent's samples, one at a time
 * and not before the console took the one before, and the console's other requests.
 */
#ifndef NET_WORK_H
#define NET_WORK_H

#include "core/base/err.h"
#include "net/session.h"
#include "net/worker.h"

#define SILENCE_PROBE_MS 4000 /* a host that says nothing is asked for a sign of life */
#define SILENCE_DEAD_MS 12000 /* and is dead then */
#define GREETING_MS 30000     /* from the login to the agent's hello */
#define SAMPLE_MS 60000       /* for one sample */
#define FULL_EVERY 60         /* samples */

/* Returns when the link is over; err says why, always. */
void work(struct worker *worker, struct session *session, struct err *err);

/* Answers what was requested while there is no link. */
void work_refuse(struct worker *worker, const char *why);

#endif
