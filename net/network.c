/* SPDX-License-Identifier: MIT */
#include "net/network.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/base/mem.h"
#include "net/worker.h"

/* A worker that can be stopped has stopped long before. */
#define PARTING_MS 1000
/* Descriptors of one host: session, wake, agent guard, a proxy's three. */
#define DESCRIPTORS_EACH 4
#define DESCRIPTORS_OURS 64

struct network {
	struct common *common;
	struct {
		vec_of(struct worker *);
	} workers; /* in the order of the hosts; NULL: not wanted */
};

static bool wanted(const char *only, const char *name)
{
	size_t len = strlen(name);

	if (!only)
		return true;
	for (const char *at = only; *at;) {
		size_t word = strcspn(at, ",");

		if (word == len && memcmp(at, name, len) == 0)
			return true;
		at += word + (at[word] == ',');
	}
	return false;
}

static bool descriptors(size_t hosts, struct err *err)
{
	struct rlimit limit;
	rlim_t need = hosts * DESCRIPTORS_EACH + DESCRIPTORS_OURS;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return err_errno(err, ERR_IO, "cannot learn how many files may be open");
	if (limit.rlim_cur < need) {
		limit.rlim_cur = limit.rlim_max < need ? limit.rlim_max : need;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur < need)
		return err_set(err, ERR_IO, "%zu hosts need %llu open files and only %llu are allowed; see ulimit -n",
			hosts, (unsigned long long)need, (unsigned long long)limit.rlim_cur);
	return true;
}

static bool workers_start(struct network *network, const char *only, struct err *err)
{
	const struct config *config = network->common->config;

	for (size_t i = 0; i < config->hosts.count; i++) {
		struct worker *worker = NULL;

		if (wanted(only, config->hosts.items[i].name)) {
			worker = worker_new(network->common, (uint32_t)i, err);
			if (!worker)
				return false;
			if (!worker_start(worker, err)) {
				worker_free(worker);
				return false;
			}
		}
		*vec_add(&network->workers) = worker;
	}
	return true;
}

struct network *network_new(const struct network_options *options, struct err *err)
{
	struct network *network;

	if (!descriptors(options->config->hosts.count, err))
		return NULL;
	signal(SIGPIPE, SIG_IGN);
	network = mem_new(sizeof(*network));
	network->common = common_new(options->config, options->inbox, options->handshakes);
	network->common->samples = options->samples;
	network->common->bare = options->bare;
	network->common->may_ask = options->may_ask;
	if (workers_start(network, options->only, err))
		return network;
	network_free(network);
	return NULL;
}

/* Those who ended are freed here; those who are stuck free themselves, should they ever end. */
static void part(struct network *network)
{
	struct common *common = network->common;
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PARTING_MS / 1000;
	until.tv_nsec += PARTING_MS % 1000 * 1000000L;
	pthread_mutex_lock(&common->lock);
	while (common->running > 0 &&
		pthread_cond_timedwait(&common->changed, &common->lock, &until) != ETIMEDOUT)
		;
	common->given_up = true;
	vec_each(&network->workers, worker)
		if (*worker && !(*worker)->ended) {
			pthread_detach((*worker)->thread);
			*worker = NULL;
		}
	pthread_mutex_unlock(&common->lock);
}

void network_free(struct network *network)
{
	if (!network)
		return;
	vec_each(&network->workers, worker)
		if (*worker)
			wake_stop(&(*worker)->wake);
	turns_stir(&network->common->handshakes);
	turns_stir(&network->common->lookups);
	turns_by_name_stir(&network->common->jumps);
	part(network);
	vec_each(&network->workers, worker)
		if (*worker) {
			pthread_join((*worker)->thread, NULL);
			worker_free(*worker);
		}
	vec_release(&network->workers);
	common_give_back(network->common);
	free(network);
}

void network_do(struct network *network, struct command *command)
{
	struct worker *worker = NULL;

	if (command->host < network->workers.count)
		worker = network->workers.items[command->host];
	if (worker)
		worker_do(worker, command);
}
