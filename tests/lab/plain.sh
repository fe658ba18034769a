# shellcheck shell=bash disable=SC2034,SC2154 # the variables are shared with the other parts
# SPDX-License-Identifier: MIT
# Hosts without namespaces (kind A): sshd and Dovecot of the current user on a loopback address.

plain_network() {
	local sum try net
	sum=$(printf '%s' "$lab" | cksum | cut -d ' ' -f 1)
	for ((try = 0; try < 50; try++)); do
		net=127.$((64 + (sum + try * 7) % 128)).$(((sum / 128 + try * 13) % 256))
		[ -z "$(ss -Hltn "src $net.0/24")" ] || continue
		fleet_net=$net fleet_bridge='' fleet_tag=''
		state_write
		return 0
	done
	die "No free loopback network was found for the hosts."
}

plain_prepare() {
	local name=$1 number=${1#mail} folder fs store owner group address
	folder=$(host_folder "$name")
	fs=$folder/fs
	address=$(host_address "$name")
	umask 022
	mkdir -p "$folder/ctl" "$fs"/etc/{dovecot,ssh} "$fs"/run/dovecot "$fs"/var/{log,lib/dovecot} "$fs/tmp"
	store=$(store_folder "$number" "$fs") || return 1
	mkdir -p "$store"/vmail/example.{org,net,com} "$store"/{index,alt,control}
	owner=$(id -u) group=$(id -g)
	if [ "$owner" -eq 0 ]; then
		owner=$(id -u mail) group=$(id -g mail)
		chown -R "$owner:$group" "$store"
	fi
	accounts_users "$number" "$owner" "$group" "$fs" >"$fs/etc/dovecot/users"
	accounts_quoted <"$fs/etc/dovecot/users" >"$fs/etc/dovecot/users.quoted"
	{ dovecot_conf "$(host_format "$number")" "$fs" "$owner" "$group"; dovecot_conf_plain "$fs" "$name" "$address"; } \
		>"$fs/etc/dovecot/dovecot.conf"
	sshd_plain "$fs" "$name" "$address" >"$fs/etc/ssh/sshd_config"
	host_key "$fs" "[$address]:2222" "$name" >"$folder/known_hosts"
}

plain_start() {
	local name=$1 fs folder
	folder=$(host_folder "$name")
	fs=$folder/fs
	rm -rf "$folder/ctl/up" "$fs/run/"*
	mkdir -p "$fs/run/dovecot"
	plain_master /usr/sbin/sshd -D -f "$fs/etc/ssh/sshd_config" -E "$fs/var/log/sshd.log" >"$folder/ctl/log" 2>&1
	plain_master /usr/sbin/dovecot -F -c "$fs/etc/dovecot/dovecot.conf" >>"$folder/ctl/log" 2>&1
	within 60 plain_is_up "$name"
}

# Runs a master process below a shell that carries the mark: the environment of a process that
# changed its privileges cannot be read.
plain_master() {
	(
		ulimit -n "$(ulimit -Hn)"
		# shellcheck disable=SC2016 # the variables are for the inner shell
		exec setsid env -i PATH="$PATH" HOME="$HOME" "$mark" sh -c '"$@"; exit' "$mark" "$@"
	) </dev/null &
	disown
}

plain_answers() {
	(exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}

plain_is_up() {
	local address port
	address=$(host_address "$1")
	for port in 2222 10143 10110 10024; do
		plain_answers "$address" "$port" || return 1
	done
}

plain_exec() {
	local name=$1 fs
	fs=$(host_folder "$1")/fs
	shift
	cd "$fs" || return 1
	env "$mark" CONFIG_FILE="$fs/etc/dovecot/dovecot.conf" LAB_HOST="$name" LAB_ROOT="$fs" "$@"
}

# The shells above the host's master processes; all that runs for the host descends from them.
plain_masters() {
	pgrep -u "$(id -u)" -f -- "exit $mark .*$(host_folder "$1")/fs/etc/"
}

plain_stop() {
	local masters
	masters=$(plain_masters "$1") || return 0
	# shellcheck disable=SC2086
	kill_trees $masters
}
