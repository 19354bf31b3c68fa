"""The protocol (biên bản nghiệm thu): for programs, and as an act that both sides sign, in the house's form of acts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.acceptance.store import AcceptanceRun, SettledStep
from gateway.acceptance.words import AcceptanceWords
from gateway.config import Configuration, Language
from gateway.core.acceptance import StepName, StepVerdict
from gateway.core.instants import local_text, local_time
from gateway.core.journal_entry import canonical, sayable
from gateway.core.printable import printable
from gateway.reports.document import (
    ActKind,
    Cell,
    Report,
    ReportSection,
    ReportTable,
    Signing,
    TermCell,
    TimeCell,
    ValueCell,
    heads,
)
from gateway.reports.period import ReportPeriod
from gateway.reports.report_data import heading_of
from gateway.texts import Wording

PARTIES = ("enterprise", "integrator", "authority")
_BLANK = "………………………………"
_DISPLAYS = ("display", "display_none", "display_unread")
_IN_TABLES = (*_DISPLAYS, "configuration")
"""Shown elsewhere in the protocol."""


@dataclass(frozen=True, slots=True)
class AcceptanceResults:
    """One acceptance test with its verdicts, in the order of the checklist. `head`: the number of the journal's newest
    entry when it was finished or shown."""

    run: AcceptanceRun
    steps: Sequence[SettledStep]
    is_complete: bool

    @property
    def has_passed(self) -> bool:
        return self.is_complete and all(one.outcome.verdict.is_good for one in self.steps)

    def told(self, key: str, name: str) -> str | None:
        """What was seen of that name under that key; `None`: nothing was."""
        facts = (fact for one in self.steps for fact in one.outcome.seen if fact.key == key)
        found = next((fact.values.get(name) for fact in facts), None)
        return None if found is None else str(found)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each verdict."""
        counted = Counter(one.outcome.verdict for one in self.steps)
        return {verdict.value: counted[verdict] for verdict in StepVerdict}


