# SPDX-License-Identifier: MIT
# Kept copies: what a unit found, before it changed anything. They are evidence, and what restore
# reads from; they are never put back.
#
#	$spool/copies/HASH-N/	about (TAB-separated words), index.tar, and the unit's visible,
#					visible.folders, expected, listed, subscribed

COPY_LIMIT_KB=1048576

# Of the index and control files, as their owner sees them, in tar. Reads as the owner; no links
# are followed.
# shellcheck disable=SC2016 # a script of its own
copy_pack='
	cd / && for root; do
		find ".$root" -type f \( -name "dovecot*" -o -name subscriptions \) ! -name "*.index.cache" ! -name "*
*"
	done | sort -u | tar -cf - -T - 2>/dev/null'

# $copy: the name of this unit's copy; when the job ran before, there is one of that run already.
copy_named() {
	copy=''
	{ read -r copy <"$work/copy"; } 2>/dev/null
	[ -z "$copy" ] || return 0
	copy=$job-$number tries=1
	while [ -e "$spool/copies/$copy" ]; do
		tries=$((tries + 1))
		copy=$job-$number-$tries
	done
	echo "$copy" | put "$work/copy"
}

# copy_keep: of the mailbox at $place, with its state in FILE; sets $copy. False: nothing was kept.
copy_keep() {
	copy_named
	[ ! -f "$spool/copies/$copy/about" ] || return 0
	copy_make && return
	# Half a copy only takes room that the journal needs.
	rm -rf "$spool/copies/.$copy"
	return 1
}

copy_make() {
	rm -rf "$spool/copies/$copy" "$spool/copies/.$copy"
	mkdir "$spool/copies/.$copy" || return 1
	set --
	while IFS= read -r root; do
		set -- "$@" "$root"
	done <<-ROOTS
		$(state_roots)
	ROOTS
	as_owner sh -c "$copy_pack" sh "$@" | head -c $((COPY_LIMIT_KB * 1024 + 1)) >"$spool/copies/.$copy/index.tar" || return 1
	tar -tf "$spool/copies/.$copy/index.tar" >/dev/null 2>&1 || return 1
	copy_kb=$(($(wc -c <"$spool/copies/.$copy/index.tar") / 1024))
	[ "$copy_kb" -le "$COPY_LIMIT_KB" ] || return 1
	for name in visible visible.folders expected listed subscribed; do
		[ ! -f "$work/$name" ] || cp "$work/$name" "$spool/copies/.$copy/$name" || return 1
	done
	printf '%s\t%s\n' mailbox "$mailbox" job "$job" unit "$number" clock "$(date +%s)" driver "$place_driver" \
		layout "$place_layout" path "$place_path" uid "$place_uid" gid "$place_gid" | put "$spool/copies/.$copy/about" || return 1
	synced "$spool/copies/.$copy/index.tar"
	mv "$spool/copies/.$copy" "$spool/copies/$copy" && synced "$spool/copies"
}

# Names and marks of the copies of a mailbox, newest first: CLOCK NAME.
copies_of() {
	ls "$spool/copies" | while IFS= read -r name; do
		[ -f "$spool/copies/$name/about" ] || continue
		NAME=$name WANTED=$1 awk -F '\t' '
			{ about[$1] = $2 }
			END {
				if (ENVIRON["WANTED"] == "" || about["mailbox"] == ENVIRON["WANTED"])
					print about["clock"] "\t" ENVIRON["NAME"] "\t" about["job"] "\t" about["mailbox"]
			}' "$spool/copies/$name/about"
	done | sort -t "$tab" -k 1,1nr
}

copies_print() {
	copies_of "$1" | while IFS=$tab read -r clock name hash mailbox; do
		kb=$(du -sk "$spool/copies/$name" 2>/dev/null)
		printf '%s\t%s\t%s\t%s\t%s\n' "$clock" "$name" "$hash" "${kb%%[!0-9]*}" "$mailbox"
	done | awk -F '\t' "$json_awk"'
		BEGIN { ORS = ""; json_init() }
		{
			print "{\"copy\":{\"name\":" json($2) ",\"mailbox\":" json($5) ",\"clock\":" whole($1) ",\"kb\":" whole($4) \
				",\"job\":" json($3) "}}\n"
		}'
}
