"""What is refused of instruments with NMEA sentences."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from gateway.config.instruments.nmea import NmeaDevice

WS: dict[str, Any] = {"symbol": "WS", "unit": "m/s", "sentence": "MWV", "field": 3, "reference": "R", "says_unit": "M"}
XDR: dict[str, Any] = {
    "symbol": "Temp",
    "unit": "oC",
    "sentence": "XDR",
    "transducer": {"type": "C", "id": "0"},
    "says_unit": "C",
}


def device(parameter: dict[str, Any], **nmea: Any) -> NmeaDevice:
    parameter = {key: value for key, value in parameter.items() if value is not None}
    content = {"name": "mast", "link": "mast", "poll": "5s", "nmea": nmea, "parameters": [parameter]}
    return NmeaDevice.model_validate(content)


SOUND: list[dict[str, Any]] = [
    WS,
    XDR,
    WS | {"says_unit": "N", "scale": 0.514444},
    WS | {"says_unit": "K", "scale": 0.277778},
    WS | {"sentence": "MWD", "field": 7, "reference": None, "says_unit": None},
    WS | {"sentence": "PABC", "field": 7, "reference": None, "says_unit": None, "expects": {3: "M"}},
    {"symbol": "P", "unit": "hPa", "sentence": "MDA", "field": 3, "scale": 1000},
]


@pytest.mark.parametrize("parameter", SOUND)
def test_sound(parameter: dict[str, Any]) -> None:
    device(parameter)


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "knots_for_metres": (WS | {"says_unit": "N"}, "write scale: 0.514444"),
    "bars_for_hectopascals": (
        {"symbol": "P", "unit": "hPa", "sentence": "MDA", "field": 3},
        "comes in B and is wanted in hPa, and scale is 1; write scale: 1000",
    ),
    "no_unit": (WS | {"says_unit": None}, "must say its unit"),
    "no_reference": (WS | {"reference": None}, "must say which wind"),
    "field_of_no_value": (WS | {"field": 2}, "measures nothing in field 2; its values are in 1, 3"),
    "side_as_direction": (
        {"symbol": "WD", "unit": "degree", "sentence": "VWR", "field": 1},
        "measures nothing in field 1",
    ),
    "unit_that_cannot_be": (
        {"symbol": "Temp", "unit": "oC", "sentence": "MTA", "field": 1, "says_unit": "F"},
        "can never stand with field 1",
    ),
    "xdr_by_field": (XDR | {"transducer": None, "field": 2}, "is one of several transducers"),
    "xdr_without_unit": (XDR | {"says_unit": None}, "must say its unit"),
    "angle_for_a_speed": (
        {"symbol": "WS", "unit": "m/s", "sentence": "MWV", "field": 1, "reference": "R"},
        "field 1 of MWV is angle, and m/s is speed",
    ),
    "magnetic_for_metres": (
        {"symbol": "WS", "unit": "m/s", "sentence": "MDA", "field": 15},
        "field 15 of MDA is angle, and m/s is speed",
    ),
    "humidity_for_a_temperature": (
        XDR | {"transducer": {"type": "H", "id": "0"}, "says_unit": "P"},
        "transducer type H of XDR is share, and oC is temperature",
    ),
    "said_twice": (WS | {"expects": {4: "K"}}, "must stand in field 4, which is known already"),
    "no_field": (WS | {"field": None}, "must say which field"),
    "no_sentence": (WS | {"sentence": "$MWV"}, "is no sentence"),
    "unknown_sentence_with_unit": (WS | {"sentence": "ABC", "reference": None}, "expects: {4: M}"),
}


@pytest.mark.parametrize(("parameter", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_refuses(parameter: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        device(parameter)
    assert words in str(caught.value)


def test_whom_to_ask() -> None:
    with pytest.raises(ValidationError, match="add talker"):
        device(WS, asks_as="II")


def test_letters_that_never_come() -> None:
    content = {"name": "mast", "link": "mast", "poll": "5s", "nmea": {}, "status": {"measuring": ["A"]}}
    air = {"symbol": "Temp", "unit": "oC", "sentence": "MDA", "field": 5}
    with pytest.raises(ValidationError, match="sentences without a status field"):
        NmeaDevice.model_validate({**content, "parameters": [air]})
    NmeaDevice.model_validate({**content, "parameters": [WS, air]})
