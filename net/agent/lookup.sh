# SPDX-License-Identifier: MIT
# What several subcommands look up.

# Dovecot's folder of sockets. Where it usually is costs nothing to see; else doveconf knows.
base_directory() {
	if [ -z "${CONFIG_FILE:-}" ] && [ -S /run/dovecot/anvil ]; then
		echo /run/dovecot
	else
		doveconf -h base_dir 2>/dev/null
	fi
}

# Where syslog is known to keep mail's lines; the first that is there counts.
SYSLOG_FILES='/var/log/mail.log /var/log/maillog /var/log/mail /var/log/syslog /var/log/messages'
