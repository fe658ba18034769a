# SPDX-License-Identifier: MIT
# What several subcommands look up.

# One setting. More than one at a time 2.4 tells only with their names.
setting() {
	doveconf -h "$1" 2>/dev/null
}

# Dovecot's folder of sockets. Where it usually is costs nothing to see; else doveconf knows.
base_directory() {
	if [ -z "${CONFIG_FILE:-}" ] && [ -S /run/dovecot/anvil ]; then
		echo /run/dovecot
	else
		setting base_dir
	fi
}

# Where syslog is known to keep mail's lines; the first that is there counts.
SYSLOG_FILES='/var/log/mail.log /var/log/maillog /var/log/mail /var/log/syslog /var/log/messages'
