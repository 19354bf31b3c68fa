"""Devices that speak text at the far end of a real socket or a real terminal, and the links to them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from gateway.config import SerialLink, TcpLink
from gateway.config.instruments.instrument import Instrument as Settings
from gateway.core.interfaces import Instrument
from gateway.instruments.lines.text_link import TextLink, text_link
from gateway.instruments.registry import driver_on
from tests.contract.instruments.links import TIMEOUT, RealClock
from tests.support.modbus_server.scripted import Say, ScriptedSerial, scripted_tcp

_SETTINGS: TypeAdapter[Settings] = TypeAdapter(Settings)
"""Made once: it takes a tenth of a second."""

DUSTMETER: dict[str, Any] = {
    "name": "dustmeter",
    "link": "line",
    "poll": "1s",
    "ascii": {"request": "R\r", "response": r"PM=(?P<PM>[-+0-9.]+);ST=(?P<status>\d)"},
    "status": {"calibrating": ["1"], "fault": ["2"]},
    "parameters": [{"symbol": "PM", "unit": "mg/Nm3"}],
}


def instrument(content: dict[str, Any], link: TextLink) -> Instrument:
    return driver_on(_SETTINGS.validate_python(content), link)


def tcp(port: int, **more: str) -> TextLink:
    content = {"type": "tcp", "host": "127.0.0.1", "port": port, "timeout": TIMEOUT, **more}
    return text_link("line", TcpLink.model_validate(content), RealClock())


def serial(device: str, **more: Any) -> TextLink:
    content = {"type": "serial", "device": device, "baudrate": 115_200, "timeout": TIMEOUT, **more}
    return text_link("line", SerialLink.model_validate(content), RealClock())


@dataclass(slots=True)
class Device:
    """Notes what it is asked; answers each question with the next of `answers` (pieces), or with none."""

    answers: list[list[bytes]] = field(default_factory=list)
    asked: bytes = b""
    ends_with: bytes = b"\r"
    heard_at_s: list[float] = field(default_factory=list)
    _say: Say | None = None

    def hear(self, piece: bytes, say: Say) -> bool:
        self._say = say
        self.asked += piece
        if self.asked.endswith(self.ends_with):
            self.heard_at_s.append(time.monotonic())
            for answer in self.answers.pop(0) if self.answers else []:
                say(answer)
        return True

    def say(self, piece: bytes) -> None:
        """Speak unasked, where it was last spoken to."""
        assert self._say is not None
        self._say(piece)


@contextmanager
def plugged(kind: str, hear: Callable[[bytes, Say], bool], **more: str) -> Iterator[TextLink]:
    """A link of that kind to a device that hears and answers like this."""
    if kind == "tcp":
        with scripted_tcp(hear) as port:
            link = tcp(port, **more)
            yield link
            link.close()
        return
    with ScriptedSerial(hear) as device:
        link = serial(device.path, **more)
        yield link
        link.close()
