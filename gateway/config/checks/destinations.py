"""What is allowed of destinations but odd, or weaker than it need be."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.configuration import Sections
from gateway.config.destinations.destination import Destination
from gateway.config.destinations.message import Format
from gateway.config.destinations.mqtt import MqttVersion
from gateway.config.destinations.scheme import ServerProof
from gateway.config.file.location import LocatedProblem
from gateway.config.station import Station
from gateway.core.phrase import Phrase
from gateway.core.publishing import Publishing

_WEAKER_WAYS = {
    Publishing.DIRECT: (
        Phrase("is direct: while a file grows, and after a cut, the receiver may read half of it"),
        Phrase("ask the authority for the right to rename, then remove it"),
    ),
    Publishing.RENAME_DELETE: (
        Phrase("is rename-delete: while a file is replaced there is none for a moment"),
        Phrase("remove it if the server replaces files on renaming"),
    ),
}


def destination_warnings(sections: Sections) -> Iterator[LocatedProblem]:
    """Of a valid configuration."""
    if not sections.destinations:
        yield (
            ("destinations",),
            Phrase("there is no destination: nothing will be sent"),
            Phrase("add the authority's server"),
        )
    elif not sections.station.special_monitoring and all(d.only_if_special for d in sections.destinations):
        yield (
            ("destinations",),
            Phrase("all destinations are only_if_special and the station is not: nothing will be sent"),
            Phrase("set station.special_monitoring, or remove only_if_special"),
        )
    for index, destination in enumerate(sections.destinations):
        at = ("destinations", index)
        traits = destination.url.scheme.traits
        if destination.official_name is None and _writes_names(sections.station):
            yield (
                (*at, "official_name"),
                Phrase("is missing: letters and reports can only call it {name}", name=destination.name),
                Phrase("add the authority's full name: official_name: Sở Nông nghiệp và Môi trường …"),
            )
        if traits.server_proof is ServerProof.NONE:
            yield (*at, "url"), Phrase("password and data cross the network readable"), traits.safer
        weakness = _WEAKER_WAYS.get(destination.publish)
        if weakness is not None:
            yield (*at, "publish"), *weakness
        if destination.legacy:
            yield (
                (*at, "legacy"),
                Phrase(
                    "lets in algorithms over SHA-1 ({names}): who can forge them reads the password and stands in for"
                    " the server",
                    names=", ".join(destination.legacy),
                ),
                Phrase("ask the authority for a newer server, then remove it"),
            )
        if traits.carries_orders:
            continue
        if traits.carries_messages:
            for location, wrong, right in _messages(destination):
                yield (*at, *location), wrong, right
        elif "%" not in destination.folder:
            yield (
                (*at, "folder"),
                Phrase("has no date: all files will lie in one folder"),
                Phrase("inspectors counted that as a fault; %Y/%m/%d is usual"),
            )


def _writes_names(station: Station) -> bool:
    """Whether this file has full names for letters and reports at all."""
    return any((station.facility_name, station.department, station.address))


def digest_warnings(sections: Sections) -> Iterator[LocatedProblem]:
    """Of destinations that get no digest of the journal."""
    files = [one for one in sections.destinations if not one.takes_orders]
    without = [one.name for one in files if one.url.scheme.carries_messages]
    if sections.journal.send and 0 < len(without) < len(files):
        yield (
            ("journal", "send"),
            Phrase(
                "brings no digest to {without}: who takes messages would take it for one", without=", ".join(without)
            ),
            Phrase("nothing need be done: the others get each day's digest as a file"),
        )


def _messages(destination: Destination) -> Iterator[LocatedProblem]:
    options = destination.publication
    if options.version is MqttVersion.V3_1_1:
        yield (
            ("mqtt", "version"),
            Phrase("v3.1.1 acknowledges messages that are thrown away, too"),
            Phrase("use v5, unless the broker does not speak it"),
        )
        if destination.form is Format.TT10 and "{lane}" not in options.topic:
            yield (
                ("mqtt", "topic"),
                Phrase("the receiver cannot tell late files from live ones"),
                Phrase("put {lane} into the topic, or use format: json or v5"),
            )
