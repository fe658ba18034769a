# SPDX-License-Identifier: MIT
# After a resync: what came to the wrong place goes home, what is missing is copied from where it
# is too, flags that were known are set again.

# settle STORED WANTED SEEN TWINS: true when there was something to do and it was done.
settle() {
	settle_steps "$@" 0 >"$work/steps"
	settle_run
	set -- "$1" "$2" "$3" "$4" $?
	[ ! -s "$work/steps" ] || unit_see "$3"
	settle_steps "$1" "$2" "$3" "$4" 1 >"$work/steps"
	settle_run
	[ ! -s "$work/steps" ] || unit_see "$3"
	return "$5"
}

settle_steps() {
	DRIVER=$place_driver STORED=$1 WANTED=$2 SEEN=$3 TWINS=$4 awk "$settle_awk BEGIN { settle($5) }" | sort | awk "$settle_awk BEGIN { settle_join() }"
}

# Reads on another number than the commands: theirs is nobody's.
settle_run() {
	failed=0
	while IFS=$tab read -r kind from uids argument <&3; do
		unfold "$from" && from=$text
		# In a search these stand for any folder.
		case $from in *[*%]*) failed=1 && continue ;; esac
		case $kind in
		move | copy)
			unfold "$argument" && argument=$text
			act_doveadm "$kind" -u "$mailbox" -- "$argument" mailbox "$from" uid "$uids" || failed=1
			;;
		expunge) act_doveadm expunge -u "$mailbox" -- mailbox "$from" uid "$uids" || failed=1 ;;
		flags) act_doveadm flags add -u "$mailbox" -- "$argument" mailbox "$from" uid "$uids" || failed=1 ;;
		esac
		! act_failed || failed=1
	done 3<"$work/steps"
	return "$failed"
}

# A folder of a state file as it is called.
unfold() {
	unescape "$1"
}
