# SPDX-License-Identifier: MIT
# What works on this host, what does not, and what mends it.

PREPARE='set become to "sudo -n" for this host and run: mailmend hosts prepare HOST'
BECOME="log in as root, or $PREPARE"

# check NAME true|false|null FOUND MEND
check() {
	NAME=$1 GOOD=$2 FOUND=$3 MEND=$4 awk "$json_awk"'
		BEGIN {
			ORS = ""
			json_init()
			print "{\"check\":[" json(ENVIRON["NAME"]) "," ENVIRON["GOOD"] "," json(ENVIRON["FOUND"]) "," json(ENVIRON["MEND"]) "]}\n"
		}'
}

has() {
	command -v "$1" >/dev/null 2>&1
}

# At most so many seconds, where there is a way to say so.
bounded() {
	if has timeout; then
		timeout -s KILL 10 "$@"
	else
		"$@"
	fi
}

doctor_tools() {
	shell=$(ls -l /proc/$$/exe 2>/dev/null)
	check shell true "the shell is ${shell##*> }" ""
	if [ "$(echo 'a b' | awk 'function f(x, y) { return x y } { split("", z); fflush(); print f($2, ENVIRON["LC_ALL"]) }')" = bC ]; then
		check awk true "$(awk -W version 2>&1 </dev/null | head -n 1)" ""
	else
		check awk false "the awk of this host does not do what POSIX says" "install mawk or gawk"
	fi
}

doctor_dovecot() {
	base=$(base_directory)
	base=${base:-/run/dovecot}
	if ! has doveadm; then
		check dovecot false "there is no Dovecot on this host" "install it, or take this host out of the configuration"
		return 1
	fi
	version=$(dovecot --version 2>/dev/null)
	if said=$(bounded doveadm -O -f tab who -1 -a "$base/anvil" 2>&1); then
		check dovecot true "Dovecot ${version:-of unknown version} runs" ""
		check sessions true "Dovecot tells its sessions: $(echo "$said" | grep -vc '^username	\|^Error: ')" ""
		return 0
	fi
	case $said in
	*'Permission denied'*)
		check dovecot null "Dovecot ${version:-of unknown version} is installed; this user cannot see whether it runs" "$BECOME"
		check sessions false "Dovecot does not tell this user its sessions: $said" "$BECOME"
		return 0
		;;
	*)
		check dovecot false "Dovecot ${version:-of unknown version} does not run: $said" "start it: systemctl start dovecot"
		check sessions false "there are none to be had while Dovecot does not run" "start it: systemctl start dovecot"
		;;
	esac
	return 1
}

doctor_userdb() {
	users=$(doveadm user '*' 2>/dev/null | head -n 1000 | grep -c .)
	if [ "$users" -ge 1000 ]; then
		check userdb true "the userdb lists 1,000 mailboxes or more" ""
	elif [ "$users" -gt 0 ]; then
		check userdb true "the userdb lists $users mailboxes" ""
	else
		check userdb false "the userdb lists no mailboxes to this user" \
			"run as root, set iterate_query or the like in Dovecot, or let mailboxes_from be a glob or a file"
	fi
}

# A mail process to try: the master of Dovecot, else the first of all.
doctor_proc() {
	pid=1
	[ ! -r "${base:-/run/dovecot}/master.pid" ] || read -r pid <"$base/master.pid"
	case $pid in '' | *[!0-9]*) pid=1 ;; esac
	if [ -r "/proc/$pid/stat" ]; then
		check proc true "/proc shows the processes of all users" ""
	else
		check proc false "/proc hides the processes of other users (hidepid)" "$BECOME"
	fi
	if cat "/proc/$pid/io" >/dev/null 2>&1; then
		check io true "/proc/PID/io may be read" ""
	else
		check io false "/proc/PID/io of other users may not be read: no bytes read and written" "$BECOME"
	fi
}

doctor_log() {
	path=$(setting info_log_path)
	path=${path:-$(setting log_path)}
	path=${path:-syslog}
	if [ "$path" = syslog ]; then
		for file in $SYSLOG_FILES; do
			[ ! -f "$file" ] || { path=$file && break; }
		done
	fi
	if [ "$path" = syslog ]; then
		check log false "Dovecot logs to syslog, and there is no file of it (journald only?)" \
			"have syslog write /var/log/mail.log, or set log_path in Dovecot"
	elif [ ! -e "$path" ] && [ ! -x "${path%/*}/" ] || { [ -e "$path" ] && [ ! -r "$path" ]; }; then
		check log false "this user may not read $path" "log in as a user who may (group adm or root), or $PREPARE"
	elif [ ! -f "$path" ]; then
		check log false "Dovecot logs to $path, which is no file" "set log_path in Dovecot to a file or to syslog"
	else
		check log true "$path may be read" ""
	fi
}

doctor_postfix() {
	if ! has postconf; then
		check postfix null "there is no Postfix on this host" ""
		return
	fi
	queue=$(postconf -h queue_directory 2>/dev/null)
	check postfix true "Postfix $(postconf -h mail_version 2>/dev/null)" ""
	if [ -r "$queue/deferred" ] && [ -r "$queue/active" ]; then
		check queue true "the queue in $queue may be counted" ""
	elif bounded postqueue -j >/dev/null 2>&1; then
		check queue true "Postfix tells this user its queue (up to 5,000 messages)" ""
	else
		check queue false "neither the queue's folders nor postqueue may be used" "$BECOME"
	fi
}

doctor_cache() {
	folder=${XDG_CACHE_HOME:-${HOME:-}/.cache}/mailmend
	at=$folder
	while [ -n "$at" ] && [ ! -e "$at" ]; do
		at=${at%/*}
	done
	if [ -n "${SUDO_UID:-}" ]; then
		check cache null "not needed: the agent is installed" ""
	elif [ -d "${at:-/}" ] && [ -w "${at:-/}" ]; then
		check cache true "the agent is kept in $folder" ""
	else
		check cache false "the agent cannot be kept in $folder" "make ${at:-/} writable for this user, or run: mailmend hosts prepare HOST"
	fi
}

doctor_disk() {
	full=$(bounded df -P 2>/dev/null | awk '
		$1 ~ /^\// || $1 ~ /:/ {
			used = $5 + 0
			if (used >= 95)
				print $6 " is " used " % full"
		}' | head -n 5)
	if [ -n "$full" ]; then
		check disk false "$(echo "$full" | tr '\n' ' ')" "make room before repairs: they need some"
	else
		check disk true "no file system is 95 % full" ""
	fi
}

doctor_sudo() {
	installed=/usr/local/sbin/mailmend-agent
	if [ "$user" = 0 ]; then
		check sudo true "not needed: this is root" ""
	elif [ ! -x "$installed" ]; then
		check sudo false "$installed is not installed" "to see as much as root sees: mailmend hosts prepare HOST"
	elif sudo -n -l "$installed" >/dev/null 2>&1; then
		check sudo true "sudo runs $installed without a password" "set become to \"sudo -n\" for this host"
	else
		check sudo false "sudo does not run $installed without a password" "mailmend hosts prepare HOST"
	fi
}

doctor() {
	doctor_tools
	if doctor_dovecot; then
		doctor_userdb
	fi
	doctor_proc
	! has doveconf || doctor_log
	doctor_postfix
	doctor_cache
	doctor_disk
	check clock null "$(date -u '+%Y-%m-%d %H:%M:%S UTC')" "the console compares it with its own"
	doctor_sudo
	echo '{"end":0}'
}
