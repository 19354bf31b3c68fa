"""What SDI-12 says of itself."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config import Link
from gateway.config.instruments.sdi12 import Sdi12Device
from gateway.core.interfaces import Clock
from gateway.instruments.identity_check import IdentityCheck
from gateway.instruments.lines.text_link import TextLink
from gateway.instruments.protocol import Driver, InstrumentProtocol
from gateway.instruments.question import Question, question_on


def questions(settings: Sdi12Device, link: Link) -> Iterator[Question]:
    """One for each command, and one that fetches the values."""
    address, crc = settings.sdi12.address, "C" if settings.sdi12.crc else ""
    from gateway.instruments.sdi12.instrument import commands_of

    for body in commands_of(settings):
        words = f"{address}{body[0]}{crc}{body[1:]}!"
        yield question_on(link, words, len(words))
        if body[0] != "R":
            yield question_on(link, f"{address}D0!", 4)


def _driver(settings: Sdi12Device, link: TextLink) -> Driver:
    from gateway.instruments.sdi12.instrument import Sdi12Instrument  # few stations have such a device

    return Sdi12Instrument(settings, link)


def _identity_check(settings: Sdi12Device, link: TextLink, _clock: Clock) -> IdentityCheck | None:
    from gateway.instruments.sdi12.identity import Sdi12IdentityCheck

    expected = settings.sdi12.identity
    return None if expected is None else Sdi12IdentityCheck(settings, expected, link)


SDI12 = InstrumentProtocol(
    settings=Sdi12Device,
    link=TextLink,
    driver=_driver,
    questions=questions,
    identity_check=_identity_check,
)
