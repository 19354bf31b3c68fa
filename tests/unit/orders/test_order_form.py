"""What is submitted is read suspiciously, and told what is wrong with it, member by member."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.core.errors import GatewayError
from gateway.core.order_faults import OrderInvalid
from gateway.orders.order_json import LARGEST_SUBMISSION, read_order
from gateway.orders.order_schema import OrderSchema

SOUND = {
    "id": "L-1",
    "issued_ms": 1_767_225_600_000,
    "plate": "30E-12345",
    "operator": "0100109106",
    "station": "BXMD",
    "department": "01",
    "route": "2901.1511.A",
    "departure_ms": 1_767_227_400_000,
    "driver": {"name": "Nguyễn Văn A"},
    "position": {"lat": 21.02, "lon": 105.85},
    "images": ["front.jpg", {"name": "back.jpg", "content": "AAAA"}],
    "seats": {"any": ["thing"]},
}


def told(changes: dict[str, Any], schema: OrderSchema | None = None) -> list[str]:
    order = {name: value for name, value in (SOUND | changes).items() if value is not ...}
    return [str(fault.words) for fault in (schema or OrderSchema(None)).faults(order)]


def test_a_sound_order_has_no_fault_and_unknown_members_pass() -> None:
    assert told({}) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": ...}, "/id: is missing"),
        ({"id": "a\n"}, "/id: is not of the form"),
        ({"id": "x" * 65}, "/id: is not of the form"),
        ({"id": 7}, "/id: is not a text"),
        ({"route": ...}, "/route: is missing"),
        ({"route": " "}, "/route: is not of the form"),
        ({"issued_ms": 1_767_225_600}, "/issued_ms: is 1767225600, and is to be UNIX time in milliseconds, UTC"),
        ({"issued_ms": "1767225600000"}, "/issued_ms: is not a whole number"),
        ({"issued_ms": True}, "/issued_ms: is not a whole number"),
        ({"departure_ms": 1.5}, "/departure_ms: is not a whole number"),
        ({"plate": "30E"}, "/plate: is no number plate: write it such as 30E00555 or 30E-005.55"),
        ({"position": {"lat": 105.85, "lon": 21.02}}, "/position/lat: is 105.85, and is to be decimal degrees"),
        ({"position": {"lat": 21.02}}, "/position/lon: is missing"),
        ({"position": [21.02, 105.85]}, "/position: is not an object"),
        ({"images": "front.jpg"}, "/images: is not a list"),
        ({"images": ["../front.jpg"]}, "/images/0: is no name of a file"),
        ({"images": [".hidden"]}, "/images/0: is no name of a file"),
        ({"images": ["a\n"]}, "/images/0: is no name of a file"),
        ({"images": ["a.jpg", {"name": "b.jpg"}]}, "/images/1/content: is missing"),
        ({"images": ["a.jpg"] * 21}, "/images: is not as the schema asks"),
        ({"signatures": []}, "/signatures: is written by the gateway: remove it"),
        ({"driver": "A"}, "/driver: is not an object"),
    ],
)
def test_what_is_wrong_is_told_with_its_path(changes: dict[str, Any], said: str) -> None:
    (fault,) = told(changes)
    assert fault.startswith(said)


def test_all_faults_are_told_at_once() -> None:
    assert [one.partition(":")[0] for one in told({"id": ..., "plate": "x", "station": 5})] == [
        "/id",
        "/plate",
        "/station",
    ]


def test_a_name_with_a_slash_is_told_as_a_pointer(tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    file.write_text(json.dumps({"properties": {"a/b~c": {"type": "integer"}}}))
    assert told({"a/b~c": "x"}, OrderSchema(file)) == ["/a~1b~0c: is not a whole number"]


def test_the_integrators_schema_takes_the_place_of_ours_but_not_of_what_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    file.write_text(json.dumps({"required": ["gate"], "properties": {"gate": {"enum": ["1", "2"]}}}))
    schema = OrderSchema(file)
    assert told({"route": ..., "gate": "1"}, schema) == []
    assert told({"gate": "3"}, schema) == ["/gate: is not as the schema asks: '3' is not one of ['1', '2']"]
    assert told({"gate": "1", "issued_ms": ...}, schema) == ["/issued_ms: is missing"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON"),
        ("[]", "is no JSON object"),
        ('{"type": "nothing"}', "is no JSON Schema"),
        ("[" * 100_000, "is no JSON"),
    ],
)
def test_a_schema_that_is_none_is_said_at_once(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "own.json"
    file.write_text(text)
    with pytest.raises(GatewayError, match=said):
        OrderSchema(file)


def test_what_a_schema_refers_to_is_never_fetched(tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    file.write_text(json.dumps({"properties": {"route": {"$ref": "http://127.0.0.1:9/route.json"}}}))
    with pytest.raises(GatewayError, match="is not in it"):
        told({}, OrderSchema(file))


@pytest.mark.parametrize(
    ("submission", "said"),
    [
        (b"", "is no JSON"),
        (b"{", "is no JSON"),
        (b"[]", "is no JSON object"),
        (b'"x"', "is no JSON object"),
        (b'{"a": 1, "a": 2}', "has the member a twice"),
        (b'{"b": {"a": 1, "a": 1}}', "has the member a twice"),
        (b'{"\\ud800": 1, "\\ud800": 2}', r"has the member \\ud800 twice"),  # fit for reason.txt and for an answer
        (b'{"a": NaN}', "NaN is no number of JSON"),
        (b'{"a": -Infinity}', "is no number of JSON"),
        (b'{"a": 1e999}', "/a: is a number too large"),
        (b'{"a": 9007199254740993}', "/a: is an integer beyond"),
        (b'{"a": ' + b"9" * 5000 + b"}", "is no JSON"),
        (b'{"a": "\\ud800"}', "/a: is no Unicode text"),
        (b'{"\\ud800": 1}', "has a name that is no Unicode text"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "is nested too deeply"),
        (b'{"a":' * 50 + b"1" + b"}" * 50, "is nested too deeply"),
        (b" " * LARGEST_SUBMISSION + b"{}", "is larger than"),
    ],
)
def test_what_readers_would_read_differently_is_refused(submission: bytes, said: str) -> None:
    with pytest.raises(OrderInvalid, match=said):
        read_order(submission)


def test_a_mark_of_the_byte_order_is_no_fault() -> None:
    assert read_order(b'\xef\xbb\xbf{"id": "L-1"}') == {"id": "L-1"}
