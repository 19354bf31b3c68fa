"""One authority at work: its folder, its servers, its score. Built from the scenario, closed as one."""

import logging
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
        self._account = Account(authority.user, authority.password)
        self._sftp: SftpServer | None = None
        self._ftp = FtpServers(places.root, self._account)
        try:
            self.access = self._open(authority, places.keys)
        except OSError:
            self.close()
            raise

    def look(self, *, thoroughly: bool = False) -> Score:
        """The score as of now, after a look at the folder."""
        now_ms = self._clock.wall_ms()
        self._watch.look(now_ms, thoroughly=thoroughly)
        return self._tally.score(now_ms)

    def close(self) -> None:
        if self._sftp is not None:
            self._sftp.close()
        self._ftp.close()

    def _open(self, authority: AuthorityModel, keys: Path) -> dict[str, Any]:
        """What a client must know of each server, as the ready line shows it."""
        access: dict[str, Any] = {"root": str(self._root)}
        now = datetime.fromtimestamp(self._clock.wall_ms() / 1000, UTC)
        for protocol in authority.protocols:
            port = authority.ports.get(protocol, 0)
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
        _log.info("authority %s open for %s", self.name, ", ".join(authority.protocols))
        return access

    def _add_tls(self, protocol: str, tls: TlsFiles, port: int) -> tuple[str, int]:
        add = self._ftp.add_implicit if protocol == "ftps-implicit" else self._ftp.add_explicit
        return add(tls, _HOST, port)

    def _entry(self, address: tuple[str, int]) -> dict[str, Any]:
        host, port = address
        return {"host": host, "port": port, "user": self._account.user, "password": self._account.password}
