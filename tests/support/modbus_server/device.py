"""Modbus devices for the tests, each a process of libmodbus's: over TCP, and over a cable of two pseudo-terminals."""

from __future__ import annotations

import fcntl
import hashlib
import os
import select
import subprocess
import threading
import tty
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.debian import CACHE, library_path, release, unpacked

PACKAGES = ("libmodbus-dev",)
SOURCE = Path(__file__).with_name("server.c")

Registers = Mapping[tuple[str, int], int]
"""(table, address) → word or bit. What is not in it does not exist in the device."""


def program() -> tuple[Path, dict[str, str]]:
    """The compiled server and the environment it needs. Compiled once per version of its source."""
    root = unpacked(*PACKAGES)
    binary = CACHE / f"modbus-server-{release()}-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:8]}"
    environment = library_path(root)
    with binary.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not binary.exists():
            (library,) = root.rglob("libmodbus.so")
            command = ["gcc", "-O2", "-Wall", "-Werror", "-I", str(root / "usr/include/modbus"), str(SOURCE)]
            unfinished = binary.with_suffix(".unfinished")
            subprocess.run([*command, "-o", str(unfinished), "-L", str(library.parent), "-lmodbus"], check=True)
            unfinished.rename(binary)
    return binary, environment


@contextmanager
def tcp_device(
    registers: Registers, unit: int = 1, port: int = 0, longest: int = 2000, wander: int = 0
) -> Iterator[int]:
    """A device on a port of 127.0.0.1, yielded. Its holding registers move by up to `wander` after each answer."""
    with answering(["tcp", str(unit), str(port)], registers, longest, wander) as first_line:
        yield int(first_line)


@contextmanager
def rtu_device(registers: Registers, unit: int = 1, longest: int = 2000) -> Iterator[str]:
    """A device at the far end of a serial cable, of which the path of the near end is yielded."""
    with Cable() as cable, answering(["rtu", str(unit), cable.far], registers, longest):
        yield cable.near


@contextmanager
def answering(arguments: list[str], registers: Registers, longest: int, wander: int = 0) -> Iterator[str]:
    """The server, run with these arguments and registers; its first line is yielded."""
    binary, environment = program()
    lines = [f"{table} {address} {int(value)}\n" for (table, address), value in registers.items()]
    process = subprocess.Popen(
        [str(binary), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        process.stdin.write("".join([f"limit 0 {longest}\n", f"wander 0 {wander}\n", *lines]))
        process.stdin.close()
        try:
            yield process.stdout.readline()
        finally:
            process.kill()
            process.wait()


class Cable:
    """Two serial devices, `near` and `far`, joined: what goes in at one comes out at the other."""

    def __enter__(self) -> Cable:
        self._near_master, self._near_slave = os.openpty()
        self._far_master, self._far_slave = os.openpty()
        for descriptor in (self._near_slave, self._far_slave):
            tty.setraw(descriptor)
        self.near = os.ttyname(self._near_slave)
        self.far = os.ttyname(self._far_slave)
        self._stop_reader, self._stop_writer = os.pipe()
        self._relay = threading.Thread(target=self._carry, daemon=True)
        self._relay.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stop_writer, b"!")
        self._relay.join()
        for descriptor in (self._near_master, self._near_slave, self._far_master, self._far_slave):
            os.close(descriptor)
        os.close(self._stop_reader)
        os.close(self._stop_writer)

    def _carry(self) -> None:
        other = {self._near_master: self._far_master, self._far_master: self._near_master}
        while True:
            ready, _, _ = select.select([*other, self._stop_reader], [], [])
            if self._stop_reader in ready:
                return
            for descriptor in ready:
                os.write(other[descriptor], os.read(descriptor, 4096))
