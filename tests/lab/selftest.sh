# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: MIT
# The tests of selftest.

# check TEXT COMMAND…: a test that passes when COMMAND succeeds; its output is shown when not.
check() {
	local text=$1
	shift
	number=$((number + 1))
	if "$@" >"$work/output" 2>&1; then
		printf 'ok %d - %s: %s\n' "$number" "${kind:-lab}" "$text"
	else
		printf 'not ok %d - %s: %s\n' "$number" "${kind:-lab}" "$text"
		tail -n 20 "$work/output" | sed 's/^/# /'
		bad=$((bad + 1))
	fi
}

skip() {
	number=$((number + 1))
	printf 'ok %d - %s # SKIP %s\n' "$number" "$1" "$2"
}

# within SECONDS COMMAND…: waits until COMMAND succeeds; fails when it never did.
within() {
	local until=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$until" ] || return 1
		sleep 0.05
	done
}

fails() {
	! "$@"
}

# equal WANTED COMMAND…: COMMAND prints WANTED.
equal() {
	local want=$1 got
	shift
	got=$("$@") || true
	[ "$got" = "$want" ] || { printf 'wanted: %s\ngot: %s\n' "$want" "$got"; return 1; }
}

# says PATTERN CODE COMMAND…: ends with CODE and one sentence that matches.
says() {
	local pattern=$1 code=$2 output got
	shift 2
	output=$("$@" 2>&1)
	got=$?
	printf '%s\n(exit code %d)\n' "$output" "$got"
	[ "$got" -eq "$code" ] && [ "$(printf '%s\n' "$output" | wc -l)" -eq 1 ] && printf '%s\n' "$output" | grep -q -- "$pattern"
}

addresses() {
	sed -n 's/.*"address": "\([^"]*\)".*/\1/p' "$(lab_in "$1" config)"
}

# ssh_to LAB ADDRESS USER COMMAND: with the key and known_hosts of the configuration.
ssh_to() {
	local folder=$work/$1 port=22 user=$3
	if [ "$kind" = A ]; then
		port=2222 user=${account:-$(id -un)}
	fi
	lab_in "$1" run ssh -n -F none -i "$folder/key" -o UserKnownHostsFile="$folder/known_hosts" -o BatchMode=yes \
		-o StrictHostKeyChecking=yes -o ConnectTimeout=3 -p "$port" "$user@$2" "$4"
}

# What other work takes away from the machine meanwhile is not counted.
quick_up() {
	local begin before after
	before=$(slowness)
	begin=$EPOCHREALTIME
	lab_in lab1 up --kind "$kind" || return 1
	after=$EPOCHREALTIME
	awk -v took="$(awk -v a="$begin" -v b="$after" 'BEGIN { print b - a }')" -v before="$before" -v after="$(slowness)" 'BEGIN {
		slow = (before + after) / 2
		printf "%.1f s on a machine that is %.1f times slower than when it is idle\n", took, slow
		exit !(took / slow < 15)
	}'
}

# How many times longer a piece of work takes than its CPU time: 1 when nothing else runs.
slowness() {
	local TIMEFORMAT='%R %U %S'
	{ time awk 'BEGIN { while (i < 4000000) i++ }'; } 2>&1 | awk '{ slow = $1 / ($2 + $3); print slow < 1 ? 1 : slow }'
}

ssh_each() {
	local address index=0
	for address in $(addresses lab1); do
		index=$((index + 1))
		# shellcheck disable=SC2016 # the variable is the host's
		case $kind in
		A) equal "mail$index" ssh_to lab1 "$address" root 'echo $LAB_HOST' || return 1 ;;
		*) equal "mail$index" ssh_to lab1 "$address" root hostname || return 1 ;;
		esac
		ssh_to lab1 "$address" root 'doveadm who' | grep -q '^username' || return 1
	done
	[ "$index" -eq 3 ]
}

messages_of() {
	lab_in "$1" exec "$2" doveadm -f tab mailbox status -u "$3" messages INBOX | sed -n 's/^INBOX\t//p'
}

# A letter through the host's own port, spoken by hand.
deliver() {
	local port=25 hello=EHLO
	[ "$kind" != A ] || port=10024 hello=LHLO
	# shellcheck disable=SC2016 # the variables are for the inner shell
	lab_in "$1" run bash -c '
		exec 3<>"/dev/tcp/$1/$2"
		answer() { while read -r -t 20 line <&3 && [ "${line:3:1}" = - ]; do :; done; }
		answer
		for say in "$3 client.example" "MAIL FROM:<a@b.example>" "RCPT TO:<$4>" DATA "Subject: x\r\n\r\nx\r\n." QUIT; do
			printf "$say\r\n" >&3
			answer
		done' deliver "$2" "$port" "$hello" "$3"
}

delivery_arrives() {
	local before address
	before=$(messages_of lab1 mail1 u0001@example.org)
	address=$(addresses lab1 | head -n 1)
	deliver lab1 "$address" u0001@example.org
	within 20 equal $((before + 1)) messages_of lab1 mail1 u0001@example.org
}