def content_of(configuration: Configuration, results: AcceptanceResults, language: Language) -> dict[str, Any]:
    """What `gateway accept --json` prints, but for the digest over it. Stable keys."""
    zone, run = configuration.station.timezone, results.run
    words = AcceptanceWords(Wording.of(language), zone)
    station = configuration.station
    return {
        "acceptance": run.id,
        "station": {
            "code": station.code,
            "name": station.name,
            "facility": station.facility,
            "province": station.province,
            "kind": station.kind.value,
        },
        "parties": {name: run.parties.get(name) for name in PARTIES},
        "place": run.parties.get("place"),
        "begun": local_text(run.began_ms, zone, "seconds"),
        "begun_by": run.begun_by,
        "complete": results.is_complete,
        "passed": results.has_passed,
        "verdicts": results.counts,
        "lists": {name: {"file": one["file"], "sha256": one["sha256"]} for name, one in run.lists.items()},
        "configuration_sha256": results.told("configuration", "sha256"),
        "steps": [
            {
                "step": one.step.value,
                "subject": one.subject or None,
                "begun": local_text(one.began_ms, zone, "seconds"),
                "settled": local_text(one.settled_ms, zone, "seconds"),
                "verdict": one.outcome.verdict.value,
                "reason": one.outcome.reason,
                "seen": [{"key": fact.key, **fact.values} for fact in one.outcome.seen],
                "words": words.seen(one.outcome),
            }
            for one in results.steps
        ],
        "remarks": list(run.remarks),
    }


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content in its canonical form; what its language words is not of it."""
    steps = [{key: value for key, value in one.items() if key != "words"} for one in content["steps"]]
    return hashlib.sha256(canonical(sayable({**content, "steps": steps})).encode()).hexdigest()


def protocol(configuration: Configuration, results: AcceptanceResults, language: Language, now_ms: int) -> Report:
    run, zone = results.run, configuration.station.timezone
    wording = Wording.of(language)
    words = AcceptanceWords(wording, zone)
    heading = heading_of(configuration, ReportPeriod(run.began_ms, run.finished_ms or now_ms, zone), now_ms)
    official = {one.name: one.official_name for one in configuration.destinations if one.official_name is not None}
    sections = [ReportSection("accepted_steps", _steps(results, words, official))]
    shown = _displays(results)
    if shown.rows:
        sections.append(ReportSection("accepted_values", shown))
    if run.remarks:
        rows: tuple[tuple[Cell, ...], ...] = tuple(enumerate(map(printable, run.remarks), 1))
        sections.append(ReportSection("accepted_remarks", ReportTable(heads("number", "remark"), rows)))
    lists = ", ".join(f"{name}: {one['sha256']}" for name, one in run.lists.items())
    return Report(
        ActKind.ACCEPTANCE,
        heading,
        (
            ("acceptance_number", run.id),
            ("accepted_verdicts", _count_words(results, wording)),
            ("configuration_sha256", results.told("configuration", "sha256")),
            ("receiver_lists", lists or None),
            ("gateway_version", results.told("running", "version")),
            ("protocol_sha256", run.digest),
        ),
        tuple(sections),
        Signing(
            ("accept_today", "accept_enterprise", "accept_integrator", "accept_authority", "accept_subject"),
            (_conclusion(results), "accept_copies"),
            ("signs_enterprise", "signs_integrator", "signs_authority"),
            _fields(results, wording, zone),
        ),
    )


def _fields(results: AcceptanceResults, wording: Wording, zone: str) -> dict[str, str]:
    """What stands in the opening; what nobody said is left open, to be written by hand."""
    run = results.run
    began = local_time(run.began_ms, zone)
    named = {name: printable(run.parties.get(name) or _BLANK) for name in (*PARTIES, "place")}
    return {
        **named,
        "day": f"{began:%d}",
        "month": wording.month_of_letter(began),
        "year": f"{began:%Y}",
        "time": f"{began:%H:%M}",
    }


def _conclusion(results: AcceptanceResults) -> str:
    if not results.is_complete:
        return "accept_incomplete"
    return "accept_passed" if results.has_passed else "accept_failed"


def _count_words(results: AcceptanceResults, wording: Wording) -> str:
    counts = results.counts
    told = [f"{wording.texts(f'term.accept_{verdict}')}: {count}" for verdict, count in counts.items() if count]
    return "; ".join(told)


def _steps(results: AcceptanceResults, words: AcceptanceWords, official: Mapping[str, str]) -> ReportTable:
    """`official`: what destinations are called where people read them."""
    rows: list[tuple[Cell, ...]] = []
    for number, one in enumerate(results.steps, 1):
        verdict = one.outcome.verdict
        seen = [words.fact(fact) for fact in one.outcome.seen if fact.key not in _IN_TABLES]
        if len(seen) < len(one.outcome.seen) and one.step is StepName.DISPLAYS:
            seen.append(words.wording.texts("accept.see_values"))
        if one.outcome.reason is not None:
            seen.append(words.because(one.outcome.reason))
        said = "; ".join(seen)
        rows.append(
            (
                number,
                words.step(one.step),
                official.get(one.subject, one.subject) or None,
                said or None,
                TimeCell(one.settled_ms // 1000 * 1000),
                TermCell(verdict.value, "accept", is_alarming=not verdict.is_good),
            )
        )
    return ReportTable(heads("number", "accepted_step", "accepted_subject", "seen", "settled", "verdict"), tuple(rows))


def _displays(results: AcceptanceResults) -> ReportTable:
    """What each display showed beside what was read."""
    rows: list[tuple[Cell, ...]] = []
    for one in results.steps:
        for fact in one.outcome.seen:
            if fact.key in _DISPLAYS:
                value = fact.values
                numbers = (_number(value.get(name)) for name in ("low", "high", "value", "shown", "difference"))
                rows.append((one.subject, _text(value.get("symbol")), _text(value.get("unit")), *numbers))
    keys = ("instrument", "parameter", "unit", "range_from", "range_to", "value_read", "value_shown", "difference")
    return ReportTable(heads(*keys), tuple(rows))


def _number(value: object) -> ValueCell | None:
    return ValueCell.exact(round(float(value), 6), 0) if isinstance(value, (int, float)) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
