# SPDX-License-Identifier: MIT
# Jobs: takes in plans, starts the runner that carries one out, tells what became of it.
#
#	$spool/jobs/HASH/	format plan manifest control lease agent runner/ units/N/ done
#	$spool/journal.jsonl	all records of this host; number N is line N
#	$spool/copies/HASH-N/	kept copies
#	$spool/locks/HASH-N	where a unit's lock lies

job_error() {
	TEXT=$1 awk "$json_awk"'
		BEGIN { ORS = ""; json_init(); print "{\"error\":" json(ENVIRON["TEXT"]) "}\n" }'
}

# The next field of $fields, unescaped, into $text.
field() {
	part=${fields%%"$tab"*}
	case $fields in
	*"$tab"*) fields=${fields#*"$tab"} ;;
	*) fields='' ;;
	esac
	unescape "$part"
}

numeric() {
	case $1 in '' | *[!0-9]*) return 1 ;; esac
	[ ${#1} -le 18 ]
}

# A plan's hash is a folder's name here.
hash_good() {
	case $1 in '' | *[!0-9a-f-]* | -*) return 1 ;; esac
	[ ${#1} -le 64 ]
}

job() {
	tab=$(printf '\t')
	unit=$(printf '\037')
	if ! spool_open; then
		job_error "$problem"
		return
	fi
	plan_new=''
	trap 'plan_drop' EXIT
	trap 'exit 1' HUP INT TERM PIPE
	while IFS= read -r line; do
		fields=$line
		field || { job_error "the request holds control characters" && continue; }
		request=$text
		case $request in
		start) job_start ;;
		unit) job_unit ;;
		go) job_go ;;
		follow | journal | jobs | resume | control | copies) "job_$request" ;;
		*) job_error "there is no request \"$request\"; there are start, unit, go, follow, journal, jobs, resume, control and copies" ;;
		esac
	done
}

plan_drop() {
	[ -z "$plan_new" ] || rm -rf "$plan_new"
	plan_new=''
}

# start HASH OPERATION ARGUMENT WHO EXPIRES LEASE. What is wrong with it, is said at "go".
job_start() {
	plan_drop
	plan_problem='' plan_units=0 plan_hash='' plan_operation='' plan_argument='' plan_who='' plan_expires='' plan_lease=''
	field && plan_hash=$text && field && plan_operation=$text && field && plan_argument=$text &&
		field && plan_who=$text && field && plan_expires=$text && field && plan_lease=$text || {
		plan_problem="a field of the plan holds control characters"
		return 0
	}
	if ! hash_good "$plan_hash"; then
		plan_problem="\"$plan_hash\" is no plan's hash"
	elif ! numeric "$plan_expires" || ! numeric "$plan_lease"; then
		plan_problem="a plan has its expiry and its lease as numbers"
	elif [ -z "$plan_who" ]; then
		plan_problem="a plan has somebody who wants it"
	fi
	case $plan_operation in
	resync) ;;
	restore) [ -n "$plan_argument" ] || plan_problem="restore needs the name of a kept copy" ;;
	*) plan_problem="this agent knows no operation \"$plan_operation\"; it knows resync and restore" ;;
	esac
	[ -z "$plan_problem" ] || return 0
	plan_new=$spool/jobs/.new.$$
	rm -rf "$plan_new"
	mkdir "$plan_new" "$plan_new/units" || plan_problem="$spool cannot be written: is the disk full?"
	: >"$plan_new/manifest"
}

# unit NUMBER MAILBOX STORE
job_unit() {
	[ -n "$plan_new" ] && [ -z "$plan_problem" ] || return 0
	field && number=$text && field && mailbox=$text && field && store=$text || {
		plan_problem="a unit of the plan holds control characters"
		return 0
	}
	reason=$(refused "$mailbox")
	if ! numeric "$number" || [ "$number" -gt 1000000 ]; then
		plan_problem="\"$number\" is no unit's number"
	elif [ -z "$mailbox" ] || [ -n "$reason" ]; then
		plan_problem="\"$mailbox\" cannot be worked on: ${reason:-it has no name}"
	else
		plan_units=$((plan_units + 1))
		printf '%s\t%s\t%s\n' "$number" "$mailbox" "$store" >>"$plan_new/manifest"
	fi
}

