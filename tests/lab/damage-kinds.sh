# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # find_store and find_folder set what is used
# One function a kind of damage, named like it. Sourced by damage.sh, which has found the store
# and checked that the kind fits its format. `oracle` says what each does to the mailbox.

# --- a folder's index

# What lies beside the log would hide that the log is damaged.
index_log() {
	find_folder INBOX
	log=$index_dir/dovecot.index.log
	[ -f "$log" ] || fail "$mailbox has no $log" 65
	rm -f "$index_dir/dovecot.index" "$index_dir/dovecot.index.backup"
}

index_lost() {
	find_folder INBOX
	rm -f "$index_dir"/dovecot.index*
}

index_random() {
	find_folder INBOX
	overwrite_all "$index_dir"/dovecot.index*
}

index_version() {
	index_log
	printf '\177' | dd of="$log" bs=1 conv=notrunc 2>/dev/null
}

index_truncated() {
	index_log
	truncate -s 10 "$log"
}

# Where a record begins: garbage inside one would only be wrong numbers.
index_garbage() {
	index_log
	offset=$(log_record "$log" 400)
	[ -n "$offset" ] || fail "the index log of $mailbox is too short for garbage after byte 400" 65
	overwrite "$log" "$offset" 64
}

# log_record FILE OFFSET: the first record at or after it. A log has a header (its size in byte 2
# and 3) and records, each of which begins with its size: 7 bits a byte, in units of 4.
log_record() {
	od -An -v -tu1 -w1 "$1" | awk -v from="$2" '
		{ byte[NR - 1] = $1 % 128; whole[NR - 1] = $1 }
		END {
			at = whole[2] + 256 * whole[3]
			while (at < NR && at < from) {
				size = 4 * (((byte[at] * 128 + byte[at + 1]) * 128 + byte[at + 2]) * 128 + byte[at + 3])
				if (size < 8)
					exit
				at += size
			}
			if (at + 64 <= NR)
				print at
		}'
}

index_old() {
	find_folder INBOX
	old=$scratch/old
	mkdir "$old"
	cp -a "$index_dir"/dovecot.index* "$old/"
	deliver 5
	rm -f "$index_dir"/dovecot.index*
	cp -a "$old"/dovecot.index* "$index_dir/"
}

index_unreadable() {
	find_folder INBOX
	chmod 000 "$index_dir/dovecot.index.log"
}

index_is_directory() {
	index_log
	rm -f "$log"
	mkdir "$log"
	owned "$log"
}

folder_index_lost() {
	find_folder Work
	rm -f "$index_dir"/dovecot.index*
}

# deliver COUNT: new mail in INBOX, through Dovecot.
deliver() {
	awk -v count="$1" 'BEGIN {
		for (i = 1; i <= count; i++) {
			text = "Message-ID: <late." i "@example.org>\r\nSubject: Late " i "\r\n\r\nIt came after the copy.\r\n"
			printf "a%d APPEND INBOX {%d+}\r\n%s\r\n", i, length(text), text
		}
		printf "z LOGOUT\r\n"
	}' | login || fail "mail could not be delivered to $mailbox" 75
}

# --- rights

folder_unreadable() {
	find_folder INBOX
	if [ "$format" = maildir ]; then
		chmod 000 "$folder_dir/cur"
	else
		chmod 000 "$folder_dir" "$index_dir"
	fi
}

home_unreadable() {
	chmod 000 "$home"
}

# --- mdbox's map

map_lost() {
	rm -f "$index_root"/storage/dovecot.map.index*
}

map_random() {
	overwrite_all "$index_root"/storage/dovecot.map.index*
}

# --- message files

# The first file with mail of INBOX.
message_file() {
	find_folder INBOX
	case $format in
	mdbox*) file=$(first_file "$path/storage" m) || exit ;;
	sdbox*) file=$(first_file "$folder_dir" u) || exit ;;
	maildir)
		file=$(find "$folder_dir/cur" "$folder_dir/new" -type f | sort | head -n 1)
		[ -n "$file" ] || fail "$mailbox has no mail in $folder_dir" 65
		;;
	esac
}

message_file_truncated() {
	message_file
	truncate -s "$(($(wc -c <"$file") / 2))" "$file"
}

message_file_empty() {
	message_file
	: >"$file"
}

