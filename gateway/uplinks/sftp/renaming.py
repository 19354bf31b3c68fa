"""Renaming in the best way that a server knows: at once and onto whatever lies there, or, as version 3 of the protocol
has it, onto a name that is free."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.publishing import Publishing
from gateway.uplinks.sftp import messages
from gateway.uplinks.sftp.answers import is_absent, is_ok, is_unsupported
from gateway.uplinks.sftp.messages import Exchange, Reply


@dataclass(slots=True)
class Renaming:
    """As one connection's server does it."""

    at_once: bool
    """Whether it names posix-rename, and has not shown that it cannot do it."""
    publishing: Publishing

    def rename(self, old: str, new: str, *, is_there: bool, is_ours: bool) -> Exchange[Reply]:
        """The server's answer. `is_there`: a file is told to lie under the new name. `is_ours`: whatever lies there may
        be replaced; otherwise nothing is."""
        if not (self.at_once and is_ours):
            return (yield from self._plainly(old, new, is_there))
        (reply,) = yield (messages.posix_rename(old, new),)
        if is_ok(reply):
            return reply
        # What is not there needs no room.
        plainly = yield from self._plainly(old, new, is_there and not is_absent(reply))
        if is_ok(plainly) or is_unsupported(reply):
            self.at_once = False
            return plainly
        return plainly if is_absent(plainly) else reply

    def _plainly(self, old: str, new: str, is_there: bool) -> Exchange[Reply]:
        if is_there and self.publishing is Publishing.RENAME_DELETE:
            yield (messages.remove(new),)
        (reply,) = yield (messages.rename(old, new),)
        return reply
