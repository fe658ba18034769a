# SPDX-License-Identifier: MIT
"""What is checked. MATRIX runs under every shell and awk, ONCE with one of each."""

import hashlib
import os
import re
import subprocess
import time

from checks_log import LOG_CHECKS
from checks_lookup import LOOKUP_CHECKS, LOOKUP_ONCE
from checks_rights import RIGHTS_CHECKS
from checks_rows import ROWS_DIAGONAL, ROWS_ONCE
from driver import Agent
from server import until


def assembled(source, text):
    subprocess.run(["sh", os.path.join(source, "assemble"), text], check=True)
    with open(text, "rb") as file:
        agent = file.read()
    build = re.search(rb"^AGENT_BUILD=([0-9a-f]{12})$", agent, re.M).group(1)
    unfilled = agent.replace(build, b"@BUILD@", 1)
    assert hashlib.sha256(unfilled).hexdigest()[:12] == build.decode()
    subprocess.run(["shellcheck", "-s", "sh", "-S", "warning", text], check=True)
    subprocess.run(["sh", os.path.join(source, "embed"), text, text + ".c"], check=True)
    with open(text + "-main.c", "w", encoding="utf-8") as file:
        file.write("#include <stdio.h>\n#include <string.h>\nextern const char agent_text[];\n"
                   "extern const size_t agent_text_size;\nextern const char agent_build[];\n"
                   "int main(void) { return fwrite(agent_text, 1, agent_text_size, stdout) != "
                   f"agent_text_size || strcmp(agent_build, \"{build.decode()}\") != 0; }}\n")
    subprocess.run(["cc", "-std=gnu17", "-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Werror",
                    "-o", text + "-main", text + "-main.c", text + ".c"], check=True)
    assert subprocess.run([text + "-main"], check=True, stdout=subprocess.PIPE).stdout == agent


def sessions_of(answer):
    return sorted((row[1], row[2], row[3]) for row in answer["add"])


def differences(server, text, shell, awk):
    """Real sessions come and go; only that is told."""
    with Agent(server, text, shell, awk, "sample") as agent:
        first = agent.sample("full")
        assert first["sample"]["full"] and not first["add"]
        assert "memory" in first and "facts" not in first
        one = server.imap("u0001@h.test", "127.0.0.8")
        two = server.imap("u0001@h.test")
        three = server.pop3("u0002@h.test")
        try:
            assert until(lambda: len(server.who()) == 3)
            added = agent.sample()
            assert sessions_of(added) == [("u0001@h.test", "imap", "127.0.0.8"),
                                          ("u0001@h.test", "imap", "127.0.0.9"),
                                          ("u0002@h.test", "pop3", "127.0.0.9")]
            assert {row[0] for row in added["use"]} == {row[4] for row in added["add"]}
            assert all(row[4] == 0 for row in added["use"]), "the first look makes no rate"
            again = agent.sample()
            assert "add" not in again and "gone" not in again
            pid = next(row[4] for row in added["add"] if row[3] == "127.0.0.9" and row[2] == "imap")
            two.work(pid)
            used = next(row for row in agent.sample()["use"] if row[0] == pid)
            assert used[1] > 0 and used[4] > 0
            full = agent.sample("full")
            assert sessions_of(full) == sessions_of(added)
            known = {row[0] for row in added["add"]}
            assert not known & {row[0] for row in full["add"]}, "an ID was used twice"
            first = next(row[0] for row in full["add"] if row[3] == "127.0.0.8")
            one.close()
            assert until(lambda: len(server.who()) == 2)
            gone = agent.sample()
            assert gone["gone"] == [first] and "add" not in gone
        finally:
            one.close()
            two.close()
            three.close()
        assert until(lambda: not server.who())
        assert set(agent.sample()["gone"]) == {row[0] for row in full["add"]} - {first}


