"""What is around the measuring: ports and seals, who vouches for the clock, how links and destinations fare."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gateway.audit.events import EventStore
from gateway.clock.store import ClockStore, WitnessReport
from gateway.config import Configuration
from gateway.config.ports.port_name import parse_port_id
from gateway.core.clock_trust import Trust, TrustState
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.instants import DAY_MS, MINUTE_MS
from gateway.core.interfaces import Instant
from gateway.core.ports import FoundPort, PortKind, PortLook, SealAct, SealEntry
from gateway.core.witness import WitnessKind, WitnessVerdict
from gateway.db import Database
from gateway.db.board import Board
from gateway.ports.kept_ports import KeptPorts
from gateway.ports.kernel_news import NoNews
from gateway.ports.port_watch import PortWatch, WatchSettings
from gateway.ports.seal_register import SealRegister
from gateway.ports.seen_ports import SeenPorts
from gateway.runtime.clock import boot_id
from tests.support.sixty_days.accidents import Accidents, Calendar

_WHO = "an.nguyen"
_AT_HOME = (
    ("usb:1-1.2", "1a86:7523", "QinHeng CH340 serial converter"),
    ("net:eth0", "", "1000 Mb/s, 9c:eb:e8:00:00:01"),
    ("serial:ttyS0", "", "16550A"),
    ("block:mmcblk0", "", "SD card, 64 GB"),
    ("listen:tcp:22", "ssh.service sshd", "sshd, user root"),
)
_STICK = ("usb:1-1.3", "0781:5567", "SanDisk Cruzer Blade, 4C530001")
_LISTENER = ("listen:tcp:5900", "x11vnc", "x11vnc, user pi")


def watch_ports(database: Database, configuration: Configuration, calendar: Calendar, until_ms: int) -> None:
    """A stick for twenty minutes three weeks ago, a link where none may be last week, and since this morning a program
    that nobody declared; seals put and one broken."""
    declared = [one.declared for one in configuration.ports or ()]
    box = _Box()
    watch = PortWatch(
        declared, box, None, None, EventStore(database), KeptPorts(SeenPorts(database)), Board(database), NoNews,
        WatchSettings(),
    )  # fmt: skip
    stick, link, listener = map(_found, (_STICK, ("net:eth1", "", "100 Mb/s"), _LISTENER))
    for at_ms, more in (
        (calendar.at(59, 8), ()),
        (calendar.at(21, 16, 0), (stick,)),
        (calendar.at(21, 16, 20), ()),
        (calendar.at(7, 10, 0), (link,)),
        (calendar.at(7, 11, 15), ()),
        (calendar.at(0, 7, 45), (listener,)),
        (until_ms, (listener,)),
    ):
        box.more = more
        for second in (0, 61, 122):
            watch.step(Instant(at_ms + second * 1000, (at_ms + second * 1000) / 1000))
    register = SealRegister(database)
    for days, act, port, number, reason in (
        (58, SealAct.PUT, "usb:1-1.3", "TEM-000122", "bàn giao trạm"),
        (58, SealAct.PUT, "net:eth1", "TEM-000124", "bàn giao trạm"),
        (58, SealAct.PUT, "panel:datalogger-usb", "TEM-000130", "bàn giao trạm"),
        (21, SealAct.BROKEN, "usb:1-1.3", "TEM-000122", "sao chép nhật ký thiết bị"),
        (21, SealAct.PUT, "usb:1-1.3", "TEM-000123", "niêm phong lại sau khi sao chép"),
    ):
        at_ms = calendar.at(days, 16, 30) + (5 * MINUTE_MS if act is SealAct.PUT else 0)
        register.add(SealEntry(at_ms, act, port, number, _WHO, reason), declared, _WHO)


def vouch(database: Database, until_ms: int, run: int = 1) -> None:
    """The time servers agree; one is silent."""
    now = Instant(until_ms, until_ms / 1000)
    reason = "vouched for by 2 of 3 time servers (vn.pool.ntp.org, asia.pool.ntp.org)"
    since = Instant(until_ms - 12 * DAY_MS, 60.0)
    trust = Trust(TrustState.TRUSTED, since, reason, offset_ms=3.2, witness="vn.pool.ntp.org")
    store, asked_ms = ClockStore(database), until_ms - 400_000
    store.keep(run, boot_id(), [trust], now.wall_ms)
    store.report(
        [
            WitnessReport(WitnessKind.SERVER, "vn.pool.ntp.org", asked_ms, WitnessVerdict.OK, None, 3, 18, 2),
            WitnessReport(WitnessKind.SERVER, "asia.pool.ntp.org", asked_ms, WitnessVerdict.OK, None, 4, 41, 2),
            WitnessReport(WitnessKind.SERVER, "time.cloudflare.com", asked_ms, WitnessVerdict.SILENT,
                          "no answer within 3 s"),
        ],
        trust,
    )  # fmt: skip


def report_states(database: Database, configuration: Configuration, accidents: Accidents, until_ms: int) -> None:
    """Links, instruments, destinations, their certificates."""
    board, began_ms = Board(database), until_ms - 3 * DAY_MS
    for link in configuration.links:
        board.report(ComponentKind.LINK, link, ComponentState.UP, None, began_ms)
    for instrument in configuration.instruments:
        symbols = {one.line for one in instrument.parameters}
        silent = next(
            (
                one
                for one in accidents.instruments
                if until_ms - 1 in one.span and one.reason and symbols <= {*one.symbols}
            ),
            None,
        )
        state = ComponentState.ANSWERING if silent is None else ComponentState.SILENT
        words, since_ms = (None, began_ms) if silent is None else (silent.reason.detail, silent.span.from_ms)  # type: ignore[union-attr]
        board.report(ComponentKind.INSTRUMENT, instrument.name, state, words, since_ms)
    for destination in configuration.active_destinations:
        cut = accidents.cut(destination.name, until_ms - 1)
        if cut is None:
            board.report(ComponentKind.DESTINATION, destination.name, ComponentState.UP, None, began_ms)
        else:
            board.report(
                ComponentKind.DESTINATION, destination.name, ComponentState.REJECTED, cut.error, cut.span.from_ms
            )
        ends = "ends 2026-07-02T00:00:00Z"
        board.report(ComponentKind.CERTIFICATE, destination.name, ComponentState.ENDING, ends, began_ms)
    board.step(Instant(until_ms, until_ms / 1000))


class _Box:
    """What is plugged in, linked and listening."""

    def __init__(self) -> None:
        self.more: Sequence[FoundPort] = ()

    def look(self) -> PortLook:
        return self.look_at(frozenset(PortKind))

    def look_at(self, kinds: Collection[PortKind]) -> PortLook:
        found = [*map(_found, _AT_HOME), *self.more]
        return PortLook(tuple(one for one in found if one.id.kind in kinds))


def _found(one: tuple[str, str, str]) -> FoundPort:
    name, identity, detail = one
    return FoundPort(parse_port_id(name), True, identity or None, detail)
