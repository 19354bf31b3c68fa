"""What devices say, byte by byte, through a real connection: one test for every poll that was recorded."""

from __future__ import annotations

import pytest

from gateway.core.errors import InstrumentError
from gateway.instruments.lines.text_link import TextLink
from gateway.instruments.registry import PROTOCOLS, driver_on
from tests.contract.instruments.text_devices import plugged
from tests.support.modbus_server.scripted import Say
from tests.support.transcript import Poll, Transcript, transcripts

POLLS = [(transcript, poll) for transcript in transcripts() for poll in transcript.polls]


def outcome(transcript: Transcript, poll: Poll) -> tuple[list[str], bytes]:
    """What the gateway makes of it, and all that it asked."""
    asked = bytearray()
    waiting = list(poll.exchanges)

    def device(piece: bytes, say: Say) -> bool:
        asked.extend(piece)
        while waiting and asked.endswith(waiting[0][0]):
            say(waiting.pop(0)[1])
        return True

    with plugged("tcp", device) as link:
        instrument = driver_on(transcript.instrument, link)
        try:
            readings = instrument.read()
        except InstrumentError as error:
            return [type(error).__name__], bytes(asked)
    shown = [
        f"{parameter.symbol} {_shown(reading.value)} {reading.status.value}"
        for parameter, reading in zip(instrument.parameters, readings, strict=True)
    ]
    return shown, bytes(asked)


def test_every_protocol_of_text_was_recorded() -> None:
    spoken = {type(transcript.instrument) for transcript in transcripts()}
    assert spoken == {protocol.settings for protocol in PROTOCOLS if protocol.link is TextLink}
    assert len(spoken) >= 3


@pytest.mark.parametrize(("transcript", "poll"), POLLS, ids=[f"{t.name}: {p.name}" for t, p in POLLS])
def test_polls(transcript: Transcript, poll: Poll) -> None:
    shown, asked = outcome(transcript, poll)
    assert shown == list(poll.outcome)
    assert asked == b"".join(question for question, _ in poll.exchanges)


def _shown(value: float | None) -> str:
    return "none" if value is None else repr(value)
