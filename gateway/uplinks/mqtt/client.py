"""paho's MQTT client on a socket of ours, and what it is told: the broker, the messages. paho stays here.

It only keeps what comes; it never judges, waits, connects again or sends again.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.uplinks.mqtt.web_socket import WebSocket, open_web_socket
from gateway.uplinks.publish import one_line
from gateway.uplinks.sockets import Sockets
from gateway.uplinks.timeouts import Timeouts
from gateway.uplinks.tls import SeenUntil, begin_tls, client_context, report_certificate
from gateway.uplinks.tls_client import TlsClient
from gateway.uplinks.tls_verdicts import handshake_error


class Version(Enum):
    V5 = "5"
    V3_1_1 = "3.1.1"
    """Its acknowledgement says nothing: a broker that throws a message away acknowledges it all the same."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who we are. The password is asked for when it is needed and not kept."""

    host: str
    port: int
    user: str
    password: Callable[[], str] | None
    """`None`: our certificate is all that we have."""
    client_id: str
    version: Version = Version.V5
    tls: bool = False
    ca: Path | None = None
    seen_until: SeenUntil | None = None
    page: str | None = None
    """The path of the web page behind which it speaks through web sockets; `None`: it speaks MQTT by itself."""
    pins: tuple[str, ...] = ()
    """Fingerprints of certificates: any of them will do, and nothing else."""
    client: TlsClient | None = None

    def __str__(self) -> str:
        scheme = "mqtt" if self.page is None else "ws"
        return f"{scheme}{'s' if self.tls else ''} {self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Message:
    """What is published. `marks` are MQTT 5 user properties; version 3.1.1 has no room for them."""

    topic: str
    payload: bytes
    retain: bool = False
    content_type: str = "text/plain"
    marks: tuple[tuple[str, str], ...] = ()


class PahoClient(Client):
    """The client of one connection. Of paho's inner methods three are used, which is why its minor version is pinned:
    the making of the socket, and the ping with its answer, for which it offers nothing in public; and it is looked
    whether a packet has begun."""

    def __init__(self, sockets: Sockets, broker: Broker, timeouts: Timeouts, clock: Clock) -> None:
        five = broker.version is Version.V5
        super().__init__(
            CallbackAPIVersion.VERSION2,
            broker.client_id,
            clean_session=None if five else True,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        self.version = broker.version
        self.connection: socket.socket | None = None
        self.web_socket: WebSocket | None = None
        self.connect_reason: ReasonCode | None = None
        self.granted_properties: Properties | None = None
        self.disconnect_reason: ReasonCode | None = None
        self.last_code = MQTTErrorCode.MQTT_ERR_SUCCESS
        self.acknowledged: list[tuple[int, ReasonCode]] = []
        self.answers_to_pings = 0
        self._way = (sockets, broker, timeouts)
        self._clock = clock
        self.on_connect = self._connected
        self.on_publish = self._published
        self.on_disconnect = self._disconnected

    @property
    def has_heard(self) -> bool:
        """Whether anything has come, were it the first byte of a packet."""
        return self.connect_reason is not None or bool(self._in_packet["command"])

    @property
    def begins_as_web(self) -> bool:
        """Whether the first word was that of a web server: HTTP."""
        return self.connect_reason is None and self._in_packet["command"] == ord("H")

    def wants_to_write(self) -> bool:
        """Whether something waits until the connection takes more."""
        return self.want_write() or (self.web_socket is not None and self.web_socket.is_behind)

    def write_on(self) -> None:
        if self.web_socket is not None:
            self.web_socket.write_on()
        if self.want_write():
            self.loop_write()

    def ping(self) -> None:
        self._send_pingreq()

    def properties_of(self, message: Message) -> Properties | None:
        if self.version is not Version.V5:
            return None
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call] # paho's own gap
        properties.PayloadFormatIndicator = 1
        properties.ContentType = message.content_type
        if message.marks:
            properties.UserProperty = list(message.marks)
        return properties

    def _create_socket(self) -> socket.socket | WebSocket:
        sockets, broker, timeouts = self._way
        connection = self._connect()
        if broker.page is None:
            return connection
        within = sockets.deadline(self._clock, timeouts.answer_s)
        self.web_socket = open_web_socket(connection, broker.host, broker.port, broker.page, str(broker), within)
        return self.web_socket

    def _connect(self) -> socket.socket:
        sockets, broker, timeouts = self._way
        where = str(broker)
        try:
            self.connection = sockets.connect(broker.host, broker.port, timeouts.connect_s)
        except OSError as error:
            raise DeliveryDeferred(
                Phrase("{where}: no connection ({one_line})", where=where, one_line=one_line(str(error)))
            ) from error
        self.connection.settimeout(timeouts.answer_s)
        if not broker.tls:
            return self.connection
        context = client_context(broker.ca, where, broker.pins, broker.client)
        try:
            self.connection = secured = begin_tls(sockets, self.connection, context, broker.host)
            secured.do_handshake()
        except ssl.SSLError as error:
            raise handshake_error(error, where) from error
        report_certificate(broker.seen_until, secured)
        return secured

    def _handle_pingresp(self) -> MQTTErrorCode:
        self.answers_to_pings += 1
        return super()._handle_pingresp()

    def _connected(
        self, _: Client, __: Any, ___: ConnectFlags, reason: ReasonCode, granted_properties: Properties | None
    ) -> None:
        self.connect_reason, self.granted_properties = reason, granted_properties

    def _published(self, _: Client, __: Any, number: int, reason: ReasonCode, ___: Properties | None) -> None:
        self.acknowledged.append((number, reason))

    def _disconnected(
        self, _: Client, __: Any, flags: DisconnectFlags, reason: ReasonCode, ___: Properties | None
    ) -> None:
        if flags.is_disconnect_packet_from_server:
            self.disconnect_reason = reason
