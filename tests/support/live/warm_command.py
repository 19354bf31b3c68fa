"""A command as a process that need not load its program first: forked off one that has, in the same surroundings. Most
of what a command of a fraction of a second costs is Python's imports.

    python -m tests.support.live.warm_command SOCKET   forks one for each request on the inherited socket
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import IO

_COLD = ("PYTHON", "LD_", "LC_", "LANG", "TZ")
"""Of the environment, what a program looks at when it starts."""
_NOT_LOADED = ("gateway.__main__", "gateway.app", "gateway.cameras", "gateway.relay", "gateway.upgrade", "gateway.web")

_EXAMPLE = Path(__file__).parents[3] / "config/wastewater.yaml"
"""With it, the tables of symbols and limits that each command reads are read."""


class WarmCommand:
    """One at a time, as whoever has begun it; its surroundings must not have changed since: `fits`."""

    def __init__(self) -> None:
        self._surroundings = surroundings()
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._program = subprocess.Popen(
                [sys.executable, "-m", "tests.support.live.warm_command", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        atexit.register(self.close)

    def fits(self) -> bool:
        return self._program.poll() is None and surroundings() == self._surroundings

    def run(self, arguments: Sequence[str], timeout_s: float) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run` with its output captured."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            words = [sys.executable, "-m", "gateway", *arguments]
            socket.send_fds(self._socket, [b"!"], [output.fileno(), errors.fileno()])
            self._socket.sendall(json.dumps([arguments, dict(os.environ)]).encode() + b"\n")
            pid = _number(self._socket)
            self._socket.settimeout(timeout_s)
            try:
                return subprocess.CompletedProcess(words, _number(self._socket), _text(output), _text(errors))
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                self._socket.settimeout(None)
                _number(self._socket)
                raise subprocess.TimeoutExpired(words, timeout_s, _all(output), _all(errors)) from None
            finally:
                self._socket.settimeout(None)

    def close(self) -> None:
        self._socket.close()
        self._program.wait()


def surroundings() -> tuple[object, ...]:
    """What a process inherits, and one that is forked off another would not have from us."""
    umask = os.umask(0)
    os.umask(umask)
    environment = sorted((name, value) for name, value in os.environ.items() if name.startswith(_COLD))
    return (
        os.getpid(), os.getresuid(), os.getresgid(), os.getgroups(), umask, Path.cwd(), environment,
        Path("/proc/self/limits").read_text("ascii"), Path("/proc/self/ns/mnt").readlink(),
        Path("/proc/self/ns/net").readlink(),
    )  # fmt: skip


def _number(answers: socket.socket) -> int:
    line = b""
    while not line.endswith(b"\n"):
        if not (more := answers.recv(1)):
            raise AssertionError("the program that forks commands has ended")
        line += more
    return int(line)


def _all(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _text(file: IO[bytes]) -> str:
    """With the ends of lines that text has, as `subprocess` gives it."""
    return _all(file).decode().replace("\r\n", "\n").replace("\r", "\n")


def _load() -> None:
    gateway = importlib.import_module("gateway")
    for found in pkgutil.walk_packages(gateway.__path__, "gateway.", onerror=lambda _: None):
        if not found.name.startswith(_NOT_LOADED):
            importlib.import_module(found.name)
    importlib.import_module("typer.rich_utils")
    typer = importlib.import_module("typer.main")
    typer.get_command = cache(typer.get_command)
    typer.get_command(importlib.import_module("gateway.cli.main").app)
    if _EXAMPLE.exists():  # a copy of the project, in which somebody tries a change, may be without
        importlib.import_module("gateway.config").load(_EXAMPLE)


def _next_of(requests: socket.socket) -> list[str] | None:
    """Serves until there is nobody any more. In each forked process: the arguments that it is to run with."""
    while True:
        mark, given, _, _ = socket.recv_fds(requests, 1, 2)
        if not mark:
            return None
        output, errors = given
        line = b""
        while not line.endswith(b"\n"):
            line += requests.recv(1 << 16)
        arguments, environment = json.loads(line)
        pid = os.fork()
        if not pid:
            os.dup2(output, 1)
            os.dup2(errors, 2)
            os.closerange(3, max(output, errors, requests.fileno()) + 1)
            os.environ.clear()
            os.environ.update(environment)
            return arguments  # type: ignore[no-any-return]
        os.close(output)
        os.close(errors)
        requests.sendall(f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        requests.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def main() -> None:
    requests = socket.socket(fileno=int(sys.argv[1]))
    _load()
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a fork has no other threads"
    arguments = _next_of(requests)
    if arguments is not None:
        requests.detach()
        sys.argv[1:] = arguments
        runpy.run_module("gateway", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
