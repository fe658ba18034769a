# SPDX-License-Identifier: MIT
# What a unit finds before it changes anything, and whether all of it is there afterwards.

# What the mailbox holds, what is wrong, and what it should show. False: the outcome is set, there
# is nothing to do or nothing that may be done.
unit_look() {
	depth=2
	check_packed=$(printf '%s\n' "$state_conf" | grep -m 1 '^mail_plugins.*\(zlib\|compress\|crypt\)')
	check_look
	unit_mark >"$work/mark"
	trouble=$(awk -F '\t' '$3 == "not-readable" { print $4; exit }' "$place/findings")
	if [ -n "$trouble" ]; then
		ends failed "nothing was touched: $trouble"
		return 1
	fi
	if [ ! -s "$place/seen.folders" ] && [ ! -s "$place/findings" ]; then
		ends failed "nothing was touched: a copy of its indexes could not be looked at: $(head -n 1 "$place/seen.errors" 2>/dev/null)"
		return 1
	fi
	short=$(state_short "$place/seen" | head -n 1)
	if [ -n "$short" ]; then
		# What is not told would be taken for lost, and for another folder's.
		ends failed "nothing was touched: Dovecot does not tell which messages are in $short: $(head -n 1 "$place/seen.errors")"
		return 1
	fi
	cp "$place/findings" "$work/findings"
	if unit_relisted; then
		rm -rf "$place/a"
		state_copy "$place/a"
		relist_install "$place/a"
		state_of_copy "$place/a" "$place/seen"
		! grep -q 'recovered-lost-folder-\| Error: \|^Error: ' "$place/seen.folders" "$place/seen.errors" || relisted=no
	fi
	if [ "$relisted" = no ] && grep -q "${tab}list-index-lost$tab" "$work/findings"; then
		ends skipped "nothing was touched: the list of folders is lost, and one with all their names cannot be made of what is left; a resync would make lost folders and doubled messages"
		return 1
	fi
	for name in seen seen.folders seen.errors; do
		cp "$place/$name" "$work/visible${name#seen}"
	done
	cp "$place/stored" "$work/stored"
	unit_listed >"$work/listed"
	unit_expected
	state_doveadm "$place/a" mailbox list -u "$mailbox" -s >"$work/subscribed" 2>/dev/null
	unit_before
	mv "$work/expected.new" "$work/expected"
	unit_worthwhile
}

# Can the list of folders, which is lost, be made again?
unit_relisted() {
	relisted=no
	[ "$place_layout" = index ] && grep -q "${tab}list-index-lost$tab" "$work/findings" || return 1
	state_lists ''
	awk '/^(list|box) / { box = /^box/ } !box && /^-- RECORDS: [1-9]/ { found = 1 } END { exit found }' "$place/lists" &&
		relist && relisted=yes
}

# Is there something to do that a resync does?
unit_worthwhile() {
	[ "$operation" = resync ] || return 0
	! grep -q "${tab}resync\$" "$work/findings" || return 0
	trouble=$(awk -F '\t' '{ print $4; exit }' "$work/findings")
	if [ -n "$trouble" ]; then
		ends skipped "there is nothing that a resync mends: $trouble"
	elif [ "$mended" = yes ]; then
		return 0
	else
		ends skipped "there is nothing to do: all $outcome_before messages that are stored can be seen"
	fi
	return 1
}

# What should be visible, each in its place. All files of a maildir should, each by its name: the
# GUIDs of copies are only in the uidlist.
unit_expected() {
	if [ "$place_driver" = maildir ]; then
		state_expected "$work/visible" "$work/stored" "$work/expected.raw"
		maildir_bases >"$work/stored"
		awk -F '\t' 'BEGIN { OFS = "\t" }
			FILENAME ~ /visible$/ { uid[$1, $2] = $3; next }
			$3 == "?" && ($1, $2) in uid { $3 = uid[$1, $2] }
			{ print }' "$work/visible" "$work/stored" | sort >"$work/expected.new"
		echo 0 >"$work/unsure"
		return
	fi
	state_expected "$work/visible" "$work/stored" "$work/expected.raw"
	if grep -q "${tab}map-lost$tab" "$work/findings"; then
		unit_unmapped >"$work/expected.new"
		echo 0 >"$work/unsure"
		return
	fi
	: >"$work/homes"
	[ "$place_layout" != index ] || resync_homes >"$work/homes"
	EXPECTED=$work/expected.raw FOLDERS=$work/visible.folders LISTED=$work/listed HOMES=$work/homes UNSURE=$work/unsure \
		DRIVER=$place_driver awk "$expect_awk BEGIN { expect() }" | sort >"$work/expected.new"
}

