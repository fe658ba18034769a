/* SPDX-License-Identifier: MIT */
#include "core/operation.h"

#include <string.h>

static const struct operation *const operations[] = {
	&operation_resync,
	&operation_restore,
};

const struct operation *operation_at(size_t i)
{
	return i < sizeof(operations) / sizeof(*operations) ? operations[i] : NULL;
}

const struct operation *operation_find(const char *name)
{
	for (size_t i = 0; operation_at(i); i++)
		if (strcmp(operation_at(i)->name, name) == 0)
			return operation_at(i);
	return NULL;
}
