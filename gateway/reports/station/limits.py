"""What the permit allows: limit by limit, with the standard it comes from and the days on which it holds."""

from __future__ import annotations

from datetime import date

from gateway.config import Configuration
from gateway.core.limit_days import LegalState, state_on
from gateway.reports.document import ReportTable
from gateway.reports.limit_table import limit_table


def permit_limits(configuration: Configuration, today: date) -> ReportTable:
    """A row for each limit of each line of the file that is in force or will be."""
    return limit_table(
        (line.parameter, one)
        for line in configuration.sent
        for one in line.limits
        if state_on(today, one.since, one.until) is not LegalState.ENDED
    )
