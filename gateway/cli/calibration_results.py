"""`gateway calibrate result` and `results`: note what an instrument showed of what was known, and list what was noted.

Nothing is corrected by it: not a measured value, and not a result that was noted before. A correction is a result of
its own that names the one it replaces.
"""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.lines import advice, line_meant
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_storage
from gateway.cli.terms import called
from gateway.cli.user import user_name
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase, in_a_row

if TYPE_CHECKING:
    from datetime import date

    from gateway.calibrations.results import CalibrationResult
    from gateway.config import Configuration
    from gateway.config.parameters.sent_line import SentLine
    from gateway.core.calibration_check import CheckKind

LISTED = 50
_LONGEST = 500
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?|[-+]?\.[0-9]+", re.ASCII)
_CORRECTIONS = typer.Option(
    "--corrects", min=1, max=1 << 62, help="The number of the result that this one replaces; it stays on record."
)

Line = Annotated[str, typer.Argument(metavar="PARAMETER", help="As it stands in the file.", show_default=False)]


def result(
    parameter: Line,
    reference: Annotated[str, typer.Option("--reference", help="What was known: the standard, the other measurement.")],
    measured: Annotated[str, typer.Option("--measured", help="What the instrument showed of it.")],
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="zero, span or comparison.", show_default="zero if the reference is 0, else span"),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option("--unit", help="Of both numbers.", show_default="as it is sent"),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why: it is kept.")] = "",
    at: Annotated[
        str | None, typer.Option("--at", help="When it was measured, such as 2026-01-31T08:05.", show_default="now")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who did it.", show_default="the user")] = None,
    certificate: Annotated[
        str | None, typer.Option("--certificate", help="Of the cylinder or standard.", show_default=False)
    ] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", help="Its last day: 2026-12-31.", show_default=False)
    ] = None,
    adjusted: Annotated[
        bool, typer.Option("--adjusted", help="The instrument was adjusted afterwards: drift begins anew.")
    ] = False,
    corrects: Annotated[int | None, _CORRECTIONS] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Keep what a calibration or a comparison measurement showed. No value is ever corrected by it.

    gateway calibrate result SO2 --reference 50 --measured 49.2 --certificate VMI-2026-114
    """
    from gateway.calibrations.ranges import units_of
    from gateway.calibrations.results import CalibrationResults, ReferenceStandard
    from gateway.core.calibration_check import CalibrationCheck
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    line = _line(configuration, parameter)
    known, shown = _number(reference, "--reference"), _number(measured, "--measured")
    checked = _kind(kind, known)
    units = units_of(line)
    if unit is not None and unit not in units:
        from gateway.config.suggest import listed

        raise usage(
            Phrase(
                "--unit {unit}: {line} is in {units}, and so are both numbers",
                unit=unit,
                line=line.line,
                units=listed(units, "or"),
            )
        )
    now_ms = SystemClock().now().wall_ms
    at_ms = now_ms if at is None else _instant_ms(at, configuration, now_ms)
    standard = ReferenceStandard(_words(certificate, "--certificate"), None if expires is None else _day(expires))
    why, who = _words(reason, "--reason") or "", _words(by, "--by") or user_name()
    if corrects is not None and not why:
        raise usage(Phrase("say with --reason why the other result is wrong: both stay on record"))
    with closing(open_storage(configuration, to_change=True)) as database:
        store = CalibrationResults(database)
        wrong = None if corrects is None else store.find(corrects)
        if corrects is not None and wrong is None:
            raise usage(
                Phrase(
                    "--corrects {corrects}: there is no such result; gateway calibrate results lists them",
                    corrects=corrects,
                )
            )
        check = CalibrationCheck(line.line, unit or line.unit, at_ms, checked, known, shown)
        try:
            kept = store.add(check, why, who, now_ms, standard, wrong, was_adjusted=adjusted, typed_by=user_name())
        except ValueError as fault:
            raise GatewayError(Phrase("nothing was kept: {fault}", fault=fault)) from None
    if as_json:
        print_json(_to_json(kept, configuration, {}))
    else:
        say(_shown(kept, configuration, {}))
    if standard.had_expired(at_ms, configuration.station.timezone):
        say(
            Phrase("gateway: kept, but the certificate had expired: valid until {expires}", expires=standard.expires),
            err=True,
        )


def results(
    parameter: Annotated[
        str | None, typer.Argument(metavar="[PARAMETER]", help="Only of this one.", show_default=False)
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """The latest results, newest first; what was corrected is shown with the number of its correction."""
    from gateway.calibrations.results import CalibrationResults

    configuration = load_configuration(config)
    with closing(open_storage(configuration)) as database:
        store = CalibrationResults(database)
        found = store.newest(LISTED, None if parameter is None else _known_line(configuration, store, parameter))
    corrected = {(one.check.symbol, one.corrects_ms): one.id for one in found if one.corrects_ms is not None}
    if as_json:
        print_json([_to_json(one, configuration, corrected) for one in found])
        return
    for one in found:
        say(_shown(one, configuration, corrected))
    if not found:
        say(Phrase("no result is kept: gateway calibrate result PARAMETER --reference … --measured …"), err=True)


def _line(configuration: Configuration, word: str) -> SentLine:
    lines = {sent.line: sent for sent in configuration.sent}
    meant = line_meant(word, lines)
    if meant is None:
        raise usage(Phrase("{word} is no parameter; {hint}", word=word, hint=advice(word, lines)))
    return lines[meant]


def _known_line(configuration: Configuration, store: Any, word: str) -> str:
    """Also one that has left the configuration, if there are results of it."""
    if line_meant(word, [sent.line for sent in configuration.sent]) is None and store.newest(1, word):
        return word
    return _line(configuration, word).line


def _number(text: str, option: str) -> float:
    number = float(text) if len(text) < _LONGEST and _NUMBER.fullmatch(text) else None
    if number is None or number in (float("inf"), float("-inf")):
        raise usage(
            Phrase(
                "{option} {text}: write a number with a decimal point and without a unit, such as 49.2",
                option=option,
                text=text,
            )
        )
    return number


def _kind(word: str | None, reference: float) -> CheckKind:
    from gateway.core.calibration_check import CheckKind

    if word is None:
        return CheckKind.SPAN if reference else CheckKind.ZERO
    if word not in list(CheckKind):
        raise usage(Phrase("--kind {word}: write one of {kinds}", word=word, kinds=", ".join(CheckKind)))
    return CheckKind(word)


def _instant_ms(text: str, configuration: Configuration, now_ms: int) -> int:
    from gateway.core.instants import EARLIEST_MS
    from gateway.core.span import first_ms

    if "T" not in text and " " not in text.strip():
        raise usage(Phrase("--at {text}: write the time of day too, such as 2026-01-31T08:05", text=text))
    try:
        at_ms = first_ms(text, configuration.station.zone)
    except ValueError as fault:
        raise usage(Phrase("--at: {fault}", fault=fault)) from None
    if at_ms > now_ms:
        raise usage(Phrase("--at {text} has not come yet", text=text))
    if at_ms < EARLIEST_MS:
        raise usage(Phrase("--at {text} is before 2020: no station of this gateway is so old", text=text))
    return at_ms


def _day(text: str) -> date:
    from datetime import date

    try:
        if len(text) != len("2026-12-31"):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise usage(Phrase("--expires {text}: write a day, such as 2026-12-31", text=text)) from None


def _words(text: str | None, option: str) -> str | None:
    words = " ".join((text or "").split())
    if len(words) > _LONGEST:
        raise usage(
            Phrase(
                "{option} has {count} characters: write {longest} at the most",
                option=option,
                count=len(words),
                longest=_LONGEST,
            )
        )
    return words or None


def _shown(one: CalibrationResult, configuration: Configuration, corrected: dict[Any, int]) -> str:
    check = one.check
    share = "" if check.of_reference is None else Phrase(", {share:+.2f} % of it", share=100 * check.of_reference)
    deviation = Phrase(
        "reference {reference:g}, measured {measured:g} {unit}: {deviation:+g}{share}",
        reference=check.reference,
        measured=check.measured,
        unit=check.unit,
        deviation=check.deviation,
        share=share,
    )
    about: list[Phrase] = [Phrase("of {count} readings", count=check.readings)] if check.readings is not None else []
    about += [Phrase("certificate {name}", name=one.standard.certificate)] if one.standard.certificate else []
    if one.standard.had_expired(check.at_ms, configuration.station.timezone):
        about.append(Phrase("which had expired on {expires}", expires=one.standard.expires))
    about += [Phrase("adjusted afterwards")] if one.was_adjusted else []
    replaced = corrected.get((check.symbol, one.kept_ms))
    about += [Phrase("corrected by {number}", number=replaced)] if replaced is not None else []
    about += [Phrase("a correction")] if one.corrects_ms is not None else []
    rest = Phrase("  ({about})", about=in_a_row(about, ", ")) if about else ""
    why = f": {one.reason}" if one.reason else ""
    return Phrase(
        "{number:>4}  {at}  {symbol:<8}  {kind:<10}  {deviation}{rest}  {by}{why}",
        number=one.id,
        at=_local(check.at_ms, configuration),
        symbol=check.symbol,
        kind=called(check.kind),
        deviation=deviation,
        rest=rest,
        by=one.kept_by,
        why=why,
    )


def _to_json(one: CalibrationResult, configuration: Configuration, corrected: dict[Any, int]) -> dict[str, Any]:
    from gateway.calibrations.ranges import ranges_of
    from gateway.core.reading import Parameter

    check, standard = one.check, one.standard
    of_range = check.of_range(ranges_of(configuration).get(Parameter(check.symbol, check.unit)))
    return {
        "number": one.id,
        "parameter": check.symbol,
        "unit": check.unit,
        "at": _local(check.at_ms, configuration),
        "kind": check.kind.value,
        "reference": check.reference,
        "measured": check.measured,
        "deviation": check.deviation,
        "deviation_of_reference": _rounded(check.of_reference),
        "deviation_of_range": _rounded(of_range),
        "readings": check.readings,
        "spread": check.spread,
        "reason": one.reason,
        "by": one.kept_by,
        "kept": _local(one.kept_ms, configuration),
        "certificate": standard.certificate,
        "expires": None if standard.expires is None else standard.expires.isoformat(),
        "had_expired": standard.had_expired(check.at_ms, configuration.station.timezone),
        "calibration": _local(one.calibration_ms, configuration),
        "was_adjusted": one.was_adjusted,
        "is_correction": one.corrects_ms is not None,
        "corrected_by": corrected.get((check.symbol, one.kept_ms)),
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)


def _local(at_ms: int | None, configuration: Configuration) -> str | None:
    from gateway.core.instants import local_text

    return local_text(at_ms, configuration.station.timezone, "seconds")
