# shellcheck shell=bash disable=SC2034,SC2154 # the variables are shared with the other parts
# SPDX-License-Identifier: MIT
# The fleet's folder, what is written down about the fleet, and how to say that something failed.
#
#	$lab/mailmend-lab     tells that the folder is a lab's; the process of its `up`
#	$lab/state            the fleet as shell variables (fleet_*)
#	$lab/ready            there when `up` has finished
#	$lab/key, known_hosts what a client needs
#	$lab/hosts/mailN/     one host: fs/ its private files, ctl/ to talk with its first process
#	$lab/stores/          the mailboxes, when not in memory; a host's /srv points to its store
#	$lab/shared/          a folder that all hosts see as /run/lab/shared

lab=${MAILMEND_LAB:-${TMPDIR:-/tmp}/mailmend-lab-$(id -u)}
lab=${lab%/}
# Mail lies in memory when there is room for it: many small files are slow to make on a disk.
memory_stores=/dev/shm/mailmend-lab-$(id -u)-$(printf '%s' "$lab" | cksum | cut -d ' ' -f 1)
# Every process of the fleet that is not inside a host's process namespace has this argument.
mark="mailmend-lab=$lab"

die() {
	printf 'lab: %s\n' "$*" >&2
	exit 1
}

usage() {
	printf 'lab: %s\n' "$*" >&2
	exit 64
}

# The folder's name goes into configuration files of several languages.
check_folder_name() {
	case $lab in
	/*) ;;
	*) die "The lab's folder \"$lab\" must be an absolute path; set MAILMEND_LAB." ;;
	esac
	case $lab in
	*[!A-Za-z0-9/._-]*) die "The lab's folder \"$lab\" may only hold letters, digits, / . _ and -; set MAILMEND_LAB." ;;
	esac
	case $lab/ in
	*/../* | */./* | *//*) die "The lab's folder \"$lab\" must be a plain path; set MAILMEND_LAB." ;;
	esac
}

state_write() {
	local name
	for name in stores syslog kind hosts format mailboxes messages prefix extra shared dovecot shell root net bridge tag; do
		local variable=fleet_$name
		printf '%s=%q\n' "$variable" "${!variable}"
	done >"$lab/state"
}

# Loads what runs; ends with a sentence when nothing does.
lab_load() {
	check_folder_name
	[ -f "$lab/state" ] && [ -f "$lab/ready" ] || die "No lab runs in $lab; start one with: lab up"
	# shellcheck disable=SC1091
	. "$lab/state"
}

host_folder() {
	printf '%s/hosts/%s\n' "$lab" "$1"
}

host_names() {
	local number
	for ((number = 1; number <= fleet_hosts; number++)); do
		printf 'mail%d\n' "$number"
	done
}

# need_host NAME: ends with a sentence when there is none.
need_host() {
	[ -n "${1:-}" ] || usage "Which host? There are $(host_names | paste -sd ' ')."
	host_names | grep -qxF -- "$1" || usage "There is no host \"$1\"; there are $(host_names | paste -sd ' ')."
}

host_address() {
	printf '%s.%d\n' "$fleet_net" "${1#mail}"
}

# number_between NAME VALUE LOW HIGH
number_between() {
	case $2 in
	'' | *[!0-9]* | ???????*) usage "$1 must be a number from $3 to $4, not \"$2\"." ;;
	esac
	[ "$2" -ge "$3" ] && [ "$2" -le "$4" ] || usage "$1 must be a number from $3 to $4, not \"$2\"."
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
