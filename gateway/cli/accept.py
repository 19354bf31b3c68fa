"""`gateway accept`: the acceptance test of the station, as a checklist that runs and prints a protocol."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import Force, is_standard, print_json, put, say
from gateway.cli.report import Spoken, language_of
from gateway.cli.slots import usage
from gateway.cli.storage import open_storage
from gateway.cli.user import user_name
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.acceptance.answers import ScriptedAnswers
    from gateway.acceptance.protocol import AcceptanceResults
    from gateway.acceptance.run import Attendant, Checklist
    from gateway.acceptance.store import AcceptanceRun, AcceptanceStore
    from gateway.acceptance.words import AcceptanceWords
    from gateway.config import Configuration, Language
    from gateway.core.acceptance import StepName
    from gateway.core.interfaces import Clock
    from gateway.db import Database

_FORMATS = {"docx": "docx", "html": "html", "htm": "html", "txt": "text", "json": "json"}
_USUAL_TOLERANCE = 5.0


@dataclass(frozen=True, slots=True)
class _Asked:
    """What stands on the command line."""

    only: tuple[StepName, ...]
    is_new: bool
    show: bool
    parties: Mapping[str, str]
    lists: Mapping[str, Mapping[str, Any]]
    answers: ScriptedAnswers | None
    timeout_s: float
    tolerance: float
    language: Language
    as_json: bool


def accept(
    lists: Annotated[
        list[str] | None,
        typer.Option(
            "--list",
            metavar="[DESTINATION=]FILE",
            help="What the authority expects: folder, name, symbols, units (YAML or CSV).",
            show_default=False,
        ),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", help="What a person would say and do, for a run without any.", show_default=False),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="STEP", help="Repeat this step.", show_default=False)
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Begin again from the first step.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Only the protocol, as far as it has come.")] = False,
    enterprise: Annotated[str | None, typer.Option(help="Who is there for the enterprise.", show_default=False)] = None,
    integrator: Annotated[str | None, typer.Option(help="… for the integrator.", show_default=False)] = None,
    authority: Annotated[str | None, typer.Option(help="… for the authority.", show_default=False)] = None,
    place: Annotated[str | None, typer.Option(help="Where it takes place.", show_default=False)] = None,
    timeout: Annotated[str, typer.Option(help="So long for each thing that a person is asked for.")] = "30min",
    tolerance: Annotated[
        float, typer.Option(min=0, max=100, help="Percent by which a display may differ from what is read.")
    ] = _USUAL_TOLERANCE,
    out: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The protocol: FILE.docx, .html, .txt or .json.", show_default=False),
    ] = None,
    force: Force = False,
    language: Spoken = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Run the acceptance test on the station as it works, and print the protocol for both sides' signatures. Goes on
    where it was broken off, also after the power cut that is one of its steps.

    Exit code 0 if all has passed, 1 if something failed, was skipped or is missing.

    gateway accept --list so-tnmt.yaml -o protocol.docx

    gateway accept --only line -o protocol.docx --force
    """
    configuration = load_configuration(config)
    spoken = language_of(configuration, language)
    given = None if answers is None else _answers(answers, configuration)
    named = {"enterprise": enterprise, "integrator": integrator, "authority": authority, "place": place}
    parties = {name: said for name in named if (said := named[name] or getattr(given, name, None)) is not None}
    file_format = _file_format(out, force=force)
    asked = _Asked(
        _steps(only or ()), new, show, parties, _lists(lists or (), configuration), given, _seconds(timeout),
        tolerance, spoken, as_json,
    )  # fmt: skip
    if asked.show and (asked.only or new):
        raise usage(Phrase("--show shows what there is: without --new and --only"))
    if given is None and not show and not sys.stdin.isatty():
        raise usage(Phrase("people are asked at a terminal: without one write what they would say, --answers FILE"))
    try:
        with (
            closing(open_storage(configuration, to_change=not show or out is not None)) as database,
            _alone(configuration, asked),
        ):
            passed = _accept(configuration, database, asked, out, file_format, force=force)
    except KeyboardInterrupt:
        say(Phrase("gateway: broken off; the same command goes on where it was"), err=True)
        raise typer.Exit(1) from None
    if not passed:
        raise typer.Exit(1)


def _alone(configuration: Configuration, asked: _Asked) -> AbstractContextManager[object]:
    """Two at once would ask people for the same things, and each write its verdicts on them. Who only looks may."""
    from gateway.runtime import lock

    return nullcontext() if asked.show else lock.hold(configuration.storage.path, lock.ACCEPTANCE_LOCK)


