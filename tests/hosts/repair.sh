#!/bin/bash
# SPDX-License-Identifier: MIT
# The agent's job on real hosts: every damage whose messages can be had back is mended, one unit
# each, and what a unit may not do it does not.
# shellcheck source=tests/hosts/tap.bash
. "$(dirname "$0")/tap.bash"
tab=$'\t'
formats=(mdbox sdbox maildir mdbox-index sdbox-index)
# Kinds that leave a maildir as it was, that it heals from by itself, or that no resync mends.
needless=" index-lost index-random index-version index-truncated index-old folder-index-lost "
needless+="index-unreadable index-is-directory list-index-random list-index-lost message-body-random "
needless+="uidlist-lost uidlist-random "

fleet_up --hosts 5 --format mixed --mailboxes 36 --messages 20
sh "$root/net/agent/assemble" "$work/agent" || exit 1
for which in 1 2 3 4 5; do
	lab exec "mail$which" sh -c 'cat >/root/agent' <"$work/agent"
done

# mailboxes HOST: those that were opened, one a line.
mailboxes() {
	lab exec "$1" doveadm user '*' | awk '/^u[0-9]+@/ { name = $0; sub(/@.*/, "", name); if (substr(name, 2) % 12) print }'
}

# mend HOST MAILBOX HASH KIND…
mend() {
	local host=$1
	shift
	lab exec "$host" sh -c "$(cat "$root/tests/hosts/mend")" mend "$@"
}

# Kinds of a format whose messages can all be had back, and which resync is for.
kinds() {
	awk -F '\t' -v format="$1" -v needless="$([ "$1" = maildir ] && echo "$needless")" '
		/^#/ || $2 != format || $4 != "found" || ($8 != "all" && $8 != "more") || seen[$1]++ { next }
		$1 ~ /unreadable|is-directory|orphans|lost-folder/ || index(needless, " " $1 " ") { next }
		{ print $1 }' "$root/tests/lab/oracle"
}

# check_format NUMBER: one line a kind: KIND, and what mend printed.
check_format() {
	local host=mail$1 format=${formats[$1 - 1]} kind at=0 all
	mapfile -t all < <(mailboxes "$host")
	for kind in $(kinds "$format"); do
		printf '%s\t%s\n' "$kind" "$(mend "$host" "${all[at]}" "aa$1-$at" "$kind" 2>&1 | tail -n 1)"
		at=$((at + 1))
	done >"$work/format.$1"
}

for which in 1 2 3 4 5; do
	check_format "$which" &
done
wait
for which in 1 2 3 4 5; do
	while IFS=$tab read -r kind result facts error; do
		case $result/$facts in
		'ok/refused=0 missing=0 gone=0 extra=0 lost=0 '*) verdict 0 "${formats[which - 1]}: $kind is mended" ;;
		'unproven/refused=0 missing='*' gone=0 '*' lost=0 '*)
			# What nothing on disk tells is said to be unproven; no message is lost by it.
			verdict 0 "${formats[which - 1]}: $kind is mended, unproven"
			;;
		*)
			verdict 1 "${formats[which - 1]}: $kind is mended"
			printf '# %s %s %s\n' "$result" "$facts" "$error"
			;;
		esac
	done <"$work/format.$which"
done

# --- what a unit may not do

# plan HASH OPERATION ARGUMENT MAILBOX…: the requests up to go.
plan() {
	local hash=$1 operation=$2 argument=$3 n=0
	shift 3
	printf 'start\t%s\t%s\t%s\ttests\t%s\t1\n' "$hash" "$operation" "$argument" "$(($(date +%s) + 600))"
	for mailbox; do
		printf 'unit\t%d\t%s\t\n' $((n++)) "$mailbox"
	done
	printf 'go\n'
}

# agent HOST ROLE: requests on stdin, answers to $out.
agent() {
	lab exec "$1" timeout 120 sh /root/agent "$2" job >"$out" 2>"$talk"
}

# run_job HOST HASH OPERATION ARGUMENT MAILBOX…
run_job() {
	local host=$1
	shift
	{
		plan "$@"
		printf 'follow\t%s\t0\n' "$1"
	} | agent "$host" operator
}

# of_outcome KEY: from the outcomes in $out.
of_outcome() {
	python3 -c '
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
print([r["journal"]["outcome"][sys.argv[2]] for r in rows if r.get("journal", {}).get("act") == "outcome"][-1])' "$out" "$1"
}

# in_spool HOST PATTERN: a record of the journal.
in_spool() {
	lab exec "$1" grep -q -- "$2" /var/lib/mailmend/journal.jsonl
}

mapfile -t one < <(mailboxes mail1)
mapfile -t two < <(mailboxes mail2)
busy=${one[25]} shut=${one[26]} well=${one[27]} kept=${two[25]}

