"""The reports by name, and what each of them has to read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gateway.config import Configuration
from gateway.db import Database
from gateway.reports.completeness import completeness
from gateway.reports.document import Report
from gateway.reports.events import EventSource
from gateway.reports.exceedances import exceedances
from gateway.reports.outages import outages
from gateway.reports.period import Period
from gateway.reports.quality import quality
from gateway.reports.statistics import daily, monthly
from gateway.reports.survey import Survey, survey


class Kind(StrEnum):
    COMPLETENESS = "completeness"
    OUTAGES = "outages"
    EXCEEDANCES = "exceedances"
    QUALITY = "quality"
    DAILY = "daily"
    MONTHLY = "monthly"


OUTAGE_MARGIN_MS = 31 * 86_400_000
"""An interruption that began last month, or ends next month, is told in its whole length."""


@dataclass(frozen=True, slots=True)
class _Recipe:
    build: Callable[[Survey], Report]
    margin_ms: int = 0


_RECIPES = {
    Kind.COMPLETENESS: _Recipe(completeness),
    Kind.OUTAGES: _Recipe(outages, OUTAGE_MARGIN_MS),
    Kind.EXCEEDANCES: _Recipe(exceedances),
    Kind.QUALITY: _Recipe(quality),
    Kind.DAILY: _Recipe(daily),
    Kind.MONTHLY: _Recipe(monthly),
}


def build(
    kind: Kind,
    configuration: Configuration,
    database: Database,
    period: Period,
    now_ms: int,
    events: EventSource | None = None,
) -> Report:
    """The report of that kind on the period, as far as it has passed.

    Raises:
        GatewayError: the configuration has a limit that its standard does not know.
    """
    recipe = _RECIPES[kind]
    return recipe.build(survey(configuration, database, period, now_ms, recipe.margin_ms, events))
