#!/bin/sh
# SPDX-License-Identifier: MIT
# Damages one mailbox. Runs inside the host that has it, as root (or as the owner of all mail).
#
#	damage.sh MAILBOX KIND
#
# Kinds are listed by list-damage.sh; which formats each fits is in `oracle`. The store is asked of
# the host's userdb. Exits 0; 64 no such kind; 65 the kind does not fit the mailbox; 67 no such
# mailbox; 75 Dovecot could not be asked.
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
tab=$(printf '\t')
# shellcheck source=tests/lab/seed-stores.sh
. "$here/seed-stores.sh"
# shellcheck source=tests/lab/damage-store.sh
. "$here/damage-store.sh"
# shellcheck source=tests/lab/damage-kinds.sh
. "$here/damage-kinds.sh"

[ $# -eq 2 ] || fail "usage: damage.sh MAILBOX KIND" 64
kind=$2
awk -F '\t' -v kind="$kind" '$1 == kind { found = 1 } END { exit !found }' "$here/oracle" ||
	fail "there is no kind \"$kind\"; list-damage lists them" 64
find_store "$1"
formats=$(awk -F '\t' -v kind="$kind" '$1 == kind { printf "%s%s", separator, $2; separator = ", " }' "$here/oracle")
case ", $formats, " in
*", $format, "*) ;;
*) fail "$kind is a damage of $formats; $mailbox is $format" 65 ;;
esac
"$(printf '%s' "$kind" | tr - _)"
