"""`gateway check --online`: the configuration against the world: every link, instrument, destination, camera, port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.cli.cameras.tried import try_cameras, try_relay
from gateway.cli.output import say
from gateway.cli.ports.checked import look_at_ports
from gateway.cli.read_view import print_read
from gateway.cli.read_view import to_json as read_json
from gateway.cli.tried_alerts import try_alerts
from gateway.cli.tried_destination import RefusedLogIns, try_destination
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.interfaces import Clock
    from gateway.instruments.manual_read import ManualRead


def try_online(configuration: Configuration, *, quietly: bool) -> dict[str, Any]:
    """Try everything; print as it comes unless `quietly`. `failed` counts what did not work."""
    from gateway.instruments.manual_read import read_manually
    from gateway.runtime.clock import SystemClock

    clock = SystemClock()
    links = [_try_link(configuration, name, clock, quietly) for name in configuration.links]
    reads: list[ManualRead] = []
    for instrument in configuration.instruments:
        reads.append(read_manually(configuration, instrument.name, clock))
        if not quietly:
            print_read(reads[-1])
    refused: RefusedLogIns = {}
    road = configuration.order_destination
    active = (*configuration.active_destinations, *(() if road is None else (road,)))
    destinations = [try_destination(configuration, one, clock, refused, quietly) for one in active]
    servers = try_time_servers(configuration, clock, quietly)
    failed = sum(one["error"] is not None for one in (*links, *destinations)) + sum(bool(one.error) for one in reads)
    failed += sum(one["verdict"] != "ok" for one in servers)
    cameras = try_cameras(configuration, clock, quietly)
    relay = try_relay(configuration.cameras, quietly)
    failed += sum(one["error"] is not None for one in (*cameras, *([] if relay is None else [relay])))
    ports = look_at_ports(configuration, quietly)
    failed += len(ports["violations"]) + len(ports["blind"]) if ports is not None else 0
    alerts = try_alerts(configuration, clock, quietly)
    failed += sum(one["error"] is not None for one in alerts)
    instruments = [read_json(one) for one in reads]
    return {
        "failed": failed,
        "links": links,
        "instruments": instruments,
        "destinations": destinations,
        "time_servers": servers,
        "cameras": cameras,
        "relay": relay,
        "ports": ports,
        "alerts": alerts,
    }


def _try_link(configuration: Configuration, name: str, clock: Clock, quietly: bool) -> dict[str, Any]:
    from gateway.core.errors import InstrumentError
    from gateway.instruments.busy_hint import with_busy_hint
    from gateway.instruments.registry import open_link

    link = open_link(name, configuration.links[name], clock)
    began_s = clock.now().mono_s
    error = None
    try:
        link.connect()
    except InstrumentError as failure:
        error = with_busy_hint(configuration, name, failure)
    finally:
        link.close()
    latency_ms = round((clock.now().mono_s - began_s) * 1000, 1)
    if not quietly:
        said = error or Phrase("connected in {latency_ms} ms", latency_ms=latency_ms)
        say(Phrase("link {name}: {said}", name=name, said=said), err=error is not None)
    return {"link": name, "error": error, "latency_ms": latency_ms if error is None else None}


def try_time_servers(configuration: Configuration, clock: Clock, quietly: bool) -> list[dict[str, Any]]:
    """Ask each for the time. One whose time differs from ours is well: it may be our clock that is wrong."""
    from gateway.app.clock_wiring import witnesses_of
    from gateway.core.witness import WitnessKind, WitnessVerdict

    if not configuration.clock.servers:
        return []
    reports = witnesses_of(configuration, clock).look(None).reports
    servers = [one for one in reports if one.kind is WitnessKind.SERVER]
    for one in servers:
        is_ok = one.verdict is WitnessVerdict.OK and one.offset_ms is not None
        place = Phrase("behind") if (one.offset_ms or 0) > 0 else Phrase("ahead")
        said = (
            Phrase("this clock is {offset_ms:.3f} s {place}", offset_ms=abs(one.offset_ms or 0) / 1000, place=place)
            if is_ok
            else Phrase("{verdict}: {detail}", verdict=one.verdict, detail=one.detail)
        )
        if not quietly:
            say(Phrase("time server {name}: {said}", name=one.name, said=said), err=not is_ok)
    return [
        {
            "server": one.name,
            "verdict": one.verdict.value,
            "offset_s": None if one.offset_ms is None else one.offset_ms / 1000,
            "detail": one.detail,
        }
        for one in servers
    ]
