"""Logging in beside the daemon at a server that has as many connections as it takes: often it is the daemon's own that
is in the way, which is given up soon after its last file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from gateway.cli.output import say
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.core.interfaces import Clock

T = TypeVar("T")
LONGEST_S = 60
_AGAIN_AFTER_S = 1.0


def retry_when_crowded(destination: str, ask: Callable[[], T], clock: Clock) -> T:
    """What `ask` returns, repeated for up to `LONGEST_S` while the server is crowded. Says on stderr what it waits for.

    Raises:
        DeliveryError: what `ask` raised, in the end.
    """
    from gateway.core.errors import Crowded

    pause, give_up_s = threading.Event(), None
    while True:
        try:
            return ask()
        except Crowded as crowded:
            now_s = clock.now().mono_s
            if give_up_s is None:
                give_up_s = now_s + LONGEST_S
                say(
                    Phrase(
                        "destination {destination}: {crowded}; waiting up to {longest_s} s until somebody leaves,"
                        " such as the gateway itself when nothing waits to be sent",
                        destination=destination,
                        crowded=crowded,
                        longest_s=LONGEST_S,
                    ),
                    err=True,
                )
            elif now_s >= give_up_s:
                raise
            pause.wait(_AGAIN_AFTER_S)
