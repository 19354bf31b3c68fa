"""A station that has three days behind it, with everything that a report has to tell: written by the stores, so that
reports read what the gateway would have left."""

from __future__ import annotations

from pathlib import Path

from gateway.audit import runs
from gateway.config import Configuration, load
from gateway.core.averaging import Average
from gateway.core.lateness import DelayCause
from gateway.core.reading import Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.outages import BatchFailure, DestinationOutcome
from gateway.outbox.store import DeliveryResult
from tests.support.journey import COD, DAY_MS, HOUR_MS, MIDNIGHT_MS, PH, SLOT_MS, Journey

DAY_5_MS = MIDNIGHT_MS + 4 * DAY_MS
"""2026-01-05T00:00:00+07:00: the first slot's end."""
DAY_6_MS, DAY_7_MS, DAY_8_MS = DAY_5_MS + DAY_MS, DAY_5_MS + 2 * DAY_MS, DAY_5_MS + 3 * DAY_MS
NOW_MS = DAY_8_MS + 299_000
"""The next slot is not due yet."""
SLOTS = 3 * 288

CALIBRATING_MS = range(DAY_5_MS + 8 * HOUR_MS, DAY_5_MS + 9 * HOUR_MS, SLOT_MS)
EXCEEDING_MS = range(DAY_5_MS + 10 * HOUR_MS, DAY_5_MS + 11 * HOUR_MS, SLOT_MS)
OFF_MS = range(DAY_6_MS + 2 * HOUR_MS, DAY_6_MS + 16 * HOUR_MS, SLOT_MS)
CUT_MS = range(DAY_7_MS + HOUR_MS, DAY_7_MS + 14 * HOUR_MS, SLOT_MS)
FAULTY_MS = range(DAY_7_MS + 15 * HOUR_MS, DAY_7_MS + 15 * HOUR_MS + 30 * 60_000, SLOT_MS)
RECONNECTED_MS = DAY_7_MS + 14 * HOUR_MS
"""Ends of slots: COD calibrates, COD lies over its limit, the gateway is off, the line to the province is cut, pH's
probe is faulty; and when the line was back."""

YAML = """
station: {{name: "Trạm <Ví dụ> & Co", province: HN, facility: ABCD, code: NUO001, kind: wastewater,
          special_monitoring: true, language: vi}}
storage: {{path: {storage}, readings: 90d, records: 1100d}}
clock: {{trust: assume}}
links:
  plc: {{type: modbus-tcp, host: 127.0.0.1}}
instruments:
  - name: multiprobe
    link: plc
    unit: 1
    poll: 5s
    parameters:
      - {{symbol: pH, unit: "-", register: "holding:0", type: float32, decimals: 2, limit: {{min: 5.5, max: 9}}}}
      - {{symbol: COD, unit: mg/L, register: "holding:2", type: float32, decimals: 1,
         limit: {{standard: "QCVN 40:2011", column: B}}}}
destinations:
  - {{name: so-tnmt, authority: province, url: "ftps://u@ftp.example.vn/NUO001", password: {{env: HOME}}}}
  - {{name: bo-tnmt, authority: ministry, only_if_special: true, url: "ftps://u@ftp.example.vn/N",
     password: {{env: HOME}}}}
"""


def configuration(folder: Path, language: str = "vi") -> Configuration:
    """The station's configuration, in `folder / "gateway.yaml"`; its secrets are in a variable that any process has."""
    file = folder / "gateway.yaml"
    file.write_text(YAML.format(storage=folder).replace("language: vi", f"language: {language}"), "utf-8")
    return load(file, {"HOME": "secret"})


def cod_at(end_ms: int) -> float:
    """What COD is where nothing else is said: 40.0 to 87.5, each of these values three times a day."""
    return 200.0 if end_ms in EXCEEDING_MS else 40.0 + (end_ms // SLOT_MS) % 96 * 0.5


def record_at(end_ms: int) -> Record:
    ph = Average(None, Status.FAULT, 0, 60) if end_ms in FAULTY_MS else Average(7.25, Status.MEASURING, 60, 60)
    status = Status.CALIBRATING if end_ms in CALIBRATING_MS else Status.MEASURING
    return Record(Slot(end_ms, SLOT_MS), (Line(PH, ph), Line(COD, Average(cod_at(end_ms), status, 60, 60))))


def fill(journey: Journey) -> None:
    """Live through the three days."""
    journey.database.read("PRAGMA synchronous = OFF")  # what is measured here is not the disk
    first = runs.begin(journey.database, DAY_5_MS - HOUR_MS, "1")
    runs.end(journey.database, first, OFF_MS[0] - SLOT_MS + 10_000, "SIGTERM")
    runs.begin(journey.database, OFF_MS[-1] + 10_000, "1")
    for end_ms in range(DAY_5_MS, DAY_8_MS, SLOT_MS):
        if end_ms in OFF_MS:
            continue
        file_id = journey.file_of(record_at(end_ms))
        journey.plans.plan(file_id, ["so-tnmt", "bo-tnmt"], end_ms + 2000)
        if end_ms == CUT_MS[0]:
            failure = BatchFailure(DelayCause.LINE, end_ms + 2500, end_ms + 3000, "no answer from ftp.example.vn:990")
            journey.outbox.settle([], DestinationOutcome("so-tnmt", failure=failure))
        to_province, to_ministry = (
            number
            for (number,) in journey.database.read("SELECT id FROM delivery WHERE file_id = ? ORDER BY id", (file_id,))
        )
        province_ms = RECONNECTED_MS + 1000 if end_ms in CUT_MS else end_ms + 4000
        journey.outbox.settle(
            [DeliveryResult(to_ministry, DeliveryState.DELIVERED, end_ms + 3000, end_ms + 4000, "renamed")]
        )
        word = DestinationOutcome("so-tnmt", decided_ms=province_ms) if end_ms == CUT_MS[-1] else None
        journey.outbox.settle(
            [DeliveryResult(to_province, DeliveryState.DELIVERED, province_ms, province_ms, "renamed")], word
        )
