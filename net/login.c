/* SPDX-License-Identifier: MIT */
/*
 * `none` comes first: it tells the methods, and only after it does libssh 0.10.6 know which
 * RSA signatures the host takes. Each library call is repeated while it says "again",
 * and each time the session is asked whether it still lives: the library says "again"
 * for ever after the host has closed a login.
 */
#include "net/login.h"

#include <libssh/libssh.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "net/sshagent.h"

#define STEP_MS 20000
#define AGENT_MS 5000
#define BUSY_TICK_MS 200
#define PASSPHRASES 3
#define ROUNDS_MAX 10
#define PROOFS_MAX 3

struct login {
	struct session *session;
	ssh_session ssh;
	const struct ssh_settings *settings;
	struct worker *worker;
	struct sshagent_keys agent; /* those to offer, best first */
	struct sshagent_guard *guard;
	int offered; /* keys */
	bool asked;  /* a person, for what the host wants */
	char trouble[200]; /* why a key could not even be offered */
	struct err *err;
};

/* What came of one way to log in. */
enum outcome { IN, PARTLY, DENIED, FAILED };

/* Why it failed, unless that is known already. */
static enum outcome failed(struct login *login)
{
	const char *why = ssh_get_error(login->ssh);

	if (login->err->kind == ERR_CANCELLED)
		return FAILED;
	if (strstr(why, "Too many authentication failures"))
		err_set(login->err, ERR_REFUSED,
			"the host closed the login: too many keys were offered (the ssh-agent has %zu); "
			"name the right one as \"identity\" of this host",
			login->agent.count);
	else if (login->err->kind == ERR_NONE && session_alive(login->session, login->err))
		err_set(login->err, ERR_AWAY, "broken off: %s", why);
	return FAILED;
}

static enum outcome outcome_of(struct login *login, int code)
{
	switch (code) {
	case SSH_AUTH_SUCCESS:
		return IN;
	case SSH_AUTH_PARTIAL:
		return PARTLY;
	case SSH_AUTH_DENIED:
		return DENIED;
	default:
		return failed(login);
	}
}

/* Waits for the host's answer; false: it will not come. */
static bool go_on(struct login *login, int64_t deadline_ms)
{
	if (clock_ms() >= deadline_ms)
		return err_set(login->err, ERR_AWAY, "timed out");
	return session_pump(login->session, deadline_ms, login->err) &&
		session_alive(login->session, login->err);
}

/* Repeats CALL while it says "again". */
#define settled(login, call) __extension__({ \
	int64_t until_ = clock_ms() + STEP_MS; \
	int code_; \
	while ((code_ = (call)) == SSH_AUTH_AGAIN && go_on((login), until_)) \
		; \
	outcome_of((login), code_); })

static void trouble(struct login *login, const char *text)
{
	if (!login->trouble[0])
		snprintf(login->trouble, sizeof(login->trouble), "%.*s", (int)sizeof(login->trouble) - 1, text);
}

/* Moves the agent's copy of a file's key, if it has one, behind the first `kept`. */
static void agent_prefer(struct login *login, const char *path, size_t *kept)
{
	ssh_key public = keyring_public(path);
	char *blob = NULL;

	if (public && ssh_pki_export_pubkey_base64(public, &blob) == SSH_OK)
		for (size_t i = *kept; i < login->agent.count; i++) {
			struct sshagent_key found = login->agent.items[i];

			if (strcmp(found.blob, blob) != 0)
				continue;
			memmove(&login->agent.items[*kept + 1], &login->agent.items[*kept],
				(i - *kept) * sizeof(found));
			login->agent.items[(*kept)++] = found;
			break;
		}
	ssh_string_free_char(blob);
	ssh_key_free(public);
}

/* What the agent shall offer: keys of the files first; the others where they may be tried. */
static void agent_list(struct login *login)
{
	struct err err = { 0 };
	size_t kept = 0;

	if (!login->settings->agent)
		return;
	if (!sshagent_list(&login->agent, login->settings->agent, &login->worker->wake,
		    clock_ms() + AGENT_MS, &err))
		trouble(login, err.text);
	vec_each(&login->settings->identities, path)
		if (login->agent.count)
			agent_prefer(login, *path, &kept);
	while (login->settings->identities_only && login->agent.count > kept) {
		login->agent.count--;
		free(login->agent.items[login->agent.count].blob);
		free(login->agent.items[login->agent.count].comment);
	}
}

/* All of them in one call: each call for itself leaks in libssh 0.10.6. */
static enum outcome agent_offer(struct login *login)
{
	int fd;

	if (!login->agent.count)
		return DENIED;
	if (!login->guard) {
		login->guard = sshagent_guard_new(login->settings->agent, &login->agent,
			&login->worker->wake, &fd, login->err);
		if (!login->guard)
			return FAILED;
		ssh_set_agent_socket(login->ssh, fd);
	}
	login->offered += (int)login->agent.count;
	return settled(login, ssh_userauth_agent(login->ssh, NULL));
}

