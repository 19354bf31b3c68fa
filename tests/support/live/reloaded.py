"""A daemon that is asked to take another configuration over, as `gateway reload` asks it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from gateway.audit.reload_requests import ReloadRequest, ReloadRequests
from gateway.db import join_database
from tests.support.live.gateway import RunningGateway, command

SOON_S = 90.0


class ReloadedStation:
    """The daemon, its log, its configuration's file. `folder` has the log in it, and `gateway/storage`."""

    def __init__(self, folder: Path, configuration: Path) -> None:
        self.configuration = configuration
        self.log = folder / "log"
        self.storage = folder / "gateway" / "storage"
        self.start()

    def start(self) -> None:
        begun = self.said().count("gateway started")
        self.gateway = RunningGateway(self.configuration, self.log)
        self.wait_until(lambda: self.said().count("gateway started") > begun)

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def wait_until(self, is_so: Callable[[], object]) -> None:
        deadline_s = time.monotonic() + SOON_S
        while not is_so():
            assert time.monotonic() < deadline_s, self.said()[-2000:]
            time.sleep(0.05)

    def edit(self, before: str, after: str) -> None:
        text = self.configuration.read_text("utf-8")
        assert before in text
        self.configuration.write_text(text.replace(before, after, 1), "utf-8")

    def ask(self, *, may_restart: bool = False) -> int:
        """As the command does, and without the time that it takes to start."""
        sha256 = hashlib.sha256(self.configuration.read_bytes()).hexdigest()
        with closing(join_database(self.storage / "gateway.db")) as database:
            return ReloadRequests(database).ask(sha256, "lan", time.time_ns() // 1_000_000, may_restart=may_restart)

    def answer(self, number: int) -> ReloadRequest:
        with closing(join_database(self.storage / "gateway.db")) as database:
            requests = ReloadRequests(database)
            found: list[ReloadRequest | None] = []

            def is_settled() -> bool:
                found[:] = [requests.find(number)]
                return found[0] is not None and found[0].settled_ms is not None

            self.wait_until(is_settled)
        assert found[0] is not None
        return found[0]

    def run(self, *arguments: str) -> CompletedProcess[str]:
        return command(*arguments, "--config", self.configuration, timeout_s=SOON_S)

    def journal(self, kind: str) -> list[dict[str, Any]]:
        with closing(join_database(self.storage / "gateway.db")) as database:
            rows = database.read("SELECT who, what FROM sound_journal WHERE kind = ? ORDER BY seq", (kind,))
        return [{"who": who, "what": json.loads(what)} for who, what in rows]
