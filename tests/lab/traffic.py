#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Clients and deliveries for a lab fleet, until SIGTERM.

traffic.py MARK TARGETS READY [--idle N] [--steady]

TARGETS has one line a host, TAB between: address, port of IMAP, of POP3, of delivery, smtp or lmtp,
file of mailboxes (a passwd-file), client addresses (separated by commas). READY is made when
every idle client is logged in. A host has N clients that stay long in IDLE, some that fetch and go,
some of POP3, one that never rests, and deliveries; the third mailbox of the first host is hot.
With --steady there are only the idle ones, and they never leave.
"""
import argparse
import asyncio
import os
import random
import re
import signal

PASSWORD = "test"
SIZE_LIMIT = 1 << 20
ANSWER_SECONDS = 20
HOT_PER_SECOND = 3
HOT_LIMIT = 500


class Gone(Exception):
    """The server said no, or nothing."""


class Target:
    def __init__(self, line):
        address, imap, pop3, delivery, self.protocol, users, clients = line.rstrip("\n").split("\t")
        self.address = address
        self.imap, self.pop3, self.delivery = int(imap), int(pop3), int(delivery)
        self.clients = clients.split(",")
        with open(users, encoding="utf-8") as file:
            self.all = [line.split(":", 1)[0] for line in file]
        self.mailboxes = [name for name in self.all if not left_alone(name)]


def left_alone(name):
    """Every twelfth mailbox was never opened by anyone; it stays so (see seed)."""
    number = re.match(r"u(\d+)@", name)
    return bool(number) and int(number.group(1)) % 12 == 0


class Connection:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, target, port):
        source = (random.choice(target.clients), 0)
        opening = asyncio.open_connection(target.address, port, local_addr=source, limit=SIZE_LIMIT)
        reader, writer = await asyncio.wait_for(opening, ANSWER_SECONDS)
        return cls(reader, writer)

    def send(self, text):
        self.writer.write(text.encode() + b"\r\n")

    async def line(self, seconds=ANSWER_SECONDS):
        line = await asyncio.wait_for(self.reader.readline(), seconds)
        if not line:
            raise Gone
        return line

    async def until(self, start):
        while True:
            line = await self.line()
            if line.startswith(start):
                return line

    def close(self):
        self.writer.close()


class Imap(Connection):
    tag = 0
    messages = 0

    async def line(self, seconds=ANSWER_SECONDS):
        line = await super().line(seconds)
        exists = re.match(rb"\* (\d+) EXISTS", line)
        if exists:
            self.messages = int(exists.group(1))
        return line

    async def fetch(self, last, what):
        """The messages 1 to LAST, as far as they are there: a range beyond is an error to Dovecot."""
        last = min(last, self.messages)
        if last > 0:
            await self.command(f"FETCH 1:{last} {what}")

    async def login(self, name):
        await self.until(b"* OK")
        user = name.encode()
        await self.command(f"LOGIN {{{len(user)}+}}\r\n{name} {PASSWORD}")
        await self.command("SELECT INBOX")

    async def command(self, text):
        self.tag += 1
        self.send(f"a{self.tag} {text}")
        answer = await self.until(f"a{self.tag} ".encode())
        if b" OK" not in answer[:16]:
            raise Gone

    async def idle(self, seconds):
        self.tag += 1
        self.send(f"a{self.tag} IDLE")
        end = asyncio.get_running_loop().time() + seconds
        while (left := end - asyncio.get_running_loop().time()) > 0:
            try:
                if (await self.line(left)).startswith(b"* BYE"):
                    raise Gone
            except asyncio.TimeoutError:
                break
        self.send("DONE")
        await self.until(f"a{self.tag} ".encode())


async def idle_client(target, name, steady, ready):
    connection = await Imap.open(target, target.imap)
    try:
        await connection.login(name)
        ready()
        await connection.idle(24 * 3600 if steady else random.uniform(60, 300))
        await connection.command("LOGOUT")
    finally:
        connection.close()


async def fetching_client(target, name):
    connection = await Imap.open(target, target.imap)
    try:
        await connection.login(name)
        for _ in range(random.randint(1, 4)):
            await connection.fetch(HOT_LIMIT, "(FLAGS RFC822.SIZE)")
            await connection.fetch(5, "BODY.PEEK[]")
            await asyncio.sleep(random.uniform(1, 4))
        await connection.command("LOGOUT")
    finally:
        connection.close()


async def restless_client(target, name):
    connection = await Imap.open(target, target.imap)
    try:
        await connection.login(name)
        for _ in range(1000):
            await connection.fetch(HOT_LIMIT, "BODY.PEEK[]")
            await connection.command('SEARCH TEXT "never written"')
            await asyncio.sleep(1)
        await connection.command("LOGOUT")
    finally:
        connection.close()


async def pop3_client(target, name):
    connection = await Connection.open(target, target.pop3)
    try:
        await connection.line()
        for text in (f"USER {name}", f"PASS {PASSWORD}", "STAT"):
            connection.send(text)
            answer = await connection.line()
            if not answer.startswith(b"+OK"):
                raise Gone
        if int(answer.split()[1]) > 0:
            connection.send("RETR 1")
            await connection.until(b".\r\n")
        await asyncio.sleep(random.uniform(1, 5))
        connection.send("QUIT")
        await connection.line()
    finally:
        connection.close()


async def delivery(target, names, per_second):
    """Keeps one connection and delivers through it; the caller opens the next."""
    connection = await Connection.open(target, target.delivery)
    hello = "LHLO" if target.protocol == "lmtp" else "EHLO"
    try:
        await connection.line()
        connection.send(f"{hello} client.example")
        await connection.until(b"250 ")
        for number in range(50):
            name = random.choice(names)
            local, domain = name.rsplit("@", 1)
            quoted = local.replace("\\", "\\\\").replace('"', '\\"')
            for text in ("MAIL FROM:<sender@elsewhere.example>", f'RCPT TO:<"{quoted}"@{domain}>', "DATA"):
                connection.send(text)
                await connection.line()
            body = "A line of text in a letter.\r\n" * random.randint(1, 60)
            connection.send(f"From: sender@elsewhere.example\r\nSubject: letter {number}\r\n\r\n{body}.")
            await connection.line()
            await asyncio.sleep(random.uniform(0.5, 1.5) / per_second)
        connection.send("QUIT")
        await connection.line()
    finally:
        connection.close()


async def hot_reader(target, name):
    """Reads the hot mailbox and empties it now and then, so that it stays bounded."""
    connection = await Imap.open(target, target.imap)
    try:
        await connection.login(name)
        for _ in range(20):
            await connection.command("NOOP")
            await connection.fetch(HOT_LIMIT, "(FLAGS)")
            await asyncio.sleep(random.uniform(1, 3))
        if connection.messages > HOT_LIMIT:
            await connection.command(f"STORE 1:{HOT_LIMIT} +FLAGS.SILENT (\\Deleted)")
            await connection.command("EXPUNGE")
        await connection.command("LOGOUT")
    finally:
        connection.close()


async def again(make):
    """One client after another in the same place. What a client meets is its own trouble."""
    while True:
        try:
            await make()
        except (Gone, OSError, ValueError, asyncio.TimeoutError, asyncio.LimitOverrunError):
            await asyncio.sleep(random.uniform(0.5, 2))


def clients_of(target, first, options, ready):
    def somebody():
        return random.choice(target.mailboxes)

    def plain():
        return random.choice([name for name in target.mailboxes if name.isascii()])

    def place(number):
        name = target.mailboxes[number % len(target.mailboxes)]
        return lambda: idle_client(target, name, options.steady, ready(target.address, number))

    makers = [place(number) for number in range(options.idle)]
    if options.steady:
        return makers
    makers += [lambda: fetching_client(target, somebody())] * 4
    makers += [lambda: pop3_client(target, plain())] * 2
    makers += [lambda: restless_client(target, target.mailboxes[0])]
    ascii_names = [name for name in target.mailboxes if name.isascii() and "+" not in name]
    makers += [lambda: delivery(target, ascii_names, 1)]
    if first:
        hot = [target.all[2]]
        makers += [lambda: delivery(target, hot, HOT_PER_SECOND), lambda: hot_reader(target, hot[0])]
    return makers


async def run(options):
    with open(options.targets, encoding="utf-8") as file:
        targets = [Target(line) for line in file]
    waiting = {(target.address, number) for target in targets for number in range(options.idle)}

    def ready(*place):
        def seen():
            waiting.discard(place)
            if not waiting:
                open(options.ready, "w", encoding="utf-8").close()
        return seen

    tasks = []
    for index, target in enumerate(targets):
        makers = clients_of(target, index == 0, options, ready)
        tasks += [asyncio.create_task(again(make)) for make in makers]
    loop = asyncio.get_running_loop()
    # The system closes the connections; a cancelled task may swallow that and live on.
    loop.add_signal_handler(signal.SIGTERM, os._exit, 0)
    await asyncio.gather(*tasks)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mark")
    parser.add_argument("targets")
    parser.add_argument("ready")
    parser.add_argument("--idle", type=int, default=12)
    parser.add_argument("--steady", action="store_true")
    asyncio.run(run(parser.parse_args()))


main()
