# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Where one mailbox keeps its mail, asked of the host's own Dovecot. Sourced by damage.sh.
#
# find_store NAME sets:
#	home path     absolute; path is the root of its mail
#	format        mdbox, sdbox, maildir, mdbox-index, sdbox-index
#	index_root control_root    where indexes and subscriptions are; path when nowhere else
# find_folder NAME sets:
#	folder        its name with the prefix
#	folder_dir    what holds its messages (or, for mdbox, its index)
#	index_dir     what holds its dovecot.index*
#	folder_root   what must go for the folder to be gone

fail() {
	printf 'damage: %s\n' "$1" >&2
	exit "${2:-1}"
}

find_store() {
	mailbox=$1
	answer=$(doveadm user "$mailbox" 2>&1)
	case $? in
	0) ;;
	67) fail "there is no mailbox $mailbox on this host" 67 ;;
	*) fail "$mailbox cannot be looked up: $answer" 75 ;;
	esac
	scratch=$(mktemp -d) || exit
	trap 'rm -rf "$scratch"' EXIT
	printf '%s\n' "$mailbox" >"$scratch/name"
	printf '%s\n' "$answer" >"$scratch/userdb"
	store=$(stores "$scratch/name" "$scratch/userdb")
	IFS=$tab read -r _ home driver path layout index_root control_root _ <<-END
		$store
	END
	format=$driver
	[ "$layout" != index ] || format=$driver-index
	[ "$index_root" != - ] || index_root=$path
	[ "$control_root" != - ] || control_root=$path
	[ -d "$path" ] || fail "$mailbox was never opened: it has no $path to damage" 65
}

# INBOX is INBOX whatever the prefix is; of others the name without prefix is given.
find_folder() {
	folder=INBOX
	if [ "$1" != INBOX ]; then
		# Separators differ, so its parts are given by "/".
		folder=$(doveadm mailbox list -u "$mailbox" 2>&1 | awk -v wanted="$1" '
			{
				name = $0
				gsub(/[.~]/, "/", name)
				sub(/^INBOX\//, "", name)
			}
			name == wanted { print; exit }')
		[ -n "$folder" ] || fail "$mailbox has no folder $1" 65
	fi
	folder_dir=$(folder_path mailbox) || exit
	index_dir=$(folder_path index) || exit
	folder_root=$(folder_path dir) || exit
	[ -d "$folder_dir" ] || fail "the folder $folder of $mailbox has no directory: is it damaged already?" 65
}

folder_path() {
	answer=$(doveadm mailbox path -u "$mailbox" -t "$1" "$folder" 2>&1) || fail "$answer" 75
	printf '%s' "$answer"
}

# Talks IMAP as the mailbox's owner: commands on stdin, answers thrown away, errors too.
login() {
	"$(doveconf -h libexec_dir)/imap" -u "$mailbox" >/dev/null 2>&1
}

# noise COUNT: that many bytes that look random, no line end among them, the same for a mailbox
# and a kind.
noise() {
	awk -v count="$1" -v seed="$(printf '%s' "$mailbox $kind" | cksum | cut -d ' ' -f 1)" 'BEGIN {
		seed = seed % 2147483646 + 1
		for (i = 0; i < count; i++) {
			seed = (seed * 16807) % 2147483647
			printf "%c", 14 + seed % 242
		}
	}'
}

# overwrite FILE OFFSET COUNT
overwrite() {
	noise "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null || fail "$1 cannot be written" 74
}

overwrite_all() {
	for file; do
		[ ! -f "$file" ] || overwrite "$file" 0 "$(wc -c <"$file")"
	done
}

# first_file DIRECTORY PREFIX: of PREFIX.1, PREFIX.2 … the first that there is.
first_file() {
	first=$(find "$1" -maxdepth 1 -name "$2.[0-9]*" ! -name '*.broken' |
		sed 's/.*\.//' | sort -n | head -n 1)
	[ -n "$first" ] || fail "$mailbox has no mail in $1" 65
	printf '%s/%s.%s' "$1" "$2" "$first"
}

owned() {
	[ "$(id -u)" -ne 0 ] || chown -R --reference="$path" "$@"
}
