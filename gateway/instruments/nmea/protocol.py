"""What NMEA 0183 says of itself."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config import Link
from gateway.config.instruments.nmea import NmeaDevice
from gateway.core.phrase import Phrase
from gateway.instruments.lines.text_link import TextLink
from gateway.instruments.protocol import Driver, InstrumentProtocol
from gateway.instruments.question import Question, question_on


def questions(settings: NmeaDevice, link: Link) -> Iterator[Question]:
    """One for each sentence; of who talks unasked, that nothing is asked."""
    from gateway.instruments.nmea.instrument import questions_of

    asked = questions_of(settings)
    if not asked:
        yield question_on(link, Phrase("listens, asks nothing"), 0)
    for question in asked:
        yield question_on(link, question.decode("ascii").strip(), len(question))


def _driver(settings: NmeaDevice, link: TextLink) -> Driver:
    from gateway.instruments.nmea.instrument import NmeaInstrument  # few stations have such a device

    return NmeaInstrument(settings, link)


NMEA = InstrumentProtocol(settings=NmeaDevice, link=TextLink, driver=_driver, questions=questions)
