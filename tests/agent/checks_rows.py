# SPDX-License-Identifier: MIT
"""The part in perl that stands before the awk: with it no doveadm runs for a sample."""

import os
import shutil
import signal

from driver import Agent
from server import until


def log_of_who(server, name):
    """A folder for PATH in which doveadm and dovecot are the real ones; the first tells of
    each who that is asked of it. The file it tells in is removed."""
    folder = os.path.join(server.folder, name)
    told = os.path.join(server.folder, name + ".log")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "doveadm"), "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\ncase \" $* \" in *\" who \"*) echo who >>{told} ;; esac\n"
                   f"exec {shutil.which('doveadm')} \"$@\"\n")
    os.chmod(file.name, 0o755)
    if os.path.exists(told):
        os.remove(told)
    return folder, lambda: os.path.exists(told)


def filter_of(agent):
    """The process that stands before the awk; None where there is none."""
    pid = agent.process.pid
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        children = file.read().split()
    for child in children:
        try:
            with open(f"/proc/{child}/cmdline", "rb") as file:
                if file.read().startswith(b"perl\0"):
                    return int(child)
        except OSError:
            pass  # a look of the awk's, ended in between
    return None


def gone(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def asks(server, text, shell, awk):
    """Who runs doveadm: nobody where there is perl."""
    folder, asked = log_of_who(server, "asks")
    row = (os.getpid(), b"imap", b"10.0.0.1", b"asks@h.test")
    with Agent(server, text, shell, awk, "sample", first=folder) as agent:
        assert agent.sample("full")["add"] == [] and asked() != server.perl
        server.inject(row)
        try:
            added = agent.sample()["add"]
            assert [entry[1:] for entry in added] == [["asks@h.test", "imap", "10.0.0.1", os.getpid()]]
            assert "add" not in agent.sample() and "gone" not in agent.sample()
            again = agent.sample("full")["add"]
            assert [entry[1:] for entry in again] == [entry[1:] for entry in added]
        finally:
            server.eject(row)
        assert agent.sample()["gone"] == [again[0][0]]
        assert asked() != server.perl


def ends_whole(server, text, shell, awk):
    """Whichever of the two processes ends, the other does, though nobody closes its input."""
    with Agent(server, text, shell, awk, "sample") as agent:
        agent.sample("full")
        before = filter_of(agent)
        assert (before is not None) == server.perl
        if before is None:
            return
        os.kill(before, signal.SIGKILL)
        assert agent.process.wait(5) == 0
    with Agent(server, text, shell, awk, "sample") as agent:
        agent.sample("full")
        before = filter_of(agent)
        agent.process.kill()
        agent.process.wait()
        assert until(lambda: gone(before)), "the part before the awk was left behind"
    with Agent(server, text, shell, awk, "sample") as agent:
        agent.sample("full")
        before = filter_of(agent)
        agent.process.stdin.close()
        assert agent.process.wait(5) == 0 and until(lambda: gone(before))


def restarted(server, text, shell, awk):
    """Another Dovecot is there: it is asked, not the one that ended."""
    folder, asked = log_of_who(server, "restarted")
    row = (os.getpid(), b"imap", b"10.0.0.1", b"again@h.test")
    server.inject(row)
    with Agent(server, text, shell, awk, "sample", first=folder) as agent:
        first = agent.sample("full")["add"]
        assert len(first) == 1 and not asked()
        assert server.stop()
        try:
            answer = agent.sample()
        finally:
            server.start()
        assert answer["gone"] == [first[0][0]] and asked()
        assert "dovecot" in [problem[0] for problem in answer["problems"]]
        server.inject(row)
        _, asked = log_of_who(server, "restarted")
        back = agent.sample()
        assert len(back["add"]) == 1 and not asked()
        assert "dovecot" not in [problem[0] for problem in back["problems"]]
        # No look in between: the connection that ended is noticed only now.
        assert server.stop()
        server.start()
        answer = agent.sample()
        assert answer["gone"] == [back["add"][0][0]] and "add" not in answer and not asked()


def silent(server, text, shell, awk):
    """An anvil that says nothing is not waited for without end; doveadm has its turn."""
    folder, asked = log_of_who(server, "silent")
    row = (os.getpid(), b"imap", b"10.0.0.1", b"silent@h.test")
    server.inject(row)
    pid = server.process("anvil")
    try:
        with Agent(server, text, shell, awk, "sample", first=folder) as agent:
            assert len(agent.sample("full")["add"]) == 1 and not asked()
            os.kill(pid, signal.SIGSTOP)
            try:
                agent.send("sample", 2, "full")
                agent.seq = 2
                assert until(asked), "doveadm was not asked"
            finally:
                os.kill(pid, signal.SIGCONT)
            answer = agent.answer(2)
            assert len(answer["add"]) == 1
    finally:
        server.eject(row)


def another_version(server, text, shell, awk):
    """A Dovecot that is not the one that dovecot --version tells: doveadm is asked."""
    folder, asked = log_of_who(server, "another")
    with open(os.path.join(folder, "dovecot"), "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\necho '2.4.9 (0123456789)'\n")
    os.chmod(file.name, 0o755)
    row = (os.getpid(), b"imap", b"10.0.0.1", b"another@h.test")
    server.inject(row)
    try:
        with Agent(server, text, shell, awk, "sample", first=folder) as agent:
            assert len(agent.sample("full")["add"]) == 1 and asked()
            assert "add" not in agent.sample()
    finally:
        server.eject(row)


def long_requests(server, text, shell, awk):
    """More processes in one line than any buffer holds, and marks of the lines between."""
    with Agent(server, text, shell, awk, "sample") as agent:
        agent.send("pids", *(f"+{pid}" for pid in range(900000, 915000)), f"+{os.getpid()}")
        assert [use[0] for use in agent.sample("anvil")["use"]] == [os.getpid()]
        for mark in ("\1", "\2"):
            agent.send(mark + "same")
            assert agent.line()[0] == "error"
        assert agent.sample("full")["add"] == []


ROWS_DIAGONAL = [
    ("who asks for the sessions", asks),
    ("both processes end", ends_whole),
    ("long requests", long_requests),
]
ROWS_ONCE = [
    ("Dovecot is started again", restarted),
    ("an anvil that is silent", silent),
    ("another version than was told", another_version),
]