sessions() {
	lab_in lab1 exec "$1" doveadm -f tab who -1 | tail -n +2
}

traffic_shows() {
	local host
	lab_in lab1 traffic start || return 1
	for host in mail1 mail2 mail3; do
		within 20 session_kinds "$host" || { sessions "$host"; return 1; }
	done
}

# Both protocols, several client addresses.
session_kinds() {
	sessions "$1" | awk '{ protocol[$(NF - 2)] = 1; address[$NF] = 1 }
		END { exit !(protocol["imap"] && protocol["pop3"] && length(address) >= 3) }'
}

traffic_ends() {
	local host
	lab_in lab1 traffic stop || return 1
	for host in mail1 mail2 mail3; do
		within 20 equal '' sessions "$host" || return 1
	done
}

exec_keeps() {
	local want='<a b><'\''"$(id)"><><*>given' code
	# shellcheck disable=SC2016 # the variables are for the inner shell
	equal "$want" lab_in lab1 exec mail2 sh -c 'printf "<%s>" "$@"; cat' x 'a b' \''"$(id)"' '' '*' <<<given || return 1
	lab_in lab1 exec mail2 sh -c 'exit 7'
	code=$?
	[ "$code" -eq 7 ]
}

frozen() {
	local address
	address=$(addresses lab1 | sed -n 2p)
	lab_in lab1 freeze mail2 || return 1
	fails ssh_to lab1 "$address" root true || return 1
	lab_in lab1 thaw mail2 && ssh_to lab1 "$address" root true
}

cut_off() {
	local address
	address=$(addresses lab1 | sed -n 2p)
	lab_in lab1 cut mail2 || return 1
	fails ssh_to lab1 "$address" root true || return 1
	lab_in lab1 join mail2 && within 10 ssh_to lab1 "$address" root true
}

power_cut() {
	local address
	address=$(addresses lab1 | sed -n 2p)
	lab_in lab1 stop mail2 || return 1
	fails ssh_to lab1 "$address" root true || return 1
	lab_in lab1 start mail2 && ssh_to lab1 "$address" root true
}

# The second lab has other addresses, its host does not reach the first lab, and its end harms nobody.
side_by_side() {
	local first second
	lab_in lab2 up --kind "$kind" --hosts 1 --mailboxes 3 --messages 2 || return 1
	remember lab2
	first=$(addresses lab1 | head -n 1) second=$(addresses lab2)
	[ "${first%.*}" != "${second%.*}" ] || return 1
	ssh_to lab2 "$second" root true || return 1
	# shellcheck disable=SC2016 # the variable is for the inner shell
	[ "$kind" = A ] || fails lab_in lab2 exec mail1 timeout 3 bash -c '</dev/tcp/$1/22' x "$first" || return 1
	lab_in lab2 down && nothing_left lab2 && ssh_to lab1 "$first" root true
}

# No process, no link, no mount, no folder of a lab. The pattern does not match its own process.
nothing_left() {
	local pids
	pids=$(grep -lszxe "[m]ailmend-lab=$work/$1" /proc/[0-9]*/cmdline /proc/[0-9]*/environ)
	[ -z "$pids" ] || { echo "processes: $pids"; return 1; }
	[ -z "$(pgrep -f -- "$work/$1/")" ] || { echo "processes: $(pgrep -af -- "$work/$1/")"; return 1; }
	[ ! -e "$work/$1" ] || { echo "the folder $work/$1"; return 1; }
	[ ! -e "$(stores_of "$1")" ] || { echo "the mail in $(stores_of "$1")"; return 1; }
	fails grep -F " $work/$1" /proc/self/mountinfo || return 1
	fails links_left "$1"
}

# The bridge and the cables of a lab, from what remember kept of it; other labs may run beside this one.
links_left() {
	local bridge tag
	[ -f "$work/state.$1" ] || return 1
	bridge=$(sed -n 's/^fleet_bridge=//p' "$work/state.$1") tag=$(sed -n 's/^fleet_tag=//p' "$work/state.$1")
	[ -n "${bridge//\'/}" ] || return 1
	ip -o link show | grep -E ": ($bridge|$tag\\.[0-9]+)[:@]"
}

stores_of() {
	sed -n 's/^fleet_stores=//p' "$work/state.$1" 2>/dev/null
}

remember() {
	cp "$work/$1/state" "$work/state.$1"
}

rights() {
	local address
	address=$(addresses lab1 | head -n 1)
	equal ops ssh_to lab1 "$address" ops 'id -un' || return 1
	fails ssh_to lab1 "$address" ops 'doveadm who'
}

