"""What a broken or malicious device on TCP can do: cost a time-out, never a wrong value, never a hang."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from gateway.config import Table
from gateway.core.errors import InstrumentError, InstrumentGarbled, InstrumentRefused, InstrumentSilent
from gateway.instruments.modbus import ModbusLink
from tests.contract.instruments.links import SLACK_S, TIMEOUT_S, tcp
from tests.support.modbus_server.device import tcp_device
from tests.support.modbus_server.scripted import Say, Script, scripted_tcp

GOOD = bytes([3, 4]) + struct.pack(">HH", 713, 714)
"""The answer to "holding registers, two of them"."""


def answer(request: bytes, pdu: bytes = GOOD, unit: int | None = None, shift: int = 0) -> bytes:
    exchange, _, _, asked = struct.unpack(">HHHB", request[:7])
    return struct.pack(">HHHB", (exchange + shift) % 65536, 0, len(pdu) + 1, asked if unit is None else unit) + pdu


def once(*pieces: Callable[[bytes], bytes], stays: bool = True) -> Script:
    def script(request: bytes, say: Say) -> bool:
        for piece in pieces:
            say(piece(request))
        return stays

    return script


@contextmanager
def linked(script: Script) -> Iterator[ModbusLink]:
    with scripted_tcp(script) as port:
        link = tcp(port)
        yield link
        link.close()


def ask(link: ModbusLink) -> tuple[int, ...]:
    return link.read(1, Table.HOLDING, 0, 2)


def test_the_script_itself_can_answer() -> None:
    with linked(once(answer)) as link:
        assert ask(link) == (713, 714)


GARBLED = {
    "unit": once(lambda request: answer(request, unit=9)),
    "function": once(lambda request: answer(request, bytes([4, 4]) + GOOD[2:])),
    "too few registers": once(lambda request: answer(request, bytes([3, 2, 2, 201]))),
    "too many registers": once(lambda request: answer(request, bytes([3, 6]) + GOOD[2:] + b"\0\0")),
    "odd byte count": once(lambda request: answer(request, bytes([3, 5]) + GOOD[2:] + b"\0")),
    "byte count beyond the frame": once(lambda request: answer(request, bytes([3, 4, 2, 201]))),
    "byte count short of the frame": once(lambda request: answer(request, GOOD + b"\0\0")),
    "exception to another function": once(lambda request: answer(request, bytes([0x84, 2]))),
    "exception without code": once(lambda request: answer(request, bytes([0x83]))),
    "exchange": once(lambda request: answer(request, shift=1)),
    "protocol": once(lambda request: request[:2] + b"\0\1" + answer(request)[4:]),
    "half a frame": once(lambda request: answer(request)[:9]),
    "half a header": once(lambda request: answer(request)[:5]),
    "announced endless": once(lambda request: request[:2] + b"\0\0\xff\xff" + answer(request)[6:]),
    "announced empty": once(lambda request: request[:2] + b"\0\0\0\0" + answer(request)[6:]),
    "text": once(lambda request: b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "flood": once(lambda request: b"\xa5" * 100_000),
    "broken off": once(lambda request: answer(request)[:9], stays=False),
}


@pytest.mark.parametrize("kind", GARBLED)
def test_what_is_not_the_answer_is_no_value(kind: str) -> None:
    with linked(GARBLED[kind]) as link:
        began_s = time.monotonic()
        with pytest.raises(InstrumentGarbled):
            ask(link)
        assert time.monotonic() - began_s < TIMEOUT_S + SLACK_S


def test_silence_ends_with_the_time_out() -> None:
    with linked(once()) as link:
        began_s = time.monotonic()
        with pytest.raises(InstrumentSilent, match="unit 1 did not answer within 0.2 s"):
            ask(link)
        assert TIMEOUT_S <= time.monotonic() - began_s < TIMEOUT_S + SLACK_S


def test_dripping_bytes_do_not_stretch_the_time_out() -> None:
    def drip(request: bytes, say: Say) -> bool:
        for byte in answer(request):
            say(bytes([byte]))
            time.sleep(TIMEOUT_S / 4)
        return True

    with linked(drip) as link:
        began_s = time.monotonic()
        with pytest.raises(InstrumentGarbled):
            ask(link)
        assert time.monotonic() - began_s < TIMEOUT_S + SLACK_S


def test_an_answer_in_pieces_is_an_answer() -> None:
    def slowly(request: bytes, say: Say) -> bool:
        for piece in (answer(request)[:3], answer(request)[3:8], answer(request)[8:]):
            say(piece)
            time.sleep(0.02)
        return True

    with linked(slowly) as link:
        assert ask(link) == (713, 714)


def test_an_answer_to_an_earlier_question_is_passed_over() -> None:
    stale = bytes([3, 4]) + struct.pack(">HH", 1, 2)
    with linked(once(lambda r: answer(r, stale, shift=-1), answer)) as link:
        assert ask(link) == (713, 714)
        assert ask(link) == (713, 714)


def test_a_late_reply_is_not_taken_for_the_next_answer() -> None:
    """The first answer comes after its time-out; the second question must not get it."""
    values = iter([1, 2, 3, 4, 5])

    def late(request: bytes, say: Say) -> bool:
        value = next(values)
        if value == 1:
            time.sleep(1.5 * TIMEOUT_S)
        say(answer(request, bytes([3, 4]) + struct.pack(">HH", value, value)))
        return True

    with linked(late) as link:
        with pytest.raises(InstrumentSilent):
            ask(link)
        assert ask(link) == (2, 2)
        assert ask(link) == (3, 3)


def test_a_connection_that_is_given_up_is_closed_for_the_device_too() -> None:
    """Devices with four sockets run out of them when clients only forget theirs: one connection at a time, and after a
    silence on one that had answered, a new one and an end to the old."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(1.0)
        link = tcp(listener.getsockname()[1])
        with pytest.raises(InstrumentSilent):
            ask(link)
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(1.0)
            assert connection.recv(64)[7:] == bytes.fromhex("0300000002")
            answering = threading.Thread(target=lambda: connection.sendall(answer(connection.recv(64))))
            answering.start()
            assert ask(link) == (713, 714)  # it was not ready the first time
            answering.join()
            with pytest.raises(InstrumentSilent):
                ask(link)
            assert connection.recv(64)[7:] == bytes.fromhex("0300000002")
            assert connection.recv(64) == b""
        link.close()


