"""What a receiver of messages hears at a broker."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.support.servers import Server
from tests.support.servers.mosquitto import RECEIVER


@dataclass(frozen=True, slots=True)
class Heard:
    topic: str
    payload: bytes
    retained: bool
    marks: dict[str, str]


class Listener:
    """Subscribed to everything below one topic."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Heard] = queue.SimpleQueue()

    def next(self, within_s: float = 10.0) -> Heard:
        """The next message; fails the test if none comes."""
        try:
            return self._queue.get(timeout=within_s)
        except queue.Empty:
            raise AssertionError("no message came") from None

    def nothing_more(self) -> bool:
        return self._queue.empty()

    def note(self, _: Client, __: Any, message: MQTTMessage) -> None:
        marks = dict(getattr(message.properties, "UserProperty", []))
        self._queue.put(Heard(message.topic, message.payload, message.retain, marks))


@contextmanager
def listening(server: Server, topic: str = "NUO001/#") -> Iterator[Listener]:
    """A receiver that hears what is published from now on, and the retained messages."""
    listener = Listener()
    client = Client(
        CallbackAPIVersion.VERSION2,
        f"receiver-{id(listener)}",
        protocol=MQTTProtocolVersion.MQTTv5 if server.kind == "mosquitto" else MQTTProtocolVersion.MQTTv311,
        transport="websockets" if server.scheme in ("ws", "wss") else "tcp",
    )
    client.username_pw_set(RECEIVER, server.password)
    if server.ca is not None:
        client.tls_set(str(server.ca))
    client.on_message = listener.note
    ready: queue.SimpleQueue[bool] = queue.SimpleQueue()
    client.on_subscribe = lambda *_: ready.put(True)
    client.on_connect = lambda *_: client.subscribe(topic, qos=1)
    client.reconnect_delay_set(1, 1)
    client.connect(server.host, server.port)
    client.loop_start()
    try:
        assert ready.get(timeout=10)
        yield listener
    finally:
        client.disconnect()
        client.loop_stop()
