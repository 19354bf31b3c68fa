"""What a letter says in sentences: why, what became of the values, what is done. Each is there only if it is true of
these interruptions; what is not known is said to be so, and nothing is promised of what was never measured.

A paragraph for each cause that occurs: the station's first, then what held up files on the way to each authority, then
instruments. Where the letter tells of several interruptions each sentence says of which, by the table's numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.core.completeness import Outlook
from gateway.core.instants import MINUTE_MS, local_time
from gateway.core.lateness import DelayCause
from gateway.reports.document import Heading
from gateway.reports.interruptions import Cause, InterruptionScope, ListedInterruption, OtherCause
from gateway.reports.letter.shown_times import ShownTimes
from gateway.reports.period import ReportPeriod
from gateway.texts import Wording

_ORDER: tuple[Cause, ...] = (
    DelayCause.LINE,
    DelayCause.SERVER,
    DelayCause.REJECTED,
    DelayCause.REFUSED,
    DelayCause.GATEWAY_OFF,
    DelayCause.STOOD_STILL,
    DelayCause.CLOCK,
    DelayCause.CARD_FULL,
    DelayCause.NO_VALUES,
    DelayCause.PLANNED_LATE,
    DelayCause.QUEUE,
    DelayCause.NOT_MADE,
    OtherCause.UNKNOWN,
)
"""Of the causes that hold files up: what lies outside of the station before what lies in it, what is not known last."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """`reported` are numbered as they stand. `of_one`: the letter is about this one alone, and its time is its own."""

    heading: Heading
    reported: Sequence[ListedInterruption]
    wording: Wording
    of_one: bool = False

    def subject(self, one: ListedInterruption) -> str:
        """The whole station, the way to an authority, a parameter."""
        return self._text(f"subject_{one.scope}", name=self.receiver(one))

    def receiver(self, one: ListedInterruption) -> str:
        """An authority by its official name, or as whose server the configuration has it; anything else by its own."""
        if one.scope is not InterruptionScope.DESTINATION or one.official_name is not None:
            return one.official_name or one.name
        return self._text(f"receiver_{one.authority or 'other'}", name=one.name)

    def period(self) -> tuple[str, ...]:
        """How many there were in which time, and which reach over its edges or still last. The table follows."""
        key = "count_of_one" if self.of_one else "count_one" if len(self.reported) == 1 else "count_several"
        first = self._text(key, time=self._time(), count=self._times(len(self.reported)), subjects=self._subjects())
        return (first, *self._over_the_edges(), self._text("table_follows"))

    def _time(self) -> str:
        period = self.heading.period
        if self.of_one:
            (one,) = self.reported
            times = ShownTimes.of(one)
            if one.ended_ms is None:
                now = self._at(self.heading.made_ms)
                return self._text("time_until_now", begin=self._at(times.begin_ms), now=now)
            return self._text("time_between", begin=self._at(times.begin_ms), end=self._at(times.end_ms))
        begins, ends = self._local(period.from_ms), self._local(period.until_ms + 1)
        is_whole = _is_midnight(begins) and _is_midnight(ends)
        if is_whole and period.month is not None:
            return self._text("time_month", month=self.wording.month_of_letter(begins), year=begins.year)
        last = ends - dt.timedelta(microseconds=1000)
        if is_whole and begins.date() == last.date():
            return self._text("time_day", day=self.wording.date(begins))
        from_day = self._text("on_day", day=self.wording.date(begins))
        until_day = self._text("end_of_day", day=self.wording.date(last))
        return self._text(
            "time_between",
            begin=from_day if _is_midnight(begins) else self._at(period.from_ms),
            end=until_day if _is_midnight(ends) else self._at(period.until_ms),
        )

    def _subjects(self) -> str:
        counts: dict[str, int] = {}
        for one in sorted(self.reported, key=lambda each: list(InterruptionScope).index(each.scope)):
            shown = self._text(f"of_{one.scope}", name=self.receiver(one))
            counts[shown] = counts.get(shown, 0) + 1
        if len(self.reported) == 1:
            return next(iter(counts))
        return "; ".join(
            self._text("subject_times", subject=subject, count=self._times(count)) for subject, count in counts.items()
        )

    def _over_the_edges(self) -> Iterator[str]:
        numbered = list(enumerate(self.reported, 1))
        period: ReportPeriod = self.heading.period
        if not self.of_one:
            before = [number for number, one in numbered if one.began_ms < period.from_ms]
            after = [number for number, one in numbered if one.ended_ms is not None and one.ended_ms > period.until_ms]
            if before:
                yield self._text("began_before", which=self._which(before))
            if after:
                yield self._text("ended_after", which=self._which(after))
        jumped = [number for number, one in numbered if _jumped(one)]
        if jumped:
            yield self._text("clock_was_set", which=self._which(jumped))
        lasting = [number for number, one in numbered if one.ended_ms is None]
        if lasting:
            yield self._text("still_lasts", which=self._which(lasting), now=self._at(self.heading.made_ms))

    def causes(self) -> tuple[str, ...]:
        """A paragraph for each that occurs."""
        return (*self._causes_of_station(), *self._causes_of_destinations(), *self._causes_of_parameters())

    def _causes_of_station(self) -> Iterator[str]:
        by_cause: dict[Cause, list[int]] = {}
        for number, one in self._of(InterruptionScope.STATION):
            by_cause.setdefault(one.cause, []).append(number)
        for cause in sorted(by_cause, key=_place):
            yield self._about(by_cause[cause], self._text(f"station_{cause}"))

    def _causes_of_destinations(self) -> Iterator[str]:
        by_cause: dict[tuple[Cause, str], tuple[list[int], int]] = {}
        for number, one in self._of(InterruptionScope.DESTINATION):
            for cause, slots in _all_causes(one):
                numbers, before = by_cause.get((cause, self.receiver(one)), ([], 0))
                by_cause[cause, self.receiver(one)] = ([*numbers, number], before + slots)
        for cause, receiver in sorted(by_cause, key=lambda key: _place(key[0])):
            numbers, slots = by_cause[cause, receiver]
            sentence = self._text(f"destination_{cause}", receiver=receiver, slots=self.wording.count(slots))
            yield self._about(numbers, sentence)

    def _causes_of_parameters(self) -> Iterator[str]:
        by_reason: dict[str, tuple[list[int], list[str]]] = {}
        for number, one in self._of(InterruptionScope.PARAMETER):
            key = f"term.cause_{one.cause}" if one.reason is None else f"term.reason_{one.reason.cause}"
            numbers, names = by_reason.get(key, ([], []))
            by_reason[key] = ([*numbers, number], names if one.name in names else [*names, one.name])
        for key, (numbers, names) in by_reason.items():
            reason = self.wording.texts(key)
            sentence = self._text("parameter_cause", names=", ".join(names), reason=f"{reason[0].lower()}{reason[1:]}")
            yield self._about(numbers, sentence)

    def values(self) -> tuple[str, ...]:
        """What became of the values of each: what never was, what came later, what waits, what is marked."""
        found: list[str] = []
        for scope in InterruptionScope:
            for number, one in self._of(scope):
                slots = self.wording.count(one.slots)
                if scope is InterruptionScope.DESTINATION:
                    sentence = self._text(
                        "state_destination", receiver=self.receiver(one), slots=slots, parts="; ".join(self._parts(one))
                    )
                else:
                    sentence = self._text(f"state_{scope}", name=one.name, slots=slots)
                found.append(self._about([number], sentence))
        return tuple(found)

    def _parts(self, one: ListedInterruption) -> Iterator[str]:
        if one.recovered == one.slots:
            yield self._text("part_all_recovered")
            return
        counts = {
            "recovered": one.recovered,
            **{outlook.value: one.files(outlook) for outlook in Outlook},
            "without_file": one.without_file,
        }
        for name, count in counts.items():
            if count == one.slots:
                yield self._text(f"part_all_{name}")
            elif count:
                yield self._text(f"part_{name}", count=self.wording.count(count))

    def measures(self) -> tuple[str, ...]:
        """What the gateway does by itself; none where nothing waits."""
        waiting = sum(one.files(Outlook.WAITING) for one in self.reported)
        return (self._text("measure_waiting", count=self.wording.count(waiting)),) if waiting else ()

    def _of(self, scope: InterruptionScope) -> Iterator[tuple[int, ListedInterruption]]:
        return ((number, one) for number, one in enumerate(self.reported, 1) if one.scope is scope)

    def _about(self, numbers: Sequence[int], sentence: str) -> str:
        if len(self.reported) == 1:
            return f"{sentence[0].upper()}{sentence[1:]}"
        return self._text("about", which=self._which(numbers), sentence=sentence)

    def _which(self, numbers: Sequence[int]) -> str:
        if len(self.reported) == 1:
            return self._text("this_one")
        key = "these_numbers" if len(numbers) > 1 else "this_number"
        return self._text(key, numbers=", ".join(map(str, numbers)))

    def _times(self, count: int) -> str:
        """How often, as offices write it: a zero before numbers below ten in Vietnamese."""
        return f"{count:02}" if self.wording.is_vietnamese else self.wording.count(count)

    def _at(self, at_ms: int) -> str:
        local = self._local(at_ms)
        return self._text("at", time=f"{local:%H:%M}", day=self.wording.date(local))

    def _local(self, at_ms: int) -> dt.datetime:
        return local_time(at_ms, self.heading.period.zone)

    def _text(self, key: str, **fields: str | int) -> str:
        return self.wording.texts(f"letter.{key}", **fields)


def _all_causes(one: ListedInterruption) -> tuple[tuple[Cause, int], ...]:
    """With the slots that have none."""
    told: tuple[tuple[Cause, int], ...] = one.causes or ((one.cause, one.slots),)
    rest = one.slots - sum(slots for _, slots in told)
    return (*told, (OtherCause.UNKNOWN, rest)) if rest > 0 else told


def _place(cause: Cause) -> int:
    return _ORDER.index(cause) if cause in _ORDER else len(_ORDER)


def _jumped(one: ListedInterruption) -> bool:
    """Whether less time passed than lies between its begin and its end."""
    return one.ended_ms is not None and one.ended_ms - one.began_ms - one.length_ms >= MINUTE_MS


def _is_midnight(local: dt.datetime) -> bool:
    return local.time() == dt.time()
