"""Which seconds of video exist, and why the others do not.

Pure. What exists is told by the segments; what is noted only says why the rest does not, but for frames that were lost
within a segment. Nothing is claimed that is not proven: a segment that is being written counts up to the last frame
that is known of it, and one that was left unfinished counts for nothing until its end was read from its file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from gateway.core.instants import MINUTE_MS, SECOND_MS, day_begins_ms, local_time
from gateway.core.video import GapCause, Segment, SegmentState, VideoGap

LEAST_MS = SECOND_MS
"""What is shorter between two segments is none: the next one begins with its first key frame."""
UNDER_WAY_MS = 30 * SECOND_MS
"""What is missing right now for less, and nobody says why, is on its way."""
UNEXPLAINED_MS = MINUTE_MS
"""Up to so long before or after a noted gap belongs to it: that frames are missing is noticed late."""

_Span = tuple[int, int]
_Piece = tuple[int, int, VideoGap | None]
_EXISTS = frozenset({SegmentState.WHOLE, SegmentState.WRITING})


@dataclass(frozen=True, slots=True)
class VideoDay:
    """A day on the station's wall clock, as far as it is asked for and over: how much of it there should be, and what
    of that there is not."""

    day: date
    expected_ms: int
    gap_ms: int

    @property
    def share(self) -> float:
        """Of what should exist, what does: 0 to 1."""
        return 1 - self.gap_ms / self.expected_ms


def gaps_between(
    segments: Iterable[Segment],
    noted: Iterable[VideoGap],
    from_ms: int,
    to_ms: int,
    *,
    known_from_ms: int | None,
    now_ms: int,
    last_frame_ms: int | None = None,
) -> list[VideoGap]:
    """What is missing of one camera in the span, in order; each with its end, which is `now_ms` of one that lasts.

    Nothing before `known_from_ms` is missing (`None`: nothing at all), nor after `now_ms`. `last_frame_ms`: the end of
    the newest frame that was written; `None`: not known.
    """
    if known_from_ms is None:
        return []
    causes = sorted(noted, key=lambda gap: gap.begin_ms)
    lost = _united((gap.begin_ms, gap.end_ms) for gap in causes if gap.cause is GapCause.LOST_FRAMES and gap.end_ms)
    exists = _without(_united(_covered(segments, last_frame_ms)), lost)
    found: list[VideoGap] = []
    for hole, touching in _with_causes(_holes(exists, max(from_ms, known_from_ms), min(to_ms, now_ms)), causes, now_ms):
        begin_ms, end_ms = hole
        is_last = end_ms == now_ms
        if end_ms - begin_ms < LEAST_MS or (is_last and not touching and end_ms - begin_ms < UNDER_WAY_MS):
            continue
        rest = VideoGap(begin_ms, end_ms, GapCause.NOT_RUNNING if is_last else GapCause.UNKNOWN)
        found += _explained(hole, touching, rest, now_ms)
    return found


def seconds_by_day(gaps: Iterable[VideoGap], zone: str | tzinfo) -> dict[date, float]:
    """How many seconds of each day are missing; of gaps that do not overlap, such as `gaps_between` tells."""
    missing: dict[date, int] = {}
    for gap in gaps:
        for day, begin_ms, end_ms in _by_day(gap.begin_ms, gap.begin_ms if gap.end_ms is None else gap.end_ms, zone):
            missing[day] = missing.get(day, 0) + end_ms - begin_ms
    return {day: missing_ms / 1000 for day, missing_ms in missing.items()}


def continuity(
    gaps: Iterable[VideoGap], from_ms: int, to_ms: int, zone: str | tzinfo, *, known_from_ms: int | None, now_ms: int
) -> list[VideoDay]:
    """Day by day how much of the span exists; days of which nothing was expected are left out. The gaps are those of
    `gaps_between` for the same span."""
    if known_from_ms is None:
        return []
    missing = seconds_by_day(gaps, zone)
    return [
        VideoDay(day, end_ms - begin_ms, round(missing.get(day, 0.0) * 1000))
        for day, begin_ms, end_ms in _by_day(max(from_ms, known_from_ms), min(to_ms, now_ms), zone)
    ]


def _by_day(begin_ms: int, end_ms: int, zone: str | tzinfo) -> Iterator[tuple[date, int, int]]:
    where = ZoneInfo(zone) if isinstance(zone, str) else zone
    while begin_ms < end_ms:
        day = local_time(begin_ms, where).date()
        until_ms = min(end_ms, day_begins_ms(day + timedelta(days=1), where))
        yield day, begin_ms, until_ms
        begin_ms = until_ms


def _covered(segments: Iterable[Segment], last_frame_ms: int | None) -> Iterator[_Span]:
    """Of those without an end only the newest can be the one that the last frame is of."""
    there = [one for one in segments if one.state in _EXISTS]
    for one in there:
        if one.end_ms is not None:
            yield one.begin_ms, one.end_ms
    newest = max(there, key=lambda one: (one.begin_ms, one.id), default=None)
    if newest is not None and newest.end_ms is None and last_frame_ms is not None:
        yield newest.begin_ms, last_frame_ms


def _united(spans: Iterable[_Span]) -> list[_Span]:
    """In order, none touching another, none empty."""
    found: list[_Span] = []
    for begin_ms, end_ms in sorted(spans):
        if end_ms <= begin_ms:
            continue
        if found and begin_ms <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end_ms))
        else:
            found.append((begin_ms, end_ms))
    return found


def _without(spans: Sequence[_Span], cuts: Sequence[_Span]) -> list[_Span]:
    """Both united."""
    found: list[_Span] = []
    place = 0
    for begin_ms, end_ms in spans:
        while place < len(cuts) and cuts[place][1] <= begin_ms:
            place += 1
        ahead = place
        while ahead < len(cuts) and cuts[ahead][0] < end_ms:
            if cuts[ahead][0] > begin_ms:
                found.append((begin_ms, cuts[ahead][0]))
            begin_ms = max(begin_ms, cuts[ahead][1])
            ahead += 1
        if begin_ms < end_ms:
            found.append((begin_ms, end_ms))
    return found


def _holes(exists: Iterable[_Span], first_ms: int, last_ms: int) -> Iterator[_Span]:
    at_ms = first_ms
    for begin_ms, end_ms in exists:
        if begin_ms >= last_ms:
            break
        if begin_ms > at_ms:
            yield at_ms, begin_ms
        at_ms = max(at_ms, end_ms)
    if at_ms < last_ms:
        yield at_ms, last_ms


def _with_causes(
    holes: Iterable[_Span], causes: Sequence[VideoGap], now_ms: int
) -> Iterator[tuple[_Span, list[VideoGap]]]:
    """With each hole the noted gaps that touch it; both are in order."""
    place = 0
    touching: list[VideoGap] = []
    for begin_ms, end_ms in holes:
        while place < len(causes) and causes[place].begin_ms < end_ms:
            touching.append(causes[place])
            place += 1
        touching = [gap for gap in touching if _end_ms(gap, now_ms) > begin_ms]
        yield (begin_ms, end_ms), touching


def _end_ms(gap: VideoGap, now_ms: int) -> int:
    return now_ms if gap.end_ms is None else gap.end_ms


def _explained(hole: _Span, touching: Sequence[VideoGap], rest: VideoGap, now_ms: int) -> list[VideoGap]:
    """The hole, in pieces of one cause each: what is short and unexplained, or too short to be told, joins what stands
    before it, or else what comes after it."""
    pieces = _pieces(hole, touching, now_ms)
    told = [one for one in pieces if one[1] - one[0] >= (LEAST_MS if one[2] is not None else UNEXPLAINED_MS)]
    if not told:
        told = [max(pieces, key=lambda one: (one[2] is not None, one[1] - one[0]))]
    begins = [hole[0], *(begin_ms for begin_ms, _, _ in told[1:])]
    found: list[VideoGap] = []
    for (begin_ms, end_ms), (_, _, noted) in zip(pairwise([*begins, hole[1]]), told, strict=True):
        why = rest if noted is None else noted
        if found and (found[-1].cause, found[-1].detail) == (why.cause, why.detail):
            begin_ms = found.pop().begin_ms
        found.append(VideoGap(begin_ms, end_ms, why.cause, why.detail))
    return found


def _pieces(hole: _Span, touching: Sequence[VideoGap], now_ms: int) -> list[_Piece]:
    """Each with what was noted of it; where two were, with the one that began last."""
    edges = {*hole}
    for gap in touching:
        edges |= {edge for edge in (gap.begin_ms, _end_ms(gap, now_ms)) if hole[0] < edge < hole[1]}
    return [
        (begin_ms, end_ms, next((gap for gap in reversed(touching) if _holds(gap, begin_ms, now_ms)), None))
        for begin_ms, end_ms in pairwise(sorted(edges))
    ]


def _holds(gap: VideoGap, at_ms: int, now_ms: int) -> bool:
    return gap.begin_ms <= at_ms < _end_ms(gap, now_ms)
