"""Who watches ports, built from the configuration. What only the watch needs is loaded where one is declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.audit.events import EventStore
from gateway.config.ports.watching import Undeclared
from gateway.ports.lasting_violations import forget_violations
from gateway.ports.look_age import LookAge

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.interfaces import Clock, Worker
    from gateway.core.ports import PortLook, Violation
    from gateway.db import Database
    from gateway.db.board import Board
    from gateway.ports.inventory.inventory import Inventory

THE_BOX = Path("/")


@dataclass(frozen=True, slots=True)
class PortWatching:
    """Who looks, and the clerk's stages that look after them."""

    workers: Sequence[Worker] = ()
    stages: Sequence[LookAge] = ()


def port_watching(configuration: Configuration, database: Database, board: Board, clock: Clock) -> PortWatching:
    """Nobody, where no port is declared: what lasted then ended when it was last seen."""
    events = EventStore(database)
    if configuration.ports is None:
        forget_violations(events, clock.now().wall_ms)
        return PortWatching()
    from gateway.app.neighbour_wiring import neighbour_watches
    from gateway.ports.kept_ports import KeptPorts
    from gateway.ports.kernel_news import KernelNews, NoNews
    from gateway.ports.neighbours.neighbour_ports import NeighbourPorts
    from gateway.ports.policy.act_log import journal_acts
    from gateway.ports.policy.drift import PolicyDrift
    from gateway.ports.port_watch import PortWatch, WatchSettings
    from gateway.ports.seen_ports import SeenPorts
    from gateway.runtime.clock import boot_id

    policy, declared = configuration.ports_policy, [one.declared for one in configuration.ports]
    neighbours = neighbour_watches(configuration, board, clock)
    watch = PortWatch(
        declared,
        inventory_of(configuration),
        NeighbourPorts(neighbours),
        PolicyDrift(policy.root, clock, boot_id(), lambda acts: journal_acts(database, acts, clock)),
        events,
        KeptPorts(SeenPorts(database)),
        board,
        lambda: KernelNews([one.id for one in declared]) if policy.root == THE_BOX else NoNews(),
        WatchSettings(policy.sweep_every.total_seconds(), policy.undeclared is Undeclared.VIOLATION),
    )
    return PortWatching([*neighbours, watch], [LookAge(watch, board)])


def inventory_of(configuration: Configuration) -> Inventory:
    """The box's own ports."""
    from gateway.ports.inventory.inventory import Inventory

    return Inventory(configuration.ports_policy.root, {one.id for one in configuration.ports or ()})


def looks_of(configuration: Configuration) -> tuple[list[PortLook], list[Violation]]:
    """One look at everything, now, and what is not closed as it was: for a command, without the daemon."""
    from gateway.app.neighbour_wiring import neighbours_now
    from gateway.ports.policy.drift import PolicyDrift
    from gateway.runtime.clock import SystemClock, boot_id

    drift = PolicyDrift(configuration.ports_policy.root, SystemClock(), boot_id())
    return [inventory_of(configuration).look(), neighbours_now(configuration)], drift.violations()
