# SPDX-License-Identifier: MIT
# What a mailbox holds: where it lies, a copy of it that Dovecot may be let loose on, what a login
# sees, what is stored. `check` and the units of a job use the same.
#
# State files: a line a message, TAB between the fields, sorted as LC_ALL=C sort does:
#
#	FOLDER GUID UID FLAGS
#
#	FOLDER  as its owner knows it, with the namespace's prefix, in UTF-8; \t \n \\ stand for
#	        TAB, line feed and backslash. A message that lies nowhere known: "?"
#	GUID    as Dovecot says (maildir: a file's base name, or what the uidlist says); "?" unknown
#	UID     "?" unknown
#	FLAGS   and keywords, sorted, a space between them, no \Recent; "?" unknown, nothing: none
#
# Beside a state file that Dovecot was asked for lie FILE.folders, a line a folder:
#
#	FOLDER MESSAGES UIDVALIDITY UIDNEXT GUID
#
# and FILE.errors, what doveadm said on standard error.
#
#	state_find MAILBOX        where it is; sets place_*, makes the folder $place (new, private).
#	                          Code 0; 67 no such mailbox, 69 nothing there yet or not mounted,
#	                          75, 77; then $place_error says why
#	state_done                removes $place; to be called on every way out
#	state_files               looks at the mailbox's own files: $place/tree, and for dbox
#	                          $place/messages. Reads only. To be called again after a change
#	state_stored FILE         what is stored, by its files alone; after state_files
#	state_copy COPY           a new folder of the mailbox's shape: own copies of the index and
#	                          control files, links to the messages. Nothing that Dovecot does
#	                          in it touches the mailbox: it writes new files and renames
#	state_of_copy COPY FILE   what a login would see; changes COPY as a login would
#	state_visible FILE        the same of the mailbox itself: only inside a repair
#	state_doveadm COPY COMMAND ARGUMENT…
#	                          doveadm COMMAND -u MAILBOX ARGUMENT… on a copy, or with "" on the
#	                          mailbox itself; with a deadline
#	state_resync COPY         force-resync of all its private folders, as its format needs it;
#	                          with -f after a failure. Code 0: not one error line
#	state_expected VISIBLE STORED FILE
#	                          what a login should see: what it does, and what is stored besides
#	state_compare WANTED SEEN one line: "missing N doubled N moved N flags_lost N uids_changed N
#	                          flags_unknown N uids_unknown N gone N unplaced N"; missing and doubled count
#	                          instances of (folder, GUID), moved are those that are in another
#	                          folder instead; unknown: of wanted ones nothing tells; gone: of
#	                          missing ones no other instance is seen; unplaced: of "?" folders
#
# place_driver (mdbox, sdbox, maildir), place_path, place_layout (fs, index, maildir++),
# place_home, place_uid, place_gid, place_version (2.3, 2.4) are of the namespace of INBOX.
# $place/namespaces has all private ones, a line each, TAB between the fields, "-" for nothing:
#
#	NAME PREFIX SEPARATOR INBOX(yes or no) DRIVER PATH LAYOUT INDEX CONTROL ALT OPTIONS
#
# OPTIONS: what else Dovecot 2.3's location has, ":KEY=VALUE…"; it is needed to read the folders.

# What does not change while the agent runs: asked once.
state_settings() {
	[ -z "${state_known:-}" ] || return 0
	state_known=yes
	case $(dovecot --version 2>/dev/null) in
	2.[0-3].*) place_version=2.3 ;;
	*) place_version=2.4 ;;
	esac
	state_limit=''
	! command -v timeout >/dev/null 2>&1 || state_limit=yes
	state_conf=$(
		if [ "$place_version" = 2.3 ]; then
			doveconf mail_location mail_plugins namespace 2>/dev/null
		else
			doveconf mail_driver mail_path mailbox_list_layout mail_index_path mail_control_path \
				mail_alt_path mail_plugins namespace 2>/dev/null
		fi
	)
}

# state_why CODE TEXT: why a mailbox cannot be looked at.
state_why() {
	place_error=$2
	return "$1"
}

