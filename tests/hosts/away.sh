#!/bin/bash
# SPDX-License-Identifier: MIT
# Hosts that do not answer: each says so in one sentence, and the others do not suffer.
# shellcheck source=tests/hosts/tap.bash
. "$(dirname "$0")/tap.bash"

fleet_up --hosts 3 --mailboxes 3 --messages 1 --format maildir
lab traffic start --steady --idle 2

# others_fine TEXT: mail1 and mail3 are as they should be.
others_fine() {
	is "$1: the others are up" "$(rows '[r["state"] for r in rows if r["host"] != "mail2"]')" "['ok', 'ok']"
	check "$1: their sessions are counted" \
		[ "$(rows 'all(r["sessions"]["imap"] >= 2 for r in rows if r["host"] != "mail2")')" = True ]
}

# gone TEXT: mail2 is away with a sentence and without figures.
gone() {
	is "$1: it is away" "$(rows '[r["state"] for r in rows if r["host"] == "mail2"]')" "['away']"
	check "$1: a sentence says why" [ "$(rows 'len(rows[1]["error"]) > 10 and "\n" not in rows[1]["error"]')" = True ]
	is "$1: no figure is made up" "$(rows '(rows[1]["age_ms"], rows[1]["load1"], rows[1]["sessions"]["imap"])')" \
		"(None, None, None)"
	others_fine "$1"
}

is_up() {
	mm hosts --once --json --host mail2
}

lab stop mail2
exits 69 hosts --json --once
gone "stopped"
exits 69 mailboxes --json --once
check "stopped: mailboxes of the others are there" [ "$(rows 'len(rows) >= 2')" = True ]
says "stopped: what is missing is told" 'mail2: away: '
lab start mail2
check "started again, it is up" until_is 30 is_up

lab freeze mail2
exits 69 hosts --json --once
gone "frozen"
lab thaw mail2
check "thawed, it is up" until_is 30 is_up

if lab status | grep -q '^kind [BC]'; then
	lab cut mail2
	exits 69 hosts --json --once
	gone "cut off"
	lab join mail2
	check "joined again, it is up" until_is 30 is_up
fi

# A host whose name nobody knows, and a port where nobody listens.
fleet=$config
config=$(reconfigure nowhere 'c["hosts"][1]["address"] = "no-such-host.invalid"')
exits 69 hosts --json --once
gone "unknown name"
config=$fleet
config=$(reconfigure closed 'c["hosts"][1]["port"] = 9')
exits 69 hosts --json --once
gone "closed port"
config=$fleet

# Host keys: changed, unknown.
known=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["defaults"]["known_hosts"])' "$config")
ssh-keygen -q -t ed25519 -N '' -f "$work/other" </dev/null
awk -v key="$(cut -d' ' -f1,2 "$work/other.pub")" '{ print $1, key }' "$known" >"$work/changed"
config=$(reconfigure changed "c['hosts'][1]['known_hosts'] = '$work/changed'")
exits 77 hosts --json --once
is "changed key: it is refused" "$(rows '[r["state"] for r in rows if r["host"] == "mail2"]')" "['refused']"
is "changed key: both fingerprints are told" "$(rows 'rows[1]["error"].count("SHA256:")')" 2
others_fine "changed key"
config=$fleet
: >"$work/empty"
config=$(reconfigure unknown "c['hosts'][1]['known_hosts'] = '$work/empty'")
exits 77 hosts --json --once
is "unknown key, nobody to ask: it is refused" "$(rows '[r["state"] for r in rows if r["host"] == "mail2"]')" "['refused']"
is "unknown key: its fingerprint is told" "$(rows 'rows[1]["error"].count("SHA256:")')" 1
is "unknown key: nothing was accepted" "$(cat "$work/empty")" ""
others_fine "unknown key"

# A login that is not accepted.
config=$fleet
ssh-keygen -q -t ed25519 -N '' -f "$work/stranger" </dev/null
config=$(reconfigure stranger "c['hosts'][1]['identity'] = '$work/stranger'")
SSH_AUTH_SOCK='' exits 77 hosts --json --once
is "a stranger's key: it is refused" "$(rows '[r["state"] for r in rows if r["host"] == "mail2"]')" "['refused']"
others_fine "a stranger's key"
