"""The equipment as the authority's file wants it: whose make each device is, what it can measure and how, and until
when its papers hold (TT10/2021, article 35: list and technical data of the equipment, calibration and verification)."""

from __future__ import annotations

from datetime import date

from gateway.config import Configuration
from gateway.config.builtin_tables.catalogue import canonical
from gateway.config.equipment import EquipmentSettings
from gateway.config.parameters.quantity import Quantity
from gateway.config.parameters.sent_line import SentLine
from gateway.core.validity import Validity, ValidityState
from gateway.reports.document import Cell, ReportTable, TermCell, ValueCell, heads


def equipment(configuration: Configuration) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for number, one in enumerate(configuration.equipment, 1):
        measured = ", ".join(line.line for line in configuration.measured_by(one))
        rows.append(
            (
                number,
                one.name,
                TermCell(one.kind.value, "equipment"),
                one.make,
                one.model,
                one.serial,
                one.origin,
                measured or None,
                one.installed,
            )
        )
    columns = heads(
        "number", "equipment", "equipment_kind", "make", "model", "serial", "origin", "measures", "installed"
    )
    return ReportTable(columns, tuple(rows))


def technical_data(configuration: Configuration) -> ReportTable:
    """A row for each parameter that a device measures, and for any other device of which something is told."""
    rows: list[tuple[Cell, ...]] = []
    for one in configuration.equipment:
        lines = configuration.measured_by(one)
        told = (one.principle, one.accuracy, one.test_report)
        for line in lines:
            low, high = range_of(one, line) or (None, None)
            unit = line.measured.unit if isinstance(line, Quantity) else line.unit
            rows.append((one.name, line.line, unit, bound(low), bound(high), *told))
        if not lines and any(told):
            rows.append((one.name, None, None, None, None, *told))
    columns = heads("equipment", "parameter", "unit", "range_from", "range_to", "principle", "accuracy", "test_report")
    return ReportTable(columns, tuple(rows))


def range_of(one: EquipmentSettings, line: SentLine) -> tuple[float, float] | None:
    """What the device can measure of it, in the unit in which it is read: by its own row, else by the parameter's."""
    for symbol, ends in one.ranges.items():
        if line.line in (symbol, canonical(symbol)):
            return ends
    return line.range


def certificates(configuration: Configuration, today: date) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for one in configuration.equipment:
        for kind, paper in one.certificates:
            left, state = None, None
            if paper.until is not None:
                validity = Validity(one.name, kind, paper.until)
                left, state = validity.days_left(today), validity.state(today)
            rows.append(
                (
                    one.name,
                    TermCell(kind.value, "proof"),
                    paper.number,
                    paper.by,
                    paper.date,
                    paper.until,
                    left,
                    None if state is None else TermCell(state.value, "validity", state is not ValidityState.VALID),
                )
            )
    columns = heads("equipment", "proof", "certificate", "issued_by", "issued", "valid_until", "days_left", "validity")
    return ReportTable(columns, tuple(rows))


def bound(value: float | None) -> ValueCell | None:
    """One end of a range, with all its digits."""
    return None if value is None else ValueCell.exact(value, 0)
