# SPDX-License-Identifier: MIT
"""Speaks the agent's protocol (net/agent/PROTOCOL) and holds it to it."""

import json
import os
import select
import shutil
import subprocess
import time

LINE_MAX = 65536
SHELLS = {"dash": ["dash"], "bash": ["bash"], "busybox": ["busybox", "sh"]}
AWKS = {"mawk": "mawk", "gawk": "gawk", "busybox": "busybox"}
# Where the awk is busybox's, so are the other tools the agent uses.
TOOLS = ("find", "ls", "tail", "head", "df", "sed", "date", "cut", "timeout", "grep", "wc", "tr", "cat")


def awk_folder(folder, awk):
    """A folder in which "awk" is one of the three, to stand first in PATH."""
    path = os.path.join(folder, "awk-" + awk)
    if not os.path.isdir(path):
        os.mkdir(path)
        for tool in ("awk", *(TOOLS if awk == "busybox" else ())):
            os.symlink(shutil.which(AWKS[awk]), os.path.join(path, tool))
    return path


def perl_folder(folder):
    """A folder in which perl is none, to stand first in PATH."""
    path = os.path.join(folder, "no-perl")
    if not os.path.isdir(path):
        os.mkdir(path)
        os.symlink(shutil.which("false"), os.path.join(path, "perl"))
    return path


def parse(line):
    """One line as it must be: short enough, without control characters, one key."""
    assert line.endswith(b"\n"), f"a line without its end: {line[:200]!r}"
    assert len(line) <= LINE_MAX, f"a line of {len(line)} bytes"
    assert all(byte >= 0x20 and byte != 0x7F for byte in line[:-1]), f"control character: {line[:200]!r}"
    value = json.loads(line.decode("utf-8", "surrogateescape"))
    assert isinstance(value, dict) and len(value) == 1, f"not one key: {line[:200]!r}"
    return next(iter(value.items()))


class Answer:
    """The lines of one sample: lists are joined, other values stand by their key."""

    def __init__(self):
        self.values = {}
        self.bytes = 0

    def take(self, key, value):
        if key in ("add", "gone", "use", "delivered", "errors"):
            self.values.setdefault(key, []).extend(value)
        else:
            assert key not in self.values, f"{key} twice in one sample"
            self.values[key] = value

    def __getitem__(self, key):
        return self.values.get(key, [])

    def __contains__(self, key):
        return key in self.values


class Agent:
    """One run of the agent. Its hello is read and checked. FIRST stands before all in PATH."""

    def __init__(self, server, text, shell, awk, subcommand, prefix=(), first=None, **environment):
        path = ":".join([*([first] if first else []), awk_folder(server.folder, awk),
                         *([] if server.perl else [perl_folder(server.folder)]), os.environ["PATH"]])
        self.environment = {**os.environ, "PATH": path, "CONFIG_FILE": server.config, **environment}
        self.process = subprocess.Popen([*prefix, *SHELLS[shell], text, "view", subcommand],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=self.environment, bufsize=0)
        self.held = b""
        self.seq = 0
        self.size = 0
        key, self.hello = self.line()
        assert key == "hello" and self.hello["protocol"] == [1, 1]
        assert subcommand in self.hello["operations"] and len(self.hello["build"]) == 12

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()

    def raw(self, seconds=20):
        while b"\n" not in self.held:
            ready, _, _ = select.select([self.process.stdout], [], [], seconds)
            assert ready, "no answer"
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise EOFError(self.process.stderr.read().decode(errors="replace"))
            self.held += more
        line, _, self.held = self.held.partition(b"\n")
        self.size += len(line) + 1
        return line + b"\n"

    def line(self):
        return parse(self.raw())

    def send(self, *fields):
        self.process.stdin.write("\t".join(map(str, fields)).encode() + b"\n")

    def sample(self, *options):
        self.seq += 1
        self.send("sample", self.seq, *options)
        return self.answer(self.seq)

    def answer(self, seq):
        answer = Answer()
        key, value = self.line()
        assert key == "sample" and value["seq"] == seq, f"{key} where a sample begins"
        assert len(value["load"]) == 3 and len(value["cpu"]) == 3
        while key != "end":
            answer.take(key, value)
            key, value = self.line()
        assert value == seq
        return answer

    def sample_until(self, condition, *options, seconds=10):
        """Samples until one answers the condition; that one, or None."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            answer = self.sample(*options)
            if condition(answer):
                return answer
        return None

    def batch(self, lines):
        """Request lines and end of input; all answers after hello."""
        self.process.stdin.write("".join(line + "\n" for line in lines).encode())
        self.process.stdin.close()
        answers = []
        try:
            while True:
                answers.append(self.line())
        except EOFError as error:
            assert not str(error), f"on standard error: {error}"
        assert self.process.wait(10) == 0
        return answers
