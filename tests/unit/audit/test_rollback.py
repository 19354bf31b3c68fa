"""A database that is put back is known, and nothing that was done with the newer one is done again."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from gateway.audit.anchoring import UNSYNCED_EVERY_S, AnchorKeeper
from gateway.audit.events import EventStore
from gateway.audit.rollback import account_for_rollback
from gateway.audit.set_aside_watch import SetAsideWatch
from gateway.core.findings import ROLLED_BACK, Topic
from gateway.core.rollback import Anchor
from gateway.core.slot import Slot
from gateway.db.anchor import NAMES, AnchorFile
from gateway.db.before_opening import LogReport
from gateway.db.damage import SetAsideKind
from gateway.db.set_aside import open_ones
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.store import DeliveryResult
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey, at, block, measured, record

NOW_MS = MIDNIGHT_MS + 10 * SLOT_MS
IN_2030_MS = NOW_MS + 4 * 365 * 86_400_000


class Station:
    """A journey with its anchor, which can be stopped, copied and put back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journey = Journey(folder)
        self.start()

    def start(self, now_ms: int = NOW_MS, log: LogReport | None = None) -> None:
        file = AnchorFile(self.folder)
        anchor = account_for_rollback(self.journey.database, file, log or LogReport(), now_ms)
        self.keeper = AnchorKeeper(self.journey.database, file, anchor, lambda _: True)
        self.mono_s = 1000.0

    def step(self, now_ms: int = NOW_MS) -> None:
        self.mono_s += UNSYNCED_EVERY_S
        self.keeper.step(at(now_ms, self.mono_s))

    def copy(self) -> Path:
        self.journey.database.read("PRAGMA wal_checkpoint(TRUNCATE)")
        kept = self.folder / "a copy"
        shutil.copy(self.journey.file, kept)
        return kept

    def put_back(self, kept: Path, now_ms: int = NOW_MS) -> None:
        self.journey.database.close()
        shutil.copy(kept, self.journey.file)
        self.journey.reopen()
        self.start(now_ms)

    def restart(self, now_ms: int = NOW_MS) -> None:
        self.journey.restart()
        self.start(now_ms)

    def rollbacks(self) -> list[str]:
        return [reason for (reason,) in self.journey.database.read("SELECT reason FROM rollback ORDER BY id")]

    def open_slots(self) -> list[Slot]:
        return self.journey.records.open_slots(SLOT_MS, IN_2030_MS)

    def asked_first(self) -> list[int]:
        rows = self.journey.database.read("SELECT end_ms FROM delivery WHERE ask_first = 1 ORDER BY end_ms")
        return [end_ms for (end_ms,) in rows]


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path)


def test_a_start_after_a_start_is_no_roll_back(station: Station) -> None:
    station.journey.readings.add([block(MIDNIGHT_MS + 1, measured(7.0))])
    station.step()
    station.journey.send(MIDNIGHT_MS, ["so-tnmt"])
    station.step()
    station.restart()
    station.restart()
    assert station.rollbacks() == []
    assert open_ones(station.journey.database) == []


