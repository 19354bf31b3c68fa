"""Options that say which time is meant: a month, or from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.slots import From, To, usage
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.reports.period import ReportPeriod

Month = Annotated[str | None, typer.Option("--month", help="A whole month: 2026-01.", show_default=False)]

__all__ = ["From", "Month", "To", "period_of"]


def period_of(configuration: Configuration, month: str | None, first: str | None, last: str | None) -> ReportPeriod:
    """The period that is meant. Ends the command with exit code 2 if it is not clear."""
    from gateway.reports import period

    zone = configuration.station.timezone
    if (month is None) == (first is None and last is None):
        raise usage(Phrase("write which time is meant: --month 2026-01, or --from 2026-01-01 --to 2026-01-31"))
    if month is None and (first is None or last is None):
        raise usage(
            Phrase(
                "{option} is missing: write the first day and the last", option="--from" if first is None else "--to"
            )
        )
    try:
        return period.month(month, zone) if month is not None else period.between(first or "", last or "", zone)
    except ValueError as fault:
        raise usage(fault) from None
