# shellcheck shell=bash disable=SC2034,SC2154 # the variables are shared with the other parts
# SPDX-License-Identifier: MIT
# Accounts of a host: system users of its own, and the mailboxes.

vmail_id=5000
ops_id=5001

# The mailboxes of the host NUMBER, one a line.
mailbox_names() {
	local number=$1 first last
	first=$(first_mailbox "$number")
	last=$((first + fleet_mailboxes - 1))
	awk -v first="$first" -v last="$last" 'BEGIN {
		split("example.com example.org example.net", domain, " ")
		for (i = first; i <= last; i++)
			printf "u%04d@%s\n", i, domain[i % 3 + 1]
	}'
	odd_names "$(store_number "$number")"
}

# Names that real fleets have and careless programs break on.
odd_names() {
	printf '%s\n' "list+spam$1@example.org" "o'brien$1@example.net" "jürgen$1@example.com" \
		"ann smith$1@example.org" "quo\"te$1@example.net" "\$(id)$1@example.com"
}

# Hosts that share a store have the same mailboxes.
store_number() {
	if [ "$fleet_shared" = yes ] && [ "$1" -eq 2 ]; then
		echo 1
	else
		echo "$1"
	fi
}

first_mailbox() {
	echo $((($(store_number "$1") - 1) * fleet_mailboxes + 1))
}

# The passwd-file of a host: accounts_users HOST-NUMBER OWNER-ID GROUP-ID ROOT
accounts_users() {
	mailbox_names "$1" | awk -v uid="$2" -v gid="$3" -v root="$4" \
		-v extra="$fleet_extra" -v own="$(own_location "$1")" '{
		at = match($0, /@[^@]*$/)
		home = root "/srv/vmail/" substr($0, at + 1) "/" substr($0, 1, at - 1)
		printf "%s:{PLAIN}test:%s:%s::%s::%s\n", $0, uid, gid, home, extra == "yes" && NR % 4 == 0 ? own : ""
	}'
}

# Dovecot looks up names with their quotes escaped, but lists them as they are: the same mailboxes
# once more under the escaped names, for looking up only.
accounts_quoted() {
	sed -n "/^[^:]*[\"']/{ s/^\([^:]*\):.*/\1:{PLAIN}test/; s/[\"']/\\\\&/g; p; }"
}

# accounts_system FS ROOT: passwd, shadow and group with the system's own accounts, ours, and no person's.
accounts_system() {
	local fs=$1 root=$2
	awk -F: -v OFS=: '$1 != "root" && $1 != "vmail" && $1 != "ops" && ($3 < 1000 || $3 == 65534) { $2 = "x"; print }' \
		"$root/etc/passwd" >"$fs/etc/passwd.system"
	{
		printf 'root:x:0:0:root:/root:%s\n' "$fleet_shell"
		cat "$fs/etc/passwd.system"
		printf 'vmail:x:%d:%d::/srv/vmail:/usr/sbin/nologin\n' "$vmail_id" "$vmail_id"
		printf 'ops:x:%d:%d::/home/ops:/bin/sh\n' "$ops_id" "$ops_id"
	} >"$fs/etc/passwd"
	awk -F: '{ print $1 ":" ($1 == "root" || $1 == "ops" ? "NP" : "*") ":19000:0:99999:7:::" }' \
		"$fs/etc/passwd" >"$fs/etc/shadow"
	{
		awk -F: -v OFS=: '$1 != "vmail" && $1 != "ops" && ($3 < 1000 || $3 == 65534) { $4 = ""; print }' "$root/etc/group"
		printf 'vmail:x:%d:\nops:x:%d:\n' "$vmail_id" "$ops_id"
	} >"$fs/etc/group"
	rm -f "$fs/etc/passwd.system"
	chmod 600 "$fs/etc/shadow"
}
