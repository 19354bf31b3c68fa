"""What will be sent over each link, and whether there is time for it. Pure: from the configuration alone.

Times are those of the wire: bytes at the line's speed and the silence before each question. A device's own reaction
comes on top; it is not known, so a line that is planned to be busy most of the time will not keep its periods.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.config import Configuration
from gateway.core.phrase import Phrase
from gateway.instruments.question import Question
from gateway.instruments.registry import protocol_of
from gateway.instruments.sampler_command import sampler_questions

BUSY = 0.8
"""Share of the time above which a line is too busy: devices take their own time on top."""


@dataclass(frozen=True, slots=True)
class InstrumentForecast:
    """What one poll of an instrument sends, and what is asked of it besides."""

    instrument: str
    period_s: float
    questions: tuple[Question, ...]

    @property
    def wire_s(self) -> float:
        """How long a poll is on the wire."""
        return sum(question.wire_s for question in self.questions if question.occasion is None)


@dataclass(frozen=True, slots=True)
class LinkForecast:
    """A link, its instruments, and the sampler if it is there. `load`: the share of the time for which the wire is busy
    with polls."""

    link: str
    instruments: tuple[InstrumentForecast, ...]
    sampler: tuple[Question, ...] = ()

    @property
    def load(self) -> float:
        return sum(one.wire_s / one.period_s for one in self.instruments)

    @property
    def warning(self) -> str | None:
        """Why the periods cannot be kept, if so."""
        if self.load > 1:
            return Phrase("the periods cannot be kept: the wire would be busy {load:.0%} of the time", load=self.load)
        if self.load > BUSY:
            return Phrase(
                "the periods can hardly be kept: the wire is busy {load:.0%} of the time, without the devices",
                load=self.load,
            )
        for one in self.instruments:
            if one.wire_s > one.period_s:
                return Phrase(
                    "{instrument} cannot keep its period: one poll takes {wire_s:.2g} s",
                    instrument=one.instrument,
                    wire_s=one.wire_s,
                )
        return None


def forecast(configuration: Configuration) -> tuple[LinkForecast, ...]:
    """All links on which something is asked, in the order of the configuration."""
    found = []
    for name, link in configuration.links.items():
        polls = tuple(
            InstrumentForecast(one.name, one.poll.total_seconds(), tuple(protocol_of(one).questions(one, link)))
            for one in configuration.instruments
            if one.link == name
        )
        sampler = configuration.sampler
        sampling = tuple(sampler_questions(sampler, link)) if sampler is not None and sampler.link == name else ()
        if polls or sampling:
            found.append(LinkForecast(name, polls, sampling))
    return tuple(found)
