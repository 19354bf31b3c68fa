"""From a configured destination to the uplink that serves one of its lanes, and to the signal that shows the station
online there.

To add a protocol: one module that keeps `Uplink`'s promises, one line in the table, one server in the contract suite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from gateway.config import Destination, MqttVersion, Scheme, Unheard
from gateway.core.errors import GatewayError
from gateway.core.interfaces import Clock, OnlineSignal, Uplink
from gateway.core.profile import Probed, ServerProfile
from gateway.runtime.clock import SystemClock
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.probing import ProbingUplink
from gateway.uplinks.tls import SeenUntil

if TYPE_CHECKING:
    from gateway.uplinks.mqtt.client import Broker

# A builder imports its library when it is used: paramiko is 25 MB that a station with FTPS only does not need.


@dataclass(frozen=True, slots=True)
class UplinkContext:
    """What an uplink is to know besides its destination: who sends, which lane, whom to tell of certificates, and how
    many connections there may be."""

    station: str
    lane: str
    historical: bool
    """What it carries is old; receivers that tell it from live data must be told."""
    seen_until: SeenUntil | None = None
    pool: ConnectionPool[Any] | None = None
    """All contexts of one account hold the same one; `None` for somebody who is alone."""
    on_profile: Callable[[ServerProfile], None] | None = None
    """Told once what the server can do; `None`: nobody asks."""


def open_uplink(destination: Destination, context: UplinkContext) -> Uplink:
    """The uplink for a lane of a destination. Connects nothing yet, reads no secret yet.

    Raises:
        GatewayError: a library that the protocol needs is not installed.
    """
    uplink = _BUILDERS[destination.url.scheme](destination, context)
    if context.on_profile is None or not isinstance(uplink, Probed):
        return uplink
    return ProbingUplink(uplink, destination.name, context.on_profile)


def pools_of(destinations: Sequence[Destination], clock: Clock) -> dict[str, ConnectionPool[Any]]:
    """The connections of each destination, by its name. Those that log in to the same account share theirs, for its
    server counts them together: as many as the most modest of them wants."""
    fewest: dict[tuple[object, ...], int] = {}
    for one in destinations:
        fewest[_account(one)] = min(one.most_connections, fewest.get(_account(one), one.most_connections))
    shared: dict[tuple[object, ...], ConnectionPool[Any]] = {
        account: ConnectionPool(most, clock) for account, most in fewest.items()
    }
    return {one.name: shared[_account(one)] for one in destinations}


def missing_extra(destination: Destination) -> str | None:
    """The extra of this package that the destination's protocol needs and that is not installed."""
    return "mqtt" if destination.url.scheme.carries_messages and find_spec("paho") is None else None


def open_online_signal(destination: Destination, context: UplinkContext) -> OnlineSignal | None:
    """What shows a destination that we are online; `None` where there is no way to show one, or it is not wanted."""
    if not destination.url.scheme.carries_messages or not destination.publication.status:
        return None
    broker = _broker(destination, context)
    from gateway.uplinks.mqtt.online_signal import MqttOnlineSignal

    topic = _topic(destination, destination.publication.status, context)
    return MqttOnlineSignal(
        broker=replace(broker, client_id=f"{broker.client_id}-status"), topic=topic, clock=SystemClock()
    )


def _account(destination: Destination) -> tuple[object, ...]:
    url = destination.url
    return url.scheme, url.host.lower(), url.port, url.user


def _sftp(destination: Destination, context: UplinkContext) -> Uplink:
    from gateway.uplinks.sftp.session import SftpServer
    from gateway.uplinks.sftp.ssh import SshAccount
    from gateway.uplinks.sftp.uplink import SftpUplink

    url = destination.url
    account = SshAccount(
        user=url.user,
        host_key=destination.host_key or "",
        password=destination.password.reveal if destination.password else None,
        private_key=destination.key.reveal if destination.key else None,
    )
    return SftpUplink(
        SftpServer(url.host, url.port, url.path, account),
        clock=SystemClock(),
        pool=context.pool or ConnectionPool(destination.most_connections, SystemClock()),
        urgent=not context.historical,
        publishing=destination.publish,
    )


def _ftp(tls: str, destination: Destination, context: UplinkContext) -> Uplink:
    from gateway.uplinks.ftp.login import FtpServer, Tls
    from gateway.uplinks.ftp.uplink import FtpUplink

    url = destination.url
    if destination.password is None:
        raise ValueError(f"{destination.name} has no password")  # the configuration demands one
    return FtpUplink(
        FtpServer(
            url.host,
            url.port,
            url.path,
            url.user,
            destination.password.reveal,
            Tls[tls],
            destination.ca,
            context.seen_until,
            destination.passive,
        ),
        clock=SystemClock(),
        pool=context.pool or ConnectionPool(destination.most_connections, SystemClock()),
        urgent=not context.historical,
        publishing=destination.publish,
    )


def _mqtt(destination: Destination, context: UplinkContext) -> Uplink:
    broker = _broker(destination, context)
    from gateway.uplinks.mqtt.uplink import MqttUplink, Publication

    options = destination.publication
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


def _broker(destination: Destination, context: UplinkContext) -> Broker:
    try:
        from gateway.uplinks.mqtt.client import Broker, Version
    except ModuleNotFoundError as error:
        raise GatewayError(
            f"destination {destination.name}: {destination.url.scheme} needs the package paho-mqtt, which is not"
            " installed: pip install 'station-gateway[mqtt]'"
        ) from error
    if destination.password is None:
        raise ValueError(f"{destination.name} has no password")  # the configuration demands one
    options, url = destination.publication, destination.url
    return Broker(
        host=url.host,
        port=url.port,
        user=url.user,
        password=destination.password.reveal,
        client_id=options.client_id or f"{context.station}-{destination.name}",
        version=Version.V5 if options.version is MqttVersion.V5 else Version.V3_1_1,
        tls=url.scheme is Scheme.MQTTS,
        ca=destination.ca,
        seen_until=context.seen_until,
    )


def _topic(destination: Destination, pattern: str, context: UplinkContext) -> str:
    base = destination.url.path.strip("/")
    return destination.publication.topic_of(pattern, base=base, station=context.station, lane=context.lane)


_BUILDERS: dict[Scheme, Callable[[Destination, UplinkContext], Uplink]] = {
    Scheme.SFTP: _sftp,
    Scheme.FTP: partial(_ftp, "NONE"),
    Scheme.FTPS: partial(_ftp, "EXPLICIT"),
    Scheme.FTPS_IMPLICIT: partial(_ftp, "IMPLICIT"),
    Scheme.MQTT: _mqtt,
    Scheme.MQTTS: _mqtt,
}
