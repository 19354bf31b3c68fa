"""What no section can know alone: names that stand twice, links that do not exist, periods that do not fit the slot.

Works on the plain values of the document, so that these faults come to light together with all others. A value that is
faulty in itself is passed over here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from gateway.config.checks.calibrations import calibration_faults
from gateway.config.checks.cameras import camera_conflicts
from gateway.config.checks.conflicts import folder_conflicts
from gateway.config.checks.device_limits import misplaced_limits
from gateway.config.checks.emptied import emptied_by_talkers
from gateway.config.checks.equipment import equipment_faults
from gateway.config.checks.line_names import unknown_weights, wrong_symbols
from gateway.config.checks.link_use import (
    disturbed_links,
    misplaced_protocols,
    sampler_without_registers,
    shared_devices,
    unknown_links,
)
from gateway.config.checks.listeners import listener_conflicts
from gateway.config.checks.orders import order_faults
from gateway.config.checks.plain_values import duration_of, lines, sections, slot_of, texts
from gateway.config.checks.ports import port_faults
from gateway.config.checks.switches import switch_faults
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.units import show_duration
from gateway.core.phrase import Phrase

_HOUR = timedelta(hours=1)


def cross_check(content: object) -> Iterator[LocatedProblem]:
    """Every fault between sections of the document."""
    yield from _repeated(texts(content, "instruments", "name"), "name", Phrase("give each instrument its own"))
    yield from _repeated(texts(content, "destinations", "name"), "name", Phrase("give each destination its own"))
    yield from _repeated(
        lines(content),
        "symbol",
        Phrase('a symbol is sent once in a file: keep one, or tell them apart by suffix: "_2"'),
    )
    yield from wrong_symbols(content)
    yield from unknown_weights(content)
    yield from unknown_links(content)
    yield from shared_devices(content)
    yield from misplaced_protocols(content)
    yield from disturbed_links(content)
    yield from emptied_by_talkers(content)
    yield from misplaced_limits(content)
    yield from _periods(content)
    yield from folder_conflicts(content)
    yield from sampler_without_registers(content)
    yield from calibration_faults(content)
    yield from camera_conflicts(content)
    yield from port_faults(content)
    yield from switch_faults(content)
    yield from listener_conflicts(content)
    yield from _repeated(texts(content, "equipment", "name"), "name", Phrase("give each device its own"))
    yield from equipment_faults(content)
    yield from order_faults(content)


def _repeated(entries: Iterable[tuple[Location, str]], what: str, right: Phrase) -> Iterator[LocatedProblem]:
    seen: set[str] = set()
    for location, text in entries:
        if text in seen:
            yield location, Phrase("the {what} {text!r} stands twice", what=what, text=text), right
        seen.add(text)


def _periods(content: object) -> Iterator[LocatedProblem]:
    slot = slot_of(content)
    if not slot or _HOUR % slot:
        return
    for index, instrument in sections(content, "instruments"):
        poll = duration_of(instrument.get("poll"))
        if poll is not None and slot < poll <= _HOUR:
            yield (
                ("instruments", index, "poll"),
                Phrase("{poll} is longer than the slot of {slot}", poll=show_duration(poll), slot=show_duration(slot)),
                Phrase("poll at least once in a slot, or slots stay empty"),
            )
    for index, destination in sections(content, "destinations"):
        interval = duration_of(destination.get("interval"))
        if interval and interval <= _HOUR and (interval % slot or _HOUR % interval):
            yield (
                ("destinations", index, "interval"),
                Phrase(
                    "{interval} does not fit slots of {slot}",
                    interval=show_duration(interval),
                    slot=show_duration(slot),
                ),
                Phrase("write a multiple of the slot that divides an hour: 5min or 60min"),
            )