# Without mdbox's map nothing tells the GUIDs, but the indexes of the folders still tell which
# messages are in them: what else comes back was expunged.
unit_unmapped() {
	rm -rf "$place/unmapped"
	state_copy "$place/unmapped"
	state_doveadm "$place/unmapped" fetch -u "$mailbox" 'mailbox uid flags' ALL >"$place/unmapped.messages" 2>/dev/null
	awk -F '\t' 'NR > 1 && $2 ~ /^[0-9]+$/ {
		gsub(/\\/, "&&", $1)
		sub(/ ?\\Recent/, "", $3)
		sub(/^ /, "", $3)
		print $1 "\t*\t" $2 "\t" $3
	}' "$place/unmapped.messages" | sort
}

# After the resync the UIDs, which it keeps, tell the GUIDs.
unit_named() {
	awk -F '\t' 'BEGIN { OFS = "\t" }
		FILENAME ~ /after$/ { guid[$1, $3] = $2; next }
		$2 == "*" && ($1, $3) in guid { $2 = guid[$1, $3] }
		{ print }' "$work/after" "$work/expected" | sort >"$work/expected.new"
	mv "$work/expected.new" "$work/expected"
}

maildir_bases() {
	state_awk 'bases = 1; maildir_read()' | sort
}

# unit_see FILE: what can be seen of the mailbox itself.
unit_see() {
	state_visible "$1"
	[ "$place_driver" = maildir ] || return 0
	state_files
	maildir_bases >"$1.bases"
	mv "$1" "$1.guids"
	awk -F '\t' 'BEGIN { OFS = "\t" }
		FILENAME ~ /bases$/ { base[$1, $3] = $2; next }
		($1, $3) in base { $2 = base[$1, $3] }
		{ print }' "$1.bases" "$1.guids" | sort >"$1"
}

unit_before() {
	outcome_before=$(wc -l <"$work/visible")
	outcome_before_folders=$(wc -l <"$work/visible.folders")
	outcome_validity_before=$(awk -F '\t' '$1 == "INBOX" && $3 > 0 { print $3; exit }' "$work/listed" "$work/visible.folders")
}

# What the list of folders remembers of each: FOLDER MESSAGES UIDVALIDITY UIDNEXT GUID.
unit_listed() {
	state_awk '
		for (key in listed) {
			split(key, part, SUBSEP)
			print field(part[2]) "\t" list_count[key] + 0 "\t" list_validity[key] + 0 "\t" list_next[key] + 0 "\t" listed[key]
		}' | LC_ALL=C sort
}

# What changes when somebody reads or delivers: files, not folders, and no cache.
unit_mark() {
	grep -v "^d$tab\|^above$tab\|mailmend-lock\|\\.cache\$\|\\.lock\$" "$place/tree" | sort
}

# Before the change: a copy is kept, nobody else is there, and what was found still holds.
unit_ready() {
	while :; do
		if [ -z "$copy" ]; then
			copy_named
			journal_add copy "$number" "$mailbox" "keeps its index files as $copy" || return 1
			if ! copy_keep; then
				copy=''
				ends failed "its index files could not be kept in $spool/copies: is the disk full? Nothing was changed"
				return 1
			fi
		fi
		journal_add quiet "$number" "$mailbox" "ends its sessions" || return 1
		quiet && twins=yes || twins=no
		journal_add quiet "$number" "$mailbox" "$quiet_text" || return 1
		[ ! -f "$work/acting" ] || return 0
		state_files
		unit_mark >"$work/mark.now"
		! cmp -s "$work/mark" "$work/mark.now" || return 0
		unit_looks=$((unit_looks + 1))
		if [ "$unit_looks" -ge "$UNIT_TRIES" ]; then
			ends skipped "it was opened or got mail each time before anything could be done: try again later"
			return 1
		fi
		journal_add quiet "$number" "$mailbox" "it changed since it was checked: checked again"
		unit_look || return 1
	done
}

unit_settle() {
	unit_see "$work/after"
	! grep -q "${tab}[*]${tab}" "$work/expected" || unit_named
	# Who came meanwhile may have copied something: what is too many need not be the rebuild's.
	[ -z "$(holders)" ] || twins=no
	# What cannot be opened is not settled: things would be copied that are there.
	if [ "$place_driver" != maildir ] && ! grep -q ' Error: \|^Error: ' "$work/after.errors"; then
		unit_folders
		settle "$work/stored" "$work/expected" "$work/after" "$twins"
	fi
	unit_validity
	unit_subscriptions
}

