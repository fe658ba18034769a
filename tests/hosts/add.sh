#!/bin/bash
# SPDX-License-Identifier: MIT
# hosts add on a real host: with and without somebody to ask.
# shellcheck source=tests/hosts/tap.bash
. "$(dirname "$0")/tap.bash"

fleet_up --hosts 2 --mailboxes 2 --messages 1 --format maildir
address() {
	python3 -c 'import json, sys
h = next(h for h in json.load(open(sys.argv[1]))["hosts"] if h["name"] == sys.argv[2])
print(h["address"] + (":%d" % h["port"] if "port" in h else ""))' "$config" "$1"
}
default() {
	python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["defaults"][sys.argv[2]])' "$config" "$1"
}
user=$(default user) key=$(default identity) known=$(default known_hosts)
one=$user@$(address mail1) two=$user@$(address mail2)
config=$work/made/config.json

: >"$work/empty"
exits 77 hosts add "$one" --name mail1 --identity "$key" --known-hosts "$work/empty"
says "nobody to ask: the key and what to do are told" 'not added: .*SHA256:'
check "nothing was written" [ ! -e "$config" ]
is "no key was accepted" "$(cat "$work/empty")" ""

exits 0 hosts add "$one" --name mail1 --identity "$key" --known-hosts "$known"
check "the configuration names the host" grep -q '"name": "mail1"' "$config"
is "only its owner may read it" "$(stat -c %a "$config")" 600
exits 78 hosts add "$one" --name mail1 --identity "$key" --known-hosts "$known"
exits 0 hosts --once --json
is "it works" "$(rows '[r["state"] for r in rows]')" "['ok']"

sed -i '1s|$| // ours|' "$config"
person 'Accept it\? \[y/N\] ' 'n\n' -- hosts add "$two" --name mail2 --identity "$key" --known-hosts "$work/new"
is "a person says no" $? 77
check "the fingerprint was shown" grep -q 'SHA256:' "$out"
check "and nothing was added" sh -c '! grep -q mail2 "$1"' - "$config"
check "nor accepted" [ ! -s "$work/new" ]
person 'Accept it\? \[y/N\] ' '\x03' -- hosts add "$two" --name mail2 --identity "$key" --known-hosts "$work/new"
is "Ctrl-C ends it" $? 130
person 'Accept it\? \[y/N\] ' 'yes\n' -- hosts add "$two" --name mail2 --identity "$key" --known-hosts "$work/new"
is "a person says yes" $? 0
check "the host is added" grep -q '"name": "mail2"' "$config"
check "comments are kept" grep -q '// ours$' "$config"
check "the key is kept" grep -q 'ssh-' "$work/new"
exits 0 hosts --once --json
is "and not asked about again" "$(rows '[r["state"] for r in rows]')" "['ok', 'ok']"

cp "$key" "$work/locked"
chmod 600 "$work/locked"
ssh-keygen -q -p -P '' -N 'open sesame' -f "$work/locked" </dev/null
exits 77 hosts add "$one" --name locked --identity "$work/locked" --known-hosts "$known"
SSH_AUTH_SOCK='' person ': ' 'open sesame\n' -- hosts add "$one" --name locked --identity "$work/locked" --known-hosts "$known"
is "a passphrase is asked for" $? 0
check "and never shown" sh -c '! grep -q sesame "$1"' - "$out"
SSH_AUTH_SOCK='' person ': ' '\x03' -- hosts --once --host locked
is "Ctrl-C at a passphrase gives the terminal back" $? 130

exits 0 ledger --json
check "the ledger tells of the accepted key" [ "$(rows 'sum(r["what"] == "host key accepted" and r["host"] == "mail2" for r in rows)')" = 1 ]
check "and of every added host" [ "$(rows 'sum(r["what"] == "host added" for r in rows)')" = 3 ]
