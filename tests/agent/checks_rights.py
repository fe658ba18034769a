# SPDX-License-Identifier: MIT
"""Hosts without Dovecot, with a stopped one, and users without rights: said with the mend."""

import os
import shutil

from driver import Agent
from server import ROOT


def problems(answer):
    return {what: (text, mend) for what, text, mend in answer["problems"]}


def stopped(server, text, shell, awk):
    """A Dovecot whose sockets are not there, and whose state changes."""
    config = os.path.join(server.folder, "etc", "stopped.conf")
    base = os.path.join(server.folder, "stopped")
    with open(server.config, encoding="utf-8") as file:
        lines = file.read().replace(f"base_dir = {server.folder}/run", f"base_dir = {base}")
    lines = lines.replace(f"log_path = {server.log}", "log_path = /dev/stderr")
    with open(config, "w", encoding="utf-8") as file:
        file.write(lines)
    with Agent(server, text, shell, awk, "sample", CONFIG_FILE=config) as agent:
        what, mend = problems(agent.sample("full"))["dovecot"]
        assert "does not run" in what and "start" in mend
        agent.sample()
        assert "problems" not in agent.sample()
        answer = agent.sample("full", "all")
        assert "/dev/stderr" in problems(answer)["log"][0]
        assert answer["rates"]["logins"] is None and answer["rates"]["deliveries"] is None
    with Agent(server, text, shell, awk, "doctor", CONFIG_FILE=config) as agent:
        checks = {value[0]: value[1] for key, value in agent.batch([]) if key == "check"}
        assert checks["dovecot"] is False and checks["sessions"] is False


def without_dovecot(server, text, shell, awk):
    """The same machine in a space in which its programs are not."""
    hide = os.path.join(server.folder, "hide")
    if not os.path.exists(hide):
        script = ""
        for name in ("bin", "sbin"):
            there, farm = os.path.join(server.folder, name), os.path.join(server.folder, name + "-farm")
            os.mkdir(there)
            os.mkdir(farm)
            for program in os.listdir("/usr/" + name):
                if program not in ("doveadm", "doveconf", "dovecot"):
                    os.symlink(os.path.join(there, program), os.path.join(farm, program))
            script += f"mount --bind /usr/{name} {there} && mount --bind {farm} /usr/{name} && "
        with open(hide, "w", encoding="utf-8") as file:
            file.write(script + "exec \"$@\"\n")
    prefix = ["unshare", "-U", "-r", "-m", "sh", hide]
    with Agent(server, text, shell, awk, "sample", prefix=prefix) as agent:
        what, mend = problems(agent.sample("full"))["dovecot"]
        assert "no Dovecot" in what and "install" in mend, what
        answer = agent.sample("all")
        assert "facts" in answer and answer["rates"] == [], answer.values
    with Agent(server, text, shell, awk, "doctor", prefix=prefix) as agent:
        checks = {value[0]: value[1] for key, value in agent.batch([]) if key == "check"}
        assert checks["dovecot"] is False


def without_rights(server, text, shell, awk):
    """A user who may not ask anvil, and may not read the log."""
    if ROOT:
        prefix, closed = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"], []
    else:
        prefix, closed = [], [server.anvil, server.log]
    modes = [(path, os.stat(path).st_mode & 0o777) for path in closed]
    for path in closed:
        os.chmod(path, 0)
    try:
        with Agent(server, text, shell, awk, "sample", prefix=prefix) as agent:
            found = problems(agent.sample("full"))
            assert "sessions" in found["rights"][0] and "sudo -n" in found["rights"][1]
            answer = agent.sample("all")
            assert "log" in problems(answer), answer.values
            assert answer["rates"] == [] or answer["rates"]["logins"] is None
            agent.send("pids", "+1")
            answer = agent.sample("anvil")
            assert [row[2:4] for row in answer["use"]] == [[None, None]]
            assert "sudo -n" in problems(answer)["io"][1]
        with Agent(server, text, shell, awk, "doctor", prefix=prefix) as agent:
            checks = {value[0]: value[1:] for key, value in agent.batch([]) if key == "check"}
            assert checks["sessions"][0] is False and "sudo" in checks["sessions"][2]
            assert checks["log"][0] is False
    finally:
        for path, mode in modes:
            os.chmod(path, mode)


def rights_come(server, text, shell, awk):
    """A socket that comes back: the problem goes, the sessions are told."""
    away = server.anvil + "-away"
    row = (os.getpid(), b"imap", b"10.0.0.1", b"back@h.test")
    server.inject(row)
    try:
        with Agent(server, text, shell, awk, "sample") as agent:
            assert len(agent.sample("full")["add"]) == 1
            shutil.move(server.anvil, away)
            answer = agent.sample()
            assert "dovecot" in problems(answer) and len(answer["gone"]) == 1
            shutil.move(away, server.anvil)
            back = agent.sample("full")
            assert len(back["add"]) == 1 and back["problems"] == []
    finally:
        if os.path.exists(away):
            shutil.move(away, server.anvil)
        server.eject(row)


READ_ONLY = """
for folder in /var/log /var/lib /var/spool; do
	[ "$folder" = "$ON_ROOT" ] || mount -t tmpfs none $folder || exit
done
device=$(awk '$5 == "/" { device = $3 } END { print device }' /proc/self/mountinfo)
awk '$3 == device { print $5 }' device="$device" /proc/self/mountinfo |
	while read -r place; do mount -o remount,bind,ro "$place"; done
exec "$@"
"""


def a_read_only_root(server, text, shell, awk):
    """No news where nothing that mail hosts write lies on it."""
    prefix = ["unshare", "-U", "-r", "-m", "sh", "-c", READ_ONLY, "sh"]
    if ROOT:
        prefix[1:3] = []
    for on_root, told in (("", []), ("/var/lib", ["ro"])):
        with Agent(server, text, shell, awk, "sample", prefix=prefix, ON_ROOT=on_root) as agent:
            disks = agent.sample("full", "all")["disks"]
            assert [disk[7] for disk in disks if disk[0] == "/"] == told, disks
            assert any(disk[0] == "/var/log" and disk[7] == "rw" for disk in disks), disks


RIGHTS_CHECKS = [
    ("the root file system is read-only", a_read_only_root),
    ("Dovecot is stopped", stopped),
    ("there is no Dovecot", without_dovecot),
    ("a user without rights", without_rights),
    ("Dovecot comes back", rights_come),
]
