"""One road administration at work: its server, its score. Built from the scenario, closed as one."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stationsim.authority.keys import tls_files
from stationsim.clock import Clock
from stationsim.model.road import RoadFaultModel, RoadModel
from stationsim.road.desk import Desk
from stationsim.road.faults import RoadFaults
from stationsim.road.server import RoadServer
from stationsim.road.tally import RoadScore, RoadTally
from stationsim.script import Step

_log = logging.getLogger(__name__)


class SimulatedRoadAdministration:
    """Its server listens from its making until `close`; OSError when it cannot. `root` and `keys` are folders that
    exist: what was taken, and what the server proves itself with."""

    def __init__(self, model: RoadModel, root: Path, keys: Path, clock: Clock, seed: str = "") -> None:
        self.name = model.name
        self._model = model
        self._clock = clock
        self._tls = tls_files(keys, datetime.fromtimestamp(clock.wall_ms() / 1000, UTC))
        self._tally = RoadTally(root, model.late_after, keeps=model.keep)
        self._faults = RoadFaults(model.faults, f"{seed}/{model.name}", clock)
        self._desk = Desk(model, self._tally, self._faults, clock)
        self._server: RoadServer | None = self._opened(model.port)
        self._port = int(self._server.server_address[1])
        url = f"https://{model.user}@{model.host}:{self._port}"
        self.access: dict[str, Any] = {"url": url, "host": model.host, "port": self._port, "user": model.user}
        self.access |= {"password": model.password, "ca": str(self._tls.ca), "root": str(root)}
        _log.info("road administration %s open at %s", self.name, url)

    def look(self) -> RoadScore:
        return self._tally.score()

    def fail(self, **fault: Any) -> None:
        """One fault more, in a scenario's words; its time counts from the start."""
        self._faults.add(RoadFaultModel.model_validate(fault))

    def heal(self) -> None:
        """No fault any more."""
        self._faults.clear()

    def cut(self) -> None:
        """Cut the line: every connection ends, in the middle of an answer too, and nobody listens any more."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def restore(self) -> None:
        """Put the line back: the same server at the same port. OSError when it cannot listen."""
        if self._server is None:
            self._server = self._opened(self._port)

    def restart(self) -> None:
        """Another process took over: what was taken is known, tokens are not."""
        self.cut()
        self._desk = Desk(self._model, self._tally, self._faults, self._clock)
        self.restore()

    def steps(self) -> Iterator[Step]:
        """The cuts of the scenario."""
        for cut in self._model.cuts:
            yield Step(cut.at, self.cut)
            yield Step(cut.at + cut.for_, self.restore)

    def close(self) -> None:
        self.cut()

    def _opened(self, port: int) -> RoadServer:
        return RoadServer(self._model, port, self._tls, self._desk, self._tally)
