"""A message says whether it comes late, and a repeat of it is the same, byte for byte, whoever sends it and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Delivered, MarksLateness, Parcel, Refused, Unproven
from gateway.outbox.lanes import Lane
from gateway.uplinks.mqtt.uplink import MqttUplink, Publication
from tests.support.destination import Destination
from tests.support.fake_server import Behaviour, FakeServer, FakeUplink, PowerCut
from tests.support.journey import HOUR_MS, MIDNIGHT_MS

NOON_MS = MIDNIGHT_MS + 12 * HOUR_MS


class Messages(FakeUplink):
    """What goes out is marked as MQTT's messages are. Nobody listens while the server is down: nothing goes out."""

    def __init__(self, server: FakeServer, lane: Lane, heard: list[str]) -> None:
        super().__init__(server)
        self._fake = server
        self._publication = Publication("NUO001/data", lane is Lane.BACKLOG)
        self._heard = heard
        self._note: Callable[[Sequence[Parcel]], None] = lambda _: None

    def tell_before_sending(self, note: Callable[[Sequence[Parcel]], None]) -> None:
        self._note = note

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered | Refused | Unproven]:
        if self._fake.behaviour is Behaviour.DOWN:
            raise DeliveryDeferred("no connection")
        self._note(parcels)
        for parcel in parcels:
            self._heard.append(dict(self._publication.message(parcel).marks)["historical"])
            if self._fake.behaviour is Behaviour.DIES:
                raise PowerCut
            if self._fake.behaviour is Behaviour.KEEPS_QUIET:
                raise DeliveryDeferred("no acknowledgement")
            yield Delivered(parcel, "acknowledged")


@pytest.fixture
def heard(destination: Destination) -> list[str]:
    """The mark of each message that went out."""
    found: list[str] = []
    destination.uplink = lambda lane: Messages(destination.server, lane, found)
    destination.restart()
    return found


def send(destination: Destination) -> None:
    destination.journey.send(NOON_MS, [destination.name])


def test_mqtt_is_told_of_it() -> None:
    assert issubclass(MqttUplink, MarksLateness)


def test_what_was_not_acknowledged_is_repeated_as_live_hours_later(destination: Destination, heard: list[str]) -> None:
    send(destination)
    destination.server.behaviour = Behaviour.KEEPS_QUIET
    destination.live(600.0)
    destination.clock.advance(3 * HOUR_MS / 1000)
    destination.live(600.0)
    destination.server.behaviour = Behaviour.TAKES
    destination.live(600.0)
    assert len(heard) > 2
    assert set(heard) == {"false"}
    assert set(destination.journey.deliveries().values()) == {"delivered"}


def test_what_never_went_out_as_live_is_late(destination: Destination, heard: list[str]) -> None:
    send(destination)
    destination.server.behaviour = Behaviour.DOWN
    destination.live(1200.0)
    destination.server.behaviour = Behaviour.TAKES
    destination.live(1200.0)
    assert heard == ["true"]


def test_a_power_cut_between_sending_and_writing_down_changes_no_byte(
    destination: Destination, heard: list[str]
) -> None:
    send(destination)
    destination.server.behaviour = Behaviour.DIES
    with pytest.raises(PowerCut):
        destination.step(Lane.LIVE)
    destination.server.behaviour = Behaviour.TAKES
    destination.clock.advance(3 * HOUR_MS / 1000)
    destination.journey.restart()
    destination.restart()
    destination.live(600.0)
    assert heard == ["false", "false"]


def test_what_a_person_sends_again_is_late(destination: Destination, heard: list[str]) -> None:
    """It arrived as live: who sends it again hours later does not repeat it."""
    send(destination)
    destination.live(60.0)
    destination.clock.advance(3 * HOUR_MS / 1000)
    with destination.journey.database.write() as connection:
        connection.execute("UPDATE delivery SET state = 'waiting'")
    destination.live(60.0)
    assert heard == ["false", "true"]
