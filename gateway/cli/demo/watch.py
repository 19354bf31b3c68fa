"""What the demo does while it runs: listens to the simulator, looks whether its children live, shows the station."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gateway.cli.demo.camera_view import CameraView
from gateway.cli.demo.port_view import PortView
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase, in_a_row

if TYPE_CHECKING:
    from rich.console import Console

    from gateway.cli.demo.child import Child
    from gateway.cli.demo.station import Simulator
    from gateway.config import Configuration
    from gateway.reports.status import StationStatus

LOOK_EVERY_S = 1.0
TELL_EVERY_S = 10.0


class Watch:
    """`camera` is `None` where the demo has none."""

    def __init__(
        self,
        configuration: Configuration,
        simulator: Simulator,
        children: Mapping[str, Child],
        camera: CameraView | None,
        ports: PortView,
        console: Console,
    ) -> None:
        self._configuration = configuration
        self._simulator = simulator
        self._children = children
        self._camera = camera
        self._ports = ports
        self._console = console

    def until(self, is_over: Callable[[], bool]) -> None:
        """Until then, or Ctrl-C. On a terminal a picture that lives; without one some lines every ten seconds.

        Raises:
            GatewayError: a child has ended by itself.
        """
        if self._console.is_terminal:
            self._show(is_over)
        else:
            self._tell(is_over)

    def _show(self, is_over: Callable[[], bool]) -> None:
        from rich.live import Live

        from gateway.cli.demo.picture import picture

        shown = picture(None, self._simulator.scores, None, self._console)
        try:
            with Live(shown, console=self._console, auto_refresh=False, screen=True) as live:
                while not is_over():
                    self._look()
                    status = self._status()
                    camera = None if self._camera is None else self._camera.shown()
                    shown = picture(status, self._simulator.scores, camera, self._console)
                    live.update(shown, refresh=True)
        finally:
            self._console.print(shown)  # the live one is on a screen of its own, which leaves nothing behind

    def _tell(self, is_over: Callable[[], bool]) -> None:
        rounds = 0
        while not is_over():
            self._look()
            self._ports.refresh()
            for line in self._ports.news():
                self._console.print(line, soft_wrap=True)
            rounds += 1
            if rounds % int(TELL_EVERY_S / LOOK_EVERY_S) == 0:
                for name, score in sorted(self._simulator.scores.items()):
                    self._console.print(counts(name, score), soft_wrap=True)
                if self._camera is not None:
                    self._console.print(self._camera.line(), soft_wrap=True)

    def _look(self) -> None:
        self._simulator.listen(LOOK_EVERY_S)
        for child in self._children.values():
            child.check()
        if self._camera is not None:
            self._camera.refresh()

    def _status(self) -> StationStatus | None:
        from gateway.cli.status_view import read_status

        try:
            return read_status(self._configuration)
        except GatewayError:
            return None  # it is starting


def counts(name: str, score: Mapping[str, Any]) -> Phrase:
    """What the authority of that name counts, in a line."""
    from gateway.cli.demo.station import COUNTED

    counted = in_a_row([Phrase("{word} {count}", word=word, count=score[key]) for key, word in COUNTED.items()], ", ")
    newest = score["newest"] or Phrase("none")
    return Phrase("{authority}: {counted}; newest {newest}", authority=name, counted=counted, newest=newest)
