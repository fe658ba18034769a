# shellcheck shell=bash disable=SC2034,SC2154 # the variables are shared with the other parts
# SPDX-License-Identifier: MIT
# Configuration of sshd and Postfix, the fleet's keys, and the configuration of mailmend for it.

sshd_common() {
	cat <<-'TEXT'
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		UsePAM no
		UseDNS no
		MaxSessions 50
		MaxStartups 200:30:400
		Subsystem sftp internal-sftp
		AllowStreamLocalForwarding yes
	TEXT
}

sshd_spaces() {
	cat <<-'TEXT'
		Port 22
		HostKey /etc/ssh/ssh_host_ed25519_key
		PidFile /run/sshd.pid
		PermitRootLogin prohibit-password
	TEXT
	sshd_common
}

# sshd_plain FS NAME ADDRESS
sshd_plain() {
	cat <<-TEXT
		ListenAddress $3
		Port 2222
		HostKey $1/etc/ssh/ssh_host_ed25519_key
		PidFile $1/run/sshd.pid
		AuthorizedKeysFile $lab/key.pub
		StrictModes no
		PermitRootLogin prohibit-password
		SetEnv PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin CONFIG_FILE=$1/etc/dovecot/dovecot.conf LAB_HOST=$2 LAB_ROOT=$1 $mark
	TEXT
	sshd_common
}

# With --syslog every second host has all its logs in one file, by way of /dev/log.
uses_syslog() {
	[ "$fleet_syslog" = yes ] && [ $(($1 % 2)) -eq 0 ] && echo yes || echo no
}

postfix_main() {
	cat <<-TEXT
		compatibility_level = 3.6
		myhostname = mail$1.lab
		mydestination =
		inet_interfaces = all
		inet_protocols = ipv4
		mynetworks = 127.0.0.0/8 $fleet_net.0/24
		virtual_mailbox_domains = example.org example.net example.com
		virtual_transport = lmtp:unix:private/dovecot-lmtp
		smtpd_client_connection_count_limit = 0
		smtpd_relay_restrictions = permit_mynetworks reject_unauth_destination
		relayhost =
		default_transport = error:this fleet sends nothing away
		alias_maps =
		alias_database =
		biff = no
	TEXT
	[ "$(uses_syslog "$1")" = yes ] || echo "maillog_file = /var/log/mail.log"
}

# The system's master.cf without change of root folder: a private spool holds no copies of /etc.
postfix_master() {
	awk '/^[a-z]/ && NF >= 8 { $5 = "n" } { print }' "$1/etc/postfix/master.cf"
}

make_keys() {
	ssh-keygen -q -t ed25519 -N '' -C mailmend-lab -f "$lab/key"
}

# host_key FS ADDRESS-AS-IN-known_hosts NAME
host_key() {
	ssh-keygen -q -t ed25519 -N '' -C "$3" -f "$1/etc/ssh/ssh_host_ed25519_key" &&
		awk -v host="$2" '{ print host, $1, $2 }' "$1/etc/ssh/ssh_host_ed25519_key.pub"
}

# mailmend_config USER BECOME
mailmend_config() {
	local name comma=
	printf '{\n  "defaults": {\n    "user": "%s",\n    "identity": "%s",\n    "known_hosts": "%s"' \
		"$1" "$lab/key" "$lab/known_hosts"
	[ "$fleet_kind" != A ] || printf ',\n    "port": 2222'
	[ -z "$2" ] || printf ',\n    "become": "%s"' "$2"
	printf '\n  },\n  "hosts": ['
	for name in $(host_names); do
		printf '%s\n    { "name": "%s", "address": "%s" }' "$comma" "$name" "$(host_address "$name")"
		comma=,
	done
	printf '\n  ],\n  "mailboxes_from": "userdb",\n  "store_directory": "%s"\n}\n' "$lab/store"
}
