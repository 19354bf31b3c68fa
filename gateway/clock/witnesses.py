"""Asking everybody on or near this machine for the time: what each said, and the report for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gateway.clock.kernel import Call, read_kernel
from gateway.clock.ntp import Asked, TimeServers
from gateway.clock.rtc import RESOLUTION_MS, battery_backed, read_rtc
from gateway.clock.store import WitnessReport
from gateway.core.clock_trust import TrustRules
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.core.time_server import BANNED_FOR_S, EARLIEST_MS, Kiss, pause_after_rate_s, unfit
from gateway.core.witness import WitnessKind, WitnessVerdict, WitnessWord, heard_between, select, zero_ms

_KERNEL = "kernel"


@dataclass(slots=True)
class Look:
    """What one round of questions brought: words that count, words that count no longer, and a report of each."""

    said: list[WitnessWord] = field(default_factory=list)
    withdrawn: list[tuple[WitnessKind, str]] = field(default_factory=list)
    reports: list[WitnessReport] = field(default_factory=list)

    def add(self, report: WitnessReport, testimony: WitnessWord | None, *, forgets: bool = True) -> None:
        self.reports.append(report)
        if testimony is not None:
            self.said.append(testimony)
        elif forgets:
            self.withdrawn.append((report.kind, report.name))


@dataclass(slots=True)
class _Manners:
    """How often a server lets itself be asked."""

    not_before_s: float = float("-inf")
    pause_s: float = 0.0
    why: str = ""


class Witnesses:
    """All but the authorities' servers, which are heard when files are sent."""

    def __init__(
        self,
        clock: Clock,
        servers: Mapping[str, tuple[str, int]],
        rules: TrustRules,
        adjtimex: Call | None,
        rtc_folder: Path,
    ) -> None:
        """`servers`: host and port by name. `adjtimex`: `None` where there is none."""
        self._clock = clock
        self._servers = dict(servers)
        self._rules = rules
        self._adjtimex = adjtimex
        self._rtc_folder = rtc_folder
        self._asking = TimeServers(clock)
        self._manners = {name: _Manners() for name in servers}

    def give_up(self) -> None:
        """Callable from any thread: a look that waits ends soon."""
        self._asking.give_up()

    def look(self, last_good_ms: int | None) -> Look:
        """Ask everybody once."""
        look = Look()
        self._look_at_servers(look)
        here = self.look_here(last_good_ms)
        look.said += here.said
        look.withdrawn += here.withdrawn
        look.reports += here.reports
        return look

    def look_here(self, last_good_ms: int | None) -> Look:
        """Only at what this machine itself has: the synchroniser's word and battery-backed clocks."""
        look = Look()
        self._look_at_kernel(look)
        self._look_at_rtcs(look, last_good_ms)
        return look

    def _look_at_servers(self, look: Look) -> None:
        now = self._clock.now()
        asked = {name: place for name, place in self._servers.items() if now.mono_s >= self._manners[name].not_before_s}
        outcomes = self._asking.ask([(name, *place) for name, place in asked.items()]) if asked else {}
        said = {}
        for name in self._servers:
            outcome = outcomes.get(name)
            if outcome is None:
                why = self._manners[name].why
                report = WitnessReport(
                    WitnessKind.SERVER, name, now.wall_ms, WitnessVerdict.SILENT, Phrase("not asked: {why}", why=why)
                )
                look.add(report, None, forgets=False)
            else:
                report, testimony = self._judged(name, outcome)
                look.add(report, testimony, forgets=outcome.answer is not None)
                if testimony is not None:
                    said[name] = testimony
        agreeing = {one.name for one in select([*said.values()]).agreeing}
        look.reports = [
            replace(one, verdict=WitnessVerdict.FALSETICKER, detail=_disagrees(len(said)))
            if one.name in said and one.name not in agreeing
            else one
            for one in look.reports
        ]

    def _judged(self, name: str, outcome: Asked) -> tuple[WitnessReport, WitnessWord | None]:
        kind, answer, at = WitnessKind.SERVER, outcome.answer, outcome.at
        if answer is None:
            return WitnessReport(kind, name, at.wall_ms, WitnessVerdict.SILENT, outcome.detail), None
        if answer.kiss is not None:
            self._obey(name, answer.kiss, answer.code, at.mono_s)
        why = unfit(answer)
        if why is not None:
            return WitnessReport(
                kind, name, at.wall_ms, WitnessVerdict.UNSYNCHRONISED, why, stratum=answer.stratum
            ), None
        report = WitnessReport(
            kind,
            name,
            at.wall_ms,
            WitnessVerdict.OK,
            None,
            round(answer.offset_ms),
            round(answer.delay_ms),
            answer.stratum,
        )
        return report, WitnessWord(kind, name, zero_ms(at) + answer.offset_ms, answer.distance_ms, at.mono_s)

    def _obey(self, name: str, kiss: Kiss, code: str, now_s: float) -> None:
        manners = self._manners[name]
        manners.pause_s = BANNED_FOR_S if kiss is Kiss.STAY_AWAY else pause_after_rate_s(manners.pause_s)
        manners.not_before_s = now_s + manners.pause_s
        manners.why = Phrase("it answered {code}, and {value}", code=code, value=kiss.value)

    def _look_at_kernel(self, look: Look) -> None:
        kind, asked = WitnessKind.KERNEL, self._clock.now()

        def report(verdict: WitnessVerdict, detail: str | None, testimony: WitnessWord | None = None) -> None:
            offset_ms = None if testimony is None else round(testimony.zero_ms - zero_ms(asked))
            look.add(WitnessReport(kind, _KERNEL, asked.wall_ms, verdict, detail, offset_ms), testimony)

        if self._adjtimex is None:
            return report(WitnessVerdict.SILENT, Phrase("this system has no adjtimex"))
        try:
            kernel = read_kernel(self._adjtimex)
        except OSError as error:
            return report(WitnessVerdict.SILENT, Phrase("cannot be read: {strerror}", strerror=error.strerror))
        answered = self._clock.now()
        if not kernel.is_synchronised:
            return report(
                WitnessVerdict.UNSYNCHRONISED, Phrase("nothing sets the system's clock, or it has not been set yet")
            )
        heard = heard_between(kind, _KERNEL, kernel.at_ms, 1, asked, answered)
        if abs(heard.zero_ms - zero_ms(answered)) >= self._rules.max_offset_ms:
            return report(WitnessVerdict.FALSETICKER, Phrase("this program is shown another clock than the kernel's"))
        if not kernel.at_ms >= EARLIEST_MS:
            return report(WitnessVerdict.UNSYNCHRONISED, Phrase("shows a time that cannot be"))
        heard = replace(heard, uncertain_ms=heard.uncertain_ms + kernel.max_error_ms)
        return report(WitnessVerdict.OK, None, heard)

    def _look_at_rtcs(self, look: Look, last_good_ms: int | None) -> None:
        for device in battery_backed(self._rtc_folder):
            asked = self._clock.now()
            try:
                shown_ms = read_rtc(device)
            except (OSError, ValueError) as error:
                why = Phrase("shows no time: {reason}", reason=getattr(error, "strerror", None) or error)
                look.add(_of_rtc(device, asked.wall_ms, WitnessVerdict.SILENT, why), None)
                continue
            heard = heard_between(WitnessKind.RTC, device.name, shown_ms, RESOLUTION_MS, asked, self._clock.now())
            offset_ms = heard.zero_ms - zero_ms(asked)
            detail: str | None = None
            if shown_ms < max(EARLIEST_MS, last_good_ms or 0) - RESOLUTION_MS:
                verdict = WitnessVerdict.UNSYNCHRONISED
                detail = Phrase("is behind the last time that was known to be right")
            elif abs(offset_ms) - heard.uncertain_ms > self._rules.max_offset_ms:
                verdict = WitnessVerdict.FALSETICKER
                detail = Phrase("shows another time than the system's clock")
            else:
                verdict = WitnessVerdict.OK
            report = _of_rtc(device, asked.wall_ms, verdict, detail, round(offset_ms))
            look.add(report, heard if verdict is WitnessVerdict.OK else None)


def authority_reports(
    heard: Sequence[WitnessWord], local: Sequence[WitnessWord], now_ms: int, now_zero_ms: int
) -> list[WitnessReport]:
    """Of the authorities' servers: `local` are those whose times are more likely local times than UTC."""
    agreeing = select([one for one in heard if one not in local]).agreeing
    found = []
    for one in heard:
        verdict = WitnessVerdict.OK
        detail: str | None = None
        if one in local:
            verdict, detail = WitnessVerdict.FALSETICKER, Phrase("is off by whole hours: it seems to show local time")
        elif one not in agreeing:
            verdict, detail = WitnessVerdict.FALSETICKER, _disagrees(len(heard))
        offset_ms = round(one.zero_ms - now_zero_ms)
        found.append(WitnessReport(one.kind, one.name, now_ms, verdict, detail, offset_ms))
    return found


def _of_rtc(
    device: Path, asked_ms: int, verdict: WitnessVerdict, detail: str | None, offset_ms: int | None = None
) -> WitnessReport:
    return WitnessReport(WitnessKind.RTC, device.name, asked_ms, verdict, detail, offset_ms)


def _disagrees(count: int) -> Phrase:
    return Phrase("disagrees with the other one") if count == 2 else Phrase("disagrees with most")
