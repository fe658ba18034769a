/* SPDX-License-Identifier: MIT */
#include "net/hostkeys.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "net/blob.h"

#define FILE_MAX ((off_t)16 << 20)
#define TARGET_MAX 300

/* What we can negotiate; a known key of another type says nothing about this host. */
static const struct {
	const char *type, *algorithms;
} supported[] = {
	{ "ssh-ed25519", "ssh-ed25519" },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256" },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384" },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521" },
	{ "ssh-rsa", "rsa-sha2-512,rsa-sha2-256" },
};
#define SUPPORTED (sizeof(supported) / sizeof(*supported))

static bool is_supported(const char *type)
{
	for (size_t i = 0; i < SUPPORTED; i++)
		if (strcmp(supported[i].type, type) == 0)
			return true;
	return false;
}

void hostkeys_release(struct hostkeys *keys)
{
	vec_each(keys, key) {
		free(key->hosts);
		free(key->type);
		free(key->blob);
	}
	vec_release(keys);
}

/* The next word of [*at, end), moved behind it; its length 0 at the end. */
static size_t word(const char **at, const char *end, const char **start)
{
	while (*at < end && (**at == ' ' || **at == '\t'))
		++*at;
	*start = *at;
	while (*at < end && **at != ' ' && **at != '\t' && **at != '\r')
		++*at;
	return (size_t)(*at - *start);
}

static bool marker_of(const char *text, size_t len, enum hostkey_marker *marker)
{
	if (len == 8 && memcmp(text, "@revoked", 8) == 0)
		*marker = HOSTKEY_MARK_REVOKED;
	else if (len == 15 && memcmp(text, "@cert-authority", 15) == 0)
		*marker = HOSTKEY_MARK_AUTHORITY;
	else
		return false;
	return true;
}

static bool parse_line(struct hostkey *key, const char *line, const char *end)
{
	const char *hosts, *type, *blob;
	size_t hosts_len = word(&line, end, &hosts), type_len, blob_len;
	char inside[64];

	key->marker = HOSTKEY_PLAIN;
	if (hosts_len && *hosts == '@') {
		if (!marker_of(hosts, hosts_len, &key->marker))
			return false;
		hosts_len = word(&line, end, &hosts);
	}
	type_len = word(&line, end, &type);
	blob_len = word(&line, end, &blob);
	if (!hosts_len || !type_len || !blob_len || memchr(hosts, '\0', (size_t)(end - hosts)))
		return false;
	key->blob = mem_text_n(blob, blob_len);
	hostkey_type(key->blob, inside);
	if (strlen(inside) != type_len || memcmp(inside, type, type_len) != 0) {
		free(key->blob);
		return false;
	}
	key->hosts = mem_text_n(hosts, hosts_len);
	key->type = mem_text(inside);
	return true;
}

void hostkeys_parse(struct hostkeys *keys, const char *bytes, size_t len)
{
	const char *end = bytes + len, *line = bytes;

	while (line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		const char *first = line;
		struct hostkey key;

		if (!stop)
			stop = end;
		while (first < stop && isspace((unsigned char)*first))
			first++;
		if (first < stop && *first != '#') {
			if (parse_line(&key, first, stop))
				*vec_add(keys) = key;
			else
				keys->passed_over++;
		}
		line = stop + 1;
	}
}

bool hostkeys_read(struct hostkeys *keys, const char *path, struct err *err)
{
	struct str text = { 0 };
	struct stat status;
	char chunk[16384];
	ssize_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return true;
	if (fd < 0)
		return err_errno(err, ERR_RIGHTS, "cannot read known hosts %s", path);
	if (fstat(fd, &status) == 0 && status.st_size > FILE_MAX) {
		close(fd);
		return err_set(err, ERR_DATA, "known hosts %s are larger than 16 MB", path);
	}
	while (!text.cut && (got = read(fd, chunk, sizeof(chunk))) > 0)
		str_add(&text, chunk, (size_t)got);
	close(fd);
	if (got >= 0)
		hostkeys_parse(keys, str_text(&text), text.len);
	str_release(&text);
	if (got < 0)
		return err_errno(err, ERR_IO, "cannot read known hosts %s", path);
	return true;
}

static bool same_letter(char pattern, char letter)
{
	return pattern == '?' || tolower((unsigned char)pattern) == tolower((unsigned char)letter);
}

