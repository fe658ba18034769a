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

# a mailbox that two hosts serve is looked at, not touched
lab damage u0001@example.org index-lost mail1
exits 1 check u0001@example.org --json
is "it is checked once" "$(rows '[r["ok"] for r in rows]')" "[False]"
exits 77 repair u0001@example.org --operation resync
says "nobody knows which of them serves it" 'mail1 and mail2 reach its store'
exits 77 repair u0001@example.org --operation resync --host mail1
says "and naming one does not make it so" 'looked at, not touched'
