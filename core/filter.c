/* SPDX-License-Identifier: MIT */
#include "core/filter.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

/* With these a match that explodes ends after some 50 µs. */
enum { MATCH_LIMIT = 5000, DEPTH_LIMIT = 1000, HEAP_LIMIT_KIB = 256 };
enum { COST_MATCH = 12, COST_LIMIT = 1000 };

struct filter {
	bool turned; /* what does not match passes */
	bool word;
	char pattern[FILTER_PATTERN_MAX + 1]; /* without the '!' */
	bool jit;
	size_t gave_up;
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
};

/* A word of plain ASCII, which can be looked for byte by byte. */
static bool is_word(const char *pattern)
{
	for (const unsigned char *c = (const unsigned char *)pattern; *c; c++)
		if (*c >= 0x80 || strchr("\\^$.[]|()?*+{}#", *c))
			return false;
	return true;
}

static unsigned character_of(const char *pattern, size_t offset)
{
	unsigned count = 1;
	size_t used;

	for (size_t at = 0, len = strlen(pattern); at < offset && at < len; at += used) {
		utf8_next(pattern + at, len - at, &used);
		count++;
	}
	return count;
}

static bool compile(struct filter *filter, const char *pattern, struct err *err)
{
	const uint32_t options = filter->word ?
		PCRE2_LITERAL :
		PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
	int code;
	PCRE2_SIZE offset;
	PCRE2_UCHAR reason[200];

	filter->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
		PCRE2_CASELESS | options, &code, &offset, NULL);
	if (!filter->code) {
		pcre2_get_error_message(code, reason, sizeof(reason));
		return err_set(err, ERR_USAGE, "the filter is wrong at character %u: %s",
			character_of(pattern, offset) + filter->turned, (const char *)reason);
	}
	filter->jit = pcre2_jit_compile(filter->code, PCRE2_JIT_COMPLETE) == 0;
	filter->data = pcre2_match_data_create(1, NULL);
	filter->context = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(filter->context, MATCH_LIMIT);
	pcre2_set_depth_limit(filter->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(filter->context, HEAP_LIMIT_KIB);
	return true;
}

struct filter *filter_new(const char *pattern, struct err *err)
{
	struct filter *filter;

	if (strlen(pattern) > FILTER_PATTERN_MAX) {
		err_set(err, ERR_USAGE, "the filter is longer than %d bytes", FILTER_PATTERN_MAX);
		return NULL;
	}
	filter = mem_new(sizeof(*filter));
	/* A lone '!' is somebody who has just begun to type. */
	filter->turned = pattern[0] == '!' && pattern[1];
	pattern += pattern[0] == '!';
	filter->word = is_word(pattern);
	memcpy(filter->pattern, pattern, strlen(pattern) + 1);
	if (compile(filter, pattern, err))
		return filter;
	filter_free(filter);
	return NULL;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	pcre2_match_data_free(filter->data);
	pcre2_match_context_free(filter->context);
	pcre2_code_free(filter->code);
	free(filter);
}

bool filter_narrows(const struct filter *old, const struct filter *new)
{
	return old && new && old->word && new->word && !old->turned && !new->turned &&
		strstr(new->pattern, old->pattern);
}

bool filter_passes(struct filter *filter, const char *text, size_t *cost)
{
	int found;

	*cost = COST_MATCH;
	found = (filter->jit ? pcre2_jit_match : pcre2_match)(filter->code, (PCRE2_SPTR)text,
		strlen(text), 0, 0, filter->data, filter->context);
	if (found < PCRE2_ERROR_NOMATCH && found != PCRE2_ERROR_PARTIAL) {
		*cost = COST_LIMIT;
		filter->gave_up++;
		return false;
	}
	return (found >= 0) != filter->turned;
}

size_t filter_gave_up(const struct filter *filter)
{
	return filter ? filter->gave_up : 0;
}
