"""Devices that speak text and are in no table, asked for by hand or given beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.config import Language
from gateway.config.interview.progress import Progress
from gateway.texts import texts_in
from tests.unit.config.interview.test_course import COURSE, sound, walked

AMBIENT: dict[str, object] = {"station_kind": "ambient_air", "link_type": "serial", "symbol": "O3"}
MAST = r"WS (?P<v1>[-+0-9.]+) PA (?P<v2>[-+0-9.]+) ST (?P<v3>[0-9])\*(?P<checksum>[0-9A-F]{4})"


class Said(dict[str, object]):
    """An iterator answers the same question again and again."""

    def __getitem__(self, key: str) -> object:
        answer = super().__getitem__(key)
        return next(answer) if isinstance(answer, Iterator) else answer


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        ("bayern_hessen", {"id_of_text": 11}),
        ("sdi12", {}),
        (
            "nmea",
            {
                "symbol": "WS",
                "sentence_of_text": "MWV",
                "field_of_text": 3,
                "says_unit_of_text": "M",
                "reference_of_text": "T",
            },
        ),
        ("ak", {}),
    ],
)
def test_each_protocol_by_hand(protocol: str, said: dict[str, object]) -> None:
    content, asked = walked({**AMBIENT, "speaks": protocol, **said}, checks=True)
    (instrument,) = sound(content).instruments
    assert type(instrument).protocol == protocol
    assert "register" not in asked


def test_a_line_with_a_checksum_a_state_and_what_nobody_wants() -> None:
    said = Said(
        AMBIENT, speaks="ascii", response=MAST, checksum="crc16 *", group_symbol=iter(["WS", None, "status"]),
        status_fault=["2"], status_calibrating=["1"],
    )  # fmt: skip
    content, _ = walked(said)
    (instrument,) = sound(content).instruments
    assert content["instruments"][0]["ascii"] == {
        "streaming": True,
        "response": MAST.replace("?P<v1>", "?P<WS>").replace("?P<v2>", "?:").replace("?P<v3>", "?P<status>"),
        "checksum": {"type": "crc16", "over": {"before": "*"}},
    }
    assert [one.symbol for one in instrument.parameters] == ["WS"]
    assert instrument.own_status.fault == ("2",)


def test_a_device_that_is_asked_and_a_symbol_that_names_no_group() -> None:
    said = {
        **AMBIENT, "speaks": "ascii", "talks_unasked": False, "request": r"R\r", "response": r"(?P<v1>[0-9.]+)",
        "group_symbol": "PM2,5",
    }  # fmt: skip
    content, _ = walked(said)
    assert content["instruments"][0]["ascii"] == {"request": "R\r", "response": "(?P<PM25>[0-9.]+)"}
    (parameter,) = sound(content).instruments[0].parameters
    assert (parameter.symbol, parameter.group) == ("PM2,5", "PM25")


def test_of_rain_it_is_asked_how_it_is_counted() -> None:
    said = {**AMBIENT, "symbol": "Rain", "speaks": "sdi12", "counter": "total", "wraps_at": 100}
    (parameter,) = sound(walked(said, checks=True)[0]).instruments[0].parameters
    assert (parameter.counter, parameter.wraps_at) == ("total", 100)


def test_two_serial_lines_are_chosen_from_before_it_is_said_what_is_spoken() -> None:
    """That nothing is said of it yet was once taken for a fault of the answer, and nobody could go on."""
    said = Said(
        AMBIENT, link_name=iter(["gases", "dust"]), another_link=iter([True, False]), speaks="bayern_hessen",
        another_instrument=iter([True, False]), symbol=iter(["O3", "NO2"]), instrument_link=iter(["gases", "dust"]),
        serial_device=iter(["/dev/ttyS8", "/dev/ttyS9"]),
    )  # fmt: skip
    content, asked = walked(said, checks=True)
    assert asked.count("instrument_link") == 2
    assert [one.link for one in sound(content).instruments] == ["gases", "dust"]


@pytest.mark.parametrize("protocol", ["ascii", "bayern_hessen"])
def test_a_device_given_beforehand_needs_no_ready_instrument(protocol: str) -> None:
    section: dict[str, Any] = {"streaming": True, "response": "(?P<O3>[0-9.]+)"} if protocol == "ascii" else {}
    given = {
        "station": {"name": "A", "province": "DN", "facility": "B", "code": "C", "kind": "ambient_air"},
        "links": {"line": {"type": "serial", "device": "/dev/ttyS9"}},
        "instruments": [{"name": "ozone", protocol: section, "parameters": [{"symbol": "O3"}]}],
        "destinations": [{"url": "sftp://a@b.example.vn", "host_key": f"SHA256:{'B' * 43}", "key": {"file": "/k"}}],
    }
    progress = Progress(COURSE.begin, given, takes_defaults=True)
    while progress.question is not None:
        progress.answer(None)
    assert [one.id for one in progress.missing] == []
    assert sound(progress.content).instruments[0].parameters[0].unit == "ug/Nm3"


@pytest.mark.parametrize("language", list(Language))
def test_every_question_has_its_words(language: Language) -> None:
    texts = texts_in(language)
    asked = set[str]()
    for protocol in ("ascii", "bayern_hessen", "sdi12", "nmea", "ak"):
        said = Said(
            AMBIENT, speaks=protocol, talks_unasked=False, request="R", response=MAST, checksum="xor",
            sentence_of_text="MWV", field_of_text=3, id_of_text=1, symbol="Rain", counter="total",
            group_symbol=iter(["Rain", None, "status"]),
        )  # fmt: skip
        asked |= set(walked(said)[1])
    assert {"group_symbol", "status_fault", "sentence_of_text", "id_of_text", "wraps_at"} <= asked
    for key in asked:
        assert texts.has(f"init.ask.{key}"), key
