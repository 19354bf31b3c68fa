"""Whatever lies on the disk, whatever pins hold, however late it is: what goes may go, and no more than is needed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.video import Pin, PinOccasion, Segment, SegmentState
from gateway.core.video_by_age import MOST_AT_ONCE
from gateway.core.video_removal import Removal, bytes_of
from gateway.core.video_retention import LAST_ROOM_SHARE, plan_removal
from gateway.core.video_rules import NEWEST_MS, SHORTEST_MS, Stock, VideoRules

NOW_MS = 1_767_243_600_000
MB = 10**6

cameras = st.sampled_from(["outlet", "gate"])
begins = st.integers(0, 24 * 120).map(lambda hours: NOW_MS - hours * HOUR_MS)


@st.composite
def segments(draw: st.DrawFn) -> list[Segment]:
    found = draw(st.lists(st.tuples(begins, cameras, st.integers(1, 20)), max_size=40, unique_by=lambda one: one[:2]))
    return [
        Segment(number, camera, begin_ms, begin_ms + HOUR_MS, f"{camera}/{begin_ms}", size * MB, SegmentState.WHOLE)
        for number, (begin_ms, camera, size) in enumerate(sorted(found))
    ]


@st.composite
def pins(draw: st.DrawFn) -> list[Pin]:
    found = draw(
        st.lists(
            st.tuples(begins, st.integers(1, 400), st.sampled_from(PinOccasion), st.none() | cameras),
            max_size=6,
        )
    )
    return [
        Pin(number, camera, begin_ms, begin_ms + hours * HOUR_MS, occasion, "", NOW_MS)
        for number, (begin_ms, hours, occasion, camera) in enumerate(found)
    ]


rules = st.builds(
    VideoRules,
    keep_ms=st.sampled_from([SHORTEST_MS, 92 * DAY_MS, 100 * DAY_MS]),
    max_bytes=st.none() | st.integers(0, 400 * MB),
    leave_free=st.integers(0, 300 * MB),
    pinned_bytes=st.integers(0, 100 * MB),
)
free = st.integers(0, 400 * MB)
early = st.sampled_from([0, 30 * MB, 10**12])


def plan(
    stored: list[Segment],
    held: list[Pin],
    wanted: VideoRules,
    free_bytes: int,
    *,
    is_believed: bool = True,
    hand_may_go: bool = False,
    early_bytes: int = 10**12,
) -> Removal:
    stock = Stock(bytes_of(stored), free_bytes, max((one.end_ms or 0 for one in stored), default=0))
    return plan_removal(
        iter(stored),
        held,
        stock,
        wanted,
        NOW_MS,
        is_believed=is_believed,
        hand_may_go=hand_may_go,
        early_bytes=early_bytes,
    )


def holders(segment: Segment, held: list[Pin]) -> list[Pin]:
    """The definition, without any sweep."""
    end_ms = segment.end_ms or 0
    return [
        pin
        for pin in held
        if pin.begin_ms < end_ms and pin.end_ms > segment.begin_ms and pin.camera in (None, segment.camera)
    ]


def age_ms(segment: Segment) -> int:
    return NOW_MS - (segment.end_ms or 0)


@given(segments(), pins(), rules, free, st.booleans(), st.booleans(), early)
def test_what_goes_stands_once_is_what_it_is_called_and_is_not_of_the_newest_hour(
    stored: list[Segment],
    held: list[Pin],
    wanted: VideoRules,
    free_bytes: int,
    is_believed: bool,  # noqa: FBT001
    hand_may_go: bool,  # noqa: FBT001
    early_bytes: int,
) -> None:
    removal = plan(
        stored,
        held,
        wanted,
        free_bytes,
        is_believed=is_believed,
        hand_may_go=hand_may_go,
        early_bytes=early_bytes,
    )
    gone = removal.all()
    assert len({one.id for one in gone}) == len(gone)
    assert all(age_ms(one) >= wanted.keep_ms for one in removal.aged)
    assert all(age_ms(one) >= SHORTEST_MS for one in removal.for_room)
    assert all(NEWEST_MS <= age_ms(one) < SHORTEST_MS for one in removal.early)
    assert bytes_of(removal.early[:-1]) < early_bytes or not removal.early
    for one in gone:
        assert all(pin in removal.giving_way for pin in holders(one, held))
    assert hand_may_go or not any(pin.is_by_hand for pin in removal.giving_way)


@given(segments(), pins(), rules, free)
def test_all_that_kept_its_time_goes_but_for_what_pins_hold(
    stored: list[Segment], held: list[Pin], wanted: VideoRules, free_bytes: int
) -> None:
    removal = plan(stored, held, wanted, free_bytes)
    old_enough = [one for one in stored if age_ms(one) >= wanted.keep_ms]
    assert [one for one in old_enough if not holders(one, held)] == [
        one for one in removal.aged if not holders(one, held)
    ]
    by_itself = [
        one for one in old_enough if one not in removal.all() and not any(pin.is_by_hand for pin in holders(one, held))
    ]
    assert not by_itself or removal.pinned_bytes <= wanted.pinned_bytes
    assert removal.pinned_bytes == bytes_of(one for one in old_enough if one not in removal.all())


@given(segments(), pins(), rules, free, st.booleans())
def test_no_more_goes_than_is_needed_and_the_youngest_only_when_nothing_else_is_left(
    stored: list[Segment],
    held: list[Pin],
    wanted: VideoRules,
    free_bytes: int,
    hand_may_go: bool,  # noqa: FBT001
) -> None:
    removal = plan(stored, held, wanted, free_bytes, hand_may_go=hand_may_go)
    needed = Stock(bytes_of(stored), free_bytes, NOW_MS).needed_bytes(wanted)
    given_up = [*removal.for_room, *removal.early]
    if given_up:
        smallest_last = max(one.bytes or 0 for one in given_up)
        assert bytes_of(removal.all()) < needed + smallest_last
    left = [one for one in stored if one not in removal.all()]
    if removal.early:
        assert not [
            one for one in left if age_ms(one) >= SHORTEST_MS and not any(p.is_by_hand for p in holders(one, held))
        ]
    assert removal.short_bytes == max(0, needed - bytes_of(removal.all()))
    if removal.short_bytes:
        newest_ms = max((one.end_ms or 0 for one in stored), default=0)
        protected_ms = min(NOW_MS, newest_ms) - NEWEST_MS
        assert not [one for one in left if (one.end_ms or 0) <= protected_ms and not holders(one, held)]


@given(segments(), pins(), rules, free)
def test_by_a_clock_that_is_not_believed_nothing_goes_but_for_the_last_room(
    stored: list[Segment], held: list[Pin], wanted: VideoRules, free_bytes: int
) -> None:
    removal = plan(stored, held, wanted, free_bytes, is_believed=False)
    assert removal.aged == []
    if free_bytes >= wanted.leave_free // LAST_ROOM_SHARE:
        assert removal.all() == []
        assert removal.giving_way == []


def test_never_more_than_so_many_at_once_and_the_oldest_of_them() -> None:
    stored = [
        Segment(n, "outlet", NOW_MS - 200 * DAY_MS + n * HOUR_MS, NOW_MS - 200 * DAY_MS + (n + 1) * HOUR_MS, str(n), 1,
                SegmentState.WHOLE)
        for n in range(3 * MOST_AT_ONCE)
    ]  # fmt: skip
    removal = plan(stored, [], VideoRules(92 * DAY_MS, 0, 0, 0), 0)
    assert removal.is_more
    assert removal.aged == stored[:MOST_AT_ONCE]


def test_many_young_ones_go_portion_by_portion() -> None:
    """With more of them than may go at once, none went at all."""
    begin_ms = NOW_MS - 50 * DAY_MS
    stored = [
        Segment(n, "outlet", begin_ms + n * HOUR_MS, begin_ms + (n + 1) * HOUR_MS, str(n), 1, SegmentState.WHOLE)
        for n in range(2 * MOST_AT_ONCE)
    ]
    removal = plan(stored, [], VideoRules(92 * DAY_MS, 0, 0, 0), 0)
    assert removal.is_more
    assert removal.early == stored[:MOST_AT_ONCE]


def test_a_row_whose_file_is_lost_frees_no_room_and_goes_by_its_age() -> None:
    lost = [
        Segment(n, "outlet", NOW_MS - days * DAY_MS, NOW_MS - days * DAY_MS + HOUR_MS, str(n), 5, SegmentState.MISSING)
        for n, days in enumerate((100, 50))
    ]
    removal = plan(lost, [], VideoRules(92 * DAY_MS, 0, 0, 0), 0)
    assert removal.all() == [lost[0]]
