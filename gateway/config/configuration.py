"""The whole configuration, as everything else in the gateway sees it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from gateway.config.alerts.target import TellerSettings
from gateway.config.box import BoxSettings
from gateway.config.builtin_tables.catalogue import canonical
from gateway.config.cameras.cameras import CamerasSettings
from gateway.config.clock import ClockSettings
from gateway.config.derivation import aggregations_of, derivation_of
from gateway.config.destinations.destination import Destination
from gateway.config.equipment import EquipmentSettings
from gateway.config.finding_rules import finding_rules_of
from gateway.config.fingerprint import fingerprint_of
from gateway.config.handover import HandoverSettings
from gateway.config.instruments.instrument import Instrument
from gateway.config.journal import JournalSettings
from gateway.config.links.link import Link
from gateway.config.metrics import MetricsSettings
from gateway.config.orders.orders import OrdersSettings
from gateway.config.parameters.computed import ComputedSettings
from gateway.config.parameters.sent_line import SentLine
from gateway.config.ports.port import PortSettings
from gateway.config.ports.watching import PortsPolicy
from gateway.config.profiles.in_force import SHIPPED, ProfileInForce
from gateway.config.reporting import Reporting
from gateway.config.sampler import SamplerSettings
from gateway.config.section import Name, Section, not_empty
from gateway.config.source import ConfigurationSource
from gateway.config.standards.in_force import TableInForce
from gateway.config.station import Station
from gateway.config.storage import Storage
from gateway.config.web import WebSettings
from gateway.core.derivation import Derivation
from gateway.core.errors import Problem
from gateway.core.findings import FindingRules
from gateway.core.phrase import Phrase
from gateway.core.reading import Parameter
from gateway.core.record import Aggregation
from gateway.core.validity import Validity


class Sections(Section):
    """What stands in the file."""

    station: Station = Field(description=Phrase("the section that says which station this is"))
    storage: Storage = Storage()
    reporting: Reporting = Reporting()
    clock: ClockSettings = ClockSettings()
    links: Mapping[Name, Link] = {}
    instruments: Annotated[tuple[Instrument, ...], AfterValidator(not_empty)] = ()
    """Neither of them is empty but at a coach station: see `gateway.config.checks.orders`."""
    computed: tuple[ComputedSettings, ...] = ()
    destinations: tuple[Destination, ...] = ()
    orders: OrdersSettings | None = None
    """`None`: no transport orders are taken."""
    sampler: SamplerSettings | None = None
    cameras: CamerasSettings | None = None
    ports: tuple[PortSettings, ...] | None = None
    """`None`: nobody declared any, and none is watched."""
    ports_policy: PortsPolicy = PortsPolicy()
    journal: JournalSettings = JournalSettings()
    box: BoxSettings = BoxSettings()
    handover: HandoverSettings = HandoverSettings()
    equipment: Annotated[tuple[EquipmentSettings, ...], AfterValidator(not_empty)] = ()
    web: WebSettings | None = None
    metrics: MetricsSettings | None = None
    """`None`: there is no page."""
    alerts: Annotated[tuple[TellerSettings, ...], AfterValidator(not_empty)] = ()

    @property
    def sent(self) -> tuple[SentLine, ...]:
        """Every line of the file, in order."""
        return (*(measured for instrument in self.instruments for measured in instrument.parameters), *self.computed)

    @property
    def active_destinations(self) -> tuple[Destination, ...]:
        """Those that get files: all but the ones for specially monitored sources, unless this is one, and but for the
        road administration's."""
        return tuple(
            d
            for d in self.destinations
            if not d.takes_orders and (self.station.special_monitoring or not d.only_if_special)
        )

    @property
    def order_destination(self) -> Destination | None:
        """The road administration's server, which gets the transport orders; there is one at the most."""
        return next((one for one in self.destinations if one.takes_orders), None)

    def measured_by(self, equipment: EquipmentSettings) -> tuple[SentLine, ...]:
        """The lines that this device measures, in the file's order; none where it does not say what it measures."""
        named = None if equipment.measures is None else {*equipment.measures, *map(canonical, equipment.measures)}
        if equipment.instrument is None:
            return tuple(line for line in self.sent if named is not None and line.line in named)
        return tuple(
            line
            for instrument in self.instruments
            if instrument.name == equipment.instrument
            for line in instrument.parameters
            if named is None or line.line in named
        )

    @field_validator("destinations")
    @classmethod
    def _know_the_interval(
        cls, destinations: tuple[Destination, ...], siblings: ValidationInfo[Any]
    ) -> tuple[Destination, ...]:
        reporting = siblings.data.get("reporting")
        if reporting is None:
            return destinations
        return tuple(
            destination.model_copy(update={"interval": reporting.slot}) if destination.interval is None else destination
            for destination in destinations
        )


class Configuration(Sections):
    """What stood in the file, where it stood, and what is allowed in it but odd."""

    file: Path
    warnings: tuple[Problem, ...] = ()
    profiles: tuple[ProfileInForce, ...] = ()
    """What instruments took of what they are."""
    standards: tuple[TableInForce, ...] = ()
    """The integrator's own tables that limits are taken from."""
    instead: tuple[Problem, ...] = ()
    """At a start: which of these files cannot be used and are in force as they were before, and why."""
    source: ConfigurationSource = ConfigurationSource("", "{}")
    """The file's hash and what it says, to be told when it is another one."""

    @property
    def taken(self) -> tuple[ProfileInForce | TableInForce, ...]:
        """The files beside its own that it takes something from."""
        return (*self.profiles, *self.standards)

    @property
    def own(self) -> tuple[ProfileInForce | TableInForce, ...]:
        """Those of them that an integrator put beside it."""
        return (*(one for one in self.profiles if one.source != SHIPPED), *self.standards)

    @cached_property
    def derivation(self) -> Derivation:
        """What is done to the averages of a slot before they are sent."""
        return derivation_of(self.instruments, self.computed)

    @cached_property
    def finding_rules(self) -> FindingRules:
        """What the values are watched for."""
        return finding_rules_of(self.instruments, self.sent, self.reporting, self.station.zone)

    @cached_property
    def aggregations(self) -> Mapping[Parameter, Aggregation]:
        """How the values of what is measured become one, where it is not as suits the unit."""
        return aggregations_of(self.instruments)

    @cached_property
    def fingerprints(self) -> Mapping[str, str]:
        """Of each instrument as it is configured, with its link."""
        return {one.name: fingerprint_of(one, self.links[one.link]) for one in self.instruments}

    @property
    def validities(self) -> tuple[Validity, ...]:
        """Whatever of the equipment ends on a day, in the file's order."""
        return tuple(one for equipment in self.equipment for one in equipment.validities)
