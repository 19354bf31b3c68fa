"""What came of asking a neighbour's door, and what it says of the port. Pure.

Open, closed and not told are three answers. Closed is a door that refuses, and one that stays silent twice: a single
lost packet is none. Not told is what lies on our side: no such name, no network.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from enum import Enum

from gateway.core.phrase import Phrase
from gateway.core.ports import FoundPort, PortId

SILENCES = 2
"""Questions in a row without any answer after which nobody is there."""


class DoorReply(Enum):
    OPEN = "open"
    REFUSED = "refused"
    SILENT = "silent"
    NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    """`words` say it to a person. `silences`: how often in a row nobody answered, this time included."""

    reply: DoorReply
    words: str
    silences: int = 0

    @property
    def is_open(self) -> bool | None:
        if self.reply is DoorReply.OPEN:
            return True
        if self.reply is DoorReply.REFUSED or self.silences >= SILENCES:
            return False
        return None


_OF_THE_FAR_END = {
    errno.ECONNREFUSED: DoorReply.REFUSED,
    errno.ECONNRESET: DoorReply.REFUSED,
    errno.ETIMEDOUT: DoorReply.SILENT,
    # What Linux says of a host in its own network that is switched off, and what some firewalls answer.
    errno.EHOSTUNREACH: DoorReply.SILENT,
    errno.EHOSTDOWN: DoorReply.SILENT,
}


def answer_of(error: OSError) -> DoorAnswer:
    """What a connection that failed says of the door. Whatever is not the far end's is not told."""
    if isinstance(error, TimeoutError):
        return DoorAnswer(DoorReply.SILENT, Phrase("does not answer"))
    reply = _OF_THE_FAR_END.get(error.errno or 0, DoorReply.NOT_TOLD)
    words = {DoorReply.REFUSED: Phrase("it refuses"), DoorReply.SILENT: Phrase("does not answer")}.get(reply)
    return DoorAnswer(reply, words or Phrase("cannot be asked: {error}", error=error.strerror or error))


def after(before: DoorAnswer | None, answer: DoorAnswer) -> DoorAnswer:
    """The answer as it counts: a first silence leaves what was known, and is counted."""
    if answer.reply is not DoorReply.SILENT:
        return answer
    silences = 1 if before is None else before.silences + 1
    if silences < SILENCES and before is not None and before.is_open is not None:
        return DoorAnswer(before.reply, before.words, silences)
    return DoorAnswer(DoorReply.SILENT, answer.words, silences)


def is_doubtful(answer: DoorAnswer) -> bool:
    """Whether to ask once more before long."""
    return 0 < answer.silences < SILENCES


def found_door(port: PortId, answer: DoorAnswer) -> FoundPort:
    """As the rules of ports see it. Nothing is sent, so nobody tells what is behind it."""
    return FoundPort(port, answer.is_open, None, answer.words)
