# SPDX-License-Identifier: MIT
"""The real program in real terminals: tmux, whose screen can be read, and a bare pty."""

import fcntl
import os
import re
import select
import shlex
import signal
import struct
import subprocess
import tempfile
import termios
import time

PATIENCE = 30.0  # a sanitized build on a busy machine


def wait_until(state, what, seconds=PATIENCE):
    """Waits for STATE() to be true, and returns what it gave."""
    end = time.monotonic() + seconds
    while True:
        found = state()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        select.select([], [], [], 0.02)


class Tmux:
    """A shell in a tmux of its own; its screen is text."""

    def __init__(self, columns=80, rows=24, **environment):
        self.folder = tempfile.mkdtemp(prefix="mailmend-tmux-")
        self.socket = os.path.join(self.folder, "tmux")
        self.environment = dict(os.environ, LC_ALL="C.UTF-8", SHELL="/bin/bash", **environment)
        self.environment.pop("TMUX", None)
        self("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
             "env PS1='ready> ' bash --norc --noprofile -i")
        self.wait_for(r"ready> *$")

    def __call__(self, *arguments):
        done = subprocess.run(["tmux", "-S", self.socket, *arguments], check=True, text=True,
                              env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout

    def keys(self, *keys):
        self("send-keys", *keys)

    def type(self, text):
        self("send-keys", "-l", text)

    def run(self, *command):
        """Starts a command from the shell; its exit code appears as rc=N."""
        self("clear-history")
        self.type(" ".join(shlex.quote(word) for word in command) + '; echo "rc=$?"')
        self.keys("Enter")

    def screen(self):
        return self("capture-pane", "-p").rstrip("\n")

    def value(self, name):
        return self("display-message", "-p", "#{" + name + "}").strip()

    def wait_for(self, pattern, seconds=PATIENCE):
        try:
            return wait_until(lambda: re.search(pattern, self.screen(), re.M), pattern, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.screen()}") from None

    def wait_gone(self, pattern):
        wait_until(lambda: not re.search(pattern, self.screen(), re.M), "no more " + pattern)

    def modes(self):
        """What stty says in the shell."""
        mark = f"modes-{time.monotonic_ns()}"
        path = os.path.join(self.folder, mark)
        self.type(f"stty -a > {path}.new; mv {path}.new {path}")
        self.keys("Enter")
        wait_until(lambda: os.path.exists(path), "stty")
        with open(path, encoding="utf-8") as file:
            return re.sub(r"rows \d+; columns \d+;", "", file.read())

    def resize(self, columns, rows):
        self("resize-window", "-x", str(columns), "-y", str(rows))

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", self.folder], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Pty:
    """The program alone in a pty; what it writes is kept as bytes."""

    def __init__(self, command, columns=80, rows=24, **environment):
        self.master, self.slave = os.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.slave)
        self.drawn = b""
        variables = dict(os.environ, LC_ALL="C.UTF-8", TERM="xterm-256color")
        variables.update(environment)
        self.process = subprocess.Popen(
            command, stdin=self.slave, stdout=self.slave, stderr=self.slave, env=variables,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds=0.0):
        """Takes in what was drawn; true when there was something."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            self.drawn += os.read(self.master, 65536)
        except OSError:
            return False
        return True

    def write(self, text):
        data = text.encode()
        while data:  # and read meanwhile, or both sides would wait for each other
            readable, writable, _ = select.select([self.master], [self.master], [], PATIENCE)
            if readable:
                self.drawn += os.read(self.master, 65536)
            if writable:
                data = data[os.write(self.master, data[:200]):]

    def wait_for(self, pattern, start=0, seconds=PATIENCE):
        def found():
            self.read(0.02)
            return re.search(pattern, self.drawn[start:])
        try:
            return wait_until(found, str(pattern), seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.drawn[-2000:]!r}") from None

    def signal(self, number):
        os.kill(self.process.pid, number)

    def wait_end(self, seconds=PATIENCE):
        """Waits for the end; returns the code as subprocess tells it (negative: a signal)."""
        def ended():
            self.read(0.02)
            return self.process.poll() is not None
        wait_until(ended, "the program ends", seconds)
        while self.read():
            pass
        return self.process.returncode

    def restored(self):
        """Modes as they were, and out of the alternate screen with the cursor seen."""
        if termios.tcgetattr(self.slave) != self.before:
            return "the modes of the terminal are not as they were"
        for enter, leave in ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h")):
            if self.drawn.rfind(enter) > self.drawn.rfind(leave):
                return f"{leave!r} was not sent"
        return ""

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for descriptor in (self.master, self.slave):
            try:
                os.close(descriptor)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


SIGNALS = {"TERM": signal.SIGTERM, "HUP": signal.SIGHUP, "INT": signal.SIGINT}
