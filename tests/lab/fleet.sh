# shellcheck shell=bash disable=SC2034,SC2154 # the variables are shared with the other parts
# SPDX-License-Identifier: MIT
# `up` and `down`, and the processes of a fleet.

# prepare, start, exec, stop of this kind's hosts.
host_do() {
	local what=$1
	shift
	if [ "$fleet_kind" = A ]; then
		"plain_$what" "$@"
	else
		"spaces_$what" "$@"
	fi
}

read_options() {
	fleet_kind='' fleet_hosts=3 fleet_format=mixed fleet_mailboxes=100 fleet_messages=20 fleet_prefix=''
	fleet_extra=no fleet_shared=no fleet_dovecot='' fleet_shell=/bin/bash fleet_root='' fleet_net='' fleet_bridge=''
	fleet_tag='' fleet_empty=no fleet_syslog=no fleet_stores=$lab/stores
	while [ $# -gt 0 ]; do
		case $1 in
		--extra) fleet_extra=yes ;;
		--shared) fleet_shared=yes ;;
		--empty) fleet_empty=yes ;;
		--syslog) fleet_syslog=yes ;;
		--hosts | --format | --mailboxes | --messages | --prefix | --dovecot | --kind | --shell)
			[ $# -ge 2 ] || usage "$1 needs a value; see lab help."
			printf -v "fleet_${1#--}" %s "$2"
			shift
			;;
		*) usage "up has no option \"$1\"; see lab help." ;;
		esac
		shift
	done
	check_options
}

