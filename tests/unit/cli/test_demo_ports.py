"""The demo's ports: each violation is told once as it begins and once as it ends, and one that was missed is no
success."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.audit.events import EventStore
from gateway.cli.demo.port_view import SEEN_WITHIN_LOOKS, PortView
from gateway.config import load
from gateway.core.episode import Episode
from gateway.core.findings import Finding, Topic
from tests.support.journey import MIDNIGHT_MS, Journey
from tests.unit.config.wording import ENVIRON, edited


class Undone:
    """A simulator at whose box something was done and undone so many looks ago."""

    def __init__(self, port: str, looks: int) -> None:
        self.port, self.looks = port, looks

    def undone_at(self, looks_ago: int) -> list[str]:
        return [self.port] if self.looks >= looks_ago else []


@pytest.fixture
def journey(tmp_path: Path) -> Journey:
    return Journey(tmp_path)


@pytest.fixture
def view(tmp_path: Path, journey: Journey) -> PortView:
    file = tmp_path / "gateway.yaml"
    file.write_text(edited(("reporting:", f"storage: {{path: {journey.file.parent}}}\nreporting:")), "utf-8")
    return PortView(load(file, ENVIRON))


def note(journey: Journey, end_ms: int | None) -> None:
    last_ms = MIDNIGHT_MS if end_ms is None else end_ms
    episode = Episode("device-in-unused", MIDNIGHT_MS, last_ms, 1, None, end_ms)
    EventStore(journey.database).note([Finding("usb:1-1.3", episode, Topic.PORT, "a stick")], last_ms)


def test_a_violation_is_told_once_and_its_end_once(view: PortView, journey: Journey) -> None:
    view.refresh()
    assert view.news() == []
    note(journey, None)
    view.refresh()
    assert view.news() == ["port usb:1-1.3: device-in-unused: a stick"]
    view.refresh()
    assert view.news() == []
    note(journey, MIDNIGHT_MS + 6_000)
    view.refresh()
    assert view.news() == ["port usb:1-1.3: as declared again after 6 s"]
    assert view.news() == []


def test_what_was_done_and_not_noticed_is_missed(view: PortView, journey: Journey) -> None:
    long_ago, just_now = Undone("usb:1-1.3", SEEN_WITHIN_LOOKS), Undone("usb:1-1.3", SEEN_WITHIN_LOOKS - 1)
    view.refresh()
    assert view.missed(long_ago) == ["usb:1-1.3"]  # type: ignore[arg-type]
    assert view.missed(just_now) == []  # type: ignore[arg-type]
    note(journey, None)
    view.refresh()
    assert view.missed(long_ago) == ["usb:1-1.3"]  # type: ignore[arg-type]
    note(journey, MIDNIGHT_MS + 6_000)
    view.refresh()
    assert view.missed(long_ago) == []  # type: ignore[arg-type]
