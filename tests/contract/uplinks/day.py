"""A day of files on its way to one receiver: the real outbox, couriers and uplinks, on a clock that skips pauses."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.config import Destination
from gateway.config.destinations.folder import LAYOUTS
from gateway.config.destinations.scheme import Scheme
from gateway.config.destinations.url import DestinationUrl
from gateway.config.secrets import Secret
from gateway.core.interfaces import Uplink
from gateway.core.profile import ServerProfile
from gateway.core.publishing import Proof, Publishing
from gateway.db.board import Board
from gateway.files.kept_files import kept_files
from gateway.files.store import FileStore
from gateway.outbox.courier import Courier
from gateway.outbox.in_flight import InFlight
from gateway.outbox.lanes import Lane, Route
from gateway.outbox.login_breaker import LoginBreaker
from gateway.reports.export.files import write_files
from gateway.runtime.clock import AlwaysTrusted, SystemClock
from gateway.uplinks.context import UplinkContext
from gateway.uplinks.manners import Manners
from gateway.uplinks.registry import open_uplink, pools_of
from tests.support.clock import FakeClock
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey

ZONE = "Asia/Ho_Chi_Minh"
FOLDER = LAYOUTS["YYYY/MM/DD"]
SLOTS = int(os.environ.get("GATEWAY_DAY_SLOTS", "24"))
"""How many of the day's 288, its last ones."""
LONGEST_S = 60.0
"""Within which a day is over, whatever the receiver does."""


def destination(
    folder: Path,
    scheme: str,
    port: int,
    user: str,
    password: str,
    path: str,
    *,
    host_key: str | None = None,
    ca: Path | None = None,
    proof: Proof = Proof.PRESENT,
    publish: Publishing = Publishing.RENAME,
) -> Destination:
    """As somebody configures it for a server at this port."""
    secret = folder / "password"
    secret.write_text(password)
    secret.chmod(0o600)
    return Destination(
        name="so-tnmt",
        authority="province",
        url=DestinationUrl(Scheme(scheme), user, "127.0.0.1", port, path),
        password=Secret(file=secret),
        host_key=host_key,
        ca=ca,
        proof=proof,
        publish=publish,
    )


class Day:
    """The files of a day's end wait for the destination; `carry` brings them there."""

    def __init__(self, folder: Path, to: Destination, slots: int = SLOTS) -> None:
        self._folder = folder
        self._to = to
        self.journey = Journey(folder)
        self.clock = FakeClock(MIDNIGHT_MS + 288 * SLOT_MS)
        self.profiles: list[ServerProfile] = []
        self.manners = Manners(SystemClock(), where=to.name)
        ends = [self.clock.wall_ms - n * SLOT_MS for n in reversed(range(slots))]
        for n, end_ms in enumerate(ends):
            self.journey.send(end_ms, [to.name], value=7.0 + n / 100)
        self.breaker = LoginBreaker(None)
        in_flight, board = InFlight(), Board(self.journey.database)
        pool = pools_of([to], SystemClock())[to.name]
        route = Route(to.name, FOLDER, ZONE, SLOT_MS)
        self.couriers = [
            Courier(
                route,
                lane,
                self._uplink(lane, pool),
                self.journey.outbox,
                self.journey.files,
                in_flight,
                self.breaker,
                board,
                self.clock,
                AlwaysTrusted(self.clock),
                lambda: 0.0,
            )
            for lane in Lane
        ]

    def _uplink(self, lane: Lane, pool: Any) -> Uplink:
        on_profile = self.profiles.append if lane is Lane.LIVE else None
        context = UplinkContext(
            "NUO001", lane.value, lane is Lane.BACKLOG, pool=pool, on_profile=on_profile, manners=self.manners
        )
        return open_uplink(self._to, context)

    def carry(self, within_s: float = 6 * 3600.0, wait_s: float = 0.0) -> None:
        """Until nothing waits any more but for a person, or so much time has passed. Of each pause up to `wait_s` is
        real."""
        due_s = dict.fromkeys(self.couriers, float("-inf"))
        end_s, began_s = self.clock.mono_s + within_s, time.monotonic()
        while self._waits() and self.clock.mono_s < end_s and time.monotonic() < began_s + LONGEST_S:
            for courier in self.couriers:
                if due_s[courier] <= self.clock.mono_s:
                    due_s[courier] = courier.step(self.clock.now())
            pause_s = max(0.0, min(due_s.values()) - self.clock.mono_s)
            self.clock.advance(pause_s)
            time.sleep(min(pause_s, wait_s))

    def states(self) -> Counter[str]:
        """How many deliveries are in which state; `held`: waiting for a person."""
        rows = self.journey.database.read(
            "SELECT iif(held_ms IS NULL, state, 'held'), count(*) FROM delivery GROUP BY 1"
        )
        return Counter(dict(rows))

    def answers(self) -> set[str]:
        """What the ledger says of the last try of each."""
        return {str(answer) for (answer,) in self.journey.database.read("SELECT answer FROM delivery")}

    def exported(self) -> dict[str, bytes]:
        """What `gateway export --format tt10` writes: path → bytes."""
        out = self._folder / "exported"
        wanted = kept_files(self.journey.database, "tt10", SLOT_MS, MIDNIGHT_MS, self.clock.wall_ms, self._to.name)
        count, broken = write_files(FileStore(self.journey.database), wanted, out, FOLDER, ZONE, lambda _: None)
        assert not broken
        files = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        assert len(files) == count
        return files

    def close(self) -> None:
        for courier in self.couriers:
            courier.close()
        self.journey.database.close()

    def _waits(self) -> bool:
        return self.states()["waiting"] > 0


@contextmanager
def day(folder: Path, to: Destination, slots: int = SLOTS) -> Iterator[Day]:
    """Closed at the end of the block."""
    whole = Day(folder, to, slots)
    try:
        yield whole
    finally:
        whole.close()


def relative(files: Mapping[str, bytes], base: str) -> dict[str, bytes]:
    """Without the base folder in front."""
    return {path.removeprefix(base).lstrip("/"): content for path, content in files.items()}
