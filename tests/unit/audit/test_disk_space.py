"""The card's reserve: there on the day everything else is full."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.audit.disk_space import FIRST_HELD_S, DiskSpaceWatch
from gateway.core.errors import StoreError, StoreFull
from gateway.db import open_database, reserve
from tests.support.clock import FakeClock
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey, measured, sample
from tests.support.small_disk import SmallDisk, small_disk

SIZE = 8 << 20


@pytest.fixture
def card(tmp_path: Path) -> Iterator[SmallDisk]:
    """64 MB, so that low is under 32."""
    with small_disk(tmp_path, 64 << 10) as disk:
        if not disk.is_real:
            pytest.skip("needs the right to mount")
        yield disk


def size_on_card(folder: Path) -> int:
    return sum(file.stat().st_blocks * 512 for file in folder.glob("gateway.reserve*"))


def watch_for(card: SmallDisk, clock: FakeClock, seconds: float, watch: DiskSpaceWatch) -> None:
    until_s = clock.mono_s + seconds
    next_s = watch.step(clock.now())
    while next_s <= until_s:
        next_s = watch.step(clock.advance(next_s - clock.mono_s))
    clock.advance(until_s - clock.mono_s)


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage().split(" free_mb=")[0]) for record in caplog.records]


class TestTaking:
    def test_it_is_taken_whole_once_the_station_stays(self, card: SmallDisk) -> None:
        watch, clock = DiskSpaceWatch(card.folder, SIZE), FakeClock()
        watch_for(card, clock, FIRST_HELD_S - 1, watch)
        assert size_on_card(card.folder) == 0
        watch_for(card, clock, 61, watch)
        assert reserve.is_held(card.folder)
        assert size_on_card(card.folder) == SIZE

    def test_it_is_not_taken_from_a_card_that_is_low_and_a_person_is_told_once(
        self, card: SmallDisk, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, logger="gateway")
        watch, clock = DiskSpaceWatch(card.folder, SIZE), FakeClock()
        copies = card.folder / "copies"
        copies.write_bytes(bytes(40 << 20))
        watch_for(card, clock, 2 * FIRST_HELD_S, watch)
        assert size_on_card(card.folder) == 0
        assert told(caplog) == [("ERROR", "the card fills up, make room")]
        copies.unlink()
        watch_for(card, clock, 120, watch)
        assert size_on_card(card.folder) == SIZE
        assert told(caplog)[1:] == [("INFO", "the card has room again")]

    def test_taking_it_does_not_make_the_card_low(self, card: SmallDisk, caplog: pytest.LogCaptureFixture) -> None:
        (card.folder / "copies").write_bytes(bytes((64 << 20) - 5 * SIZE))
        watch_for(card, FakeClock(), 2 * FIRST_HELD_S, DiskSpaceWatch(card.folder, SIZE))
        assert told(caplog) == []

    def test_a_power_cut_while_it_is_taken_leaves_none_that_counts(self, card: SmallDisk) -> None:
        (card.folder / "gateway.reserve.part").write_bytes(bytes(4096))
        assert not reserve.is_held(card.folder)
        assert reserve.hold(card.folder, SIZE)
        assert [file.name for file in card.folder.iterdir()] == ["gateway.reserve"]
        assert size_on_card(card.folder) == SIZE

    def test_a_card_without_room_for_it_is_left_as_it_was(self, card: SmallDisk) -> None:
        assert not reserve.hold(card.folder, 1 << 30)
        assert list(card.folder.iterdir()) == []

    def test_what_keeps_it_from_being_taken_is_told_once_an_hour(
        self, card: SmallDisk, caplog: pytest.LogCaptureFixture
    ) -> None:
        (card.folder / "gateway.reserve.part").mkdir()
        watch_for(card, FakeClock(), FIRST_HELD_S + 3600, DiskSpaceWatch(card.folder, SIZE))
        assert [level for level, words in told(caplog) if "the card has no reserve" in words] == ["WARNING"] * 2

    def test_a_folder_that_is_gone_stops_nothing(self, tmp_path: Path) -> None:
        watch, clock = DiskSpaceWatch(tmp_path / "gone", SIZE), FakeClock()
        assert watch.step(clock.now()) == clock.mono_s + 60


class TestFullCard:
    def test_readings_are_kept_on_though_nobody_makes_room(
        self, card: SmallDisk, caplog: pytest.LogCaptureFixture
    ) -> None:
        journey = Journey(card.folder)
        recorder = journey.recorder({"multiprobe": 1000}, SLOT_MS, 2000)
        assert reserve.hold(card.folder, SIZE)
        card.fill(journey.database)
        refused = 0
        for n in range(20_000):
            recorder.accept(sample(MIDNIGHT_MS + 1000 * n, measured(7.0 + n % 100 / 100)))
            if n % 10 == 9:
                try:
                    recorder.flush()
                except StoreFull:
                    refused += 1
        assert refused == 1
        assert not reserve.is_held(card.folder)
        found = [row.at_ms for _, rows in journey.readings.blocks(0, 1 << 62) for row in rows]
        assert found == [MIDNIGHT_MS + 1000 * n for n in range(20_000)]
        assert (
            "CRITICAL",
            "the card is full, its reserve was given up: readings are kept for some days more, make room",
        ) in told(caplog)
        journey.database.close()

    def test_a_gateway_starts_on_a_full_card(self, card: SmallDisk) -> None:
        journey = Journey(card.folder)
        file = journey.database.file
        journey.database.close()
        assert reserve.hold(card.folder, SIZE)
        card.fill_up()
        database = open_database(file)
        with database.write() as connection:
            connection.execute("INSERT INTO destination (name) VALUES ('so-tnmt')")
        assert not reserve.is_held(card.folder)
        database.close()

    def test_without_a_reserve_it_says_that_the_card_is_full(self, card: SmallDisk) -> None:
        card.fill_up()
        with pytest.raises(StoreError):
            open_database(card.folder / "gateway.db")

    def test_what_fails_for_another_reason_leaves_it(self, card: SmallDisk) -> None:
        journey = Journey(card.folder)
        assert reserve.hold(card.folder, SIZE)
        with pytest.raises(StoreError), journey.database.write() as connection:
            connection.execute("INSERT INTO destination (name) VALUES (NULL)")
        assert reserve.is_held(card.folder)
        assert not reserve.give_up(card.folder)
        journey.database.close()

    def test_it_is_taken_again_when_there_is_room(self, card: SmallDisk) -> None:
        watch, clock = DiskSpaceWatch(card.folder, SIZE), FakeClock()
        watch_for(card, clock, FIRST_HELD_S + 60, watch)
        card.fill_up()
        assert reserve.give_up(card.folder)
        watch_for(card, clock, 120, watch)
        assert not reserve.is_held(card.folder)
        card.clear()
        watch_for(card, clock, 60, watch)
        assert reserve.is_held(card.folder)
