"""A configured destination → its uplink, and what shows the station online there."""

from __future__ import annotations

from dataclasses import replace

from gateway.config import Destination, MqttVersion, Scheme, Unheard
from gateway.core.interfaces import OnlineSignal, Uplink
from gateway.runtime.clock import SystemClock
from gateway.uplinks.context import UplinkContext
from gateway.uplinks.mqtt.client import Broker, Version
from gateway.uplinks.mqtt.online_signal import MqttOnlineSignal
from gateway.uplinks.mqtt.uplink import MqttUplink, Publication
from gateway.uplinks.mqtt.web_socket import USUAL_PAGE
from gateway.uplinks.tls_client import client_of


def open_uplink(destination: Destination, context: UplinkContext) -> Uplink:
    """See `registry.open_uplink`."""
    broker, options = _broker(destination, context), destination.publication
    # Two connections under one client id would throw each other out without end.
    client_id = f"{broker.client_id}-backlog" if context.historical else broker.client_id
    return MqttUplink(
        broker=replace(broker, client_id=client_id),
        publication=Publication(
            _topic(destination, options.topic, context),
            context.historical,
            options.retain,
            options.unheard is Unheard.WAIT,
        ),
        clock=SystemClock(),
    )


def open_online_signal(destination: Destination, context: UplinkContext) -> OnlineSignal | None:
    """See `registry.open_online_signal`."""
    if not destination.publication.status:
        return None
    broker = _broker(destination, context)
    topic = _topic(destination, destination.publication.status, context)
    return MqttOnlineSignal(
        broker=replace(broker, client_id=f"{broker.client_id}-status"), topic=topic, clock=SystemClock()
    )


def _broker(destination: Destination, context: UplinkContext) -> Broker:
    options, url = destination.publication, destination.url
    return Broker(
        host=url.host,
        port=url.port,
        user=url.user,
        password=None if destination.password is None else destination.password.reveal,
        client_id=destination.client_ids(context.station)[0],
        version=Version.V5 if options.version is MqttVersion.V5 else Version.V3_1_1,
        tls=url.scheme in (Scheme.MQTTS, Scheme.WSS),
        page=(url.path or USUAL_PAGE) if url.scheme.traits.in_web_sockets else None,
        ca=destination.ca,
        seen_until=context.seen_until,
        pins=destination.certificate or (),
        client=client_of(destination),
    )


def _topic(destination: Destination, pattern: str, context: UplinkContext) -> str:
    return destination.publication.topic_of(
        pattern, base=destination.topic_base, station=context.station, lane=context.lane
    )
