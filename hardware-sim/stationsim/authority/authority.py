"""One authority at work: its folder, its servers, its score. Built from the scenario, closed as one."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stationsim.authority.account import Account
from stationsim.authority.ftp import FtpServers
from stationsim.authority.keys import TlsFiles, host_key, tls_files
from stationsim.authority.rules import Expectation
from stationsim.authority.sftp import SftpServer
from stationsim.authority.tally import Score, Tally
from stationsim.authority.watch import Watch
from stationsim.clock import Clock
from stationsim.model import AuthorityModel, Scenario
from stationsim.model.authority import Protocol
from stationsim.script import Step

_log = logging.getLogger(__name__)

_HOST = "127.0.0.1"
_LEAST_ALLOWANCE_MS = 5_000


@dataclass(frozen=True, slots=True)
class Places:
    """Folders of one authority, which exist: what is uploaded, and what its servers prove themselves with."""

    root: Path
    keys: Path


def expectation(scenario: Scenario, authority: AuthorityModel) -> Expectation:
    """What the authority was told of the station: all that it measures, and what else is declared."""
    units = {symbol: parameter.unit for symbol, parameter in scenario.parameters().items()} | authority.declares
    return Expectation(
        province=scenario.station.province,
        facility=scenario.station.facility,
        code=authority.expects or scenario.station.code,
        zone=scenario.station.timezone,
        layout=authority.layout,
        interval_ms=authority.interval or scenario.slot,
        lines=authority.lines or len(units),
        units=units,
    )


class SimulatedAuthority:
    """Its servers listen from its making until `close`; OSError when one cannot."""

    def __init__(self, scenario: Scenario, authority: AuthorityModel, places: Places, clock: Clock) -> None:
        self.name = authority.name
        self._clock = clock
        self._root = places.root
        expected = expectation(scenario, authority)
        late_after_ms = authority.late_after or max(expected.interval_ms, _LEAST_ALLOWANCE_MS)
        self._tally = Tally(expected, late_after_ms)
        self._watch = Watch(places.root, self._tally)
        self._model = authority
        self._keys = places.keys
        self._account = Account(authority.user, authority.password)
        self._sftp: SftpServer | None = None
        self._ftp = FtpServers(places.root, self._account)
        self._is_cut = False
        try:
            self.access = self._open(authority.ports)
        except OSError:
            self.close()
            raise

    def look(self, *, thoroughly: bool = False) -> Score:
        """The score as of now, after a look at the folder."""
        now_ms = self._clock.wall_ms()
        self._watch.look(now_ms, thoroughly=thoroughly)
        return self._tally.score(now_ms)

    def cut(self) -> None:
        """Cut the line: every session ends, in the middle of a transfer too, and nobody listens any more. What was
        uploaded stays."""
        if not self._is_cut:
            self._is_cut = True
            self._close_servers()

    def restore(self) -> None:
        """Put the line back: the same servers at the same ports. OSError when one cannot listen."""
        if self._is_cut:
            self._ftp = FtpServers(self._root, self._account)
            self._open({protocol: self.access[protocol]["port"] for protocol in self._model.protocols})
            self._is_cut = False

    def steps(self) -> Iterator[Step]:
        """The cuts of the scenario."""
        for cut in self._model.cuts:
            yield Step(cut.at, self.cut)
            yield Step(cut.at + cut.for_, self.restore)

    def close(self) -> None:
        if not self._is_cut:
            self._close_servers()

    def _close_servers(self) -> None:
        if self._sftp is not None:
            self._sftp.close()
        self._ftp.close()

    def _open(self, ports: Mapping[Protocol, int]) -> dict[str, Any]:
        """What a client must know of each server, as the ready line shows it."""
        keys = self._keys
        access: dict[str, Any] = {"root": str(self._root)}
        now = datetime.fromtimestamp(self._clock.wall_ms() / 1000, UTC)
        for protocol in self._model.protocols:
            port = ports.get(protocol, 0)
            if protocol == "sftp":
                key = host_key(keys / "host_key")
                self._sftp = SftpServer(self._root, self._account, key, _HOST, port)
                access[protocol] = self._entry(self._sftp.address) | {"host_key": key.fingerprint}
            elif protocol == "ftp":
                access[protocol] = self._entry(self._ftp.add_plain(_HOST, port))
            else:
                tls = tls_files(keys, now)
                access[protocol] = self._entry(self._add_tls(protocol, tls, port)) | {"ca": str(tls.ca)}
        self._ftp.start()
        _log.info("authority %s open for %s", self.name, ", ".join(self._model.protocols))
        return access

    def _add_tls(self, protocol: str, tls: TlsFiles, port: int) -> tuple[str, int]:
        add = self._ftp.add_implicit if protocol == "ftps-implicit" else self._ftp.add_explicit
        return add(tls, _HOST, port)

    def _entry(self, address: tuple[str, int]) -> dict[str, Any]:
        host, port = address
        return {"host": host, "port": port, "user": self._account.user, "password": self._account.password}
