"""What every test server shows: where it is, who may enter, what lies on its disk, and how to end and restart it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.support.servers.private import PASSWORD, ROOT, USER, Child


@dataclass(slots=True)
class Server:
    """A running server. `path` is its writable folder as a client names it; `root` the same folder as the test sees
    it."""

    kind: str
    scheme: str
    port: int
    path: str
    root: Path
    child: Child
    restart: Callable[[], Child]
    host: str = "127.0.0.1"
    user: str = USER
    password: str = PASSWORD
    host_key: str | None = None
    ca: Path | None = None
    data_ports: range = field(default=range(0))
    full_path: str = "/full"
    denied_path: str = "/denied"
    logs: tuple[Path, ...] = ()
    home: str = ""
    """The log-in folder as a client names it; empty where a client sees no folder above it."""

    def full_disk(self) -> Path:
        """The small disk behind `full_path`."""
        return self.child.seen(f"{ROOT}/full")

    def said(self) -> str:
        """Everything in the server's logs so far."""
        return "\n".join(log.read_text(errors="replace") for log in (self.child.log, *self.logs) if log.exists())

    def end_sessions(self) -> None:
        """`kill -9` whoever serves a client now; the server itself lives on."""
        for session in self.child.sessions():
            try:
                session.kill()
            except psutil.NoSuchProcess:
                continue

    def start_again(self) -> None:
        """Stop everything and start it anew on the same port and folder."""
        self.child.stop()
        self.child = self.restart()

    def close(self) -> None:
        """Stop it and whoever serves a client."""
        self.child.stop()


def started(
    kind: str,
    scheme: str,
    folder: Path,
    port: int,
    start: Callable[[], Child],
    *,
    host: str = "127.0.0.1",
    host_key: str | None = None,
    ca: Path | None = None,
    data_ports: range = range(0),
    logs: tuple[Path, ...] = (),
    home: str = "",
) -> Server:
    """Started, with its files in `folder / "srv/files"`, until it is closed."""
    return Server(
        kind=kind,
        scheme=scheme,
        port=port,
        path=f"{home}/files",
        root=folder / "srv/files",
        child=start(),
        restart=start,
        host=host,
        host_key=host_key,
        ca=ca,
        data_ports=data_ports,
        logs=logs,
        home=home,
        full_path=f"{home}/full",
        denied_path=f"{home}/denied",
    )
