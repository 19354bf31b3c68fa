"""What devices cannot do, found out or told: each gives its true values within a few polls, and never a wrong one.

Register n of every device holds n + 1000, so that a value tells which register it is of.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from gateway.config import ModbusDevice, ModbusTcpLink, Table
from gateway.core.errors import InstrumentError, InstrumentGarbled, InstrumentRefused, InstrumentSilent
from gateway.instruments.modbus import MODBUS, ModbusLink, link_of
from gateway.instruments.modbus.instrument import ModbusInstrument
from gateway.instruments.modbus.scan import probe_unit
from tests.contract.instruments.links import RealClock, parameter
from tests.support.modbus_server.peculiar import (
    CLOSE,
    Asked,
    Behaviour,
    Peculiar,
    mbap,
    peculiar,
    refusal,
    words,
)

TIMEOUT = "40ms"

Polled = tuple[Peculiar, ModbusInstrument, ModbusLink]


@contextmanager
def polled(
    behaviour: Behaviour, registers: list[int], device: dict[str, Any] | None = None, most_connections: int = 99
) -> Iterator[Polled]:
    with peculiar(behaviour, most_connections) as far:
        settings = {"type": "modbus-tcp", "host": "127.0.0.1", "port": far.port, "timeout": TIMEOUT}
        link = link_of("plc", ModbusTcpLink.model_validate(settings), RealClock())
        content: dict[str, Any] = {"name": "probe", "link": "plc", "poll": "2s"}
        content["parameters"] = [parameter(f"holding:{register}") for register in registers]
        one = ModbusDevice.model_validate(content | ({"device": device} if device else {}))
        instrument = MODBUS.driver(one, link)
        assert isinstance(instrument, ModbusInstrument)
        yield far, instrument, link
        link.close()


def poll(one: Polled) -> list[float | None]:
    """As a poller does: the values of one poll, all of them the right ones or none."""
    _, instrument, link = one
    try:
        link.connect()
        readings = instrument.read()
    except InstrumentError:
        return [None] * len(instrument.parameters)
    for parameter_, value in zip(instrument.parameters, readings.values, strict=True):
        register = int(parameter_.symbol.rsplit(":", 1)[1])
        assert value in (None, register + 1000)
    return list(readings.values)


def polls_until_complete(one: Polled, most: int) -> int:
    for number in range(1, most + 1):
        if None not in poll(one):
            return number
    raise AssertionError(f"not complete after {most} polls")


def settled(one: Polled, polls: int = 16) -> list[tuple[int, int]]:
    """What is asked once everything was found out; every poll on the way is complete."""
    for _ in range(polls):
        assert None not in poll(one)
    one[0].heard()
    assert None not in poll(one)
    return one[0].heard()


def answering(asked: Asked) -> bytes:
    return mbap(asked, words(asked))


def touches(asked: Asked, first: int, end: int) -> bool:
    return asked.address < end and first < asked.address + asked.count


Failing = Callable[[Asked], bytes | None]

FAILURES: dict[str, Failing] = {
    "is silent": lambda asked: None,
    "refuses with 1": lambda asked: refusal(asked, 1),
    "refuses with 2": lambda asked: refusal(asked, 2),
    "refuses with 3": lambda asked: refusal(asked, 3),
    "refuses with 4": lambda asked: refusal(asked, 4),
    "answers short": lambda asked: mbap(asked, bytes([3, 2, 0, 7])),
    "answers long": lambda asked: mbap(asked, words(asked) + b"\0\0"),
    "answers half a frame": lambda asked: mbap(asked, words(asked))[:-3],
    "answers noise": lambda asked: b"\xa5\x5a\x00\xff" * 5,
}


@pytest.mark.parametrize("failing", FAILURES.values(), ids=FAILURES.keys())
def test_a_device_that_fails_on_a_gap_inside_a_merged_read(failing: Failing) -> None:
    def device(asked: Asked) -> bytes | None:
        return failing(asked) if touches(asked, 4, 8) else answering(asked)

    with polled(device, [0, 1, 2, 3, 8, 9]) as one:
        assert polls_until_complete(one, 3) <= 3
        assert settled(one, 8) == [(0, 4), (8, 2)]


@pytest.mark.parametrize("kind", ["is silent", "refuses with 3", "refuses with 4", "answers short", "answers noise"])
def test_a_device_that_fails_over_sixteen_registers(kind: str) -> None:
    failing = FAILURES[kind]

    def device(asked: Asked) -> bytes | None:
        return failing(asked) if asked.count > 16 else answering(asked)

    with polled(device, list(range(50))) as one:
        assert polls_until_complete(one, 3) <= 3
        assert settled(one) == [(0, 16), (16, 16), (32, 16), (48, 2)]
        assert not one[2].history.is_single
        assert one[2].history.deaf_for_s == 0.0  # nothing else was made of it


@pytest.mark.parametrize("longest", [1, 10, 49])
def test_the_greatest_length_is_found_out_exactly(longest: int) -> None:
    def device(asked: Asked) -> bytes | None:
        return None if asked.count > longest else answering(asked)

    with polled(device, list(range(50))) as one:
        polls_until_complete(one, 6)
        assert max(count for _, count in settled(one)) == longest


def test_of_several_gaps_only_the_one_that_hurts_is_not_bridged() -> None:
    def device(asked: Asked) -> bytes | None:
        return None if touches(asked, 12, 14) else answering(asked)

    with polled(device, [0, 1, 5, 6, 10, 11, 14, 15, 20]) as one:
        polls_until_complete(one, 3)
        assert settled(one) == [(0, 12), (14, 7)]


def test_a_register_that_is_not_there_costs_its_own_value_alone() -> None:
    with polled(lambda asked: None if touches(asked, 3, 4) else answering(asked), list(range(6))) as one:
        for _ in range(6):
            values = poll(one)
        assert values == [1000, 1001, 1002, None, 1004, 1005]
        one[0].heard()
        for _ in range(5):
            assert poll(one) == values
        assert one[0].heard().count((3, 1)) <= 1  # and no time-out in every poll


def test_a_dead_device_teaches_nothing() -> None:
    is_alive = [True]
    with polled(lambda asked: answering(asked) if is_alive[0] else None, [*range(30), 40]) as one:
        assert None not in poll(one)
        is_alive[0] = False
        for _ in range(4):
            assert set(poll(one)) == {None}
        is_alive[0] = True
        assert None not in poll(one)
        assert settled(one, 2) == [(0, 41)]


def test_a_lesson_of_an_accident_does_not_last() -> None:
    """Long reads are lost for a while, be it by a line that is too noisy for them."""
    is_noisy = [True]
    with polled(lambda asked: None if is_noisy[0] and asked.count > 20 else answering(asked), list(range(40))) as one:
        polls_until_complete(one, 4)
        is_noisy[0] = False
        assert settled(one) == [(0, 40)]


@pytest.mark.parametrize("after_connect", [None, "140ms"])
def test_a_device_that_is_deaf_after_a_connect(after_connect: str | None) -> None:
    """Longer than two time-outs. It is heard in the end, and from the third connection on at once."""

    def device(asked: Asked) -> bytes | None:
        return None if asked.age_s < 0.13 else answering(asked)

    with polled(device, [0, 1], {"after_connect": after_connect} if after_connect else None) as one:
        for _ in range(2):
            assert polls_until_complete(one, 1 if after_connect else 4)
            one[2].connect()
            one[2]._line.close()
        assert polls_until_complete(one, 1) == 1
        assert after_connect or 0.1 < one[2].history.deaf_for_s < 2.0


def test_a_device_that_answers_only_the_first_question_of_a_connection() -> None:
    with polled(lambda asked: answering(asked) if asked.place == 0 else None, [0, 100, 200, 300]) as one:
        for _ in range(3):
            assert None not in poll(one)
        one[0].heard()
        assert None not in poll(one)
        assert one[0].heard() == [(0, 1), (100, 1), (200, 1), (300, 1)]  # without a single question in vain


def test_a_device_that_closes_the_connection_after_each_answer() -> None:
    with polled(lambda asked: answering(asked) + CLOSE, [0, 100, 200, 300]) as one:
        for _ in range(4):
            assert None not in poll(one)


def test_a_device_that_serves_one_connection_at_a_time() -> None:
    def device(asked: Asked) -> bytes | None:
        return None if asked.connection == 1 and asked.place > 2 else answering(asked)

    with polled(device, [0, 100, 200, 300], most_connections=1) as one:
        polls_until_complete(one, 2)
        assert None not in poll(one)


@pytest.mark.parametrize("code", [5, 6])
def test_a_device_that_is_busy_every_third_time(code: int) -> None:
    heard = [0]

    def device(asked: Asked) -> bytes | None:
        heard[0] += 1
        return refusal(asked, code) if heard[0] % 3 == 0 else answering(asked)

    with polled(device, [0, 100, 200, 300]) as one:
        for _ in range(3):
            assert None not in poll(one)
        assert one[1].learning.is_empty


@pytest.mark.parametrize("kind", ["lost", "garbled"])
def test_every_fifth_answer_lost_costs_no_value(kind: str) -> None:
    heard = [0]

    def device(asked: Asked) -> bytes | None:
        heard[0] += 1
        if heard[0] % 5:
            return answering(asked)
        return None if kind == "lost" else mbap(asked, bytes([3, 4, 1]))

    with polled(device, [0, 100, 200, 300]) as one:
        for _ in range(6):
            assert None not in poll(one)


def test_each_parameter_has_the_instant_of_its_own_answer() -> None:
    with polled(answering, [0, 1, 100, 200]) as one:
        readings = one[1].read()
        assert readings.answered_s is not None
        first, second, third, fourth = readings.answered_s
        assert first == second < third < fourth


def test_what_was_read_counts_though_the_rest_was_not() -> None:
    with polled(lambda asked: answering(asked) if asked.address < 200 else None, [0, 100, 200]) as one:
        assert poll(one) == [1000, 1100, None]
        readings = one[1].read()
        assert readings.reasons is not None
        assert readings.reasons[0] is None
        assert "did not answer" in str(readings.reasons[2])


def test_a_status_that_was_lost_vouches_for_nothing() -> None:
    with peculiar(lambda asked: answering(asked) if asked.address < 100 else None) as far:
        settings = {"type": "modbus-tcp", "host": "127.0.0.1", "port": far.port, "timeout": TIMEOUT}
        link = link_of("plc", ModbusTcpLink.model_validate(settings), RealClock())
        content = {"name": "probe", "link": "plc", "poll": "2s", "parameters": [parameter("holding:0")]}
        status = {"register": "holding:100", "fault": [2]}
        readings = MODBUS.driver(ModbusDevice.model_validate(content | {"status": status}), link).read()
        assert [(reading.value, reading.status.value) for reading in readings] == [(1000.0, "02")]
        link.close()


NUMBERS: dict[str, Behaviour] = {
    "always 0": lambda asked: mbap(asked, words(asked), number=0),
    "a counter of its own": lambda asked: mbap(asked, words(asked), number=7000 + asked.place),
    "that of the question before": lambda asked: mbap(asked, words(asked), number=asked.number - 1),
    "its bytes exchanged": lambda asked: mbap(
        asked, words(asked), number=asked.number % 256 * 256 + asked.number // 256
    ),
}


@pytest.mark.parametrize("device", NUMBERS.values(), ids=NUMBERS.keys())
def test_a_gateway_that_copies_no_transaction_number(device: Behaviour) -> None:
    said = r"write device: \{transaction_id: ignore\}"
    with polled(device, [0, 100]) as one, pytest.raises(InstrumentGarbled, match=said):
        one[1].read()
    with polled(device, [0, 100], {"transaction_id": "ignore"}) as one:
        for _ in range(3):
            assert None not in poll(one)


def test_without_numbers_a_late_answer_is_never_taken_for_another() -> None:
    """Each answer comes twice, and one of them late."""
    held: list[bytes] = []

    def device(asked: Asked) -> bytes | None:
        answer = mbap(asked, words(asked), number=0)
        before = b"".join(held)
        held[:] = [answer]
        return answer + before if asked.place % 4 else None

    with polled(device, [0, 100, 200, 300], {"transaction_id": "ignore"}) as one:
        for _ in range(6):
            poll(one)  # which looks at every value


MISTAKES: dict[str, tuple[Behaviour, str]] = {
    "unit 0": (lambda asked: mbap(asked, words(asked), unit=0), "unit 0 answered in place of unit 1; .*write unit: 0"),
    "unit 255": (lambda asked: mbap(asked, words(asked), unit=255), "write unit: 255"),
    "unit 9": (lambda asked: mbap(asked, words(asked), unit=9), "unit 9 answered in place of unit 1$"),
    "protocol": (lambda asked: mbap(asked, words(asked), protocol=1), "this is not Modbus TCP"),
    "RTU": (lambda asked: bytes.fromhex("010302 03e8 b8fa"), "modbus-rtu-over-tcp"),
    "length": (
        lambda asked: asked.number.to_bytes(2, "big") + b"\0\0\0\x20" + bytes([1, 3, 2, 3, 232]),
        "not an answer",
    ),
    "short length": (
        lambda asked: asked.number.to_bytes(2, "big") + b"\0\0\0\x03" + bytes([1, 3, 2, 3, 232]),
        "answered",
    ),
}


@pytest.mark.parametrize(("device", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_a_frame_gives_no_value_and_says_what_to_try(device: Behaviour, said: str) -> None:
    with polled(device, [0]) as one, pytest.raises(InstrumentGarbled, match=said):
        one[1].read()


def test_a_duplicate_answer_is_no_answer_to_the_next_question() -> None:
    with polled(lambda asked: 2 * answering(asked), [0, 100, 200, 300]) as one:
        for _ in range(4):
            assert None not in poll(one)


@pytest.mark.parametrize(
    ("table", "hint"), [("holding", "input:"), ("input", "holding:"), ("coil", "discrete:"), ("discrete", "coil:")]
)
def test_an_illegal_function_names_the_table_to_try(table: str, hint: str) -> None:
    with polled(lambda asked: refusal(asked, 1), [0]) as one, pytest.raises(InstrumentRefused, match=f"as {hint}"):
        one[2].read(1, Table(table), 0, 1)


def test_a_device_that_writes_by_functions_15_and_16_alone() -> None:
    def device(asked: Asked) -> bytes | None:
        if asked.function in (5, 6):
            return refusal(asked, 1)
        return mbap(asked, struct.pack(">BHH", asked.function, asked.address, asked.count))

    with polled(device, [0]) as one:
        for table in (Table.COIL, Table.HOLDING):
            with pytest.raises(InstrumentRefused, match=r"write device: \{write: multiple\}"):
                one[2].write(1, table, 7, 1)
        assert len(one[0].asked) == 2  # and nothing was written by itself
    with polled(device, [0], {"write": "multiple"}) as one:
        one[2].write(1, Table.COIL, 7, 1)
        one[2].write(1, Table.HOLDING, 8, 0x1234)
        assert [(asked.function, asked.address, asked.count, asked.rest) for asked in one[0].asked] == [
            (15, 7, 1, b"\x01\x01"),
            (16, 8, 1, b"\x02\x12\x34"),
        ]


def test_a_write_that_is_lost_is_never_repeated() -> None:
    with polled(lambda asked: None, [0], {"retries": 5}) as one:
        with pytest.raises(InstrumentSilent):
            one[2].write(1, Table.COIL, 7, 1)
        assert len(one[0].asked) == 1


def test_no_retry_goes_beyond_the_end_of_the_period() -> None:
    with polled(lambda asked: None, [0], {"retries": 5}) as one:
        one[1].period_s = 0.06
        with pytest.raises(InstrumentSilent):
            one[1].read()
        assert len(one[0].asked) == 1


def test_a_scan_says_which_table_to_try() -> None:
    with polled(lambda asked: refusal(asked, 1), [0]) as one:
        answer = probe_unit(one[2], 1, Table.HOLDING, 0)
        assert answer is not None
        assert "input:" in answer.said


@pytest.mark.parametrize("longest", [16, 3])
def test_a_read_by_hand_finds_out_what_the_device_takes(longest: int) -> None:
    with peculiar(lambda asked: answering(asked) if asked.count <= longest else None) as far:
        settings = {"type": "modbus-tcp", "host": "127.0.0.1", "port": far.port, "timeout": TIMEOUT}
        link = link_of("plc", ModbusTcpLink.model_validate(settings), RealClock())
        parameters = [parameter(f"holding:{register}") for register in range(50)]
        content = {"name": "probe", "link": "plc", "poll": "2s", "parameters": parameters}
        assert MODBUS.recording_driver is not None
        driver = MODBUS.recording_driver(ModbusDevice.model_validate(content), link)
        assert list(driver.read().values) == [1000.0 + register for register in range(50)]
        link.close()


def test_a_read_by_hand_goes_on_where_a_status_alone_was_answered_at_first() -> None:
    with peculiar(lambda asked: answering(asked) if asked.count <= 4 else None) as far:
        settings = {"type": "modbus-tcp", "host": "127.0.0.1", "port": far.port, "timeout": TIMEOUT}
        link = link_of("plc", ModbusTcpLink.model_validate(settings), RealClock())
        parameters = [parameter(f"holding:{register}") for register in (0, 1, 2, 3, 4, 8)]
        status = {"register": "holding:100", "type": "uint16", "fault": [2]}
        content = {"name": "probe", "link": "plc", "poll": "1s", "status": status, "parameters": parameters}
        assert MODBUS.recording_driver is not None
        driver = MODBUS.recording_driver(ModbusDevice.model_validate(content), link)
        assert list(driver.read().values) == [1000.0, 1001.0, 1002.0, 1003.0, 1004.0, 1008.0]
        link.close()


def test_a_read_by_hand_of_a_dead_device_asks_it_three_times() -> None:
    with peculiar(lambda asked: None) as far:
        settings = {"type": "modbus-tcp", "host": "127.0.0.1", "port": far.port, "timeout": TIMEOUT}
        link = link_of("plc", ModbusTcpLink.model_validate(settings), RealClock())
        parameters = [parameter(f"holding:{register}") for register in range(50)]
        content = {"name": "probe", "link": "plc", "poll": "2s", "parameters": parameters}
        assert MODBUS.recording_driver is not None
        with pytest.raises(InstrumentSilent):
            MODBUS.recording_driver(ModbusDevice.model_validate(content), link).read()
        assert len(far.asked) == 3
        link.close()
