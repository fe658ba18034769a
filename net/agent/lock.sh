# SPDX-License-Identifier: MIT
# One mailbox is worked on by one unit at a time, whoever asks from wherever: the lock lies in its
# store, where every host that has the store sees it.

# as_owner COMMAND…: as the mailbox's own user and group, nothing else.
as_owner() {
	if [ "$user" = "$place_uid" ]; then
		"$@"
	elif has setpriv && setpriv --reuid "$place_uid" --regid "$place_gid" --clear-groups true 2>/dev/null; then
		setpriv --reuid "$place_uid" --regid "$place_gid" --clear-groups "$@"
	else
		chroot --userspec="+$place_uid:+$place_gid" --groups= / "$@"
	fi
}

# Is there a way to be the mailbox's own user? The sentence when there is none.
owner_possible() {
	case $place_uid:$place_gid in
	*[!0-9:]* | :* | *:) echo "Dovecot does not tell whose the mailbox is" && return ;;
	esac
	as_owner true 2>/dev/null ||
		echo "this host has neither setpriv nor chroot --userspec, so nothing can be done as the user $place_uid: install util-linux or coreutils"
}

# Takes the lock of the mailbox, or says in $problem why not. False: 1 somebody has it, 2 it cannot be.
mailbox_lock() {
	lock=$place_path/mailmend-lock
	printf '%s\n' "$lock" | put "$spool/locks/$job-$number" || return 2
	tries=0
	while ! mailbox_lock_make; do
		owner=$(as_owner sh -c '[ -f "$1" ] && head -c 2000 "$1"' sh "$lock/owner" 2>/dev/null | tee "$folder/units/$number/holder")
		if [ -z "$owner" ] || ! owner_read "$folder/units/$number/holder"; then
			problem=$(head -n 1 "$folder/units/$number/said")
			problem="its lock cannot be made in $place_path: ${problem:-what is called mailmend-lock there is no lock: remove it}"
			[ "$tries" -lt 3 ] || return 2
		elif owner_gone; then
			journal_add lock "$number" "$mailbox" "broke the lock of $owner_text, whose process $owner_pid has ended"
			as_owner sh -c "$lock_drop" sh "$lock" "$$" "$owner_pid" "$owner_started"
		else
			problem="somebody works on it already: $owner_text, process $owner_pid on $owner_host"
			[ "$tries" -lt 3 ] || return 1
		fi
		pause
		tries=$((tries + 1))
	done
}

mailbox_lock_make() {
	{
		owner_lines
		printf 'text\tunit %s of job %s for %s since %s\n' "$number" "$job" "$who" "$(date -u '+%Y-%m-%d %H:%M:%S UTC')"
	} | as_owner sh -c "$lock_make" sh "$lock" "$$" 2>"$folder/units/$number/said"
}

mailbox_unlock() {
	process_started $$
	as_owner sh -c "$lock_drop" sh "$lock" "$$" "$$" "$started" 2>/dev/null
	rm -f "$spool/locks/$job-$number"
}
