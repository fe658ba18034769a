# shellcheck shell=bash disable=SC2034,SC2154 # the variables are shared with the other parts
# SPDX-License-Identifier: MIT
# Commands on a running fleet.

lab_config() {
	local user become='' file=$lab/mailmend.json
	user=$(login_user)
	while [ $# -gt 0 ]; do
		[ $# -ge 2 ] || usage "$1 needs a value; see lab help."
		case $1 in
		--user) user=$2 ;;
		--become) become=$2 ;;
		*) usage "config has no option \"$1\"; see lab help." ;;
		esac
		file=$lab/mailmend-$user${become:+-become}.json
		shift 2
	done
	[ -f "$file" ] || mailmend_config "$user" "$become" >"$file"
	printf '%s\n' "$file"
}

lab_exec() {
	need_host "${1:-}"
	[ $# -ge 2 ] || usage "exec needs a command: lab exec $1 COMMAND…"
	host_do exec "$@"
}

lab_run() {
	[ $# -ge 1 ] || usage "run needs a command: lab run COMMAND…"
	reach "$@"
}

lab_freeze() {
	sshd_signal STOP "${1:-}"
}

lab_thaw() {
	sshd_signal CONT "${1:-}"
}

sshd_signal() {
	local masters daemons
	need_host "$2"
	if [ "$fleet_kind" = A ]; then
		masters=$(plain_masters "$2") || die "The host $2 does not run."
		# shellcheck disable=SC2086
		daemons=$(descendants $masters | xargs -r ps -o pid=,comm= -p | awk '$2 ~ /^sshd/ { print $1 }')
		# shellcheck disable=SC2086
		kill "-$1" $daemons
	else
		spaces_exec "$2" pkill "-$1" '^sshd'
	fi
}

# descendants PID…: these and all below them.
descendants() {
	local list=("$@")
	while [ "${#list[@]}" -gt 0 ]; do
		printf '%s\n' "${list[@]}"
		mapfile -t list < <(children "${list[@]}")
	done
}

lab_cut() {
	link_state down "${1:-}"
}

lab_join() {
	link_state up "${1:-}"
}

link_state() {
	need_host "$2"
	[ "$fleet_kind" != A ] || die "Hosts of kind A have no link of their own to take $1."
	reach ip link set "$fleet_tag.${2#mail}" "$1"
}

lab_stop() {
	need_host "${1:-}"
	host_do stop "$1"
}

lab_start() {
	need_host "${1:-}"
	if host_runs "$1"; then
		die "The host $1 runs already."
	fi
	host_do start "$1" ||
		die "The host $1 did not start: $(tail -n 5 "$(host_folder "$1")/ctl/log" 2>&1)"
}

host_runs() {
	if [ "$fleet_kind" = A ]; then
		plain_masters "$1" >/dev/null
	else
		spaces_pid "$1" >/dev/null
	fi
}

lab_status() {
	local name number
	printf 'kind %s, Dovecot %s, in %s\n' "$fleet_kind" "$fleet_dovecot" "$lab"
	for name in $(host_names); do
		number=${name#mail}
		printf '%s\t%s\t%s\t%s\tmailboxes from u%04d\n' "$name" "$(host_address "$name")" \
			"$(host_format "$number")" "$(host_runs "$name" && echo runs || echo stopped)" "$(first_mailbox "$number")"
	done
}

# The host that has a mailbox.
host_of() {
	local name
	for name in $(host_names); do
		if awk -F: -v want="$1" '$1 == want { found = 1 } END { exit !found }' \
			"$(host_folder "$name")/fs/etc/dovecot/users"; then
			printf '%s\n' "$name"
			return 0
		fi
	done
	return 1
}

lab_damage() {
	[ $# -eq 2 ] || [ $# -eq 3 ] || usage "damage needs a mailbox and a kind: lab damage MAILBOX KIND [HOST]"
	local host=${3:-} script=/run/lab/tests/damage.sh
	[ -n "$host" ] || host=$(host_of "$1") || die "No host has the mailbox \"$1\"."
	need_host "$host"
	[ "$fleet_kind" != A ] || script=$here/damage.sh
	host_do exec "$host" "$script" "$1" "$2"
}

lab_traffic() {
	local what=${1:-}
	[ $# -eq 0 ] || shift
	case $what in
	start) traffic_start "$@" ;;
	stop) traffic_stop ;;
	*) usage "traffic start, or traffic stop?" ;;
	esac
}

traffic_start() {
	local options=()
	while [ $# -gt 0 ]; do
		case $1 in
		--steady) options+=(--steady) ;;
		--idle)
			number_between --idle "${2:-}" 1 5000
			options+=(--idle "$2")
			shift
			;;
		*) usage "traffic start has no option \"$1\"; see lab help." ;;
		esac
		shift
	done
	need_programs python3
	[ -z "$(traffic_processes)" ] || die "There is traffic already; end it with: lab traffic stop"
	traffic_targets >"$lab/traffic.targets"
	rm -f "$lab/traffic.ready"
	(ulimit -n "$(ulimit -Hn)"
		reach setsid python3 "$here/traffic.py" "$mark" "$lab/traffic.targets" "$lab/traffic.ready" "${options[@]}" \
			</dev/null >"$lab/traffic.log" 2>&1 &)
	within 60 test -f "$lab/traffic.ready" || die "The clients could not log in: $(tail -n 3 "$lab/traffic.log")"
}

traffic_targets() {
	local name address ports clients
	for name in $(host_names); do
		address=$(host_address "$name")
		ports=$'143\t110\t25\tsmtp'
		[ "$fleet_kind" != A ] || ports=$'10143\t10110\t10024\tlmtp'
		clients=$(printf ",$fleet_net.%d" 241 242 243 244 245 246 247 248)
		printf '%s\t%s\t%s\t%s\n' "$address" "$ports" "$(host_folder "$name")/fs/etc/dovecot/users" "${clients#,}"
	done
}

traffic_processes() {
	pgrep -f -- "traffic.py $mark "
}

traffic_stop() {
	local pids
	pids=$(traffic_processes) || return 0
	# shellcheck disable=SC2086
	kill $pids
	# shellcheck disable=SC2317
	ended() { [ -z "$(traffic_processes)" ]; }
	within 10 ended || die "The clients did not end."
}