# Folders that should be there and are not, also empty ones: what goes home has to have one.
unit_folders() {
	awk -F '\t' '
		FILENAME ~ /folders$/ { there[$1] = 1; next }
		FILENAME ~ /findings$/ { if ($3 == "folder-lost" && $2 != "" && !($2 in there)) { there[$2] = 1; print $2 }; next }
		$1 !~ /^[?]/ && !($1 in there) { there[$1] = 1; print $1 }
		' "$work/after.folders" "$work/findings" "$work/expected" | sort >"$work/folders"
	[ -s "$work/folders" ] || return 0
	while IFS= read -r name <&3; do
		unfold "$name" && act_doveadm mailbox create -u "$mailbox" -- "$text"
	done 3<"$work/folders"
	unit_see "$work/after"
}

# The file with the subscriptions is gone: Dovecot's log of folders has hashes of the names.
unit_subscriptions() {
	grep -q "${tab}subscriptions-lost$tab" "$work/findings" && has sha1sum || return 0
	find "$place" -name 'mailboxlog.*' -exec cat {} + | awk '
		/ subscribe / { on[$3] = 1 }
		/ unsubscribe / { delete on[$3] }
		END { for (hash in on) print hash }' >"$work/hashes"
	cut -f 1 "$work/after.folders" >"$work/names"
	while IFS= read -r name <&3; do
		unfold "$name" || continue
		name=$text hash=$(printf '%s' "$name" | sha1sum | cut -c 1-32)
		! grep -qx "$hash" "$work/hashes" || act_doveadm mailbox subscribe -u "$mailbox" -- "$name"
	done 3<"$work/names"
}

# sdbox: the UIDs are the names of files. With the UIDVALIDITY of before clients notice nothing.
unit_validity() {
	[ "$place_driver" = sdbox ] || return 0
	unit_validities >"$work/validities"
	while IFS=$tab read -r name validity next <&3; do
		unfold "$name" || continue
		if [ "$next" -gt 0 ]; then
			act_doveadm mailbox update -u "$mailbox" --uid-validity "$validity" --min-next-uid "$next" -- "$text"
		else
			act_doveadm mailbox update -u "$mailbox" --uid-validity "$validity" -- "$text"
		fi
	done 3<"$work/validities"
	[ ! -s "$work/validities" ] || unit_see "$work/after"
}

# Folders that have all their old UIDs and another UIDVALIDITY: FOLDER OLD UIDNEXT.
unit_validities() {
	awk -F '\t' '
		FILENAME ~ /expected$/ { if ($3 != "?") wanted[$1, $2, $3] = 1; else other[$1] = 1; next }
		FILENAME ~ /after$/ { delete wanted[$1, $2, $3]; next }
		FILENAME ~ /after[.]folders$/ {
			for (key in wanted) {
				split(key, part, SUBSEP)
				other[part[1]] = 1
				delete wanted[key]
			}
			now[$1] = $3
			next
		}
		$3 > 0 && ($1 in now) && now[$1] != $3 && !($1 in other) { print $1 "\t" $3 "\t" $4 }
		' "$work/expected" "$work/after" "$work/after.folders" "$work/listed"
}

# Is all there that should be, where it was, as often as it was, and does INBOX open? Sets the outcome.
unit_verify() {
	journal_add verify "$number" "$mailbox" "compares what can be seen with what should be, by folder and GUID" || return 1
	unit_known "$work/after" >"$work/after.known"
	unit_placed >"$work/wanted"
	verdict=$(state_compare "$work/wanted" "$work/after.known")
	# shellcheck disable=SC2086 # words and numbers
	set -- $verdict
	outcome_missing=$2 outcome_doubled=$4 outcome_moved=$6 outcome_flags=$(($8 + ${12:-0}))
	outcome_uids=yes
	[ "${14:-0}" -eq 0 ] || outcome_uids=''
	[ "${10:-0}" -eq 0 ] || outcome_uids=no
	outcome_after=$(wc -l <"$work/after")
	outcome_after_folders=$(wc -l <"$work/after.folders")
	outcome_validity_after=$(awk -F '\t' '$1 == "INBOX" { print $3; exit }' "$work/after.folders")
	[ "$outcome_validity_before" = "$outcome_validity_after" ] || [ -z "$outcome_validity_before" ] || outcome_uids=no
	lost=$(unit_placeless)
	gone=$(unit_gone)
	outcome_missing=$((outcome_missing + gone))
	grep ' Error: \|^Error: ' "$work/after.errors" | head -n 1 >"$work/trouble"
	if [ -s "$work/trouble" ]; then
		ends failed "it cannot be opened whole: $(cat "$work/trouble")"
	elif [ "$gone" -gt 0 ] && [ "$outcome_missing" -eq "$gone" ]; then
		ends failed "$gone messages cannot be had back, their files are broken or gone; all $outcome_after others can be seen"
	elif [ "$outcome_missing" -gt 0 ]; then
		ends failed "$outcome_missing messages are missing: $(unit_missing)"
	elif grep -q "${tab}message-file-" "$work/findings"; then
		ends failed "what can be had back can be seen; $(awk -F '\t' '$3 ~ /^message-file-/ { print $4; exit }' "$work/findings")"
	elif ! said=$(unit_opens); then
		ends failed "INBOX does not open: $said"
	elif [ "$outcome_doubled" -gt 0 ] || [ "$outcome_moved" -gt 0 ]; then
		ends unproven "all messages are there, but $outcome_moved may be in another folder and $outcome_doubled more often than before"
	elif [ "$lost" -gt 0 ]; then
		ends unproven "all messages are there, but nothing on disk tells in which folders $lost of them were or how often"
	else
		ends ok "all $outcome_after messages can be seen; $outcome_before could before"
	fi
	[ "$outcome_result" = ok ] || [ "$outcome_result" = unproven ]
}

