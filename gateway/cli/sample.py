"""`gateway sample`: have the automatic sampler take a sample, or list those that were asked for.

The request goes to the running daemon through the database: one program speaks to the sampler, and it keeps the
interval.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_storage
from gateway.cli.terms import called
from gateway.cli.user import user_name
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.sampler.store import SampleRequest, SampleStore

LISTED = 50
LOOK_EVERY_S = 0.2
PATIENCE_S = 30.0
"""For the outcome, beyond the time in which the sampler has to show that it obeyed."""


def sample(
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why: it is kept with the request.", show_default=False)
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the latest requests and what came of them.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Take a sample. Exit code 0 if it was taken and confirmed, 1 if not: too soon, refused, or nobody knows."""
    configuration = load_configuration(config)
    if (reason is None or not reason.strip()) != listed:
        raise usage(Phrase("say why with --reason, or ask for --list"))
    if configuration.sampler is None:
        raise usage(Phrase("{config} has no section sampler", config=config))

    from gateway.sampler.store import SampleState, SampleStore

    database = open_storage(configuration, to_change=True)
    try:
        store = SampleStore(database)
        requests = store.newest(LISTED) if reason is None else [_ask(configuration, store, reason.strip())]
    finally:
        database.close()
    if as_json:
        shown: Any = [_to_json(request, configuration) for request in requests]
        print_json(shown if listed else shown[0])
    else:
        for request in requests:
            say(_line(request, configuration))
    if not listed and requests[0].state is not SampleState.TAKEN:
        raise typer.Exit(1)


def _ask(configuration: Configuration, store: SampleStore, reason: str) -> SampleRequest:
    from gateway.runtime import lock
    from gateway.runtime.clock import SystemClock

    settings = configuration.sampler
    if settings is None or "command" not in settings.on:
        raise GatewayError(Phrase("the sampler is not for commands: add command to sampler.on"))
    if not lock.is_held(configuration.storage.path):
        raise GatewayError(
            Phrase("the gateway is not running, and it is what speaks to the sampler: start it (gateway run)")
        )
    clock = SystemClock()
    number = store.add(reason, user_name(), clock.now().wall_ms)
    give_up_s = clock.now().mono_s + PATIENCE_S + settings.within_s
    pause = threading.Event()
    while store.find(number).settled_ms is None and clock.now().mono_s < give_up_s:
        pause.wait(LOOK_EVERY_S)
    return store.find(number)


def _line(request: SampleRequest, configuration: Configuration) -> str:
    from gateway.core.instants import local_time

    asked = local_time(request.asked_ms, configuration.station.timezone)
    outcome = request.outcome or Phrase("no outcome yet: see gateway sample --list")
    return Phrase(
        "sample {id}  {asked}  {state:<11}  {asked_by}: {reason}  ({outcome})",
        id=request.id,
        asked=f"{asked:%Y-%m-%d %H:%M:%S}",
        state=called(request.state),
        asked_by=request.asked_by,
        reason=request.reason,
        outcome=outcome,
    )


def _to_json(request: SampleRequest, configuration: Configuration) -> dict[str, Any]:
    from gateway.core.instants import local_time

    def shown(at_ms: int | None) -> str | None:
        return None if at_ms is None else local_time(at_ms, configuration.station.timezone).isoformat()

    return {
        "id": request.id,
        "state": request.state.value,
        "reason": request.reason,
        "asked_by": request.asked_by,
        "asked": shown(request.asked_ms),
        "written": shown(request.writing_ms),
        "settled": shown(request.settled_ms),
        "outcome": request.outcome,
    }
