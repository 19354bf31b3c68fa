"""Folders at the far end: made as needed, and looked through for what earlier attempts left there.

An account may be allowed to enter a folder and not to look at it. So a folder counts as missing only when a file
cannot be created in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.core.errors import DeliveryDeferred, DeliveryError
from gateway.core.manner import Manner
from gateway.core.phrase import Phrase
from gateway.uplinks.bounds import MOST_TIDIED
from gateway.uplinks.manners import Manners
from gateway.uplinks.publish import PROBE, ancestors, join, leftovers, missing, unmakable
from gateway.uplinks.sftp import looking, messages
from gateway.uplinks.sftp.answers import is_absent, is_denied, is_folder, is_ok, is_unsupported, words_of
from gateway.uplinks.sftp.messages import Exchange, Reply, SftpStatus


@dataclass(slots=True)
class Folders:
    """The folders below one destination's base, as one connection knows them."""

    where: str
    base: str
    manners: Manners
    leftovers: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """By folder prepared: final name → temporary names that earlier attempts left behind."""
    told: set[str] = field(default_factory=set)
    """Folders prepared that are told to be there."""
    _unmade: dict[str, tuple[str, Reply]] = field(default_factory=dict)
    """By folder prepared that is not told to be there: the folder that could not be made, and why."""

    def prepare(self, folder: str) -> Exchange[None]:
        """Make the folder and those above it as needed, and note what earlier attempts left in it."""
        yield from self.make(folder)
        self.leftovers[folder] = {}
        if self.manners.has(Manner.NO_LISTING):
            return  # what may not be listed leaves leftovers where they are
        path = join(self.base, folder) or "."
        listed = yield from looking.entries(path, MOST_TIDIED)
        if not isinstance(listed, SftpStatus):
            self.leftovers[folder] = left = leftovers(name for name, _ in listed)
            probes = [] if folder else [join(path, name) for name in left.pop(PROBE, [])]
            if probes:
                yield (*map(messages.remove, probes), *map(messages.remove_folder, probes))
        elif is_denied(listed) or is_unsupported(listed):
            self.manners.learn(Manner.NO_LISTING, words_of(listed))

    def make(self, folder: str) -> Exchange[None]:
        """See to it that the folder is there, as far as that is told."""
        path = join(self.base, folder) or "."
        self._unmade.pop(folder, None)
        self.told.discard(folder)
        question = messages.stat_link if self.manners.has(Manner.NO_STAT) else messages.stat
        (found,) = yield (question(path),)
        above = ancestors(path)
        if is_folder(found):
            self.told.add(folder)
        if is_folder(found) or not above:
            return
        found_above = yield tuple(map(question, above))
        for ancestor, known in zip(above, found_above, strict=True):
            if is_folder(known):
                continue
            (made,) = yield (messages.make_folder(ancestor),)
            if is_ok(made):
                continue
            # Another connection may make it at the same moment, so what counts is whether it is there afterwards.
            (there,) = yield (question(ancestor),)
            if is_absent(there):
                self._unmade.setdefault(folder, (ancestor, made))

    def trouble(self, folder: str) -> DeliveryError | None:
        """What it means that nothing can be created in the folder, if the reason is that it is not there."""
        if folder not in self._unmade:
            return None
        ancestor, made = self._unmade[folder]
        words = words_of(made)
        if is_denied(made) or is_absent(made):
            return unmakable(self.where, ancestor, words)
        return DeliveryDeferred(
            Phrase("{where}: {missing}", where=self.where, missing=missing(ancestor, words)), by_server=True
        )
