"""A station with a journal, and targets that write down what they are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gateway.alerts.courier import AlertCourier
from gateway.alerts.store import AlertStore
from gateway.alerts.targets import adopt_targets
from gateway.core.alert import Alert, AlertKind, AlertMessage, AlertState, AlertTarget, ConfiguredTarget
from gateway.core.journal_entry import EntryKind
from gateway.db import Database, open_database
from gateway.journal.chain import append
from tests.support.clock import FakeClock


class PlainWords:
    """As few words as there can be. Implements `gateway.core.alert.AlertWording`."""

    def prepare(self) -> None: ...

    def alert(self, alert: Alert) -> AlertMessage:
        return self._message(
            alert.id, alert.kind, alert.state, f"{alert.kind} {alert.state} {'+'.join(alert.subjects)}"
        )

    def digest(self, message_id: str, alerts: Sequence[Alert], count: int, *, is_first: bool) -> AlertMessage:
        lines = tuple(f"{one.kind} {one.state} {'+'.join(one.subjects)}" for one in alerts)
        subject = f"{'lasting' if is_first else 'gathered'} {count}"
        return self._message(message_id, None, AlertState.DIGEST, subject, lines, count)

    def test(self, message_id: str) -> AlertMessage:
        return self._message(message_id, None, AlertState.TEST, "test")

    def _message(
        self,
        message_id: str,
        kind: AlertKind | None,
        state: AlertState,
        subject: str,
        lines: tuple[str, ...] = (),
        count: int = 1,
    ) -> AlertMessage:
        return AlertMessage(message_id, kind, state, "NUO001", "Trạm", subject, None, None, subject, lines, count)


@dataclass(slots=True)
class FakeTeller:
    """Takes what it is told, unless it is to fail. Implements `gateway.core.alert.Teller`."""

    longest_s: float = 1.0
    fails: Exception | None = None
    told: list[AlertMessage] = field(default_factory=list)
    tries: int = 0

    def tell(self, message: AlertMessage) -> None:
        self.tries += 1
        if self.fails is not None:
            raise self.fails
        self.told.append(message)

    def abort(self) -> None: ...

    @property
    def said(self) -> list[str]:
        return [one.subject for one in self.told]


class Station:
    """The journal is written by `enter`; a start adopts the targets that are configured then."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, FakeClock()
        self.store = AlertStore(database)
        self.tellers: dict[str, FakeTeller] = {}
        self._couriers: dict[str, AlertCourier] = {}

    def start(self, **targets: Sequence[AlertKind]) -> None:
        configured = [AlertTarget(name, frozenset(kinds)) for name, kinds in targets.items()]
        adopt_targets(self.database, configured, self.clock.wall_ms)
        self._couriers = {one.name: self._courier(one) for one in configured}

    def _courier(self, target: AlertTarget) -> AlertCourier:
        teller = self.tellers.setdefault(target.name, FakeTeller())
        configured = ConfiguredTarget(target, PlainWords(), lambda: teller)
        return AlertCourier(configured, self.store, self.clock, lambda: 0.5)

    def enter(self, kind: EntryKind, what: Mapping[str, Any]) -> None:
        with self.database.write() as connection:
            append(connection, self.clock.wall_ms, kind, what)

    def port(self, name: str, state: str = "began") -> None:
        self.enter(EntryKind.PORT, {"state": state, "kind": "door-open", "subjects": {name: None}, "began_ms": 1})

    def after(self, seconds: float) -> None:
        """Every target's courier does what it does in that time."""
        until_s = self.clock.mono_s + seconds
        due = dict.fromkeys(self._couriers, self.clock.mono_s)
        while min(due.values()) <= until_s:
            name = min(due, key=lambda one: due[one])
            self.clock.advance(max(0.0, due[name] - self.clock.mono_s))
            due[name] = max(self._couriers[name].step(self.clock.now()), self.clock.mono_s + 0.001)
        self.clock.advance(until_s - self.clock.mono_s)

    def states(self, target: str) -> list[tuple[str | None, int]]:
        """Outcome and tries of everything it was to be told."""
        kept = [one for one in self.store.newest(10_000) if one.target == target]
        return [(one.outcome, one.tries) for one in reversed(kept)]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    with closing(open_database(tmp_path / "gateway.db")) as database:
        yield Station(database)
