#!/bin/sh
# SPDX-License-Identifier: MIT
# The agent of mailmend on a mail host: sh AGENT ROLE SUBCOMMAND. All but job only look.
# What it says and is told: net/agent/PROTOCOL in mailmend's source.
AGENT_BUILD=@BUILD@

set -f
export LC_ALL=C
umask 077
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

# The first line of every subcommand. The shell's own reading and variables: nothing is forked.
hello() {
	# shellcheck disable=SC3028 # where there is none, it is empty
	boot='' uptime=0 user='' clock=${EPOCHSECONDS:-}
	read -r boot </proc/sys/kernel/random/boot_id
	read -r uptime _ </proc/uptime
	while read -r key user _; do
		[ "$key" != Uid: ] || break
	done </proc/self/status
	case $clock in '' | *[!0-9]*) clock=null ;; esac
	case $user in '' | *[!0-9]*) user=null ;; esac
	printf '{"hello":{"protocol":[1,1],"build":"%s","role":"%s","operations":["sample","stores","mailboxes","doctor","check","job"],"boot":"%s","uptime":%s,"clock":%s,"user":%s}}\n' \
		"$AGENT_BUILD" "$ROLE" "$boot" "$uptime" "$clock" "$user"
}
