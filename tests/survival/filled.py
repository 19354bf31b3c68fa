"""A database that has something in every table, and everything that the gateway does with one."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from gateway.audit import clock_sets, runs
from gateway.audit.events import EventStore
from gateway.audit.inspection import FIRST_S, Inspection
from gateway.audit.ledger import entries
from gateway.audit.record_watch import RecordWatch
from gateway.calibrations.results import CalibrationResults
from gateway.cli.explained import lines_of
from gateway.cli.notes import notes
from gateway.config import Configuration, Language
from gateway.core.calibration_check import CalibrationCheck, CheckKind
from gateway.core.clock_set import ClockSet
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.errors import DeliveryRefused
from gateway.core.lateness import DelayCause
from gateway.core.profile import ServerProfile
from gateway.db import Database, set_aside
from gateway.db.board import Board
from gateway.db.checksums import SealedTable
from gateway.db.damage import SetAsideKind
from gateway.db.rounds import Rounds
from gateway.db.set_aside import DamageNotes
from gateway.files.filer import Filer
from gateway.files.kept_files import kept_files
from gateway.files.store import FileStore
from gateway.instruments.device_profiles import DeviceProfiles
from gateway.outbox.action import Action
from gateway.outbox.backfill import Backfill, BackfillTarget
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.interventions import DeliverySelection, Interventions
from gateway.outbox.outages import BatchFailure, DestinationOutcome
from gateway.outbox.plan_store import PlanStore
from gateway.outbox.planner import Planner, Subscription
from gateway.outbox.server_profiles import known_server, record_profile
from gateway.outbox.store import DeliveryResult, OutboxStore
from gateway.readings.calibrations import CalibrationStore
from gateway.readings.store import ReadingStore
from gateway.records.derivations import DerivationStore
from gateway.records.store import RecordStore
from gateway.reports import period
from gateway.reports.document import ReportKind
from gateway.reports.explain.slot import explain
from gateway.reports.explain.to_json import to_json as explanation_to_json
from gateway.reports.formats import ReportFormat, render
from gateway.reports.registry import build
from gateway.reports.status import collect
from gateway.reports.status_json import to_json
from gateway.sampler.store import SampleStore
from tests.support.clock import FakeClock
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, RENDERING, SLOT_MS, Journey, at, block, measured, record

NAME = "so-tnmt"
SLOTS = 12
NOW_MS = MIDNIGHT_MS + (SLOTS + 2) * SLOT_MS
KNOWN = "bo-tnmt/x.txt"
"""What nobody has closed before any bit flips."""
FOREVER_MS = NOW_MS + 400 * HOUR_MS


def fill(journey: Journey, configuration: Configuration) -> None:
    """An hour of a station's life, in which everything happens that leaves a row somewhere."""
    database = journey.database
    run = runs.begin(database, MIDNIGHT_MS, "1")
    clock_sets.keep(database, run, ClockSet(MIDNIGHT_MS, MIDNIGHT_MS + 5000, 60_000))
    for number in range(1, SLOTS):
        journey.send(MIDNIGHT_MS + number * SLOT_MS, [NAME, "bo-tnmt"], 7.0 + number / 10)
    journey.readings.add([block(MIDNIGHT_MS + n * 10_000, measured(7.0), measured(20.0)) for n in range(40)])
    failed = DeliveryResult(1, DeliveryState.WAITING, MIDNIGHT_MS, MIDNIGHT_MS + 8000, "452")
    arrived = DeliveryResult(1, DeliveryState.DELIVERED, MIDNIGHT_MS, MIDNIGHT_MS + 9000, "renamed")
    journey.outbox.settle([failed, arrived], DestinationOutcome(NAME, MIDNIGHT_MS + 9000))
    failure = BatchFailure(DelayCause.LINE, NOW_MS - 9000, NOW_MS - 5000, "no answer from ftp.example.vn")
    journey.outbox.settle([], DestinationOutcome(NAME, failure=failure))
    Interventions(database).act(
        Action.CLOSE, DeliverySelection("bo-tnmt", until_ms=MIDNIGHT_MS + SLOT_MS), "an", NOW_MS
    )
    record_profile(database, NAME, ServerProfile("vsFTPd"), NOW_MS)
    clock = FakeClock(wall_ms=NOW_MS)
    profiles = DeviceProfiles(database, clock)
    one = configuration.instruments[0]
    profiles.memory_of(one.name, configuration.fingerprints[one.name]).keep(
        "{}", ("answers at most 16 registers at once",)
    )
    profiles.step(clock.now())
    CalibrationStore(database).begin(["pH"], None, "buffer 7.00", "an", NOW_MS - 1000)
    CalibrationResults(database).add(
        CalibrationCheck("pH", "-", NOW_MS - 500, CheckKind.SPAN, 7.0, 7.02), "buffer 7.00", "an", NOW_MS
    )
    DerivationStore(database).adopt(configuration.derivation, MIDNIGHT_MS)
    SampleStore(database).add("limit exceeded: COD 200", "an", NOW_MS)
    board = Board(database)
    board.report(ComponentKind.LINK, "plc", ComponentState.UP, "no answer", NOW_MS)
    board.step(at(NOW_MS))
    Rounds(database).completed("expiry", NOW_MS)
    with database.write() as connection:
        set_aside.keep(connection, SetAsideKind.CONFLICT, KNOWN, "other bytes lie there", NOW_MS)
    go_on(database, configuration)


