# shellcheck shell=bash disable=SC2034,SC2154 # the variables are shared with the other parts
# SPDX-License-Identifier: MIT
# Hosts made of namespaces (kinds B and C). Kind C is kind B inside a user namespace with a network
# of its own; `reach` runs a command where that network is.

reach() {
	if [ "$fleet_kind" = C ]; then
		nsenter --preserve-credentials -U -n -m -t "$(cat "$lab/outer.pid")" -- "$@"
	else
		"$@"
	fi
}

spaces_possible() {
	case $1 in
	B) [ "$(id -u)" -eq 0 ] && unshare -n -u -m -p -f --mount-proc ip link add lab0 type bridge ;;
	C) [ "$(id -u)" -ne 0 ] && unshare -U --map-root-user --map-auto -n -m -p -f --mount-proc \
		sh -c 'ip link add lab0 type bridge && chown 5001:5001 "$(mktemp -p /tmp)" && unshare -n -m -u -p -f --mount-proc true' ;;
	esac >/dev/null 2>&1
}

# The process that holds the user namespace and the network of kind C.
spaces_outer() {
	[ "$fleet_kind" = C ] || return 0
	# shellcheck disable=SC2016 # the variables are for the inner shell
	setsid unshare -U --map-root-user --map-auto -n -m --propagation private sh -c \
		'ip link set lo up; echo $$ >"$1"; while :; do sleep 3600; done' "$mark" "$lab/outer.pid" \
		</dev/null >"$lab/outer.log" 2>&1 &
	disown
	within 10 test -s "$lab/outer.pid" || die "The user namespace did not start: $(cat "$lab/outer.log")"
}

# A bridge with a network that nobody else on this machine has; the last addresses are for clients.
spaces_network() {
	local sum try net client
	sum=$(printf '%s' "$lab" | cksum | cut -d ' ' -f 1)
	for ((try = 0; try < 50; try++)); do
		net=10.$((64 + (sum + try * 7) % 128)).$(((sum / 128 + try * 13) % 256))
		[ -z "$(reach ip -4 route show root "$net.0/24")$(reach ip -4 addr show to "$net.0/24")" ] || continue
		fleet_bridge=$(printf 'mm%x' $(((sum + try) % 268435456)))
		fleet_tag=$(printf 'm%x' $(((sum + try) % 268435456)))
		fleet_net=$net
		# Written down first: `down` must find the bridge also when this process is killed here.
		state_write
		reach ip link add "$fleet_bridge" type bridge 2>/dev/null || continue
		for client in 254 241 242 243 244 245 246 247 248; do
			echo "addr add $net.$client/24 dev $fleet_bridge"
		done | reach ip -batch -
		reach ip link set "$fleet_bridge" up
		# Another lab that chose the same in the same moment has the same route.
		if [ "$(reach ip -4 -o addr show to "$net.254/32" | wc -l)" -gt 1 ]; then
			reach ip link del "$fleet_bridge"
			continue
		fi
		return 0
	done
	fleet_bridge=
	state_write
	die "No free network was found for the hosts."
}

# What a host has for itself, below its fs/. Everything else is the machine's (or the root's).
private_paths='etc/dovecot etc/postfix etc/ssh etc/passwd etc/shadow etc/group etc/hosts etc/hostname'
private_paths+=' etc/resolv.conf etc/nsswitch.conf etc/sudoers.d var/spool/postfix var/lib'
private_paths+=' var/log var/tmp srv root home tmp usr/local/sbin'

