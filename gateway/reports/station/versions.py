"""Which software runs, and on what."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.reports.document import ReportTable, TermCell, heads
from gateway.reports.handover.box_facts import OWN_VERSIONS


def versions_table(found: Mapping[str, str]) -> ReportTable:
    """What runs and on what, a line each; what it is made of, in one."""
    told = [(name, found[name]) for name in OWN_VERSIONS if name in found]
    rest = ", ".join(f"{name} {version}" for name, version in found.items() if name not in OWN_VERSIONS)
    return ReportTable(heads("package", "version"), (*told, (TermCell("packages"), rest or None)))
