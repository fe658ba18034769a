# SPDX-License-Identifier: MIT
"""A small real Dovecot in a folder of its own, and clients of it."""

import os
import pwd
import grp
import shutil
import socket
import struct
import subprocess
import time

ROOT = os.geteuid() == 0
USERS = 40

CONF = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log/dovecot.log
instance_name = agenttest
{accounts}
mail_home = {folder}/mail/%u
mail_location = mdbox:~/mdbox
first_valid_uid = 1
auth_failure_delay = 0
ssl = no
disable_plaintext_auth = no
protocols = imap pop3 lmtp
listen = {address}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 10143
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = 10110
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service pop3 {{
  process_limit = 4
}}
service lmtp {{
  inet_listener lmtp {{
    port = 10024
  }}
}}
{workers}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/etc/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/etc/users
}}
"""


def until(condition, seconds=10):
    """Waits for a state; False when it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def ticks(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


class Server:
    """Dovecot with its own sockets, log, users; started at once, ended by stop()."""

    def __init__(self, folder):
        self.folder = folder
        self.perl = True  # whether the agent finds perl
        # An address of 127/8 of this run: two runs do not meet.
        self.address = f"127.{64 + os.getpid() % 64}.{os.getpid() // 64 % 250 + 1}.1"
        for name in ("etc", "run", "state", "log", "mail"):
            os.makedirs(os.path.join(folder, name))
        os.chmod(folder, 0o755)
        if ROOT:
            account = "nobody"
            shutil.chown(os.path.join(folder, "mail"), account)
            accounts, workers = "", ""
        else:
            account = pwd.getpwuid(os.geteuid()).pw_name
            group = grp.getgrgid(os.getegid()).gr_name
            accounts = (f"default_internal_user = {account}\ndefault_internal_group = {group}\n"
                        f"default_login_user = {account}\n")
            workers = f"service auth-worker {{\n  user = {account}\n}}"
        group = grp.getgrgid(pwd.getpwnam(account).pw_gid).gr_name
        accounts += f"mail_uid = {account}\nmail_gid = {group}"
        self.config = os.path.join(folder, "etc", "dovecot.conf")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(CONF.format(folder=folder, address=self.address, accounts=accounts,
                                   workers=workers))
        with open(os.path.join(folder, "etc", "users"), "w", encoding="utf-8") as file:
            for i in range(USERS):
                file.write(f"u{i:04}@h.test:{{PLAIN}}test::::::\n")
            file.write(f"own@h.test:{{PLAIN}}test:1234:1234::{folder}/mail/own::"
                       "userdb_mail=sdbox:~/box/%n:INDEX=~/index\n")
            file.write(f"linked@h.test:{{PLAIN}}test:::: {folder}/mail/link::\n".replace(" ", ""))
        self.start()

    def start(self):
        subprocess.run(["/usr/sbin/dovecot", "-c", self.config], check=True)
        if not until(lambda: os.path.exists(self.anvil)):
            raise RuntimeError("Dovecot did not start")
        self.injector = socket.socket(socket.AF_UNIX)
        self.injector.connect(self.anvil)
        self.injector.sendall(b"VERSION\tanvil\t1\t0\n")

    anvil = property(lambda self: os.path.join(self.folder, "run", "anvil"))
    log = property(lambda self: os.path.join(self.folder, "log", "dovecot.log"))

    def stop(self):
        self.injector.close()
        path = os.path.join(self.folder, "run", "master.pid")
        with open(path, encoding="utf-8") as file:
            pid = int(file.read())
        os.kill(pid, 15)
        return until(lambda: not os.path.exists(f"/proc/{pid}"))

    def process(self, name):
        """The number of the process of a service of which there is one."""
        lines = subprocess.run(["doveadm", "-c", self.config, "-f", "tab", "process", "status", name],
                               stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
        return int(dict(zip(lines[0].split("\t"), lines[1].split("\t")))["pid"])

    def reopen(self):
        """A log of its own again, after a test moved it."""
        os.remove(self.log)
        subprocess.run(["doveadm", "-c", self.config, "log", "reopen"], check=True)
        if not until(lambda: os.path.exists(self.log)):
            raise RuntimeError("Dovecot did not open its log again")

    def who(self):
        """The lines of Dovecot's own list."""
        text = subprocess.run(["doveadm", "-O", "-f", "tab", "who", "-1", "-a", self.anvil],
                              stdout=subprocess.PIPE, check=True).stdout
        return text.splitlines()[1:]

    def inject(self, *rows, command=b"CONNECT"):
        """Tells the real anvil of sessions (pid, service, address, name) that nobody has."""
        before = len(self.who())
        for pid, service, address, name in rows:
            self.injector.sendall(b"%s\t%d\t%s/%s/%s\n" % (command, pid, service, address, name))
        want = before + len(rows) * (1 if command == b"CONNECT" else -1)
        if not until(lambda: len(self.who()) == want):
            raise RuntimeError(f"anvil has {len(self.who())} sessions, not {want}")

    def eject(self, *rows):
        self.inject(*rows, command=b"DISCONNECT")

    def connect(self, port, source):
        connection = socket.create_connection((self.address, port), timeout=10,
                                              source_address=(source, 0))
        # No TIME_WAIT for the next run.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return connection

    def imap(self, user, source="127.0.0.9", password="test"):
        return Imap(self.connect(10143, source), user, password)

    def pop3(self, user, source="127.0.0.9"):
        connection = self.connect(10110, source)
        file = connection.makefile("rwb", buffering=0)
        for line in (None, f"USER {user}", "PASS test"):
            if line:
                file.write(line.encode() + b"\r\n")
            if not file.readline().startswith(b"+OK"):
                raise RuntimeError("POP3 login failed")
        return connection

    def deliver(self, user):
        connection = self.connect(10024, "127.0.0.9")
        file = connection.makefile("rwb", buffering=0)
        file.readline()
        for line in ("LHLO x", "MAIL FROM:<a@b.test>", f"RCPT TO:<{user}>", "DATA",
                     "Subject: x\r\n\r\nHello\r\n.", "QUIT"):
            file.write(line.encode() + b"\r\n")
            while file.readline()[3:4] == b"-":
                pass
        connection.close()


class Imap:
    """A session that is logged in, or was refused (self.ok)."""

    def __init__(self, connection, user, password):
        self.connection = connection
        self.file = connection.makefile("rwb", buffering=0)
        self.file.readline()
        self.ok = self.ask(f"LOGIN {user} {password}")

    def ask(self, command):
        self.file.write(b"a " + command.encode() + b"\r\n")
        while True:
            line = self.file.readline()
            if not line or line.startswith(b"a "):
                return line.startswith(b"a OK")

    def work(self, pid):
        """Makes its process work until its clock has moved."""
        before = ticks(pid)
        while ticks(pid) == before:
            self.file.write(b"".join(b"b LIST \"\" *\r\n" for _ in range(50)))
            done = 0
            while done < 50:
                done += self.file.readline().startswith(b"b ")

    def close(self):
        self.file.close()
        self.connection.close()
