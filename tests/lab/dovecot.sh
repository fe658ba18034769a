# shellcheck shell=bash disable=SC2034,SC2154 # the variables are shared with the other parts
# SPDX-License-Identifier: MIT
# dovecot.conf of a host, for Dovecot 2.3 and 2.4, with stock paths below ROOT (empty in kinds B and C).

# The format of the host NUMBER: "mixed" lets the hosts take turns.
host_format() {
	local formats=(mdbox sdbox maildir mdbox-index sdbox-index)
	if [ "$fleet_format" = mixed ]; then
		echo "${formats[($(store_number "$1") - 1) % ${#formats[@]}]}"
	else
		echo "$fleet_format"
	fi
}

# Name of the folder of a driver in a home.
driver_folder() {
	case $1 in
	maildir) echo Maildir ;;
	*) echo "$1" ;;
	esac
}

# What the users file says for a mailbox with a location of its own.
own_location() {
	local format driver layout=
	format=$(host_format "$1")
	driver=${format%-index}
	if [ "$fleet_dovecot" = 2.4 ]; then
		printf 'userdb_mail_driver=%s userdb_mail_path=~/private\n' "$driver"
		return
	fi
	[ "$format" = "$driver" ] || layout=:LAYOUT=index
	printf 'userdb_mail=%s:~/private%s\n' "$driver" "$layout"
}

separator() {
	case $fleet_prefix in
	'') [ "$1" = maildir ] && echo . || echo / ;;
	*) printf '%s\n' "${fleet_prefix: -1}" ;;
	esac
}

# dovecot_location FORMAT ROOT: mail_location of 2.3.
dovecot_location() {
	local driver=${1%-index} location
	location="$driver:~/$(driver_folder "$driver")"
	[ "$1" = "$driver" ] || location+=:LAYOUT=index
	if [ "$fleet_extra" = yes ]; then
		location+=:INDEX=$2/srv/index/%d/%n
		if [ "$driver" = maildir ]; then
			location+=:CONTROL=$2/srv/control/%d/%n
		else
			location+=:ALT=$2/srv/alt/%d/%n
		fi
	fi
	printf '%s\n' "$location"
}

dovecot_23() {
	local format=$1 root=$2 driver=${1%-index} layout=
	[ "$format" = "$driver" ] || layout=:LAYOUT=index
	cat <<-TEXT
		protocols = imap pop3 lmtp
		mail_location = $(dovecot_location "$format" "$root")
		mail_home = $root/srv/vmail/%d/%n
		auth_username_chars =
		disable_plaintext_auth = no
		passdb {
		  driver = passwd-file
		  args = scheme=PLAIN username_format=%u $root/etc/dovecot/users
		}
		passdb {
		  driver = passwd-file
		  args = scheme=PLAIN username_format=%u $root/etc/dovecot/users.quoted
		}
		userdb {
		  driver = passwd-file
		  args = username_format=%u $root/etc/dovecot/users
		}
		userdb {
		  driver = static
		  args = uid=$3 gid=$4 home=$root/srv/vmail/%d/%n
		}
	TEXT
	dovecot_inbox "$driver"
	[ "$fleet_extra" = no ] || dovecot_archive "$driver" "location = $driver:~/archive$layout"
}

