# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # whoever sources it sets $here
# Where mailboxes keep their mail: stores NAMES-FILE USERDB-FILE prints the lines that
# seed-users.awk describes, for the names and what `doveadm user` said about them.

stores() {
	{
		echo --defaults
		doveconf mail_driver mail_path mailbox_list_layout mail_index_path mail_control_path mail_alt_path 2>/dev/null
		echo --names
		cat "$1"
		echo --userdb
		cat "$2"
	} | awk -f "$here/seed-users.awk"
}
