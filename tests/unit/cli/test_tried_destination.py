"""`gateway check --online` at a destination whose uplink somebody else has written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gateway.cli.tried_destination import try_destination
from gateway.core.interfaces import Delivered, Parcel
from gateway.uplinks import registry
from tests.support.clock import FakeClock
from tests.unit.config.wording import STATION, load_text


class Inbox:
    """An uplink that can do what it must and no more."""

    scarce = False
    is_closed = False

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered]:
        raise AssertionError(parcels)

    def abort(self) -> None: ...

    def close(self) -> None:
        self.is_closed = True


def test_an_uplink_that_cannot_be_looked_into_is_not_tried_and_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = Inbox()
    monkeypatch.setattr(registry, "open_uplink", lambda destination, context: inbox)
    configuration = load_text(STATION, tmp_path)
    found = try_destination(configuration, configuration.destinations[0], FakeClock(), {}, quietly=False)
    assert not found["tried"]
    assert found["error"] is None
    assert inbox.is_closed
    assert "destination so-tnmt: not tried: this version cannot" in capsys.readouterr().out