static enum outcome offer(struct login *login, ssh_key key)
{
	login->offered++;
	return settled(login, ssh_userauth_publickey(login->ssh, NULL, key));
}

/* Certificates beside the key and from the configuration, then the key itself. */
static enum outcome offer_all_forms(struct login *login, const char *path, ssh_key key)
{
	struct str beside = { 0 };
	enum outcome outcome = DENIED;
	ssh_key certified;

	str_addf(&beside, "%s-cert.pub", path);
	certified = keyring_certified(key, str_text(&beside));
	str_release(&beside);
	if (certified)
		outcome = offer(login, certified);
	ssh_key_free(certified);
	vec_each(&login->settings->certificates, file) {
		if (outcome != DENIED)
			break;
		certified = keyring_certified(key, *file);
		if (certified)
			outcome = offer(login, certified);
		ssh_key_free(certified);
	}
	return outcome == DENIED ? offer(login, key) : outcome;
}

/* Would the host take this key? Asked before a person is asked for its passphrase. */
static enum outcome welcome(struct login *login, const char *path)
{
	ssh_key public = keyring_public(path);
	struct str beside = { 0 };
	enum outcome outcome;

	if (!public)
		return IN; /* cannot be asked */
	outcome = settled(login, ssh_userauth_try_publickey(login->ssh, NULL, public));
	ssh_key_free(public);
	if (outcome != DENIED)
		return outcome;
	login->offered++;
	str_addf(&beside, "%s-cert.pub", path);
	if (ssh_pki_import_cert_file(str_text(&beside), &public) == SSH_OK) {
		outcome = settled(login, ssh_userauth_try_publickey(login->ssh, NULL, public));
		ssh_key_free(public);
	}
	str_release(&beside);
	return outcome;
}

/* Asks for the passphrase until it fits, at most so often; true: the keyring has the key. */
static bool unlock(struct login *login, const char *path)
{
	struct str title = { 0 }, text = { 0 }, instead = { 0 };
	struct prompt prompt = { .kind = PROMPT_SECRET };
	bool yes = true, ok = true, open = false;
	char *secret;

	str_addf(&title, "Passphrase of the key %s", path);
	str_addf(&instead, "the key %s has a passphrase; add it to an ssh-agent, or log in from the console",
		path);
	for (int i = 0; i < PASSPHRASES && ok && yes && !open; i++) {
		str_clear(&text);
		str_addf(&text, "%s logs in to %s with it.%s", login->settings->user,
			login->worker->host.name, i ? "\nThat was not its passphrase." : "");
		prompt.title = title.data;
		prompt.text = text.data;
		secret = NULL;
		ok = worker_ask(login->worker, &prompt, str_text(&instead), &yes, &secret, login->err);
		open = ok && yes && keyring_unlock(login->worker->common->keyring, path, secret ? secret : "");
		secret_free(secret);
	}
	keyring_settle(login->worker->common->keyring, path, ok && !open);
	if (ok && !open)
		trouble(login, "the passphrase of the key was not given");
	str_release(&title);
	str_release(&text);
	str_release(&instead);
	return ok;
}

static enum outcome locked_file(struct login *login, const char *path)
{
	enum outcome outcome = welcome(login, path);

	if (outcome != IN)
		return outcome;
	if (keyring_claim(login->worker->common->keyring, path) && !unlock(login, path))
		return FAILED;
	return IN;
}

/* Somebody is being asked for its passphrase: waits as long as that takes. */
static bool wait_for_other(struct login *login)
{
	int64_t until = clock_ms() + BUSY_TICK_MS;

	while (clock_ms() < until)
		if (!session_pump(login->session, until, login->err))
			return false;
	return true;
}

static enum outcome file_offer(struct login *login, const char *path)
{
	struct err err = { 0 };
	ssh_key key = NULL;
	enum outcome outcome = DENIED;

	while (outcome == DENIED) {
		switch (keyring_get(login->worker->common->keyring, path, &key, &err)) {
		case KEYRING_READY:
			outcome = offer_all_forms(login, path, key);
			ssh_key_free(key);
			return outcome;
		case KEYRING_LOCKED:
			outcome = locked_file(login, path);
			if (outcome != IN)
				return outcome;
			outcome = DENIED;
			break;
		case KEYRING_ASKED:
			if (!wait_for_other(login))
				return failed(login);
			break;
		case KEYRING_BARRED:
			trouble(login, "the passphrase of the key was not given");
			return DENIED;
		case KEYRING_BAD:
			trouble(login, err.text);
			return DENIED;
		case KEYRING_ABSENT:
			return DENIED;
		}
	}
	return outcome;
}

static enum outcome public_keys(struct login *login)
{
	enum outcome outcome = agent_offer(login);