def _accept(
    configuration: Configuration, database: Database, asked: _Asked, out: Path | None, file_format: str, *, force: bool
) -> bool:
    from gateway.acceptance.checklist import checklist
    from gateway.acceptance.list_file import kept_list
    from gateway.acceptance.protocol import AcceptanceResults
    from gateway.acceptance.run import Checklist, Patience
    from gateway.acceptance.site import Site
    from gateway.acceptance.store import AcceptanceStore
    from gateway.acceptance.words import AcceptanceWords
    from gateway.core.instants import milliseconds
    from gateway.runtime.clock import SystemClock
    from gateway.texts import Wording

    clock, store = SystemClock(), AcceptanceStore(database, user_name())
    words = AcceptanceWords(Wording.of(asked.language), configuration.station.timezone)
    attendant = _attendant(words, asked)
    run, is_at_work = _run(store, asked, attendant, words, clock)
    receivers = {name: kept_list(dict(one)) for name, one in run.lists.items()}
    site = Site(configuration, database, clock, receivers, asked.tolerance, run.began_ms)
    longest_ms = max((milliseconds(one.interval_length) for one in configuration.active_destinations), default=0)
    patience = Patience.of(asked.timeout_s, max(site.slot_ms, longest_ms))
    work = Checklist(site, store, run, checklist(site, attendant), attendant, patience)
    if is_at_work:
        work.work(asked.only)
        _tell_what_to_repeat(work, asked, words)
        run = _remarks(store, run, asked, attendant, words)
        run = _finished(store, run, work, configuration, asked, clock)
    results = AcceptanceResults(run, work.results(), work.is_complete())
    _put(configuration, results, store, asked, clock, out, file_format, force=force)
    return results.has_passed


def _run(
    store: AcceptanceStore, asked: _Asked, attendant: Attendant, words: AcceptanceWords, clock: Clock
) -> tuple[AcceptanceRun, bool]:
    """The acceptance that it is about, and whether there is something to be done."""
    newest = store.newest()
    if asked.show:
        if newest is None:
            raise usage(Phrase("there has been no acceptance test yet"))
        return newest, False
    if newest is not None and not asked.is_new:
        if newest.finished_ms is not None and not asked.only:
            say(
                Phrase("acceptance {id} is finished; --only STEP repeats a step, --new begins again", id=newest.id),
                err=True,
            )
            return newest, False
        parties = {**newest.parties, **asked.parties}
        run = replace(newest, parties=parties, lists={**newest.lists, **asked.lists})
        store.note(run.id, run.parties, run.lists, run.remarks)
        began, settled = words.moment(run.began_ms), len(store.settled(run.id))
        say(words.wording.texts("accept.goes_on", number=run.id, began=began, settled=settled), err=asked.as_json)
        return run, True
    return store.begin(_parties(asked, attendant, words), asked.lists, clock.now().wall_ms), True


def _parties(asked: _Asked, attendant: Attendant, words: AcceptanceWords) -> dict[str, str]:
    """Asked for where nobody has said it yet; what stays open is written by hand."""
    from gateway.acceptance.protocol import PARTIES
    from gateway.cli.accept_attendants import TerminalAttendant

    said = dict(asked.parties)
    if isinstance(attendant, TerminalAttendant):
        for name in (*PARTIES, "place"):
            if name not in said and (told := attendant.ask(words.wording.texts(f"accept.party_{name}"))):
                said[name] = told
    return said


def _remarks(
    store: AcceptanceStore, run: AcceptanceRun, asked: _Asked, attendant: Attendant, words: AcceptanceWords
) -> AcceptanceRun:
    from gateway.cli.accept_attendants import TerminalAttendant

    remarks = [*run.remarks]
    if asked.answers is not None:
        remarks += [one for one in asked.answers.remarks if one not in remarks]
    if isinstance(attendant, TerminalAttendant):
        while told := attendant.ask(words.wording.texts("accept.remark")):
            remarks.append(told)
    store.note(run.id, run.parties, run.lists, remarks)
    return replace(run, remarks=tuple(remarks))


def _tell_what_to_repeat(work: Checklist, asked: _Asked, words: AcceptanceWords) -> None:
    poor = [one.step.value for one in work.results() if not one.outcome.verdict.is_good]
    if poor:
        said = words.wording.texts("accept.repeat_hint", steps=", ".join(dict.fromkeys(poor)))
        say("", said, err=asked.as_json)


def _finished(
    store: AcceptanceStore,
    run: AcceptanceRun,
    work: Checklist,
    configuration: Configuration,
    asked: _Asked,
    clock: Clock,
) -> AcceptanceRun:
    """The same with its digest, if every step has its verdict."""
    from gateway.acceptance.protocol import AcceptanceResults, content_of, digest_of

    if not work.is_complete():
        return run
    results = AcceptanceResults(run, work.results(), is_complete=True)
    digest, now_ms = digest_of(content_of(configuration, results, asked.language)), clock.now().wall_ms
    store.finish(run.id, digest, results.has_passed, results.counts, now_ms)
    return replace(run, finished_ms=now_ms, digest=digest)


