"""Two stations in one box, each with a configuration of its own below /etc: what they must not share.

Looks at the files that lie beside this one, `/etc/station-gateway/gateway.yaml` and
`/etc/station-gateway-NAME/gateway.yaml`, as far as this user may read them and they are sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.config.configuration import Configuration
from gateway.config.links.ends import SerialEnd
from gateway.config.listen import ListenAddress, meet
from gateway.core.errors import ConfigError, Problem
from gateway.core.phrase import Phrase

FOLDERS = "station-gateway*"
FILE = "gateway.yaml"


def shared_with_others(configuration: Configuration) -> Iterator[Problem]:
    """Warnings: of each thing that another station of this box uses, too."""
    for other in _others(configuration.file):
        for path, wrong, right in _shared(configuration, other):
            yield Problem(
                str(configuration.file), 0, path, Phrase("{wrong}, as in {file}", wrong=wrong, file=other.file), right
            )


def _others(file: Path) -> Iterator[Configuration]:
    from gateway.config.load import load

    own = file.resolve()
    if not own.parent.match(FOLDERS):
        return
    for one in sorted(own.parent.parent.glob(f"{FOLDERS}/{FILE}")):
        if one.resolve() == own:
            continue
        try:
            yield load(one, check_secrets=False)
        except (ConfigError, OSError):
            continue  # whoever checks that one is told


def _shared(one: Configuration, other: Configuration) -> Iterator[tuple[str, Phrase, Phrase]]:
    """The place, what is wrong, and what would be right."""
    folders = {path: what for what, path in _folders(other)}
    for what, path in _folders(one):
        if path in folders:
            yield (
                what,
                Phrase("{path} is another station's folder", path=path),
                Phrase("give each station a folder of its own"),
            )
    for what, listen in _listeners(one):
        for _, there in _listeners(other):
            if meet(listen, there):
                yield (
                    f"{what}.listen",
                    Phrase("{listen} is where another station listens", listen=listen),
                    Phrase("write another port"),
                )
    lines = {_device(line) for line in _serial_lines(other).values()}
    for name, line in _serial_lines(one).items():
        if _device(line) in lines:
            wrong = Phrase(
                "{device} is another station's line: two that ask on one line disturb each other", device=line.device
            )
            yield f"links.{name}.device", wrong, Phrase("move its instruments to one of the two stations")


def _folders(one: Configuration) -> Iterator[tuple[str, Path]]:
    yield "storage.path", one.storage.path
    if one.web is not None:
        yield "web.storage", one.web.storage
    if one.cameras is not None:
        yield "cameras.storage.path", one.cameras.storage.path


def _listeners(one: Configuration) -> Iterator[tuple[str, ListenAddress]]:
    if one.web is not None:
        yield "web", one.web.listen
    if one.metrics is not None:
        yield "metrics", one.metrics.listen
    if one.cameras is not None and one.cameras.relay is not None:
        yield "cameras.relay", one.cameras.relay.listen


def _serial_lines(one: Configuration) -> dict[str, SerialEnd]:
    return {name: link for name, link in one.links.items() if isinstance(link, SerialEnd)}


def _device(line: SerialEnd) -> Path:
    """Whatever it is called: names below /dev/serial lead to one device."""
    return Path(line.device).resolve()
