# shellcheck shell=bash disable=SC2034,SC2154 # the variables are shared with the other parts
# SPDX-License-Identifier: MIT
# The root file system of hosts with Dovecot 2.4: Debian 13, made once by debootstrap and kept. Hosts
# have it below their private files.

root24_cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}/mailmend-lab
root24_packages=dovecot-imapd,dovecot-pop3d,dovecot-lmtpd,postfix,openssh-server,procps,iproute2,sudo

# Makes fleet_root when it is not there. Files of kind B belong to root, those of kind C to the ids
# of a user namespace, so each kind has its own.
root24_make() {
	case $root24_cache in
	/*) ;;
	*) die "The folder for kept roots, \"$root24_cache\", must be an absolute path; set XDG_CACHE_HOME." ;;
	esac
	[ ! -f "$fleet_root/made" ] || return 0
	need_programs debootstrap flock
	mkdir -p "$root24_cache" || die "$root24_cache cannot be made."
	(
		flock 9
		[ -f "$fleet_root/made" ] || root24_bootstrap
	) 9>"$fleet_root.lock" || exit 1
}

# A Debian mirror, as this machine's apt knows it.
root24_mirror() {
	if [ -n "${MAILMEND_LAB_MIRROR:-}" ]; then
		printf '%s\n' "$MAILMEND_LAB_MIRROR"
		return
	fi
	# shellcheck disable=SC2016 # the names are apt's
	apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL)' 'Created-By: Packages' 2>/dev/null |
		awk '$2 == "Debian" && $3 == "Debian" { print $1; exit }'
}

root24_bootstrap() {
	local mirror log=$fleet_root.log target=$fleet_root.part space=(unshare -m -p -f --mount-proc)
	mirror=$(root24_mirror)
	[ -n "$mirror" ] || die "apt knows no Debian mirror here; name one in MAILMEND_LAB_MIRROR."
	[ "$fleet_kind" = B ] || space+=(-U --map-root-user --map-auto)
	echo "lab: making the root of Debian 13 in $fleet_root, once" >&2
	root24_remove "$target"
	"${space[@]}" "$BASH" "$here/bootstrap" "$target" "$mirror" "$root24_packages" >"$log" 2>&1 ||
		die "debootstrap failed; the last lines of $log: $(tail -n 3 "$log")"
	mv "$target" "$fleet_root"
}

root24_remove() {
	[ ! -e "$1" ] || rm -rf -- "$1" 2>/dev/null || unshare -U --map-root-user --map-auto rm -rf -- "$1"
}
