# SPDX-License-Identifier: MIT
# The operation resync: the indexes of a mailbox are rebuilt, and what that loses is given back.

operation_resync() {
	unit_looks=0 unit_tries=0 mended=no
	if [ -f "$work/acting" ] && [ -f "$work/expected" ]; then
		journal_add resume "$number" "$mailbox" "something was done to it already; what was found before that stands"
		copy_named
		state_files
		unit_relisted || :
		unit_before
	else
		[ ! -f "$work/acting" ] || mended=yes
		unit_look && resync_renamed || return 0
	fi
	while unit_ready; do
		unit_tries=$((unit_tries + 1))
		resync_act
		unit_settle
		# Trying again helps where something could not be opened or is in no place; not the lost.
		if unit_verify || [ "$unit_tries" -ge 3 ] ||
			{ [ "$outcome_missing:0" = "$gone:$act_errors" ] && [ ! -s "$work/trouble" ]; }; then
			return 0
		fi
	done
}

# A folder's dbox-Mails that goes by another name gets its own back; then all is looked at anew.
resync_renamed() {
	grep -q "${tab}folder-renamed$tab" "$work/findings" || return 0
	unit_ready || return 1
	awk -F '\t' '
		{ at[$8] = $1 }
		$1 == "d" && $8 ~ /\/dbox-Mails[^\/]+$/ { found[++n] = $8 }
		END {
			for (i = 1; i <= n; i++) {
				parent = found[i]
				sub(/[^\/]+$/, "", parent)
				if (!((parent "dbox-Mails") in at) && !taken[parent]++)
					print found[i]
			}
		}' "$place/tree" >"$work/renames"
	rm -f "$work/expected"
	while IFS= read -r from <&3; do
		act as_owner mv "$from" "${from%/*}/dbox-Mails"
	done 3<"$work/renames"
	mended=yes
	unit_look
}

# The smallest step first: a maildir mends itself when it is opened, and a resync of one whose list
# of UIDs is lost gives new ones.
resync_act() {
	act_errors=0
	# Subscriptions are given back in any case.
	[ -n "$(awk -F '\t' '$5 == "resync" && $3 != "subscriptions-lost"' "$work/findings")" ] || return 0
	if [ "$place_driver" = maildir ] && [ "$unit_tries" -eq 1 ]; then
		resync_spaces >"$work/masks"
		resync_masks "mailbox status" messages
		act_errors=0
		return
	fi
	if [ "$relisted" = yes ] && [ "$unit_tries" -eq 1 ]; then
		relist_install ''
		return
	fi
	[ "$place_layout" != index ] || resync_folders
	if [ "$place_driver" = mdbox ]; then
		# One does for the whole storage of a namespace.
		resync_spaces one >"$work/masks"
	else
		resync_spaces >"$work/masks"
	fi
	[ "$unit_tries" -eq 1 ] || set -- -f
	resync_masks force-resync "$@"
	[ "$act_errors" -eq 0 ] || resync_masks force-resync -f
}

# Masks of the namespaces where something was found, no others: Dovecot 2.4 makes lost folders of a
# healthy one with LAYOUT=index. With "one", a single mask for that of INBOX.
resync_spaces() {
	awk -F '\t' -v one="${1:-}" '
		FILENAME ~ /namespaces$/ { prefix[++n] = $2; inbox[n] = $4 == "yes"; index_layout[n] = $7 == "index"; next }
		$5 != "resync" { next }
		{
			at = 0
			for (i = 1; i <= n; i++)
				if (inbox[i] ? !at : (prefix[i] != "" && index($2, prefix[i]) == 1))
					at = i
			found[at] = 1
			all += $2 == ""
		}
		END {
			for (i = 1; i <= n; i++) {
				if (!(i in found) && !(all && !index_layout[i]))
					continue
				if (inbox[i] && (one || prefix[i] != ""))
					print "INBOX"
				if (!inbox[i] || !one)
					print prefix[i] "*"
			}
		}' "$place/namespaces" "$work/findings"
}

