# SPDX-License-Identifier: MIT
# Looks at mailboxes and changes nothing: what is stored, what a login would see, what is wrong, and
# what a repair would make of it, tried on a copy.

check_awk() {
	AGENT_PLACE=$place AGENT_DRIVER=$place_driver AGENT_UID=$place_uid AGENT_GID=$place_gid AGENT_DEPTH=$depth \
		AGENT_PACKED=$check_packed awk "$json_awk$state_awk$state_files_awk$state_lines_awk$check_awk$check_folders_awk$check_messages_awk
			BEGIN { json_init(); state_begin(); $1 }"
}

# Sessions of a mailbox now; nothing when it cannot be told.
check_sessions() {
	AGENT_NAME=$1 awk -F '\t' '
		NR > 1 && $1 == ENVIRON["AGENT_NAME"] { count++ }
		END { if (NR) print count + 0 }' "$work/who"
}

# What tells who was deleted and subscribed: only of private namespaces.
check_logs() {
	s_n=0
	awk -F '\t' '{ print $8 == "-" ? $6 : $8 }' "$place/namespaces" | while IFS= read -r s_at; do
		s_n=$((s_n + 1))
		[ ! -f "$s_at/dovecot.mailbox.log" ] ||
			doveadm -O dump -t mailboxlog "$s_at/dovecot.mailbox.log" >"$place/mailboxlog.$s_n" 2>/dev/null
	done
}

# Every message is read, in the copy; what is broken already says so without this.
check_read() {
	: >"$place/read.errors"
	state_broken_storage || grep -q "$tab\(empty\|short\|garbage\)$tab" "$place/messages" ||
		state_doveadm "$place/a" fetch -u "$place_name" text ALL 2>"$place/read.errors" >/dev/null
}

# A look that nothing disturbed, or the third.
check_look() {
	# shellcheck disable=SC2034 # it only counts
	for check_turn in 1 2 3; do
		rm -rf -- "$place/a"
		state_files
		state_stored "$place/stored"
		if [ "$depth" -eq 1 ]; then
			cp "$place/stored" "$place/wanted"
		else
			state_copy "$place/a"
			state_of_copy "$place/a" "$place/seen"
			state_expected "$place/seen" "$place/stored" "$place/wanted"
		fi
		[ "$depth" -lt 3 ] || check_read
		check_logs
		check_awk 'check_print_findings()' | sort -u >"$place/findings"
		[ ! -s "$place/findings" ] || [ "$depth" -eq 1 ] || [ "$place_driver" != mdbox ] || check_place
		[ -s "$place/findings" ] || return 0
		state_list >"$place/tree.later"
		! cmp -s "$place/tree" "$place/tree.later" || return 0
	done
}

# Where the messages of mdbox were that no readable index names.
check_place() {
	unit_listed >"$place/listed"
	EXPECTED=$place/wanted FOLDERS=$place/seen.folders LISTED=$place/listed HOMES=/dev/null UNSURE=$place/unsure \
		DRIVER=$place_driver awk "$expect_awk BEGIN { expect() }" | sort >"$place/wanted.placed"
	mv "$place/wanted.placed" "$place/wanted"
	rm -f "$place/lost" "$place/failed" "$place/validities"
	check_awk 'check_print_findings()' | sort -u >"$place/findings"
}

# In a copy, as a repair does it: folders whose directories are called by a GUID that they no
# longer have get the one that they have.
check_renames() {
	state_masks | while IFS= read -r check_mask; do
		state_doveadm "$1" mailbox status -u "$place_name" messages "$check_mask" >/dev/null 2>&1
	done
	cp "$place/lists" "$place/lists.found"
	state_list_dumps "$1"
	state_awk 'state_print_unlisted()' | head -n 300 | while IFS= read -r check_at; do
		check_new=$(doveadm -O dump -t index "$1$check_at/dovecot.index" 2>/dev/null |
			sed -n 's/.*mailbox_guid[ .]*= \([0-9a-f]\{32\}\).*/\1/p' | head -n 1)
		case $check_new in
		'' | "${check_at##*/}") continue ;;
		esac
		state_roots | while IFS= read -r check_root; do
			printf '%s\t%s\n' "${check_at##*/}" "$check_new" >>"$place/renamed"
			check_from=$1$check_root/mailboxes/${check_at##*/} check_to=$1$check_root/mailboxes/$check_new
			[ ! -d "$check_from" ] || [ -e "$check_to" ] || mv "$check_from" "$check_to"
		done
	done
	mv "$place/lists.found" "$place/lists"
}

