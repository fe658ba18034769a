# SPDX-License-Identifier: MIT
# Where mailboxes lie: many names, few processes. Only the userdb is asked; paths are looked
# at by the shell itself.

# A field of a request into $text. False when it holds what no mailbox's name does.
unescape() {
	text='' rest=$1
	while :; do
		case $rest in
		*\\*) text=$text${rest%%\\*} rest=${rest#*\\} ;;
		*)
			text=$text$rest
			break
			;;
		esac
		case $rest in
		\\*) text=$text\\ rest=${rest#?} ;;
		*)
			text=$1
			return 1
			;;
		esac
	done
	case $text in
	*[[:cntrl:]]*) return 1 ;;
	esac
}

# Why a name is not looked up; nothing when it is.
refused() {
	if ! unescape "$1"; then
		echo "its name holds control characters"
	elif [ ${#1} -gt 500 ]; then
		echo "its name is longer than 500 bytes"
	else
		case $text in
		*[*?]*) echo "its name holds * or ?, which doveadm takes for a pattern" ;;
		esac
	fi
}

# The names of the batch and what doveadm says of them, for the first pass.
lookup() {
	for name; do
		printf 'ask%s%s\n' "$unit" "$name"
	done
	echo --
	[ $# -eq 0 ] || doveadm user -- "$@" 2>&1
}

first_pass() {
	awk "$json_awk$mounts_awk$stores_awk BEGIN { lookup_print() }"
}

# Follows a path as far as it goes: $real is where it really lies, $there whether it does.
follow() {
	there=false real='' beyond='' at=$1
	[ -n "$at" ] || return
	until cd -P -- "$at" 2>/dev/null; do
		if [ -d "$at" ]; then
			there=null
			return
		fi
		beyond=/${at##*/}$beyond at=${at%/*}
		at=${at:-/}
	done
	real=${PWD%/}$beyond
	[ ! -e "$1" ] || there=true
}

second_pass() {
	while IFS=$unit read -r name home driver path location uid gid error; do
		follow "$path"
		printf "%s$unit%s$unit%s$unit%s$unit%s$unit%s$unit%s$unit%s$unit%s$unit%s\n" \
			"$name" "$home" "$driver" "$path" "$location" "$uid" "$gid" "$error" "$real" "$there"
	done | AGENT_BOOT=$boot awk "$json_awk$mounts_awk$stores_awk
		BEGIN { ORS = \"\"; json_init(); stores_print() }"
}

stores_batch() {
	[ $# -gt 0 ] || return
	rows=$(lookup "$@" | first_pass)
	if [ "$rows" = again ]; then
		rows=$(for one; do lookup "$one" | first_pass; done)
	fi
	printf '%s\n' "$rows" | second_pass
}

# A name that is not looked up has its answer at once.
stores_refuse() {
	printf "%s$unit$unit$unit$unit$unit$unit$unit%s\n" "$1" "$2" | second_pass
}

stores_settings() {
	AGENT_DRIVER='' AGENT_PATH=''
	# What 2.4 does not tell of each mailbox; 2.3 has no such settings.
	while read -r key _ value; do
		case $key in
		mail_driver) AGENT_DRIVER=$value ;;
		mail_path) AGENT_PATH=$value ;;
		esac
	done <<-SETTINGS
		$(doveconf mail_driver mail_path 2>/dev/null)
	SETTINGS
	export AGENT_DRIVER AGENT_PATH
}

stores() {
	unit=$(printf '\037')
	stores_settings
	set --
	while IFS= read -r line; do
		if [ -z "$line" ]; then
			stores_batch "$@"
			set --
			echo '{"end":0}'
			continue
		fi
		reason=$(refused "$line")
		if [ -n "$reason" ]; then
			stores_refuse "$line" "$reason"
			continue
		fi
		unescape "$line"
		set -- "$@" "$text"
		if [ $# -ge 100 ]; then
			stores_batch "$@"
			set --
		fi
	done
}
