"""The ports of the box and of its neighbours, as declared."""

from __future__ import annotations

from gateway.config import Configuration
from gateway.reports.document import Cell, ReportTable, TermCell, heads
from gateway.reports.seal_overview import SealOverview
from gateway.reports.seals import seal_cell


def ports_table(configuration: Configuration, overview: SealOverview) -> ReportTable:
    """Every declared port with the seals it bears."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            str(one.id),
            TermCell(one.state.value, "port"),
            one.purpose,
            one.of,
            seal_cell(overview, str(one.id)),
        )
        for one in configuration.ports or ()
    )
    return ReportTable(heads("port", "port_state", "purpose", "port_of", "seal"), rows)
