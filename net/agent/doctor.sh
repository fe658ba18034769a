# SPDX-License-Identifier: MIT
# What works on this host, what does not, and what mends it.

PREPARE='set become to "sudo -n" for this host and run: mailmend hosts prepare HOST'
BECOME="log in as root, or $PREPARE"

# doctor_told NAME true|false|null FOUND MEND
doctor_told() {
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
	doctor_told shell true "the shell is ${shell##*> }" ""
	if [ "$(echo 'a b' | awk 'function f(x, y) { return x y } { split("", z); fflush(); print f($2, ENVIRON["LC_ALL"]) }')" = bC ]; then
		doctor_told awk true "$(awk -W version 2>&1 </dev/null | head -n 1)" ""
	else
		doctor_told awk false "the awk of this host does not do what POSIX says" "install mawk or gawk"
	fi
}

doctor_dovecot() {
	base=$(base_directory)
	base=${base:-/run/dovecot}
	if ! has doveadm; then
		doctor_told dovecot false "there is no Dovecot on this host" "install it, or take this host out of the configuration"
		return 1
	fi
	version=$(dovecot --version 2>/dev/null)
	if said=$(bounded doveadm -O -f tab who -1 -a "$base/anvil" 2>&1); then
		doctor_told dovecot true "Dovecot ${version:-of unknown version} runs" ""
		doctor_told sessions true "Dovecot tells its sessions: $(echo "$said" | grep -vc '^username	\|^Error: ')" ""
		return 0
	fi
	case $said in
	*'Permission denied'*)
		doctor_told dovecot null "Dovecot ${version:-of unknown version} is installed; this user cannot see whether it runs" "$BECOME"
		doctor_told sessions false "Dovecot does not tell this user its sessions: $said" "$BECOME"
		return 0
		;;
	*)
		doctor_told dovecot false "Dovecot ${version:-of unknown version} does not run: $said" "start it: systemctl start dovecot"
		doctor_told sessions false "there are none to be had while Dovecot does not run" "start it: systemctl start dovecot"
		;;
	esac
	return 1
}

doctor_userdb() {
	users=$(doveadm user '*' 2>/dev/null | head -n 1000 | grep -c .)
	if [ "$users" -ge 1000 ]; then
		doctor_told userdb true "the userdb lists 1,000 mailboxes or more" ""
	elif [ "$users" -gt 0 ]; then
		doctor_told userdb true "the userdb lists $users mailboxes" ""
	else
		doctor_told userdb false "the userdb lists no mailboxes to this user" \
			"run as root, set iterate_query or the like in Dovecot, or let mailboxes_from be a glob or a file"
	fi
}

# A mail process to try: the master of Dovecot, else the first of all.
doctor_proc() {
	pid=1
	[ ! -r "${base:-/run/dovecot}/master.pid" ] || read -r pid <"$base/master.pid"
	case $pid in '' | *[!0-9]*) pid=1 ;; esac
	if [ -r "/proc/$pid/stat" ]; then
		doctor_told proc true "/proc shows the processes of all users" ""
	else
		doctor_told proc false "/proc hides the processes of other users (hidepid)" "$BECOME"
	fi
	if cat "/proc/$pid/io" >/dev/null 2>&1; then
		doctor_told io true "/proc/PID/io may be read" ""
	else
		doctor_told io false "/proc/PID/io of other users may not be read: no bytes read and written" "$BECOME"
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
		doctor_told log false "Dovecot logs to syslog, and there is no file of it (journald only?)" \
			"have syslog write /var/log/mail.log, or set log_path in Dovecot"
	elif [ ! -e "$path" ] && [ ! -x "${path%/*}/" ] || { [ -e "$path" ] && [ ! -r "$path" ]; }; then
		doctor_told log false "this user may not read $path" "log in as a user who may (group adm or root), or $PREPARE"
	elif [ ! -f "$path" ]; then
		doctor_told log false "Dovecot logs to $path, which is no file" "set log_path in Dovecot to a file or to syslog"
	else
		doctor_told log true "$path may be read" ""
	fi
}

doctor_postfix() {
	if ! has postconf; then
		doctor_told postfix null "there is no Postfix on this host" ""
		return
	fi
	queue=$(postconf -h queue_directory 2>/dev/null)
	doctor_told postfix true "Postfix $(postconf -h mail_version 2>/dev/null)" ""
	if [ -r "$queue/deferred" ] && [ -r "$queue/active" ]; then
		doctor_told queue true "the queue in $queue may be counted" ""
	elif bounded postqueue -j >/dev/null 2>&1; then
		doctor_told queue true "Postfix tells this user its queue (up to 5,000 messages)" ""
	else
		doctor_told queue false "neither the queue's folders nor postqueue may be used" "$BECOME"
	fi
}

doctor_cache() {
	folder=${XDG_CACHE_HOME:-${HOME:-}/.cache}/mailmend
	at=$folder
	while [ -n "$at" ] && [ ! -e "$at" ]; do
		at=${at%/*}
	done
	if [ -n "${SUDO_UID:-}" ]; then
		doctor_told cache null "not needed: the agent is installed" ""
	elif [ -d "${at:-/}" ] && [ -w "${at:-/}" ]; then
		doctor_told cache true "the agent is kept in $folder" ""
	else
		doctor_told cache false "the agent cannot be kept in $folder" "make ${at:-/} writable for this user, or run: mailmend hosts prepare HOST"
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
		doctor_told disk false "$(echo "$full" | tr '\n' ' ')" "make room before repairs: they need some"
	else
		doctor_told disk true "no file system is 95 % full" ""
	fi
}

doctor_sudo() {
	installed=/usr/local/sbin/mailmend-agent
	if [ "$user" = 0 ]; then
		doctor_told sudo true "not needed: this is root" ""
	elif [ ! -x "$installed" ]; then
		doctor_told sudo false "$installed is not installed" "to see as much as root sees: mailmend hosts prepare HOST"
	elif sudo -n -l "$installed" >/dev/null 2>&1; then
		doctor_told sudo true "sudo runs $installed without a password" "set become to \"sudo -n\" for this host"
	else
		doctor_told sudo false "sudo does not run $installed without a password" "mailmend hosts prepare HOST"
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
	doctor_told clock null "$(date -u '+%Y-%m-%d %H:%M:%S UTC')" "the console compares it with its own"
	doctor_sudo
	echo '{"end":0}'
}