dovecot_24() {
	local format=$1 root=$2 driver=${1%-index} home='%{user|domain}/%{user|username}'
	cat <<-TEXT
		dovecot_config_version = 2.4.0
		dovecot_storage_version = 2.4.0
		protocols = imap pop3 lmtp
		mail_driver = $driver
		mail_path = ~/$(driver_folder "$driver")
		mail_home = $root/srv/vmail/$home
		auth_username_chars =
		auth_allow_cleartext = yes
		passdb passwd-file {
		  passwd_file_path = $root/etc/dovecot/users
		  default_password_scheme = PLAIN
		}
		passdb quoted {
		  driver = passwd-file
		  passwd_file_path = $root/etc/dovecot/users.quoted
		  default_password_scheme = PLAIN
		}
		userdb passwd-file {
		  passwd_file_path = $root/etc/dovecot/users
		}
		userdb static {
		  fields {
		    uid = $3
		    gid = $4
		    home = $root/srv/vmail/$home
		  }
		}
	TEXT
	[ "$format" = "$driver" ] || echo "mailbox_list_layout = index"
	if [ "$fleet_extra" = yes ]; then
		printf 'mail_index_path = %s\n' "$root/srv/index/$home"
		if [ "$driver" = maildir ]; then
			printf 'mail_control_path = %s\n' "$root/srv/control/$home"
		else
			printf 'mail_alt_path = %s\n' "$root/srv/alt/$home"
		fi
	fi
	dovecot_inbox "$driver"
	[ "$fleet_extra" = no ] || dovecot_archive "$driver" "mail_path = ~/archive" "mail_index_path =" \
		"mail_control_path =" "mail_alt_path ="
}

dovecot_inbox() {
	cat <<-TEXT
		namespace inbox {
		  inbox = yes
		  prefix = $fleet_prefix
		  separator = $(separator "$1")
		  mailbox Trash {
		    special_use = \\Trash
		  }
		}
	TEXT
}

# A namespace that no pattern of the inbox namespace reaches: dovecot_archive DRIVER LINE…
dovecot_archive() {
	cat <<-TEXT
		namespace archive {
		  prefix = Archive$(separator "$1")
		  separator = $(separator "$1")
	TEXT
	shift
	printf '  %s\n' "$@" "}"
}

# What both generations and all kinds have in common. Many sessions, no waiting for the disk.
dovecot_common() {
	cat <<-TEXT
		ssl = no
		mail_fsync = never
		first_valid_uid = 1
		verbose_proctitle = no
		mail_max_userip_connections = 50
		service imap {
		  process_limit = 6000
		}
		service pop3 {
		  process_limit = 1024
		}
		service lmtp {
		  process_limit = 20
		}
		service anvil {
		  client_limit = 20000
		}
		service auth {
		  client_limit = 20000
		}
		service imap-login {
		  process_limit = 500
		}
		service pop3-login {
		  process_limit = 500
		}
	TEXT
}

# dovecot_conf FORMAT ROOT OWNER-ID GROUP-ID
dovecot_conf() {
	if [ "$fleet_dovecot" = 2.4 ]; then
		dovecot_24 "$@"
	else
		dovecot_23 "$@"
	fi
	dovecot_common
}

dovecot_conf_spaces() {
	[ "$(uses_syslog "$1")" = yes ] || echo "log_path = /var/log/dovecot.log"
	cat <<-'TEXT'
		mail_uid = vmail
		mail_gid = vmail
		service lmtp {
		  unix_listener /var/spool/postfix/private/dovecot-lmtp {
		    mode = 0600
		    user = postfix
		    group = postfix
		  }
		}
	TEXT
}

# dovecot_conf_plain ROOT NAME ADDRESS
dovecot_conf_plain() {
	local root=$1
	cat <<-TEXT
		log_path = $root/var/log/dovecot.log
		base_dir = $root/run/dovecot
		state_dir = $root/var/lib/dovecot
		instance_name = $2
		listen = $3
		service imap-login {
		  chroot =
		  inet_listener imap {
		    port = 10143
		  }
		  inet_listener imaps {
		    port = 0
		  }
		}
		service pop3-login {
		  chroot =
		  inet_listener pop3 {
		    port = 10110
		  }
		  inet_listener pop3s {
		    port = 0
		  }
		}
		service lmtp {
		  inet_listener lmtp {
		    port = 10024
		  }
		}
	TEXT
	if [ "$(id -u)" -eq 0 ]; then
		printf '%s\n' "mail_uid = mail" "mail_gid = mail"
		return
	fi
	local user group
	user=$(id -un) group=$(id -gn)
	cat <<-TEXT
		default_internal_user = $user
		default_internal_group = $group
		default_login_user = $user
		mail_uid = $user
		mail_gid = $group
		service anvil {
		  chroot =
		}
		service auth-worker {
		  user = $user
		}
	TEXT
}