# spaces_prepare NAME: writes everything below the host's folder. Runs as (mapped) root.
spaces_prepare() {
	local name=$1 number=${1#mail} folder fs root=$fleet_root
	folder=$(host_folder "$name")
	fs=$folder/fs
	umask 022
	mkdir -p "$folder/ctl" "$folder/root" "$folder/dev" "$fs"/etc/{dovecot,postfix,ssh,sudoers.d} "$fs"/var/{log,tmp} \
		"$fs"/var/lib/{postfix,dovecot} "$fs/var/spool/postfix" "$fs/tmp" "$fs/usr/local/sbin" \
		"$fs/root/.ssh" "$fs/home/ops/.ssh"
	chmod 700 "$fs/root" "$fs/root/.ssh" "$fs/home/ops/.ssh"
	chmod 1777 "$fs/tmp" "$fs/var/tmp"
	accounts_system "$fs" "$root"
	accounts_users "$number" "$vmail_id" "$vmail_id" '' >"$fs/etc/dovecot/users"
	accounts_quoted <"$fs/etc/dovecot/users" >"$fs/etc/dovecot/users.quoted"
	{ dovecot_conf "$(host_format "$number")" '' "$vmail_id" "$vmail_id"; dovecot_conf_spaces "$number"; } >"$fs/etc/dovecot/dovecot.conf"
	cp -r "$root/etc/postfix/." "$fs/etc/postfix/"
	postfix_main "$number" >"$fs/etc/postfix/main.cf"
	postfix_master "$root" >"$fs/etc/postfix/master.cf"
	sshd_spaces >"$fs/etc/ssh/sshd_config"
	host_key "$fs" "$(host_address "$name")" "$name" >"$folder/known_hosts" || return 1
	cp "$lab/key.pub" "$fs/root/.ssh/authorized_keys"
	cp "$lab/key.pub" "$fs/home/ops/.ssh/authorized_keys"
	chown -R "$ops_id:$ops_id" "$fs/home/ops"
	printf 'ops ALL=(ALL) NOPASSWD: ALL\n' >"$fs/etc/sudoers.d/lab"
	chmod 440 "$fs/etc/sudoers.d/lab"
	printf '%s\n' "$name" >"$fs/etc/hostname"
	printf '127.0.0.1 localhost\n%s %s.lab %s\n' "$(host_address "$name")" "$name" "$name" >"$fs/etc/hosts"
	printf '%s: files\n' passwd group shadow hosts services protocols >"$fs/etc/nsswitch.conf"
	: >"$fs/etc/resolv.conf"
	spaces_store "$number" "$fs"
}

# Where the host's mailboxes lie: store_folder NUMBER FS. Two hosts may share one store.
store_folder() {
	local store
	store=$fleet_stores/$(store_number "$1")
	mkdir -p "$store" && ln -sfn "$store" "$2/srv" && printf '%s\n' "$store"
}

spaces_store() {
	local store
	store=$(store_folder "$1" "$2") || return 1
	mkdir -p "$store"/vmail/example.{org,net,com} "$store"/{index,alt,control}
	chown "$vmail_id:$vmail_id" "$store"/{vmail,vmail/example.{org,net,com},index,alt,control}
}

# spaces_start NAME: begins the host and waits until it says that it is up.
spaces_start() {
	local name=$1 number=${1#mail} folder link said enter=()
	folder=$(host_folder "$name")
	rm -f "$folder/ctl/"*
	mkfifo "$folder/ctl/go" "$folder/ctl/said"
	(
		[ "$fleet_kind" = B ] || enter=(nsenter --preserve-credentials -U -n -m -t "$(<"$lab/outer.pid")" --)
		exec "${enter[@]}" setsid unshare -n -u -m -p -f --kill-child --mount-proc --propagation private bash \
			"$here/host-init" "$mark" "$folder" "$name" "$fleet_root" "$here" "$(uses_syslog "$number")" "$private_paths"
	) </dev/null >"$folder/ctl/log" 2>&1 &
	disown
	within 20 spaces_first_process $! "$folder" || return 1
	link=$fleet_tag.$number
	# The same address after each start, so that neighbours need not learn a new one.
	reach ip link add "$link" type veth peer name eth0 address "$(printf '02:6d:6d:00:00:%02x' "$number")" \
		netns "$(<"$folder/ctl/pid")" &&
		reach ip link set "$link" master "$fleet_bridge" up &&
		printf '%s\n' "$(host_address "$name")" 1<>"$folder/ctl/go" || return 1
	read -r -t 60 said <>"$folder/ctl/said" && [ "$said" = up ]
}

# Writes down the first process of a host, the child of the PARENT that made its namespaces.
spaces_first_process() {
	local child
	read -r child _ < <(pgrep -P "$1") || return 1
	printf '%s\n' "$child" >"$2/ctl/pid"
}

# The id of the host's first process; fails when the host does not run.
spaces_pid() {
	local folder pid
	folder=$(host_folder "$1")
	pid=$(cat "$folder/ctl/pid" 2>/dev/null) || return 1
	grep -qszF -- "$mark" "/proc/$pid/cmdline" || return 1
	printf '%s\n' "$pid"
}

spaces_exec() {
	local name=$1 pid user=()
	shift
	pid=$(spaces_pid "$name") || die "The host $name does not run; start it with: lab start $name"
	[ "$fleet_kind" = B ] || user=(--preserve-credentials -U)
	nsenter "${user[@]}" -t "$pid" -m -u -n -p -- /usr/bin/env -i -C /root HOME=/root USER=root LOGNAME=root \
		LANG=C.UTF-8 TERM="${TERM:-dumb}" LAB_HOST="$name" LAB_ROOT= \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

spaces_stop() {
	local pid
	pid=$(spaces_pid "$1") || return 0
	reach ip link del "$fleet_tag.${1#mail}" 2>/dev/null
	kill -KILL "$pid"
	# shellcheck disable=SC2317
	gone() { ! spaces_pid "$1" >/dev/null; }
	within 10 gone "$1" || die "The host $1 did not end."
}
