#!/bin/bash
# SPDX-License-Identifier: MIT
# The configuration and the store under fire: several processes at once, kill -9, a full disk. No
# host is needed: `hosts add --unchecked` writes both.
# shellcheck source=tests/hosts/tap.bash
. "$(dirname "$0")/tap.bash"

config=$work/config/mailmend/config.json

run() {
	"$program" "$@" >"$out" 2>"$talk" </dev/null
}

run hosts
is "no configuration exits 78" $? 78
says "and says what to do" 'mailmend hosts add USER@HOST'

run hosts add --unchecked ops@mail00:2222 --name first
is "hosts add writes one" $? 0
is "it is only its owner's to read" "$(stat -c %a "$config")" 600
run hosts add --unchecked ops@mail00 --name first
is "a name that is there exits 78" $? 78
says "and is named" '"?first"?'
run --read-only hosts add --unchecked mail01
is "--read-only exits 77" $? 77
run hosts add --unchecked 'a b'
is "an address that is none is refused" $? 78
run hosts add
is "no host exits 64" $? 64

# Two writers at once, each with ten hosts: none is lost.
writer() {
	local i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		"$program" hosts add --unchecked "ops@$1$i" >/dev/null 2>&1 </dev/null || return 1
	done
}
writer a & first=$!
writer b & second=$!
wait "$first"
one=$?
wait "$second"
is "two writers at once end well" "$one $?" "0 0"
is "no host of theirs is lost" "$(grep -c '"address"\|"name": "[ab]' "$config")" 21
run ledger --json --limit 100
is "the ledger is read" $? 0
is "and holds every host that was added" "$(rows 'sum(r["what"] == "host added" for r in rows)')" 21
is "numbers in it never repeat" "$(rows 'len({r["id"] for r in rows})')" 21

run ledger --json --text a7
is "--text finds" "$(rows '[r["host"] for r in rows]')" "['a7']"
run ledger --json --limit 3
is "--limit limits, newest first" "$(rows 'len(rows), rows[0]["id"] > rows[1]["id"]')" "(3, True)"
newest=$(rows 'rows[0]["id"]')
run ledger --json --limit 1 --before "$newest"
check "--before goes back" [ "$(rows 'rows[0]["id"]')" -lt "$newest" ]

mkfifo "$work/never"
# kill -9 somewhere in the middle, again and again: file and store stay whole.
for i in $(seq 1 20); do
	"$program" hosts add --unchecked "ops@k$i" >/dev/null 2>&1 </dev/null &
	victim=$!
	until_is 10 test -e "/proc/$victim" || break
	read -r -t "0.0$((i * 7 % 90 + 10))" _ <>"$work/never" 2>/dev/null
	kill -9 "$victim" 2>/dev/null
	wait "$victim" 2>/dev/null
done
run hosts add --unchecked ops@after
is "after twenty kills the configuration is whole" $? 0
run ledger --json --limit 500
is "and so is the ledger" $? 0
is "an added host that was not killed is in it" "$(rows 'rows[0]["host"]')" after
is "no file is left behind" "$(ls "$work/config/mailmend")" config.json

# A full disk under the store.
full() {
	unshare -m sh -c '
		mount -t tmpfs -o size=64k tmpfs "$2" && dd if=/dev/zero of="$2/fill" bs=1k 2>/dev/null
		XDG_STATE_HOME=$2 exec "$1" ledger' - "$program" "$work/small" >"$out" 2>"$talk" </dev/null
}
mkdir "$work/small"
if [ "$(id -u)" -ne 0 ]; then
	unshare() { command unshare --user --map-root-user "$@"; }
fi
full
code=$?
check "a full disk under the store is an error" [ "$code" -eq 74 ]
says "in one sentence that names it" "$work/small"
XDG_STATE_HOME=/proc/nowhere run ledger
is "a store that cannot be made exits 74" $? 74
says "in one sentence, too" '/proc/nowhere'
