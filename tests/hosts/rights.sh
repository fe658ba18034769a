#!/bin/bash
# SPDX-License-Identifier: MIT
# A login without rights, and hosts prepare: shown, confirmed, done, used, undone.
# shellcheck source=tests/hosts/tap.bash
. "$(dirname "$0")/tap.bash"

fleet_up --hosts 2 --mailboxes 3 --messages 1 --format maildir
lab traffic start --steady --idle 2
sessions=$(who mail1 | grep -c ' imap ')
plain=$(lab config --user ops) raised=$(lab config --user ops --become 'sudo -n')

there() {
	lab exec mail1 test -e "$1"
}
agent=/usr/local/sbin/mailmend-agent sudoers=/etc/sudoers.d/mailmend

config=$plain
exits 0 hosts --json --host mail1
is "without rights the host is up" "$(rows '[r["state"] for r in rows]')" "['ok']"
check "its row says so, with the mend" [ "$(rows '"prepare" in (rows[0]["error"] or "")')" = True ]
is "and its sessions are unknown, not none" "$(rows 'rows[0]["sessions"]["imap"]')" None
exits 1 doctor --json --host mail1
check "doctor says so, too" [ "$(rows 'any(r["good"] is False and r["mend"] for r in rows)')" = True ]

config=$raised
exits 77 hosts --json --once --host mail1
check "become without the root-owned agent says what to do" \
	[ "$(rows '"hosts prepare" in (rows[0]["error"] or "")')" = True ]

case $(lab status) in
*'kind C'*)
	skip "hosts prepare" "sudo has no effect inside a user namespace"
	exit 0
	;;
esac
exits 77 hosts prepare mail1
check "without a terminal it only shows what it would do" grep -q "$agent" "$out"
says "and says that --yes does it" '--yes'
check "nothing was done" sh -c '! "$@"' - "$root/tests/lab/lab" exec mail1 test -e "$agent"
person 'Do this on mail1\? \[y/N\] ' 'n\n' -- hosts prepare mail1
is "a person says no" $? 77
check "still nothing was done" sh -c '! "$@"' - "$root/tests/lab/lab" exec mail1 test -e "$agent"
exits 77 --read-only hosts prepare mail1 --yes
exits 0 hosts prepare mail1 --yes
check "the agent is installed" there "$agent"
check "and its sudoers file" there "$sudoers"
is "both are root's, and nobody else writes them" \
	"$(lab exec mail1 stat -c '%U %a' "$agent" "$sudoers" | paste -sd ' ')" "root 755 root 440"
check "sudo takes the file" lab exec mail1 visudo -c -q -f "$sudoers"

exits 0 hosts --json --host mail1
is "now sessions are counted" "$(rows 'rows[0]["sessions"]["imap"]')" "$sessions"
exits 0 hosts prepare mail1 --yes
check "a second time does no harm" there "$agent"

person 'Do this on mail1\? \[y/N\] ' 'y\n' -- hosts prepare mail1 --undo
is "a person says yes" $? 0
check "undone: no agent" sh -c '! "$@"' - "$root/tests/lab/lab" exec mail1 test -e "$agent"
check "undone: no sudoers file" sh -c '! "$@"' - "$root/tests/lab/lab" exec mail1 test -e "$sudoers"
exits 0 ledger --json
is "the ledger holds what was begun and what was done" \
	"$(rows '[r["what"] for r in reversed(rows) if r["host"] == "mail1"]')" \
	"['hosts prepare', 'agent installed', 'hosts prepare', 'agent installed', 'hosts prepare --undo', 'agent removed']"

exits 64 hosts prepare mail9
says "a host that is not there is named" 'mail9'
