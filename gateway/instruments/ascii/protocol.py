"""What a device with lines of its own making says of itself."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config import AsciiDevice, Link
from gateway.core.phrase import Phrase
from gateway.instruments.ascii.instrument import AsciiInstrument
from gateway.instruments.lines.text_link import TextLink
from gateway.instruments.protocol import InstrumentProtocol
from gateway.instruments.question import Question, question_on


def questions(settings: AsciiDevice, link: Link) -> Iterator[Question]:
    """The request; of who talks unasked, that nothing is asked."""
    request = settings.ascii.request
    if request is None:
        yield question_on(link, Phrase("listens, asks nothing"), 0)
    else:
        yield question_on(link, ascii(request)[1:-1], len(request))


def _try_hostile_text(settings: AsciiDevice) -> Iterator[None]:
    from gateway.instruments.ascii.hostile_lines import try_hostile_lines

    for response in (*settings.ascii.kinds, *settings.ascii.skip):
        yield from try_hostile_lines(response)


ASCII = InstrumentProtocol(
    settings=AsciiDevice,
    link=TextLink,
    driver=AsciiInstrument,
    questions=questions,
    try_hostile_text=_try_hostile_text,
)
