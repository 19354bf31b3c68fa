"""One question to one door: connect, and leave. Nothing is sent, and no wait is longer than it says."""

from __future__ import annotations

import contextlib
import socket
import threading

from gateway.core.door_answer import DoorAnswer, DoorReply, answer_of
from gateway.core.phrase import Phrase
from gateway.runtime.lookup import Address, Lookup

LOOKUP_WITHIN_S = 2.0
CONNECT_WITHIN_S = 3.5
"""A lost first packet is sent again after one second, and after three: both are waited for."""
MOST_ADDRESSES = 2


class DoorQuestions:
    """Asks one door at a time; `give_up`, from another thread, ends the present question and all after it."""

    def __init__(self, connect_within_s: float = CONNECT_WITHIN_S) -> None:
        self._connect_within_s = connect_within_s
        self._lock = threading.Lock()
        self._waiting: Lookup | socket.socket | None = None
        self._is_given_up = False

    def ask(self, host: str, number: int) -> DoorAnswer | None:
        """What the door says; `None`: given up."""
        answer: DoorAnswer | None = None
        try:
            addresses = self._look_up(host, number)
        except OSError as error:
            answer = DoorAnswer(
                DoorReply.NOT_TOLD,
                Phrase("cannot be asked: its name cannot be looked up ({error})", error=error.strerror or error),
            )
        else:
            for address in addresses[:MOST_ADDRESSES]:
                again = self._connect(address)
                if answer is None or answer.reply is DoorReply.NOT_TOLD or again.reply is DoorReply.OPEN:
                    answer = again  # one that cannot be asked, such as of IPv6 where there is none, hides no other
                if answer.reply is DoorReply.OPEN:
                    break
        return (
            None
            if self._is_given_up
            else answer or DoorAnswer(DoorReply.NOT_TOLD, Phrase("cannot be asked: its name has no address"))
        )

    def give_up(self) -> None:
        with self._lock:
            self._is_given_up = True
            if isinstance(self._waiting, Lookup):
                self._waiting.give_up()
            elif self._waiting is not None:
                with contextlib.suppress(OSError):
                    self._waiting.shutdown(socket.SHUT_RDWR)

    def _look_up(self, host: str, number: int) -> list[Address]:
        lookup = Lookup(host, number)
        self._wait_for(lookup)
        try:
            return lookup.addresses(LOOKUP_WITHIN_S)
        finally:
            self._wait_for(None)

    def _connect(self, address: Address) -> DoorAnswer:
        family, kind, protocol, _, place = address
        try:
            with socket.socket(family, kind, protocol) as connection:
                connection.settimeout(self._connect_within_s)
                self._wait_for(connection)
                try:
                    connection.connect(place)
                    # A free port of our own machine may be given to the question itself, which then meets itself.
                    if connection.getsockname() == connection.getpeername():
                        return DoorAnswer(DoorReply.REFUSED, Phrase("it refuses"))
                finally:
                    self._wait_for(None)
        except OSError as error:
            return answer_of(error)
        return DoorAnswer(DoorReply.OPEN, Phrase("it answers"))

    def _wait_for(self, waiting: Lookup | socket.socket | None) -> None:
        """What `give_up` has to end.

        Raises:
            ConnectionAbortedError: given up already.
        """
        with self._lock:
            self._waiting = waiting
            if self._is_given_up and waiting is not None:
                raise ConnectionAbortedError("interrupted")
