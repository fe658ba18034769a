# SPDX-License-Identifier: MIT
"""Counting in the log: the wording of both generations, rotation, halves of lines, floods."""

import os

from driver import Agent

LINES = """\
Nov 24 06:00:00 imap-login: Info: Login: user=<u1@h.test>, method=PLAIN, rip=10.0.0.1, lip=10.0.0.2, mpid=5, session=<x>
Nov 24 06:00:00 imap-login: Info: Logged in: user=<u1@h.test>, method=PLAIN, rip=10.0.0.1, session=<x>
Nov 24 06:00:00 mail1 dovecot: pop3-login: Login: user=<u2@h.test>, method=PLAIN, rip=10.0.0.1, session=<x>
Nov 24 06:00:00 imap-login: Info: Disconnected (auth failed, 3 attempts in 9 secs): user=<u1>, method=PLAIN, session=<x>
Nov 24 06:00:00 imap-login: Info: Login aborted: Logged out (auth failed, 1 attempts in 2 secs) (auth_failed): user=<u1>, session=<x>
Nov 24 06:00:00 imap-login: Info: Disconnected: Connection closed: user=<imap-login: Login: user=<x> (auth failed, 9 attempts>, session=<x>
Nov 24 06:00:00 lmtp(u1@h.test)<5><s1>: Info: msgid=<a@b>: saved mail to INBOX
Nov 24 06:00:00 mail1 dovecot[7]: lmtp(u1@h.test)<5><s1>: sieve: msgid=<a@b>: stored mail into mailbox 'Work'
Nov 24 06:00:00 lda(o(d)d "u"@h.test)<5><s1>: Info: msgid=<a@b>: saved mail to INBOX
Nov 24 06:00:00 mail1 postfix/lmtp[8]: 4A: to=<u1@h.test>, relay=mail[private/dovecot-lmtp], delay=0.1, status=sent (250 2.0.0 <u1@h.test> Saved)
Nov 24 06:00:00 mail1 postfix/virtual[8]: 4A: to=<v@h.test>, relay=virtual, delay=0.1, dsn=2.0.0, status=sent (delivered to maildir)
Nov 24 06:00:00 lmtp(u1@h.test)<5><s1>: Info: msgid=<a@b>: save failed to INBOX: Timeout while waiting for lock
Nov 24 06:00:00 imap(u1@h.test)<5><s1>: Error: Mailbox INBOX: something "broke"\x1b[2J
Nov 24 06:00:00 imap(u1@h.test)<5><s1>: Fatal: killed
Nov 24 06:00:00 doveadm: Error: This is Dovecot's error log (1)
"""


def append(server, text, end=True):
    with open(server.log, "a", encoding="utf-8") as file:
        file.write(text if end else text.rstrip("\n"))


def counted(answer):
    rates = answer["rates"]
    return rates["logins"], rates["failures"], rates["deliveries"]


def wording(server, text, shell, awk):
    with Agent(server, text, shell, awk, "sample") as agent:
        agent.sample("full", "all")
        append(server, LINES)
        answer = agent.sample("all")
        assert counted(answer) == (3, 4, 4), answer["rates"]
        assert answer["rates"]["seconds"] > 0
        assert dict(map(tuple, answer["delivered"])) == {"u1@h.test": 2, 'o(d)d "u"@h.test': 1, "v@h.test": 1}
        assert len(answer["errors"]) == 2 and "\x1b[2J" in answer["errors"][0]
        assert counted(agent.sample("all")) == (0, 0, 0)


def real_lines(server, text, shell, awk):
    """What Dovecot itself writes on a login, a refusal and a delivery."""
    with Agent(server, text, shell, awk, "sample") as agent:
        agent.sample("full", "all")
        server.imap("u0006@h.test").close()
        refused = server.imap("u0006@h.test", password="wrong")
        assert not refused.ok
        refused.close()
        server.deliver("u0006@h.test")
        seen, total = [0, 0, 0], {}
        def enough(answer):
            for i, number in enumerate(counted(answer)):
                seen[i] += number
            for name, number in answer["delivered"]:
                total[name] = total.get(name, 0) + number
            return seen == [1, 1, 1]
        assert agent.sample_until(enough, "all"), seen
        assert total == {"u0006@h.test": 1}


def moved(server, text, shell, awk):
    """Rotation, truncation, a line written by halves, a file that is away."""
    try:
        move(server, text, shell, awk)
    finally:
        server.reopen()


def move(server, text, shell, awk):
    with Agent(server, text, shell, awk, "sample") as agent:
        agent.sample("full", "all")
        login = LINES.splitlines(True)[0]
        append(server, login + login, end=False)
        assert counted(agent.sample("all"))[0] == 1, "half a line counted"
        append(server, "\n")
        assert counted(agent.sample("all"))[0] == 1
        append(server, login)
        os.rename(server.log, server.log + ".1")
        append(server, login * 3)
        assert counted(agent.sample("all"))[0] == 4, "rotated: the rest of the old file and the new one"
        os.truncate(server.log, 0)
        append(server, login)
        assert counted(agent.sample("all"))[0] == 1, "cut short"
        os.rename(server.log, server.log + ".2")
        away = agent.sample("all")
        assert counted(away) == (None, None, None) and away["problems"][0][0] == "log"
        os.rename(server.log + ".1", server.log)
        back = agent.sample("all")
        assert back["problems"] == []
        append(server, login)
        assert counted(agent.sample("all"))[0] == 1


def flood(server, text, shell, awk):
    """More than is read at once is passed over, said to be unknown, and does no harm."""
    with Agent(server, text, shell, awk, "sample") as agent:
        agent.sample("full", "all")
        error = LINES.splitlines(True)[12]
        append(server, error * 50 + "x" * 300000 + "\n")
        answer = agent.sample("all")
        assert len(answer["errors"]) <= 10 and all(len(line) <= 400 for line in answer["errors"])
        size = os.stat(server.log).st_size
        os.truncate(server.log, size + (40 << 20))
        assert counted(agent.sample("all")) == (None, None, None)
        assert counted(agent.sample("all")) == (0, 0, 0)
        os.truncate(server.log, 0)


LOG_CHECKS = [
    ("wording of the log", wording),
    ("lines that Dovecot writes", real_lines),
    ("the log moves", moved),
    ("the log is a flood", flood),
]
