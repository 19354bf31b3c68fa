"""Devices with NMEA sentences, written by hand: only what a sound sentence says in the form that is wanted counts."""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Any

import pytest

from gateway.core.errors import InstrumentGarbled, InstrumentSilent
from gateway.core.reading import Readings, Status
from gateway.core.reason import Cause
from tests.contract.instruments.test_streaming import settled, talking
from tests.contract.instruments.text_devices import Device, instrument, plugged

WD = {"symbol": "WD", "unit": "degree", "sentence": "MWV", "field": 1, "reference": "R"}
WS = {"symbol": "WS", "unit": "m/s", "sentence": "MWV", "field": 3, "reference": "R", "says_unit": "M"}
TEMP = {"symbol": "Temp", "unit": "oC", "sentence": "XDR", "transducer": {"type": "C", "id": "AIR"}, "says_unit": "C"}
RH = {"symbol": "RH", "unit": "%", "sentence": "XDR", "transducer": {"type": "H", "id": "0"}, "says_unit": "P"}


def said(content: str) -> bytes:
    return f"${content}*{reduce(xor, content.encode(), 0):02X}\r\n".encode()


def mast(*parameters: dict[str, Any], **protocol: Any) -> dict[str, Any]:
    return {"name": "mast", "link": "line", "poll": "2s", "nmea": protocol, "parameters": list(parameters)}


def heard(content: dict[str, Any], *lines: bytes) -> Readings:
    with talking("tcp") as (link, say):
        driver = instrument(content, link)
        say(b"\r\n" + b"".join(lines))
        settled()
        readings = driver.read()
        assert isinstance(readings, Readings)
        return readings


def why(readings: Readings, number: int = 0) -> tuple[Cause, str]:
    reason = (readings.reasons or ())[number]
    assert reason is not None
    return reason


@pytest.mark.parametrize(
    "line",
    [
        b"$WIMWV,39,R,1.3,M,A*06\r\n",  # Vaisala, WXT530
        b"$WIMWV,39,R,1.3,M,A*06\n",
        said("WIMWV,039.0,R,01.30,M,A"),
    ],
)
def test_a_makers_own_example(line: bytes) -> None:
    assert list(heard(mast(WD, WS), line).values) == [39, 1.3]


def test_two_winds_from_one_device_are_told_apart() -> None:
    """Airmar's default: relative and theoretical in turns; and here in two units as well."""
    lines = [
        said("WIMWV,10,R,5.0,M,A"),
        said("WIMWV,10,R,9.7,N,A"),
        said("WIMWV,99,T,7.0,M,A"),
        said("WIMWV,99,T,13.6,N,A"),
        said("HCHDT,271.1,T"),
    ]
    assert list(heard(mast(WD, WS), *lines).values) == [10, 5.0]


def test_transducers_move_within_a_sentence_and_over_sentences() -> None:
    lines = [said("WIXDR,H,50.1,P,0,C,23.4,C,AIR"), said("WIXDR,C,11.0,C,WATER"), said("WIXDR,H,50.2,P,0")]
    assert list(heard(mast(TEMP, RH), *lines).values) == [23.4, 50.2]


FAULTS: dict[str, tuple[dict[str, Any], str, float | None, Cause, str]] = {
    "switched to knots": (WS, "WIMWV,39,R,2.5,N,A", None, Cause.GARBLED, "field 4 of MWV is 'N', and 'M' is expected"),
    "no unit": (WS, "WIMWV,39,R,2.5,,A", None, Cause.GARBLED, "field 4 of MWV is empty"),
    "true wind only": (WD, "WIMWV,39,T,2.5,M,A", None, Cause.GARBLED, "field 2 of MWV is 'T', and 'R' is expected"),
    "cut short": (WS, "WIMWV,39,R", None, Cause.GARBLED, "field 4 of MWV is not there"),
    "another unit in XDR": (TEMP, "WIXDR,C,74.1,F,AIR", None, Cause.GARBLED, "'C' 'AIR' is in 'F', and 'C'"),
    "twice in one": (TEMP, "WIXDR,C,1,C,AIR,C,2,C,AIR", None, Cause.GARBLED, "stands twice"),
    "invalid": (WS, "WIMWV,39,R,2.5,M,V", 2.5, Cause.DEVICE_FAULT, "status is 'V'"),
    "no status": (WS, "WIMWV,39,R,2.5,M", 2.5, Cause.UNKNOWN_STATUS, "tells no status"),
    "empty": (WD, "WIMWV,,R,2.5,M,A", None, Cause.NO_NUMBER, "nothing stands"),
    "no number": (WD, "WIMWV,---,R,2.5,M,A", None, Cause.REFUSED_TEXT, "'---' is no number"),
}


