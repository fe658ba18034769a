# SPDX-License-Identifier: MIT
"""First process of a space of its own: reborn.py FIFO PID COMMAND… Runs COMMAND beside a process
PID; when FIFO is written to, that process ends and another one gets its number."""

import os
import signal
import sys


def spawn(pid):
    """A process of that very number, which waits for its end. Others may fork in between."""
    for _ in range(1000):
        with open("/proc/sys/kernel/ns_last_pid", "w", encoding="ascii") as file:
            file.write(str(pid - 1))
        child = os.fork()
        if child == 0:
            signal.pause()
            os._exit(0)
        if child == pid:
            return
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    raise SystemExit(f"the number {pid} cannot be had")


def main():
    fifo, pid = sys.argv[1], int(sys.argv[2])
    spawn(pid)
    agent = os.fork()
    if agent == 0:
        os.execvp(sys.argv[3], sys.argv[3:])
    with open(fifo, encoding="ascii") as file:
        file.read()
    # Stopped, the agent does not fork and take the number.
    os.kill(agent, signal.SIGSTOP)
    os.waitpid(agent, os.WUNTRACED)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    spawn(pid)
    os.kill(agent, signal.SIGCONT)
    os.waitpid(agent, 0)


main()
