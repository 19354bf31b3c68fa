"""Who carries files to the destinations: a courier for each lane, the online status, the digests' courier.

What a server counts or learns by account is shared by all who log in to it: connections, manners, log-in tries.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.app import settings
from gateway.app.digest_wiring import digest_couriers
from gateway.audit.certificates import CertificateWatch
from gateway.config import Configuration, Destination
from gateway.core.interfaces import Clock, ClockTrust, Instant, StateBoard, Worker
from gateway.core.publishing import Proof
from gateway.db import Database
from gateway.files.store import FileStore
from gateway.outbox.acceptances import accept_answers
from gateway.outbox.courier import Courier
from gateway.outbox.in_flight import InFlight
from gateway.outbox.lanes import Lane
from gateway.outbox.login_breaker import LoginBreaker, open_until_s
from gateway.outbox.login_turns import LoginTurns
from gateway.outbox.online_status import OnlineStatus
from gateway.outbox.outages import rejected_ms, rejected_since_ms
from gateway.outbox.server_manners import manners_of
from gateway.outbox.server_profiles import profile_recorder
from gateway.outbox.store import OutboxStore
from gateway.uplinks.context import UplinkContext
from gateway.uplinks.manners import Manners
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.registry import login_of, open_online_signal, open_uplink, pools_of


@dataclass(frozen=True, slots=True)
class SharedAccount:
    """What all destinations that log in to the same account share, and of the breaker its turns."""

    pool: ConnectionPool[Any]
    breaker: LoginBreaker
    manners: Manners


def delivery_workers(
    configuration: Configuration,
    outbox: OutboxStore,
    files: FileStore,
    board: StateBoard,
    database: Database,
    clock: Clock,
    trust: ClockTrust,
    in_flight: InFlight,
    wanted: Collection[str] | None = None,
) -> dict[str, list[Worker]]:
    """Those of every active destination, by its name; of those `wanted` alone, if they are named: all that log in to
    one account, or none of them. `in_flight`: the run's, so that a courier that has not ended yet when another one
    begins in its place goes on having for itself what it carries."""
    active = [one for one in configuration.active_destinations if wanted is None or one.name in wanted]
    for destination in active:
        if destination.proof is Proof.ANSWER:
            accept_answers(database, destination.name, clock.now().wall_ms)
    accounts = shared_accounts(configuration, active, outbox, database, clock)
    return {
        destination.name: list(
            _workers(
                configuration,
                destination,
                accounts[destination.name],
                outbox,
                files,
                board,
                database,
                clock,
                trust,
                in_flight,
            )
        )
        for destination in active
    }


def shared_accounts(
    configuration: Configuration,
    destinations: Sequence[Destination],
    outbox: OutboxStore,
    database: Database,
    clock: Clock,
) -> dict[str, SharedAccount]:
    """By the destinations' names. An account that rejected an earlier run for one of them did so for all, unless it has
    taken something for another one since: then it is about what that one may do."""
    pools, manners = pools_of(destinations, clock), manners_of(database, destinations, clock)
    now, logins = clock.now(), {one.name: login_of(one) for one in destinations}
    open_s, closed_s = {}, dict[tuple[object, ...], float]()
    for one in destinations:
        name, login = one.name, logins[one.name]
        changed_ms = settings.changed_ms(configuration.file, one)
        open_s[name] = until_s = open_until_s(rejected_ms(database, name), changed_ms, now)
        others = [other for other, theirs in logins.items() if theirs == login and other != name]
        if until_s is not None and not _has_taken(others, rejected_since_ms(database, name), outbox, now):
            closed_s[login] = max(until_s, closed_s.get(login, until_s))
    turns = {login: LoginTurns(closed_s.get(login)) for login in logins.values()}
    return {
        name: SharedAccount(pools[name], LoginBreaker(open_s[name], turns[login], name), manners[name])
        for name, login in logins.items()
    }


def _has_taken(names: Sequence[str], since_ms: int | None, outbox: OutboxStore, now: Instant) -> bool:
    """Whether something has arrived at one of these destinations since then."""
    arrived = [outbox.counts(name, now.wall_ms).last_delivered_ms for name in names]
    return since_ms is not None and any(at_ms is not None and at_ms >= since_ms for at_ms in arrived)


def _workers(
    configuration: Configuration,
    destination: Destination,
    account: SharedAccount,
    outbox: OutboxStore,
    files: FileStore,
    board: StateBoard,
    database: Database,
    clock: Clock,
    trust: ClockTrust,
    in_flight: InFlight,
) -> Iterator[Worker]:
    """A courier for each lane, and the online status where the destination can show one."""
    ours = None if destination.client is None else destination.client.certificate.place
    watch = CertificateWatch(destination.name, board, clock, is_pinned=destination.certificate is not None, ours=ours)
    for lane in Lane:
        context = UplinkContext(
            configuration.station.code,
            lane.value,
            lane is Lane.BACKLOG,
            watch.seen_until,
            account.pool,
            profile_recorder(database, destination.name, clock) if lane is Lane.LIVE else None,
            account.manners,
        )
        yield Courier(
            settings.route(configuration, destination),
            lane,
            open_uplink(destination, context),
            outbox,
            files,
            in_flight,
            account.breaker,
            board,
            clock,
            trust,
            random.random,
        )
        signal = open_online_signal(destination, context) if lane is Lane.LIVE else None
        if signal is not None:
            yield OnlineStatus(destination.name, signal, account.breaker, clock, trust, random.random)
    yield from digest_couriers(
        configuration, destination, account.pool, account.manners, account.breaker, database, clock, trust
    )
