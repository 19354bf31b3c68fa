"""Many parcels at once over one connection, as many as the server bears; what fails so is tried alone before it is
judged, and what that teaches holds for those behind it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from itertools import islice

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Conflict, Delivered, Parcel, Unproven
from gateway.core.manner import Manner
from gateway.core.publishing import Proof
from gateway.uplinks.manners import Manners
from gateway.uplinks.publish import Denied, Outcome
from gateway.uplinks.sftp.pipeline import UNDER_WAY, complete, run
from gateway.uplinks.sftp.session import SftpSession
from gateway.uplinks.sftp.storing import Doubtful
from gateway.uplinks.sftp.writing import Failing


class Convoy:
    """One lane's parcels on one connection, until all are decided or somebody else needs the connection."""

    def __init__(
        self,
        session: SftpSession,
        manners: Manners,
        waiting: deque[Parcel],
        is_wanted_back: Callable[[], bool],
        is_crowded: Callable[[], bool],
        *,
        plainly: bool,
    ) -> None:
        """`waiting` loses what is on its way. `is_crowded`: whether other connections of the account are in use; then
        there have to be fewer. `plainly`: one parcel after the other, and one thing after the other."""
        self.decided = 0
        self.is_hurried = len(waiting) > 1 and not plainly
        self.is_crowded_out = False
        """The connection is to be closed: the server takes no file over it beside the others."""
        self._session = session
        self._manners = manners
        self._waiting = waiting
        self._is_wanted_back = is_wanted_back
        self._is_crowded = is_crowded
        self._plainly = plainly
        self._is_leaving = False
        self._doubtful: list[Doubtful] = []

    def outcomes(self) -> Generator[Outcome, None, None]:
        """What becomes of the parcels.

        Raises:
            DeliveryError: of all that are not decided yet.
            OSError, EOFError, paramiko.SSHException: the connection failed.
        """
        steps, channel = self._session.steps, self._session.channel
        while self._waiting and not self._is_leaving and not self.is_crowded_out:
            for folder in dict.fromkeys(parcel.folder for parcel in self._waiting):
                if folder not in steps.folders.leftovers:
                    complete(channel, steps.folders.prepare(folder))
            attempts = (steps.publish(parcel, alone=self._plainly) for parcel in islice(self._next(), self._at_stake()))
            for outcome in run(channel, attempts, self._at_once()):
                if isinstance(outcome, Doubtful):
                    self._doubtful.append(outcome)
                else:
                    self.decided += 1
                    yield outcome
            if self._doubtful:
                yield from self._alone(self._doubtful.pop(0))

    def _at_once(self) -> int:
        if self._plainly:
            return 1
        limit = self._manners.number(Manner.ONE_FILE)
        return UNDER_WAY if limit is None else min(UNDER_WAY, max(1, limit))

    def _at_stake(self) -> int | None:
        """How many may be under way before one of them is done; `None`: all that wait, one after the other.

        A receiver may take files away at their close, and then has each of them under its temporary name, too. Where
        the proof lets us write otherwise, it gets no more of those than it was seen to leave alone, and one.
        """
        steps = self._session.steps
        return None if steps.proof is Proof.PRESENT or steps.is_direct() else steps.left_there + 1

    def _next(self) -> Iterator[Parcel]:
        while self._waiting and not self._doubtful:
            if self._is_wanted_back():
                self._is_leaving = True
                return
            yield self._waiting.popleft()

    def _alone(self, first: Doubtful) -> Iterator[Outcome]:
        """The first of those that failed together; the others are then sent again in the light of what it teaches."""
        others, self._doubtful = self._doubtful, []
        self._waiting.extendleft(one.parcel for one in reversed(others))
        steps = self._session.steps
        failure: DeliveryDeferred | None = None
        outcome: Outcome | Doubtful | None = None
        try:
            outcome = complete(self._session.channel, steps.publish(first.parcel, alone=True))
        except DeliveryDeferred as error:
            failure = error
        if failure is not None or isinstance(outcome, Denied) or _is_unread(outcome):
            if first.failing is Failing.OPEN and self._is_crowded():
                self._waiting.appendleft(first.parcel)
                self.is_crowded_out = True
                return
        elif isinstance(outcome, Delivered | Unproven):
            steps.learn(first)
        if failure is not None:
            raise failure
        if outcome is not None and not isinstance(outcome, Doubtful):
            self.decided += 1
            yield outcome


def _is_unread(outcome: object) -> bool:
    return isinstance(outcome, Conflict) and outcome.their_sha256 is None