# The plan is whole: is it one that may run?
plan_ready() {
	if [ -z "$plan_new" ] && [ -z "${plan_problem:-}" ]; then
		plan_problem="there is no plan to go with: start comes first"
	elif [ -n "$plan_problem" ]; then
		:
	elif [ "$plan_units" -eq 0 ]; then
		plan_problem="the plan has no mailboxes"
	elif [ "$(wc -l <"$plan_new/manifest")" -ne "$plan_units" ]; then
		plan_problem="$spool cannot be written: is the disk full?"
	elif [ "$ROLE" = support ] && [ "$plan_units" -gt 1 ]; then
		plan_problem="the role support may work on one mailbox at a time, not on $plan_units"
	elif [ "$(cut -f 1 "$plan_new/manifest" | sort -n | uniq -d | wc -l)" -gt 0 ]; then
		plan_problem="two units of the plan have the same number"
	elif [ ! -d "$spool/jobs/$plan_hash" ] && [ "$(date +%s)" -gt "$plan_expires" ]; then
		plan_problem="the plan $plan_hash has expired: make a new one"
	fi
	[ -z "$plan_problem" ]
}

job_go() {
	if ! plan_ready; then
		job_error "$plan_problem"
		plan_problem=''
		plan_drop
		return
	fi
	folder=$spool/jobs/$plan_hash
	if guard "$spool/jobs.lock"; then
		plan_take
		set -- $?
		unguard "$spool/jobs.lock"
	else
		set -- 1
	fi
	plan_drop
	if [ "$1" -ne 0 ]; then
		job_error "${plan_problem:-$spool cannot be written: is the disk full?}"
		plan_problem=''
		return
	fi
	job_row "$plan_hash"
	job_end
}

# Stores the plan and starts its runner. A job that is there already: a greater lease lets one
# that is done run once more, anything else changes nothing.
plan_take() {
	if [ -d "$folder" ]; then
		cmp -s "$plan_new/manifest" "$folder/manifest" || {
			plan_problem="another plan on this host has the hash $plan_hash"
			return 1
		}
		{ read -r lease <"$folder/lease"; } 2>/dev/null
		[ "$plan_lease" -gt "${lease:-0}" ] && [ -f "$folder/done" ] && [ "$(date +%s)" -le "$plan_expires" ] || return 0
		mv "$folder" "$spool/jobs/.old.$$" && rm -rf "$spool/jobs/.old.$$" || return 1
	fi
	echo 1 >"$plan_new/format"
	echo "$plan_lease" >"$plan_new/lease"
	echo run >"$plan_new/control"
	printf '%s\t%s\n' operation "$plan_operation" argument "$plan_argument" who "$plan_who" \
		expires "$plan_expires" role "$ROLE" clock "$(date +%s)" >"$plan_new/plan" || return 1
	cat "$0" >"$plan_new/agent" && synced "$plan_new"/agent "$plan_new"/plan "$plan_new"/manifest || return 1
	mv "$plan_new" "$folder" && synced "$spool/jobs" || return 1
	job=$plan_hash who=$plan_who
	journal_add plan '' '' "$plan_operation of $plan_units mailboxes${plan_argument:+, $plan_argument}" || return 1
	runner_start "$plan_hash"
}

# Detached from everything: its session, its terminal, who asked for it.
runner_start() {
	set -- "$spool/jobs/$1/agent" "$ROLE" run "$1"
	if has setsid; then
		setsid sh "$@" </dev/null >/dev/null 2>&1 &
	else
		(trap '' HUP && exec sh "$@" </dev/null >/dev/null 2>&1 &)
	fi
	runner_wait
}

# Until the runner has its lock, or has ended already; a moment only.
runner_wait() {
	tries=0
	while [ "$tries" -lt 100 ] && ! runner_lives && [ ! -f "$folder/done" ]; do
		pause
		tries=$((tries + 1))
	done
}