# mdbox: where a message begins; sdbox: all of it.
message_file_random() {
	message_file
	case $format in
	mdbox*)
		offset=$(LC_ALL=C grep -abo "$(printf '\001\002N')" "$file" | sed -n '2s/:.*//p')
		[ -n "$offset" ] || fail "$file has fewer than two messages" 65
		overwrite "$file" "$offset" 200
		;;
	*) overwrite_all "$file" ;;
	esac
}

message_file_missing() {
	message_file
	rm -f "$file"
}

message_file_extra() {
	message_file
	# Another message: another GUID, another Message-ID (when seed wrote it).
	LC_ALL=C sed -e 's/^\(Message-ID: <[0-9]*\.\)inbox/\1extra/' -e 's/^\(G[0-9a-f]\{28\}\)[0-9a-f]\{4\}$/\1f0f0/' "$file" >"${file%/*}/u.900"
	chmod 600 "${file%/*}/u.900"
	owned "${file%/*}/u.900"
}

# 200 bytes of a letter's words, no line end among them: sizes stay right, nothing can see it.
message_body_random() {
	message_file
	offsets=$(LC_ALL=C grep -abo 'of the letter, so many words that it is' "$file" | sed 5q | cut -d: -f1)
	[ -n "$offsets" ] || fail "$file holds no letter that seed wrote" 65
	for offset in $offsets; do
		overwrite "$file" "$offset" 39
	done
}

# --- folders

folder_lost() {
	find_folder Work
	rm -rf "$folder_root" "$index_dir"
}

folder_renamed() {
	find_folder Work
	mv "$folder_dir" "$folder_dir.bak"
}

subscriptions_lost() {
	[ -f "$control_root/subscriptions" ] || fail "$mailbox has no subscriptions" 65
	rm -f "$control_root/subscriptions"
}

uidlist() {
	find_folder INBOX
	list=$(folder_path control)/dovecot-uidlist
	[ -f "$list" ] || fail "$mailbox has no $list" 65
}

uidlist_lost() {
	uidlist
	rm -f "$list"
}

uidlist_random() {
	uidlist
	overwrite_all "$list"
}

uidlist_is_directory() {
	uidlist
	rm -f "$list"
	mkdir "$list"
	owned "$list"
}

# --- the list of folders

list_index_random() {
	overwrite_all "$index_root"/dovecot.list.index*
}

list_index_lost() {
	rm -f "$index_root"/dovecot.list.index*
}

# A directory that no list names, three times.
folder_orphans() {
	for digits in 1 2 3; do
		guid=$(printf '%s' "$mailbox $digits" | md5sum | cut -c 1-32)
		mkdir -p "$path/mailboxes/$guid/dbox-Mails"
		owned "$path/mailboxes/$guid"
	done
}

lost_folders_empty() {
	folder_orphans
	doveadm force-resync -u "$mailbox" INBOX 2>/dev/null || fail "Dovecot did not take them up" 75
}

lost_folder_unnamed() {
	find_folder Work/2024
	rm -f "$index_dir"/dovecot.index* "$index_root"/dovecot.list.index*
}

lost_folder_copied() {
	find_folder Work/2024
	guid=$(printf '%s' "$mailbox" | md5sum | cut -c 1-32)
	cp -a "$folder_root" "${folder_root%/*}/$guid"
	[ "$index_dir" = "$folder_dir" ] || cp -a "$index_dir" "${index_dir%/*}/$guid"
	list_index_lost
}

# The name that versions before 2.3.17 gave.
lost_folder_old_name() {
	find_folder Work/2024
	guid=$(printf '%s' "$mailbox" | md5sum | cut -c 1-32)
	own_prefix=
	case $folder in
	INBOX?*) own_prefix=$(printf '%s' "$folder" | cut -c 1-6) ;;
	esac
	doveadm mailbox rename -u "$mailbox" "$folder" "${own_prefix}lost-$guid" || fail "the folder could not be renamed" 75
}

# --- the incident: what a login makes of a lost index

incident() {
	index_lost
	printf 'a SELECT INBOX\r\nz LOGOUT\r\n' | login
}

lost_folder_storm() {
	incident
	list_index_lost
	for _ in 1 2 3; do
		printf 'a LIST "" "*"\r\nb SELECT INBOX\r\nz LOGOUT\r\n' | login
	done
}
