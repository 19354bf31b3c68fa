"""Everybody who works as one configuration says, and who of them another configuration concerns. Whoever it does not
concern stays the same worker, with its thread, its connections and its rhythm.

Nothing is started or ended here: see `gateway.app.daemon`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import time
from typing import TypeVar

from gateway.app import settings
from gateway.app.act_wiring import acts_at_the_page
from gateway.app.alert_wiring import alert_workers
from gateway.app.barred_destinations import tell_barred
from gateway.app.calibration_wiring import calibration_sequences
from gateway.app.clerk_wiring import BesideTheClerk, build_clerk
from gateway.app.clock_wiring import trust_rules, witness_memory_s, witness_watch
from gateway.app.delivery_wiring import delivery_workers
from gateway.app.lasting import Lasting
from gateway.app.order_wiring import order_workers
from gateway.app.port_wiring import PortWatching, port_watching
from gateway.audit.inspection import Inspection
from gateway.calibrations.plan import sequence_plans
from gateway.calibrations.sequence import CalibrationSequence
from gateway.clock.witness_watch import WitnessWatch
from gateway.config import Configuration, SamplerSettings
from gateway.config.difference import ConfigurationDifference
from gateway.core.interfaces import Instant, Worker
from gateway.files.store import FileStore
from gateway.instruments.calibration_hold import CalibrationAccess
from gateway.instruments.poller import LinkPoller
from gateway.instruments.register_command import RegisterCommands
from gateway.outbox.in_flight import InFlight
from gateway.outbox.store import OutboxStore
from gateway.runtime.clerk import Clerk
from gateway.runtime.schedule import AlarmClock
from gateway.sampler.sampler import Sampler
from gateway.sampler.store import SampleStore

NIGHTLY = time(3, 10)
"""When the database is looked through, by the station's clocks: between two hours, when nothing else is due."""
_SEEN_BY_PORTS = ("links", "ports", "ports_policy")
_SEEN_BY_TELLERS = ("alerts", "station")
_SEEN_BY_ORDERS = ("orders", "destinations", "station")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Sampling:
    """The automatic sampler, its link, and how the clerk's thread speaks to the link's."""

    link: str
    commands: RegisterCommands
    sampler: Sampler


@dataclass(frozen=True, slots=True)
class _Calibrating:
    """One instrument's sequence, and how it speaks to the thread of the valves' link."""

    access: CalibrationAccess
    sequence: CalibrationSequence