/* One pattern against the name, both without regard to case; goes back to the last star only. */
static bool glob(const char *pattern, size_t len, const char *name)
{
	const char *end = pattern + len, *star = NULL, *again = NULL;

	while (*name) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			again = name;
		} else if (pattern < end && same_letter(*pattern, *name)) {
			pattern++, name++;
		} else if (star) {
			pattern = star;
			name = ++again;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

static bool hosts_match(const char *hosts, const char *target)
{
	bool found = false;

	if (strncmp(hosts, "|1|", 3) == 0)
		return blob_name_is(hosts, target);
	for (const char *at = hosts; *at;) {
		size_t len = strcspn(at, ",");
		bool negated = *at == '!';

		if (glob(at + negated, len - negated, target)) {
			if (negated)
				return false;
			found = true;
		}
		at += len + (at[len] == ',');
	}
	return found;
}

static void target_of(char out[TARGET_MAX], const char *name, int port)
{
	size_t i;

	if (port == 0 || port == 22)
		snprintf(out, TARGET_MAX, "%s", name);
	else
		snprintf(out, TARGET_MAX, "[%s]:%d", name, port);
	for (i = 0; out[i]; i++)
		out[i] = (char)tolower((unsigned char)out[i]);
}

struct judgement {
	bool known, revoked, other, authority;
};

static void expect(struct str *expected, const struct hostkey *key)
{
	char fingerprint[64];

	if (!expected)
		return;
	hostkey_fingerprint(key->blob, fingerprint);
	str_addf(expected, "%s%s (%s)", expected->len ? ", " : "", fingerprint, key->type);
}

static struct judgement judge(const struct hostkeys *keys, const char *target, const char *blob,
	struct str *expected)
{
	struct judgement result = { 0 };

	vec_each(keys, key) {
		bool same = strcmp(key->blob, blob) == 0;

		if (!hosts_match(key->hosts, target))
			continue;
		if (key->marker == HOSTKEY_MARK_REVOKED) {
			result.revoked |= same;
		} else if (key->marker == HOSTKEY_MARK_AUTHORITY) {
			result.authority = true;
		} else if (same) {
			result.known = true;
		} else if (is_supported(key->type)) {
			result.other = true;
			expect(expected, key);
		}
	}
	return result;
}

enum hostkey_verdict hostkeys_check(const struct hostkeys *keys, const char *name, int port,
	const char *blob, struct str *expected)
{
	char target[TARGET_MAX];
	struct judgement judgement;

	target_of(target, name, port);
	judgement = judge(keys, target, blob, expected);
	if (judgement.revoked)
		return HOSTKEY_REVOKED;
	if (judgement.known)
		return HOSTKEY_KNOWN;
	if (judgement.other)
		return HOSTKEY_CHANGED;
	if (judgement.authority)
		return HOSTKEY_AUTHORITY;
	/* As OpenSSH: a key that is known for the host without the port will do, too. */
	target_of(target, name, 0);
	judgement = judge(keys, target, blob, NULL);
	if (judgement.revoked)
		return HOSTKEY_REVOKED;
	return judgement.known ? HOSTKEY_KNOWN : HOSTKEY_UNKNOWN;
}

void hostkeys_algorithms(const struct hostkeys *keys, const char *name, int port, struct str *out)
{
	char target[TARGET_MAX];
	bool known[SUPPORTED] = { false };

	target_of(target, name, port);
	vec_each(keys, key) {
		size_t i = 0;

		while (i < SUPPORTED && strcmp(supported[i].type, key->type) != 0)
			i++;
		if (i < SUPPORTED && !known[i] && key->marker == HOSTKEY_PLAIN)
			known[i] = hosts_match(key->hosts, target);
	}
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < SUPPORTED; i++)
			if (known[i] == (pass == 0))
				str_addf(out, "%s%s", out->len ? "," : "", supported[i].algorithms);
}

static bool make_folder(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	bool ok;

	if (!slash || slash == path)
		return true;
	folder = mem_text_n(path, (size_t)(slash - path));
	ok = mkdir(folder, 0700) == 0 || errno == EEXIST;
	if (!ok)
		err_errno(err, ERR_IO, "cannot make the folder %s", folder);
	free(folder);
	return ok;
}

/* The file must end in a line feed before a line is added to it. */
static bool ends_in_line(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char last = '\n';

	return size <= 0 || (pread(fd, &last, 1, size - 1) == 1 && last == '\n');
}

static bool locked(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int code;

	do
		code = fcntl(fd, F_OFD_SETLKW, &lock);
	while (code < 0 && errno == EINTR);
	return code == 0;
}

bool hostkeys_append(const char *path, const char *name, int port, const char *blob, bool hashed,
	struct err *err)
{
	char target[TARGET_MAX], type[64], hidden[128];
	struct str line = { 0 };
	bool ok = false;
	int fd;

	if (!make_folder(path, err))
		return false;
	fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, ERR_IO, "cannot open known hosts %s", path);
	target_of(target, name, port);
	hostkey_type(blob, type);
	if (!locked(fd)) {
		err_errno(err, ERR_IO, "cannot lock known hosts %s", path);
		goto out;
	}
	if (!ends_in_line(fd))
		str_addc(&line, '\n');
	str_addf(&line, "%s %s %s\n", hashed && blob_hide_name(target, hidden) ? hidden : target, type,
		blob);
	ok = write(fd, line.data, line.len) == (ssize_t)line.len && fdatasync(fd) == 0;
	if (!ok)
		err_errno(err, ERR_IO, "cannot write known hosts %s", path);
out:
	str_release(&line);
	close(fd);
	return ok;
}
