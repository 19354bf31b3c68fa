"""One MQTT connection, driven by hand: connected, secured, logged in, every wait bounded.

What paho would do by itself is not used: no thread, no connecting again, no sending again. A connection that fails is
thrown away with everything paho remembers of it; the only copy of a message is the database's.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable

from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.exception import MQTTException
from paho.mqtt.reasoncodes import ReasonCode

from gateway.core.errors import DeliveryDeferred, DeliveryError
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.uplinks.first_words import MOST_HEARD, Speaker, speaker_of, wrong_port
from gateway.uplinks.mqtt.client import Broker, Message, PahoClient, Version
from gateway.uplinks.mqtt.reason_codes import check_log_in, judged
from gateway.uplinks.mqtt.web_socket import WebSocket
from gateway.uplinks.sockets import Sockets
from gateway.uplinks.timeouts import Timeouts

KEEP_ALIVE_S = 60
"""A broker that hears nothing for one and a half times as long takes us for gone and publishes the last will."""
MOST_UNDER_WAY = 20
_ROOM_FOR_PROPERTIES = 128


class HungUp(EOFError):
    """The broker ended the connection without a word."""


class NotGreeted(HungUp):
    """Before it had said anything at all."""


class Unanswered(TimeoutError):
    """The broker says nothing to our log-in, and does not hang up either."""


class MqttConnection:
    """A connection that the broker has accepted."""

    def __init__(
        self, sockets: Sockets, broker: Broker, timeouts: Timeouts, clock: Clock, will: Message | None = None
    ) -> None:
        """Connect, secure, log in.

        Raises:
            DeliveryDeferred: no connection, or not now.
            DestinationRejected: the broker refuses us, or is not the broker we know.
            HungUp: the broker ended the connection.
            OSError, EOFError: the connection failed.
        """
        self._sockets = sockets
        self._where = str(broker)
        self._timeouts = timeouts
        self._clock = clock
        self._client = PahoClient(sockets, broker, timeouts, clock)
        try:
            self._log_in(broker, will)
        except (OSError, EOFError, DeliveryDeferred):
            self.disconnect()
            sockets.shun_newest()  # of several nodes of a broker another one may serve us
            raise
        except BaseException:
            self.disconnect()
            raise

    @property
    def window(self) -> int:
        """How many messages may be under way at once."""
        return min(MOST_UNDER_WAY, int(getattr(self._client.granted_properties, "ReceiveMaximum", MOST_UNDER_WAY)))

    def takes(self, message: Message) -> bool:
        """Whether the broker takes messages of this size. To a larger one it would hang up."""
        most: int | None = getattr(self._client.granted_properties, "MaximumPacketSize", None)
        return most is None or len(message.payload) + len(message.topic.encode()) + _ROOM_FOR_PROPERTIES <= most

    def publish(self, message: Message) -> int:
        """Send, at QoS 1. Returns the number under which the acknowledgement will come."""
        return self._client.publish(
            message.topic, message.payload, 1, message.retain, self._client.properties_of(message)
        ).mid

    def acknowledged(self, within_s: float | None = None) -> list[tuple[int, ReasonCode]]:
        """Wait for acknowledgements: number and reason of each that has come since the last call, at least one.

        Raises:
            DeliveryError: the broker ended the connection and said why.
            OSError, EOFError: the connection failed, or nothing came in time.
        """
        self._wait(lambda: bool(self._client.acknowledged), within_s or self._timeouts.answer_s)
        found, self._client.acknowledged = self._client.acknowledged, []
        return found

    def is_alive(self) -> bool:
        """Whether the broker still answers on this connection."""
        try:
            answers = self._client.answers_to_pings
            self._client.ping()
            self._wait(lambda: self._client.answers_to_pings > answers, self._timeouts.probe_s)
        except (DeliveryError, OSError, EOFError):
            return False
        return True

    def log_out(self) -> None:
        """Log out, so that the broker forgets the last will, and close. Never raises."""
        self._client.disconnect()
        self.disconnect()

    def disconnect(self) -> None:
        """Release the connection at once; the broker will publish the last will. Never raises."""
        connection = self._client.connection
        if connection is not None:
            self._sockets.close(connection)

    def _log_in(self, broker: Broker, will: Message | None) -> None:
        client = self._client
        client.username_pw_set(broker.user, broker.password() if broker.password is not None else None)
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
        if broker.version is Version.V5:
            client.connect(broker.host, broker.port, KEEP_ALIVE_S, clean_start=True)
        else:
            client.connect(broker.host, broker.port, KEEP_ALIVE_S)
        try:
            self._wait(lambda: client.connect_reason is not None, self._timeouts.answer_s)
        except TimeoutError as error:
            raise error if client.has_heard else Unanswered() from error
        assert client.connect_reason is not None  # noqa: S101
        check_log_in(client.connect_reason, client.granted_properties, self._where, broker.user)

    def _wait(self, done: Callable[[], bool], within_s: float) -> None:
        """Let paho read and write until `done`."""
        deadline = self._sockets.deadline(self._clock, within_s)
        while not done():
            self._turn(deadline.left_s())

    def _turn(self, wait_s: float) -> None:
        client = self._client
        connection = client.socket()
        if connection is None:
            raise self._ended()
        decrypted = isinstance(connection, ssl.SSLSocket | WebSocket) and connection.pending() > 0
        wanting = [connection] if client.wants_to_write() else []
        readable, writable, _ = select.select([connection], wanting, [], 0 if decrypted else wait_s)
        try:
            if readable and not client.has_heard:
                self._look_who_answers(connection)
            if readable or decrypted:
                client.last_code = client.loop_read()
            if writable:
                client.write_on()
        except (MQTTException, ValueError) as error:  # what paho raises on bytes that are not MQTT
            raise OSError(Phrase("the answer is not MQTT ({error})", error=error)) from error

    def _look_who_answers(self, connection: object) -> None:
        """Somebody else than a broker says so by the first bytes. What comes under TLS or in a web socket was looked at
        there.

        Raises:
            DestinationRejected: it is somebody else.
        """
        if isinstance(connection, socket.socket) and not isinstance(connection, ssl.SSLSocket):
            try:
                first = connection.recv(MOST_HEARD, socket.MSG_PEEK)
            except (BlockingIOError, ConnectionError):
                return  # whoever reads next will see it
            if (speaker := speaker_of(first)) is not None:
                raise wrong_port(self._where, speaker, first)

    def _ended(self) -> Exception:
        """Why there is no connection any more."""
        client = self._client
        if client.disconnect_reason is not None:
            return judged(client.disconnect_reason, self._where, Phrase("the broker ended the connection"))
        if client.begins_as_web:
            return wrong_port(self._where, Speaker.WEB, b"")
        if client.web_socket is not None and client.web_socket.last_words:
            return DeliveryDeferred(
                Phrase("{where}: {last_words}", where=self._where, last_words=client.web_socket.last_words),
                by_server=True,
            )
        if client.last_code == MQTTErrorCode.MQTT_ERR_PROTOCOL:
            return DeliveryDeferred(
                Phrase("{where}: the answer is not MQTT {value}", where=self._where, value=client.version.value)
            )
        ended_by: Exception | None = getattr(client.connection, "ended_by", None)
        if ended_by is not None and not isinstance(ended_by, ssl.SSLEOFError):
            return ended_by
        return HungUp() if client.has_heard else NotGreeted()
