"""What AK says of itself."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config import AkDevice, Link
from gateway.instruments.ak.instrument import STATE, AkInstrument, queries
from gateway.instruments.ak.telegram import question
from gateway.instruments.lines.text_link import TextLink
from gateway.instruments.protocol import InstrumentProtocol
from gateway.instruments.question import Question, question_on


def questions(settings: AkDevice, link: Link) -> Iterator[Question]:
    """The state, if the device knows it, and each command once."""
    state = [(STATE, settings.ak.channel)] if settings.ak.state else []
    for command, channel in (*state, *queries(settings)):
        yield question_on(link, f"{command} {channel}", len(question(command, channel)))


AK = InstrumentProtocol(settings=AkDevice, link=TextLink, driver=AkInstrument, questions=questions)