check_options() {
	number_between --hosts "$fleet_hosts" 1 240
	number_between --mailboxes "$fleet_mailboxes" 1 100000
	number_between --messages "$fleet_messages" 0 100000
	case $fleet_format in
	mdbox | sdbox | maildir | mdbox-index | sdbox-index | mixed) ;;
	*) usage "--format must be mdbox, sdbox, maildir, mdbox-index, sdbox-index or mixed, not \"$fleet_format\"." ;;
	esac
	case $fleet_prefix in
	'' | [A-Za-z]*[./]) ;;
	*) usage "--prefix must be letters and then . or /, not \"$fleet_prefix\"." ;;
	esac
	case ${fleet_prefix%[./]} in
	*[!A-Za-z]*) usage "--prefix must be letters and then . or /, not \"$fleet_prefix\"." ;;
	esac
	case $fleet_dovecot in '' | 2.3 | 2.4) ;; *) usage "--dovecot must be 2.3 or 2.4, not \"$fleet_dovecot\"." ;; esac
	case $fleet_shell in /*) ;; *) usage "--shell must be a path, not \"$fleet_shell\"." ;; esac
	case $fleet_shell in *[!A-Za-z0-9/._-]*) usage "--shell must be a plain path." ;; esac
	[ "$fleet_shared" = no ] || [ "$fleet_hosts" -ge 2 ] || usage "--shared needs at least two hosts."
	case $fleet_kind in
	'') choose_kind ;;
	A) ;;
	B | C) spaces_possible "$fleet_kind" || die "Hosts of kind $fleet_kind cannot be made here; see lab help." ;;
	*) usage "--kind must be A, B or C, not \"$fleet_kind\"." ;;
	esac
	[ "$fleet_syslog" = no ] || [ "$fleet_kind" != A ] || die "--syslog needs namespaces (kind B or C)."
	choose_dovecot
}

# Which Dovecot, and whether it is the machine's own. Sets fleet_dovecot and fleet_root.
choose_dovecot() {
	local own
	own=$(/usr/sbin/dovecot --version 2>/dev/null | cut -d. -f1,2)
	fleet_dovecot=${fleet_dovecot:-${own:-2.3}}
	case $fleet_dovecot in
	"$own") ;;
	2.3) die "This machine has no Dovecot 2.3${own:+, but $own}; tests/install-deps installs what is missing." ;;
	2.4)
		[ "$fleet_kind" != A ] || die "Dovecot 2.4 needs namespaces here (kind B or C)."
		fleet_root=$root24_cache/debian13-$fleet_kind
		;;
	*) die "This machine has Dovecot $own; the lab knows 2.3 and 2.4." ;;
	esac
}

choose_kind() {
	for fleet_kind in B C; do
		spaces_possible "$fleet_kind" && return
	done
	fleet_kind=A
}

need_programs() {
	local program missing=
	for program in /usr/sbin/sshd ssh-keygen setsid awk pgrep "$@"; do
		command -v "$program" >/dev/null || missing+=" $program"
	done
	[ -z "$missing" ] || die "Missing:$missing. Install them with: tests/install-deps"
}

lab_up() {
	check_folder_name
	# With the mark in its environment `down` finds this process and all that it starts, also
	# when it was killed itself.
	[ "$(printenv mailmend-lab)" = "$lab" ] || exec env "$mark" "$BASH" "$here/lab" up "$@"
	read_options "$@"
	if [ -f "$lab/ready" ]; then
		die "A lab already runs in $lab; end it first with: lab down"
	fi
	if [ "$fleet_kind" = A ]; then
		need_programs /usr/sbin/dovecot ss
	elif [ -z "$fleet_root" ]; then
		need_programs /usr/sbin/dovecot /usr/sbin/postfix ip nsenter unshare
	else
		need_programs ip nsenter unshare
	fi
	[ -z "$fleet_root" ] || root24_make
	claim_folder
	trap 'trap - EXIT; sweep_apart' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	state_write
	make_keys || die "The key could not be made."
	start_fleet
	[ "$fleet_empty" = yes ] || seed_fleet
	mailmend_config "$(login_user)" '' >"$lab/mailmend.json"
	: >"$lab/ready"
	trap - EXIT
	printf '%d hosts of kind %s with Dovecot %s run; lab config prints the path of their configuration.\n' \
		"$fleet_hosts" "$fleet_kind" "$fleet_dovecot"
}

login_user() {
	if [ "$fleet_kind" = A ]; then
		id -un
	else
		echo root
	fi
}

# Takes the folder for this `up`. What a killed one left is swept away first.
claim_folder() {
	local starter
	only_a_lab
	starter=$(cat "$lab/mailmend-lab" 2>/dev/null)
	if [ -n "$starter" ] && grep -qszxF -- "$mark" "/proc/$starter/environ"; then
		die "A lab is being started in $lab by the process $starter."
	fi
	if [ -e "$lab" ] || [ -e "$memory_stores" ]; then
		sweep_apart || exit 1
	fi
	mkdir -p "$lab" && echo $$ >"$lab/mailmend-lab" && mkdir "$lab/hosts" "$lab/shared" || die "$lab cannot be made."
	chmod 711 "$lab"
	chmod 1777 "$lab/shared"
	if memory_suffices && mkdir -m 711 "$memory_stores" 2>/dev/null; then
		fleet_stores=$memory_stores
	fi
}

# Ends with a sentence when the folder is there and not a lab's.
only_a_lab() {
	[ ! -e "$lab" ] || [ -f "$lab/mailmend-lab" ] || rmdir "$lab" 2>/dev/null ||
		die "$lab holds something that is not a lab; set MAILMEND_LAB to another folder."
}

# About three small files a message, and some for each mailbox.
memory_suffices() {
	local need free
	need=$((fleet_hosts * (fleet_mailboxes + 6) * (3 * fleet_messages + 60) * 4))
	free=$(df -kP /dev/shm 2>/dev/null | awk 'NR == 2 { shm = $4 }
		END { while ((getline <"/proc/meminfo") > 0) if ($1 == "MemAvailable:" && $2 < shm) shm = $2; print shm + 0 }')
	[ "$need" -lt $((free / 4)) ]
}

start_fleet() {
	local name
	if [ "$fleet_kind" = A ]; then
		plain_network
	else
		spaces_outer
		spaces_network
	fi
	in_turns prepare_and_start || die "A host did not start: $(tail -n 5 "$lab"/hosts/*/ctl/log 2>&1)"
	for name in $(host_names); do
		cat "$(host_folder "$name")/known_hosts"
	done >"$lab/known_hosts"
}

prepare_and_start() {
	if [ "$fleet_kind" = C ]; then
		reach "$BASH" "$here/prepare" "$1"
	else
		host_do prepare "$1"
	fi && host_do start "$1"
}

