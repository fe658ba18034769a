/* SPDX-License-Identifier: MIT */
#include "net/trust.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "net/hostkeys.h"
#include "net/worker.h"

/* What a set of files held, shared by the workers that look into it. */
struct snapshot {
	struct hostkeys keys;
	unsigned users;
};

struct known_set {
	char *files; /* their paths, one a line */
	struct str state; /* what stat said about each */
	struct snapshot *snapshot;
};

struct trust {
	pthread_mutex_t lock;
	struct {
		vec_of(struct known_set);
	} sets;
};

struct trust *trust_new(void)
{
	struct trust *trust = mem_new(sizeof(*trust));

	pthread_mutex_init(&trust->lock, NULL);
	return trust;
}

static void snapshot_drop(struct snapshot *snapshot)
{
	if (!snapshot || --snapshot->users > 0)
		return;
	hostkeys_release(&snapshot->keys);
	free(snapshot);
}

void trust_free(struct trust *trust)
{
	if (!trust)
		return;
	vec_each(&trust->sets, set) {
		snapshot_drop(set->snapshot);
		str_release(&set->state);
		free(set->files);
	}
	vec_release(&trust->sets);
	pthread_mutex_destroy(&trust->lock);
	free(trust);
}

static void list_files(const struct ssh_settings *settings, struct str *files, struct str *state)
{
	const struct paths *const lists[] = { &settings->user_known_hosts,
		&settings->global_known_hosts };

	for (size_t i = 0; i < 2; i++)
		vec_each(lists[i], path) {
			struct stat status = { 0 };

			if (stat(*path, &status) < 0)
				status = (struct stat){ 0 };
			str_addf(files, "%s\n", *path);
			str_addf(state, "%lld.%ld %lld %llu\n", (long long)status.st_mtim.tv_sec,
				status.st_mtim.tv_nsec, (long long)status.st_size,
				(unsigned long long)status.st_ino);
		}
}

static struct snapshot *read_files(const struct ssh_settings *settings, struct err *err)
{
	struct snapshot *snapshot = mem_new(sizeof(*snapshot));
	bool ok = true;

	snapshot->users = 1;
	vec_each(&settings->user_known_hosts, path)
		ok = ok && hostkeys_read(&snapshot->keys, *path, err);
	vec_each(&settings->global_known_hosts, path)
		ok = ok && hostkeys_read(&snapshot->keys, *path, err);
	if (ok)
		return snapshot;
	snapshot_drop(snapshot);
	return NULL;
}

static struct known_set *set_of(struct trust *trust, const char *files)
{
	struct known_set *set;

	vec_each(&trust->sets, known)
		if (strcmp(known->files, files) == 0)
			return known;
	set = vec_add(&trust->sets);
	set->files = mem_text(files);
	return set;
}

static struct snapshot *snapshot_take(struct trust *trust, const struct ssh_settings *settings,
	struct err *err)
{
	struct str files = { 0 }, state = { 0 };
	struct snapshot *snapshot = NULL;
	struct known_set *set;

	list_files(settings, &files, &state);
	pthread_mutex_lock(&trust->lock);
	set = set_of(trust, str_text(&files));
	if (!set->snapshot || strcmp(str_text(&set->state), str_text(&state)) != 0) {
		snapshot = read_files(settings, err);
		if (snapshot) {
			snapshot_drop(set->snapshot);
			set->snapshot = snapshot;
			str_clear(&set->state);
			str_adds(&set->state, str_text(&state));
		}
	} else {
		snapshot = set->snapshot;
	}
	if (snapshot)
		snapshot->users++;
	pthread_mutex_unlock(&trust->lock);
	str_release(&files);
	str_release(&state);
	return snapshot;
}

static void snapshot_give(struct trust *trust, struct snapshot *snapshot)
{
	pthread_mutex_lock(&trust->lock);
	snapshot_drop(snapshot);
	pthread_mutex_unlock(&trust->lock);
}

/* An alias stands for itself, without the port; as in OpenSSH. */
static const char *known_name(const struct ssh_settings *settings, int *port)
{
	*port = settings->host_key_alias ? 0 : settings->port;
	return settings->host_key_alias ? settings->host_key_alias : settings->host;
}

bool trust_algorithms(struct trust *trust, const struct ssh_settings *settings, struct str *out,
	struct err *err)
{
	struct snapshot *snapshot = snapshot_take(trust, settings, err);
	const char *name;
	int port;

	if (!snapshot)
		return false;
	name = known_name(settings, &port);
	hostkeys_algorithms(&snapshot->keys, name, port, out);
	snapshot_give(trust, snapshot);
	return true;
}

