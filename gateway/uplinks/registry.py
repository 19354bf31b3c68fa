"""From a configured destination to the uplink that serves one of its lanes, and to the signal that shows the station
online there.

A new protocol is one line in the table, and a folder with an `opening`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final

from gateway.config import Destination, Scheme
from gateway.config.file.form_error import FormError
from gateway.config.secrets import Secret
from gateway.core.errors import GatewayError
from gateway.core.interfaces import Clock, OnlineSignal, TellsTime, Uplink
from gateway.core.order_uplink import OrderUplink
from gateway.core.phrase import Phrase
from gateway.core.profile import Probed
from gateway.uplinks.context import UplinkContext
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.probing import ProbingUplink

FOLDERS: Final = {
    Scheme.SFTP: "sftp",
    Scheme.FTP: "ftp",
    Scheme.FTPS: "ftp",
    Scheme.FTPS_IMPLICIT: "ftp",
    Scheme.WS: "mqtt",
    Scheme.WSS: "mqtt",
    Scheme.MQTT: "mqtt",
    Scheme.MQTTS: "mqtt",
}
"""By name, and imported when used: paramiko is 25 MB that a station with FTPS only does not need. The module `opening`
in each has `open_uplink(destination, context) -> Uplink`."""

_OF_ORDERS = ("httpx", "jsonschema", "rfc8785")


def open_uplink(destination: Destination, context: UplinkContext) -> Uplink:
    """The uplink for a lane of a destination. Connects nothing yet, reads no secret yet.

    Raises:
        GatewayError: a library that the protocol needs is not installed.
    """
    uplink: Uplink = _opening(destination).open_uplink(destination, context)
    if context.on_profile is None or not isinstance(uplink, Probed) or not isinstance(uplink, TellsTime):
        return uplink
    return ProbingUplink(uplink, destination.name, context.on_profile)


def open_order_uplink(
    destination: Destination, context: UplinkContext, watch: Callable[[Any], None] | None = None
) -> OrderUplink:
    """The way for transport orders. Connects nothing yet, reads no secret yet. `watch` is told of each exchange
    (`gateway.uplinks.https.transport.SeenExchange`).

    Raises:
        GatewayError: httpx is not installed.
    """
    try:
        opening = import_module("gateway.uplinks.https.opening")
    except ModuleNotFoundError as error:
        raise GatewayError(
            Phrase(
                "destination {name}: transport orders need the package httpx, which is not installed: pip "
                "install 'station-gateway[orders]'",
                name=destination.name,
            )
        ) from error
    uplink: OrderUplink = opening.open_order_uplink(destination, context, watch)
    return uplink


def open_online_signal(destination: Destination, context: UplinkContext) -> OnlineSignal | None:
    """What shows a destination that we are online; `None` where there is no way to show it, or it is not wanted."""
    if not destination.url.scheme.carries_messages:
        return None
    signal: OnlineSignal | None = _opening(destination).open_online_signal(destination, context)
    return signal


def pools_of(destinations: Sequence[Destination], clock: Clock) -> dict[str, ConnectionPool[Any]]:
    """The connections of each destination, by its name. Those that log in to the same account share theirs, for its
    server counts them together: as many as the most modest of them wants."""
    fewest: dict[tuple[object, ...], int] = {}
    for one in destinations:
        fewest[one.account] = min(one.most_connections, fewest.get(one.account, one.most_connections))
    shared: dict[tuple[object, ...], ConnectionPool[Any]] = {
        account: ConnectionPool(most, clock) for account, most in fewest.items()
    }
    return {one.name: shared[one.account] for one in destinations}


def login_of(destination: Destination) -> tuple[object, ...]:
    """What is the same for all destinations that one answer to a log-in concerns: the account, and by what each side is
    known to the other. Another password, or another pin, may be the right one."""
    one = destination
    proofs = (one.host_key, one.certificate, one.ca, one.legacy, one.client)
    return *one.account, _secret(one.password), _secret(one.key), *proofs


def _secret(secret: Secret | None) -> object:
    """What tells two of them apart: two files may hold the same password."""
    if secret is None:
        return None
    try:
        return hashlib.sha256(secret.read().encode()).digest()
    except FormError:
        return secret


def missing_extra(destination: Destination) -> str | None:
    """The extra of this package that the destination's protocol needs and that is not installed."""
    if destination.takes_orders:
        return None if all(map(find_spec, _OF_ORDERS)) else "orders"
    return "mqtt" if destination.url.scheme.carries_messages and find_spec("paho") is None else None


def _opening(destination: Destination) -> ModuleType:
    scheme = destination.url.scheme
    try:
        return import_module(f"gateway.uplinks.{FOLDERS[scheme]}.opening")
    except ModuleNotFoundError as error:
        if not scheme.carries_messages:
            raise
        raise GatewayError(
            Phrase(
                "destination {name}: {scheme} needs the package paho-mqtt, which is not installed: pip install "
                "'station-gateway[mqtt]'",
                name=destination.name,
                scheme=scheme,
            )
        ) from error
