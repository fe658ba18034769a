#!/bin/bash
# SPDX-License-Identifier: MIT
# Users who go on working while their mailboxes are repaired lose nothing, and nothing comes back
# or twice; what a mailbox's owner put there to lead the reader astray is not followed.
# shellcheck source=tests/hosts/tap.bash
. "$(dirname "$0")/tap.bash"

fleet_up --hosts 4 --format mixed --mailboxes 12 --messages 10
sh "$root/net/agent/assemble" "$work/agent" || exit 1
for which in 1 2 3 4; do
	lab exec "mail$which" sh -c 'cat >/root/agent' <"$work/agent"
	lab exec "mail$which" doveadm user '*' | grep '^u[0-9]' | sed -n '1p' >"$work/user.$which"
done

# at_work NUMBER KIND
at_work() {
	lab exec "mail$1" python3 - "$(cat "$work/user.$1")" "$2" ae01 1 0.3 <"$root/tests/hosts/live" >"$work/live.$1" 2>&1
}
formats=(mdbox sdbox maildir mdbox-index)
at_work 1 index-lost &
at_work 2 index-lost &
at_work 3 uidlist-lost &
at_work 4 index-lost &
wait
for which in 1 2 3 4; do
	cp "$work/live.$which" "$out"
	: >"$talk"
	check "${formats[which - 1]}: a user was at work" grep -q '^answered: [1-9]' "$out"
	check "${formats[which - 1]}: and nothing of it is lost, doubled or back" sh -c '! grep -v "^answered:\|^result:" "$1"' sh "$out"
done

# --- led astray

user=$(lab exec mail1 doveadm user '*' | grep '^u[0-9]' | sed -n '2p')
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
