/* SPDX-License-Identifier: MIT */
#include "tui/batch/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"

#define FILE_MAX ((size_t)4 << 20)

bool config_file_read(struct str *out, const char *path, struct err *err)
{
	FILE *file = fopen(path, "re");
	char bytes[4096];
	size_t got;
	bool failed;

	str_clear(out);
	if (!file && errno == ENOENT)
		return true;
	if (!file)
		return err_errno(err, ERR_CONFIG, "%s", path);
	while (out->len <= FILE_MAX && (got = fread(bytes, 1, sizeof(bytes), file)) > 0)
		str_add(out, bytes, got);
	failed = ferror(file);
	fclose(file);
	if (failed)
		return err_set(err, ERR_IO, "%s: it cannot be read", path);
	if (out->len > FILE_MAX)
		return err_set(err, ERR_CONFIG, "%s: larger than 4 MiB", path);
	return true;
}

/* The folder part of a path. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_text(".");
	return mem_text_n(path, slash == path ? 1 : (size_t)(slash - path));
}

static bool make_folders(char *folder)
{
	for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		bool ok;

		*slash = 0;
		ok = !mkdir(folder, 0700) || errno == EEXIST;
		*slash = '/';
		if (!ok)
			return false;
	}
	return !mkdir(folder, 0700) || errno == EEXIST;
}

int config_file_lock(const char *path, struct err *err)
{
	char *folder = folder_of(path);
	int fd = -1;

	if (make_folders(folder))
		fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX)) {
		err_errno(err, ERR_IO, "%s", folder);
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	free(folder);
	return fd;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t written = write(fd, bytes, len);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0) {
			bytes += written;
			len -= (size_t)written;
		}
	}
	return true;
}

static bool sync_folder(const char *path)
{
	char *folder = folder_of(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && !fsync(fd);

	if (fd >= 0)
		close(fd);
	free(folder);
	return ok;
}

bool config_file_replace(const char *path, const struct str *text, struct err *err)
{
	char *real = realpath(path, NULL);
	const char *target = real ? real : path;
	struct str temporary = { 0 };
	bool ok = false;
	int fd;

	/* Always the same name: what a killed process leaves is taken away by the next. */
	str_addf(&temporary, "%s.new", target);
	unlink(temporary.data);
	fd = open(temporary.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_errno(err, ERR_IO, "%s", target);
		goto out;
	}
	ok = write_all(fd, str_text(text), text->len) && !fsync(fd);
	ok = !close(fd) && ok;
	ok = ok && !rename(temporary.data, target) && sync_folder(target);
	if (!ok) {
		err_errno(err, ERR_IO, "%s cannot be written", target);
		unlink(temporary.data);
	}
out:
	str_release(&temporary);
	free(real);
	return ok;
}
