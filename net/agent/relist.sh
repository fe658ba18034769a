# SPDX-License-Identifier: MIT
# LAYOUT=index: the list of folders is lost. Dovecot's own rebuild makes lost folders of parents and,
# with mdbox, doubles messages. So the list is made in a copy that holds no messages, parents before
# children, and the mailbox gets that list.

# relist: makes $place/relist.N/, a line of $work/relist for each namespace that needs it: N ROOT.
# False: not every folder has got its name.
relist() {
	: >"$work/relist"
	rm -rf "$place/r"
	mkdir -m 711 "$place/r"
	state_copy "$place/r"
	relist_names >"$work/names"
	find "$place/r" \( -name 'm.[0-9]*' -o -name 'u.[0-9]*' -o -name 'dovecot.list.index*' -o -name 'dovecot.map.index*' \) \
		-exec rm -f -- {} +
	relist_hide
	depth_now=1
	depths=$(cut -f 1 "$work/names" | sort -n | tail -n 1)
	while [ "$depth_now" -le "${depths:-0}" ]; do
		relist_show "$depth_now"
		state_doveadm "$place/r" force-resync -u "$mailbox" INBOX >/dev/null 2>&1
		depth_now=$((depth_now + 1))
	done
	state_doveadm "$place/r" mailbox list -u "$mailbox" >"$work/relisted" 2>/dev/null
	! grep -q 'recovered-lost-folder-' "$work/relisted"
}

# DEPTH ROOT GUID of each directory; those without a name come last.
relist_names() {
	state_awk '
		for (key in list_name) {
			split(key, part, SUBSEP)
			n = part[1]
			root = space[n, 8] == "" ? space[n, 6] : space[n, 8]
			name = list_name[key]
			depth = gsub(separator[n] == "." ? "[.]" : separator[n], "", name) + 1
			print depth "\t" root "\t" part[2]
		}' | sort -n
}

# Directories are put aside, all of them; then those of one depth come back.
relist_hide() {
	cut -f 2 "$work/names" | sort -u | while IFS= read -r root; do
		mkdir "$place/r$root/aside" && mv "$place/r$root/mailboxes" "$place/r$root/aside/"
		mkdir "$place/r$root/mailboxes"
		chown "$place_uid:$place_gid" "$place/r$root/mailboxes"
	done
}

relist_show() {
	DEPTH=$1 awk -F '\t' '$1 == ENVIRON["DEPTH"]' "$work/names" | while IFS=$tab read -r _ root guid; do
		mv "$place/r$root/aside/mailboxes/$guid" "$place/r$root/mailboxes/$guid"
	done
}

# The list goes into COPY, or with "" into the mailbox itself.
relist_install() {
	cut -f 2 "$work/names" | sort -u >"$work/roots"
	while IFS= read -r root <&3; do
		[ -f "$place/r$root/dovecot.list.index.log" ] || continue
		if [ -n "$1" ]; then
			find "$1$root" -maxdepth 1 -name 'dovecot.list.index*' -exec rm -f -- {} +
			find "$place/r$root" -maxdepth 1 -name 'dovecot.list.index*' -exec cp -p -- {} "$1$root/" \;
		else
			act relist_put "$root"
		fi
	done 3<"$work/roots"
}

# As the owner: the old one goes, the new one comes, its log first.
# shellcheck disable=SC2016 # a script of its own
relist_put() {
	as_owner sh -c 'cd "$1" && for file in dovecot.list.index dovecot.list.index.log dovecot.list.index.log.2; do
		rm -f "$file"
	done' sh "$1"
	for name in dovecot.list.index.log dovecot.list.index; do
		[ ! -f "$place/r$1/$name" ] ||
			as_owner sh -c 'umask 077; cat >"$1.new" && mv -f "$1.new" "$1"' sh "$1/$name" <"$place/r$1/$name"
	done
}
