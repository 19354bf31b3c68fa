"""Step: each instrument answers, and what the gateway reads is what its display shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.acceptance.step import AcceptanceStep, Skipped
from gateway.core.acceptance import SeenFact, StepName, StepOutcome, StepVerdict, display_agrees
from gateway.core.component import ComponentState
from gateway.core.reading import Status
from gateway.reports.parameter_status import ParameterStatus

_DIGITS = 6
"""Behind the point: what is finer comes from the device's own form of numbers."""


class DisplaysStep(AcceptanceStep):
    name = StepName.DISPLAYS

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]  # as the class above has them
        self._said: dict[str, float | str | None] = {}

    def subjects(self) -> Sequence[str]:
        return [one.name for one in self.site.configuration.instruments]

    def look(self, asked_ms: Sequence[int]) -> Mapping[str, StepOutcome]:
        return {name: self._instrument(name) for name in self.subjects()}

    def _instrument(self, name: str) -> StepOutcome:
        status = self.site.status()
        how = next(one for one in status.instruments if one.name == name)
        state = None if how.component is None else how.component.state
        if state is not ComponentState.ANSWERING:
            words = "unknown" if state is None else state.value
            return StepOutcome.not_yet(SeenFact.of("instrument_state", state=words, reason=how.reason or ""))
        own = [one for one in status.parameters if one.instrument == name]
        dark = [one for one in own if one.reading is None or one.reading.status is not Status.MEASURING]
        if dark:
            return StepOutcome.not_yet(*(_not_measuring(one) for one in dark))
        try:
            looked = [self._parameter(one) for one in own]
        except Skipped as skipped:  # the other instruments' displays are still asked for
            return StepOutcome(StepVerdict.SKIPPED, reason=skipped.reason)
        is_well = all(well for _, well in looked)
        return (StepOutcome.passed if is_well else StepOutcome.failed)(*(fact for fact, _ in looked))

    def _parameter(self, shown: ParameterStatus) -> tuple[SeenFact, bool]:
        """What was read beside what its display shows, and whether they are the same and within the range."""
        symbol = shown.parameter.symbol
        if symbol not in self._said:
            self._said[symbol] = self._asked(shown)
        value, unit = _value(self._newest(symbol) or shown)
        low, high = shown.range or (None, None)
        said = self._said[symbol]
        facts = {"symbol": symbol, "unit": unit, "low": low, "high": high, "value": value}
        is_in_range = shown.is_in_range is not False
        if isinstance(said, float) and value is not None:
            agrees = display_agrees(value, said, shown.range, self.site.tolerance)
            fact = SeenFact("display", {**facts, "shown": said, "difference": round(value - said, _DIGITS) + 0.0})
            return fact, agrees and is_in_range
        if isinstance(said, str):
            return SeenFact("display_none", {**facts, "why": said}), is_in_range
        return SeenFact("display_unread", {**facts}), False

    def _asked(self, shown: ParameterStatus) -> float | str | None:
        """A number that does not agree may be a slip of the keyboard: asked for until the person stays with it."""
        while True:
            symbol = shown.parameter.symbol
            value, unit = _value(self._newest(symbol) or shown)
            said = self.person.number("display", symbol, value, unit)
            value, unit = _value(self._newest(symbol) or shown)
            if not isinstance(said, float) or value is None:
                return said
            if display_agrees(value, said, shown.range, self.site.tolerance):
                return said
            slip = SeenFact.of("display_differs", symbol=symbol, unit=unit, value=value, shown=said)
            if self.person.agrees("confirm_display", [slip]) is not False:
                return said

    def _newest(self, symbol: str) -> ParameterStatus | None:
        """As it is when the person has answered: the value may have moved meanwhile."""
        return next((one for one in self.site.status().parameters if one.parameter.symbol == symbol), None)


def _value(shown: ParameterStatus) -> tuple[float | None, str]:
    """As the device has it: of a converted one, what was measured."""
    if shown.measured is not None:
        return shown.measured.average.value, shown.measured.parameter.unit
    return (None if shown.reading is None else shown.reading.value), shown.parameter.unit


def _not_measuring(shown: ParameterStatus) -> SeenFact:
    code = None if shown.reading is None else shown.reading.status.value
    return SeenFact.of("not_measuring", symbol=shown.parameter.symbol, status=code)