runner_lives() {
	owner_read "$folder/runner/owner" && ! owner_ended
}

# Sets $state, $done_units, $all_units and what the plan says of the job in $folder.
job_state() {
	operation='' who='' clock='' argument='' control=run
	while IFS=$tab read -r key value; do
		case $key in
		operation) operation=$value ;;
		argument) argument=$value ;;
		who) who=$value ;;
		clock) clock=$value ;;
		esac
	done <"$folder/plan"
	{ read -r control <"$folder/control"; } 2>/dev/null
	all_units=$(wc -l <"$folder/manifest")
	done_units=$(find "$folder/units" -name outcome | wc -l)
	if [ -f "$folder/done" ]; then
		state="done"
		[ "$done_units" -ge "$all_units" ] || state=stopped
	elif ! runner_lives; then
		state="broken off"
	elif [ "$control" = pause ]; then
		state=paused
	elif [ "$control" = stop ]; then
		state=stopped
	else
		state=running
	fi
}

job_row() {
	folder=$spool/jobs/$1
	job_state
	printf '%s\n' "$1" "$operation" "$state" "$((all_units))" "$((done_units))" "$clock" "$who" | awk "$json_awk"'
		BEGIN { ORS = ""; json_init() }
		{ row[NR] = $0 }
		END {
			print "{\"job\":{\"hash\":" json(row[1]) ",\"operation\":" json(row[2]) ",\"state\":" json(row[3]) ",\"units\":" \
				row[4] ",\"done\":" row[5] ",\"clock\":" whole(row[6]) ",\"who\":" json(row[7]) "}}\n"
		}'
}

job_end() {
	journal_last
	printf '{"end":%s}\n' "$last"
}

job_jobs() {
	ls "$spool/jobs" | while IFS= read -r name; do
		[ ! -f "$spool/jobs/$name/plan" ] || job_row "$name"
	done
	job_end
}

# The job that the request names; false, and told, when there is none.
job_named() {
	field
	if ! hash_good "$text" || [ ! -f "$spool/jobs/$text/plan" ]; then
		job_error "this host has no job $text"
		return 1
	fi
	job=$text folder=$spool/jobs/$text
}

job_resume() {
	job_named || return 0
	job_state
	if [ "$state" = "broken off" ]; then
		guard "$spool/jobs.lock" || :
		if ! runner_lives; then
			journal_add resume '' '' "its runner had ended before its time"
			runner_start "$job"
		fi
		unguard "$spool/jobs.lock"
	fi
	job_row "$job"
	job_end
}

job_control() {
	job_named || return 0
	field
	case $text in
	run | pause | stop) ;;
	*)
		job_error "a job can be told run, pause or stop, not \"$text\""
		return
		;;
	esac
	job_state
	if [ "$state" != "done" ]; then
		journal_add control '' '' "$text" && printf '%s\n' "$text" | put "$folder/control"
	fi
	job_row "$job"
	job_end
}

job_journal() {
	field
	numeric "$text" || text=0
	journal_print "$text"
	job_end
}

# Polls cheaply: nothing is read but when the journal has grown.
job_follow() {
	job_named || return 0
	field
	numeric "$text" || text=0
	seen=$text size=-1
	while :; do
		ended=no
		# Before looking: what is written last is then not missed.
		[ -f "$folder/done" ] || ! job_broken || ended=yes
		[ ! -f "$folder/done" ] || ended=yes
		before=$size size=$(wc -c <"$journal")
		if [ "$size" != "$before" ]; then
			journal_last
			[ "$last" -le "$seen" ] || journal_print "$seen" "$job" "$last"
			[ "$last" -lt "$seen" ] || seen=$last
		fi
		[ "$ended" = no ] || break
		sleep 0.2 2>/dev/null || sleep 1
	done
	printf '{"end":%s}\n' "$seen"
}

# Twice, as a runner that starts or ends is neither here nor there for a moment.
job_broken() {
	! runner_lives && pause && ! runner_lives && [ ! -f "$folder/done" ]
}

job_copies() {
	field
	copies_print "$text"
	job_end
}
