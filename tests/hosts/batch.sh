#!/bin/bash
# SPDX-License-Identifier: MIT
# Batch commands on a real fleet: their figures are those that Dovecot itself gives.
# shellcheck source=tests/hosts/tap.bash
. "$(dirname "$0")/tap.bash"

fleet_up --hosts 3 --mailboxes 6 --messages 1
lab traffic start --steady --idle 5

# hosts
exits 0 hosts --once --json
is "a row for each host, in the order of the configuration" \
	"$(rows '[r["host"] for r in rows]')" "['mail1', 'mail2', 'mail3']"
is "hosts has the keys that others rely on, and no other" "$(rows 'list(rows[0])')" \
	"['host', 'state', 'age_ms', 'load1', 'load5', 'load15', 'cpu_percent', 'sessions', 'queue', 'dovecot', 'error']"
is "and so have its sessions" "$(rows 'list(rows[0]["sessions"])')" "['imap', 'pop3', 'lmtp', 'other']"
is "every host is up" "$(rows '{r["state"] for r in rows}')" "{'ok'}"
check "ages and loads are there" [ "$(rows 'all(0 <= r["age_ms"] < 30000 and r["load1"] >= 0 for r in rows)')" = True ]
is "what needs a second sample is null" "$(rows '{r["cpu_percent"] for r in rows}')" "{None}"
for host in mail1 mail2 mail3; do
	is "$host: as many IMAP sessions as doveadm who says" \
		"$(rows "[r['sessions']['imap'] for r in rows if r['host'] == '$host'][0]")" \
		"$(who "$host" | grep -c ' imap ')"
done

exits 0 hosts --json
check "with two samples CPU is known" [ "$(rows 'all(0 <= r["cpu_percent"] <= 100 for r in rows)')" = True ]
check "and Dovecot's version" [ "$(rows 'all(r["dovecot"][0] == "2" for r in rows)')" = True ]

exits 0 hosts --host mail3,mail1 --once
is "--host chooses; a table has a head" "$(awk '{ print $1 }' "$out" | paste -sd ' ')" "HOST mail1 mail3"
check "a table that is no terminal's is plain ASCII" sh -c '! LC_ALL=C grep -q "[^ -~]" "$1"' - "$out"
exits 64 hosts --host mail9
says "a host that is not there is named" 'no host "mail9"'

# mailboxes
exits 0 mailboxes --json
is "mailboxes has the keys that others rely on, and no other" "$(rows 'list(rows[0])')" \
	"['mailbox', 'hosts', 'imap', 'pop3', 'addresses', 'cpu_percent', 'read_bps', 'write_bps', 'deliveries_per_minute', 'age_ms']"
is "each mailbox has the sessions that doveadm who says" \
	"$(rows '"\n".join(sorted("%s %d" % (r["mailbox"], r["imap"] + r["pop3"]) for r in rows if r["imap"] + r["pop3"]))')" \
	"$(for host in mail1 mail2 mail3; do who "$host"; done | awk '$2 ~ /^(imap|pop3)$/ { n[$1]++ } END { for (m in n) print m, n[m] }' | LC_ALL=C sort)"
is "a mailbox is on its own host" "$(rows '[r["hosts"] for r in rows if r["mailbox"].startswith("u0007@")]')" "[['mail2']]"
is "no mailbox has two rows" "$(rows 'max(collections.Counter(r["mailbox"] for r in rows).values())')" 1
exits 0 mailboxes --json --once --filter '^u000[12]@' --sort name
check "--filter keeps what matches" [ "$(rows 'bool(rows) and all(r["mailbox"][:5] in ("u0001", "u0002") for r in rows)')" = True ]
exits 0 mailboxes --json --once --sort imap --limit 2
is "--limit and --sort" "$(rows 'len(rows), rows[0]["imap"] >= rows[1]["imap"]')" "(2, True)"
exits 64 mailboxes --filter '('
says "a wrong pattern is one sentence" '^mailmend: '
exits 64 mailboxes --sort weight
says "a wrong column, too" 'no column "weight"'

# sessions
exits 0 sessions --json
is "sessions are those of doveadm who, process by process" \
	"$(rows '"\n".join(sorted("%(mailbox)s %(service)s %(pid)s" % r for r in rows))')" \
	"$(for host in mail1 mail2 mail3; do who "$host"; done | LC_ALL=C sort)"
mailbox=$(who mail1 | awk 'NR == 1 { print $1 }')
exits 0 sessions "$mailbox" --json --once
is "one mailbox's sessions" "$(rows '{r["mailbox"] for r in rows}')" "{'$mailbox'}"
exits 67 sessions nobody@nowhere.example --once
says "no host knows it" 'nobody@nowhere.example'

# output
lab run "$program" --config "$config" hosts --once >/dev/full 2>"$talk"
is "a full disk for the output exits 74" $? 74
says "and is told" 'cannot be written: No space left'
lab run "$program" --config "$config" mailboxes --once --json 2>"$talk" | head -c 1 >"$out"
is "a reader that goes away is no complaint" "$(cat "$talk")" ""

# doctor
mm doctor --json
code=$?
check "doctor exits 0 or 1" [ "$code" -le 1 ]
is "doctor exits 1 exactly when something is to be mended" "$(rows 'int(any(r["good"] is False for r in rows))')" "$code"
is "every login is good" "$(rows 'sorted((r["host"], r["good"]) for r in rows if r["check"] == "login")')" \
	"[('mail1', True), ('mail2', True), ('mail3', True)]"
check "what is wrong comes with what to do" \
	[ "$(rows 'all(r["mend"] for r in rows if r["good"] is False)')" = True ]

# ledger
exits 0 ledger --json
check "the ledger is JSON Lines" [ "$(rows 'all("time" in r and "who" in r and "what" in r for r in rows)')" = True ]
