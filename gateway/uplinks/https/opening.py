"""A configured destination → its way for transport orders."""

from __future__ import annotations

from collections.abc import Callable

from gateway.config import Destination
from gateway.config.orders.profile import OrdersProfile
from gateway.core.errors import DestinationRejected
from gateway.core.phrase import Phrase
from gateway.runtime.clock import SystemClock
from gateway.uplinks.context import UplinkContext
from gateway.uplinks.https.road_server import RoadProfile, RoadServer
from gateway.uplinks.https.transport import SeenExchange
from gateway.uplinks.https.uplink import HttpsUplink
from gateway.uplinks.tls_client import client_of


def open_order_uplink(
    destination: Destination, context: UplinkContext, watch: Callable[[SeenExchange], None] | None = None
) -> HttpsUplink:
    """See `registry.open_order_uplink`."""
    url, told = destination.url, destination.order_profile

    def password() -> str:
        if destination.password is None:
            raise DestinationRejected(Phrase("destination {name} has no password", name=destination.name))
        return destination.password.reveal()

    server = RoadServer(
        host=url.host,
        port=url.port,
        base=url.path,
        user=url.user,
        password=password,
        profile=road_profile(told),
        timeout_s=told.timeout.total_seconds(),
        source=told.source,
        ca=destination.ca,
        pins=destination.certificate or (),
        client=client_of(destination),
        seen_until=context.seen_until,
    )
    return HttpsUplink(server, SystemClock(), watch)


def road_profile(told: OrdersProfile) -> RoadProfile:
    login, submit = told.login, told.submit
    return RoadProfile(
        login_path=login.path,
        login_body=dict(login.body),
        token=login.token,
        expires=login.expires,
        submit_path=submit.path,
        orders=submit.list,
        results=submit.result,
        result_id=submit.result_id,
        result_code=submit.result_code,
        accepted=tuple(submit.accepted),
        authorization=told.header,
        headers=dict(told.headers),
    )
