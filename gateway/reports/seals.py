"""Report: the register of seals for the inspector: what each port bears now, what was done to seals, with the photos,
and when a port was not as declared, beside the seal it bore then."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.audit.events import EventStore
from gateway.cameras.pictures.shrunk import shrunk
from gateway.config import Configuration
from gateway.core.findings import Finding, Topic
from gateway.core.instants import DAY_MS
from gateway.core.port_rules import what_was_found
from gateway.core.ports import SealAct, SealEntry
from gateway.core.seal_rules import in_place
from gateway.db import Database
from gateway.ports.seal_agreement import agrees_with_journal
from gateway.ports.seal_photos import PhotoState, SealPhotos
from gateway.ports.seal_register import SealRegister
from gateway.reports.document import (
    Cell,
    Heading,
    OngoingCell,
    Photo,
    Report,
    ReportKind,
    ReportSection,
    ReportTable,
    TermCell,
    TimeCell,
    heads,
)
from gateway.reports.period import ReportPeriod
from gateway.reports.seal_overview import SealOverview, seal_overview

_YEAR_MS = 366 * DAY_MS
_LONGEST_PX = 1280
"""Of a photo in a report; the picture itself stays as it was kept."""
MOST_PHOTO_BYTES = 40_000_000
"""In one report, which takes five times that of memory while it is made: 150 photos that were made smaller, ten that
cannot be. The newest are shown."""


def since_the_first_seal(configuration: Configuration, database: Database, now_ms: int) -> ReportPeriod:
    """The whole register, and a year at least."""
    first_ms = min((one.at_ms for one in SealRegister(database).entries()), default=now_ms)
    return ReportPeriod(min(first_ms, now_ms - _YEAR_MS), now_ms, configuration.station.timezone)


def seals(configuration: Configuration, database: Database, heading: Heading) -> Report:
    overview = seal_overview(configuration, database)
    period = heading.period
    acts = [one for one in overview.entries if period.from_ms <= one.at_ms <= period.until_ms]
    violations = EventStore(database).findings(Topic.PORT, period.from_ms, period.until_ms)
    photos = _PhotosShown(SealPhotos(configuration.storage.path))
    return Report(
        ReportKind.SEALS,
        heading,
        (
            ("seals_in_place", len(overview.in_place)),
            ("seals_unregistered", len(overview.unregistered)),
            ("ports_without_seal", len(overview.without_seal)),
            ("seals_as_told", _as_told(database)),
            ("seals_broken", sum(one.act is SealAct.BROKEN for one in acts)),
            ("port_violations", len(violations)),
            ("violations_lasting", sum(one.episode.end_ms is None for one in violations)),
        ),
        (
            ReportSection("sealed_ports", _ports(overview, violations)),
            ReportSection("seal_acts", photos.table(acts), photos.shown),
            ReportSection("port_violations", _violations(violations, overview.entries)),
        ),
    )


def _ports(overview: SealOverview, violations: Sequence[Finding]) -> ReportTable:
    """Every declared port, and every other that bears a seal."""
    declared = {str(one.id): one for one in overview.declared}
    placed = {one.port for one in overview.in_place}
    rows: list[tuple[Cell, ...]] = []
    for port in (*declared, *sorted(placed - declared.keys())):
        about = declared.get(port)
        here = [one for one in overview.in_place if one.port == port]
        lasting = [one for one in violations if one.subject == port and one.episode.end_ms is None]
        rows.append(
            (
                port,
                TermCell("undeclared" if about is None else about.state.value, "port"),
                None if about is None else about.of,
                seal_cell(overview, port),
                TimeCell(here[-1].at_ms) if here else None,
                here[-1].who if here else None,
                TermCell(str(lasting[-1].episode.kind), "violation", is_alarming=True) if lasting else None,
            )
        )
    return ReportTable(heads("port", "port_state", "port_of", "seal", "put_at", "done_by", "violation"), tuple(rows))


def _as_told(database: Database) -> TermCell:
    """Whether nobody has written into the register by hand."""
    return TermCell("yes") if agrees_with_journal(database) else TermCell("no", is_alarming=True)


def seal_cell(overview: SealOverview, port: str) -> Cell:
    """The numbers of what it bears; where a seal is to be expected and there is none, that."""
    numbers = ", ".join(overview.numbers_on(port))
    if not numbers and any(str(one.id) == port for one in overview.without_seal):
        return TermCell("missing", "seal", is_alarming=True)
    return numbers or None


def _violations(violations: Sequence[Finding], entries: Sequence[SealEntry]) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for one in violations:
        episode = one.episode
        then = [
            entry.number
            for entry in in_place(entry for entry in entries if entry.at_ms <= episode.begin_ms)
            if entry.port == one.subject
        ]
        rows.append(
            (
                one.subject,
                TermCell(str(episode.kind), "violation", is_alarming=episode.end_ms is None),
                TimeCell(episode.begin_ms),
                OngoingCell() if episode.end_ms is None else TimeCell(episode.end_ms),
                ", ".join(then) or None,
                what_was_found(str(episode.kind), str(one.detail)) or None,
            )
        )
    return ReportTable(heads("port", "violation", "begin", "end", "seal_then", "was_found"), tuple(rows))


class _PhotosShown:
    """The photos of the acts in a report, as far as they are there and all fit in."""

    def __init__(self, photos: SealPhotos) -> None:
        self._photos = photos
        self.shown: list[Photo] = []
        self._bytes = 0

    def table(self, acts: Sequence[SealEntry]) -> ReportTable:
        """A row for each, oldest first; gathers their photos, the newest before all others."""
        columns = heads("at", "port", "seal", "seal_act", "done_by", "reason", "photo", "sha256")
        rows = [self._row(one) for one in reversed(acts)]
        self.shown.reverse()
        return ReportTable(columns, tuple(reversed(rows)))

    def _row(self, act: SealEntry) -> tuple[Cell, ...]:
        return (
            TimeCell(act.at_ms),
            act.port,
            act.number,
            TermCell(act.act.value, "seal"),
            act.who,
            act.reason,
            None if act.photo is None else self._photo(act, act.photo),
            act.photo,
        )

    def _photo(self, act: SealEntry, sha256: str) -> TermCell:
        found = self._photos.look(sha256)
        if found.content is None:
            return TermCell(found.state.value, "photo", is_alarming=True)
        content = shrunk(found.content, _LONGEST_PX)
        if self._bytes + len(content) > MOST_PHOTO_BYTES:
            return TermCell("left_out", "photo")
        self._bytes += len(content)
        self.shown.append(Photo((act.number, act.port, TermCell(act.act.value, "seal"), TimeCell(act.at_ms)), content))
        return TermCell(PhotoState.THERE.value, "photo")
