"""Destinations that would overwrite each other's files.

A file's name says province, facility, station and time (TT10/2021), and neither how long its slot is nor what an
authority calls the lines. So two destinations whose files differ must not lead to one folder: at every full hour the
file of five minutes and that of the hour would bear one name, and whichever came last would stand there.

Works on the plain values of the document, as all cross-checks do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from gateway.config.checks.plain_values import sections, slot_of
from gateway.config.destinations.folder import LAYOUTS
from gateway.config.destinations.url import DestinationUrl, parse_destination_url
from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem
from gateway.config.units import parse_duration, show_duration
from gateway.core.phrase import Phrase


def folder_conflicts(content: object) -> Iterator[LocatedProblem]:
    """Every destination whose files would lie in an earlier one's place and differ."""
    slot = slot_of(content)
    if not slot:
        return
    station = content.get("station") if isinstance(content, dict) else None
    is_special = isinstance(station, dict) and station.get("special_monitoring") is True
    uses = [
        (index, use)
        for index, destination in sections(content, "destinations")
        if (use := _folder_use(destination, slot, is_special)) is not None
    ]
    for index, earlier, difference in _conflicts(uses):
        yield (
            ("destinations", index, "folder"),
            Phrase(
                "is that of {earlier}, and {difference} bear the same name: each would overwrite the other",
                earlier=earlier,
                difference=difference,
            ),
            Phrase("give one of them another folder, such as hourly/%Y/%m/%d"),
        )


@dataclass(frozen=True, slots=True)
class FolderUse:
    """What one destination writes, and where."""

    name: str
    place: tuple[str, ...]
    """Server, user, folder and kind of file: what is equal here bears equal names in one folder."""
    interval: timedelta
    symbols: object
    template: object

    def conflict(self, other: FolderUse) -> Phrase | None:
        """How the two files of one name would differ; `None`: they never meet, or are the same."""
        if self.place != other.place:
            return None
        if self.interval != other.interval:
            return Phrase(
                "the file of {interval} and that of {interval2}",
                interval=show_duration(self.interval),
                interval2=show_duration(other.interval),
            )
        if (self.symbols, self.template) != (other.symbols, other.template):
            return Phrase("its file and that of other symbols or template")
        return None


def _folder_use(destination: dict[str, object], slot: timedelta, is_special: bool) -> FolderUse | None:
    """`None`: it is not in use, has no files, or is faulty in itself."""
    if destination.get("only_if_special") is True and not is_special:
        return None
    try:
        url = parse_destination_url(destination.get("url"))
        interval = parse_duration(destination["interval"]) if "interval" in destination else slot
    except FormError:
        return None
    pattern = destination.get("folder", LAYOUTS["YYYY/MM/DD"])
    if url.scheme.carries_messages or url.scheme.traits.carries_orders or not isinstance(pattern, str):
        return None
    folder = "/".join(part for part in (url.path, LAYOUTS.get(pattern.removeprefix("/"), pattern)) if part)
    return FolderUse(
        str(destination.get("name")),
        (*_server(url), url.user, folder, str(destination.get("format", "tt10"))),
        interval,
        destination.get("symbols") or None,
        destination.get("template"),
    )


def _conflicts(uses: list[tuple[int, FolderUse]]) -> Iterator[tuple[int, str, str]]:
    """Each destination, by its position, that meets one before it: which, and how they differ."""
    for number, (index, use) in enumerate(uses):
        for _, earlier in uses[:number]:
            difference = use.conflict(earlier)
            if difference is not None:
                yield index, earlier.name, difference
                break


def _server(url: DestinationUrl) -> tuple[str, str]:
    """FTP and SFTP on their usual ports are two doors to one server; another port may be another machine's."""
    return url.host.lower(), "" if url.has_usual_port else str(url.port)
