/* SPDX-License-Identifier: MIT */
#include "net/turns.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

void turns_init(struct turns *turns, int count)
{
	pthread_mutex_init(&turns->lock, NULL);
	pthread_cond_init(&turns->changed, NULL);
	turns->free = count;
}

void turns_release(struct turns *turns)
{
	pthread_mutex_destroy(&turns->lock);
	pthread_cond_destroy(&turns->changed);
}

bool turns_take(struct turns *turns, struct wake *wake)
{
	bool mine;

	pthread_mutex_lock(&turns->lock);
	while (turns->free == 0 && !atomic_load(&wake->stop))
		pthread_cond_wait(&turns->changed, &turns->lock);
	mine = !atomic_load(&wake->stop);
	if (mine)
		turns->free--;
	else
		pthread_cond_signal(&turns->changed); /* a turn may have been meant for us */
	pthread_mutex_unlock(&turns->lock);
	return mine;
}

void turns_give(struct turns *turns)
{
	pthread_mutex_lock(&turns->lock);
	turns->free++;
	pthread_cond_signal(&turns->changed);
	pthread_mutex_unlock(&turns->lock);
}

void turns_stir(struct turns *turns)
{
	pthread_mutex_lock(&turns->lock);
	pthread_cond_broadcast(&turns->changed);
	pthread_mutex_unlock(&turns->lock);
}

void turns_by_name_init(struct turns_by_name *named, int each)
{
	*named = (struct turns_by_name){ .each = each };
	pthread_mutex_init(&named->lock, NULL);
}

void turns_by_name_release(struct turns_by_name *named)
{
	vec_each(&named->all, one) {
		turns_release(one->turns);
		free(one->turns);
		free(one->name);
	}
	vec_release(&named->all);
	pthread_mutex_destroy(&named->lock);
}

struct turns *turns_by_name_get(struct turns_by_name *named, const char *name)
{
	struct turns *turns = NULL;

	pthread_mutex_lock(&named->lock);
	vec_each(&named->all, one)
		if (strcmp(one->name, name) == 0)
			turns = one->turns;
	if (!turns) {
		turns = mem_new(sizeof(*turns));
		turns_init(turns, named->each);
		*vec_add(&named->all) = (struct turns_named){ mem_text(name), turns };
	}
	pthread_mutex_unlock(&named->lock);
	return turns;
}

void turns_by_name_stir(struct turns_by_name *named)
{
	pthread_mutex_lock(&named->lock);
	vec_each(&named->all, one)
		turns_stir(one->turns);
	pthread_mutex_unlock(&named->lock);
}