class StationWorkers:
    """For one thread alone: the main one until the workers run, then whoever takes another configuration over."""

    def __init__(self, lasting: Lasting, tellers: list[Worker]) -> None:
        """`tellers`: those whom people hear from, built before the start was told in the journal."""
        self._lasting = lasting
        self._tellers = tellers
        self._inspection = Inspection(lasting.database)
        self._clock: list[Worker] = []
        self._pollers: dict[str, LinkPoller] = {}
        self._calibrating: dict[str, _Calibrating] = {}
        self._sampling: _Sampling | None = None
        self._deliverers: dict[str, list[Worker]] = {}
        self._in_flight = InFlight()
        self._orders: list[Worker] = []
        self._orders_in_flight = InFlight()
        self._ports = PortWatching()
        self._acts: list[Worker] = []
        self._measured_since_s = 0.0
        self.clerk: Clerk | None = None

    def begin(self, configuration: Configuration, now: Instant) -> list[Worker]:
        """All of them, for a run that begins.

        Raises:
            GatewayError: something that it needs is not installed.
        """
        self._ports = self._watching(configuration)
        return [self._inspection, *self._ports.workers, *self._tellers, *self._build(configuration, None, now)]

    def ended_by(self, difference: ConfigurationDifference) -> list[Worker]:
        """Those whom it concerns, but for the clerk: they are to be ended, and are forgotten here."""
        ended: list[Worker] = [*_taken(self._pollers, difference.links), *self._acts]
        for workers in _taken(self._deliverers, difference.destinations):
            ended += workers
        _taken(self._calibrating, self.calibrated_over(difference.links))
        if self._sampling is not None and (self._sampling.link in difference.links or difference.touches("sampler")):
            self._sampling = None
        if difference.touches(*_SEEN_BY_PORTS):
            ended += self._ports.workers
        if self._concerns_orders(difference):
            ended += self._orders
        if difference.touches(*_SEEN_BY_TELLERS):
            ended += self._tellers
        if difference.touches("clock"):
            ended += self._clock
            self._clock = []
        return ended

    def _concerns_orders(self, difference: ConfigurationDifference) -> bool:
        """Or the road administration's server, which rejects us, is to be asked once more."""
        carried_to = {one.name.partition("/")[0] for one in self._orders}
        return difference.touches(*_SEEN_BY_ORDERS) or not carried_to.isdisjoint(difference.destinations)

    def calibrated_over(self, links: Collection[str]) -> list[str]:
        """The instruments whose valves are told over one of these links."""
        return [name for name, one in self._calibrating.items() if one.access.valve_link in links]

    def renew(self, configuration: Configuration, difference: ConfigurationDifference, now: Instant) -> list[Worker]:
        """Those that take the place of the ended ones, and of the clerk. To be called when all of them have ended.

        Raises:
            GatewayError: something that it needs is not installed.
        """
        lasting = self._lasting
        new: list[Worker] = []
        lasting.trust.obey(trust_rules(configuration), witness_memory_s(configuration))
        lasting.recorder.measure(settings.poll_periods_ms(configuration), configuration.aggregations)
        if difference.touches(*_SEEN_BY_PORTS):
            self._ports = self._watching(configuration)
            new += self._ports.workers
        if difference.touches(*_SEEN_BY_TELLERS):
            self._tellers = alert_workers(configuration, lasting.database, lasting.clock)
            new += self._tellers
        return [*new, *self._build(configuration, difference, now)]

    def _build(
        self, configuration: Configuration, difference: ConfigurationDifference | None, now: Instant
    ) -> list[Worker]:
        """What is always built anew, and what is missing. `difference`: `None` at the beginning of a run."""
        lasting = self._lasting
        new: list[Worker] = []
        if not self._clock:
            self._clock = self._asking_for_the_time(configuration)
            new += self._clock
        if difference is None or difference.is_measured_otherwise:
            self._measured_since_s = now.mono_s
        new += self._measuring(configuration, None if difference is None else difference.links, now)
        files, outbox = FileStore(lasting.database), OutboxStore(lasting.database)
        delivering = delivery_workers(
            configuration,
            outbox,
            files,
            lasting.board,
            lasting.database,
            lasting.clock,
            lasting.trust,
            self._in_flight,
            None if difference is None else difference.destinations,
        )
        self._deliverers |= delivering
        if difference is None or self._concerns_orders(difference):
            self._orders = order_workers(
                configuration,
                lasting.database,
                lasting.board,
                lasting.clock,
                lasting.trust,
                lasting.wake,
                self._orders_in_flight,
            )
            new += self._orders
        tell_barred(configuration, settings.watched_destinations(configuration), lasting.board, now.wall_ms)
        self._acts = acts_at_the_page(configuration, lasting.database, lasting.clock)
        self.clerk = self._clerk(configuration)
        return [*new, self.clerk, *(one for workers in delivering.values() for one in workers), *self._acts]

    def _measuring(self, configuration: Configuration, links: Collection[str] | None, now: Instant) -> list[LinkPoller]:
        """Pollers of these links, by default of all; and the sequences and the sampler that are told over them."""
        lasting = self._lasting
        plans = sequence_plans(configuration)
        fresh = {
            one.instrument: CalibrationAccess(one.link) for one in plans if one.instrument not in self._calibrating
        }
        for name, sequence in calibration_sequences(
            plans, fresh, lasting.database, lasting.calibrations, lasting.trust, now.wall_ms
        ).items():
            self._calibrating[name] = _Calibrating(fresh[name], sequence)
        if configuration.sampler is not None and self._sampling is None:
            commands = RegisterCommands()
            self._sampling = _Sampling(
                configuration.sampler.link, commands, self._sampler(configuration.sampler, commands)
            )
        if not configuration.links:
            return []
        from gateway.instruments.registry import build_pollers  # and every protocol with it

        pollers = build_pollers(
            configuration,
            lasting.clock,
            lasting.recorder,
            lasting.board,
            None if self._sampling is None else self._sampling.commands,
            {name: one.access for name, one in self._calibrating.items()},
            lasting.profiles,
            links,
        )
        self._pollers |= {one.link: one for one in pollers}
        return list(pollers)

    def _sampler(self, sampler: SamplerSettings, commands: RegisterCommands) -> Sampler:
        from gateway.instruments.sampler_command import sampler_command

        pause_ms = settings.sampling_pause_ms(sampler)
        return Sampler(
            SampleStore(self._lasting.database), commands, sampler_command(sampler), pause_ms, self._lasting.clock
        )

    def _watching(self, configuration: Configuration) -> PortWatching:
        return port_watching(configuration, self._lasting.database, self._lasting.board, self._lasting.clock)

    def _asking_for_the_time(self, configuration: Configuration) -> list[Worker]:
        """Who asks the witnesses, and the alarm clock, which calls them and the nightly look."""
        lasting = self._lasting
        watch = witness_watch(configuration, lasting.trust, lasting.clock_store, lasting.run, lasting.clock)

        def waking(worker: WitnessWatch | Inspection) -> Callable[[], None]:
            def ring() -> None:
                worker.ring()
                lasting.wake(worker.name)

            return ring

        alarm = AlarmClock()
        alarm.every("ask for the time", configuration.clock.check_every.total_seconds(), waking(watch))
        alarm.daily("look through the database", NIGHTLY, configuration.station.zone, waking(self._inspection))
        return [watch, alarm]

    def _clerk(self, configuration: Configuration) -> Clerk:
        beside = BesideTheClerk(
            [*self._pollers.values()],
            [one.sequence for one in self._calibrating.values()],
            [] if self._sampling is None else [self._sampling.sampler],
            self._ports.stages,
            self._measured_since_s,
        )
        return build_clerk(configuration, self._lasting, beside)


def _taken(known: dict[str, T], names: Iterable[str]) -> list[T]:
    """Those of these names, which are no longer among the known ones."""
    return [known.pop(name) for name in names if name in known]
