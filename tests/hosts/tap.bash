# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the host tests share: TAP, a lab of their own, and the program on it.
#
#	fleet_up OPTION…       a lab in a folder of its own, taken down at the end; $LAB_OPTIONS adds
#	                       to it (--dovecot 2.4, --kind C)
#	mm ARGUMENT…           the program on that fleet; stdout in $out, stderr in $talk
#	person PATTERN REPLY… -- ARGUMENT…   mm with a person at a terminal, who waits for each
#	                       pattern and types the reply; all that was shown is in $out
#	exits CODE ARGUMENT…   mm, and its exit code must be CODE
#	rows EXPRESSION        Python over `rows`, the JSON Lines in $out; prints the value
#	is TEXT GOT WANTED     one test: two texts are the same
#	says TEXT PATTERN      one test: $talk is one sentence that matches (grep -E)
#	check TEXT COMMAND…    one test: a command succeeds
#	until_is SECONDS COMMAND…   waits for a command to succeed
set -u
export LC_ALL=C.UTF-8
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
program=${MAILMEND:-$root/build/asan/mailmend}
work=$(mktemp -d "${TMPDIR:-/tmp}/mailmend-hosts-XXXXXX") || exit 1
export MAILMEND_LAB=$work/lab XDG_STATE_HOME=$work/state XDG_CONFIG_HOME=$work/config
out=$work/out talk=$work/talk config=
number=0 failures=0
[ -x "$program" ] || {
	echo "Bail out! there is no program $program; build it or name it in MAILMEND"
	exit 1
}

tap_end() {
	local code=$?
	if [ -d "$MAILMEND_LAB" ]; then
		"$root/tests/lab/lab" down >/dev/null
	fi
	rm -rf "$work"
	printf '1..%d\n' "$number"
	[ "$code" -eq 0 ] && [ "$failures" -eq 0 ] && [ "$number" -gt 0 ]
	exit
}
trap tap_end EXIT
trap 'exit 1' INT TERM HUP

# verdict CODE TEXT
verdict() {
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$number" "$2"
	else
		printf 'not ok %d - %s\n' "$number" "$2"
		failures=$((failures + 1))
		head -n 20 "$out" "$talk" 2>/dev/null | sed 's/^/# /'
	fi
}

# skip TEXT REASON
skip() {
	number=$((number + 1))
	printf 'ok %d - %s # SKIP %s\n' "$number" "$1" "$2"
}

check() {
	local text=$1
	shift
	"$@"
	verdict $? "$text"
}

is() {
	if [ "$2" = "$3" ]; then
		verdict 0 "$1"
	else
		verdict 1 "$1"
		printf '# got:    %s\n# wanted: %s\n' "$2" "$3"
	fi
}

says() {
	[ "$(wc -l <"$talk")" -eq 1 ] && grep -qE -- "$2" "$talk"
	verdict $? "$1"
}

until_is() {
	local end=$((SECONDS + $1))
	shift
	while ! "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

lab() {
	"$root/tests/lab/lab" "$@"
}

fleet_up() {
	# shellcheck disable=SC2086 # several options
	lab up "$@" ${LAB_OPTIONS:-} >"$work/up" 2>&1 || {
		echo "Bail out! the lab did not start"
		sed 's/^/# /' "$work/up"
		exit 1
	}
	config=$(lab config)
}

# The fleet's configuration with a change: reconfigure NAME 'PYTHON over c'; prints its path.
reconfigure() {
	python3 - "$config" "$work/$1.json" "$2" <<'PYTHON'
import json, sys
c = json.load(open(sys.argv[1]))
exec(sys.argv[3])
json.dump(c, open(sys.argv[2], "w"))
print(sys.argv[2])
PYTHON
}

mm() {
	lab run "$program" --config "$config" "$@" >"$out" 2>"$talk" </dev/null
}

person() {
	local pairs=()
	while [ "$1" != -- ]; do
		pairs+=("$1")
		shift
	done
	shift
	: >"$talk"
	lab run "$root/tests/hosts/answer" "${pairs[@]}" -- "$program" --config "$config" "$@" >"$out" 2>&1
}

exits() {
	local want=$1 got
	shift
	mm "$@"
	got=$?
	is "$* exits $want" "$got" "$want"
}

rows() {
	python3 -c '
import collections, json, sys
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
print(eval(sys.argv[2]))' "$out" "$1"
}

# What Dovecot itself says: one line a session, "mailbox service pid", sorted.
who() {
	lab exec "$1" doveadm -f tab who -1 | awk -F'\t' 'NR > 1 { print $1, $2, $3 }' | sort
}
