/* SPDX-License-Identifier: MIT */
/*
 * The host-side agent, as the build embedded it (net/agent/): what is sent to a host that
 * does not have this build yet.
 */
#ifndef NET_AGENT_H
#define NET_AGENT_H

#include <stddef.h>

extern const char agent_text[]; /* agent_text_size bytes */
extern const size_t agent_text_size;
extern const char agent_build[]; /* 12 hexadecimal digits of the text's SHA-256 */

#define AGENT_PROTOCOL_LOW 1 /* what this console speaks */
#define AGENT_PROTOCOL_HIGH 1

#endif
