"""Devices that say more, less or otherwise than one line with one number: what they say is written out here by hand.

Nothing of it may become a value by misunderstanding, and where there is no value its text is shown.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from gateway.core.errors import InstrumentGarbled, InstrumentSilent
from gateway.core.reading import Reading, Readings, Status
from gateway.core.reason import Cause
from tests.contract.instruments.test_streaming import settled, talking
from tests.contract.instruments.text_devices import Device, instrument, plugged

WIND = r"\$WIMWV,(?P<WD>[0-9]+),R,(?P<WS>[0-9.]+),M,A\*[0-9A-F]{2}"
AIR = r"\$WIXDR,C,(?P<Temp>[-0-9.]+),C,AIR\*[0-9A-F]{2}"
WIND_LINE = b"$WIMWV,%03d,R,%.1f,M,A*00\r\n"
AIR_LINE = b"$WIXDR,C,%.1f,C,AIR*00\r\n"
OTHERS = b"$GPGGA,,,,,,0,,,,,,,,*66\r\n$HCHDT,271.1,T*2C\r\nhello\r\n"
WIND_PARAMETERS = [{"symbol": "WD", "unit": "degree"}, {"symbol": "WS", "unit": "m/s"}]
AIR_PARAMETERS = [{"symbol": "Temp", "unit": "oC"}]


def talker(responses: list[str], parameters: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    protocol = {"streaming": True, "responses": responses} | more.pop("ascii", {})
    content = {"name": "mast", "link": "line", "poll": "2s", "ascii": protocol, "parameters": parameters}
    return content | more


def asked(response: str, **protocol: Any) -> dict[str, Any]:
    parameters = protocol.pop("parameters", [{"symbol": "PM", "unit": "mg/Nm3"}])
    content = {"request": "R\r", "response": response, **protocol}
    return {"name": "dust", "link": "line", "poll": "1s", "ascii": content, "parameters": parameters}


def values(readings: Readings | Any) -> list[float | None]:
    return [reading.value for reading in readings]


def told(readings: Readings | Any) -> list[tuple[Cause, str] | None]:
    return [None if one is None else (one.cause, one.detail) for one in readings.reasons or [None] * len(readings)]


class TestAStreamOfSeveralKindsOfLine:
    def test_wind_is_found_among_other_sentences(self) -> None:
        """It came, and then two others: the newest line was never the wind."""
        with talking("tcp") as (link, say):
            mast = instrument(talker([WIND], WIND_PARAMETERS), link)
            say(b"\r\n" + WIND_LINE % (90, 3.5) + WIND_LINE % (91, 3.6) + OTHERS)
            settled()
            assert values(mast.read()) == [91, 3.6]

    def test_a_stream_that_never_says_it_shows_what_it_says(self) -> None:
        with talking("tcp") as (link, say):
            mast = instrument(talker([WIND], WIND_PARAMETERS), link)
            say(b"\r\n" + OTHERS + b"\x1b[31m\xff\r\n")
            settled()
            with pytest.raises(InstrumentGarbled) as caught:
                mast.read()
            assert r"'\x1b[31m\xff'" in str(caught.value)
            assert "'hello'" in str(caught.value)
            assert "HCHDT" in str(caught.value)
            assert "GGA" not in str(caught.value)

    @pytest.mark.parametrize("said", [b"PM=12.5\nPM=12.6\n", b"PM=12.5\n" * 300])
    def test_another_line_end_than_the_configured_one_is_shown(self, said: bytes) -> None:
        with talking("tcp") as (link, say):
            mast = instrument(talker([WIND], WIND_PARAMETERS, poll="100ms"), link)
            say(said)
            with pytest.raises(InstrumentGarbled, match="no line ends as configured: .*PM=12.5") as caught:
                mast.read()
            assert len(str(caught.value)) < 300

    def test_a_long_talker_is_shown_shortly(self) -> None:
        with talking("tcp") as (link, say):
            mast = instrument(talker([WIND], WIND_PARAMETERS), link)
            say(b"\r\n" + (b"x" * 1000 + b"\r\n") * 20)
            settled()
            with pytest.raises(InstrumentGarbled) as caught:
                mast.read()
            assert len(str(caught.value)) < 600

    def test_each_value_is_of_its_own_line_and_instant(self) -> None:
        with talking("tcp") as (link, say):
            mast = instrument(talker([WIND, AIR], WIND_PARAMETERS + AIR_PARAMETERS), link)
            say(b"\r\n" + WIND_LINE % (90, 3.5) + OTHERS)
            settled()
            say_later = time.monotonic()
            with pytest.MonkeyPatch.context() as patch:
                original = link._wait_for_lines

                def first_say(*arguments: Any) -> None:
                    time.sleep(0.05)
                    say(AIR_LINE % 21.5)
                    original(*arguments)

                patch.setattr(link, "_wait_for_lines", first_say)
                readings = mast.read()
            assert values(readings) == [90, 3.5, 21.5]
            assert readings.reasons is None
            wind_s, _, air_s = readings.answered_s or ()
            assert air_s - wind_s >= 0.04
            assert air_s >= say_later

    def test_a_kind_that_comes_no_more_costs_its_own_parameters(self) -> None:
        with talking("tcp") as (link, say):
            mast = instrument(talker([WIND, AIR], WIND_PARAMETERS + AIR_PARAMETERS), link)
            say(b"\r\n" + AIR_LINE % 21.5 + WIND_LINE % (90, 3.5))
            settled()
            assert values(mast.read()) == [90, 3.5, 21.5]
            say(WIND_LINE % (92, 3.7) + b"$WIXDR,C,,C,AIR*00\r\n")
            settled()
            readings = mast.read()
            assert values(readings) == [92, 3.7, None]
            assert [one.status for one in readings] == [Status.MEASURING, Status.MEASURING, Status.FAULT]
            assert told(readings)[:2] == [None, None]
            cause, detail = told(readings)[2] or (None, "")
            assert cause is Cause.REFUSED_TEXT
            assert "'$WIXDR,C,,C,AIR*00'" in detail

    def test_the_state_comes_in_a_line_of_its_own(self) -> None:
        content = talker([r"T=(?P<Temp>[0-9.]+)", r"STATE (?P<status>\w+)"], AIR_PARAMETERS, status={"fault": ["BAD"]})
        with talking("tcp") as (link, say):
            mast = instrument(content, link)
            say(b"\r\nSTATE OK\r\nT=21.5\r\n")
            settled()
            assert list(mast.read()) == [Reading(21.5, Status.MEASURING)]
            say(b"STATE BAD\r\nT=21.6\r\n")
            settled()
            readings = mast.read()
            assert list(readings) == [Reading(21.6, Status.FAULT)]
            assert told(readings) == [(Cause.DEVICE_FAULT, "status is 'BAD'")]
            say(b"T=21.7\r\n")
            settled()
            readings = mast.read()
            assert list(readings) == [Reading(21.7, Status.FAULT)]
            assert told(readings)[0] is not None

    def test_kinds_are_kept_apart_at_every_poll(self) -> None:
        """Readings of one instant are kept together: who stands with whom must not change from poll to poll."""
        with talking("tcp") as (link, say):
            mast = instrument(talker([WIND, AIR], WIND_PARAMETERS + AIR_PARAMETERS), link)
            for _ in range(3):
                say(b"\r\n" + AIR_LINE % 21.5 + WIND_LINE % (90, 3.5))
                settled()
                wind_s, speed_s, air_s = mast.read().answered_s or ()  # type: ignore[attr-defined]
                assert wind_s == speed_s
                assert 0 < air_s - wind_s < 0.001

    def test_a_broken_line_leaves_the_one_before_it(self) -> None:
        content = talker([r"PM=(?P<PM>[0-9.]+)\*(?P<checksum>[0-9A-F]{2})"], [{"symbol": "PM", "unit": "mg/Nm3"}])
        content["ascii"]["checksum"] = {"type": "xor", "over": {"before": "*"}}
        sum_of_1 = 0x50 ^ 0x4D ^ 0x3D ^ 0x31
        with talking("tcp") as (link, say):
            meter = instrument(content, link)
            say(b"\r\nPM=1*%02X\r\nPM=9*%02X\r\n" % (sum_of_1, sum_of_1))
            settled()
            assert values(meter.read()) == [1]


ANSWERS: dict[str, tuple[dict[str, Any], bytes]] = {
    "two lines": (asked(r"DUST\r\nPM=(?P<PM>[0-9.]+)", lines=2), b"DUST\r\nPM=12.5\r\n"),
    "an echo": (asked(r"R\r\nPM=(?P<PM>[0-9.]+)", lines=2), b"R\r\nPM=12.5\r\n>"),
    "an echo that is skipped": (asked(r"PM=(?P<PM>[0-9.]+)", skip=["R", ""]), b"\r\nR\r\n\r\nPM=12.5\r\n"),
    "a greeting": (asked(r"PM=(?P<PM>[0-9.]+)", skip=["READY|OK"]), b"READY\r\nPM=12.5\r\nOK\r\n"),
    "a prompt as the end": (asked(r"R\r\nPM=(?P<PM>[0-9.]+)\r\n", terminator=">"), b"R\r\nPM=12.5\r\n>"),
    "a table": (asked(r"(?s:.*)\r\nPM +(?P<PM>[0-9.]+)\r\n", lines=3), b"T 20\r\nPM   12.5\r\n\r\n"),
    "no end but silence": (asked(r"PM=(?P<PM>[0-9.]+) mg", idle="50ms"), b"PM=12.5 mg"),
    "no end, no mark, a length": (asked(r"(?P<PM>[0-9]{2}[.][0-9])", idle="50ms"), b"12.5"),
    "one STX, one ETX": (asked("\x02(?P<PM>[0-9.]+)", terminator="\x03"), b"\x0212.5\x03"),
    "a point in thousands": (asked(r"PM=(?P<PM>[-0-9.,]+)", decimal=",", thousands="."), b"PM=12,5\r\n"),
    "a sign in its column": (asked(r"(?P<PM>[-+] *[0-9.]+) g"), b"+    12.5 g\r\n"),
    "an exponent": (asked(r"(?P<PM>\S+)"), b"+1.25E+01\r\n"),
}


@pytest.mark.parametrize(("content", "answer"), ANSWERS.values(), ids=ANSWERS.keys())
def test_it_is_read(content: dict[str, Any], answer: bytes) -> None:
    device = Device([[answer], [answer]])
    with plugged("tcp", device.hear) as link:
        meter = instrument(content, link)
        assert list(meter.read()) == [Reading(12.5, Status.MEASURING)]
        assert list(meter.read()) == [Reading(12.5, Status.MEASURING)]


BROKEN: dict[str, tuple[dict[str, Any], list[bytes]]] = {
    "one of two lines": (asked(r"DUST\r\nPM=(?P<PM>[0-9.]+)", lines=2), [b"PM=12.5\r\n"]),
    "three of two lines": (asked(r"DUST\r\nPM=(?P<PM>[0-9.]+)", lines=2), [b"DUST\r\nPM=1\r\nPM=2\r\n"]),
    "two answers around a greeting": (asked(r"PM=(?P<PM>[0-9.]+)", skip=["OK"]), [b"PM=1\r\nOK\r\nPM=2\r\n"]),
    "cut by a pause": (asked(r"PM=(?P<PM>[0-9.]+) mg", idle="20ms"), [b"PM=12.", b"pause", b"5 mg"]),
    "two answers before the silence": (asked(r"PM=(?P<PM>[0-9.]+) mg", idle="50ms"), [b"PM=1 mg", b"PM=2 mg"]),
    "a flood instead of silence": (asked(r"PM=(?P<PM>[0-9.]+) mg", idle="50ms"), [b"PM=1 mg" * 800]),
}


@pytest.mark.parametrize(("content", "pieces"), BROKEN.values(), ids=BROKEN.keys())
def test_it_is_no_answer(content: dict[str, Any], pieces: list[bytes]) -> None:
    def hear(_piece: bytes, say: Any) -> bool:
        for piece in pieces:
            if piece == b"pause":
                time.sleep(0.08)
            else:
                say(piece)
        return True

    with plugged("tcp", hear) as link, pytest.raises(InstrumentGarbled):
        instrument(content, link).read()


def test_silence_of_a_device_without_an_end() -> None:
    with plugged("tcp", Device().hear) as link, pytest.raises(InstrumentSilent):
        instrument(asked(r"PM=(?P<PM>[0-9.]+) mg", idle="50ms"), link).read()


def test_a_dribble_ends() -> None:
    """A byte now and then, so that the line never is silent for long enough."""

    def hear(_piece: bytes, say: Any) -> bool:
        for _ in range(30):
            say(b"1")
            time.sleep(0.02)
        return True

    with plugged("tcp", hear) as link:
        began_s = time.monotonic()
        with pytest.raises(InstrumentGarbled, match="without an end"):
            instrument(asked(r"PM=(?P<PM>[0-9.]+) mg", idle="100ms"), link).read()
        assert time.monotonic() - began_s < 0.6


MILLIGRAMS = [{"symbol": "PM", "unit": "mg/Nm3", "says_unit": "mg/m3"}]
WITH_UNIT = asked(r"PM=(?P<PM>\S+) (?P<PM_unit>\S+)", parameters=MILLIGRAMS)
UNIT_INSIDE = asked(r"PM=(?P<PM>.+)", decimal=",", parameters=MILLIGRAMS)
NO_VALUES: dict[str, tuple[dict[str, Any], bytes, Cause, str]] = {
    "thousands that nobody described": (
        asked(r"PM=(?P<PM>[-+0-9.,]+)"),
        b"PM=1.234,5\r\n",
        Cause.REFUSED_TEXT,
        "'1.234,5' is no number",
    ),
    "another unit": (WITH_UNIT, b"PM=12500 ug/m3\r\n", Cause.REFUSED_TEXT, "'12500 ug/m3' is not in 'mg/m3'"),
    "another unit inside": (UNIT_INSIDE, b"PM=12500 ug/m3\r\n", Cause.REFUSED_TEXT, "'12500 ug/m3' is not in 'mg/m3'"),
    "no unit": (UNIT_INSIDE, b"PM=12,5\r\n", Cause.REFUSED_TEXT, "'12,5' is not in 'mg/m3'"),
    "below": (asked("PM=(?P<PM>.*)"), b"PM=<0.01\r\n", Cause.REFUSED_TEXT, "'<0.01' is no number: less than"),
    "above": (asked("PM=(?P<PM>.*)"), b"PM=>500\r\n", Cause.REFUSED_TEXT, "'>500' is no number: more than"),
    "dashes": (asked("PM=(?P<PM>.*)"), b"PM=---\r\n", Cause.REFUSED_TEXT, "'---' is no number"),
    "nothing": (asked("PM=(?P<PM>.*)"), b"PM=\r\n", Cause.NO_NUMBER, "nothing stands"),
    "a bell": (asked("PM=(?P<PM>.*)"), b"PM=\x07\x1b\xff\r\n", Cause.REFUSED_TEXT, r"'\x07\x1b\xff' is no number"),
    "without end": (asked("PM=(?P<PM>.*)"), b"PM=" + b"9" * 4000 + b"\r\n", Cause.REFUSED_TEXT, "9' … is no number"),
}


@pytest.mark.parametrize(("content", "answer", "cause", "words"), NO_VALUES.values(), ids=NO_VALUES.keys())
def test_what_was_refused_is_shown(content: dict[str, Any], answer: bytes, cause: Cause, words: str) -> None:
    with plugged("tcp", Device([[answer]]).hear) as link:
        readings = instrument(content, link).read()
    assert list(readings) == [Reading(None, Status.FAULT)]
    (reason,) = readings.reasons or (None,)
    assert reason is not None
    assert reason.cause is cause
    assert words in reason.detail
    assert len(reason.detail) < 100


def test_the_unit_that_was_expected_is_no_hindrance() -> None:
    for content, answer in ((WITH_UNIT, b"PM=12.5 mg/m3\r\n"), (UNIT_INSIDE, b"PM=12,5 mg/m3\r\n")):
        with plugged("tcp", Device([[answer]]).hear) as link:
            assert list(instrument(content, link).read()) == [Reading(12.5, Status.MEASURING)]
