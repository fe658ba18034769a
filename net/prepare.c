/* SPDX-License-Identifier: MIT */
#include "net/prepare.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "net/agent.h"
#include "net/remote.h"

#define AGENT "/usr/local/sbin/mailmend-agent"
#define SUDOERS "/etc/sudoers.d/mailmend"
#define FOLDER "/var/lib/mailmend"
#define STEP_MS 30000
#define USER_MAX 64

/* What the host looks like before. */
struct found {
	bool root;             /* the login is root's */
	bool sudo;             /* sudo runs a shell without a password */
	char user[USER_MAX];
	char build[17];        /* of the agent that is there; "" for none */
	bool repair;           /* what is asked for: the login may repair, too */
};

/* One line, one pair of single quotes: see remote.h. */
static const char look[] =
	"exec /bin/sh -c 'echo user $(id -un); echo uid $(id -u); "
	"echo build $(sed -n \"s/^AGENT_BUILD=//p\" " AGENT " 2>/dev/null); "
	"[ $(id -u) -eq 0 ] || { sudo -n /bin/sh -c : 2>/dev/null && echo sudo yes; }'";

#define INSTALL \
	"set -e; umask 077; PATH=$PATH:/usr/sbin:/sbin; IFS= read -r rule; " \
	"d=/usr/local/sbin; mkdir -p $d; chmod go+rx $d; t=$d/.mailmend-agent.$$; u=/etc/sudoers.d/.mailmend.$$; " \
	"trap \"rm -f $t $u\" EXIT; cat >$t; [ $(wc -c <$t) -eq %zu ]; chown 0:0 $t; chmod 755 $t; " \
	"if [ -n \"$rule\" ]; then " \
	"[ -d /etc/sudoers.d ] || { echo no folder /etc/sudoers.d: is sudo installed there? >&2; exit 1; }; " \
	"echo \"$rule\" >$u; chown 0:0 $u; chmod 440 $u; visudo -cqf $u; fi; " \
	"mkdir -p " FOLDER "; chown 0:0 " FOLDER "; chmod 700 " FOLDER "; " \
	"mv $t " AGENT "; if [ -n \"$rule\" ]; then mv $u " SUDOERS "; fi"

#define REMOVE \
	"rm -f " SUDOERS " " AGENT " && { [ ! -d " FOLDER " ] || rmdir " FOLDER " 2>/dev/null || " \
	"echo kept; }"

static void command(struct str *out, const struct found *found, bool undo)
{
	str_addf(out, "exec %s/bin/sh -c '", found->root ? "" : "sudo -n ");
	if (undo)
		str_adds(out, REMOVE);
	else
		str_addf(out, INSTALL, agent_text_size);
	str_addc(out, '\'');
}

/* The user's name goes into a sudoers file: nothing but a plain name will do. */
static bool plain_user(const char *user)
{
	if (!isalpha((unsigned char)*user) && *user != '_')
		return false;
	for (; *user; user++)
		if (!isalnum((unsigned char)*user) && !strchr("._-", *user))
			return false;
	return true;
}

static void rule(struct str *out, const struct found *found)
{
	static const char *const subs[] = { "view sample", "view stores", "view mailboxes",
		"view doctor", "view check", "operator job" };
	size_t count = sizeof(subs) / sizeof(*subs) - !found->repair;

	if (found->root)
		return;
	str_addf(out, "%s ALL=(root) NOPASSWD:", found->user);
	for (size_t i = 0; i < count; i++)
		str_addf(out, "%s " AGENT " %s", i ? "," : "", subs[i]);
}

static void value(const char *text, const char *key, char *out, size_t room)
{
	size_t len = strlen(key);

	out[0] = '\0';
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, len) == 0 && line[len] == ' ')
			snprintf(out, room, "%.*s", (int)strcspn(line + len + 1, "\n"), line + len + 1);
	}
}

static bool find_out(struct session *session, struct found *found, struct err *err)
{
	struct str out = { .bound = 4096 };
	char uid[16], sudo[8];
	int code;
	bool ok = remote_run(session, look, NULL, 0, &out, NULL, &code, clock_ms() + STEP_MS, err);

	if (ok) {
		value(str_text(&out), "user", found->user, sizeof(found->user));
		value(str_text(&out), "uid", uid, sizeof(uid));
		value(str_text(&out), "build", found->build, sizeof(found->build));
		value(str_text(&out), "sudo", sudo, sizeof(sudo));
		found->root = strcmp(uid, "0") == 0;
		found->sudo = strcmp(sudo, "yes") == 0;
		if (!plain_user(found->user))
			ok = err_set(err, ERR_DATA, "the host does not tell the login's name");
	}
	str_release(&out);
	return ok;
}

