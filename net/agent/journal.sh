# SPDX-License-Identifier: MIT
# The spool of this host and its journal: what was done here, by whom, in one chain.

# Nobody but root may look into root's; an agent of an ordinary user keeps one of his own.
spool_open() {
	tab=$(printf '\t')
	if [ "$user" = 0 ]; then
		spool=/var/lib/mailmend
	else
		spool=${XDG_STATE_HOME:-${HOME:-}/.local/state}/mailmend
		mkdir -p "${spool%/*}" 2>/dev/null
	fi
	[ -d "$spool" ] || mkdir -m 700 "$spool" 2>/dev/null || [ -d "$spool" ] || {
		problem="the folder $spool cannot be made: jobs are kept there"
		return 1
	}
	if [ -h "$spool" ] || [ ! -O "$spool" ]; then
		problem="$spool must be a folder of the user that the agent runs as"
		return 1
	fi
	command -v sha256sum >/dev/null 2>&1 || {
		problem="there is no sha256sum on this host: install coreutils or busybox"
		return 1
	}
	chmod 700 "$spool" && mkdir -p "$spool/jobs" "$spool/copies" "$spool/locks" && touch "$spool/journal.jsonl" || {
		problem="$spool cannot be written: is the disk full or read-only?"
		return 1
	}
	journal=$spool/journal.jsonl
}

# To the disk, before anybody relies on it.
synced() {
	sync "$@" 2>/dev/null || sync
}

# put FILE: standard input, as a whole or not at all.
put() {
	cat >"$1.new" && synced "$1.new" && mv -f "$1.new" "$1" && synced "${1%/*}"
}

# journal_add ACT UNIT MAILBOX TEXT [FILE]: one record; FILE holds an outcome. UNIT empty: the job
# as a whole. It is on the disk when this returns 0.
journal_add() {
	guard "$spool/journal.lock" || return 1
	journal_write "$@"
	set -- $?
	unguard "$spool/journal.lock"
	return "$1"
}

journal_write() {
	if [ -s "$journal" ] && [ -n "$(tail -c 1 "$journal")" ]; then
		# Cut off by a crash: it was never told to anybody.
		sed '$d' "$journal" | put "$journal" || return 1
	fi
	record=$(tail -n 1 "$journal" | ACT=$1 UNIT=$2 MAILBOX=$3 TEXT=$4 JOB=$job WHO=$who CLOCK=$(date +%s) \
		OUTCOME=${5:-} awk "$json_awk$journal_awk BEGIN { ORS = \"\"; json_init(); journal_record() }") || return 1
	sum=$(printf '%s' "$record" | sha256sum)
	printf '%s,"hash":"%s"}}\n' "$record" "${sum%% *}" >>"$journal" && synced "$journal"
}

# Records with a number greater than $1 and, when it is given, not greater than $3; of one job only
# when $2 names it.
journal_print() {
	tail -n "+$(($1 + 1))" "$journal" | JOB=${2:-} MOST=${3:+$(($3 - $1))} awk '
		BEGIN { job = "\"job\":\"" ENVIRON["JOB"] "\"," }
		!/[}][}]$/ || (ENVIRON["MOST"] != "" && NR > ENVIRON["MOST"] + 0) { exit }
		ENVIRON["JOB"] == "" || index($0, job)'
}

# How many there are.
journal_last() {
	last=$(tail -n 1 "$journal")
	# Half a record, that a crash left, is none.
	case $last in *'}}') ;; *) last=$(tail -n 2 "$journal" | sed '$d') ;; esac
	last=${last#*'"seq":'}
	last=${last%%,*}
	case $last in '' | *[!0-9]*) last=0 ;; esac
}

# Has a unit of a job a record of that act, since the job was begun? journal_has JOB UNIT ACT
journal_has() {
	JOB=$1 UNIT=$2 ACT=$3 awk '
		BEGIN {
			job = "\"job\":\"" ENVIRON["JOB"] "\",\"unit\":"
			mark = job ENVIRON["UNIT"] ","
			act = "\"act\":\"" ENVIRON["ACT"] "\","
		}
		index($0, mark) && index($0, act) { found = 1 }
		index($0, job "null,") && index($0, "\"act\":\"plan\",") { found = 0 }
		END { exit !found }' "$journal"
}
