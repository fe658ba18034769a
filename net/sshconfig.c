/* SPDX-License-Identifier: MIT */
#include "net/sshconfig.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "net/spawn.h"

#define ANSWER_MAX ((size_t)256 << 10)
#define CONFIG_MAX ((size_t)1 << 20)
#define ANSWER_MS 10000
#define DEPTH_MAX 16
#define SYSTEM_CONFIG "/etc/ssh/ssh_config"

/* One answer of `ssh -G`, kept as text. */
struct answer {
	char *key; /* what was asked for; "" for all hosts */
	char *text;
	size_t len;
};

struct sshconfig {
	pthread_mutex_t lock;
	char *home;
	char *user;
	char *user_config;
	struct timespec user_changed, system_changed;
	bool scanned, uniform;
	bool no_ssh; /* there is no ssh program */
	struct {
		vec_of(struct answer);
	} answers;
};

struct sshconfig *sshconfig_new(void)
{
	struct sshconfig *config = mem_new(sizeof(*config));
	struct passwd entry, *found = NULL;
	char room[4096];
	struct str path = { 0 };

	pthread_mutex_init(&config->lock, NULL);
	getpwuid_r(getuid(), &entry, room, sizeof(room), &found);
	config->home = mem_text(found && found->pw_dir ? found->pw_dir : "/");
	config->user = mem_text(found && found->pw_name ? found->pw_name : "root");
	str_addf(&path, "%s/.ssh/config", config->home);
	config->user_config = str_take(&path);
	return config;
}

static void forget(struct sshconfig *config)
{
	vec_each(&config->answers, answer) {
		free(answer->key);
		free(answer->text);
	}
	vec_clear(&config->answers);
	config->scanned = false;
	config->no_ssh = false;
}

void sshconfig_free(struct sshconfig *config)
{
	if (!config)
		return;
	forget(config);
	vec_release(&config->answers);
	pthread_mutex_destroy(&config->lock);
	free(config->home);
	free(config->user);
	free(config->user_config);
	free(config);
}

static bool scan(struct sshconfig *config, const char *path, int depth);

/* The files that an Include names, from the folder its file lies in. */
static bool scan_included(struct sshconfig *config, const char *pattern, const char *from, int depth)
{
	struct str path = { 0 };
	glob_t found;
	bool tells = false;

	if (*pattern == '~')
		str_addf(&path, "%s%s", config->home, pattern + 1);
	else if (*pattern == '/')
		str_adds(&path, pattern);
	else if (strcmp(from, config->user_config) == 0)
		str_addf(&path, "%s/.ssh/%s", config->home, pattern);
	else
		str_addf(&path, "/etc/ssh/%s", pattern);
	if (glob(str_text(&path), 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc && !tells; i++)
			tells = scan(config, found.gl_pathv[i], depth + 1);
		globfree(&found);
	}
	str_release(&path);
	return tells;
}

static bool read_config(struct str *text, const char *path)
{
	char chunk[8192];
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR;
	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		str_add(text, chunk, (size_t)got);
	close(fd);
	return got == 0 && !text->cut;
}

/* Does anything in the file or what it includes tell hosts apart? When in doubt, yes. */
static bool scan(struct sshconfig *config, const char *path, int depth)
{
	struct str text = { .bound = CONFIG_MAX };
	struct paths includes = { 0 };
	bool tells = depth > DEPTH_MAX || !read_config(&text, path);

	if (!tells)
		tells = sshconfig_tells_apart(str_text(&text), text.len, &includes);
	vec_each(&includes, pattern) {
		if (!tells)
			tells = scan_included(config, *pattern, depth ? config->user_config : path, depth);
		free(*pattern);
	}
	vec_release(&includes);
	str_release(&text);
	return tells;
}

static bool changed(const char *path, struct timespec *last)
{
	struct stat status;
	struct timespec now = { 0 };
	bool differs;

	if (stat(path, &status) == 0)
		now = status.st_mtim;
	differs = now.tv_sec != last->tv_sec || now.tv_nsec != last->tv_nsec;
	*last = now;
	return differs;
}

