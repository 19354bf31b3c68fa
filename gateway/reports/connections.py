"""Whom this configuration lets the box talk to, and who may come to it: what a firewall has to let through.

Pure over the configuration: nothing is asked, and no name is looked up. What only a person does by a command (a
camera's clock) is listed too, for it fails behind the same firewall.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, Literal

from gateway.config import Configuration
from gateway.config.alerts.mail import MailTargetSettings
from gateway.config.alerts.webhook import WebhookSettings, WebhookUrl
from gateway.config.cameras.camera import Transport
from gateway.config.links.ends import TcpEnd
from gateway.config.listen import ListenAddress
from gateway.core.ports import PortKind, PortState

ANY_HIGH_PORT = (1024, 65535)
"""What an FTP server may name for a data connection, unless it says less (RFC 959, 4.1.2)."""
OWN_PORTS = (32768, 60999)
"""What Linux gives to whoever takes any (net.ipv4.ip_local_port_range)."""
RTP_PORTS = (5000, 65000)
"""On which FFmpeg takes a camera's packets by UDP (rtsp: min_port, max_port)."""
_DNS_PORT = 53
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - where others come in, not where something is bound


class Direction(StrEnum):
    OUT = "out"
    IN = "in"


class Reach(StrEnum):
    """How far away the other end is, as its address says."""

    MACHINE = "machine"
    PRIVATE = "private"
    PUBLIC = "public"
    UNKNOWN = "unknown"
    """A name: nobody looks it up here."""


class Purpose(StrEnum):
    DESTINATION = "destination"
    DESTINATION_DATA = "destination_data"
    TIME = "time"
    ALERT = "alert"
    NAMES = "names"
    LINK = "link"
    CAMERA = "camera"
    CAMERA_VIDEO = "camera_video"
    CAMERA_CLOCK = "camera_clock"
    NEIGHBOUR = "neighbour"
    SWITCH = "switch"
    RELAY = "relay"
    PAGE = "page"
    METRICS = "metrics"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class FirewallConnection:
    """`host`: the other end's of what goes out, our own address of what comes in; None: it stands elsewhere (a secret,
    the system's name server). `ports`: first and last, both included. `protocol`: what is spoken on top. `of`: the
    entry of the configuration. `sources`: who may come in; empty: whoever reaches it."""

    direction: Direction
    purpose: Purpose
    of: str
    host: str | None
    transport: Literal["tcp", "udp"]
    ports: tuple[int, int] | None
    protocol: str
    sources: tuple[str, ...] = ()

    @property
    def reach(self) -> Reach:
        """Of what listens: who can reach it by that address."""
        return Reach.UNKNOWN if self.host is None else _reach(self.host)


def connections(configuration: Configuration) -> tuple[FirewallConnection, ...]:
    """Outgoing ones first, those that leave the station before those that stay in it."""
    out = [*_destinations(configuration), *_around(configuration), *_inside(configuration)]
    if any(one.host is not None and one.reach is Reach.UNKNOWN for one in out):
        out.append(FirewallConnection(Direction.OUT, Purpose.NAMES, "", None, "udp", (_DNS_PORT, _DNS_PORT), "dns"))
    ours = [*_listeners(configuration)]
    coming = [*(one for one in out if one.direction is Direction.IN), *ours, *_declared(configuration, ours)]
    return (*(one for one in out if one.direction is Direction.OUT), *coming)


def _reach(host: str) -> Reach:
    if host.lower() == "localhost":
        return Reach.MACHINE
    try:
        address = ip_address(host)
    except ValueError:
        return Reach.UNKNOWN
    if address.is_loopback:
        return Reach.MACHINE
    return Reach.PRIVATE if address.is_private or address.is_link_local else Reach.PUBLIC


def _out(
    purpose: Purpose,
    of: str,
    host: str | None,
    port: int | None,
    protocol: str,
    transport: Literal["tcp", "udp"] = "tcp",
) -> FirewallConnection:
    return FirewallConnection(
        Direction.OUT, purpose, of, host, transport, None if port is None else (port, port), protocol
    )


def _destinations(configuration: Configuration) -> Iterator[FirewallConnection]:
    for one in configuration.active_destinations:
        url = one.url
        yield _out(Purpose.DESTINATION, one.name, url.host, url.port, str(url.scheme))
        if url.scheme.traits.has_data_connections:
            data, scheme = Purpose.DESTINATION_DATA, str(url.scheme)
            if one.passive:
                yield FirewallConnection(Direction.OUT, data, one.name, url.host, "tcp", ANY_HIGH_PORT, scheme)
            else:
                yield FirewallConnection(
                    Direction.IN, data, one.name, _EVERYWHERE, "tcp", OWN_PORTS, scheme, (url.host,)
                )