@pytest.mark.parametrize(("wanted", "content", "value", "cause", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_what_is_not_wanted(
    wanted: dict[str, Any], content: str, value: float | None, cause: Cause, words: str
) -> None:
    if cause is Cause.GARBLED:
        with pytest.raises(InstrumentGarbled) as caught:
            heard(mast(wanted), said(content))
        assert words.replace("'C' 'AIR'", "C 'AIR'") in str(caught.value)
        return
    readings = heard(mast(wanted), said(content))
    assert list(readings.values) == [value]
    assert list(readings.statuses) == [Status.FAULT]
    assert why(readings)[0] is cause
    assert words in why(readings)[1]


def test_a_sentence_that_comes_no_more_costs_its_own_parameters() -> None:
    readings = heard(mast(WS, TEMP), said("WIMWV,39,R,2.5,M,A"), said("WIXDR,C,74.1,F,AIR"))
    assert list(readings.values) == [2.5, None]
    assert why(readings, 1) == (Cause.REFUSED_TEXT, "transducer C 'AIR' is in 'F', and 'C' is expected")
    assert readings.answered_s is not None


UNSOUND = [
    b"$WIMWV,39,R,1.3,M,A\r\n",
    b"$WIMWV,39,R,1.3,M,A*07\r\n",
    b"$WIMWV,39,R,9.3,M,A*06\r\n",
    b"WIMWV,39,R,1.3,M,A*06\r\n",
    b"$WIMWV,39,R,1$WIMWV,39,R,1.3,M,A*06\r\n",
    b"\xff$WIMWV,39,R,1.3,M,A*06\r\n",
]


def test_a_sentence_that_is_not_sound_is_none() -> None:
    with pytest.raises(InstrumentGarbled, match="no sentence: .*no sentence: .*no sentence: "):
        heard(mast(WS), *UNSOUND)


def test_another_talker() -> None:
    with pytest.raises(InstrumentGarbled, match="none of the 1 lines"):
        heard(mast(WS, talker="WI"), said("IIMWV,39,R,1.3,M,A"))


ASKED = mast(WD, TEMP, talker="WI", asks_as="II")


def test_each_sentence_is_asked_for_once() -> None:
    device = Device([[said("WIMWV,39,R,1.3,M,A")], [said("WIXDR,H,1,P,0"), said("WIXDR,C,21.5,C,AIR")]])
    device.ends_with = b"\n"
    with plugged("tcp", device.hear) as link:
        assert list(instrument(ASKED, link).read().values) == [39, 21.5]
    assert device.asked == b"$IIWIQ,MWV*2F\r\n" + said("IIWIQ,XDR")


def test_two_answers_to_one_question_are_none() -> None:
    device = Device([[said("WIMWV,38,R,1.3,M,A") + said("WIMWV,39,R,1.3,M,A")]])
    device.ends_with = b"\n"
    with plugged("tcp", device.hear) as link, pytest.raises(InstrumentGarbled, match="two answers"):
        instrument(mast(WD, talker="WI", asks_as="II"), link).read()


def test_half_of_what_is_asked_counts() -> None:
    device = Device([[], [said("WIXDR,C,21.5,C,AIR")]])
    device.ends_with = b"\n"
    with plugged("tcp", device.hear) as link:
        readings = instrument(ASKED, link).read()
    assert list(readings.values) == [None, 21.5]


def test_silence() -> None:
    with plugged("tcp", Device().hear) as link, pytest.raises(InstrumentSilent):
        instrument(ASKED, link).read()
