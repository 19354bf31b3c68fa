"""The sensors of one SDI-12 bus: while one of them is waited for, the others measure too.

A sensor measures for seconds. Asked one after the other, twenty of them would take minutes; started together
(`aC!`), they take as long as the slowest.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol
from weakref import WeakKeyDictionary

from gateway.core.errors import InstrumentError
from gateway.instruments.lines.text_link import TextLink


class BusMember(Protocol):
    """A sensor that may be started while another one is waited for."""

    def start_early(self) -> None:
        """Start what is due soon, if that disturbs nothing.

        Raises:
            InstrumentError: it does not answer.
        """


class Sdi12Bus:
    def __init__(self) -> None:
        self._members: list[BusMember] = []

    def join(self, member: BusMember) -> None:
        self._members.append(member)

    def start_others(self, than: BusMember) -> None:
        """Who does not answer now is asked again, and blamed, when it is his turn."""
        for member in self._members:
            if member is not than:
                with suppress(InstrumentError):
                    member.start_early()


_BUSES: WeakKeyDictionary[TextLink, Sdi12Bus] = WeakKeyDictionary()


def bus_on(link: TextLink) -> Sdi12Bus:
    """That link's."""
    return _BUSES.setdefault(link, Sdi12Bus())
