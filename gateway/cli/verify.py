"""`gateway verify`: does the authority still hold what was delivered?"""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.journal.verify import of_station
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import From, To, both_bounds, usage
from gateway.cli.storage import open_cameras_storage, open_storage
from gateway.cli.terms import called
from gateway.cli.user import user_name
from gateway.core.phrase import Phrase, in_a_row

if TYPE_CHECKING:
    from gateway.audit.remote_check import RemoteCheck
    from gateway.config import Configuration, Destination
    from gateway.db import Database
    from gateway.db.verify import Invariants

LISTED = 50


def verify(
    destination: Annotated[
        str | None, typer.Argument(help="Its name in the configuration.", show_default=False)
    ] = None,
    first: From = None,
    last: To = None,
    content: Annotated[bool, typer.Option("--content", help="Fetch every file and compare its SHA-256.")] = False,
    here: Annotated[
        bool,
        typer.Option(
            "--local", help="Look through the station's own databases instead: every row and index, the journal, seals."
        ),
    ] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Queue again what is missing or different.")] = False,
    even_most: Annotated[
        bool, typer.Option("--all", help="With --repair: also where most of what was delivered is gone.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Compare what lies at the destination with the ledger: missing, different, extra files, other bytes; and what the
    server does not tell, or the receiver took away.

    Exit code 1 if a delivered file is missing or different there, or other bytes lie under the name of one that was set
    aside: these are never repaired, only gateway resend --force replaces them; or if the server does not tell and that
    a file lies there is the proof. It logs in beside the daemon.
    """
    configuration = load_configuration(config)
    if here:
        _look_here(configuration, as_json=as_json)
        return
    if destination is None:
        raise usage(Phrase("say which destination is meant, or --local for the station's own databases"))
    span_ms = both_bounds(configuration, first, last)
    wanted = next((one for one in configuration.destinations if one.name == destination), None)
    if wanted is None:
        names = ", ".join(one.name for one in configuration.destinations)
        raise usage(
            Phrase("no destination is called {destination}; there are: {names}", destination=destination, names=names)
        )
    database = open_storage(configuration, to_change=repair)
    try:
        found = _audit(configuration, wanted, database, span_ms, with_content=content)
        is_held_back = repair and found.is_mostly_gone and not even_most
        repaired = (0 if is_held_back else _repair(database, destination, found)) if repair else None
    finally:
        database.close()
    if as_json:
        print_json(_to_json(destination, found, repaired))
    else:
        _print(destination, found, repaired)
    if is_held_back:
        say(Phrase("gateway: nothing was queued: --repair --all sends them again all the same"), err=True)
    if found.has_faults:
        raise typer.Exit(1)


def _look_here(configuration: Configuration, *, as_json: bool) -> None:
    """Exit code 1 if something is wrong. Changes nothing: the daemon puts right what it meets."""
    from gateway.cameras.catalog.database import cameras_file
    from gateway.cameras.catalog.invariants import OF_VIDEO
    from gateway.db.verify import JOURNEY
    from gateway.ports.seal_agreement import seal_faults

    damaged, found = _look_through(open_storage(configuration), JOURNEY)
    with closing(open_storage(configuration)) as database:
        found += seal_faults(database, configuration.storage.path)
    found += [Phrase("journal: {fault}", fault=fault) for fault in of_station(configuration).faults]
    if os.path.lexists(cameras_file(configuration.storage.path)):
        of_video = _look_through(open_cameras_storage(configuration), OF_VIDEO)
        damaged += [f"cameras.db {one}" for one in of_video[0]]
        found += [Phrase("cameras.db: {fault}", fault=one) for one in of_video[1]]
    if as_json:
        print_json({"damaged": damaged, "found": found})
    else:
        for line in (*(Phrase("damaged row: {row}", row=one) for one in damaged[:LISTED]), *found[:LISTED]):
            say(line, err=True)
        say(Phrase("{damaged} damaged rows, {others} other findings", damaged=len(damaged), others=len(found)))
    if damaged or found:
        raise typer.Exit(1)


def _look_through(database: Database, invariants: Invariants) -> tuple[list[str], list[str]]:
    """Its damaged rows, and what else is wrong with it."""
    from gateway.db.look import look_through
    from gateway.db.verify import verify as verify_database

    with closing(database):
        return look_through(database), verify_database(database, invariants)


def _audit(
    configuration: Configuration,
    destination: Destination,
    database: Database,
    span_ms: tuple[int, int],
    *,
    with_content: bool,
) -> RemoteCheck:
    from gateway.audit.far_end import far_end
    from gateway.audit.ledger import entries, names
    from gateway.audit.remote_check import check_remote
    from gateway.cli.retry_when_crowded import retry_when_crowded
    from gateway.core.instants import milliseconds
    from gateway.outbox.lanes import Route
    from gateway.runtime.clock import SystemClock

    interval_ms = milliseconds(destination.interval_length)
    route = Route(destination.name, destination.folder, configuration.station.timezone, interval_ms)
    with far_end(destination, configuration.station.code) as opened:
        if opened is None:
            raise usage(
                Phrase(
                    "{name} cannot be looked into: {scheme} keeps no files to be listed",
                    name=destination.name,
                    scheme=destination.url.scheme,
                )
            )
        far = opened

        def compare() -> RemoteCheck:
            ledger = entries(database, destination.name, *span_ms)
            own = names(database, destination.name)
            return check_remote(ledger, route, far, own, with_content=with_content, proof=destination.proof)

        return retry_when_crowded(destination.name, compare, SystemClock())


def _repair(database: Database, destination: str, found: RemoteCheck) -> int:
    from gateway.audit.remote_check import DifferenceKind
    from gateway.outbox.action import Action
    from gateway.outbox.interventions import DeliverySelection, Interventions
    from gateway.runtime.clock import SystemClock

    now_ms = SystemClock().now().wall_ms
    interventions, count = Interventions(database), 0
    for kind, action in ((DifferenceKind.MISSING, Action.RESEND), (DifferenceKind.DIFFERENT, Action.REPLACE)):
        ids = [one.delivery_id for one in found.differences if one.kind is kind and one.delivery_id is not None]
        if ids:
            selection = DeliverySelection(destination, delivery_ids=ids)
            count += interventions.act(action, selection, user_name(), now_ms, f"{kind.value} at the destination")
    return count


def _print(destination: str, found: RemoteCheck, repaired: int | None) -> None:
    from gateway.audit.remote_check import FAULTS, DifferenceKind

    listed = [one for one in found.differences if one.kind in (*FAULTS, DifferenceKind.EXTRA)]
    for one in listed[:LISTED]:
        sizes = Phrase(", {found_size} bytes there", found_size=one.found_size) if one.found_size is not None else ""
        expected = "" if one.size is None else Phrase(" ({size} bytes delivered{sizes})", size=one.size, sizes=sizes)
        say(
            Phrase(
                "{kind:<9}  {folder}/{name}{expected}",
                kind=called(one.kind),
                folder=one.folder,
                name=one.name,
                expected=expected,
            ),
            err=one.kind in FAULTS,
        )
    if len(listed) > LISTED:
        say(Phrase("… and {count} more; --json shows all", count=len(listed) - LISTED))
    counts = {kind: found.count(kind) for kind in DifferenceKind}
    wrong = counts[DifferenceKind.MISSING] + counts[DifferenceKind.DIFFERENT]
    words = (
        (DifferenceKind.CONFLICT, Phrase("set aside with other bytes there")),
        (DifferenceKind.TAKEN_AWAY, Phrase("taken away by the receiver")),
        (DifferenceKind.NOT_TOLD, Phrase("of which the server does not tell")),
        (DifferenceKind.EXTRA, Phrase("that are not ours")),
    )
    told = [Phrase(", {count} {what}", count=counts[kind], what=what) for kind, what in words if counts[kind]]
    say(
        Phrase(
            "{destination}: {checked} delivered files looked for, {wrong} missing or different{said}",
            destination=destination,
            checked=found.checked,
            wrong=wrong,
            said=in_a_row(told, ""),
        )
    )
    for line in _advice(destination, found):
        say(line, err=True)
    if repaired is not None:
        say(Phrase("{repaired} files wait to be sent again", repaired=repaired))


def _advice(destination: str, found: RemoteCheck) -> list[str]:
    """What is not told and why, and what to do where that, or that most is gone, says something of the receiver."""
    from gateway.audit.remote_check import DifferenceKind
    from gateway.core.publishing import Proof

    untold = dict.fromkeys(one.reason for one in found.differences if one.kind is DifferenceKind.NOT_TOLD)
    lines: list[str] = [Phrase("not told: {reason}", reason=reason) for reason in list(untold)[:LISTED]]
    if found.proof is Proof.ANSWER:
        return lines
    if untold:
        lines.append(
            Phrase(
                "what is not told is neither there nor missing, and nothing is sent again because of it; --content"
                " reads each file by its name. Where the account may not look: proof: answer"
            )
        )
    if found.is_mostly_gone:
        lines.append(
            Phrase(
                "{missing} of {checked} are not there any more. Does the receiver of {destination} take files away?"
                " Then nothing is missing: configure proof: answer",
                missing=found.count(DifferenceKind.MISSING),
                checked=found.checked,
                destination=destination,
            )
        )
    return lines


def _to_json(destination: str, found: RemoteCheck, repaired: int | None) -> dict[str, Any]:
    """Stable keys."""
    from gateway.audit.remote_check import DifferenceKind

    return {
        "destination": destination,
        "proof": found.proof.value,
        "checked": found.checked,
        "missing": found.count(DifferenceKind.MISSING),
        "different": found.count(DifferenceKind.DIFFERENT),
        "conflicts": found.count(DifferenceKind.CONFLICT),
        "taken_away": found.count(DifferenceKind.TAKEN_AWAY),
        "not_told": found.count(DifferenceKind.NOT_TOLD),
        "extra": found.count(DifferenceKind.EXTRA),
        "queued": repaired,
        "files": [
            {
                "finding": one.kind.value,
                "folder": one.folder,
                "name": one.name,
                "size": one.size,
                "found_size": one.found_size,
                "reason": one.reason,
            }
            for one in found.differences
        ],
    }