# All files of a mailbox but the times of its folders.
files_of() {
	lab exec mail1 sh -c 'find "$(doveadm user -f home "$1")" ! -type d -printf "%p %m %s %T@ %C@\n" | sort' sh "$1"
}

lab damage "$shut" index-unreadable mail1
files_of "$shut" >"$work/files"
run_job mail1 b001 resync '' "$shut"
is "a closed mailbox is not repaired" "$(of_outcome result)" failed
check "and the outcome says what to mend" grep -q 'mode 0' "$out"
files_of "$shut" >"$work/files.after"
check "no file of it was touched" cmp "$work/files" "$work/files.after"
run_job mail1 b002 resync '' "$well"
is "a healthy mailbox is left alone" "$(of_outcome result)" skipped
run_job mail1 b003 resync '' nobody@example.org
is "a mailbox that is not there is skipped" "$(of_outcome result)" skipped
plan b004 resync '' "$well" "$busy" | agent mail1 support
check "support may not start a plan of two" grep -q '"error".*one mailbox at a time' "$out"
lab exec mail1 sh /root/agent view job </dev/null >"$out" 2>"$talk"
is "view may start nothing" $? 77
lines=$(lab exec mail1 wc -l /var/lib/mailmend/journal.jsonl)
plan b002 resync '' "$well" | agent mail1 operator
is "go on a job that ran changes nothing" "$(lab exec mail1 wc -l /var/lib/mailmend/journal.jsonl)" "$lines"

# A unit is stopped where it holds the lock, so that another one can come.
lab damage "$busy" index-lost mail1
home=$(lab exec mail1 doveadm user -f home "$busy")
plan b005 resync '' "$busy" | agent mail1 operator
# shellcheck disable=SC2016
held='until [ -f "$1/mdbox/mailmend-lock/owner" ]; do :; done
	kill -STOP "$(sed -n "s/^pid.//p" "$1/mdbox/mailmend-lock/owner")"'
if lab exec mail1 timeout 20 sh -c "$held" sh "$home"; then
	run_job mail1 b006 resync '' "$busy"
	is "a second repair of a mailbox is refused" "$(of_outcome result)" skipped
	check "and it says who works on it" grep -q 'works on it already: unit 0 of job b005' "$out"
	lab exec mail1 sh -c 'kill -CONT "$(sed -n "s/^pid.//p" "$1/mdbox/mailmend-lock/owner")"' sh "$home"
else
	skip "a second repair of a mailbox is refused" "the first was too quick"
fi
printf 'follow\tb005\t0\n' | agent mail1 operator
is "the first one ends well" "$(of_outcome result)" ok
check "and leaves no lock" lab exec mail1 test ! -e "$home/mdbox/mailmend-lock"

# --- restore

seen() {
	lab exec mail2 /run/lab/tests/damage-login "$kept" | grep -P '^message\tWork\t' | sort
}
seen >"$work/seen"
lab damage "$kept" index-lost mail2
run_job mail2 c001 resync '' "$kept"
copy=$(of_outcome copy)
lab damage "$kept" folder-index-lost mail2
run_job mail2 c002 resync '' "$kept"
is "a folder whose index is lost comes back" "$(of_outcome missing)" 0
run_job mail2 c003 restore "$copy" "$kept"
is "a kept copy is merged" "$(of_outcome result)" ok
seen >"$work/seen.after"
check "flags and UIDs are those of before" cmp "$work/seen" "$work/seen.after"
lab exec mail2 rm -r "/var/lib/mailmend/copies/$copy"
run_job mail2 c004 restore "$copy" "$kept"
is "a copy that was deleted is an error" "$(of_outcome result)" failed
check "that names it" grep -q "there is no kept copy $copy" "$out"
printf 'copies\t%s\n' "$kept" | agent mail2 operator
check "kept copies are listed" grep -q '"copy":{"name":"c002-0"' "$out"

# --- the journal

chained() {
	lab exec "$1" cat /var/lib/mailmend/journal.jsonl | python3 -c '
import hashlib, json, sys
before, seq = "", 0
for line in sys.stdin.buffer:
    record = json.loads(line)["journal"]
    body = line[:line.rindex(b",\"hash\":")]
    assert record["seq"] == seq + 1 and record["prev"] == before, record
    assert hashlib.sha256(body).hexdigest() == record["hash"], record
    before, seq = record["hash"], record["seq"]
assert seq > 10'
}
for which in 1 2 3 4 5; do
	check "mail$which: the journal is one chain" chained "mail$which"
	check "mail$which: no lock is left" lab exec "mail$which" sh -c '! find /srv/vmail -name mailmend-lock | grep -q .'
done
check "an act is told before it is done" in_spool mail1 '"act":"lock".*makes '