state_find() {
	place_error='' place_driver='' place_path='' place_layout='' place_home='' place_uid='' place_gid=''
	place_name=$1
	place=$(mktemp -d "${TMPDIR:-/tmp}/mailmend.XXXXXX") || state_why 75 "no temporary folder can be made" || return
	chmod 711 "$place"
	state_settings
	if [ -z "$state_conf" ]; then
		state_why 75 "doveconf does not tell how this host keeps mail"
		return
	fi
	doveadm user -- "$1" >"$place/user" 2>&1
	printf '%s\n' "$state_conf" | AGENT_NAME=$1 AGENT_USER=$place/user AGENT_NAMESPACES=$place/namespaces \
		awk "$json_awk$mounts_awk$stores_awk$place_awk BEGIN { place_print() }" >"$place/found"
	IFS=$unit read -r s_code place_error place_home place_uid place_gid place_driver place_path place_layout state_strip <"$place/found"
	[ "$s_code" = 0 ] || return "${s_code:-75}"
	state_there
}

state_done() {
	[ -z "${place:-}" ] || rm -rf -- "$place"
	place=''
}

# The store is there, or why not. Nothing of Dovecot's mail code has run until it is: it would
# make an empty home.
state_there() {
	follow "$place_path"
	place_real=$real
	case $there in
	true)
		[ -d "$place_path" ] || state_why 75 "$place_path is no directory" || return
		s_where=$(state_strange)
		[ -z "$s_where" ] || state_why 75 "$s_where"
		;;
	null) state_why 77 "this user may not look into $place_path" ;;
	*)
		s_where=$(state_unmounted)
		if [ -n "$s_where" ]; then
			state_why 69 "$s_where is not mounted on this host, and $place_path lies there"
		else
			state_why 69 "it was never opened: there is no $place_path yet"
		fi
		;;
	esac
}

