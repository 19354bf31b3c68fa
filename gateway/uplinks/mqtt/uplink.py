"""Delivery over MQTT: one message per file, at QoS 1.

A file counts as delivered when the broker has acknowledged it, and not before. Under MQTT 5 the acknowledgement also
says whether the topic is forbidden, and whether anybody listens: a message that nobody hears is gone, so by default it
counts as not delivered.

The bytes of a file are a function of its record; whether it comes late is not. So `historical` is added on the way: to
a JSON object as one member more at its end, and to every MQTT 5 message as a user property. What may have gone out as
live is repeated as live, so that a repeat has the same bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from paho.mqtt.reasoncodes import ReasonCode

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Clock, Delivered, Parcel, Refused
from gateway.core.phrase import Phrase
from gateway.uplinks.mqtt.client import Broker, Message, Version
from gateway.uplinks.mqtt.connection import HungUp, MqttConnection
from gateway.uplinks.mqtt.log_in import log_in
from gateway.uplinks.mqtt.reason_codes import BAD_MESSAGE, NOBODY_LISTENS, judged
from gateway.uplinks.sockets import Sockets, connection_errors
from gateway.uplinks.timeouts import Deadline, Timeouts

_MOST_HUNG_UP = 3
"""So many messages of one batch are tried if the broker hangs up on all."""
HUNG_UP_FOR_S = 120.0
"""For so long a broker must hang up before anything is judged by it: nodes that fail over do so for seconds."""


@dataclass(frozen=True, slots=True)
class Publication:
    """How files become messages. `historical`: they are old, and nobody may take them for live."""

    topic: str
    historical: bool
    retain: bool = False
    must_be_heard: bool = True

    def message(self, parcel: Parcel) -> Message:
        json = parcel.name.endswith(".json")
        late = "true" if self.historical and not parcel.went_live else "false"
        payload = parcel.content.removesuffix(b"}") + f',"historical":{late}}}'.encode() if json else parcel.content
        kind = "application/json" if json else "text/plain"
        marks = (("name", parcel.name), ("historical", late))
        return Message(self.topic, payload, self.retain, kind, marks)


class MqttUplink:
    """One destination reached over MQTT. One connection; several messages may be under way at once."""

    def __init__(
        self, *, broker: Broker, publication: Publication, clock: Clock, timeouts: Timeouts | None = None
    ) -> None:
        self._broker = broker
        self._publication = publication
        self._clock = clock
        self._timeouts = timeouts or Timeouts()
        self._where = str(broker)
        self._sockets = Sockets()
        self._connection: MqttConnection | None = None
        self._hung_up_since_s: dict[str, float] = {}
        """The messages that the broker hung up on when each was alone, by name."""
        self._note: Callable[[Sequence[Parcel]], None] = lambda _: None

    def tell_before_sending(self, note: Callable[[Sequence[Parcel]], None]) -> None:
        """See `MarksLateness.tell_before_sending`."""
        self._note = note

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered | Refused]:
        """See `Uplink.deliver`. After an exception, or when left early, the next call connects anew."""
        finished = False
        try:
            with (
                self._sockets.batch(Deadline(self._clock, self._timeouts.batch_s)),
                connection_errors(self._where, self._sockets, self._timeouts),
            ):
                yield from self._in_turn(deque(parcels))
            finished = True
        except DeliveryDeferred:
            self._sockets.shun_newest()
            raise
        except DestinationRejected as error:
            error.after_login = self._connection is not None
            raise
        finally:
            if not finished:
                self._drop()

    def log_in(self) -> None:
        """See `LogsIn.log_in`."""
        with (
            self._sockets.batch(Deadline(self._clock, self._timeouts.batch_s)),
            connection_errors(self._where, self._sockets, self._timeouts),
        ):
            self._connected()

    @property
    def scarce(self) -> bool:
        """See `Uplink.scarce`. A client id is nobody else's."""
        return False

    def abort(self) -> None:
        """See `Uplink.abort`. Every `deliver` fails until `close`."""
        self._sockets.abort()

    def close(self) -> None:
        """See `Uplink.close`."""
        if self._connection is not None:
            self._connection.log_out()
            self._connection = None
        self._sockets.reset()

    def _connected(self) -> MqttConnection:
        """The kept connection if it still answers, else a new one."""
        if self._connection is not None and not self._connection.is_alive():
            self._drop()
        if self._connection is None:
            self._connection = log_in(self._sockets, self._broker, self._timeouts, self._clock)
        return self._connection

    def _in_turn(self, parcels: deque[Parcel]) -> Iterator[Delivered | Refused]:
        """Many at once, and what a broker has hung up on one by one: it may be a single message that it does not take
        (the only way in which version 3.1.1 can say so), or the node that goes."""
        connection = self._connected()  # also for no parcel at all: to whoever wants to know whether we are let in
        if parcels:
            self._note(list(parcels))
        unwanted: list[Parcel] = []
        while parcels:
            under_way: dict[int, Parcel] = {}
            try:
                yield from self._publish(connection, parcels, under_way)
            except HungUp:
                if not under_way:
                    raise
                self._leave()
                yield from self._one_by_one(list(under_way.values()), unwanted)
                connection = self._connected()
        self._hung_up_since_s = {one.name: self._hung_up_since_s[one.name] for one in unwanted}
        if unwanted:
            raise DeliveryDeferred(self._hangs_up_on(unwanted[0]), by_server=True)

    def _one_by_one(self, parcels: Sequence[Parcel], unwanted: list[Parcel]) -> Iterator[Delivered | Refused]:
        """The plain way. What is hung up on, and not for long enough to be judged, is added to `unwanted`.

        Raises:
            DestinationRejected, DeliveryDeferred: the broker hangs up on each.
        """
        hung_up: list[Parcel] = []
        is_any_taken = False
        for parcel in parcels:
            outcome = self._alone(parcel)
            if outcome is not None:
                yield outcome
                is_any_taken = True
            else:
                hung_up.append(parcel)
            if len(hung_up) >= _MOST_HUNG_UP and not is_any_taken:
                break
        if hung_up and not is_any_taken:
            raise self._takes_none(hung_up[0])
        for parcel in hung_up:
            if self._is_long_hung_up_on(parcel):
                yield self._alone(parcel) or Refused(parcel, self._hangs_up_on(parcel))
            else:
                unwanted.append(parcel)

    def _alone(self, parcel: Parcel) -> Delivered | Refused | None:
        """One message on a connection that answers; `None`: the broker hangs up on it.

        Raises:
            HungUp: it hangs up in any case.
        """
        connection = self._connected()
        if not connection.is_alive():
            raise HungUp
        try:
            (outcome,) = self._publish(connection, deque([parcel]), {})
        except HungUp:
            self._leave()
            self._hung_up_since_s.setdefault(parcel.name, self._clock.now().mono_s)
            return None
        return outcome

    def _takes_none(self, parcel: Parcel) -> DeliveryDeferred | DestinationRejected:
        """Each message is hung up on. For a while it may be a line that breaks at the same place, or nodes that fail
        over; then it is a person's matter."""
        text = (
            f"{self._where}: the broker lets us in and hangs up whenever {parcel.name} is published on"
            f" {self._publication.topic}, without a word; ask the authority for the right to publish there, and how"
            " large messages may be"
        )
        is_long = any(map(self._is_long, self._hung_up_since_s.values()))
        return DestinationRejected(text) if is_long else DeliveryDeferred(text, by_server=True)

    def _hangs_up_on(self, parcel: Parcel) -> str:
        return Phrase(
            "{where}: the broker hangs up on {name} whenever it is published, and takes others",
            where=self._where,
            name=parcel.name,
        )

    def _is_long_hung_up_on(self, parcel: Parcel) -> bool:
        return self._is_long(self._hung_up_since_s[parcel.name])

    def _is_long(self, since_s: float) -> bool:
        return self._clock.now().mono_s - since_s >= HUNG_UP_FOR_S

    def _leave(self) -> None:
        """For another node, if there is one."""
        self._drop()
        self._sockets.shun_newest()

    def _publish(
        self, connection: MqttConnection, parcels: deque[Parcel], under_way: dict[int, Parcel]
    ) -> Iterator[Delivered | Refused]:
        """`under_way`: what is published and not answered yet."""
        while parcels or under_way:
            while parcels and len(under_way) < connection.window:
                parcel = parcels.popleft()
                message = self._publication.message(parcel)
                if connection.takes(message):
                    under_way[connection.publish(message)] = parcel
                else:
                    yield Refused(
                        parcel,
                        Phrase("{where}: {name} is larger than the broker takes", where=self._where, name=parcel.name),
                    )
            for number, reason in connection.acknowledged() if under_way else ():
                if number in under_way:
                    yield self._outcome(under_way.pop(number), reason)

    def _outcome(self, parcel: Parcel, reason: ReasonCode) -> Delivered | Refused:
        topic = self._publication.topic
        if reason.value == NOBODY_LISTENS and self._publication.must_be_heard:
            raise DeliveryDeferred(
                Phrase(
                    "{where}: nobody listens on {topic}, the broker throws the messages away; the receiver must "
                    "subscribe, or, if the broker itself keeps them, write mqtt: {{unheard: delivered}}",
                    where=self._where,
                    topic=topic,
                )
            )
        if not reason.is_failure:
            says = (
                str(reason)
                if self._broker.version is Version.V5
                else Phrase("version 3.1.1, which tells nothing of listeners")
            )
            return Delivered(parcel, Phrase("acknowledged on {topic} ({says})", topic=topic, says=says))
        error = judged(
            reason, self._where, Phrase("the broker does not take {name} on {topic}", name=parcel.name, topic=topic)
        )
        if reason.value in BAD_MESSAGE:
            return Refused(parcel, str(error))
        raise error

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.disconnect()
            self._connection = None