static bool accept_key(const struct ssh_settings *settings, const char *blob, const char *how,
	struct worker *worker, struct err *err)
{
	char fingerprint[64], type[64];
	struct str detail = { 0 };
	const char *name;
	int port;

	name = known_name(settings, &port);
	if (!settings->user_known_hosts.count)
		return err_set(err, ERR_CONFIG, "there is no known_hosts file to keep the host's key in");
	if (!hostkeys_append(settings->user_known_hosts.items[0], name, port, blob,
		    settings->hash_known_hosts, err))
		return false;
	hostkey_fingerprint(blob, fingerprint);
	hostkey_type(blob, type);
	str_addf(&detail, "%s %s, %s; written to %s", type, fingerprint, how,
		settings->user_known_hosts.items[0]);
	worker_did(worker, "host key accepted", str_text(&detail));
	str_release(&detail);
	return true;
}

static bool ask_about(const struct ssh_settings *settings, const char *blob, struct worker *worker,
	struct err *err)
{
	char fingerprint[64], type[64];
	struct str title = { 0 }, text = { 0 }, instead = { 0 };
	struct prompt prompt = { .kind = PROMPT_HOST_KEY };
	bool ok, yes = false;
	char *answer = NULL;

	hostkey_fingerprint(blob, fingerprint);
	hostkey_type(blob, type);
	str_addf(&title, "The host key of %s is not known", worker->host.name);
	str_addf(&text, "%s port %d shows this key:\n%s %s\nCompare it with ssh-keygen -lf on the host. "
		"Once accepted it is written to %s.",
		settings->host, settings->port, type, fingerprint,
		settings->user_known_hosts.count ? settings->user_known_hosts.items[0] : "?");
	str_addf(&instead, "the host key of %s is not known (%s %s); accept it in the console or with "
		"ssh first",
		settings->host, type, fingerprint);
	prompt.title = title.data;
	prompt.text = text.data;
	ok = worker_ask(worker, &prompt, str_text(&instead), &yes, &answer, err);
	secret_free(answer);
	if (ok && !yes)
		ok = err_set(err, ERR_REFUSED, "the host key %s was not accepted", fingerprint);
	str_release(&title);
	str_release(&text);
	str_release(&instead);
	return ok && accept_key(settings, blob, "after a question", worker, err);
}

static bool unknown(const struct ssh_settings *settings, const char *blob, struct worker *worker,
	struct err *err)
{
	char fingerprint[64];

	if (settings->strict == STRICT_ACCEPT_NEW)
		return accept_key(settings, blob, "as StrictHostKeyChecking says", worker, err);
	if (settings->strict == STRICT_ASK)
		return ask_about(settings, blob, worker, err);
	hostkey_fingerprint(blob, fingerprint);
	return err_set(err, ERR_REFUSED,
		"the host key of %s is not known (%s) and StrictHostKeyChecking is yes; add it to %s",
		settings->host, fingerprint,
		settings->user_known_hosts.count ? settings->user_known_hosts.items[0] : "known_hosts");
}

bool trust_check(struct trust *trust, const struct ssh_settings *settings, const char *blob,
	struct worker *worker, struct err *err)
{
	struct snapshot *snapshot = snapshot_take(trust, settings, err);
	struct str expected = { .bound = 300 };
	enum hostkey_verdict verdict;
	char fingerprint[64];
	bool ok = false;
	const char *name;
	int port;

	if (!snapshot)
		return false;
	name = known_name(settings, &port);
	verdict = hostkeys_check(&snapshot->keys, name, port, blob, &expected);
	snapshot_give(trust, snapshot);
	hostkey_fingerprint(blob, fingerprint);
	switch (verdict) {
	case HOSTKEY_KNOWN:
		ok = true;
		break;
	case HOSTKEY_UNKNOWN:
		ok = unknown(settings, blob, worker, err);
		break;
	case HOSTKEY_CHANGED:
		err_set(err, ERR_REFUSED,
			"host key changed: %s, expected %s; if that is right remove the old one with ssh-keygen -R",
			fingerprint, str_text(&expected));
		break;
	case HOSTKEY_REVOKED:
		err_set(err, ERR_REFUSED, "host key revoked: %s is marked @revoked in known_hosts%s%s",
			fingerprint, expected.len ? "; expected " : "", str_text(&expected));
		break;
	case HOSTKEY_AUTHORITY:
		err_set(err, ERR_REFUSED,
			"only a certificate authority is known for this host, which is not supported; "
			"add its own key (%s) to known_hosts",
			fingerprint);
		break;
	}
	str_release(&expected);
	return ok;
}
