# SPDX-License-Identifier: MIT
# While a unit changes files, nobody else should: sessions of that mailbox are ended, and those
# who hold its files are waited for.

# Names of Dovecot's processes that have a file of the mailbox open, one a line: NAME PID.
holders() {
	set +f
	# shellcheck disable=SC2012 # links, not names
	ls -l /proc/[0-9]*/fd 2>/dev/null | ROOTS=$(state_roots) SELF=$$ awk '
		BEGIN { roots = split(ENVIRON["ROOTS"], root, "\n") }
		/^\/proc\/[0-9]+\/fd:$/ { split($0, part, "/"); pid = part[3]; next }
		(at = index($0, " -> /")) && !(pid in told) {
			path = substr($0, at + 4)
			for (i = 1; i <= roots; i++)
				if (root[i] != "" && index(path, root[i] "/") == 1) {
					told[pid] = 1
					print pid
				}
		}' | while read -r pid; do
		name=''
		{ read -r name <"/proc/$pid/comm"; } 2>/dev/null
		[ -z "$name" ] || printf '%s %s\n' "$name" "$pid"
	done
	set -f
}

# Ends its sessions and waits until its files are let go, at most some seconds. $quiet_text says
# how it went; false when somebody still holds them.
quiet() {
	said=$(limited 10 doveadm kick "$mailbox" 2>&1)
	tries=0
	while held=$(holders) && [ -n "$held" ] && [ "$tries" -lt 50 ]; do
		sleep 0.1 2>/dev/null || sleep 1
		tries=$((tries + 1))
	done
	quiet_text=''
	if [ -n "$held" ]; then
		quiet_text="it is not quiet: its files are held by $(echo "$held" | head -n 5 | tr '\n' ',' | sed 's/,$//; s/,/, /g')"
		return 1
	fi
	quiet_text="its sessions are ended, nobody holds its files"
}

# limited SECONDS COMMAND…
limited() {
	seconds=$1
	shift
	if has timeout; then
		timeout -k 5 "$seconds" "$@"
	else
		"$@" &
		command_pid=$!
		(sleep "$seconds" && kill "$command_pid") >/dev/null 2>&1 &
		watchdog=$!
		wait "$command_pid"
		set -- $?
		kill "$watchdog" 2>/dev/null
		return "$1"
	fi
}
