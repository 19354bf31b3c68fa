"""The object that receivers of messages get, byte for byte, and the shapes it can be given."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from gateway.core.averaging import Average
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.files.filer import Filer
from gateway.files.formats import Rendering
from gateway.files.formats.json_object import render
from tests.support.journey import COD, MIDNIGHT_MS, PH, SLOT_MS, Journey, at

JSON = Rendering("json", "HN", "ABCD", "NUO001", "Asia/Ho_Chi_Minh", "NULL", (("pH", 2), ("COD", 0), ("PM2,5", 1)))
RECORD = Record(
    Slot(MIDNIGHT_MS + SLOT_MS, SLOT_MS),
    (
        Line(PH, Average(7.125, Status.MEASURING, 60, 60)),
        Line(COD, Average(71.3, Status.CALIBRATING, 60, 60)),
        Line(Parameter("PM2,5", "ug/Nm3"), Average(None, Status.FAULT, 0, 60)),
    ),
)


def shaped(template: Any) -> Any:
    return json.loads(render(RECORD, replace(JSON, template=json.dumps(template))).content)


def test_golden_bytes() -> None:
    document = render(RECORD, JSON)
    assert document.name == "HN_ABCD_NUO001_20260101000500.json"
    assert document.content == (
        b'{"station":"NUO001","time":"2026-01-01T00:05:00+07:00","slot_s":300,"parameters":['
        b'{"symbol":"pH","value":7.12,"unit":"-","status":"00"},'
        b'{"symbol":"COD","value":71,"unit":"mg/L","status":"01"},'
        b'{"symbol":"PM2,5","value":null,"unit":"ug/Nm3","status":"02"}]}'
    )


def test_a_missing_value_may_be_left_out() -> None:
    document = render(RECORD, replace(JSON, missing_value="omit"))
    assert [each["symbol"] for each in json.loads(document.content)["parameters"]] == ["pH", "COD"]


def test_a_member_named_by_the_parameter() -> None:
    assert shaped({"ts": "{time_ms}", "values": {"{symbol}": "{value}"}}) == {
        "ts": MIDNIGHT_MS + SLOT_MS,
        "values": {"pH": 7.12, "COD": 71, "PM2,5": None},
    }


def test_a_list_of_what_the_parameter_says_and_fixed_parts() -> None:
    assert shaped(
        {"id": "VN-{province}/{station}", "v": 1, "data": [["{symbol}", "{value} {unit}"]], "tags": ["a"]}
    ) == {
        "id": "VN-HN/NUO001",
        "v": 1,
        "data": [["pH", "7.12 -"], ["COD", "71 mg/L"], ["PM2,5", " ug/Nm3"]],
        "tags": ["a"],
    }


def test_a_repeated_member_holding_a_list() -> None:
    assert shaped({"{symbol}": [{"ts": "{time_ms}", "value": "{value}"}]})["pH"] == [
        {"ts": MIDNIGHT_MS + SLOT_MS, "value": 7.12}
    ]


@pytest.mark.parametrize("value", [1e300, -1e300, 1e-300, 123456789012345.6])
def test_a_broken_instruments_value_is_still_json(value: float) -> None:
    record = Record(RECORD.slot, (Line(PH, Average(value, Status.MEASURING, 60, 60)),))
    (shown,) = json.loads(render(record, JSON).content)["parameters"]
    assert shown["value"] == pytest.approx(value, abs=0.005)


def test_it_is_made_again_with_the_template_it_was_made_with(journey: Journey) -> None:
    template = '{"s":"{station}","{symbol}":"{value}"}'
    journey.records.add(RECORD, MIDNIGHT_MS + SLOT_MS)
    Filer(journey.files, [replace(JSON, template=template), JSON]).step(at(MIDNIGHT_MS + SLOT_MS))
    journey.restart()
    assert journey.files.content(1).content == b'{"s":"NUO001","pH":7.12,"COD":71,"PM2,5":null}'
    assert b'"parameters"' in journey.files.content(2).content