def fill_rest(database: Database) -> None:
    """A row in every table that has none yet: a new one is tried out by itself."""
    with database.write() as connection:
        connection.execute("PRAGMA defer_foreign_keys = ON")
        for table in database.damage.tables.values():
            if not connection.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchone():  # noqa: S608
                _insert(connection.execute, table, connection.execute(f"PRAGMA table_info({table.name})").fetchall())


def _insert(execute: Callable[..., sqlite3.Cursor], table: SealedTable, columns: list[tuple[object, ...]]) -> None:
    schema = execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table.name,)).fetchone()[0]
    allowed = dict(re.findall(r"CHECK \((\w+) IN\s+\('([^']+)'", schema))
    if "'done'" in schema:
        allowed["state"] = "done"  # every instant is filled, its end too
    values = {
        str(name): allowed.get(str(name), "some words") if kind == "TEXT" else b"12345678" if kind == "BLOB" else 1
        for _, name, kind, *_ in columns
        if name != "checksum"
    }
    execute(
        f"INSERT INTO {table.name} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",  # noqa: S608
        tuple(values.values()),
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of going on: the SHA-256 of each file that can still be sent, and what `status` has to say."""

    sent: dict[str, bytes]
    set_aside: list[str]
    newest_slot: str | None


def go_on(database: Database, configuration: Configuration, now_ms: int = NOW_MS) -> Seen:
    """Every stage, every report, every list: none of it may stumble."""
    files, plans, records, readings = (
        FileStore(database), PlanStore(database), RecordStore(database), ReadingStore(database)
    )  # fmt: skip
    now = at(now_ms)
    list(readings.blocks(0, FOREVER_MS, late=True))
    readings.measured(0, FOREVER_MS)
    records.symbols()
    list(records.records(SLOT_MS, 0, FOREVER_MS))
    end_ms = now_ms - now_ms % SLOT_MS
    records.add(record(end_ms), now_ms)
    DerivationStore(database).in_force(end_ms)
    Filer(files, [RENDERING]).step(now)
    Planner(plans, [Subscription(NAME, SLOT_MS)], lambda: None).step(now)
    RecordWatch(records, EventStore(database), configuration.finding_rules).step(now)
    Backfill(records, files, plans, [BackfillTarget("moi", SLOT_MS, RENDERING, MIDNIGHT_MS)], lambda: None).step(now)
    SampleStore(database).open()
    CalibrationResults(database).newest(50)
    Rounds(database).due_in_s("expiry", 60.0, now_ms)
    known_server(database, NAME)
    board = Board(database)
    board.report(ComponentKind.LINK, "plc", ComponentState.DOWN, "no answer", now_ms)
    board.step(now)
    sent = {}
    for delivery in OutboxStore(database).waiting(NAME, 0, FOREVER_MS, 100):
        try:
            document = files.content(delivery.file_id)
        except DeliveryRefused:
            continue
        sent[document.name] = hashlib.sha256(document.content).digest()
    list(entries(database, NAME, 0, FOREVER_MS))
    list(kept_files(database, "tt10", SLOT_MS, 0, FOREVER_MS, NAME))
    inspection = Inspection(database)
    mono_s = now.mono_s
    inspection.ring()
    inspection.step(now)
    while (next_s := inspection.step(at(now_ms, mono_s + FIRST_S))) < mono_s + FIRST_S + 60.0:
        mono_s = next_s
    inspection.close()
    DamageNotes(database).step(now)
    days = period.between("2026-01-01", "2026-01-01", "Asia/Ho_Chi_Minh")
    for kind in ReportKind:
        made = build(kind, configuration, database, days, now_ms)
        render(made, ReportFormat.JSON, Language.ENGLISH)
    told_of = explain(database, configuration, MIDNIGHT_MS + SLOT_MS, now_ms, runs_now=True)
    lines_of(told_of, configuration)
    explanation_to_json(told_of, configuration)
    status = collect(configuration, database, now)
    notes(status)
    told = to_json(status)
    return Seen(sent, [one["subject"] for one in told["set_aside"] if one["subject"] != KNOWN], told["newest_slot"])
