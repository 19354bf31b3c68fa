"""A device that says NMEA sentences: those of a poll → readings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from operator import add

from gateway.config.instruments.nmea import NmeaDevice
from gateway.core.errors import InstrumentError, InstrumentGarbled, InstrumentSilent
from gateway.core.phrase import Phrase
from gateway.core.reading import NO_ANSWER, Readings, Status
from gateway.core.reason import Cause, Reason
from gateway.instruments.lines.excerpts import text_excerpt
from gateway.instruments.lines.heard_lines import APART_S, HeardLines
from gateway.instruments.lines.text_link import LONGEST_WAIT_S, TextLink
from gateway.instruments.nmea.sentence import question, sentence_in
from gateway.instruments.nmea.wanted import SaidValue, WantedField
from gateway.instruments.reported import ReportedScaling, Told, number_in, readings_of, shown_text

LINE_END = b"\n"
"""The standard's is CR LF; a CR before it is taken with the sentence, for some leave it out."""

Found = dict[int, tuple[SaidValue, float]]
"""By the parameter's number, and when it was heard (monotonic)."""


class NmeaInstrument:
    """Implements `gateway.instruments.protocol.Driver`. Of each parameter the newest sentence that has it counts, with
    its own instant; one that does not come costs those parameters alone that are in it."""

    def __init__(self, settings: NmeaDevice, link: TextLink) -> None:
        self.name = settings.name
        self.parameters = tuple(one.measured for one in settings.parameters)
        self.period_s = settings.poll.total_seconds()
        self._link_address = settings.link_address
        self._link = link
        self._wanted = [WantedField(one, settings) for one in settings.parameters]
        self._scalings = [ReportedScaling.of(one) for one in settings.parameters]
        self._measuring = frozenset(settings.own_status.measuring)
        self._calibrating = frozenset(settings.own_status.calibrating)
        self._questions = questions_of(settings)
        sentences = list(dict.fromkeys(one.sentence for one in settings.parameters))
        self._apart_s = [sentences.index(one.sentence) * APART_S for one in settings.parameters]

    @property
    def longest_read_s(self) -> float:
        """How long one `read` may take."""
        if not self._questions:
            return LONGEST_WAIT_S + self._link.timeout_s
        return len(self._questions) * self._link.longest_answer_s

    def read(self) -> Readings:
        """One poll: what was said since the last one, or what is answered now."""
        others: dict[int, str] = {}
        found, why_missing = self._ask(others) if self._questions else self._listen(others)
        readings = readings_of(self._told(found, others, why_missing))
        newest_s = max(at_s for _, at_s in found.values())
        at = (found[number][1] if number in found else newest_s for number in range(len(self._wanted)))
        return replace(readings, answered_s=tuple(map(add, at, self._apart_s)))

    def _listen(self, others: dict[int, str]) -> tuple[Found, str]:
        heard = HeardLines[int, SaidValue](range(len(self._wanted)), lambda line: self._understand(line, others))
        self._link.listen(LINE_END, self.period_s, heard)
        if not heard.found and others:
            raise InstrumentGarbled("; ".join(dict.fromkeys(others.values())))
        heard.refuse_none()
        return heard.found, heard.why_missing

    def _ask(self, others: dict[int, str]) -> tuple[Found, str]:
        """Each sentence in its turn. What one of them lacks is no hindrance to the others."""
        found: Found = {}
        failure: InstrumentError | None = None
        for asked, numbers in self._questions.items():
            answered: dict[int, SaidValue] = {}

            def understand(
                received: bytes, numbers: frozenset[int] = numbers, answered: dict[int, SaidValue] = answered
            ) -> bool | None:
                answered.update(self._answer_in(received, others))
                return True if numbers <= answered.keys() else None

            try:
                self._link.ask(asked, understand, self._link_address)
            except (InstrumentGarbled, InstrumentSilent) as error:
                failure = error
            found |= {number: (answered[number], self._link.now_s) for number in numbers & answered.keys()}
        if failure is not None and not found:
            raise failure
        return found, "" if failure is None else str(failure)

    def _answer_in(self, received: bytes, others: dict[int, str]) -> dict[int, SaidValue]:
        """
        Raises:
            InstrumentGarbled: one value twice: one of them answers an earlier question, and nothing tells which.
        """
        found: dict[int, SaidValue] = {}
        for line in received.split(LINE_END)[:-1]:
            understood = self._understand(line, others)
            for number, value in [] if isinstance(understood, str) else understood:
                if number in found:
                    raise InstrumentGarbled(
                        Phrase("two answers to one question: {text_excerpt}", text_excerpt=text_excerpt(received))
                    )
                found[number] = value
        return found

    def _understand(self, line: bytes, others: dict[int, str]) -> list[tuple[int, SaidValue]] | str:
        sentence = sentence_in(line)
        if isinstance(sentence, str):
            return sentence
        found = []
        for number, wanted in enumerate(self._wanted):
            value = wanted.value_in(sentence)
            if isinstance(value, SaidValue):
                found.append((number, value))
            elif value is not None:
                others.setdefault(number, value)
        return found

    def _told(self, found: Found, others: dict[int, str], why_missing: str) -> Iterator[Told]:
        for number, scaling in enumerate(self._scalings):
            if number not in found:
                yield NO_ANSWER, Reason(Cause.REFUSED_TEXT, others.get(number) or why_missing)
                continue
            said, _ = found[number]
            status, why = self._state(said.status)
            yield scaling.told(number_in(said.text), said.text, status, why)

    def _state(self, letter: str | None) -> tuple[Status, Reason | None]:
        if letter is None or letter in self._measuring:
            return Status.MEASURING, None
        if not letter:
            return Status.FAULT, Reason(Cause.UNKNOWN_STATUS, Phrase("the sentence tells no status"))
        if letter in self._calibrating:
            return Status.CALIBRATING, Reason(
                Cause.CALIBRATING, Phrase("status is {shown_text}", shown_text=shown_text(letter))
            )
        return Status.FAULT, Reason(Cause.DEVICE_FAULT, Phrase("status is {shown_text}", shown_text=shown_text(letter)))


def questions_of(settings: NmeaDevice) -> dict[bytes, frozenset[int]]:
    """What is asked, with the parameters that the answer must have; nothing of a device that talks by itself."""
    protocol = settings.nmea
    if protocol.asks_as is None or protocol.talker is None:
        return {}
    asked: dict[bytes, frozenset[int]] = {}
    for number, one in enumerate(settings.parameters):
        of_it = question(protocol.asks_as, protocol.talker, one.sentence)
        asked[of_it] = asked.get(of_it, frozenset()) | {number}
    return asked
