"""How many commands a minute go to an FTP server, and how many it has shown to take.

A server that hangs up for too many commands is asked fewer from then on, for a day: the backlog waits between two
files. The live lane never waits: it needs a dozen every few minutes, for which the backlog leaves room.
"""

from __future__ import annotations

import threading
from collections import deque

from gateway.core.interfaces import Clock
from gateway.core.manner import Manner
from gateway.uplinks.ftp.replies import Reply
from gateway.uplinks.manners import Manners

_WINDOW_S = 60.0
_COMMANDS_A_FILE = 8
_SHARE = 0.75
"""Of what was met: the server counts other lanes' commands, too, and not from when we do."""


class CommandRate:
    """Of one uplink."""

    def __init__(self, manners: Manners, clock: Clock) -> None:
        self._manners = manners
        self._clock = clock
        self._turn = threading.Lock()
        self._sent_s: deque[float] = deque()

    def sent(self, commands: int) -> None:
        """So many have just been sent."""
        now_s = self._clock.now().mono_s
        with self._turn:
            self._sent_s.extend([now_s] * commands)
            while self._sent_s and self._sent_s[0] < now_s - _WINDOW_S:
                self._sent_s.popleft()

    def heard(self, reply: Reply) -> None:
        """If the server says that these were too many, the number is remembered."""
        if reply.speaks_of_haste:
            self.sent(0)
            most = max(_COMMANDS_A_FILE + 1, int(len(self._sent_s) * _SHARE))
            self._manners.learn(Manner.SLOW_COMMANDS, str(reply), most)

    def wait_s(self) -> float:
        """How long the next file has to wait; 0: it may be sent."""
        most = self._manners.number(Manner.SLOW_COMMANDS)
        if not most:
            return 0.0
        self.sent(0)
        with self._turn:
            over = min(len(self._sent_s) + _COMMANDS_A_FILE - most, len(self._sent_s))
            if over <= 0:
                return 0.0
            frees_s = self._sent_s[over - 1] + _WINDOW_S
        return max(0.0, frees_s - self._clock.now().mono_s)