/* Another ssh, a wrapper perhaps, may read other files than those that are scanned here. */
static bool is_systems_ssh(void)
{
	const char *path = getenv("PATH");

	for (const char *at = path ? path : ""; *at;) {
		size_t len = strcspn(at, ":");
		struct str file = { 0 };
		bool there;

		str_add(&file, at, len);
		str_adds(&file, "/ssh");
		there = access(str_text(&file), X_OK) == 0;
		str_release(&file);
		if (there)
			return (len == 8 && memcmp(at, "/usr/bin", 8) == 0) ||
				(len == 4 && memcmp(at, "/bin", 4) == 0);
		at += len + (at[len] == ':');
	}
	return true;
}

static void look_again(struct sshconfig *config)
{
	bool user = changed(config->user_config, &config->user_changed);

	if (changed(SYSTEM_CONFIG, &config->system_changed) || user)
		forget(config);
	if (config->scanned)
		return;
	config->uniform = is_systems_ssh() && !scan(config, config->user_config, 0) &&
		!scan(config, SYSTEM_CONFIG, 0);
	config->scanned = true;
}

static char *question(const struct sshconfig *config, const struct config_host *host)
{
	struct str key = { 0 };

	if (!config->uniform)
		str_addf(&key, "%s\n%s\n%d", host->address, host->user ? host->user : "", host->port);
	return str_take(&key);
}

static const struct answer *find(const struct sshconfig *config, const char *key)
{
	vec_each(&config->answers, answer)
		if (strcmp(answer->key, key) == 0)
			return answer;
	return NULL;
}

/* An answer for all hosts must not hold what the console says about this one. */
static bool ask_ssh(const struct config_host *host, bool for_all, struct str *out, bool *no_ssh,
	struct wake *wake, struct err *err)
{
	char port[16];
	char *argv[9] = { 0 };
	char ssh[] = "ssh", g[] = "-G", l[] = "-l", p[] = "-p", dashes[] = "--";
	int used = 0, code = 0;

	snprintf(port, sizeof(port), "%d", host->port);
	argv[used++] = ssh;
	argv[used++] = g;
	if (host->user && !for_all) {
		argv[used++] = l;
		argv[used++] = host->user;
	}
	if (host->port && !for_all) {
		argv[used++] = p;
		argv[used++] = port;
	}
	argv[used++] = dashes;
	argv[used] = host->address;
	out->bound = ANSWER_MAX;
	if (!spawn_output(argv, out, &code, wake, clock_ms() + ANSWER_MS, err)) {
		*no_ssh = err->kind == ERR_IO;
		return *no_ssh;
	}
	/* 127: the program is not there, as some C libraries tell it. */
	*no_ssh = code == 127;
	if (code != 0 && code != 127)
		return err_set(err, ERR_CONFIG, "ssh -G %s fails; run it to see what is wrong in %s",
			host->address, "~/.ssh/config");
	return true;
}

/* The answer's text in OUT; the lock is not held while ssh runs. */
static bool answer_get(struct sshconfig *config, const struct config_host *host, struct str *out,
	bool *for_all, struct wake *wake, struct err *err)
{
	const struct answer *known;
	char *key;
	bool no_ssh, ok;

	pthread_mutex_lock(&config->lock);
	look_again(config);
	key = question(config, host);
	known = find(config, key);
	*for_all = config->uniform;
	no_ssh = config->no_ssh;
	/* One answer for all: the others wait for the first. */
	if (known)
		str_add(out, known->text, known->len);
	if (!*for_all || known || no_ssh)
		pthread_mutex_unlock(&config->lock);
	if (known || no_ssh) {
		free(key);
		return true;
	}
	ok = ask_ssh(host, *for_all, out, &no_ssh, wake, err);
	if (!*for_all)
		pthread_mutex_lock(&config->lock);
	config->no_ssh |= ok && no_ssh;
	if (ok && !no_ssh && !find(config, key))
		*vec_add(&config->answers) = (struct answer){ mem_text(key), mem_text_n(str_text(out), out->len),
			out->len };
	pthread_mutex_unlock(&config->lock);
	free(key);
	return ok;
}

static char *home_path(const char *home, const char *name)
{
	struct str path = { 0 };

	str_addf(&path, "%s/.ssh/%s", home, name);
	return str_take(&path);
}

