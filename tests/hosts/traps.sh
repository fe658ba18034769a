#!/bin/bash
# SPDX-License-Identifier: MIT
# What a mailbox's owner put there to lead the reader astray is not followed.
# shellcheck source=tests/hosts/tap.bash
. "$(dirname "$0")/tap.bash"

fleet_up --hosts 1 --format mdbox --mailboxes 4 --messages 5
sh "$root/net/agent/assemble" "$work/agent" || exit 1
lab exec mail1 sh -c 'cat >/root/agent' <"$work/agent"
user=$(lab exec mail1 doveadm user '*' | grep '^u[0-9]' | sed -n '1p')
store=$(lab exec mail1 doveadm user -f home "$user")/mdbox

# look: what check says of the mailbox
look() {
	printf 'check\t%s\t2\n' "$user" | lab exec mail1 timeout 60 sh /root/agent view check >"$out" 2>"$talk"
}
astray() {
	local text=$1 put=$2 away=$3
	lab exec mail1 sh -c "cd \"\$1\" && $put" sh "$store"
	look
	verdict $? "$text ends a look"
	check "and is told" grep -q '"error":".*not read' "$out"
	lab exec mail1 sh -c "cd \"\$1\" && $away" sh "$store"
}
astray "a pipe as a message file" 'mkfifo storage/m.99' 'rm storage/m.99'
astray "a link as a log" 'mv dovecot.mailbox.log kept && ln -s /dev/zero dovecot.mailbox.log' 'mv kept dovecot.mailbox.log'
astray "a name of two lines" 'mkdir "$(printf "a\nl")"' 'rmdir "$(printf "a\nl")"'
look
check "without them it is sound" grep -q '"ok":true' "$out"
