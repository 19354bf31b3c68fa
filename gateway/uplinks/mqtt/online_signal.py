"""The station's online status at an MQTT broker: a retained `online`, and a last will that turns it into `offline`.

On a connection of its own that lasts for as long as the gateway runs: those that carry files come and go.
"""

from __future__ import annotations

from gateway.core.errors import DeliveryError, DestinationRejected
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.uplinks.mqtt.client import Broker, Message
from gateway.uplinks.mqtt.connection import MqttConnection
from gateway.uplinks.mqtt.log_in import log_in
from gateway.uplinks.mqtt.reason_codes import judged
from gateway.uplinks.sockets import Sockets, connection_errors
from gateway.uplinks.timeouts import Timeouts

GOODBYE_S = 2.0


class MqttOnlineSignal:
    """See `gateway.core.interfaces.OnlineSignal`."""

    def __init__(self, *, broker: Broker, topic: str, clock: Clock, timeouts: Timeouts | None = None) -> None:
        self._broker = broker
        self._online = Message(topic, b"online", retain=True)
        self._offline = Message(topic, b"offline", retain=True)
        self._clock = clock
        self._timeouts = timeouts or Timeouts()
        self._sockets = Sockets()
        self._connection: MqttConnection | None = None

    @property
    def is_online(self) -> bool:
        return self._connection is not None

    def refresh(self) -> None:
        """See `OnlineSignal.refresh`."""
        try:
            with connection_errors(str(self._broker), self._sockets, self._timeouts):
                if self._connection is None:
                    self._connection = log_in(
                        self._sockets, self._broker, self._timeouts, self._clock, will=self._offline
                    )
                    self._say(self._connection, self._online, self._timeouts.answer_s)
                elif not self._connection.is_alive():
                    raise EOFError
        except DeliveryError as error:
            if isinstance(error, DestinationRejected):
                error.after_login = self._connection is not None
            self._sockets.shun_newest()
            self._drop()
            raise

    def abort(self) -> None:
        """See `OnlineSignal.abort`."""
        self._sockets.abort()

    def close(self) -> None:
        """See `OnlineSignal.close`."""
        connection = self._connection  # online until the end, or whoever stops us aborts the goodbye
        if connection is not None:
            try:
                self._say(connection, self._offline, GOODBYE_S)
            except (OSError, EOFError, DeliveryError):
                connection.disconnect()  # the last will says it instead
            else:
                connection.log_out()
        self._connection = None
        self._sockets.reset()

    def _say(self, connection: MqttConnection, message: Message, within_s: float) -> None:
        connection.publish(message)
        for _, reason in connection.acknowledged(within_s):
            if reason.is_failure:
                raise judged(
                    reason,
                    str(self._broker),
                    Phrase("the broker does not take the online status on {topic}", topic=message.topic),
                )

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.disconnect()
            self._connection = None
