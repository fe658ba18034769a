# SPDX-License-Identifier: MIT
"""What the benchmarks share: a release build, a lab of their own, the console in a terminal."""

import fcntl
import json
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TICKS = os.sysconf("SC_CLK_TCK")


def build():
    """Builds what is measured with the release preset and returns its folder."""
    folder = os.environ.get("MAILMEND_BUILD") or os.path.join(ROOT, "build", "release")
    for command in (["cmake", "--preset", "release", "-B", folder],
                    ["cmake", "--build", folder, "--parallel", str(os.cpu_count()),
                     "--target", "mailmend", "bench"]):
        done = subprocess.run(command, cwd=ROOT, check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise SystemExit(done.stdout + "the release build failed")
    return folder


class Lab:
    """A lab fleet of its own folder: with Lab("--hosts", "3") as lab: …"""

    def __init__(self, *arguments):
        self.arguments = arguments
        self.folder = tempfile.mkdtemp(prefix="mailmend-bench-")
        self.environment = dict(os.environ, MAILMEND_LAB=os.path.join(self.folder, "lab"))

    def __call__(self, *command, **options):
        return subprocess.run([os.path.join(ROOT, "tests/lab/lab"), *command], check=True,
                              env=self.environment, **options)

    def __enter__(self):
        try:
            self("up", *self.arguments, stdout=subprocess.DEVNULL)
        except BaseException:
            self.__exit__()
            raise
        path = self("config", stdout=subprocess.PIPE, text=True).stdout.strip()
        with open(path, encoding="utf-8") as file:
            self.config = json.load(file)
        self.hosts = [host["name"] for host in self.config["hosts"]]
        return self

    def __exit__(self, *_):
        subprocess.run([os.path.join(ROOT, "tests/lab/lab"), "down"], env=self.environment,
                       check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def write_config(self, name, config):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        return path

    def address(self, host):
        return next(h["address"] for h in self.config["hosts"] if h["name"] == host)

    def ssh_options(self):
        defaults = self.config["defaults"]
        return ["-F", "none", "-i", defaults["identity"], "-l", defaults["user"],
                "-o", "UserKnownHostsFile=" + defaults["known_hosts"], "-o", "BatchMode=yes",
                "-o", "LogLevel=ERROR"]

    def execute(self, host, script):
        return self("exec", host, "sh", "-c", script, stdout=subprocess.PIPE, text=True).stdout


def process_seconds(pid, children=True):
    """CPU seconds of a process, and of the children it has waited for."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15 if children else 13]) / TICKS


def namespace_seconds(namespace):
    """CPU seconds of all processes of a process namespace, the ended ones among them."""
    total = 0.0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/ns/pid") == namespace:
                total += process_seconds(pid)
        except OSError:
            pass
    return total


class Console:
    """The real program in a terminal of 120 x 40; what it draws is kept as bytes."""

    def __init__(self, program, config, *arguments):
        self.started = time.monotonic()
        self.drawn = b""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(program, [program, "--config", config, *arguments])
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        try:
            while chunk := os.read(self.terminal, 65536):
                self.drawn = (self.drawn + chunk)[-1 << 20:]
        except OSError:
            pass

    def wait_for(self, pattern, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if re.search(pattern, self.drawn):
                return True
            time.sleep(0.05)
        return False

    def cpu(self):
        return process_seconds(self.pid)

    def rss_mb(self):
        with open(f"/proc/{self.pid}/status", encoding="utf-8") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024

    def close(self):
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)
