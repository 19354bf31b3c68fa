"""`gateway reload`: have the running gateway take the configuration's file over as it is now, without a restart.

The request goes to the daemon through the database, with the hash of the very bytes that were checked here: it reads
the file itself and takes these bytes, or none.
"""

from __future__ import annotations

import shutil
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.speech import problem_line
from gateway.cli.user import user_name
from gateway.core.errors import ConfigError, GatewayError, StoreError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.audit.reload_requests import ReloadRequest, ReloadRequests
    from gateway.runtime.clock import SystemClock

LOOK_EVERY_S = 0.2
PATIENCE_S = 150.0
"""Until it is decided, for the daemon reads the file, which takes seconds on a small board; and as long again from then
on, for it waits for those that end."""
GONE_S = 15.0
"""How long nobody may work in the storage folder before a request is taken for lost: a start anew takes a moment."""
_START = Phrase("systemctl start station-gateway (or gateway run): it reads the file when it starts")


def reload(
    config: ConfigFile = DEFAULT_CONFIG,
    restart: Annotated[
        bool,
        typer.Option("--restart", help="Let the gateway start anew where something else than that cannot be changed."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Take the configuration over while the gateway runs. Links and destinations that it does not change go on.

    Exit code 0: it runs now. 2: the file is faulty. 1: refused, or the gateway does not run, or the outcome is not
    known, and what is known is said. Whatever is refused, the gateway goes on with the configuration that it has."""
    try:
        configuration = load_configuration(config, strictly=True)
    except ConfigError as error:
        for problem in error.problems:
            say(problem_line(problem), err=True)
        say(_told_of_faults(config, restart=restart), err=True)
        raise typer.Exit(2) from None
    settled = asked(configuration.storage.path, configuration.source.sha256, restart=restart)
    if as_json:
        outcome = asdict(settled.outcome)
        print_json({"state": settled.state.value, "sha256": settled.sha256, "by": settled.asked_by, **outcome})
    else:
        _say(settled, config)
    if settled.state.value not in ("taken", "unchanged"):
        raise typer.Exit(1)


def _say(settled: ReloadRequest, config: Path) -> None:
    short, outcome = settled.sha256[:12], settled.outcome
    match settled.state.value:
        case "unchanged":
            say(Phrase("{config} is what runs already ({short}); nothing was changed", config=config, short=short))
        case "taken":
            why = Phrase(": {why}", why=outcome.why) if outcome.why else ""
            say(Phrase("{config} runs now ({short}){why}", config=config, short=short, why=why))
            say(*(Phrase("  changed: {place}", place=place) for place in outcome.changed))
        case _:
            for problem in outcome.problems:
                say(problem, err=True)
            say(Phrase("not taken over, the gateway goes on as it was: {why}", why=outcome.why), err=True)
    for note in outcome.notes:
        say(Phrase("note: {note}", note=note), err=True)


def _told_of_faults(config: Path, *, restart: bool) -> Phrase:
    """Have the daemon refuse it, too, so that the journal and `gateway status` tell of it. In one line what goes on."""
    from hashlib import sha256

    from gateway.config.where_kept import storage_of
    from gateway.runtime import lock

    storage = storage_of(config)
    if storage is None:
        return Phrase(
            "{config} is faulty and was not taken over; a gateway that runs goes on with the configuration that it has",
            config=config,
        )
    try:
        if not lock.is_held(storage):
            return _told_before_a_start(config)
        settled = asked(storage, sha256(_content_of(config)).hexdigest(), restart=restart)
    except (GatewayError, OSError) as error:
        return Phrase("{config} is faulty and was not taken over: {error}", config=config, error=error)
    return Phrase(
        "{config} is faulty: {state}, the gateway goes on with the configuration that it has",
        config=config,
        state=Phrase("withdrawn" if settled.state.value == "withdrawn" else "refused"),
    )


def _content_of(config: Path) -> bytes:
    """Nothing where there is no file: then the daemon finds none either, and says so."""
    try:
        return config.read_bytes()
    except OSError:
        return b""


def _told_before_a_start(config: Path) -> Phrase:
    """What a start needs, where nobody runs that could go on."""
    from gateway.config import load

    try:
        load(config, starting=True)
    except ConfigError:
        return Phrase(
            "{config} is faulty, and the gateway does not run: correct it, then {start}", config=config, start=_START
        )
    return Phrase(
        "the gateway does not run; it starts with this file all the same, and goes on without what it cannot read:"
        " {start}",
        start=_START,
    )


def asked(storage: Path, sha256: str, *, restart: bool) -> ReloadRequest:
    """What became of it.

    Raises:
        GatewayError: the gateway does not run, or gives no answer.
    """
    from contextlib import closing

    from gateway.audit.reload_requests import ReloadRequests
    from gateway.cli.storage import join_storage
    from gateway.runtime import lock
    from gateway.runtime.clock import SystemClock

    if not lock.is_held(storage):
        raise GatewayError(Phrase("the gateway does not run, there is nothing to take it over: {start}", start=_START))
    clock = SystemClock()
    with closing(join_storage(storage)) as database:
        requests = ReloadRequests(database)
        number = requests.ask(sha256, user_name(), clock.now().wall_ms, may_restart=restart)
        return _awaited(requests, number, storage, clock)


def _awaited(requests: ReloadRequests, number: int, storage: Path, clock: SystemClock) -> ReloadRequest:
    from gateway.audit.reload_requests import ReloadState
    from gateway.runtime import lock

    pause = threading.Event()
    state, began_s = ReloadState.WAITING, clock.now().mono_s
    seen_s = began_s
    while True:
        found = requests.find(number)
        if found is None:
            raise StoreError(Phrase("the request was damaged on the card; gateway reload once more"))
        if found.settled_ms is not None:
            return found
        now = clock.now()
        if found.state is not state:
            state, began_s = found.state, now.mono_s
        if lock.is_held(storage):
            seen_s = now.mono_s
        elif now.mono_s - seen_s > GONE_S:
            raise GatewayError(Phrase("the gateway has ended meanwhile: {start}", start=_START))
        if now.mono_s - began_s > PATIENCE_S and (
            state is not ReloadState.WAITING or _is_withdrawn(requests, number, storage, now.wall_ms)
        ):
            raise _unanswered(found, storage)
        pause.wait(LOOK_EVERY_S)


def _is_withdrawn(requests: ReloadRequests, number: int, storage: Path, now_ms: int) -> bool:
    """What the daemon decides on at this very moment is not.

    Raises:
        StoreError: it stays there, and why.
    """
    try:
        return requests.withdraw(number, Phrase("nobody took it up"), now_ms)
    except StoreError as error:
        raise StoreError(
            Phrase(
                "the gateway did not take it up within {patience_s:.0f} s, and the request cannot be withdrawn"
                " ({error}; {free} MB are free in {storage}): it is carried out as soon as it can be written down,"
                " and status tells",
                patience_s=PATIENCE_S,
                error=error,
                free=_free_mb(storage),
                storage=storage,
            )
        ) from error


def _unanswered(request: ReloadRequest, storage: Path) -> GatewayError:
    """Nothing more was said within `PATIENCE_S`: what is known of it."""
    known = {
        "short": request.sha256[:12],
        "patience_s": PATIENCE_S,
        "free": _free_mb(storage),
        "storage": storage,
    }
    match request.state.value:
        case "waiting":
            return GatewayError(
                Phrase(
                    "the gateway did not take it up within {patience_s:.0f} s; see its log and gateway status",
                    patience_s=PATIENCE_S,
                )
            )
        case "taking":
            return GatewayError(
                Phrase(
                    "taken over, and journalled: any start begins with {short} from now on. Whether everybody works by"
                    " it already could not be written down within {patience_s:.0f} s ({free} MB are free in {storage});"
                    " see its log and gateway status",
                    **known,
                )
            )
    return GatewayError(
        Phrase(
            "the gateway starts anew for {short}, and has not said within {patience_s:.0f} s that it works ({free} MB"
            " are free in {storage}); see its log and gateway status",
            **known,
        )
    )


def _free_mb(storage: Path) -> int:
    return shutil.disk_usage(storage).free // 1_000_000
