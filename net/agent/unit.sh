# SPDX-License-Identifier: MIT
# One unit: one mailbox of a job, from its lock to its outcome.
#
#	$folder/units/N/	visible stored expected before   state files, and what goes with them
#				acting                           something was changed: what was found before stands
#				commands outcome

UNIT_TRIES=5

# The unit $number: $mailbox in $store. Whatever happens, it has one outcome in the journal.
unit_run() {
	work=$folder/units/$number
	mkdir -p "$work"
	if [ -f "$work/outcome" ]; then
		journal_has "$job" "$number" outcome || journal_add outcome "$number" "$mailbox" "" "$work/outcome"
		return
	fi
	outcome_clear
	unit_since=$(uptime_now)
	place='' lock='' locked=no
	tell "$operation of $mailbox, job $job, unit $number, for $who"
	if ! journal_add intent "$number" "$mailbox" "$operation${argument:+ from $argument}"; then
		return
	fi
	unit_locked
	outcome_print >"$work/outcome.json"
	put "$work/outcome" <"$work/outcome.json"
	journal_add outcome "$number" "$mailbox" "$outcome_text" "$work/outcome"
	if [ "$locked" = yes ]; then
		mailbox_unlock
		journal_add unlock "$number" "$mailbox" "$lock is removed"
	fi
	state_done
}

# Also to the host's own log.
tell() {
	! has logger || logger -p authpriv.notice -t mailmend -- "$1" 2>/dev/null </dev/null
}

uptime_now() {
	read -r uptime _ </proc/uptime
	echo "$uptime"
}

outcome_clear() {
	outcome_result=unknown outcome_text='' outcome_missing='' outcome_moved='' outcome_doubled='' outcome_flags=''
	outcome_uids='' outcome_before='' outcome_before_folders='' outcome_after='' outcome_after_folders=''
	outcome_validity_before='' outcome_validity_after='' copy=''
}

# ends RESULT TEXT: sets the outcome. Nothing comes after it but the way out.
ends() {
	outcome_result=$1 outcome_text=$2
}

outcome_print() {
	error=$outcome_text
	[ "$outcome_result" != ok ] || error=''
	SECONDS_RUN="$unit_since $(uptime_now)" RESULT=$outcome_result ERROR=$error COPY=$copy FIGURES="$(
		printf '%s|' "$outcome_before" "$outcome_before_folders" "$outcome_after" "$outcome_after_folders" \
			"$outcome_missing" "$outcome_moved" "$outcome_doubled" "$outcome_flags" "$outcome_validity_before" "$outcome_validity_after"
	)" UIDS=$outcome_uids COMMANDS=$work/commands awk "$json_awk$outcome_awk BEGIN { ORS = \"\"; json_init(); outcome_print() }"
}

unit_locked() {
	state_find "$mailbox"
	case $? in
	0) ;;
	67) ends skipped "$place_error" && return ;;
	*) ends failed "$place_error" && return ;;
	esac
	trouble=$(owner_possible)
	if [ -n "$trouble" ]; then
		ends failed "$trouble"
		return
	fi
	if ! unit_store_same; then
		ends skipped "the plan no longer holds: the mailbox is not in the store of the plan any more"
		return
	fi
	journal_add lock "$number" "$mailbox" "makes $place_path/mailmend-lock" || return
	mailbox_lock
	case $? in
	0) locked=yes ;;
	1) ends skipped "$problem" && return ;;
	*) ends failed "$problem" && return ;;
	esac
	"operation_$operation"
}

# Is it in the store that the plan was made for?
unit_store_same() {
	[ -n "$store" ] || return 0
	stores_settings
	stores_batch "$mailbox" | STORE=$store awk "$json_awk"'
		BEGIN { json_init(); wanted = "\"id\":" json(ENVIRON["STORE"]) "," }
		index($0, wanted) { same = 1 }
		END { exit !same }'
}

# What ran, for people; then it runs: intent first. Its standard error goes to $work/said.
act() {
	case $1 in
	relist_put) shown="write $2/dovecot.list.index anew" ;;
	*) shown=$*; shown=${shown#as_owner } ;;
	esac
	printf '%s\n' "$shown" >>"$work/commands"
	journal_add command "$number" "$mailbox" "$shown" || return 75
	: >"$work/acting"
	"$@" >"$work/output" 2>"$work/said"
}

# The same for doveadm, on the mailbox itself.
act_doveadm() {
	printf '%s\n' "doveadm $*" >>"$work/commands"
	journal_add command "$number" "$mailbox" "doveadm $*" || return 75
	: >"$work/acting"
	state_doveadm '' "$@" >"$work/output" 2>"$work/said"
}

# Did the last act say that something went wrong?
act_failed() {
	grep -q ' \(Error\|Fatal\|Panic\): \|^\(Error\|Fatal\|Panic\): ' "$work/said"
}
