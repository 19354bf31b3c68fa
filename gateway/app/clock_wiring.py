"""Who judges the clock, built from the configuration: the keeper of the trust, and the worker that asks witnesses."""

from __future__ import annotations

from collections.abc import Callable

from gateway.clock.kernel import adjtimex
from gateway.clock.rtc import RTC_CLASS
from gateway.clock.store import ClockStore, TrustChange
from gateway.clock.trust_keeper import TrustKeeper
from gateway.clock.witness_watch import WitnessWatch
from gateway.clock.witnesses import Witnesses
from gateway.config import Configuration, TrustPolicy
from gateway.core.clock_trust import Trust, TrustRules, resumed, unknown
from gateway.core.instants import milliseconds
from gateway.core.interfaces import Clock, Instant

LEAST_MEMORY_S = 600.0
"""How long a witness's word counts at least: three looks, and not less than a router needs to start again."""


def trust_rules(configuration: Configuration) -> TrustRules:
    """What the configuration asks of the clock."""
    clock = configuration.clock
    return TrustRules(
        milliseconds(clock.max_offset),
        milliseconds(configuration.reporting.grace),
        clock.trust is TrustPolicy.ASSUME,
        clock.give_up.total_seconds(),
    )


def witness_memory_s(configuration: Configuration) -> float:
    """How long a witness's word counts."""
    return max(LEAST_MEMORY_S, 3 * configuration.clock.check_every.total_seconds())


def witnesses_of(configuration: Configuration, clock: Clock) -> Witnesses:
    """Everybody who can be asked without sending a file."""
    servers = {str(server): (server.host, server.port) for server in configuration.clock.servers}
    return Witnesses(clock, servers, trust_rules(configuration), adjtimex(), RTC_CLASS)


def trust_keeper(
    configuration: Configuration, store: ClockStore, boot_id: str, clock: Clock, on_change: Callable[[], object]
) -> TrustKeeper:
    """With what was thought of the clock since the machine was started."""
    now = clock.now()
    newest = store.newest()
    known = _resumed(newest, boot_id, now)
    return TrustKeeper(
        clock,
        trust_rules(configuration),
        boot_id,
        known or unknown(now),
        store.last_good_ms(),
        is_new=known is None,
        memory_s=witness_memory_s(configuration),
        on_change=on_change,
    )


def witness_watch(
    configuration: Configuration, keeper: TrustKeeper, store: ClockStore, run: int, clock: Clock
) -> WitnessWatch:
    every_s = configuration.clock.check_every.total_seconds()
    return WitnessWatch(keeper, witnesses_of(configuration, clock), store, run, clock, every_s)


def _resumed(newest: TrustChange | None, boot_id: str, now: Instant) -> Trust | None:
    """What was thought before, if the machine has run since. The clock of now is looked at by whoever keeps it."""
    if newest is None or newest.boot_id != boot_id or newest.at.mono_s > now.mono_s:
        return None
    return resumed(newest.state, newest.at, newest.reason, newest.offset_ms, newest.witness, now)