# Without what came meanwhile.
unit_known() {
	awk -F '\t' 'FILENAME != last { files++; last = FILENAME }
		files < 3 { known[$2] = 1; next }
		$2 in known' "$work/expected" "$work/stored" "$1"
}

# What should be visible; what has no place, where it is now.
unit_placed() {
	awk -F '\t' '
		FILENAME ~ /known$/ { seen[$1, $2]++; place[$2] = place[$2] $1 "\034"; next }
		$1 !~ /^[?]/ { print; seen[$1, $2]--; next }
		{ lost[++n] = $0 }
		END {
			for (i = 1; i <= n; i++) {
				split(lost[i], part, "\t")
				count = split(place[part[2]], at, "\034") - 1
				for (j = 1; j <= count && seen[at[j], part[2]] <= 0; j++)
					;
				# There is one less of it than the map counted: where it was, nobody knows.
				if (j > count && count > 0)
					continue
				if (j <= count)
					seen[at[j], part[2]]--
				print (j <= count ? at[j] : "?") "\t" part[2] "\t?\t?"
			}
		}' "$work/after.known" "$work/expected" | sort
}

unit_placeless() {
	unsure=0
	{ read -r unsure <"$work/unsure"; } 2>/dev/null
	awk -F '\t' -v unsure="$unsure" '$1 ~ /^[?]/ { n++ } END { print n + unsure }' "$work/expected"
}

# How many cannot be had back: a login saw them before, or the list of folders remembers them, and
# they are not stored any more.
unit_gone() {
	blind=0
	[ "$place_driver" != maildir ] && ! grep -q "${tab}map-lost$tab" "$work/findings" || blind=1
	awk -F '\t' -v driver="$place_driver" -v blind="$blind" '
		FILENAME ~ /expected$/ { wanted[$1, $3] = 1; folder[$1] = 1; next }
		FILENAME ~ /visible$/ { n += !blind && !(($1, $3) in wanted); next }
		FILENAME ~ /folders$/ { folder[$1] = 1; next }
		driver != "mdbox" && !($1 in folder) { n += $2 }
		END { print n + 0 }' "$work/expected" "$work/visible" "$work/visible.folders" "$work/listed"
}

# Some of what is missing, by folder.
unit_missing() {
	awk -F '\t' 'FILENAME ~ /known$/ { seen[$1, $2]++; next }
		seen[$1, $2]-- <= 0 { n[$1]++ }
		END { for (name in n) printf "%d in %s, ", n[name], name }' "$work/after.known" "$work/wanted" |
		sed 's/, $//' | cut -c 1-300
}

# INBOX as IMAP and POP3 would open it; says what was wrong.
unit_opens() {
	said=$(printf 'a SELECT INBOX\r\nb LOGOUT\r\n' | limited 60 doveadm exec imap -u "$mailbox" 2>&1 | tr -d '\r')
	case $said in
	*"
a OK "*) ;;
	*) printf '%s\n' "$said" | tail -n 1 && return 1 ;;
	esac
	[ -x "$(setting libexec_dir)/pop3" ] || return 0
	said=$(printf 'STAT\r\nQUIT\r\n' | limited 60 doveadm exec pop3 -u "$mailbox" 2>&1 | tr -d '\r')
	case $said in
	*"
+OK "[0-9]*) ;;
	*) printf '%s\n' "$said" | tail -n 1 && return 1 ;;
	esac
}