static void defaults(struct ssh_settings *settings, const struct sshconfig *config)
{
	static const char *const names[] = { "id_rsa", "id_ecdsa", "id_ed25519" };

	*settings = (struct ssh_settings){ .port = 22, .agent = mem_text("SSH_AUTH_SOCK") };
	settings->user = mem_text(config->user);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		*vec_add(&settings->identities) = home_path(config->home, names[i]);
	*vec_add(&settings->user_known_hosts) = home_path(config->home, "known_hosts");
	*vec_add(&settings->global_known_hosts) = mem_text("/etc/ssh/ssh_known_hosts");
}

static void replace(char **text, const char *by)
{
	if (!by)
		return;
	free(*text);
	*text = mem_text(by);
}

static void paths_only(struct paths *paths, const char *path)
{
	if (!path)
		return;
	vec_each(paths, old)
		free(*old);
	vec_clear(paths);
	*vec_add(paths) = mem_text(path);
}

static void expand_token(struct str *out, const struct sshconfig *config,
	const struct ssh_settings *settings, char token)
{
	switch (token) {
	case 'h':
	case 'n':
	case 'k':
		str_adds(out, settings->host);
		break;
	case 'p':
		str_addf(out, "%d", settings->port);
		break;
	case 'r':
		str_adds(out, settings->user);
		break;
	case 'u':
		str_adds(out, config->user);
		break;
	case 'd':
		str_adds(out, config->home);
		break;
	case 'i':
		str_addf(out, "%d", (int)getuid());
		break;
	case '%':
		str_addc(out, '%');
		break;
	default:
		str_addf(out, "%%%c", token);
	}
}

static char *expand(const struct sshconfig *config, const struct ssh_settings *settings,
	const char *text)
{
	struct str out = { 0 };

	if (text[0] == '~' && (text[1] == '/' || !text[1])) {
		str_adds(&out, config->home);
		text++;
	}
	for (; *text; text++)
		if (*text == '%' && text[1])
			expand_token(&out, config, settings, *++text);
		else
			str_addc(&out, *text);
	return str_take(&out);
}

static void expand_in_place(const struct sshconfig *config, const struct ssh_settings *settings,
	char **text)
{
	char *expanded = expand(config, settings, *text);

	free(*text);
	*text = expanded;
}

static void expand_all(const struct sshconfig *config, struct ssh_settings *settings)
{
	struct paths *const lists[] = { &settings->identities, &settings->certificates,
		&settings->user_known_hosts, &settings->global_known_hosts };

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		vec_each(lists[i], path)
			expand_in_place(config, settings, path);
	if (settings->agent && strcmp(settings->agent, "SSH_AUTH_SOCK") == 0)
		replace(&settings->agent, getenv("SSH_AUTH_SOCK") ? getenv("SSH_AUTH_SOCK") : "");
	else if (settings->agent && settings->agent[0] == '$')
		replace(&settings->agent, getenv(settings->agent + 1) ? getenv(settings->agent + 1) : "");
	else if (settings->agent)
		expand_in_place(config, settings, &settings->agent);
	if (settings->agent && !*settings->agent) {
		free(settings->agent);
		settings->agent = NULL;
	}
}

bool sshconfig_settings(struct sshconfig *config, const struct config_host *host,
	struct wake *wake, struct ssh_settings *out, struct err *err)
{
	struct ssh_settings settings = { 0 };
	struct str text = { 0 };
	bool for_all, ok = answer_get(config, host, &text, &for_all, wake, err);

	if (ok && text.len)
		ok = ssh_settings_parse(&settings, text.data, text.len, err);
	else if (ok)
		defaults(&settings, config);
	str_release(&text);
	if (!ok)
		return false;
	if (for_all || !settings.host)
		replace(&settings.host, host->address);
	if (!settings.user)
		settings.user = mem_text(config->user);
	replace(&settings.user, host->user);
	if (host->port)
		settings.port = host->port;
	if (host->identity)
		settings.identities_only = true;
	paths_only(&settings.identities, host->identity);
	paths_only(&settings.user_known_hosts, host->known_hosts);
	expand_all(config, &settings);
	*out = settings;
	return true;
}

char *ssh_settings_expand(const struct ssh_settings *settings, const char *text)
{
	struct sshconfig names = { 0 };
	struct passwd entry, *found = NULL;
	char room[4096], none[] = "", *expanded;

	getpwuid_r(getuid(), &entry, room, sizeof(room), &found);
	names.home = found && found->pw_dir ? found->pw_dir : none;
	names.user = found && found->pw_name ? found->pw_name : none;
	expanded = expand(&names, settings, text);
	return expanded;
}