def hostile(server, text, shell, awk):
    """Names that no one should have; they reach the console as they are."""
    pid = os.getpid()
    # Dovecot's own escapes: \1t is a tab in its protocol.
    names = [b'quo"te\\back', b"sp ace $(touch x) `y`", "wide \u90ae\u7bb1".encode(), b"bad \xff\xfe utf",
             b"tab\x01tin\x01tit", b"bell\x07 \x1b[2J", b"<script>", b"x" * 900]
    rows = [(pid, b"imap", b"10.0.0.1", name) for name in names]
    twins = [(pid, b"lmtp", b"", b"twin@h.test")] * 2
    server.inject(*rows, *twins)
    try:
        with Agent(server, text, shell, awk, "sample") as agent:
            answer = agent.sample("full")
            seen = [row[1].encode("utf-8", "surrogateescape") for row in answer["add"]]
            want = [name.replace(b"\x01t", b"\t") for name in names] + [b"twin@h.test"] * 2
            assert sorted(seen) == sorted(want), seen
            assert len({row[0] for row in answer["add"]}) == len(want)
            server.eject(twins[0])
            gone = agent.sample()
            assert len(gone["gone"]) == 1 and "add" not in gone
            server.inject(twins[0])
            back = agent.sample()
            assert len(back["add"]) == 1 and back["add"][0][0] > max(row[0] for row in answer["add"])
    finally:
        server.eject(*rows, *twins)


def many(server, text, shell, awk):
    """Two thousand long names: no long line, and nothing when nothing changed."""
    rows = [(os.getpid(), b"imap", b"10.0.0.1", b"%04d" % i + b"n" * 200) for i in range(2000)]
    server.inject(*rows)
    try:
        with Agent(server, text, shell, awk, "sample") as agent:
            assert len(agent.sample("full")["add"]) == 2000
            agent.sample()
            agent.size = 0
            assert "add" not in agent.sample()
            assert agent.size < 400, f"{agent.size} bytes to say nothing"
    finally:
        server.eject(*rows)
    assert not server.who()


def anvil(server, text, shell, awk):
    """The console knows the sessions; the agent looks at the processes it is told of."""
    mine = server.imap("u0003@h.test")
    try:
        assert until(lambda: len(server.who()) == 1)
        pid = int(server.who()[0].split(b"\t")[2])
        with Agent(server, text, shell, awk, "sample") as agent:
            agent.send("pids", f"+{pid}", "+999999999", "-5", "+0", "+x", "+1\\t")
            first = agent.sample("anvil")
            assert [row[0] for row in first["use"]] == [pid] and first["use"][0][4] == 0
            assert "add" not in first and first["sample"]["full"]
            assert "full" not in agent.sample("anvil")["sample"]
            mine.work(pid)
            used = agent.sample("anvil")
            assert used["use"][0][0] == pid and used["use"][0][4] > 0
            if agent.hello["user"] == 0:
                assert used["use"][0][2] is not None
            full = agent.sample("anvil", "full")
            assert full["use"][0][0] == pid and full["use"][0][1] >= used["use"][0][1]
            assert full["use"][0][4] == 0
            agent.send("pids", f"-{pid}")
            assert "use" not in agent.sample("anvil", "full")
            plain = agent.sample()
            assert plain["sample"]["full"] and len(plain["add"]) == 1
    finally:
        mine.close()
    assert until(lambda: not server.who())


def queue(server, text, shell, awk):
    """Files of a queue, in folders and below them. Only Postfix's configuration is asked."""
    spool, config = os.path.join(server.folder, "spool"), os.path.join(server.folder, "postfix")
    files = ("incoming/A1", "active/A2", "deferred/A/A3", "deferred/B/A4", "deferred/B/A5", "hold/A6", "defer/A/A3")
    for path in files:
        os.makedirs(os.path.join(spool, os.path.dirname(path)), exist_ok=True)
        open(os.path.join(spool, path), "w", encoding="ascii").close()
    os.makedirs(os.path.join(spool, "maildrop"), exist_ok=True)
    os.makedirs(config, exist_ok=True)
    with open(os.path.join(config, "main.cf"), "w", encoding="utf-8") as file:
        file.write(f"compatibility_level = 3.6\nqueue_directory = {spool}\n")
    with Agent(server, text, shell, awk, "sample", MAIL_CONFIG=config) as agent:
        seen = agent.sample("full", "all")["queue"]
        oldest = seen.pop("oldest")
        assert seen == {"total": 6, "incoming": 1, "active": 1, "deferred": 3, "hold": 1, "maildrop": 0}, seen
        assert oldest is None or 0 <= oldest < 600
        assert "queue" not in agent.sample("all") or oldest is not None
        os.remove(os.path.join(spool, "hold", "A6"))
        assert agent.sample("all")["queue"]["total"] == 5


