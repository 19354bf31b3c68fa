"""Pins keep what they say, and are made once each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.keeping.pins import PinStore
from gateway.core.instants import HOUR_MS, MINUTE_MS
from gateway.core.occasion import Occasion
from gateway.core.pin_span import PinSpan, pin_spans
from gateway.core.video import Pin, PinOccasion

NOON_MS = 1_767_243_600_000


@pytest.fixture
def pins(tmp_path: Path) -> Iterator[PinStore]:
    with closing(open_cameras_database(tmp_path)) as database:
        yield PinStore(database)


def exceeded(begin_ms: int, end_ms: int) -> Pin:
    return Pin(0, None, begin_ms, end_ms, PinOccasion.EXCEEDED, "COD over 75 mg/l", NOON_MS)


class TestStore:
    def test_a_pin_by_hand_holds_until_it_is_released(self, pins: PinStore) -> None:
        number = pins.add("outlet", 1000, 2000, "an accident", made_ms=NOON_MS, made_by="lan")
        assert [pin.id for pin in pins.holding(1999, 5000)] == [number]
        assert pins.holding(2000, 5000) == pins.holding(0, 1000) == pins.holding(0, 5000, "gate") == []
        assert pins.release([number], at_ms=NOON_MS + 1, by="minh") == 1
        assert pins.release([number], at_ms=NOON_MS + 2, by="lan") == 0
        assert pins.holding(0, 5000) == []
        kept = pins.find(number)
        assert kept is not None
        assert kept.is_by_hand
        assert (kept.made_by, kept.released_ms, kept.released_by) == ("lan", NOON_MS + 1, "minh")

    def test_one_of_all_cameras_holds_of_each(self, pins: PinStore) -> None:
        number = pins.add(None, 1000, 2000, "an accident", made_ms=NOON_MS, made_by="lan")
        assert [pin.id for pin in pins.holding(0, 5000, "gate")] == [number]

    def test_an_occasion_told_again_makes_no_second_one_and_only_lengthens_it(self, pins: PinStore) -> None:
        assert pins.add_occasions([("COD", exceeded(1000, 2000))]) == 1
        assert pins.add_occasions([("COD", exceeded(1000, 3000)), ("pH", exceeded(1000, 1500))]) == 1
        assert pins.add_occasions([("COD", exceeded(1000, 2500))]) == 0
        assert [(pin.begin_ms, pin.end_ms) for pin in pins.all()] == [(1000, 3000), (1000, 1500)]

    def test_one_that_was_released_is_not_made_again(self, pins: PinStore) -> None:
        pins.add_occasions([("COD", exceeded(1000, 2000))])
        pins.release([pins.all()[0].id], at_ms=NOON_MS, by="gateway")
        assert pins.add_occasions([("COD", exceeded(1000, 2000))]) == 0
        assert pins.holding(0, 5000) == []


class TestSpans:
    @staticmethod
    def spans(lasted_ms: int, *, is_over: bool = True) -> list[PinSpan]:
        last_ms = NOON_MS + lasted_ms
        end_ms = last_ms if is_over else None
        return list(pin_spans(Occasion(PinOccasion.EXCEEDED, "COD", NOON_MS, last_ms, end_ms, "")))

    @pytest.mark.parametrize("is_over", [True, False])
    def test_a_short_one_is_kept_whole_with_two_minutes_around(self, *, is_over: bool) -> None:
        assert self.spans(10 * MINUTE_MS, is_over=is_over) == [
            PinSpan("COD", NOON_MS - 2 * MINUTE_MS, NOON_MS + 12 * MINUTE_MS)
        ]

    def test_of_a_long_one_the_first_hour_and_the_end_are_kept(self) -> None:
        whole = PinSpan("COD", NOON_MS - 2 * MINUTE_MS, NOON_MS + 62 * MINUTE_MS)
        end_ms = NOON_MS + 30 * HOUR_MS
        assert self.spans(30 * HOUR_MS, is_over=False) == [whole]
        assert self.spans(30 * HOUR_MS) == [
            whole,
            PinSpan("COD end", end_ms - 2 * MINUTE_MS, end_ms + 2 * MINUTE_MS),
        ]

    def test_one_that_ended_before_it_began_is_an_instant(self) -> None:
        assert self.spans(-HOUR_MS) == [PinSpan("COD", NOON_MS - 2 * MINUTE_MS, NOON_MS + 2 * MINUTE_MS)]