# What its owner may have put there to lead the reader, who is root, astray: links, pipes and
# devices where Dovecot has files, names that would be two lines, a store that is somebody else's.
state_strange() {
	state_roots | while IFS= read -r s_at; do
		[ -d "$s_at" ] || continue
		if ! state_owned "$s_at"; then
			printf '%s\n' "$s_at is a link to a folder that is not its owner's: nothing there is read"
			continue
		fi
		find "$s_at/" \( -name '*
*' -o ! -type f ! -type d \( -name 'dovecot.[ilm]*' -o -name 'dovecot-[uk]*' -o -name subscriptions -o \
			-name '[mu].[0-9]*' \) \) -print 2>/dev/null | sed 's/$/ is no plain file, or has a line feed in its name: it is not read; put the file itself there/'
	done | head -n 1
}

# Where links lead, it is the mailbox's own.
state_owned() {
	s_real=$(cd -P -- "$1" 2>/dev/null && pwd -P) || return 1
	[ "$s_real" = "$1" ] || [ "$(stat -c %u -- "$s_real")" = "$place_uid" ]
}

# What /etc/fstab would mount above the path, and is not.
state_unmounted() {
	[ -r /etc/fstab ] || return 0
	AGENT_PATH=$place_path awk "$mounts_awk"'
		BEGIN { mounts_read(); for (i = 1; i <= mounts; i++) mounted[mount_where[i]] = 1 }
		/^[[:blank:]]*(#|$)/ { next }
		{
			where = unescape_mount($2)
			if (where ~ /^\/./ && index(ENVIRON["AGENT_PATH"] "/", where "/") == 1 && !(where in mounted) && length(where) > length(best))
				best = where
		}
		END { print best }' /etc/fstab
}

# The folders that hold anything of the mailbox, none inside another, one a line.
state_roots() {
	awk -F '\t' '
		function add(path) { if (path != "-" && !(path in known)) { known[path] = 1; list[++n] = path } }
		{ add($6); add($8); add($9); add($10) }
		END {
			for (i = 1; i <= n; i++) {
				inside = 0
				for (j = 1; j <= n; j++)
					if (i != j && index(list[i] "/", list[j] "/") == 1)
						inside = 1
				if (!inside)
					print list[i]
			}
		}' "$place/namespaces"
}

# The home, the path and all that is above them, one a line.
state_above() {
	for s_at in "$place_home" "$place_path"; do
		while [ -n "$s_at" ]; do
			printf '%s\n' "$s_at"
			s_at=${s_at%/*}
		done
	done | sort -u
}

# What lies in the roots, TAB between: type (f d l), mode, owner, group, size, time of change, time
# of status change, path. What is above them has the type "above".
state_list() {
	set --
	while IFS= read -r s_at; do
		set -- "$@" "$s_at/"
	done <<-ROOTS
		$(state_roots)
	ROOTS
	if find / -prune -printf '' 2>/dev/null; then
		find "$@" -printf '%y\t%m\t%U\t%G\t%s\t%T@\t%C@\t%p\n'
	else
		find "$@" -exec stat -c "%F$tab%a$tab%u$tab%g$tab%s$tab%Y$tab%Z$tab%n" {} + |
			sed 's/^regular[^	]*/f/; s/^directory/d/; s/^symbolic link/l/'
	fi 2>"$place/unlisted"
	set --
	while IFS= read -r s_at; do
		set -- "$@" "$s_at"
	done <<-ABOVE
		$(state_above)
	ABOVE
	stat -L -c "above$tab%a$tab%u$tab%g$tab%s${tab}0${tab}0$tab%n" "$@" 2>/dev/null
}

# Folders that are links lead out of the mailbox: in a copy they become folders of its own.
state_linked() {
	awk -F '\t' '$1 == "l" { print $8 }' "$place/tree" | head -n 1000 | while IFS= read -r s_at; do
		if [ -d "$s_at" ] && [ -h "$1$s_at" ] && state_owned "$s_at"; then
			rm -f -- "$1$s_at"
			cp -as -- "$s_real" "$1$s_at"
			cp -P -p -R -- "$s_real"/dovecot* "$1$s_at/"
		fi
	done
}

# Links to the messages; of index and control files, which are small, copies. Nothing else: no
# cache, which can be large and only saves time, and no lock.
state_copy() {
	(
		umask 022
		set +f
		state_roots | while IFS= read -r s_at; do
			[ -d "$s_at" ] || continue
			mkdir -p -- "$1$s_at"
			cp -as -- "$s_at/." "$1$s_at"
		done
		state_linked "$1"
		find "$1" -type l ! -name '[mu].[0-9]*' ! -path '*/cur/*' ! -path '*/new/*' -exec rm -f -- {} +
		state_roots | while IFS= read -r s_at; do
			find "$s_at/" -type f \( -name 'dovecot*' -o -name subscriptions \) ! -name '*.cache' ! -name '*.lock' \
				! -name 'dovecot.index.search*' ! -name 'dovecot.fts*' \
				-exec cp -p --parents -t "$1" -- {} +
		done
		[ -z "$place_uid" ] || find "$1" -type l -exec chown -h "$place_uid:$place_gid" -- {} +
	) 2>/dev/null
}

# Sets "$@" of the caller: what leads doveadm to a copy. Other namespaces than the private ones are
# not looked at.
state_options() {
	printf '%s\n' mail_max_lock_timeout=10s
	[ -z "$state_strip" ] || printf '%s\n' "$state_strip"
	[ ! -s "$place/namespaces.others" ] || sed 's,^\(.*\)$,namespace/\1/disabled=yes,' "$place/namespaces.others"
	[ -n "$1" ] || return 0
	AGENT_COPY=$1 AGENT_VERSION=$place_version awk -F '\t' '
		function at(path) { return path == "-" ? "" : copy path }
		function option(key, path) { return path == "-" ? "" : ":" key "=" copy path }
		BEGIN { copy = ENVIRON["AGENT_COPY"] }
		ENVIRON["AGENT_VERSION"] == "2.3" {
			place = $5 ":" copy $6 ":LAYOUT=" $7 option("INDEX", $8) option("CONTROL", $9) option("ALT", $10) $11
			gsub(/%/, "%%", place)
			print "namespace/" $1 "/location=" place
			if ($4 == "yes")
				print "mail_location=" place
			next
		}
		{
			space = "namespace/" $1 "/"
			print space "mail_path=" copy $6
			print space "mail_index_path=" at($8)
			print space "mail_control_path=" at($9)
			print space "mail_alt_path=" at($10)
		}' "$place/namespaces"
}

state_doveadm() {
	s_options=$(state_options "$1")
	shift
	set -- -f tab "$@"
	while IFS= read -r s_option; do
		set -- -o "$s_option" "$@"
	done <<-OPTIONS
		$s_options
	OPTIONS
	if [ -n "$state_limit" ]; then
		timeout -k 5 300 doveadm "$@" </dev/null
	else
		doveadm "$@" </dev/null
	fi
}

# What matches all folders of all private namespaces; INBOX stands apart when there is a prefix.
state_masks() {
	awk -F '\t' '{ if ($4 == "yes" && $2 != "") print "INBOX"; print $2 "*" }' "$place/namespaces"
}

state_ask() {
	# Without GUIDs no message file is opened: a broken one would end doveadm or be rewritten.
	s_fields='mailbox uid flags'
	[ "$place_driver" = sdbox ] || state_broken_storage || s_fields='mailbox uid flags guid'
	s_copy=$1 s_file=$2
	state_doveadm "$s_copy" fetch -u "$place_name" "$s_fields" ALL >"$s_file.messages" 2>"$s_file.errors"
	set --
	while IFS= read -r s_at; do
		set -- "$@" "$s_at"
	done <<-MASKS
		$(state_masks)
	MASKS
	state_doveadm "$s_copy" mailbox status -u "$place_name" 'messages uidvalidity uidnext guid' "$@" \
		>"$s_file.status" 2>"$s_file.later"
	state_ask_short
}

# A fetch of all ends at the first folder that cannot be opened, and those behind it look empty:
# they are asked for one by one.
state_ask_short() {
	state_short "$s_file" >"$s_file.short"
	[ -s "$s_file.short" ] || return 0
	while IFS= read -r s_at <&3; do
		state_doveadm "$s_copy" fetch -u "$place_name" "$s_fields" mailbox "$s_at" ALL
	done 3<"$s_file.short" >"$s_file.each" 2>>"$s_file.errors"
	awk -F '\t' 'FILENAME ~ /short$/ { again[$0] = 1; next }
		FILENAME ~ /each$/ || !($1 in again)' "$s_file.short" "$s_file.messages" "$s_file.each" >"$s_file.whole"
	mv "$s_file.whole" "$s_file.messages"
}

# Folders of which fewer messages are told than they have.
state_short() {
	awk -F '\t' 'FILENAME ~ /messages$/ { told[$1]++; next }
		FNR > 1 && NF == 5 && $2 > told[$1] + 0 { print $1 }' "$1.messages" "$1.status"
}

state_broken_storage() {
	[ -s "$place/broken" ] || grep -q "${tab}lost\$" "$place/map" || grep -q "${tab}missing$tab" "$place/messages"
}

# What the indexes of all folders in a copy say their messages' GUIDs are; mdbox's do.
state_boxes() {
	state_roots | while IFS= read -r s_at; do
		find "$1$s_at/" -type f \( -name dovecot.index -o -name dovecot.index.log \) 2>/dev/null
	done | sed 's,/[^/]*$,,' | sort -u | while IFS= read -r s_at; do
		printf 'box %s\n' "${s_at#"$1"}"
		doveadm -O dump -t index "$s_at/dovecot.index" 2>/dev/null </dev/null
	done | grep '^box /\|^RECORD: \|^ - ext [0-9]* guid '
}

# state_awk CODE [A [B]]: two files for the code.
state_awk() {
	AGENT_PLACE=$place AGENT_DRIVER=$place_driver AGENT_UID=$place_uid AGENT_GID=$place_gid AGENT_A=${2:-} AGENT_B=${3:-} \
		awk "$json_awk$state_awk$state_files_awk$state_lines_awk BEGIN { state_begin(); $1 }"
}

# The lists of folders, in a copy or in the mailbox; of folders that lie there under a GUID that no
# list has, what their own indexes say they are called.
state_lists() {
	state_list_dumps "$1"
	[ "$place_layout" = index ] || return 0
	state_awk 'state_print_unlisted()' | head -n 300 | while IFS= read -r s_at; do
		printf 'box %s\n' "$s_at"
		doveadm -O dump -t index "$1$s_at/dovecot.index" 2>/dev/null
	done >"$place/boxes"
	cat "$place/boxes" >>"$place/lists"
}

state_list_dumps() {
	awk -F '\t' '{ print $8 == "-" ? $6 : $8 }' "$place/namespaces" | while IFS= read -r s_at; do
		printf 'list %s\n' "$s_at"
		doveadm -O dump -t index "$1$s_at/dovecot.list.index" 2>/dev/null
	done >"$place/lists"
}

state_of_copy() {
	state_ask "$1" "$2"
	: >"$place/guids"
	[ "$place_driver" != mdbox ] || [ "$s_fields" != 'mailbox uid flags' ] || state_boxes "$1" >"$place/guids"
	if [ "$place_layout" = index ]; then
		# By now the list may be another one; the mailbox's own stays what was found.
		cp "$place/lists" "$place/lists.own"
		state_lists "$1"
		state_awk 'state_seen()' "$2" | sort >"$2"
		mv "$place/lists.own" "$place/lists"
	else
		state_awk 'state_seen()' "$2" | sort >"$2"
	fi
}

state_visible() {
	state_of_copy '' "$1"
}