	vec_each(&login->settings->identities, path)
		if (outcome == DENIED)
			outcome = file_offer(login, *path);
	return outcome;
}

/* One question of the host to a person; the answer is the caller's to free as a secret. */
static bool ask(struct login *login, const char *question, bool echo, char **answer)
{
	struct str title = { .bound = 200 }, text = { .bound = 1000 };
	struct prompt prompt = { .kind = echo ? PROMPT_TEXT : PROMPT_SECRET };
	bool ok, yes = false;

	str_addf(&title, "%s asks before it lets %s in", login->worker->host.name,
		login->settings->user);
	str_adds(&text, question);
	prompt.title = title.data;
	prompt.text = text.data;
	login->asked = true;
	ok = worker_ask(login->worker, &prompt,
		"the login needs a password or a code; log in from the console, or use a key", &yes, answer,
		login->err);
	if (ok && !yes)
		ok = err_set(login->err, ERR_REFUSED, "the login was not answered");
	str_release(&title);
	str_release(&text);
	/* The host may have lost its patience meanwhile; asking anew by itself would nag. */
	if (ok && !session_alive(login->session, login->err)) {
		login->err->kind = ERR_REFUSED;
		ok = err_context(login->err, "while it waited for an answer");
	}
	return ok;
}

static enum outcome interactive(struct login *login)
{
	for (int round = 0; round < ROUNDS_MAX; round++) {
		int64_t until = clock_ms() + STEP_MS;
		int code, count;

		while ((code = ssh_userauth_kbdint(login->ssh, NULL, NULL)) == SSH_AUTH_AGAIN)
			if (!go_on(login, until))
				return failed(login);
		if (code != SSH_AUTH_INFO)
			return outcome_of(login, code);
		count = ssh_userauth_kbdint_getnprompts(login->ssh);
		for (int i = 0; i < count; i++) {
			char echo = 0, *answer = NULL;
			const char *question =
				ssh_userauth_kbdint_getprompt(login->ssh, (unsigned)i, &echo);

			if (!ask(login, question ? question : "", echo != 0, &answer))
				return FAILED;
			ssh_userauth_kbdint_setanswer(login->ssh, (unsigned)i, answer ? answer : "");
			secret_free(answer);
		}
	}
	return DENIED;
}

static enum outcome password(struct login *login)
{
	struct str question = { .bound = 300 };
	enum outcome outcome = FAILED;
	char *secret = NULL;

	str_addf(&question, "Password of %s at %s", login->settings->user, login->settings->host);
	if (ask(login, str_text(&question), false, &secret))
		outcome = settled(login, ssh_userauth_password(login->ssh, NULL, secret ? secret : ""));
	secret_free(secret);
	str_release(&question);
	return outcome;
}

/* Publickey, then what a person is asked for. */
static enum outcome proof(struct login *login, int methods)
{
	enum outcome outcome = DENIED;

	if (methods & SSH_AUTH_METHOD_PUBLICKEY)
		outcome = public_keys(login);
	if (outcome == DENIED && (methods & SSH_AUTH_METHOD_INTERACTIVE))
		outcome = interactive(login);
	else if (outcome == DENIED && (methods & SSH_AUTH_METHOD_PASSWORD))
		outcome = password(login);
	return outcome;
}

static void refused(struct login *login, int methods)
{
	const char *what = "there is no key to offer";

	if (login->asked)
		what = "the host did not accept what was answered";
	else if (login->offered)
		what = "the host took none of the keys offered";
	else if (!(methods & SSH_AUTH_METHOD_PUBLICKEY))
		what = "the host takes no keys";
	err_set(login->err, ERR_REFUSED, "%s may not log in: %s%s%s%s", login->settings->user, what,
		login->trouble[0] ? " (" : "", login->trouble, login->trouble[0] ? ")" : "");
}

/* The host may want more than one proof. */
static enum outcome proofs(struct login *login)
{
	enum outcome outcome = PARTLY;
	int methods = 0;

	for (int round = 0; round < PROOFS_MAX && outcome == PARTLY; round++) {
		methods = ssh_userauth_list(login->ssh, NULL);
		outcome = proof(login, methods);
	}
	if (outcome == DENIED || outcome == PARTLY)
		refused(login, methods);
	return outcome;
}

bool login(struct session *session, const struct ssh_settings *settings, struct worker *worker,
	struct err *err)
{
	struct login login = { .session = session, .ssh = session_handle(session),
		.settings = settings, .worker = worker, .err = err };
	enum outcome outcome;

	err->kind = ERR_NONE;
	outcome = settled(&login, ssh_userauth_none(session_handle(session), NULL));
	if (outcome == DENIED) {
		agent_list(&login);
		outcome = proofs(&login);
	}
	sshagent_guard_free(login.guard);
	sshagent_keys_release(&login.agent);
	return outcome == IN;
}