# Runs COMMAND HOST for all hosts, several at a time; ends when one fails.
in_turns() {
	local name running=0 most failed=0
	most=$(($(nproc) * 2))
	for name in $(host_names); do
		if [ "$running" -ge "$most" ]; then
			wait -n || failed=1
			running=$((running - 1))
		fi
		"$@" "$name" &
		running=$((running + 1))
	done
	while [ "$running" -gt 0 ]; do
		wait -n || failed=1
		running=$((running - 1))
	done
	return "$failed"
}

seed_fleet() {
	in_turns seed_host || die "The fleet has no mail."
}

# Hosts of one store are filled once.
seed_host() {
	local number=${1#mail} program=/run/lab/tests/seed options=()
	[ "$(store_number "$number")" -eq "$number" ] || return 0
	[ "$fleet_kind" != A ] || program=$here/seed
	[ -z "$fleet_prefix" ] || options+=(--prefix "$fleet_prefix")
	[ "$fleet_extra" = no ] || options+=(--extra)
	host_do exec "$1" "$program" --format "$(host_format "$number")" --mailboxes "$fleet_mailboxes" \
		--messages "$fleet_messages" --first "$(first_mailbox "$number")" "${options[@]}" \
		>"$(host_folder "$1")/seed.log" 2>&1 && return 0
	printf 'lab: the mailboxes of %s were not filled: %s\n' "$1" "$(tail -n 5 "$(host_folder "$1")/seed.log")" >&2
	return 1
}

# All processes of the fleet that carry its mark as an argument or in the environment.
marked() {
	local pattern="[m]${mark#m}"
	grep -lszxe "${pattern//./[.]}" /proc/[0-9]*/cmdline /proc/[0-9]*/environ | cut -d/ -f3 | sort -u
}

# kill_trees PID…: ends processes and all that descend from them, and waits until they are gone.
# Parents are stopped first, so that none starts another while the list is made.
kill_trees() {
	local pid next list=("$@")
	local -A all=()
	while [ "${#list[@]}" -gt 0 ]; do
		kill -STOP "${list[@]}" 2>/dev/null
		for pid in "${list[@]}"; do
			all[$pid]=1
		done
		next=()
		for pid in $(children "${list[@]}"); do
			[ -n "${all[$pid]:-}" ] || next+=("$pid")
		done
		list=("${next[@]}")
	done
	kill -KILL "${!all[@]}" 2>/dev/null
	within 120 all_ended "${!all[@]}" || die "Processes did not end: ${!all[*]}"
}

children() {
	pgrep -P "$(printf '%s,' "$@" | sed 's/,$//')"
}

# A zombie has ended too; its parent is not ours to hurry.
all_ended() {
	local pid stat
	for pid in "$@"; do
		stat=
		{ read -r stat <"/proc/$pid/stat"; } 2>/dev/null
		stat=${stat##*) }
		case ${stat:0:1} in '' | Z | X) ;; *) return 1 ;; esac
	done
}

# What `down` does, in a process without the mark, while this one lives on.
sweep_apart() {
	env -u mailmend-lab MAILMEND_LAB="$lab" "$BASH" "$here/lab" down
}

# Ends everything of the fleet in this folder, however far it came, and removes it.
sweep() {
	local pids link
	while pids=$(marked | grep -vxF "$PPID"); do
		# shellcheck disable=SC2086
		kill_trees $pids
	done
	if [ -f "$lab/state" ] && [ "$(id -u)" -eq 0 ]; then
		# shellcheck disable=SC1091
		. "$lab/state"
		if [ -n "$fleet_bridge" ]; then
			for link in $(ip -o link show master "$fleet_bridge" 2>/dev/null | sed 's/^[0-9]*: \([^:@]*\).*/\1/'); do
				ip link del "$link" 2>/dev/null
			done
			ip link del "$fleet_bridge" 2>/dev/null
		fi
	fi
	remove_folder
}

# The file that tells a lab's folder goes last.
remove_folder() {
	remove "$memory_stores" "$lab/hosts" "$lab/stores" "$lab/shared"
	remove "$lab"
}

# Files of kind C belong to ids that only a user namespace may touch.
remove() {
	rm -rf -- "$@" 2>/dev/null || unshare -U --map-root-user --map-auto rm -rf -- "$@" ||
		die "Could not be removed: $*"
}

lab_down() {
	check_folder_name
	only_a_lab
	sweep
}