test_fleet() {
	check "three hosts with 100 mailboxes each are up in less than 15 s" quick_up
	sed -n 's/^\([0-9.]* s on \)/# \1/p' "$work/output"
	remember lab1
	check "a second up says that one runs" says 'already runs' 1 lab_in lab1 up
	check "ssh with the configuration's key reaches each host, doveadm works there" ssh_each
	check "mailboxes have mail" equal 20 messages_of lab1 mail3 u0202@example.org
	check "a delivery arrives" delivery_arrives
	check "traffic shows sessions of both protocols from several addresses" traffic_shows
	check "traffic stop ends them" traffic_ends
	check "exec keeps arguments, input and exit code" exec_keeps
	check "a frozen host does not answer, a thawed one does" frozen
	[ "$kind" = A ] || check "a host that is cut off does not answer, a joined one does" cut_off
	check "a host that lost its power does not answer, a started one does" power_cut
	[ "$kind" = A ] || check "ops may log in and see no sessions" rights
	check "an unknown host gets a sentence" says 'there are mail1 mail2 mail3' 64 lab_in lab1 exec mail9 true
	check "a mailbox that nobody has gets a sentence" says 'No host has' 1 lab_in lab1 damage nobody@example.org x
	check "a second lab does not meet the first" side_by_side
	lab_in lab1 down
	check "down leaves nothing" nothing_left lab1
	check "down without a lab is no mistake" lab_in lab1 down
	check "other commands without a lab say so" says 'No lab runs' 1 lab_in lab1 status
	check "a wrong option gets a sentence" says 'no option "--what"' 64 lab_in lab1 up --what
}

# Every format has mail, patterns miss what the options hide, two hosts see one store.
test_formats() {
	check "five formats with a prefix and extra places" lab_in lab1 up --kind "$kind" --hosts 5 --mailboxes 13 \
		--messages 3 --prefix INBOX. --extra --syslog
	local host
	for host in 1 2 3 4 5; do
		check "mail$host has mail in $(lab_in lab1 exec "mail$host" doveconf -h mail_location)" \
			equal 3 messages_of lab1 "mail$host" "$(lab_in lab1 exec "mail$host" sed -n '2s/:.*//p' /etc/dovecot/users)"
	done
	check "the pattern * misses the folders below the prefix" equal INBOX \
		lab_in lab1 exec mail1 doveadm mailbox list -u u0001@example.org '*'
	check "mail2 logs to one file in the form of syslog" one_log
	lab_in lab1 down
	check "two hosts of one store" lab_in lab1 up --kind "$kind" --hosts 2 --mailboxes 3 --messages 2 --shared
	check "what one of them gets the other one shows" shared_store
	lab_in lab1 down
	check "down leaves nothing of these" nothing_left lab1
}

one_log() {
	fails lab_in lab1 exec mail2 test -e /var/log/dovecot.log || return 1
	lab_in lab1 exec mail2 grep -q '^... .. ..:..:.. mail2 dovecot: ' /var/log/mail.log || return 1
	lab_in lab1 exec mail2 grep -q '^... .. ..:..:.. mail2 postfix/' /var/log/mail.log
}

become_root() {
	equal 0 ssh_to lab1 "$(addresses lab1 | head -n 1)" ops 'sudo -n id -u'
}

shared_store() {
	deliver lab1 "$(addresses lab1 | head -n 1)" u0001@example.org
	within 20 equal 3 messages_of lab1 mail2 u0001@example.org
}

test_generation() {
	check "hosts with Dovecot 2.4" lab_in lab1 up --kind "$kind" --hosts 2 --mailboxes 5 --messages 3 --dovecot 2.4
	check "they run 2.4" generation 2.4
	check "they have mail" equal 3 messages_of lab1 mail1 u0002@example.net
	check "they take deliveries" delivery_arrives
	check "ops becomes root by sudo -n" become_root
	lab_in lab1 down
	check "down leaves nothing of them" nothing_left lab1
}

generation() {
	lab_in lab1 exec mail1 dovecot --version | grep -q "^$1\."
}

# An `up` that fails half-way, one that is ended, one that is killed.
test_interrupted() {
	mkdir -p "$work/bin"
	cat >"$work/bin/ssh-keygen" <<-'TEXT'
		#!/bin/sh
		case "$*" in *"-C mail2"*) exit 1 ;; esac
		PATH=${PATH#*:} exec ssh-keygen "$@"
	TEXT
	chmod 755 "$work/bin/ssh-keygen"
	check "an up that fails half-way says so" says 'A host did not start' 1 with_broken_keys
	check "and leaves nothing" nothing_left lab1
	local signal
	for signal in TERM KILL; do
		lab_in lab1 up --kind "$kind" --hosts 2 --mailboxes 40 >"$work/up.log" 2>&1 &
		check "an up gets so far that a host starts" within 30 test -s "$work/lab1/hosts/mail1/ctl/log" -o -s "$work/lab1/hosts/mail1/known_hosts"
		kill -"$signal" "$(cat "$work/lab1/mailmend-lab")"
		wait "$!"
		[ "$signal" = TERM ] || lab_in lab1 down
		check "after SIG$signal nothing is left" nothing_left lab1
	done
	check "and the next up works" lab_in lab1 up --kind "$kind" --hosts 1 --mailboxes 2 --messages 1
	lab_in lab1 down
	check "and the next down leaves nothing" nothing_left lab1
}

with_broken_keys() {
	local PATH=$work/bin:$PATH
	lab_in lab1 up --kind "$kind" --hosts 2 --mailboxes 3
}