static void plan_install(struct str *out, const struct config_host *host,
	const struct found *found)
{
	str_addf(out, "On %s, as root%s:\n", host->name, found->root ? "" : " by sudo");
	str_addf(out, "  install " AGENT "  0755 root:root, %zu bytes, build %s%s\n", agent_text_size,
		agent_build,
		!found->build[0] ? "" :
			strcmp(found->build, agent_build) == 0 ? " (the same is there)" : " (another is there)");
	if (found->root) {
		str_adds(out, "  no sudoers file: this login is root's\n");
	} else {
		str_adds(out, "  install " SUDOERS "  0440 root:root, checked by visudo before, with this line:\n    ");
		rule(out, found);
		str_addc(out, '\n');
	}
	str_adds(out, "  make    " FOLDER "  0700 root:root\n");
}

static void plan_remove(struct str *out, const struct config_host *host, const struct found *found)
{
	str_addf(out, "On %s, as root%s:\n", host->name, found->root ? "" : " by sudo");
	str_addf(out, "  remove " AGENT "%s\n", found->build[0] ? "" : " (it is not there)");
	str_adds(out, "  remove " SUDOERS "\n  remove " FOLDER " if it is empty\n");
}

/* Does what was installed start the way the console starts it? */
static bool proven(struct session *session, const struct found *found, struct err *err)
{
	struct str out = { .bound = 4096 }, words = { .bound = 200 };
	int code;
	bool ok;

	ok = remote_run(session,
		found->root ? "exec " AGENT " view sample" : "exec sudo -n " AGENT " view sample", NULL, 0,
		&out, &words, &code, clock_ms() + STEP_MS, err);
	if (ok && strncmp(str_text(&out), "{\"hello\":", 9) != 0)
		ok = err_set(err, ERR_RIGHTS, "it was installed but does not run: %s", str_text(&words));
	str_release(&out);
	str_release(&words);
	return ok;
}

static bool carry_out(struct session *session, const struct found *found, bool undo,
	struct str *kept, struct err *err)
{
	struct str line = { 0 }, input = { 0 }, words = { .bound = 300 };
	int code;
	bool ok;

	command(&line, found, undo);
	if (!undo) {
		rule(&input, found);
		str_addc(&input, '\n');
		str_add(&input, agent_text, agent_text_size);
	}
	ok = remote_run(session, str_text(&line), str_text(&input), input.len, kept, &words, &code,
		clock_ms() + STEP_MS, err);
	if (ok && code != 0)
		ok = err_set(err, ERR_RIGHTS, "nothing was changed: %s",
			words.len ? str_text(&words) : "the host gave no reason");
	str_release(&line);
	str_release(&input);
	str_release(&words);
	return ok && (undo || proven(session, found, err));
}

static bool rights(const struct found *found, const struct config_host *host, struct err *err)
{
	if (found->root || found->sudo)
		return true;
	return err_set(err, ERR_RIGHTS,
		"%s is not root on %s, and sudo there runs no shell without a password; "
		"give this host \"user\": \"root\" for this once",
		found->user, host->name);
}

static bool act(struct worker *worker, struct session *session, const struct command *what,
	const struct found *found, struct str *text, struct err *err)
{
	struct str kept = { .bound = 100 };

	if (!carry_out(session, found, what->undo, &kept, err)) {
		str_release(&kept);
		return false;
	}
	if (what->undo)
		str_addf(text, "Done: %s is as it was before.%s\n", worker->host.name,
			strstr(str_text(&kept), "kept") ? " " FOLDER " is not empty and was kept." : "");
	else
		str_addf(text, "Done: %s is prepared; agent %s runs as root.\n", worker->host.name, agent_build);
	str_release(&kept);
	worker_did(worker, what->undo ? "agent removed" : "agent installed", AGENT);
	return true;
}

void prepare(struct worker *worker, struct session *session, const struct command *what)
{
	struct message *message = message_new(MESSAGE_PREPARE, worker->index);
	struct found found = { .repair = what->repair };
	struct str text = { 0 };
	struct err err = { 0 };
	bool ok = find_out(session, &found, &err) && rights(&found, &worker->host, &err);

	if (ok && what->yes)
		ok = act(worker, session, what, &found, &text, &err);
	else if (ok && what->undo)
		plan_remove(&text, &worker->host, &found);
	else if (ok)
		plan_install(&text, &worker->host, &found);
	message->prepare.ok = ok;
	message->prepare.text = ok ? str_take(&text) : mem_text(err.text);
	str_release(&text);
	worker_post(worker, message);
}
