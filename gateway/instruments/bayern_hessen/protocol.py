"""What Bayern-Hessen says of itself."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config import BayernHessenDevice, Link
from gateway.instruments.bayern_hessen.instrument import BayernHessenInstrument
from gateway.instruments.bayern_hessen.telegram import question
from gateway.instruments.lines.text_link import TextLink
from gateway.instruments.protocol import InstrumentProtocol
from gateway.instruments.question import Question, question_on


def questions(settings: BayernHessenDevice, link: Link) -> Iterator[Question]:
    """One, which is answered with all measurements."""
    protocol = settings.bayern_hessen
    yield question_on(link, f"DA {protocol.address:03}", len(question(protocol.address, protocol.checksum == "bcc")))


BAYERN_HESSEN = InstrumentProtocol(
    settings=BayernHessenDevice, link=TextLink, driver=BayernHessenInstrument, questions=questions
)
