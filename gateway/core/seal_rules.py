"""Which seals are in place, and what may be done to them: pure.

A seal's number is used once: who puts one that is in place, or was broken, has misread it, or holds one that somebody
took off. A port may bear several seals. Numbers that differ in capitals alone, or in how a keyboard writes accents, are
one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from unicodedata import normalize

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.core.ports import DeclaredPort, PortId, PortKind, PortState, SealAct, SealEntry

LONGEST_NUMBER = 64
"""Characters of what is printed on a seal."""
_SEALABLE = (
    PortKind.USB,
    PortKind.SERIAL,
    PortKind.NET,
    PortKind.DISPLAY,
    PortKind.KEYBOARD,
    PortKind.BLOCK,
    PortKind.PANEL,
)
"""What has a place that somebody can reach with a hand."""


class SealRefused(GatewayError):
    """What was to be noted of a seal cannot have been so; the message says what is known of it."""


def plain_words(text: str, longest: int) -> str:
    """What somebody typed about a seal, with single spaces.

    Raises:
        ValueError: what is wrong with it.
    """
    words = " ".join(normalize("NFC", text).split())
    if not words or not words.isprintable():
        raise ValueError(Phrase("is empty or not plain text"))
    if len(words) > longest:
        raise ValueError(Phrase("has {count} characters; write at most {longest}", count=len(words), longest=longest))
    return words


def is_sealable(port: PortId) -> bool:
    return port.kind in _SEALABLE


def is_same_number(one: str, other: str) -> bool:
    return _spelt(one) == _spelt(other)


def _spelt(number: str) -> str:
    return normalize("NFC", number).casefold()


def in_place(entries: Iterable[SealEntry]) -> list[SealEntry]:
    """The entries by which the seals were put that nobody has broken, oldest first. `entries`: all, oldest first."""
    put: dict[tuple[str, str], SealEntry] = {}
    for entry in entries:
        key = (entry.port, _spelt(entry.number))
        if entry.act is SealAct.PUT:
            put[key] = entry
        else:
            put.pop(key, None)
    return list(put.values())


def unregistered(entries: Iterable[SealEntry], declared: Iterable[DeclaredPort]) -> list[DeclaredPort]:
    """Ports with a seal by the configuration whose number the register has never heard of."""
    known = {(entry.port, _spelt(entry.number)) for entry in entries}
    return [one for one in declared if one.seal is not None and (str(one.id), _spelt(one.seal)) not in known]


def without_seal(entries: Sequence[SealEntry], declared: Sequence[DeclaredPort]) -> list[DeclaredPort]:
    """Ports that are locked or unused, that could bear a seal, and bear none: what an inspector looks for first."""
    sealed = {one.port for one in in_place(entries)} | {str(one.id) for one in unregistered(entries, declared)}
    closed = (one for one in declared if one.state is not PortState.USED and is_sealable(one.id))
    return [one for one in closed if str(one.id) not in sealed]


def refuse_put(
    entry: SealEntry, entries: Sequence[SealEntry], declared: Sequence[DeclaredPort], *, again: bool
) -> None:
    """
    Raises:
        SealRefused: its number was put before. `again`: it may have been broken since, for the entry was a mistake.
    """
    for one in in_place(entries):
        if is_same_number(one.number, entry.number):
            raise SealRefused(
                Phrase(
                    "{number} is in place on {port} already; break it there first, if it is there",
                    number=one.number,
                    port=one.port,
                )
            )
    before = [one for one in entries if is_same_number(one.number, entry.number)]
    if before and not again:
        raise SealRefused(
            Phrase(
                "{number} was broken on {port}, and a seal's number is used once; read it again, or add --again if"
                " what was noted then was a mistake",
                number=entry.number,
                port=before[-1].port,
            )
        )
    for port in declared:
        is_its_seal = port.seal is not None and is_same_number(port.seal, entry.number)
        if is_its_seal and str(port.id) != entry.port and not before:
            raise SealRefused(
                Phrase(
                    "{number} is the seal of {id} by the configuration; correct one of the two",
                    number=entry.number,
                    id=port.id,
                )
            )


def refuse_break(entry: SealEntry, entries: Sequence[SealEntry], declared: Sequence[DeclaredPort]) -> None:
    """A seal that only the configuration knows may be broken: it was put before there was a register.

    Raises:
        SealRefused: it is not in place on that port.
    """
    placed = in_place(entries)
    if any(one.port == entry.port and is_same_number(one.number, entry.number) for one in placed):
        return
    by_configuration = unregistered(entries, declared)
    if any(str(one.id) == entry.port and is_same_number(one.seal or "", entry.number) for one in by_configuration):
        return
    here = [one.number for one in placed if one.port == entry.port]
    here += [one.seal for one in by_configuration if str(one.id) == entry.port and one.seal is not None]
    elsewhere = [one.port for one in placed if is_same_number(one.number, entry.number)]
    if elsewhere:
        raise SealRefused(
            Phrase(
                "{number} is in place on {elsewhere}, not on {port}",
                number=entry.number,
                elsewhere=elsewhere[0],
                port=entry.port,
            )
        )
    bears = Phrase("it bears {here}", here=", ".join(here)) if here else Phrase("it bears no seal")
    if any(one.port == entry.port and is_same_number(one.number, entry.number) for one in entries):
        raise SealRefused(
            Phrase("{number} was broken on {port} already; {bears}", number=entry.number, port=entry.port, bears=bears)
        )
    raise SealRefused(
        Phrase("{number} was never put on {port}; {bears}", number=entry.number, port=entry.port, bears=bears)
    )