@pytest.mark.parametrize(
    ("code", "error"), [(2, InstrumentRefused), (4, InstrumentRefused), (99, InstrumentRefused), (11, InstrumentSilent)]
)
def test_a_refusal_is_a_refusal_unless_nobody_is_behind_the_gateway(code: int, error: type[InstrumentError]) -> None:
    refusing = once(lambda request: answer(request, bytes([0x83, code])))
    with linked(refusing) as link, pytest.raises(error, match=f"exception {code}"):
        ask(link)


def test_a_port_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    link = tcp(port)
    for _ in range(2):
        with pytest.raises(InstrumentSilent, match=rf"127.0.0.1:{port}: cannot connect: Connection refused"):
            link.connect()
    link.close()


@pytest.mark.parametrize("host", ["255.255.255.255", "no-such-host.invalid", "ff02::1"])
def test_a_host_that_cannot_be_reached_is_refused_in_words(host: str) -> None:
    link = tcp(1, host=host)
    with pytest.raises(InstrumentSilent, match=f"{host}:1: cannot connect: .+"):
        link.connect()
    link.close()


def test_a_name_with_several_addresses_is_tried_through() -> None:
    """`localhost` often is ::1 first, where this device does not listen."""
    with scripted_tcp(once(answer)) as port:
        link = tcp(port, host="localhost")
        assert ask(link) == (713, 714)
        link.close()


def test_a_host_that_swallows_everything_costs_one_time_out() -> None:
    """A full backlog: the kernel answers no further connection, as a firewall would."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        link = tcp(address[1])
        began_s = time.monotonic()
        with pytest.raises(InstrumentSilent, match="no connection within 0.2 s"):
            link.connect()
        assert TIMEOUT_S <= time.monotonic() - began_s < TIMEOUT_S + SLACK_S
        link.close()
        for filler in fillers:
            filler.close()


def test_a_restarted_device_is_connected_anew_without_a_lost_poll() -> None:
    with tcp_device({("holding", 0): 1, ("holding", 1): 2}) as port:
        link = tcp(port)
        assert ask(link) == (1, 2)
    with tcp_device({("holding", 0): 3, ("holding", 1): 4}, port=port):
        link.connect()
        assert ask(link) == (3, 4)
        link.close()


def test_a_connection_that_the_device_closed_while_idle_is_not_a_failure() -> None:
    with linked(once(answer, stays=False)) as link:
        for _ in range(3):
            link.connect()
            assert ask(link) == (713, 714)
            time.sleep(0.02)


def test_bytes_that_nobody_asked_for_do_not_survive_to_the_next_poll() -> None:
    with linked(once(answer, lambda request: answer(request, shift=1))) as link:
        for _ in range(3):
            link.connect()
            assert ask(link) == (713, 714)
            time.sleep(0.02)


def test_an_interrupt_ends_a_wait_at_once_and_for_good() -> None:
    with scripted_tcp(once()) as port:
        link = tcp(port, timeout="30s")
        link.connect()
        timer = threading.Timer(0.1, link.interrupt)
        timer.start()
        began_s = time.monotonic()
        for _ in range(2):
            with pytest.raises(InstrumentSilent, match="stopping"):
                ask(link)
        assert time.monotonic() - began_s < 2.0
        timer.join()
        link.close()
        link.interrupt()  # a supervisor need not know that the worker is through


def test_five_hundred_random_answers_give_no_value() -> None:
    """Seeded noise, much of it behind a right header: whatever happens is one of the gateway's own errors."""
    chance = random.Random(20260101)

    def noise(request: bytes, say: Say) -> bool:
        header = answer(request)[: chance.choice([0, 0, 2, 4, 6, 7])]
        say(header + chance.randbytes(chance.randrange(1, 40)))
        return chance.random() < 0.5

    with scripted_tcp(noise) as port:
        link = tcp(port, timeout="10ms")
        outcomes: set[object] = set()
        for _ in range(500):
            try:
                outcomes.add(len(ask(link)))
            except InstrumentError as error:
                outcomes.add(type(error))
        link.close()
    assert {InstrumentGarbled} <= outcomes <= {InstrumentGarbled, InstrumentSilent, InstrumentRefused}
