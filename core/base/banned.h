/* SPDX-License-Identifier: MIT */
/* Included by the compiler in front of every file: calls that have no safe use here. */
#ifndef CORE_BASE_BANNED_H
#define CORE_BASE_BANNED_H

/* What declares them must come first, or the poison would bite the declarations. */
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Macros with clang and _FORTIFY_SOURCE. */
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets localtime gmtime

#endif
