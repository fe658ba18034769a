# SPDX-License-Identifier: MIT
# The operation restore: flags, subscriptions and UIDVALIDITY that a kept copy knows are merged into
# the mailbox. Nothing is put back, nothing is taken away.

operation_restore() {
	unit_looks=0 unit_tries=0 mended=no
	kept=$spool/copies/$argument
	if ! hash_good "$argument" || [ ! -f "$kept/about" ]; then
		ends failed "there is no kept copy $argument on this host: it was deleted, or never made here"
		return
	fi
	MAILBOX=$mailbox awk -F '\t' '$1 == "mailbox" && $2 == ENVIRON["MAILBOX"] { same = 1 } END { exit !same }' "$kept/about" || {
		ends failed "the copy $argument is of another mailbox"
		return
	}
	unit_look || return 0
	if grep -q "${tab}resync\$" "$work/findings"; then
		ends skipped "the mailbox is damaged: resync first, then restore. $(cut -f 4 "$work/findings" | head -n 1)"
		return
	fi
	restore_wanted >"$work/merged"
	unit_ready || return 0
	mv "$work/merged" "$work/expected"
	cp "$kept/visible.folders" "$work/listed"
	unit_see "$work/after"
	settle_steps "$work/stored" "$work/expected" "$work/after" no 1 >"$work/steps"
	settle_run
	restore_subscriptions
	restore_same && unit_validity
	unit_see "$work/after"
	unit_verify
}

# What is seen now, with the flags that the copy knows of each message, by folder and GUID; no
# message is marked to be deleted.
restore_wanted() {
	awk -F '\t' 'BEGIN { OFS = "\t" }
		function merge(now, then,    part, n, i) {
			n = split(then, part, " ")
			for (i = 1; i <= n; i++)
				if (part[i] != "?" && part[i] != "\\Deleted" && index(" " now " ", " " part[i] " ") == 0)
					now = now (now == "" ? "" : " ") part[i]
			return now
		}
		FNR == 1 { file++ }
		file == 1 { of_uid[$1, $2, $3] = $4; of_guid[$1, $2] = $4; next }
		($1, $2, $3) in of_uid { $4 = merge($4, of_uid[$1, $2, $3]); print; next }
		($1, $2) in of_guid { $4 = merge($4, of_guid[$1, $2]) }
		{ print }' "$kept/visible" "$work/expected" | sort
}

# Folders that were subscribed then, are there and are not subscribed now.
restore_subscriptions() {
	cut -f 1 "$work/after.folders" | sort >"$work/names"
	tail -n +2 "$kept/subscribed" | sort | comm -12 - "$work/names" >"$work/then"
	tail -n +2 "$work/subscribed" | sort | comm -23 "$work/then" - >"$work/unsubscribed"
	while IFS= read -r name <&3; do
		unfold "$name" && act_doveadm mailbox subscribe -u "$mailbox" -- "$text"
	done 3<"$work/unsubscribed"
}

# The UIDs of the copy are those of now, where both know the message?
restore_same() {
	awk -F '\t' 'FNR == 1 { file++ }
		file == 1 { then[$1, $2] = $3; next }
		(($1, $2) in then) && then[$1, $2] != $3 { other = 1 }
		END { exit other }' "$kept/visible" "$work/after"
}
