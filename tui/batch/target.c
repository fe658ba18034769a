/* SPDX-License-Identifier: MIT */
#include "tui/batch/target.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

bool target_parse(struct config_host *host, const char *target, struct err *err)
{
	const char *at = strrchr(target, '@'), *rest = at ? at + 1 : target, *end, *port = NULL;

	if (*rest == '[') {
		end = strchr(++rest, ']');
		if (!end || (end[1] && end[1] != ':'))
			return err_set(err, ERR_USAGE,
				"\"%.200s\" is no host: an address in [ ] ends with ] or ]:PORT", target);
		port = end[1] ? end + 2 : NULL;
	} else {
		end = strchr(rest, ':');
		if (end && strchr(end + 1, ':'))
			end = NULL; /* an IPv6 address without a port */
		port = end ? end + 1 : NULL;
	}
	if (!end)
		end = rest + strlen(rest);
	if (end == rest || at == target)
		return err_set(err, ERR_USAGE, "\"%.200s\" is no host; give [USER@]HOST[:PORT]", target);
	if (port && (strlen(port) > 5 || !*port || strspn(port, "0123456789") != strlen(port) ||
			    atoi(port) < 1 || atoi(port) > 65535))
		return err_set(err, ERR_USAGE, "\"%.100s\" is no port; give a number from 1 to 65535", port);
	host->port = port ? atoi(port) : 0;
	host->address = mem_text_n(rest, (size_t)(end - rest));
	host->user = at ? mem_text_n(target, (size_t)(at - target)) : NULL;
	return true;
}
