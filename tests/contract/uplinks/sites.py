"""Every far end the contract suite runs against, seen alike: what lies there, what can be done, and ways to it."""

from __future__ import annotations

import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.core.interfaces import Uplink
from gateway.core.publishing import Publishing
from gateway.runtime.clock import SystemClock
from gateway.uplinks.ftp.login import FtpServer, Tls
from gateway.uplinks.ftp.uplink import FtpUplink
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.sftp.login import SshAccount
from gateway.uplinks.sftp.session import SftpServer
from gateway.uplinks.sftp.uplink import SftpUplink
from gateway.uplinks.timeouts import Timeouts
from tests.support.servers import Server
from tests.support.servers.memory import MemoryServer, MemoryUplink

TIMEOUTS = Timeouts(connect_s=3, answer_s=5)


class Site(ABC):
    """One far end with a base folder of the test's own that does not exist yet."""

    @abstractmethod
    def uplink(self, *, timeouts: Timeouts = TIMEOUTS) -> Uplink: ...

    @abstractmethod
    def with_wrong_password(self) -> Uplink:
        """An uplink with a wrong password."""

    @abstractmethod
    def files(self) -> dict[str, bytes]:
        """Everything below the base folder: path → content."""

    @abstractmethod
    def put(self, path: str, content: bytes) -> None: ...

    @abstractmethod
    def make_folder(self, path: str) -> None: ...

    @abstractmethod
    def lock(self, folder: str) -> None:
        """From now on nobody may write into this folder below the base (`""`: the base itself)."""

    @abstractmethod
    def unlock(self, folder: str) -> None: ...

    @abstractmethod
    def on_small_disk(self) -> tuple[Uplink, Callable[[], None], Callable[[], list[str]]]:
        """An uplink whose far end is full, what makes room there, and what then lies there."""

    @abstractmethod
    def trace(self, path: str) -> object:
        """Something that changes when the file is written anew."""


@dataclass(slots=True)
class RealSite(Site):
    server: Server
    base: str
    root: Path

    def uplink(
        self,
        *,
        timeouts: Timeouts = TIMEOUTS,
        host: str | None = None,
        port: int | None = None,
        path: str | None = None,
        password: Callable[[], str] | None = None,
        private_key: str | None = None,
        host_key: str | None = None,
        ca: Path | None = None,
        passive: bool = True,
        publishing: Publishing = Publishing.RENAME,
        pool: ConnectionPool[Any] | None = None,
        urgent: bool = False,
    ) -> SftpUplink | FtpUplink:
        """By default a backlog's, over as many connections as are usual."""
        server = self.server
        reveal = password or self._password
        where = (host or server.host, port or server.port, self.base if path is None else path)
        sftp = server.scheme == "sftp"
        lane = {
            "clock": SystemClock(),
            "pool": pool or ConnectionPool(2 if sftp else 4, SystemClock()),
            "urgent": urgent,
            "publishing": publishing,
            "timeouts": timeouts,
        }
        if sftp:
            account = SshAccount(
                server.user,
                (host_key or server.host_key or "",),
                None if private_key else reveal,
                (lambda: private_key) if private_key else None,
            )
            return SftpUplink(SftpServer(*where, account), **lane)  # type: ignore[arg-type]
        ftp_server = FtpServer(*where, server.user, reveal, Tls(server.scheme), ca or server.ca, passive=passive)
        return FtpUplink(ftp_server, **lane)  # type: ignore[arg-type]

    def with_wrong_password(self) -> Uplink:
        return self.uplink(password=lambda: "a wrong password")

    def files(self) -> dict[str, bytes]:
        paths = [path for path in self.root.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.root)): path.read_bytes() for path in paths}

    def put(self, path: str, content: bytes) -> None:
        self.make_folder(str(Path(path).parent))
        (self.root / path).write_bytes(content)
        self._give(self.root / path)

    def make_folder(self, path: str) -> None:
        missing = self.root / path
        missing.mkdir(parents=True, exist_ok=True)
        for folder in (missing, *missing.parents):
            if folder == self.server.root:
                break
            self._give(folder)

    def lock(self, folder: str) -> None:
        shutil.chown(self.root / folder, 0, 0)

    def unlock(self, folder: str) -> None:
        self._give(self.root / folder)

    def on_small_disk(self) -> tuple[Uplink, Callable[[], None], Callable[[], list[str]]]:
        disk = self.server.full_disk()
        shutil.rmtree(disk / "day", ignore_errors=True)
        (disk / "day").mkdir()
        self._give(disk / "day")
        ballast = disk / "ballast"
        with ballast.open("wb", buffering=0) as filler:
            try:
                while filler.write(b"x" * 4096):
                    pass
            except OSError:
                pass  # full, as intended
        return (
            self.uplink(path=self.server.full_path, timeouts=Timeouts(connect_s=1, answer_s=1)),
            ballast.unlink,
            lambda: sorted(str(path.relative_to(disk)) for path in disk.rglob("*") if path.is_file()),
        )

    def trace(self, path: str) -> object:
        found = (self.root / path).stat()
        return found.st_ino, found.st_mtime_ns

    def wait_until_alone(self) -> None:
        """Wait until the server has noticed that its clients are gone."""
        deadline = time.monotonic() + 10
        while self.server.child.sessions():
            assert time.monotonic() < deadline, "a session lives on"
            time.sleep(0.005)

    def _password(self) -> str:
        return self.server.password

    def _give(self, path: Path) -> None:
        owner = self.server.root.stat()
        shutil.chown(path, owner.st_uid, owner.st_gid)


@dataclass(slots=True)
class MemorySite(Site):
    server: MemoryServer
    base: str

    def uplink(self, *, timeouts: Timeouts = TIMEOUTS) -> Uplink:
        return MemoryUplink(self.server, self.base, password=self.server.password, answer_s=timeouts.answer_s)

    def with_wrong_password(self) -> Uplink:
        return MemoryUplink(self.server, self.base, password="a wrong password")

    def files(self) -> dict[str, bytes]:
        return {path.removeprefix(f"{self.base}/"): content for path, content in self.server.files.items()}

    def put(self, path: str, content: bytes) -> None:
        self.make_folder(str(Path(path).parent))
        self.server.files[f"{self.base}/{path}"] = content

    def make_folder(self, path: str) -> None:
        whole = Path(self.base) / path
        self.server.folders |= {str(folder) for folder in (whole, *whole.parents)} - {"."}

    def lock(self, folder: str) -> None:
        self.server.locked.add(f"{self.base}/{folder}".rstrip("/"))

    def unlock(self, folder: str) -> None:
        self.server.locked.discard(f"{self.base}/{folder}".rstrip("/"))

    def on_small_disk(self) -> tuple[Uplink, Callable[[], None], Callable[[], list[str]]]:
        self.server.room_bytes = 0
        return self.uplink(), lambda: setattr(self.server, "room_bytes", None), lambda: sorted(self.files())

    def trace(self, path: str) -> object:
        return self.server.uploads, self.server.files[f"{self.base}/{path}"]
