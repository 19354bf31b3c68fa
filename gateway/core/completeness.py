"""How much of what is due was measured and arrived, what is missing, and which interruptions must be reported.

Pure facts in, pure facts out: the caller looks up what was kept and what arrived. TT10/2021: a station's rate of
reception is to be at least 80 %; an interruption of more than 12 hours is to be reported in writing; hourly files reach
the Ministry at the latest after ten days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.core.lateness import DUE_MS, Cause
from gateway.core.slot import slots_between

ENOUGH_PERCENT = 80.0
REPORTABLE_MS = 12 * 3_600_000
TEN_DAYS_MS = 10 * 86_400_000


@dataclass(frozen=True, slots=True)
class Ratio:
    """`received` of `expected`."""

    received: int
    expected: int

    @property
    def percent(self) -> float | None:
        """`None`: nothing was expected."""
        return None if self.expected == 0 else 100 * self.received / self.expected

    def is_enough(self, percent: float = ENOUGH_PERCENT) -> bool:
        """Whether the share is at least so much; nothing of nothing is."""
        return self.received * 100 >= percent * self.expected


@dataclass(frozen=True, slots=True)
class Period:
    """The slots whose ends lie in `(from_ms, to_ms]`: a day, a month, any range. `to_ms` at most now.

    Raises:
        ValueError: an end before its beginning.
    """

    from_ms: int
    to_ms: int
    slot_ms: int

    def __post_init__(self) -> None:
        if self.to_ms < self.from_ms:
            raise ValueError(f"a period does not end ({self.to_ms}) before it begins ({self.from_ms})")

    def ends_ms(self) -> Iterator[int]:
        """The slots' ends, oldest first."""
        for slot in slots_between(self.from_ms, self.to_ms, self.slot_ms):
            if self.from_ms < slot.end_ms <= self.to_ms:
                yield slot.end_ms

    def __len__(self) -> int:
        return self.to_ms // self.slot_ms - self.from_ms // self.slot_ms

    def contains(self, end_ms: int) -> bool:
        return self.from_ms < end_ms <= self.to_ms and end_ms % self.slot_ms == 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A slot's record: which of its parameters bear a measured value (status 00)."""

    end_ms: int
    is_measured: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Sent:
    """A slot's file on its way to one destination. `arrived_ms=None`: not yet. `cause`: what made it late, if it is."""

    end_ms: int
    arrived_ms: int | None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Consecutive slots that are missing: `[begin_ms, end_ms)`, the first one's beginning to the last one's end."""

    begin_ms: int
    end_ms: int
    slots: int


@dataclass(frozen=True, slots=True)
class Interruption:
    """Consecutive slots whose files did not arrive when they were due, `[begin_ms, end_ms)`."""

    begin_ms: int
    end_ms: int
    """The end of the last such slot."""
    slots: int
    causes: tuple[tuple[Cause, int], ...]
    """What held the files up, and how many; the most frequent first, of equals the earlier."""
    arrived_later: int
    """How many arrived after all."""
    lasts: bool
    """Nothing that was due has arrived in time since."""

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.begin_ms

    @property
    def is_reportable(self) -> bool:
        """More than 12 hours: the department is to be told in writing, with the reason (TT10/2021)."""
        return self.length_ms > REPORTABLE_MS


def ratio_by_parameter(records: Iterable[Kept], period: Period, symbols: Sequence[str]) -> dict[str, Ratio]:
    """Of every parameter, in how many of the period's slots it was measured. A slot without a record counts as missing.

    Worked: a day of 288 slots, COD measured in 216: 75 %, which is not enough.
    """
    counts = dict.fromkeys(symbols, 0)
    for record in records:
        if period.contains(record.end_ms):
            for symbol in symbols:
                counts[symbol] += record.is_measured.get(symbol, False)
    return {symbol: Ratio(count, len(period)) for symbol, count in counts.items()}


def ratio_by_slot(records: Iterable[Kept], period: Period, symbols: Sequence[str]) -> dict[int, Ratio]:
    """Of every slot of the period, by its end: how many of the parameters were measured."""
    known = {record.end_ms: record for record in records}
    return {
        end_ms: Ratio(sum(known[end_ms].is_measured.get(symbol, False) for symbol in symbols), len(symbols))
        if end_ms in known
        else Ratio(0, len(symbols))
        for end_ms in period.ends_ms()
    }


def ratio_received(files: Iterable[Sent], period: Period, within_ms: int | None = None) -> Ratio:
    """How many of the period's files a destination has received; with `within_ms`, so soon after the slot's end.

    The ten-day rule for hourly files: `ratio_received(files, period, TEN_DAYS_MS).is_enough()`.
    Worked: a day of 288 files, 231 arrived: 80.2 %, which is enough; 230: 79.9 %, which is not.
    """
    ends = {
        one.end_ms
        for one in files
        if period.contains(one.end_ms)
        and one.arrived_ms is not None
        and (within_ms is None or one.arrived_ms - one.end_ms <= within_ms)
    }
    return Ratio(len(ends), len(period))


def gaps(present_ms: Iterable[int], period: Period) -> tuple[Gap, ...]:
    """The runs of the period's slots that are not among these ends: of a parameter, of the records, of a destination.

    Worked, 5-minute slots: 00:05, 00:20 present in (00:00, 00:25] → gaps 00:05 to 00:15 (2) and 00:20 to 00:25 (1).
    """
    present = set(present_ms)
    found: list[Gap] = []
    for end_ms in period.ends_ms():
        if end_ms in present:
            continue
        begin_ms = end_ms - period.slot_ms
        if found and found[-1].end_ms == begin_ms:
            found[-1] = Gap(found[-1].begin_ms, end_ms, found[-1].slots + 1)
        else:
            found.append(Gap(begin_ms, end_ms, 1))
    return tuple(found)


def interruptions(files: Iterable[Sent], period: Period, now_ms: int, due_ms: int = DUE_MS) -> tuple[Interruption, ...]:
    """The interruptions of what one destination receives: runs of slots whose files were not there when due.

    Files that are not due yet are not judged. A slot of which no file is known was never made: the gateway was off.
    Worked: the line is down from 00:00 to 13:00; the files of 00:00 to 12:50 are late: one interruption from 23:55 to
    12:50, 12 h 55 min, to be reported, though everything arrived by 13:01.
    """
    known = {one.end_ms: one for one in files}
    runs: list[list[Sent]] = [[]]
    for end_ms in period.ends_ms():
        if now_ms - end_ms <= due_ms and (end_ms not in known or known[end_ms].arrived_ms is None):
            continue
        file = known.get(end_ms, Sent(end_ms, None, Cause.GATEWAY_OFF))
        if file.arrived_ms is not None and file.arrived_ms - end_ms <= due_ms:
            if runs[-1]:
                runs.append([])
        else:
            runs[-1].append(file)
    return tuple(_interruption(run, period.slot_ms, lasts=run is runs[-1]) for run in runs if run)


def _interruption(run: Sequence[Sent], slot_ms: int, lasts: bool) -> Interruption:
    causes: dict[Cause, int] = {}
    for file in run:
        if file.cause is not None:
            causes[file.cause] = causes.get(file.cause, 0) + 1
    return Interruption(
        run[0].end_ms - slot_ms,
        run[-1].end_ms,
        len(run),
        tuple(sorted(causes.items(), key=lambda cause: -cause[1])),
        sum(file.arrived_ms is not None for file in run),
        lasts,
    )
