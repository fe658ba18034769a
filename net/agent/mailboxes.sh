# SPDX-License-Identifier: MIT
# The list of all mailboxes: from the userdb, from the names of homes, or from a file.

# Names, one a line, as JSON; the error where there are none.
mailboxes_print() {
	NONE=$1 awk "$json_awk"'
		BEGIN { ORS = ""; json_init() }
		/^(Error|Fatal|Panic): / {
			if (trouble == "" && $0 !~ /stats-writer/)
				trouble = $0
			next
		}
		{
			sub(/\r$/, "")
			if ($0 == "" || $0 ~ /^#/)
				next
			rows = rows (rows == "" ? "" : ",") json($0)
			count++
			if (++held == 500 || length(rows) > 16000) {
				print "{\"mailboxes\":[" rows "]}\n"
				rows = ""
				held = 0
			}
		}
		END {
			if (rows != "")
				print "{\"mailboxes\":[" rows "]}\n"
			if (count)
				print "{\"end\":" count "}\n"
			else
				print "{\"error\":" json(trouble == "" ? ENVIRON["NONE"] : trouble) "}\n"
		}'
}

# Homes that a pattern matches; which parts of the path a * stands in, says the pattern.
mailboxes_glob() {
	set +f
	IFS=''
	# shellcheck disable=SC2086 # the pattern is to be expanded
	set -- "$1" $1
	IFS=' 	
'
	set -f
	PATTERN=$1
	shift
	for home; do
		case $home in
		*[[:cntrl:]]*) continue ;;
		esac
		[ ! -d "$home" ] || printf '%s\n' "${home%/}"
	done | PATTERN=$PATTERN awk '
		BEGIN {
			parts = split(ENVIRON["PATTERN"], part, "/")
			for (i = 1; i <= parts; i++)
				if (part[i] ~ /[*?[]/) {
					before = last
					last = i
				}
		}
		function matched(i, text,    star) {
			star = index(part[i], "*")
			if (!star || part[i] ~ /[*].*[*]|[?[]/)
				return text
			return substr(text, star, length(text) - length(part[i]) + 1)
		}
		{
			split($0, at, "/")
			name = matched(last, at[last])
			print before ? name "@" matched(before, at[before]) : name
		}'
}

# A root-owned agent must not show anyone files that are closed to him.
open_to_all() {
	[ ! -h "$1" ] && cd -P -- "${1%/*}/" 2>/dev/null || return 1
	file=$PWD/${1##*/} folder=$PWD
	set -- /
	while [ -n "$folder" ]; do
		set -- "$@" "$folder"
		folder=${folder%/*}
	done
	[ "$(find "$@" -prune -perm -001 | wc -l)" -eq $# ] && [ -n "$(find "$file" -prune -type f -perm -004)" ]
}

mailboxes_file() {
	case $1 in
	/*) ;;
	*) echo "Fatal: the file of mailboxes must be named by a whole path, not \"$1\"" && return ;;
	esac
	if [ ! -f "$1" ]; then
		echo "Fatal: there is no file $1 on this host"
	elif [ ! -r "$1" ]; then
		echo "Fatal: this user may not read $1"
	elif [ -n "${SUDO_UID:-}" ] && ! open_to_all "$1"; then
		echo "Fatal: $1 must be readable by everyone to be read through sudo"
	else
		cat <"$1"
	fi
}

mailboxes() {
	IFS= read -r line || return 0
	tab=$(printf '\t')
	argument=${line#*"$tab"}
	case $line in
	userdb)
		doveadm user '*' 2>&1 |
			mailboxes_print "Dovecot's userdb does not list its users: set iterate_query or the like, or let mailboxes_from be a glob or a file"
		;;
	"glob$tab"/* | "file$tab"*)
		if ! unescape "$argument"; then
			echo '{"error":"the pattern or path holds control characters"}'
		elif [ "${line%%"$tab"*}" = glob ]; then
			mailboxes_glob "$text" | mailboxes_print "no folder matches the pattern"
		else
			mailboxes_file "$text" | mailboxes_print "the file names no mailbox"
		fi
		;;
	*) echo '{"error":"no such request; there are userdb, glob PATTERN (from the root folder) and file PATH"}' ;;
	esac
}