def _around(configuration: Configuration) -> Iterator[FirewallConnection]:
    """Time and alerts."""
    for server in configuration.clock.servers:
        yield _out(Purpose.TIME, str(server), server.host, server.port, "ntp", "udp")
    for target in configuration.alerts:
        if isinstance(target, WebhookSettings):
            url = target.webhook
            known = isinstance(url, WebhookUrl)
            protocol = "http" if isinstance(url, WebhookUrl) and not url.is_encrypted else "https"
            host, port = (url.host, url.port) if isinstance(url, WebhookUrl) else (None, None)
            yield _out(Purpose.ALERT, target.name or (target.place if known else "webhook"), host, port, protocol)
        elif isinstance(target, MailTargetSettings):
            mail = target.mail
            yield _out(Purpose.ALERT, target.name or target.place, mail.server.host, mail.port, "smtp")


def _inside(configuration: Configuration) -> Iterator[FirewallConnection]:
    """Instruments, cameras, and the neighbours whose ports are looked at."""
    held = set()
    for name, link in configuration.links.items():
        if isinstance(link, TcpEnd):
            held.add((link.host, link.port))
            yield _out(Purpose.LINK, name, link.host, link.port, link.type)
    for camera in configuration.cameras.list if configuration.cameras is not None else ():
        yield _out(Purpose.CAMERA, camera.name, camera.url.host, camera.url.port, "rtsp")
        if camera.transport is Transport.UDP:
            source = (camera.url.host,)
            yield FirewallConnection(
                Direction.IN,
                Purpose.CAMERA_VIDEO,
                camera.name,
                _EVERYWHERE,
                "udp",
                RTP_PORTS,
                "rtp",
                source,
            )
        device = camera.device_url
        yield _out(Purpose.CAMERA_CLOCK, camera.name, device.host, device.port, device.scheme)
    for port in configuration.ports or ():
        if port.id.kind is PortKind.DOOR:
            host, _, number = port.id.place.rpartition(":")
            door = (host.strip("[]"), int(number))
            if door not in held:
                yield _out(Purpose.NEIGHBOUR, port.of or str(port.id), *door, "tcp")
    for switch in configuration.ports_policy.snmp:
        yield _out(Purpose.SWITCH, switch.host, switch.host, switch.port, "snmp", "udp")


def _listeners(configuration: Configuration) -> Iterator[FirewallConnection]:
    """What our own processes listen at."""
    relay = None if configuration.cameras is None else configuration.cameras.relay
    if relay is not None:
        protocol = "rtsp" if relay.certificate is None else "rtsps"
        yield _listens(configuration, Purpose.RELAY, relay.listen, protocol)
    web, metrics = configuration.web, configuration.metrics
    if web is not None:
        yield _listens(configuration, Purpose.PAGE, web.listen, "https" if web.is_encrypted else "http")
    if metrics is not None:
        yield _listens(configuration, Purpose.METRICS, metrics.listen, "https" if metrics.is_encrypted else "http")


def _listens(configuration: Configuration, purpose: Purpose, at: ListenAddress, protocol: str) -> FirewallConnection:
    place = f"tcp:{at.port}"
    ports = configuration.ports or ()
    declared = [one for one in ports if one.id.kind is PortKind.LISTEN and one.id.place == place]
    sources = tuple(str(network) for one in declared for network in one.sources)
    return FirewallConnection(Direction.IN, purpose, str(at), at.host, "tcp", (at.port, at.port), protocol, sources)


def _declared(configuration: Configuration, ours: list[FirewallConnection]) -> Iterator[FirewallConnection]:
    """Doors of the box that the configuration says are used, and that are not ours."""
    taken = {(one.transport, one.ports) for one in ours}
    for port in configuration.ports or ():
        if port.id.kind is not PortKind.LISTEN or port.state is not PortState.USED:
            continue
        word, _, number = port.id.place.partition(":")
        transport: Literal["tcp", "udp"] = "udp" if word == "udp" else "tcp"
        ports = (int(number), int(number))
        if (transport, ports) in taken:
            continue
        sources = tuple(map(str, port.sources))
        of = port.purpose or port.match or str(port.id)
        yield FirewallConnection(Direction.IN, Purpose.DECLARED, of, _EVERYWHERE, transport, ports, transport, sources)


def to_json(found: tuple[FirewallConnection, ...]) -> list[dict[str, Any]]:
    """Stable keys; `port_first` and `port_last` are null where nobody but a secret knows."""
    return [
        {
            "direction": one.direction.value,
            "purpose": one.purpose.value,
            "of": one.of or None,
            "host": one.host,
            "reach": one.reach.value,
            "transport": one.transport,
            "port_first": None if one.ports is None else one.ports[0],
            "port_last": None if one.ports is None else one.ports[1],
            "protocol": one.protocol,
            "from": list(one.sources),
        }
        for one in found
    ]
