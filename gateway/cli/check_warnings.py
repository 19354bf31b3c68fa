"""What `gateway check` warns of: what the file itself is warned of, and what lies around it on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.cameras.checked import camera_problems
from gateway.cli.equipment_notes import equipment_problems
from gateway.cli.limit_notes import limit_problems
from gateway.cli.ports.checked import port_problems
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from gateway.config import Configuration, Destination
    from gateway.core.errors import Problem


def all_warnings(configuration: Configuration) -> list[Problem]:
    """What the file itself is warned of, and what lies around it: certificates that end, libraries that are missing."""
    from gateway.audit.certificates import endings
    from gateway.config.other_stations import shared_with_others
    from gateway.core.errors import Problem
    from gateway.runtime.clock import SystemClock
    from gateway.uplinks.registry import missing_extra

    found = [*configuration.warnings, *_clock_warnings(configuration), *port_problems(configuration)]
    found += shared_with_others(configuration)
    now_ms = SystemClock().now().wall_ms
    for destination in configuration.destinations:
        file, at = str(configuration.file), f"destinations.{destination.name}"
        extra = missing_extra(destination)
        if extra is not None:
            wrong = Phrase("what {scheme} needs is not installed", scheme=destination.url.scheme)
            found.append(
                Problem(
                    file,
                    0,
                    f"{at}.url",
                    wrong,
                    Phrase("pip install 'station-gateway[{extra}]'", extra=extra),
                )
            )
        try:
            ending_soon = endings(destination.ca, now_ms) if destination.ca else []
        except ValueError as error:
            wrong = Phrase("{ca} is damaged ({error})", ca=destination.ca, error=error)
            found.append(Problem(file, 0, f"{at}.ca", wrong, Phrase("ask the authority for its certificate")))
            continue
        for ending in ending_soon:
            verb = Phrase("ended") if ending.left_ms < 0 else Phrase("ends")
            wrong = Phrase(
                "the certificate of {holder} {verb} on {at:%Y-%m-%d}", holder=ending.holder, verb=verb, at=ending.at
            )
            found.append(Problem(file, 0, f"{at}.ca", wrong, Phrase("ask the authority for the next one")))
        found += _client_warnings(file, at, destination, now_ms)
        key_fault = _key_fault(destination)
        if key_fault is not None:
            wrong = Phrase("the private key {wrong}", wrong=key_fault)
            found.append(Problem(file, 0, f"{at}.key", wrong, Phrase("make another: gateway keys new")))
    found += limit_problems(configuration, day_today(configuration))
    found += _left_behind(configuration, now_ms)
    return [*found, *equipment_problems(configuration, now_ms), *camera_problems(configuration, now_ms)]


def _left_behind(configuration: Configuration, now_ms: int) -> Iterator[Problem]:
    """Files and transport orders that would wait for nobody. Of a machine where no gateway ran, or whose database is
    not for this user to read, nothing is known of that."""
    from contextlib import closing

    from gateway.cli.storage import open_storage
    from gateway.core.errors import GatewayError, Problem
    from gateway.outbox.left_behind import left_behind, orders_left_behind, orders_words

    configured = [one.name for one in configuration.destinations]
    in_use = [one.name for one in configuration.active_destinations]
    try:
        with closing(open_storage(configuration)) as database:
            found = list(left_behind(database, configured, in_use, now_ms))
            orders = orders_left_behind(database) if configuration.order_destination is None else 0
    except GatewayError:
        return
    for one in found:
        yield Problem(str(configuration.file), 0, f"destinations.{one.name}", one.wrong, one.right)
    if orders:
        yield Problem(str(configuration.file), 0, "orders", *orders_words(orders))


def day_today(configuration: Configuration) -> date:
    """By the clock of the machine on which the file is checked, on the station's calendar."""
    from gateway.core.instants import local_time
    from gateway.runtime.clock import SystemClock

    return local_time(SystemClock().now().wall_ms, configuration.station.timezone).date()


def _client_warnings(file: str, at: str, destination: Destination, now_ms: int) -> Iterator[Problem]:
    """Whether the certificate that we show is one that servers take now, and for how long."""
    from gateway.audit.certificates import begins_later, endings
    from gateway.core.errors import Problem

    shown = None if destination.client is None else destination.client.certificate.place
    if shown is None:
        return
    at = f"{at}.client.certificate"
    try:
        ending_soon, begin = endings(shown, now_ms), begins_later(shown, now_ms)
    except ValueError as error:
        if shown.exists():  # of a missing one the configuration warns
            yield Problem(
                file,
                0,
                at,
                Phrase("{shown} is damaged ({error})", shown=shown, error=error),
                Phrase("ask the authority for it once more"),
            )
        return
    for ending in ending_soon:
        verb = Phrase("ended") if ending.left_ms < 0 else Phrase("ends")
        wrong = Phrase(
            "the certificate of {holder} {verb} on {at:%Y-%m-%d}", holder=ending.holder, verb=verb, at=ending.at
        )
        yield Problem(file, 0, at, wrong, Phrase("ask the authority for the next one"))
    if begin is not None:
        wrong = Phrase("the certificate is valid from {begin:%Y-%m-%d %H:%M} UTC on, and not yet", begin=begin)
        yield Problem(file, 0, at, wrong, Phrase("is the clock right? else wait, or ask the authority"))


def _clock_warnings(configuration: Configuration) -> Iterator[Problem]:
    """Whether anything on this machine sets its clock: the gateway never does."""
    from gateway.app.clock_wiring import witnesses_of
    from gateway.core.errors import Problem
    from gateway.core.witness import WitnessVerdict
    from gateway.runtime.clock import SystemClock

    local = witnesses_of(configuration, SystemClock()).look_here(None).reports
    if any(one.verdict is WitnessVerdict.OK for one in local):
        return
    advice = Phrase("apt-get install chrony, and see its chapter in the operator's guide")
    wrong = Phrase(
        "nothing sets the clock of this machine (the kernel says so), and it has no battery-backed clock that is right"
    )
    if not configuration.clock.servers:
        advice += Phrase("; name three time servers in clock.servers")
    yield Problem(str(configuration.file), 0, "clock", wrong, advice)


def _key_fault(destination: Destination) -> Phrase | None:
    """Of the key to log in with; what cannot be read is told elsewhere."""
    from gateway.core.errors import GatewayError

    if destination.key is None:
        return None
    from gateway.uplinks.sftp.login import loaded_key

    try:
        key = loaded_key(destination.key.read())
    except GatewayError:
        return None
    return key if isinstance(key, Phrase) else None


def unreachable(configuration: Configuration, unseen: Iterable[Problem]) -> list[str]:
    """The destinations in use that lack what they need to be reached: a secret, the server's key, a library. `unseen`:
    what the service may not read."""
    from gateway.config.checks.not_filled_in import not_filled_in
    from gateway.uplinks.registry import missing_extra

    lacking = {at[1] for at, _, _ in not_filled_in(configuration) if at[0] == "destinations"}
    barred = [problem.path for problem in unseen]
    return [
        one.name
        for index, one in enumerate(configuration.destinations)
        if one in configuration.active_destinations
        and (
            index in lacking
            or any(path.startswith(f"destinations.{one.name}.") for path in barred)
            or missing_extra(one) is not None
            or _key_fault(one) is not None
        )
    ]
