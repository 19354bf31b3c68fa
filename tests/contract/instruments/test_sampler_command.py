"""The automatic sampler's coil or register: written once, read back, over every wire."""

from __future__ import annotations

import struct
import time
from typing import Any

import pytest

from gateway.config import SamplerSettings, Table
from gateway.core.errors import InstrumentGarbled, InstrumentRefused, InstrumentSilent
from gateway.core.interfaces import Instant
from gateway.instruments.modbus import ModbusLink
from gateway.instruments.register_command import (
    CommandOutcome,
    CommandResult,
    RegisterCommands,
    RegisterCommandTask,
)
from gateway.instruments.sampler_command import sampler_command
from tests.contract.instruments.conftest import Plugged
from tests.contract.instruments.links import TIMEOUT_S, RealClock, rtu, tcp
from tests.support.modbus_server.bridges import crc
from tests.support.modbus_server.scripted import Say, ScriptedSerial, scripted_tcp


def settings(**more: Any) -> SamplerSettings:
    return SamplerSettings.model_validate({"link": "plc", "confirm_within": "200ms"} | more)


def carried_out(wanted: SamplerSettings, link: ModbusLink, is_up: bool = True) -> CommandResult:
    clock, commands = RealClock(), RegisterCommands()
    task = RegisterCommandTask(commands, link)
    commands.send(sampler_command(wanted))
    give_up_s = clock.now().mono_s + 10
    while (result := commands.result()) is None:
        task.step(clock.now(), lambda: is_up)
        assert clock.now().mono_s < give_up_s
        time.sleep(0.02)
    return result


@pytest.mark.parametrize("target", [{"coil": 7}, {"register": "holding:7"}, {"register": "holding:7", "value": 513}])
def test_written_and_read_back(plug: Plugged, target: dict[str, Any]) -> None:
    link = plug({("coil", 7): 0, ("holding", 7): 0})
    assert RegisterCommandTask(RegisterCommands(), link).step(Instant(0, 0.0), lambda: True) > 0
    table = Table.COIL if "coil" in target else Table.HOLDING
    assert link.read(1, table, 7, 1) == (0,)  # nothing happens without a command
    assert carried_out(settings(**target), link).outcome is CommandOutcome.CONFIRMED
    assert link.read(1, table, 7, 1) == (target.get("value", 1),)


def test_confirmed_by_another_register(plug: Plugged) -> None:
    link = plug({("coil", 7): 0, ("input", 20): 2})
    assert carried_out(settings(coil=7, confirm={"register": "input:20", "equals": 2}), link) == CommandResult(
        CommandOutcome.CONFIRMED, "input:20 shows 2"
    )


def test_obeyed_by_nobody(plug: Plugged) -> None:
    link = plug({("coil", 7): 0, ("input", 20): 0})
    assert carried_out(settings(coil=7, confirm={"register": "input:20", "equals": 2}), link) == CommandResult(
        CommandOutcome.UNCONFIRMED, "input:20 shows 0, and 2 is expected"
    )


def test_a_link_that_is_down_has_done_nothing(plug: Plugged) -> None:
    link = plug({("coil", 7): 0})
    assert carried_out(settings(coil=7), link, is_up=False).outcome is CommandOutcome.NOT_DONE
    assert link.read(1, Table.COIL, 7, 1) == (0,)


def test_a_silent_sampler_is_told_once_and_nobody_knows() -> None:
    """It may have obeyed: silence after the write is no reason to write again."""
    heard: list[bytes] = []

    def silent(request: bytes, say: Say) -> bool:
        heard.append(request)
        return True

    with scripted_tcp(silent) as port:
        link = tcp(port)
        result = carried_out(settings(coil=7), link)
        link.close()
    assert result.outcome is CommandOutcome.UNKNOWN
    assert "did not answer" in result.words
    assert [request[7] for request in heard].count(5) == 1


def test_a_lost_answer_is_made_up_for_by_reading_back() -> None:
    """The write's answer is lost, the coil shows that it was done."""

    def forgetful(request: bytes, say: Say) -> bool:
        if request[7] == 1:
            say(request[:4] + struct.pack(">HBBBB", 4, request[6], 1, 1, 1))
        return True

    with scripted_tcp(forgetful) as port:
        link = tcp(port)
        assert carried_out(settings(coil=7), link).outcome is CommandOutcome.CONFIRMED
        link.close()


def test_a_write_that_is_acknowledged_and_still_under_way_may_have_been_done() -> None:
    """Exception 5 is no refusal: to count it as not done would be to take a second sample."""

    def slow(request: bytes, say: Say) -> bool:
        if request[7] == 1:
            say(request[:4] + struct.pack(">HBBBB", 4, request[6], 1, 1, 0))
        else:
            say(request[:4] + struct.pack(">HBBB", 3, request[6], request[7] | 0x80, 5))
        return True

    with scripted_tcp(slow) as port:
        link = tcp(port)
        assert carried_out(settings(coil=7), link).outcome is CommandOutcome.UNKNOWN
        link.close()


def test_a_refusal_is_an_answer() -> None:
    def refusing(request: bytes, say: Say) -> bool:
        say(request[:4] + struct.pack(">HBBB", 3, request[6], request[7] | 0x80, 4))
        return True

    with scripted_tcp(refusing) as port:
        link = tcp(port)
        result = carried_out(settings(coil=7), link)
        link.close()
    assert result.outcome is CommandOutcome.NOT_DONE
    assert "device failure" in result.words


@pytest.mark.parametrize("said", [(8, 0xFF00), (7, 0x0000)])
def test_the_confirmation_of_another_write_is_none(said: tuple[int, int]) -> None:
    def confused(request: bytes, say: Say) -> bool:
        body = struct.pack(">BBHH", 1, 5, *said)
        say(body + crc(body))
        return True

    with ScriptedSerial(confused) as device:
        link = rtu(device.path)
        began_s = time.monotonic()
        with pytest.raises(InstrumentGarbled, match="another write"):
            link.write(1, Table.COIL, 7, 1)
        assert time.monotonic() - began_s < TIMEOUT_S
        link.close()


def test_a_write_to_nobody_is_silence(plug: Plugged) -> None:
    link = plug({("coil", 7): 0})
    with pytest.raises((InstrumentSilent, InstrumentRefused)):
        link.write(9, Table.COIL, 7, 1)