def slow_looks(server, text, shell, awk):
    """What is looked at seldom comes with the second sample, or when all is asked for."""
    first, second = server.pop3("u0004@h.test"), server.pop3("u0005@h.test")
    try:
        with Agent(server, text, shell, awk, "sample") as agent:
            agent.sample("full")
            answer = agent.sample()
            facts = answer["facts"]
            assert re.match(r"2\.[34]\.", facts["dovecot"]) and facts["base_dir"] == os.path.dirname(server.anvil)
            assert facts["log"] == server.log and facts["hz"] > 0 and facts["cores"] == os.cpu_count()
            assert abs(facts["clock"] - time.time()) < 10
            assert ["pop3", 2, 4] in answer["services"], answer["services"]
            assert any(disk[0] == "/" and 0 < disk[4] <= disk[3] for disk in answer["disks"])
            third = agent.sample()
            assert not {"facts", "services", "disks", "queue"} & third.values.keys()
            full = agent.sample("full", "all")
            assert {"facts", "services", "disks", "problems", "memory", "rates"} <= full.values.keys()
    finally:
        first.close()
        second.close()
    assert until(lambda: not server.who())


def ends(server, text, shell, awk):
    """End of input ends it, and so does a reader that is gone."""
    with Agent(server, text, shell, awk, "sample") as agent:
        agent.sample("full")
        agent.process.stdin.close()
        assert agent.process.wait(5) == 0
        assert not agent.process.stderr.read()
    with Agent(server, text, shell, awk, "sample") as agent:
        agent.sample("full")
        agent.process.stdout.close()
        agent.send("sample", 2, "full")
        assert agent.process.wait(5) != 0


def wrong_requests(server, text, shell, awk):
    """Nonsense has an answer and does no harm."""
    with Agent(server, text, shell, awk, "sample") as agent:
        for request in ("", "sample", "sample x", "sample $(touch /tmp/x)", "\\t\\n", "x" * 20000):
            agent.send(request)
            assert agent.line()[0] == "error", request
        assert agent.sample("full")


def reborn(server, text, shell, awk):
    """A process number that is used again: the session is another. In a space of its own,
    where numbers can be chosen."""
    fifo = os.path.join(server.folder, "fifo")
    os.mkfifo(fifo)
    pid, helper = 300, os.path.join(os.path.dirname(os.path.abspath(__file__)), "reborn.py")
    space = ["unshare", "-U", "-r", "-p", "-f", "--mount-proc", "--kill-child", "python3", helper, fifo, str(pid)]
    row = (pid, b"imap", b"10.0.0.1", b"again@h.test")
    server.inject(row)
    try:
        with Agent(server, text, shell, awk, "sample", prefix=space) as agent:
            first = agent.sample("full")
            assert [use[0] for use in first["use"]] == [pid]
            open(fifo, "w", encoding="ascii").close()
            answer = agent.sample_until(lambda sample: sample["gone"])
            assert answer and answer["gone"] == [first["add"][0][0]]
            assert answer["add"][0][1:] == first["add"][0][1:]
            assert answer["use"][-1][0] == pid and answer["use"][-1][4] == 0
    finally:
        server.eject(row)


# SAMPLE runs under every shell and awk, with and without perl; MATRIX under every shell and awk;
# the rest, that only the awk does, under each of the three once, or once at all.
SAMPLE = [
    ("sessions come and go", differences),
    ("it ends", ends),
]
SAMPLE_DIAGONAL = [
    ("hostile names", hostile),
    ("many sessions", many),
    ("processes by number", anvil),
    ("wrong requests", wrong_requests),
    *ROWS_DIAGONAL,
    *RIGHTS_CHECKS,
]
MATRIX = [
    ("slow looks", slow_looks),
    *LOOKUP_CHECKS,
]
DIAGONAL = [
    ("the queue", queue),
    *LOG_CHECKS,
]
ONCE = [("a process number is used again", reborn), *LOOKUP_ONCE, *ROWS_ONCE]
