/* SPDX-License-Identifier: MIT */
/* Turns: at most so many workers do something at once. The others wait in line. */
#ifndef NET_TURNS_H
#define NET_TURNS_H

#include <pthread.h>
#include <stdbool.h>

#include "core/base/vec.h"
#include "net/wait.h"

struct turns {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int free;
};

void turns_init(struct turns *turns, int count);
void turns_release(struct turns *turns);
bool turns_take(struct turns *turns, struct wake *wake); /* false: told to stop */
void turns_give(struct turns *turns);
void turns_stir(struct turns *turns); /* those who shall stop look again */

/* Turns by name: for each jump host its own. */
struct turns_by_name {
	pthread_mutex_t lock;
	int each;
	struct {
		vec_of(struct turns_named {
			char *name;
			struct turns *turns;
		});
	} all;
};

void turns_by_name_init(struct turns_by_name *named, int each);
void turns_by_name_release(struct turns_by_name *named);
struct turns *turns_by_name_get(struct turns_by_name *named, const char *name); /* lives as long */
void turns_by_name_stir(struct turns_by_name *named);

#endif
