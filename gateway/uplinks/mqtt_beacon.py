"""The station's presence at an MQTT broker: a retained `online`, and a last will that turns it into `offline`.

On a connection of its own that stands for as long as the gateway runs: those that carry files come and go.
"""

from __future__ import annotations

from gateway.core.errors import DeliveryDeferred, DeliveryError
from gateway.core.interfaces import Clock
from gateway.uplinks.line import Line, Patience, why_lost
from gateway.uplinks.mqtt_client import Broker, Message
from gateway.uplinks.mqtt_connection import MqttConnection
from gateway.uplinks.mqtt_reasons import judged

GOODBYE_S = 2.0


class MqttBeacon:
    """See `gateway.core.interfaces.Beacon`."""

    def __init__(self, *, broker: Broker, topic: str, clock: Clock, patience: Patience | None = None) -> None:
        self._broker = broker
        self._online = Message(topic, b"online", retain=True)
        self._offline = Message(topic, b"offline", retain=True)
        self._clock = clock
        self._patience = patience or Patience()
        self._line = Line()
        self._connection: MqttConnection | None = None

    @property
    def lit(self) -> bool:
        return self._connection is not None

    def shine(self) -> None:
        """See `Beacon.shine`."""
        try:
            if self._connection is None:
                self._connection = MqttConnection(
                    self._line, self._broker, self._patience, self._clock, will=self._offline
                )
                self._say(self._connection, self._online, self._patience.answer_s)
            elif not self._connection.stands():
                raise EOFError
        except (OSError, EOFError) as error:
            self._drop()
            raise DeliveryDeferred(f"{self._broker}: {why_lost(error, self._line, self._patience)}") from error
        except DeliveryError:
            self._drop()
            raise

    def abort(self) -> None:
        """See `Beacon.abort`."""
        self._line.break_off()

    def close(self) -> None:
        """See `Beacon.close`."""
        connection = self._connection  # lit until the end, lest whoever stops us takes us for one that still logs in
        if connection is not None:
            try:
                self._say(connection, self._offline, GOODBYE_S)
            except (OSError, EOFError, DeliveryError):
                connection.hang_up()  # the last will says it instead
            else:
                connection.say_goodbye()
        self._connection = None
        self._line.mend()

    def _say(self, connection: MqttConnection, message: Message, within_s: float) -> None:
        connection.publish(message)
        for _, reason in connection.acknowledged(within_s):
            if reason.is_failure:
                raise judged(reason, str(self._broker), f"the broker does not take the presence on {message.topic}")

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.hang_up()
            self._connection = None
