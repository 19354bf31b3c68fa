"""What is measured, by which device, and how the gateway asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.config import Configuration
from gateway.config.builtin_tables.names import name_of
from gateway.config.equipment import EquipmentSettings
from gateway.config.parameters.quantity import Quantity
from gateway.config.parameters.sent_line import SentLine
from gateway.core.instants import milliseconds
from gateway.reports.document import BilingualCell, Cell, ReportTable, SettingCell, TermCell, heads
from gateway.reports.station.equipment import bound, range_of


def instruments(configuration: Configuration) -> ReportTable:
    """How each instrument is connected."""
    rows: list[tuple[Cell, ...]] = []
    for one in configuration.instruments:
        link = configuration.links[one.link]
        rows.append(
            (
                one.name,
                one.profile,
                ", ".join(parameter.line for parameter in one.parameters),
                link.type,
                link.where,
                one.link_address,
                SettingCell(milliseconds(one.poll)),
            )
        )
    return ReportTable(heads("instrument", "profile", "measures", "link_type", "where", "address", "poll"), tuple(rows))


def parameters(configuration: Configuration) -> ReportTable:
    """Every line of the authority's file, in its order."""
    devices: dict[str, list[EquipmentSettings]] = {}
    for device in configuration.equipment:
        for line in configuration.measured_by(device):
            devices.setdefault(line.line, []).append(device)
    owners: dict[str, Cell] = {one.line: TermCell("computed") for one in configuration.computed}
    owners |= {one.line: instrument.name for instrument in configuration.instruments for one in instrument.parameters}
    rows: list[tuple[Cell, ...]] = []
    for one in configuration.sent:
        own = devices.get(one.line, [])
        low, high = _range(one, own) or (None, None)
        measured_with = ", ".join(f"{device.name} ({device.make} {device.model})" for device in own)
        read = one.measured.unit if isinstance(one, Quantity) else one.unit
        read_unit = read if read != one.unit and low is not None else None
        called = name_of(one.symbol, one.unit)
        rows.append(
            (
                one.line,
                None if called is None else BilingualCell(called.vi, called.en),
                one.unit,
                bound(low),
                bound(high),
                read_unit,
                owners[one.line],
                measured_with or None,
            )
        )
    columns = heads(
        "parameter", "parameter_name", "unit", "range_from", "range_to", "range_unit", "instrument", "measured_with"
    )
    return ReportTable(columns, tuple(rows))


def _range(line: SentLine, devices: Sequence[EquipmentSettings]) -> tuple[float, float] | None:
    """What its values lie in as they are read: by the parameter, else by the first device that says so."""
    return line.range or next((found for one in devices if (found := range_of(one, line)) is not None), None)