# Without a map nothing but the UIDs, which a rebuild keeps, tells which messages the folders had.
check_unmapped() {
	awk -F '\t' -v OFS='\t' '
		FILENAME ~ /after$/ { guid[$1, $3] = $2; next }
		($1, $3) in guid { $2 = guid[$1, $3]; print }' "$place/after" "$place/seen" | sort >"$place/wanted"
}

# The repair, where it can do no harm.
check_rehearse() {
	[ -s "$place/findings" ] && [ "$depth" -gt 1 ] || return 0
	! grep -q "${tab}not-readable$tab" "$place/findings" || return 0
	grep -q "${tab}resync\$" "$place/findings" || return 0
	state_copy "$place/b"
	[ "$place_layout" != index ] || check_renames "$place/b"
	state_resync "$place/b" || : >"$place/resync.failed"
	state_of_copy "$place/b" "$place/after"
	rm -f "$place/renamed"
	! grep -q "${tab}map-lost$tab" "$place/findings" || check_unmapped
	state_compare "$place/wanted" "$place/seen" >"$place/before.line"
	state_compare "$place/wanted" "$place/after" >"$place/after.line"
}

check_one() {
	read -r check_start _ </proc/uptime
	depth=$2
	state_find "$1"
	check_code=$?
	if [ "$check_code" -eq 0 ]; then
		check_packed=$(printf '%s\n' "$state_conf" | grep -m 1 '^mail_plugins.*\(zlib\|compress\|crypt\)')
		check_look
		check_rehearse
	fi
	check_say "$1"
	state_done
}

# check_say MAILBOX: the answer, from $place and $check_code.
check_say() {
	read -r check_now _ </proc/uptime
	AGENT_NAME=$1 AGENT_CODE=$check_code AGENT_ERROR=$place_error AGENT_SESSIONS=$(check_sessions "$1") \
		AGENT_START=$check_start AGENT_NOW=$check_now AGENT_REAL=${place_real:-} AGENT_LAYOUT=$place_layout \
		AGENT_PATH=$place_path AGENT_BOOT=$boot check_awk_say
}

check_awk_say() {
	AGENT_PLACE=$place AGENT_DRIVER=$place_driver AGENT_DEPTH=$depth \
		awk "$json_awk$mounts_awk$stores_awk$check_say_awk BEGIN { ORS = \"\"; json_init(); check_print() }"
}

check() {
	unit=$(printf '\037')
	tab=$(printf '\t')
	place='' place_layout='' place_driver='' place_path='' place_real='' check_packed=''
	work=$(mktemp -d "${TMPDIR:-/tmp}/mailmend.XXXXXX") || exit 75
	trap 'state_done; rm -rf -- "$work"' EXIT
	trap 'exit 1' HUP INT TERM PIPE
	: >"$work/who"
	check_count=0
	while IFS= read -r line; do
		if [ -z "$line" ]; then
			printf '{"end":%d}\n' "$check_count"
			check_count=0
			continue
		fi
		[ "$check_count" -gt 0 ] || doveadm -f tab who -1 >"$work/who" 2>/dev/null
		check_count=$((check_count + 1))
		check_request "$line"
	done
	printf '{"end":%d}\n' "$check_count"
}

# check MAILBOX DEPTH, its fields by TAB.
check_request() {
	check_word=${1%%"$tab"*} check_rest=${1#*"$tab"}
	check_name=${check_rest%%"$tab"*}
	depth=${check_rest#*"$tab"}
	case $depth in
	1 | 2 | 3) ;;
	*) depth=2 ;;
	esac
	check_code=64 place_error='' place_driver='' place_path='' place_layout='' place_real='' place=''
	read -r check_start _ </proc/uptime
	if [ "$check_word" != check ] || [ -z "$check_name" ]; then
		place_error="no such request; there is check MAILBOX DEPTH"
		check_say "$check_name"
		return
	fi
	place_error=$(refused "$check_name")
	if [ -n "$place_error" ]; then
		check_code=67
		check_say "$check_name"
		return
	fi
	unescape "$check_name"
	check_one "$text" "$depth"
}