def test_a_slot_that_was_closed_is_not_closed_anew(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    """The copy was made in the middle of the slot, which has been delivered since."""
    station.journey.readings.add([block(MIDNIGHT_MS + 1, measured(7.0))])
    kept = station.copy()
    station.journey.send(MIDNIGHT_MS + SLOT_MS, ["so-tnmt"])
    station.step()
    with caplog.at_level(logging.INFO):
        station.put_back(kept)
    assert station.open_slots() == []
    assert len(list(station.journey.readings.blocks(0, IN_2030_MS))) == 1
    assert "the database was rolled back" in caplog.text
    assert [one.kind for one in open_ones(station.journey.database)] == [SetAsideKind.ROLLBACK]


def test_readings_of_a_slot_that_was_closed_come_late_and_those_of_the_next_do_not(station: Station) -> None:
    kept = station.copy()
    station.journey.send(MIDNIGHT_MS + SLOT_MS, ["so-tnmt"])
    station.step()
    station.put_back(kept)
    late = station.journey.readings.add(
        [block(MIDNIGHT_MS + 1, measured(7.0)), block(MIDNIGHT_MS + SLOT_MS + 1, measured(7.0))], NOW_MS
    )
    assert late == 1
    assert station.open_slots() == [Slot(MIDNIGHT_MS + 2 * SLOT_MS, SLOT_MS)]


def test_what_has_not_arrived_for_certain_is_asked_for_first(station: Station) -> None:
    for number in (1, 2):
        station.journey.send(MIDNIGHT_MS + number * SLOT_MS, ["so-tnmt"])
    station.journey.records.add(record(MIDNIGHT_MS + 3 * SLOT_MS), NOW_MS)
    station.journey.outbox.settle([DeliveryResult(1, DeliveryState.DELIVERED, 1, 2, "there")])
    kept = station.copy()
    station.journey.send(MIDNIGHT_MS + 4 * SLOT_MS, ["so-tnmt"])
    station.step()
    station.put_back(kept)
    assert station.asked_first() == [MIDNIGHT_MS + 2 * SLOT_MS]
    station.journey.send(MIDNIGHT_MS + 3 * SLOT_MS, ["so-tnmt"])  # its file was never made in this database
    station.journey.send(MIDNIGHT_MS + 5 * SLOT_MS, ["so-tnmt"])
    assert station.asked_first() == [MIDNIGHT_MS + 2 * SLOT_MS, MIDNIGHT_MS + 3 * SLOT_MS]
    (first, *_) = station.journey.outbox.waiting("so-tnmt", 0, IN_2030_MS, 10)
    assert first.ask_first


def test_it_is_told_once_however_often_it_is_started_and_again_when_it_happens_again(station: Station) -> None:
    kept = station.copy()
    station.journey.send(MIDNIGHT_MS + SLOT_MS, ["so-tnmt"])
    station.step()
    station.put_back(kept)
    station.restart()
    station.restart()
    assert len(station.rollbacks()) == 1
    station.journey.send(MIDNIGHT_MS + 2 * SLOT_MS, ["so-tnmt"])
    station.step()
    station.put_back(kept, NOW_MS + 1000)
    assert len(station.rollbacks()) == 1, "the copy knew of none"
    station.journey.readings.add([block(MIDNIGHT_MS + SLOT_MS + 1, measured(7.0))], NOW_MS)
    assert station.open_slots() == []


def test_a_sudden_end_before_the_anchor_is_written_anew_changes_nothing_more(station: Station) -> None:
    kept = station.copy()
    station.journey.send(MIDNIGHT_MS + SLOT_MS, ["so-tnmt"])
    station.step()
    anchors = {name: (station.folder / name).read_bytes() for name in NAMES}
    station.put_back(kept)
    for name, content in anchors.items():
        (station.folder / name).write_bytes(content)
    station.restart()
    assert len(station.rollbacks()) == 1
    assert len(open_ones(station.journey.database)) == 1


@pytest.mark.parametrize("what", ["run", "readings", "file", "arrival"])
def test_whatever_was_lost_is_known(station: Station, what: str) -> None:
    file_id = station.journey.send(MIDNIGHT_MS, ["so-tnmt"])
    station.step()
    kept = station.copy()
    if what == "run":
        with station.journey.database.write() as connection:
            connection.execute("INSERT INTO run (started_ms, version) VALUES (1, 'x')")
    elif what == "readings":
        station.journey.readings.add([block(MIDNIGHT_MS + 1, measured(7.0))])
    elif what == "file":
        station.journey.file_of(record(MIDNIGHT_MS + SLOT_MS))
    else:
        station.journey.outbox.settle([DeliveryResult(file_id, DeliveryState.DELIVERED, 1, 2, "there")])
    station.step()
    station.put_back(kept)
    assert len(station.rollbacks()) == 1


def test_a_new_database_beside_an_old_anchor_is_known_and_measures(station: Station) -> None:
    station.journey.send(MIDNIGHT_MS + SLOT_MS, ["so-tnmt"])
    station.step()
    station.journey.database.close()
    station.journey.file.unlink()
    station.journey.reopen()
    station.start()
    assert "new and empty" in station.rollbacks()[0]
    station.journey.readings.add([block(MIDNIGHT_MS + SLOT_MS + 1, measured(7.0))])
    assert station.open_slots() == [Slot(MIDNIGHT_MS + 2 * SLOT_MS, SLOT_MS)]


def test_an_anchor_from_a_clock_that_was_ahead_stops_nobody(station: Station) -> None:
    kept = station.copy()
    for end_ms in (MIDNIGHT_MS + SLOT_MS, IN_2030_MS, IN_2030_MS + SLOT_MS):
        station.journey.send(end_ms, ["so-tnmt"])
        station.step(end_ms)
    station.put_back(kept)
    station.journey.readings.add([block(MIDNIGHT_MS + 1, measured(7.0))], NOW_MS)
    assert station.open_slots() == [], "closed before the clock ran ahead"
    station.journey.readings.add([block(MIDNIGHT_MS + SLOT_MS + 1, measured(7.0))])
    assert station.open_slots() == [Slot(MIDNIGHT_MS + 2 * SLOT_MS, SLOT_MS)]


def test_what_retention_has_deleted_is_no_roll_back(station: Station) -> None:
    station.journey.send(MIDNIGHT_MS, ["so-tnmt"])
    station.journey.outbox.settle([DeliveryResult(1, DeliveryState.DELIVERED, 1, 2, "there")])
    station.step()
    station.journey.outbox.forget_before(IN_2030_MS, 10)
    station.step()
    station.restart()
    assert station.rollbacks() == []


def test_a_log_that_lost_its_end_is_a_roll_back_and_one_that_was_mended_is_not(station: Station) -> None:
    station.start(log=LogReport(mended="one bit was put right"))
    assert station.rollbacks() == []
    assert [one.mended for one in open_ones(station.journey.database)] == [True]
    station.start(log=LogReport(lost="the log lost its end"))
    assert len(station.rollbacks()) == 1


def test_a_card_that_takes_no_anchor_is_told_once_and_everything_goes_on(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    for name in NAMES:
        (station.folder / name).unlink(missing_ok=True)
        (station.folder / name).mkdir()
    for number in range(3):
        station.journey.send(MIDNIGHT_MS + number * SLOT_MS, ["so-tnmt"])
        station.step()
    assert caplog.text.count("the anchor cannot be kept") == 1
    for name in NAMES:
        (station.folder / name).rmdir()
    station.journey.send(MIDNIGHT_MS + 3 * SLOT_MS, ["so-tnmt"])
    station.step()
    assert AnchorFile(station.folder).read().anchor is not None


def test_a_roll_back_is_an_event_until_it_is_closed(station: Station) -> None:
    with station.journey.database.write() as connection:
        connection.execute(
            "INSERT INTO set_aside (kind, subject, found_ms, reason) VALUES ('rollback', 'x', ?, 'why')", (NOW_MS,)
        )
    events = EventStore(station.journey.database)
    watch = SetAsideWatch(station.journey.database, events)
    for mono_s in (1000.0, 1100.0):
        watch.step(at(NOW_MS, mono_s))
    (lasting,) = events.lasting([Topic.STORAGE])
    assert (lasting.episode.kind, lasting.detail) == (ROLLED_BACK, "why")
    with station.journey.database.write() as connection:
        connection.execute("UPDATE set_aside SET closed_ms = 1, closed_by = 'a', close_reason = 'b'")
    SetAsideWatch(station.journey.database, events).step(at(NOW_MS + 5000, 1200.0))
    assert events.lasting([Topic.STORAGE]) == []
    assert len(events.findings(Topic.STORAGE, 0, IN_2030_MS)) == 1


def test_the_anchor_is_written_before_files_are_made_and_not_for_nothing(station: Station) -> None:
    station.journey.records.add(record(MIDNIGHT_MS), MIDNIGHT_MS + 2000)
    station.step()
    found = AnchorFile(station.folder).read().anchor
    assert isinstance(found, Anchor)
    assert (found.marks.record_id, dict(found.closed), found.trusted_ms) == (1, {SLOT_MS: (MIDNIGHT_MS,)}, NOW_MS)
    before = [(station.folder / name).stat().st_mtime_ns for name in NAMES]
    station.step()
    assert [(station.folder / name).stat().st_mtime_ns for name in NAMES] == before
