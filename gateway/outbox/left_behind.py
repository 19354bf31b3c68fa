"""Files and transport orders that wait for a destination that nothing is sent to any more: it was taken out of the
configuration, or is not in use. They are kept, whatever their age, until they are sent or a person gives them up."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from gateway.core.number_of import number_of
from gateway.core.phrase import Phrase
from gateway.db import Database
from gateway.outbox.store import OutboxStore


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """`count`: files that wait, or were refused. `is_configured`: it stands in the file, and is not in use."""

    name: str
    count: int
    is_configured: bool

    @property
    def wrong(self) -> Phrase:
        """What is odd."""
        files = number_of(self.count, "file")
        if self.is_configured:
            return Phrase("it is not in use, with {files} waiting for it", files=files)
        return Phrase("it is not configured any more, with {files} waiting for it", files=files)

    @property
    def right(self) -> Phrase:
        """What becomes of them."""
        if self.is_configured:
            return Phrase(
                "they are kept, and sent once it is in use again; gateway deliveries close {name} --all --reason …"
                " gives them up",
                name=self.name,
            )
        return Phrase(
            "they are kept, and sent once it is configured again under this name; gateway deliveries close {name}"
            " --reason … gives them up",
            name=self.name,
        )

    @property
    def words(self) -> Phrase:
        """Both in one sentence."""
        return Phrase("destination {name}: {wrong}: {right}", name=self.name, wrong=self.wrong, right=self.right)


def left_behind(
    database: Database, configured: Collection[str], in_use: Collection[str], now_ms: int
) -> Iterable[LeftBehind]:
    """By the names of the destinations that are configured, and of those of them that are in use."""
    outbox = OutboxStore(database)
    for name in outbox.destinations():
        if name in in_use:
            continue
        counts = outbox.counts(name, now_ms)
        if counts.pending or counts.refused:
            yield LeftBehind(name, counts.pending + counts.refused, name in configured)


def orders_left_behind(database: Database) -> int:
    """How many transport orders wait, for a station that carries none. Without anything of `gateway.orders`, which it
    does not load."""
    ((count,),) = database.read("SELECT count(*) FROM transport_order WHERE state = 'waiting'")
    return int(count)


def orders_words(count: int) -> tuple[Phrase, Phrase]:
    """What is odd with so many of them, and what becomes of them."""
    return (
        Phrase("{orders} wait, and nobody carries them", orders=number_of(count, "transport order")),
        Phrase("they are kept, and sent once orders: and the road administration's destination are configured again"),
    )
