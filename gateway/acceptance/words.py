"""What was seen and what is asked for, in words: for the terminal and for the protocol."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.acceptance import FactValue, SeenFact, StepName, StepOutcome
from gateway.core.instants import local_time
from gateway.core.permit_limit import PermitLimit
from gateway.core.printable import printable
from gateway.texts import Wording

NOTHING = "–"
_TERMS = ("event", "finding")
"""Kinds of events, for which the catalogue has words."""


@dataclass(frozen=True, slots=True)
class AcceptanceWords:
    """In one language and one time zone."""

    wording: Wording
    zone: str

    def step(self, name: StepName) -> str:
        return self.wording.texts(f"accept.step_{name.value}")

    def request(self, request: str) -> str:
        return self.wording.texts(f"accept.ask_{request}")

    def question(self, key: str, symbol: str, read: float | None, unit: str) -> str:
        """About what was read."""
        shown = self._value("read", read)
        return self.wording.texts(f"accept.ask_{key}", symbol=printable(symbol), read=shown, unit=self.unit(unit))

    def fact(self, fact: SeenFact) -> str:
        """Of what another version has seen, and this one has no sentence for, the bare values."""
        fields = {name: self._value(name, value) for name, value in fact.values.items()}
        try:
            return self.wording.texts(f"accept.seen_{fact.key}", **fields)
        except KeyError:
            return ", ".join((printable(fact.key), *(f"{printable(name)} {shown}" for name, shown in fields.items())))

    def unit(self, unit: str) -> str:
        """Behind a number."""
        return "" if unit == "-" else f" {printable(self.wording.unit(unit))}"

    def seen(self, outcome: StepOutcome) -> str:
        """Everything that was seen, and why it was skipped."""
        words = [self.fact(fact) for fact in outcome.seen]
        if outcome.reason is not None:
            words.append(self.because(outcome.reason))
        return "; ".join(words)

    def because(self, reason: str) -> str:
        return self.wording.texts("accept.because", reason=printable(reason))

    def moment(self, at_ms: int) -> str:
        return self.wording.moment(local_time(at_ms, self.zone))

    def _value(self, name: str, value: FactValue) -> str:
        if value is None or value == "":
            return NOTHING
        if name == "limit":
            return printable(self.wording.permit_limit(PermitLimit.from_json(str(value))))
        if name.endswith("_ms") and isinstance(value, int):
            return self.moment(value)
        if name == "unit":
            return self.unit(str(value))
        if name == "source":
            kind, _, own = str(value).partition(" ")
            return f"{self.wording.texts(f'accept.witness_{kind}')} {printable(own)}".rstrip()
        if name == "verdict":
            return self.wording.texts(f"accept.witness_{value}")
        if name in _TERMS:
            return ", ".join(self._term(kind) for kind in str(value).split(", "))
        if isinstance(value, float):
            return self.wording.number(f"{value:.6g}")
        return printable(self.wording.count(value) if isinstance(value, int) else value)

    def _term(self, kind: str) -> str:
        key = f"term.noted_{kind}"
        return self.wording.texts(key) if self.wording.texts.has(key) else printable(kind)
