#!/bin/bash
# SPDX-License-Identifier: MIT
# Two backends of one store: a mailbox that both reach is one row.
# shellcheck source=tests/hosts/tap.bash
. "$(dirname "$0")/tap.bash"

fleet_up --hosts 2 --mailboxes 4 --messages 1 --shared
lab traffic start --steady --idle 3

exits 0 mailboxes --json
is "no mailbox has two rows" "$(rows 'max(collections.Counter(r["mailbox"] for r in rows).values())')" 1
is "both hosts are named" "$(rows '[r["hosts"] for r in rows if r["mailbox"].startswith("u0001@")]')" "[['mail1', 'mail2']]"
is "sessions of both are added up" \
	"$(rows '"\n".join(sorted("%s %d" % (r["mailbox"], r["imap"] + r["pop3"]) for r in rows if r["imap"] + r["pop3"]))')" \
	"$(for host in mail1 mail2; do who "$host"; done | awk '{ n[$1]++ } END { for (m in n) print m, n[m] }' | LC_ALL=C sort)"
