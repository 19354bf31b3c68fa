"""What became of a file that was delivered only to see what the far end does with it, and which proof that advises.

Pure: the trying is the uplinks' (`gateway/uplinks/trial.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.phrase import Phrase
from gateway.core.presence import Presence
from gateway.core.publishing import Proof


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Of one file under a name that no receiver takes for data. `answer`: the server's last word, if it counted as
    delivered; `doubt`: why it did not, though all answers were good; `refusal`: why it was not taken."""

    at_once: Presence
    later: Presence
    """A second later."""
    answer: str | None = None
    doubt: str | None = None
    refusal: str | None = None

    @property
    def is_taken_away(self) -> bool:
        """Whether it was accepted whole and is told not to be there any more."""
        return self.refusal is None and Presence.NOT_THERE in (self.at_once, self.later)

    @property
    def advised(self) -> Proof | None:
        """Which proof suits this server; `None`: it took nothing, so there is nothing to be said."""
        if self.refusal is not None:
            return None
        return Proof.ANSWER if self.is_taken_away or self.doubt is not None else Proof.PRESENT

    def reason(self) -> str:
        """What was seen, in words."""
        if self.refusal is not None:
            return self.refusal
        if self.is_taken_away:
            when = Phrase("at once") if self.at_once is Presence.NOT_THERE else Phrase("within a second")
            return Phrase("what it took was gone {when}: a receiver takes files away", when=when)
        if self.doubt is not None:
            return Phrase("it takes files and does not tell that they lie there")
        if self.later is Presence.NOT_TOLD:
            return Phrase("it told the size before the file was renamed, and tells nothing afterwards")
        return Phrase("what it took still lay there a second later")
