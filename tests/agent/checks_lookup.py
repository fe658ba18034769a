# SPDX-License-Identifier: MIT
"""stores, mailboxes, doctor: what is looked up, and that nothing is made by looking."""

import os
import subprocess

from driver import Agent
from server import USERS


def mounted_on(path):
    """The device of a path, as an id names it."""
    device = os.stat(path).st_dev
    return f"{os.major(device)}:{os.minor(device)}"


def stores(server, text, shell, awk):
    mail = os.path.join(server.folder, "mail")
    real = os.path.join(server.folder, "elsewhere", "mdbox")
    os.makedirs(real, exist_ok=True)
    if not os.path.islink(os.path.join(mail, "link")):
        os.symlink(os.path.join(server.folder, "elsewhere"), os.path.join(mail, "link"))
    before = sorted(os.listdir(mail))
    with Agent(server, text, shell, awk, "stores") as agent:
        boot = agent.hello["boot"]
        answers = agent.batch(["u0030@h.test", "nobody@h.test", "own@h.test", "", "linked@h.test", "a*@h.test",
                               "tab\\tin", "back\\\\slash", "-u", "$(touch x)", "; touch x", "",
                               *(f"u{i:04}@h.test" for i in range(USERS)), "", ""])
    assert sorted(os.listdir(mail)) == before, "looking made a home"
    assert [value for key, value in answers if key == "end"] == [0, 0, 0, 0]
    first = [value for key, value in answers[:3]]
    assert [store["mailbox"] for store in first] == ["u0030@h.test", "nobody@h.test", "own@h.test"]
    assert first[0]["home"] == f"{mail}/u0030@h.test" and first[0]["driver"] == "mdbox"
    assert first[0]["path"] == f"{mail}/u0030@h.test/mdbox" and not first[0]["there"]
    assert first[0]["location"] == "mdbox:~/mdbox" and first[0]["error"] is None
    assert first[0]["id"].startswith(boot + ":" + mounted_on(mail)) and first[0]["id"].endswith("/u0030@h.test/mdbox")
    assert "not know" in first[1]["error"] and first[1]["id"] is None
    assert first[2]["path"] == f"{mail}/own/box/own" and first[2]["driver"] == "sdbox"
    assert (first[2]["uid"], first[2]["gid"]) == (1234, 1234)
    odd = {value["mailbox"]: value for key, value in answers[4:12] if key == "store"}
    assert odd["linked@h.test"]["there"] and odd["linked@h.test"]["id"].endswith("/elsewhere/mdbox")
    assert odd["linked@h.test"]["mounted"] and odd["linked@h.test"]["type"]
    assert "pattern" in odd["a*@h.test"]["error"] and "control" in odd["tab\\tin"]["error"]
    for name in ("back\\slash", "-u", "$(touch x)", "; touch x"):
        assert odd[name]["error"], name
    rest = [value for key, value in answers[12:] if key == "store"]
    assert [store["mailbox"] for store in rest] == [f"u{i:04}@h.test" for i in range(USERS)]
    assert all(store["error"] is None and store["home"] for store in rest)


def one_batch_after_another(server, text, shell, awk):
    """An answer comes when the empty line does, not at the end of input."""
    with Agent(server, text, shell, awk, "stores") as agent:
        for name in ("u0001@h.test", "u0002@h.test"):
            agent.send(name)
            agent.send("")
            assert agent.line()[1]["mailbox"] == name
            assert agent.line() == ("end", 0)


def names(server, text, shell, awk, request):
    with Agent(server, text, shell, awk, "mailboxes") as agent:
        answers = agent.batch([request])
    if answers[-1][0] == "error":
        assert len(answers) == 1
        return answers[0][1]
    found = [name for key, value in answers if key == "mailboxes" for name in value]
    assert answers[-1] == ("end", len(found))
    return found


