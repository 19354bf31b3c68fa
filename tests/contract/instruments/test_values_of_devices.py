"""What devices keep in their registers and people read on their displays. The bytes of each answer are written out by
hand from a manual's description; nothing here encodes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from gateway.config import ModbusDevice
from gateway.core.reading import Readings, Status
from gateway.core.reason import Cause
from gateway.instruments.modbus.instrument import ModbusInstrument
from tests.contract.instruments.links import tcp
from tests.support.modbus_server.scripted import Say, scripted_tcp


@contextmanager
def device(answers: dict[str, str], asked: list[str] | None = None) -> Iterator[int]:
    """Answers what stands here, function code and all, each to its question; anything else with "illegal address"."""

    def script(request: bytes, say: Say) -> bool:
        question = request[7:].hex(" ")
        if asked is not None:
            asked.append(question)
        pdu = bytes.fromhex(answers[question]) if question in answers else bytes([request[7] | 0x80, 2])
        say(request[:4] + (len(pdu) + 1).to_bytes(2, "big") + request[6:7] + pdu)
        return True

    with scripted_tcp(script) as port:
        yield port


def poll(port: int, *parameters: dict[str, Any], status: Any = None) -> Readings:
    content: dict[str, Any] = {
        "name": "meter",
        "link": "plc",
        "poll": "5s",
        "parameters": [
            {"symbol": f"P{index}", "unit": "-", "custom": True, **one} for index, one in enumerate(parameters)
        ],
    }
    link = tcp(port)
    try:
        return ModbusInstrument(
            ModbusDevice.model_validate(content | ({"status": status} if status else {})), link
        ).read()
    finally:
        link.close()


MANTISSA_AND_EXPONENT = {
    "calculate": "[mant] * 10 ** [exp]",
    "registers": {
        "mant": {"register": "holding:0", "type": "int16", "invalid": [-32768]},
        "exp": {"register": "holding:1", "type": "int16"},
    },
}


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("03 04 00 7b ff ff", 12.3),
        ("03 04 04 ce ff fe", 12.3),  # the same, in another decade: 1230 and -2
        ("03 04 00 03 ff ff", 0.3),
        ("03 04 ff 85 00 02", -12300.0),
        ("03 04 00 00 00 09", 0.0),
    ],
)
def test_an_exponent_in_another_register_goes_with_its_own_mantissa(answer: str, value: float) -> None:
    with device({"03 00 00 00 02": answer}) as port:
        readings = poll(port, MANTISSA_AND_EXPONENT)
    assert (readings.values, readings.statuses) == ((value,), (Status.MEASURING,))


@pytest.mark.parametrize(
    ("answer", "cause", "detail"),
    [
        ("03 04 80 00 00 01", Cause.INVALID, "mant (holding:0) is -32768: a code in invalid"),
        ("03 04 00 7b 7f ff", Cause.NO_RESULT, "[mant] * 10 ** [exp] of mant 123, exp 32767: ** is beyond any number"),
        ("03 04 00 7b 80 01", Cause.NO_RESULT, "[mant] * 10 ** [exp] of mant 123, exp -32767: ** is beyond any number"),
        ("83 02", Cause.REFUSED, ""),
    ],
)
def test_what_has_no_result_is_02_and_says_why(answer: str, cause: Cause, detail: str) -> None:
    with device({"03 00 00 00 02": answer, "03 00 63 00 01": "03 02 00 05"}) as port:
        readings = poll(port, MANTISSA_AND_EXPONENT, {"register": "holding:99", "type": "uint16"})
    assert readings.values == (None, 5.0)
    assert readings.statuses == (Status.FAULT, Status.MEASURING)
    assert readings.reasons is not None
    reason = readings.reasons[0]
    assert reason is not None
    assert reason.cause is cause
    assert reason.detail.startswith(detail)


def test_all_registers_of_a_formula_come_with_one_question_though_others_lie_between() -> None:
    asked: list[str] = []
    with device({"03 00 00 00 28": "03 50" + " 00 7b" + " 00 00" * 38 + " ff ff"}, asked) as port:
        readings = poll(
            port,
            {
                "calculate": "a * 10 ** b",
                "registers": {
                    "b": {"register": "holding:39", "type": "int16"},
                    "a": {"register": "holding:0", "type": "int16"},
                },
            },
        )
    assert readings.values == (12.3,)
    assert asked == ["03 00 00 00 28"]


def test_a_device_without_the_registers_between_gives_no_value_rather_than_two_instants() -> None:
    asked: list[str] = []
    with device({"03 00 00 00 01": "03 02 00 7b", "03 00 27 00 01": "03 02 ff ff"}, asked) as port:
        two = {"register": "holding:0", "type": "uint16"}
        apart = {
            "calculate": "a * 10 ** b",
            "registers": {
                "a": {"register": "holding:0", "type": "int16"},
                "b": {"register": "holding:39", "type": "int16"},
            },
        }
        readings = poll(port, two, apart)
    assert readings.values == (123.0, None)
    assert readings.statuses == (Status.MEASURING, Status.FAULT)


def test_a_total_in_ten_thousands_is_one_number() -> None:
    """Power meters' Mod10: each register holds four decimal digits as a number from 0 to 9999."""
    with device({"04 03 e8 00 03": "04 06 16 2e 04 d2 00 0c"}) as port:
        readings = poll(
            port,
            {
                "calculate": "[R1] + [R2] * 10 ** 4 + [R3] * 10 ** 8",
                "registers": {f"R{n}": {"register": f"input:{999 + n}", "type": "uint16"} for n in (1, 2, 3)},
            },
        )
    assert readings.values == (1212345678.0,)


