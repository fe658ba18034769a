#!/bin/bash
# SPDX-License-Identifier: MIT
# One mailbox, mended by the real program on real hosts: found, planned, confirmed, run, recorded;
# and what becomes of it when somebody else works on it, or the console is killed.
# shellcheck source=tests/hosts/tap.bash
. "$(dirname "$0")/tap.bash"

fleet_up --hosts 2 --mailboxes 5 --messages 6

# confirmed ARGUMENT…: repair with the hash of its own plan.
confirmed() {
	mm repair "$@" --operation resync --json
	hash=$(rows 'rows[0]["plan"]')
	mm repair "$@" --operation resync --json --confirm="$hash"
}

# begin NAME ARGUMENT…: the program on the fleet, in the background; its process in $victim.
begin() {
	local name=$1
	shift
	rm -f "$work/$name.pid"
	# shellcheck disable=SC2016 # a script of its own
	lab run sh -c 'echo $$ >"$0" && exec "$@"' "$work/$name.pid" "$program" --config "$config" "$@" \
		>"$work/$name.out" 2>"$work/$name.talk" </dev/null &
	waited=$!
	until_is 10 test -s "$work/$name.pid"
	victim=$(cat "$work/$name.pid")
}

# journalled HOST TEXT: how many lines of the host's journal hold it.
journalled() {
	lab exec "$1" grep -c -e "$2" /var/lib/mailmend/journal.jsonl
}

# intents of units of the plan, this time and before
intents() {
	journalled mail1 "\"job\":\"$hash\".*\"act\":\"intent\""
}

has_intent() {
	[ "$(intents)" -gt "$before" ]
}

job_is_done() {
	mm jobs --json && [ "$(rows "[r['state'] for r in rows if r['plan'] == '$hash']")" = "['done']" ]
}

job_ended() {
	[ "$(journalled mail1 "\"job\":\"$hash\".*\"act\":\"done\"")" -ge 1 ]
}

plan_for() {
	mm repair "$@" --operation resync --json
	hash=$(rows 'rows[0]["plan"]')
}

u1=u0001@example.org u2=u0002@example.net u3=u0003@example.com u4=u0004@example.org
odd='ann smith1@example.org'

# healthy
exits 0 check "$u1" --json
is "check has the keys that others rely on, and no other" "$(rows 'list(rows[0])')" \
	"['mailbox', 'host', 'store', 'ok', 'depth', 'stored', 'visible', 'findings']"
is "nothing is found in a healthy mailbox" "$(rows 'rows[0]["ok"], rows[0]["findings"], rows[0]["host"]')" "(True, [], 'mail1')"
check "all that is stored is visible" [ "$(rows 'rows[0]["stored"] == rows[0]["visible"] > 5')" = True ]
confirmed "$u1"
is "a healthy mailbox is left alone" "$? $(rows 'rows[0]["result"]')" "0 skipped"

# found and planned
stored=$(lab exec mail1 doveadm fetch -u "$u1" guid all | grep -c ^guid)
lab damage "$u1" index-lost
exits 1 check "$u1" --json
is "a lost index is found" "$(rows 'sorted({(f["class"], f["folder"], f["symptom"], f["repair"]) for f in rows[0]["findings"]})')" \
	"[('missing', 'INBOX', 'index-lost', 'resync')]"
is "a finding has its keys" "$(rows 'list(rows[0]["findings"][0])')" "['class', 'folder', 'symptom', 'evidence', 'repair']"
exits 77 repair "$u1" --operation resync --json
says "nothing was done, and it says what does it" 'nothing was done: --confirm='
is "a plan has its keys" "$(rows 'list(rows[0])')" "['plan', 'operation', 'targets', 'warnings']"
is "and its target" "$(rows '[(t["mailbox"], t["host"]) for t in rows[0]["targets"]]')" "[('$u1', 'mail1')]"
hash=$(rows 'rows[0]["plan"]')
before=$(intents)
exits 77 repair "$u1" --operation resync --json
is "the same call gives the same hash" "$(rows 'rows[0]["plan"]')" "$hash"
exits 77 repair "$u1" --operation resync --confirm=0000-0000
says "a wrong hash is told, and the right one" "$hash"
exits 64 repair "$u1" --operation resync --confirm=yes
exits 77 repair "$u1" "$u2" --operation resync --confirm="$hash"
exits 77 --read-only repair "$u1" --operation resync --confirm="$hash"
is "nothing of all that touched it" "$(intents)" "$before"

# mended
exits 0 repair "$u1" --operation resync --json --confirm="$hash"
is "repair has the keys that others rely on, and no other" "$(rows 'list(rows[0])')" \
	"['mailbox', 'host', 'operation', 'result', 'before', 'after', 'seconds', 'missing', 'moved', 'doubled', 'flags_lost', 'uids_kept', 'uidvalidity_before', 'uidvalidity_after', 'copy', 'error']"
