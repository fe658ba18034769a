# SPDX-License-Identifier: MIT
# Who lives, and who did: processes by number and start, and locks that name them.
#
# A lock is a directory with a file "owner": lines of a word, TAB and its value. host, machine,
# boot, space (of process numbers), pid, started; and what else tells people whose it is. It
# comes into being whole, by a rename, and goes by one.

# What the kernel says of a process in /proc/PID/stat, from the field FIRST on, in $stat.
process_stat() {
	stat=''
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
	stat=${stat##*) }
}

# $started of a process; false when there is none, or only what is left of one.
process_started() {
	started=''
	process_stat "$1" || return 1
	# shellcheck disable=SC2086 # numbers
	set -- $stat
	case $1 in Z | X) return 1 ;; esac
	shift 19
	started=$1
}

# This host, this boot, this space of process numbers.
here_read() {
	[ -z "${here_host:-}" ] || return 0
	here_host='' here_machine=''
	read -r here_host </proc/sys/kernel/hostname
	{ read -r here_machine </etc/machine-id; } 2>/dev/null
	here_space=$(readlink /proc/self/ns/pid 2>/dev/null)
}

# What an owner file says of this process. Further lines are the caller's.
owner_lines() {
	here_read
	process_started $$
	printf 'host\t%s\nmachine\t%s\nboot\t%s\nspace\t%s\npid\t%s\nstarted\t%s\n' \
		"$here_host" "$here_machine" "$boot" "$here_space" $$ "$started"
}

# Reads an owner file into $owner_host, … False when there is none.
owner_read() {
	owner_host='' owner_machine='' owner_boot='' owner_space='' owner_pid='' owner_started='' owner_text=''
	[ -f "$1" ] || return 1
	while IFS=$tab read -r key value; do
		case $key in
		host) owner_host=$value ;;
		machine) owner_machine=$value ;;
		boot) owner_boot=$value ;;
		space) owner_space=$value ;;
		pid) owner_pid=$value ;;
		started) owner_started=$value ;;
		text) owner_text=$value ;;
		esac
	done <"$1"
	case $owner_pid in '' | *[!0-9]*) return 1 ;; esac
}

# Has the process that owner_read told of provably ended? On another host nobody here knows.
owner_ended() {
	here_read
	[ "$owner_host" = "$here_host" ] && [ "$owner_machine" = "$here_machine" ] || return 1
	[ "$owner_boot" = "$boot" ] && [ "$owner_space" = "$here_space" ] || return 0
	! process_started "$owner_pid" || [ "$started" != "$owner_started" ]
}

# And all that it had started, too?
owner_gone() {
	owner_ended || return 1
	[ "$owner_boot" = "$boot" ] && [ "$owner_space" = "$here_space" ] || return 0
	! session_lives "$owner_pid" "$owner_started"
}

# Does a process live that belongs to the session that a process began?
session_lives() {
	set +f
	# shellcheck disable=SC2046 # one word each
	[ -n "$(cat /proc/[0-9]*/stat 2>/dev/null | SESSION=$1 SINCE=${2:-0} awk '
		{
			sub(/^.*[)] /, "")
			if ($4 == ENVIRON["SESSION"] && $1 !~ /[ZX]/ && $20 >= ENVIRON["SINCE"] + 0) {
				print
				exit
			}
		}')" ]
	set -- $?
	set -f
	return "$1"
}

# What makes a lock whole at once, run by whoever may write there: LOCK TAG, the owner on stdin.
# shellcheck disable=SC2016 # a script of its own
lock_make='
	umask 077
	[ ! -e "$1" ] && [ ! -h "$1" ] || exit 1
	rm -rf "$1.$2"
	mkdir "$1.$2" && cat >"$1.$2/owner" || exit 2
	mv "$1.$2" "$1" 2>/dev/null || { rm -rf "$1.$2"; exit 1; }
	[ ! -d "$1/${1##*/}.$2" ] || { rm -rf "$1/${1##*/}.$2"; exit 1; }'

# LOCK TAG PID STARTED: removes it if it is that process'"'"'s.
# shellcheck disable=SC2016
lock_drop='
	mv "$1" "$1.$2.gone" 2>/dev/null || exit 0
	if [ -f "$1.$2.gone/owner" ] && grep -qx "pid	$3" "$1.$2.gone/owner" && grep -qx "started	$4" "$1.$2.gone/owner"; then
		rm -rf "$1.$2.gone"
	else
		mv "$1.$2.gone" "$1"
		exit 1
	fi'

# guard DIRECTORY: a lock of this spool, for moments. Waits for who has it, at most 30 seconds.
guard() {
	tries=0
	until owner_lines | sh -c "$lock_make" sh "$1" $$ 2>/dev/null; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		if owner_read "$1/owner" && owner_gone; then
			sh -c "$lock_drop" sh "$1" $$ "$owner_pid" "$owner_started" || :
		else
			pause
		fi
	done
}

unguard() {
	process_started $$
	sh -c "$lock_drop" sh "$1" $$ $$ "$started"
}

# A moment.
pause() {
	sleep 0.05 2>/dev/null || sleep 1
}