def _put(
    configuration: Configuration,
    results: AcceptanceResults,
    store: AcceptanceStore,
    asked: _Asked,
    clock: Clock,
    out: Path | None,
    file_format: str,
    *,
    force: bool,
) -> None:
    """The protocol: into the file, to the terminal, or as JSON."""
    import json
    from hashlib import sha256

    from gateway.acceptance.protocol import content_of, digest_of, protocol
    from gateway.core.instants import local_text
    from gateway.reports.formats import ReportFormat, render

    zone, now_ms = configuration.station.timezone, clock.now().wall_ms
    made_now = content_of(configuration, results, asked.language)
    if results.run.digest not in (None, digest_of(made_now)):
        say(
            Phrase("the configuration names the station otherwise than when this was finished: its digest is of then"),
            err=True,
        )
    content = {
        **made_now,
        "finished": local_text(results.run.finished_ms, zone, "seconds"),
        "protocol_sha256": results.run.digest,
    }
    if out is not None and not is_standard(out):
        if file_format == "json":
            made = f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode()
        else:
            report = protocol(configuration, results, asked.language, now_ms)
            made = render(report, ReportFormat(file_format), asked.language)
        put(made, out, force=force)
        store.written(results.run.id, out.name, sha256(made).hexdigest(), now_ms)
    if asked.as_json:
        print_json(content)
    elif out is None or is_standard(out):
        put(
            render(protocol(configuration, results, asked.language, now_ms), ReportFormat.TEXT, asked.language),
            None,
            force=force,
        )


def _attendant(words: AcceptanceWords, asked: _Asked) -> Attendant:
    from gateway.cli.accept_attendants import ScriptedAttendant, TerminalAttendant

    if asked.answers is not None:
        return ScriptedAttendant(words, asked.answers, on_stderr=True)
    return TerminalAttendant(words, on_stderr=asked.as_json)


def _answers(file: Path, configuration: Configuration) -> ScriptedAnswers:
    from gateway.acceptance.answers import read_answers
    from gateway.config.suggest import did_you_mean

    found = read_answers(file)
    lines = [one.line for one in configuration.sent]
    for symbol in found.display:
        if symbol not in lines:
            hint = did_you_mean(symbol, lines) or Phrase("there are {lines}", lines=", ".join(lines))
            raise usage(
                Phrase("{file}: display: the station has no {symbol}; {hint}", file=file, symbol=symbol, hint=hint)
            )
    return found


def _steps(names: Sequence[str]) -> tuple[StepName, ...]:
    from gateway.core.acceptance import StepName

    unknown = next((one for one in names if one not in list(StepName)), None)
    if unknown is not None:
        raise usage(
            Phrase("no step is called {unknown}; there are: {names}", unknown=unknown, names=", ".join(StepName))
        )
    return tuple(map(StepName, names))


def _lists(given: Sequence[str], configuration: Configuration) -> dict[str, Mapping[str, Any]]:
    """By destination, as they are kept."""
    from gateway.acceptance.list_file import read_list

    names = [one.name for one in configuration.active_destinations]
    found: dict[str, Mapping[str, Any]] = {}
    for one in given:
        name, is_named, file = one.partition("=")
        if is_named and name in names:
            found[name] = read_list(Path(file)).kept()
        elif is_named and not Path(one).exists():
            raise usage(
                Phrase(
                    "no destination in use is called {name}; there are: {names}",
                    name=name,
                    names=(", ".join(names) or Phrase("none")),
                )
            )
        else:
            found |= dict.fromkeys(names, read_list(Path(one)).kept())
    return found


def _seconds(timeout: str) -> float:
    from gateway.config.file.form_error import FormError
    from gateway.config.units import parse_duration

    try:
        return parse_duration(timeout).total_seconds()
    except FormError as error:
        raise usage(Phrase("--timeout {timeout}: {error}", timeout=timeout, error=error)) from None


def _file_format(out: Path | None, *, force: bool) -> str:
    from gateway.reports.atomic_output import refuse_early

    if out is None or is_standard(out):
        return "text"
    ending = out.suffix.removeprefix(".").lower()
    if ending not in _FORMATS:
        raise usage(Phrase("a protocol is FILE.docx, .html, .txt or .json, not {out}", out=out))
    refuse_early(out, overwrite=force)
    if _FORMATS[ending] == "docx":
        from gateway.reports.letter.docx_letter import require

        require()
    return _FORMATS[ending]
