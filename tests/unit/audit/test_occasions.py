"""Video of what happens at the station is pinned, once each, whatever is started again or put back in between."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.audit.events import EventStore
from gateway.audit.occasions import StationOccasions
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.keeping.occasion_pins import OccasionPins
from gateway.cameras.keeping.pins import PinStore
from gateway.cameras.keeping.video_stock import VideoStock
from gateway.core.episode import Episode
from gateway.core.errors import StoreError
from gateway.core.findings import Finding, Topic
from gateway.core.instants import HOUR_MS, MINUTE_MS
from gateway.core.limits import Limit
from gateway.core.permit_limit import PermitLimit
from gateway.core.video import Pin, PinOccasion
from gateway.db import Database, open_database
from tests.support.clock import FakeClock

BEGIN_MS = FakeClock().wall_ms
LIMIT = PermitLimit(Limit(None, 100.0), "mg/L")


class Station:
    """A gateway's database, and a recorder that has video of the last day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.gateway = open_database(folder / "gateway.db")
        self.cameras = open_cameras_database(folder)
        with self.cameras.write() as connection:
            connection.execute(
                "INSERT INTO segment (camera, begin_ms, end_ms, file, bytes, state)"
                " VALUES ('a', ?, ?, 'x', 1, 'whole')",
                (BEGIN_MS - 24 * HOUR_MS, BEGIN_MS),
            )
        self.start()

    def start(self) -> None:
        source = StationOccasions(self.folder / "gateway.db")
        self.worker = OccasionPins(source, PinStore(self.cameras), VideoStock(self.cameras))

    def step(self) -> None:
        while self.worker.step(self.clock.now()) <= self.clock.mono_s:
            pass

    def exceed(
        self, begin_ms: int, last_ms: int, end_ms: int | None, kind: str = "exceeded", subject: str = "COD"
    ) -> None:
        episode = Episode(kind, begin_ms, last_ms, 1, 120.0, end_ms)
        EventStore(self.gateway).note([Finding(subject, episode, Topic.EXCEEDANCE, LIMIT)], BEGIN_MS)

    def pins(self) -> list[Pin]:
        return PinStore(self.cameras).all()

    def spans(self) -> list[tuple[int, int]]:
        """In minutes from the begin."""
        return [((pin.begin_ms - BEGIN_MS) // MINUTE_MS, (pin.end_ms - BEGIN_MS) // MINUTE_MS) for pin in self.pins()]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both databases with nothing in them: to copy them takes less than to make them."""
    folder = tmp_path_factory.mktemp("empty")
    open_database(folder / "gateway.db").close()
    open_cameras_database(folder).close()
    return folder


@pytest.fixture
def station(tmp_path: Path, empty: Path) -> Iterator[Station]:
    for file in empty.glob("*.db"):
        shutil.copyfile(file, tmp_path / file.name)
    made = Station(tmp_path)
    with closing(made.gateway), closing(made.cameras):
        yield made


class TestExceedances:
    def test_one_is_pinned_when_it_begins_and_on_while_it_lasts(self, station: Station) -> None:
        station.exceed(BEGIN_MS, BEGIN_MS, None)
        station.step()
        assert station.spans() == [(-7, 2)]
        station.exceed(BEGIN_MS, BEGIN_MS + 20 * MINUTE_MS, None)
        station.step()
        assert station.spans() == [(-7, 22)]
        station.exceed(BEGIN_MS, BEGIN_MS + 25 * MINUTE_MS, BEGIN_MS + 30 * MINUTE_MS)
        station.step()
        assert station.spans() == [(-7, 32)]
        (pin,) = station.pins()
        assert (pin.occasion, pin.camera, pin.made_by) == (PinOccasion.EXCEEDED, None, None)
        assert pin.reason == "COD exceeded: at most 100 mg/L"

    def test_of_one_that_lasts_for_days_the_end_is_pinned_too_also_after_a_restart(self, station: Station) -> None:
        station.exceed(BEGIN_MS, BEGIN_MS, None)
        station.step()
        station.start()
        station.exceed(BEGIN_MS, BEGIN_MS + 50 * HOUR_MS, BEGIN_MS + 50 * HOUR_MS)
        station.step()
        assert station.spans() == [(-7, 57), (50 * 60 - 2, 50 * 60 + 2)]

    def test_what_only_comes_near_the_limit_is_none(self, station: Station) -> None:
        station.exceed(BEGIN_MS, BEGIN_MS, None, "tendency")
        station.exceed(BEGIN_MS, BEGIN_MS, None, "preparing")
        station.step()
        assert station.pins() == []

    def test_what_there_is_no_video_of_any_more_is_none(self, station: Station) -> None:
        long_ago_ms = BEGIN_MS - 25 * HOUR_MS
        station.exceed(long_ago_ms, long_ago_ms, long_ago_ms)
        station.step()
        assert station.pins() == []

    def test_many_are_read_page_by_page(self, station: Station) -> None:
        findings = [
            Finding(f"P{n}", Episode("exceeded", BEGIN_MS, BEGIN_MS, 1, 1.0, BEGIN_MS), Topic.EXCEEDANCE, LIMIT)
            for n in range(1201)
        ]
        EventStore(station.gateway).note(findings, BEGIN_MS)
        station.step()
        assert len(station.pins()) == 1201


class TestCalibrations:
    def test_both_ways_of_calibrating_are_pinned(self, station: Station) -> None:
        with station.gateway.write() as connection:
            connection.execute(
                "INSERT INTO calibration (symbol, began_ms, reason, begun_by) VALUES ('pH', ?, 'buffers', 'lan')",
                (BEGIN_MS,),
            )
            connection.executemany(
                "INSERT INTO calibration_run (instrument, wanted, asked_ms, asked_by, reason, state, began_ms,"
                " ended_ms) VALUES ('nox', 'sequence', ?, 'lan', 'monthly', ?, ?, ?)",
                [
                    (BEGIN_MS, "done", BEGIN_MS + MINUTE_MS, BEGIN_MS + 9 * MINUTE_MS),
                    (BEGIN_MS, "waiting", None, None),
                    (BEGIN_MS, "refused", None, BEGIN_MS),
                ],
            )
        station.step()
        assert [(pin.occasion.value, pin.reason) for pin in station.pins()] == [
            ("calibration", "calibration of pH: buffers"),
            ("calibration", "calibration of nox: monthly"),
        ]
        station.clock.advance(600)
        with station.gateway.write() as connection:
            connection.execute("UPDATE calibration_run SET state = 'running', began_ms = ? WHERE id = 2", (BEGIN_MS,))
        station.step()
        assert station.spans() == [(-2, 12), (-2, 12), (-1, 11)]


class TestTheOtherDatabase:
    def test_no_pin_is_made_twice_however_often_it_starts(self, station: Station) -> None:
        station.exceed(BEGIN_MS, BEGIN_MS, BEGIN_MS)
        for _ in range(3):
            station.step()
            station.start()
        assert len(station.pins()) == 1

    def test_what_happened_while_the_recorder_was_off_is_pinned_later(self, station: Station) -> None:
        at_ms = BEGIN_MS - 20 * HOUR_MS
        station.exceed(at_ms, at_ms, at_ms + HOUR_MS // 2)
        station.clock.advance(86_400)
        station.step()
        assert len(station.pins()) == 1

    def test_of_one_that_was_made_anew_what_is_new_is_pinned_whatever_its_number(self, station: Station) -> None:
        for n in range(3):
            station.exceed(BEGIN_MS, BEGIN_MS, BEGIN_MS, subject=f"P{n}")
        station.step()
        station.gateway.close()
        for file in station.folder.glob("gateway.db*"):
            file.rename(file.with_name(f"old-{file.name}"))
        station.gateway = open_database(station.folder / "gateway.db")
        station.exceed(BEGIN_MS, BEGIN_MS, BEGIN_MS, subject="new")
        station.exceed(BEGIN_MS, BEGIN_MS, BEGIN_MS, subject="P0")
        station.step()
        assert sorted(pin.reason[:3] for pin in station.pins()) == ["P0 ", "P1 ", "P2 ", "new"]

    def test_of_one_that_was_put_back_the_numbers_given_again_are_read_again(self, station: Station) -> None:
        station.exceed(BEGIN_MS, BEGIN_MS, BEGIN_MS, subject="P0")
        station.gateway.copy_to(station.folder / "backup.db")
        for n in range(1, 3):
            station.exceed(BEGIN_MS, BEGIN_MS, BEGIN_MS, subject=f"P{n}")
        station.step()
        station.gateway.close()
        for suffix in ("-wal", "-shm"):
            (station.folder / f"gateway.db{suffix}").unlink(missing_ok=True)
        shutil.copyfile(station.folder / "backup.db", station.folder / "gateway.db")
        station.gateway = open_database(station.folder / "gateway.db")
        station.exceed(BEGIN_MS, BEGIN_MS, BEGIN_MS, subject="new")
        station.step()
        assert sorted(pin.reason[:3] for pin in station.pins()) == ["P0 ", "P1 ", "P2 ", "new"]

    def test_without_one_or_with_another_versions_nothing_fails_and_nothing_is_lost(
        self, station: Station, caplog: pytest.LogCaptureFixture
    ) -> None:
        station.exceed(BEGIN_MS, BEGIN_MS, BEGIN_MS)
        version = station.gateway.read("PRAGMA user_version")[0][0]
        for other in (version + 1, version - 1):
            station.gateway.read(f"PRAGMA user_version = {other}")
            station.step()
        assert station.pins() == []
        station.gateway.read(f"PRAGMA user_version = {version}")
        away = [(file, file.with_name(f"away-{file.name}")) for file in station.folder.glob("gateway.db*")]
        for file, place in away:
            file.rename(place)
        station.step()
        for file, place in away:
            place.rename(file)
        station.step()
        assert len(station.pins()) == 1
        assert [record.levelname for record in caplog.records] == ["WARNING"]

    def test_what_could_not_be_kept_is_read_again(self, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
        station.exceed(BEGIN_MS, BEGIN_MS, BEGIN_MS)

        def full(_database: Database) -> None:
            raise StoreError("no space left")

        with monkeypatch.context() as patched:
            patched.setattr(Database, "write", full)
            with pytest.raises(StoreError):
                station.step()
        station.step()
        assert len(station.pins()) == 1
