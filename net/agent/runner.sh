# SPDX-License-Identifier: MIT
# The runner: carries out the units of one job, one after the other, apart from whoever asked.

# run HASH
run() {
	tab=$(printf '\t')
	unit=$(printf '\037')
	spool_open || exit 73
	hash_good "${1:-}" && [ -f "$spool/jobs/$1/plan" ] || exit 64
	job=$1 folder=$spool/jobs/$1
	trap '' HUP
	runner_lock || exit 0
	job_state
	runner_units
	runner_done
	runner_unlock
}

# One runner a job. What a dead one had started ends first, or is ended: commands have deadlines.
runner_lock() {
	until owner_lines | sh -c "$lock_make" sh "$folder/runner" $$ 2>/dev/null; do
		owner_read "$folder/runner/owner" && owner_ended || return 1
		runner_wait_for "$owner_pid" "$owner_started"
		sh -c "$lock_drop" sh "$folder/runner" $$ "$owner_pid" "$owner_started" || return 1
	done
	[ ! -f "$folder/done" ] || {
		runner_unlock
		return 1
	}
}

runner_unlock() {
	process_started $$
	sh -c "$lock_drop" sh "$folder/runner" $$ $$ "$started"
}

runner_wait_for() {
	tries=0
	while session_lives "$1" "$2" && [ "$tries" -lt 400 ]; do
		sleep 0.5 2>/dev/null || sleep 1
		tries=$((tries + 1))
	done
}

# Their numbers are read first: the loop's standard input is nobody's.
runner_units() {
	set --
	while IFS=$tab read -r number _; do
		set -- "$@" "$number"
	done <"$folder/manifest"
	for number; do
		runner_may || return 0
		IFS=$tab read -r _ mailbox store <<-UNIT
			$(N=$number awk -F '\t' '$1 == ENVIRON["N"]' "$folder/manifest")
		UNIT
		unit_run </dev/null
	done
}

# Waits while the job is paused; false when it is stopped.
runner_may() {
	while :; do
		control=run
		{ read -r control <"$folder/control"; } 2>/dev/null
		case $control in
		pause) sleep 1 ;;
		stop) return 1 ;;
		*) return 0 ;;
		esac
	done
}

runner_done() {
	done_units=$(find "$folder/units" -name outcome | wc -l)
	journal_add "done" '' '' "$((done_units)) of $((all_units)) mailboxes have an outcome"
	date +%s | put "$folder/done"
}