def test_a_sign_in_a_bit_of_another_register() -> None:
    with device({"03 00 0a 00 02": "03 04 80 00 01 f4"}) as port:
        readings = poll(
            port,
            {
                "calculate": "[size] * (1 - 2 * [below])",
                "registers": {
                    "size": {"register": "holding:11", "type": "uint16"},
                    "below": {"register": "holding:10.15", "type": "bool"},
                },
            },
        )
    assert readings.values == (-500.0,)


@pytest.mark.parametrize(
    ("register", "kind", "order", "count", "answer", "value"),
    [
        ("holding:0.high", "uint8", "ABCD", 1, "03 02 c8 05", 200.0),
        ("holding:0.low", "uint8", "ABCD", 1, "03 02 c8 05", 5.0),
        ("holding:0.high", "int8", "ABCD", 1, "03 02 c8 05", -56.0),
        ("holding:0", "sm16", "ABCD", 1, "03 02 80 05", -5.0),
        ("holding:0", "sm16", "BADC", 1, "03 02 05 80", -5.0),
        ("holding:0", "sm16", "ABCD", 1, "03 02 80 00", 0.0),
        ("holding:0", "sm32", "CDAB", 2, "03 04 00 01 80 00", -1.0),
        ("holding:0", "int24", "ABCD", 2, "03 04 ff ff ff fe", -2.0),
        ("holding:0", "int24", "ABCD", 2, "03 04 00 ff ff fe", -2.0),
        ("holding:0", "int24", "DCBA", 2, "03 04 fe ff ff 00", -2.0),
        ("holding:0", "int24", "ABCD", 2, "03 04 12 34 56 78", None),
        ("holding:0", "uint24", "CDAB", 2, "03 04 ff fe 00 ff", 16777214.0),
        ("holding:0", "uint24", "ABCD", 2, "03 04 ff ff ff fe", None),
        ("holding:0", "uint48", "ABCD", 3, "03 06 00 01 02 03 04 05", 4328719365.0),
        ("holding:0", "uint48", "CDAB", 3, "03 06 04 05 02 03 00 01", 4328719365.0),
        ("holding:0", "bcd32", "ABCD", 2, "03 04 12 34 56 78", 12345678.0),
        ("holding:0", "bcd32", "ABCD", 2, "03 04 12 34 56 7a", None),
    ],
)
def test_a_number_is_what_its_manual_says(
    register: str, kind: str, order: str, count: int, answer: str, value: float | None
) -> None:
    with device({f"03 00 00 00 {count:02x}": answer}) as port:
        readings = poll(port, {"register": register, "type": kind, "byte_order": order})
    assert readings.values == (value,)
    assert readings.statuses == (Status.FAULT if value is None else Status.MEASURING,)


def test_a_status_in_half_a_register_is_read_beside_the_value_in_the_other() -> None:
    with device({"03 00 00 00 01": "03 02 02 37"}) as port:
        readings = poll(
            port,
            {"register": "holding:0.low", "type": "uint8"},
            status={"register": "holding:0.high", "type": "uint8", "fault": [2]},
        )
    assert (readings.values, readings.statuses) == ((55.0,), (Status.FAULT,))
