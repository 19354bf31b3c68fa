"""Logs in at a broker, and finds out about one that knows MQTT 3.1.1 only and shows it by hanging up, or by silence."""

from __future__ import annotations

from dataclasses import replace

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.uplinks.mqtt.client import Broker, Message, Version
from gateway.uplinks.mqtt.connection import HungUp, MqttConnection, NotGreeted, Unanswered
from gateway.uplinks.sockets import Sockets
from gateway.uplinks.timeouts import Timeouts


def log_in(
    sockets: Sockets, broker: Broker, timeouts: Timeouts, clock: Clock, will: Message | None = None
) -> MqttConnection:
    """A connection that the broker has accepted.

    Raises:
        DeliveryDeferred, OSError, EOFError: see `MqttConnection`.
        DestinationRejected: the broker refuses us, is not the broker we know, or does not speak our version.
    """
    try:
        return MqttConnection(sockets, broker, timeouts, clock, will)
    except (NotGreeted, Unanswered):
        if broker.version is not Version.V5 or not _speaks_3_1_1(sockets, broker, timeouts, clock):
            raise
    try:
        return MqttConnection(sockets, broker, timeouts, clock, will)  # it may have been a line, or a node that went
    except (NotGreeted, Unanswered) as error:
        way = Phrase("hangs up on") if isinstance(error, NotGreeted) else Phrase("does not answer")
        raise DestinationRejected(
            Phrase(
                "{broker}: the broker {way} MQTT 5 and answers version 3.1.1; write mqtt: {{version: v3.1.1}}, "
                "which tells nothing of rights and listeners, or ask the authority for MQTT 5",
                broker=broker,
                way=way,
            )
        ) from error


def _speaks_3_1_1(sockets: Sockets, broker: Broker, timeouts: Timeouts, clock: Clock) -> bool:
    try:
        MqttConnection(sockets, replace(broker, version=Version.V3_1_1), timeouts, clock).log_out()
    except (HungUp, DeliveryDeferred, OSError):
        return False
    except DestinationRejected:
        return True  # it has answered, were it that it does not know us
    return True
