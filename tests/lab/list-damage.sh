#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the kinds of damage that a lab can do, and what each does to a mailbox.
#
#	list-damage.sh                 every kind, every format
#	list-damage.sh FORMAT          what fits a format
#	list-damage.sh --names [FORMAT]  nothing but the names
set -u
here=$(cd "$(dirname "$0")" && pwd)
names=no
if [ "${1:-}" = --names ]; then
	names=yes
	shift
fi
format=${1:-}
case $format in
'' | mdbox | sdbox | maildir | mdbox-index | sdbox-index) ;;
*)
	printf 'list-damage: no format "%s"; there are mdbox, sdbox, maildir, mdbox-index, sdbox-index\n' "$format" >&2
	exit 64
	;;
esac

awk -F '\t' -v format="$format" -v names="$names" '
	function fits(kind) { return format == "" || (kind, format) in row }
	/^#/ { next }
	FILENAME ~ /oracle$/ { rows[$1] = rows[$1] line() "\n"; row[$1, $2] = 1; next }
	function line() {
		return sprintf("    %-12s %-16s %-7s %-11s %-11s %-19s %-8s %-5s %-5s %s", $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
	}
	names == "yes" { if (fits($1)) print $1; next }
	fits($1) {
		if (!head++)
			print line_of_titles()
		printf "%s: %s\n", $1, $2
		count = split(rows[$1], lines, "\n")
		for (i = 1; i < count; i++)
			if (format == "" || lines[i] ~ "^    " format " ")
				print lines[i]
	}
	function line_of_titles() {
		return sprintf("    %-12s %-16s %-7s %-11s %-11s %-19s %-8s %-5s %-5s %s", "format", "where", "before", "login", "next", "class", "messages", "flags", "uids", "resync")
	}' "$here/oracle" "$here/damage-kinds.txt"