is "it is mended" "$(rows '[rows[0][k] for k in ("result", "missing", "moved", "doubled", "error")]')" "['ok', 0, 0, 0, None]"
is "every message is visible" "$(rows 'rows[0]["after"]["messages"]')" "$stored"
copy=$(rows 'rows[0]["copy"]')
is "Dovecot sees them, too" "$(lab exec mail1 doveadm fetch -u "$u1" guid all | grep -c ^guid)" "$stored"
exits 0 check "$u1"
exits 0 ledger --json --text "$hash"
is "the ledger has the decision before the act" "$(rows '[r["what"] for r in rows][-2:]')" "['job plan', 'plan confirmed']"
check "the commands that ran" [ "$(rows 'any("force-resync" in r["detail"] for r in rows if r["what"] == "job command")')" = True ]
is "and its outcome" "$(rows '[r["result"] for r in rows if r["what"] == "job outcome"][0]')" ok
exits 64 jobs --resume 0000-0000
says "a job that is not there is told" 'no host that answered has a job 0000-0000'
exits 0 jobs --resume "$hash" --json
says "and one that has nothing left to do" 'is done'
exits 0 jobs --json
is "jobs shows it" "$(rows "[(r['host'], r['state'], r['done'], r['units']) for r in rows if r['plan'] == '$hash']")" "[('mail1', 'done', 1, 1)]"
exits 0 restore "$u1" --json
is "its copy is kept" "$(rows '[r["copy"] for r in rows if r["copy"] == "'"$copy"'"]')" "['$copy']"
exits 69 restore "$u1" --copy nothing
says "a copy that is not there is named" 'no copy "nothing"'

# a person
lab damage "$u1" index-lost
person 'Do it' 'n\n' -- repair "$u1" --operation resync
is "no is 77" "$?" 77
lab damage "$u2" index-lost
person 'Type 2' 'y\n' -- repair "$u1" "$u2" --operation resync
is "several want their count" "$?" 77
person 'Type 2' '2\n' -- repair "$u1" "$u2" --operation resync
is "the count does it" "$?" 0
exits 0 check "$u1" "$u2"
mm ledger --json --text refused
is "what was refused is in the ledger" "$(rows '{r["what"] for r in rows}')" "{'plan refused'}"

# names that mean something to a shell
lab damage "$odd" index-lost mail1
confirmed "$odd"
is "a name with a blank is mended" "$? $(rows 'rows[0]["result"]')" "0 ok"

# what is not there
exits 67 check nobody@nowhere.example
exits 67 repair nobody@nowhere.example --operation resync
says "nobody knows it" 'no host knows a mailbox nobody@nowhere.example'
home=$(lab exec mail1 doveadm user -f home "$u4")
lab exec mail1 mv "$home" "$home.away"
exits 69 check "$u4"
exits 69 repair "$u4" --operation resync
says "no home yet" 'not there'
check "and none was made" lab exec mail1 test ! -e "$home"
lab exec mail1 mv "$home.away" "$home"

# two at once
lab damage "$u3" index-lost
plan_for "$u3"
begin one repair "$u3" --operation resync --json --confirm="$hash"
mm repair "$u3" --operation resync --json --confirm="$hash"
code=$?
wait "$waited"
is "two consoles with one plan end well" "$? $code" "0 0"
is "both tell of it" "$(rows 'rows[0]["result"] in ("ok", "skipped")')" True
lab damage "$u3" index-lost
plan_for "$u3" "$u2"
begin two repair "$u3" "$u2" --operation resync --json --confirm="$hash"
confirmed "$u3"
wait "$waited"
check "two plans with one mailbox never fail" sh -c '! grep -h "\"result\":\"\(failed\|unknown\)\"" "$@"' - "$out" "$work/two.out"
exits 0 check "$u3" "$u2"

# the console is killed
several=("$u1" "$u2" "$u3")
for mailbox in "${several[@]}"; do
	lab damage "$mailbox" index-lost
done
plan_for "${several[@]}"
before=$(intents)
begin killed repair "${several[@]}" --operation resync --confirm="$hash"
until_is 20 has_intent
kill -9 "$victim"
wait "$waited" 2>/dev/null
check "what was released is carried out without a console" until_is 60 job_ended
exits 0 ledger --json --text "$hash" --limit 1000
check "the ledger asks the host for what it does not know" \
	[ "$(rows 'rows[0]["what"]')" = "job done" ]
is "every mailbox has one true outcome" \
	"$(rows 'collections.Counter(r["result"] for r in rows if r["what"] == "job outcome")["ok"]')" "${#several[@]}"
exits 0 check "${several[@]}"

# interrupted, and the link cut
for mailbox in "${several[@]}"; do
	lab damage "$mailbox" index-lost
done
plan_for "${several[@]}"
before=$(intents)
begin stopped repair "${several[@]}" --operation resync --confirm="$hash"
until_is 20 has_intent
kill -INT "$victim"
wait "$waited"
is "Ctrl-C ends the watching with 130" $? 130
cp "$work/stopped.talk" "$talk"
says "and says how to see it" 'mailmend jobs'
check "and it was carried out" until_is 60 job_is_done
for mailbox in "${several[@]}"; do
	lab damage "$mailbox" index-lost
done
before=$(intents)
begin again repair "${several[@]}" --operation resync --json --confirm="$hash"
until_is 20 has_intent
# shellcheck disable=SC2016 # a script for the host
lab exec mail1 sh -c 'for p in /proc/[0-9]*; do cat "$p/cmdline" 2>/dev/null | tr "\0" " " | grep -q "^sshd: .*@notty" && kill "${p#/proc/}"; done; :'
wait "$waited"
is "a link that is cut is made again, and the plan followed to its end" $? 0
cp "$work/again.talk" "$talk"
says "that it was cut is said" 'the link was lost'
exits 0 check "${several[@]}"
check "no lock is left" sh -c '! "$1" exec mail1 find /srv -name mailmend-lock | grep .' - "$root/tests/lab/lab"