def mailboxes(server, text, shell, awk):
    where = (server, text, shell, awk)
    listed = [f"u{i:04}@h.test" for i in range(USERS)]
    assert sorted(names(*where, "userdb")) == ["linked@h.test", "own@h.test", *listed]
    homes = os.path.join(server.folder, "homes")
    for path in ("a.test/me", "a.test/o t$(x)her", "b.test/me", "b.test/st*r", "c.test/x\ty"):
        os.makedirs(os.path.join(homes, path), exist_ok=True)
    open(os.path.join(homes, "a.test", "file"), "w", encoding="ascii").close()
    assert sorted(names(*where, f"glob\t{homes}/*/*")) == sorted(
        ["me@a.test", "o t$(x)her@a.test", "me@b.test", "st*r@b.test"])
    assert names(*where, f"glob\t{homes}/a.te*/me") == ["st"]
    assert sorted(names(*where, f"glob\t{homes}/*.test/me*")) == ["@a", "@b"]
    assert "no folder" in names(*where, f"glob\t{homes}/none/*")
    assert "no such request" in names(*where, "glob\trelative/*")
    assert "no such request" in names(*where, "delete everything")
    path = os.path.join(server.folder, "list $(x).txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("# all of them\none@h.test\r\n\ntw\"o@h.test\n" + "".join(f"n{i}@h.test\n" for i in range(1200)))
    assert names(*where, f"file\t{path}") == ["one@h.test", "tw\"o@h.test", *(f"n{i}@h.test" for i in range(1200))]
    assert "no file" in names(*where, f"file\t{path}x")


DOCTOR = {"shell", "awk", "dovecot", "sessions", "userdb", "proc", "io", "log", "postfix", "queue",
          "cache", "disk", "clock", "sudo"}


def doctor(server, text, shell, awk):
    with Agent(server, text, shell, awk, "doctor") as agent:
        answers = agent.batch([])
    assert answers[-1] == ("end", 0)
    checks = {value[0]: value[1:] for key, value in answers[:-1] if key == "check"}
    assert len(checks) == len(answers) - 1 and checks.keys() <= DOCTOR
    assert DOCTOR - checks.keys() <= {"queue"}, DOCTOR - checks.keys()
    for name, (good, found, mend) in checks.items():
        assert good in (True, False, None) and found, name
        assert good is not False or mend, f"{name} has no mend"
    for name in ("shell", "awk", "dovecot", "sessions", "userdb", "proc", "log"):
        assert checks[name][0] is True, (name, checks[name])


def closed_files(server, text, shell, awk):
    """Through sudo a list is shown only when everyone may read it."""
    folder = os.path.join(server.folder, "closed")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "list")
    with open(path, "w", encoding="ascii") as file:
        file.write("secret@h.test\n")

    def shown(path):
        with Agent(server, text, shell, awk, "mailboxes", SUDO_UID="1000") as agent:
            return agent.batch([f"file\t{path}"])[0][0] == "mailboxes"

    os.chmod(folder, 0o755)
    os.chmod(path, 0o644)
    assert shown(path)
    os.chmod(path, 0o640)
    assert not shown(path)
    os.chmod(path, 0o644)
    os.chmod(folder, 0o750)
    assert not shown(path)
    os.chmod(folder, 0o755)
    os.symlink(path, path + "-link")
    assert not shown(path + "-link")


def no_writing(server, text, shell, awk):
    """No subcommand leaves a file behind where it runs."""
    folder = os.path.join(server.folder, "cwd")
    os.makedirs(folder)
    for subcommand, request in (("stores", "u0001@h.test\n\n"), ("mailboxes", "userdb\n"), ("doctor", ""),
                                ("sample", "sample\t1\tfull\tall\n")):
        subprocess.run([shell, text, "view", subcommand], cwd=folder, check=True, input=request.encode(),
                       stdout=subprocess.DEVNULL, env=dict(os.environ, CONFIG_FILE=server.config))
        assert not os.listdir(folder)
    for arguments in (["edit", "sample"], ["view", "remove"], ["view"], []):
        assert subprocess.run([shell, text, *arguments], check=False, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 64


LOOKUP_CHECKS = [
    ("stores", stores),
    ("stores, batch after batch", one_batch_after_another),
    ("mailboxes", mailboxes),
    ("doctor", doctor),
]
LOOKUP_ONCE = [("closed files stay closed", closed_files), ("nothing is written", no_writing)]
