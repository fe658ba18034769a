# SPDX-License-Identifier: MIT
# A mailbox's own files, states that are compared, and the resync of a copy (state.sh says more).

state_files() {
	state_list >"$place/tree"
	: >"$place/messages"
	: >"$place/map"
	: >"$place/broken"
	state_lists ''
	state_awk 'state_print_files("u")' >"$place/names"
	if [ -s "$place/names" ]; then
		tr '\n' '\0' <"$place/names" | xargs -0 head -v -c 80 >"$place/heads" 2>/dev/null
		tr '\n' '\0' <"$place/names" | xargs -0 tail -v -c 1000 >"$place/tails" 2>/dev/null
		state_awk 'sdbox_read()' >"$place/messages"
	fi
	state_awk 'state_print_files("m")' >"$place/names"
	if [ -s "$place/names" ] || [ "$place_driver" = mdbox ]; then
		while IFS= read -r s_at; do
			printf 'file %s\n' "$s_at"
			doveadm -O dump -t dbox "$s_at" 2>"$place/dump.error" </dev/null
			[ ! -s "$place/dump.error" ] || { echo && cat "$place/dump.error"; }
		done <"$place/names" >"$place/dumps"
		state_broken
		awk -F '\t' '$5 == "mdbox" { print $8 == "-" ? $6 : $8 }' "$place/namespaces" | while IFS= read -r s_at; do
			printf 'map %s\n' "$s_at"
			doveadm -O dump -t index "$s_at/storage/dovecot.map.index" 2>&1
		done >"$place/maps"
		state_awk 'mdbox_read()'
	fi
}

# Dovecot's reader ends where a file is broken; what is whole behind that is found by its marks.
state_broken() {
	: >"$place/found.broken"
	awk '/^file \// { file = substr($0, 6) } /^(Fatal|Error|Panic): / && !/stats-writer/ { print file }' "$place/dumps" |
		while IFS= read -r s_at; do
			printf 'file %s\n' "$s_at"
			tr '\000' '\176' <"$s_at" | state_awk 'mdbox_scan()'
		done >"$place/found.broken"
}

state_stored() {
	state_awk 'state_print_stored()' | sort >"$1"
}

state_expected() {
	state_awk 'state_print_expected()' "$1" "$2" | sort >"$3"
}

state_compare() {
	state_awk 'state_print_difference()' "$1" "$2"
}

# What a resync of everything has to name; one of an mdbox is enough for its whole storage.
state_resync_masks() {
	awk -F '\t' '
		$4 == "yes" && ($5 == "mdbox" || $2 != "") { print "INBOX" }
		!($4 == "yes" && $5 == "mdbox") { print $2 "*" }' "$place/namespaces"
}

# Lines of errors are in $place/resync.errors.
state_resync() {
	: >"$place/resync.errors"
	state_resync_masks | {
		s_code=0
		while IFS= read -r s_each; do
			# The first may only mark as corrupted what the next ones mend.
			state_resync_one "$1" "$s_each" || state_resync_one "$1" "$s_each" -f || state_resync_one "$1" "$s_each" || s_code=1
		done
		return "$s_code"
	}
}

state_resync_one() {
	s_copy=$1 s_mask=$2
	shift 2
	state_doveadm "$s_copy" force-resync -u "$place_name" "$@" "$s_mask" >"$place/resync" 2>&1 || set -- failed
	grep -E '(Error|Fatal|Panic): ' "$place/resync" >>"$place/resync.errors" || [ "${1:-}" = failed ] || return 0
	return 1
}