# resync_masks COMMAND ARGUMENT…: for each mask. No exit code and no silence is trusted.
resync_masks() {
	command=$1 act_errors=0
	shift
	while IFS= read -r mask <&3; do
		# shellcheck disable=SC2086 # two words at times
		act_doveadm $command -u "$mailbox" "$@" "$mask" || act_errors=1
		! act_failed || act_errors=1
	done 3<"$work/masks"
}

# LAYOUT=index: a folder whose index is lost gets a new GUID when it is opened, and the list of
# folders names a directory that is not there. The directory with the messages is still called by
# the old one: it is renamed.
resync_folders() {
	resync_spaces >"$work/masks"
	resync_masks "mailbox status" messages
	state_files
	resync_directories >"$work/renames"
	resync_gone >"$work/makes"
	while IFS=$tab read -r from to <&3; do
		[ -d "$from" ] && [ ! -e "$to" ] && [ ! -h "$from" ] || continue
		act as_owner mv "$from" "$to"
	done 3<"$work/renames"
	[ -s "$work/makes" ] || return 0
	while IFS= read -r from <&3; do
		[ -e "$from" ] || act as_owner mkdir -m 700 "$from"
	done 3<"$work/makes"
	resync_masks "mailbox status" messages
	state_files
	resync_directories >"$work/renames"
	while IFS=$tab read -r from to <&3; do
		[ ! -d "$from" ] || [ -e "$to" ] || act as_owner mv "$from" "$to"
	done 3<"$work/renames"
}

# Directories to rename, a line each: FROM TO. Of those that no list names, the index says whose
# GUID they have by now.
resync_directories() {
	awk -F '\t' '$7 == "index" { print $6 "\037" $8 "\037" $10 }' "$place/namespaces" | while IFS=$unit read -r path index alt; do
		[ "$index" != - ] || index=$path
		resync_orphans "$path" "$index" | while IFS= read -r guid; do
			new=$(doveadm -O dump -t index "$index/mailboxes/$guid" 2>/dev/null | sed -n 's/.*mailbox_guid[ .]*= \([0-9a-f]\{32\}\).*/\1/p' | head -n 1)
			case $new in '' | "$guid" | *[!0-9a-f]*) continue ;; esac
			for root in "$path" "$index" "$alt"; do
				[ "$root" = - ] || [ ! -d "$root/mailboxes/$guid" ] || printf '%s\t%s\n' "$root/mailboxes/$guid" "$root/mailboxes/$new"
			done
		done
	done | sort -u
}

# Directories that the list names and that are gone with all they held, unless one will be renamed.
resync_gone() {
	awk -F '\t' '$7 == "index" { print $6 }' "$place/namespaces" | while IFS= read -r path; do
		sed -n 's/.*: guid *= \([0-9a-f]\{32\}\)$/\1/p' "$place/lists" | while IFS= read -r guid; do
			case $guid in *[!0]*) ;; *) continue ;; esac
			[ -e "$path/mailboxes/$guid" ] || grep -q "/$guid\$" "$work/renames" || printf '%s\n' "$path/mailboxes/$guid"
		done
	done
}

# GUIDs that are the name of a directory and in no list: PATH INDEX.
resync_orphans() {
	for root; do
		ls "$root/mailboxes" 2>/dev/null
	done | sort -u | while IFS= read -r guid; do
		case $guid in *[!0-9a-f]*) continue ;; esac
		[ ${#guid} -eq 32 ] && ! grep -q ": guid *= $guid\$" "$place/lists" && printf '%s\n' "$guid"
	done
}

# Whose messages are in directories that no list names: GUID FOLDER. Where an index was made anew,
# by the GUID it has now, else by the name it was opened under.
resync_homes() {
	resync_directories | while IFS=$tab read -r from to; do
		new=${to##*/}
		NEW=$new awk -F '\t' -v old="${from##*/}" '$5 == ENVIRON["NEW"] { print old "\t" $1 }' "$work/listed"
	done | sort -u
}
