"""What `gateway status` says beside its table of destinations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.cli.notes_on_delivery import ratio_notes
from gateway.config import load
from gateway.core.clock_trust import TrustState
from gateway.core.interfaces import Instant
from gateway.db import open_database
from gateway.reports.status import StationStatus, collect
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, Journey

NOW_MS = MIDNIGHT_MS + 12 * HOUR_MS
YAML = """
station: {{name: Trạm Ví dụ, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: {storage}}}
links: {{plc: {{type: modbus-tcp, host: 127.0.0.1}}}}
instruments:
  - name: multiprobe
    link: plc
    unit: 1
    poll: 5s
    parameters: [{{symbol: pH, unit: "-", register: "holding:0", type: float32}}]
destinations:
  - name: so-tnmt
    authority: province
    url: mqtt://a@127.0.0.1/a
    password: {{env: A}}
"""


@pytest.fixture
def status(journey: Journey, tmp_path: Path) -> StationStatus:
    file = tmp_path / "gateway.yaml"
    file.write_text(YAML.format(storage=tmp_path), "utf-8")
    reader = open_database(journey.file, read_only=True)
    seen = collect(load(file, {"A": "b"}), reader, Instant(NOW_MS, 0.0))
    reader.close()
    counted = replace(seen.destinations[0], ratio_today=0.1, ratio_month=0.004)
    return replace(seen, destinations=(counted,), clock=replace(seen.clock, state=TrustState.TRUSTED))


def test_a_young_stations_low_ratio_says_from_when_it_counts(status: StationStatus) -> None:
    (note,) = ratio_notes(replace(status, first_start_ms=NOW_MS - HOUR_MS))
    assert "this station began at" in note.plain
    assert "from midnight on" in note.plain


def test_an_older_stations_says_nothing_more(status: StationStatus) -> None:
    assert ratio_notes(replace(status, first_start_ms=NOW_MS - 40 * DAY_MS)) == []
    assert ratio_notes(replace(status, first_start_ms=None)) == []
    young = replace(status, first_start_ms=NOW_MS - HOUR_MS)
    (none_due,) = young.destinations
    assert ratio_notes(replace(young, destinations=(replace(none_due, ratio_month=None),))) == []
