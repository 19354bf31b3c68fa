"""The journal's daily digest, and who brings it to the destinations, built from the configuration."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from gateway.app import settings
from gateway.audit.daily_digest import DailyDigest
from gateway.config import Configuration, Destination
from gateway.core.interfaces import Clock, ClockTrust
from gateway.db import Database
from gateway.journal.key import JournalKey
from gateway.outbox.digest_courier import DigestCourier
from gateway.outbox.digest_deliveries import DigestDeliveries
from gateway.outbox.login_breaker import LoginBreaker
from gateway.uplinks.context import UplinkContext
from gateway.uplinks.manners import Manners
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.registry import open_uplink


def daily_digest(
    configuration: Configuration, database: Database, key: JournalKey | None, notify: Callable[[], None]
) -> list[DailyDigest]:
    """None without a key: the days that pass are made up for once there is one."""
    return [] if key is None else [DailyDigest(database, key, settings.digest_rules(configuration), notify)]


def digest_couriers(
    configuration: Configuration,
    destination: Destination,
    pool: ConnectionPool[Any],
    manners: Manners,
    breaker: LoginBreaker,
    database: Database,
    clock: Clock,
    trust: ClockTrust,
) -> Iterator[DigestCourier]:
    """One, if the destination gets digests."""
    if destination.name in settings.digest_recipients(configuration):
        context = UplinkContext(configuration.station.code, "digest", historical=True, pool=pool, manners=manners)
        route = settings.route(configuration, destination)
        uplink = open_uplink(destination, context)
        yield DigestCourier(route, uplink, DigestDeliveries(database), breaker, clock, trust, random.random)
