/* SPDX-License-Identifier: MIT */
/* A worker's life: connect, work, lose the link, wait, again; until it shall stop. */
#ifndef NET_LIVE_H
#define NET_LIVE_H

#include <stdint.h>

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MOST_MS 60000
#define STABLE_MS 60000 /* a link that held so long starts the back-off anew */

struct worker;

void live(struct worker *worker);

/* The longest wait after so many failures in a row (1 …); the real one is random below it. */
int64_t backoff_ms(unsigned failures);

#endif
