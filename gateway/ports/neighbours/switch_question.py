"""One question to a managed switch by SNMP, asked by a child process: cells are read, nothing is ever set."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.config.ports.snmp import SnmpAccess
from gateway.core.errors import DestinationRejected, GatewayError
from gateway.core.phrase import Phrase
from gateway.runtime.lookup import Lookup

LOOKUP_WITHIN_S = 2.0
ANSWER_WITHIN_S = 2.0
_CHILD = (sys.executable, "-I", "-m", "gateway.ports.neighbours.switch_child")
_CHILD_WITHIN_S = 30.0
"""However slow the machine, and whatever the switch does."""


class SwitchUntold(GatewayError):
    """The switch said nothing that can be used; the message says why, and no secret."""


class SwitchQuestions:
    """Asks one switch at a time; `give_up`, from another thread, ends the present question and all after it."""

    def __init__(self, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self._answer_within_s = answer_within_s
        self._turn = threading.Lock()
        self._waiting: Lookup | subprocess.Popen[bytes] | None = None
        self._is_given_up = False

    def give_up(self) -> None:
        with self._turn:
            self._is_given_up = True
            if isinstance(self._waiting, Lookup):
                self._waiting.give_up()
            elif self._waiting is not None:
                self._waiting.kill()

    def read(self, access: SnmpAccess, cells: Sequence[str]) -> Mapping[str, object]:
        """The cells that the switch has, by number: numbers, and texts as bytes.

        Raises:
            SwitchUntold: it did not answer, or not to us.
        """
        try:
            question = {"cells": list(cells), "answer_within_s": self._answer_within_s, **_who_asks(access)}
        except DestinationRejected as missing:
            raise SwitchUntold(Phrase("cannot be asked: {missing}", missing=missing)) from None
        question |= {"address": self._address(access), "port": access.port}
        return _values(self._ask(json.dumps(question).encode()))

    def _address(self, access: SnmpAccess) -> str:
        lookup = Lookup(access.host, access.port)
        self._wait_for(lookup)
        try:
            return str(lookup.addresses(LOOKUP_WITHIN_S)[0][4][0])
        except (OSError, IndexError) as error:
            raise SwitchUntold(Phrase("cannot be asked: its name cannot be looked up ({error})", error=error)) from None
        finally:
            self._wait_for(None)

    def _ask(self, question: bytes) -> bytes:
        """What the child printed; nothing where it came to grief. Secrets go through the pipe alone."""
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        try:
            child = subprocess.Popen(_CHILD, stdin=pipe, stdout=pipe, stderr=nowhere, env={}, cwd="/")
        except OSError as error:
            raise SwitchUntold(
                Phrase("cannot be asked: no process can be started ({strerror})", strerror=error.strerror)
            ) from None
        with child:
            try:
                self._wait_for(child)
                return child.communicate(question, timeout=_CHILD_WITHIN_S)[0]
            except subprocess.TimeoutExpired:
                return b""
            finally:
                child.kill()
                self._wait_for(None)

    def _wait_for(self, waiting: Lookup | subprocess.Popen[bytes] | None) -> None:
        """What `give_up` has to end. Raises `SwitchUntold`: given up already."""
        with self._turn:
            self._waiting = waiting
            if self._is_given_up and waiting is not None:
                raise SwitchUntold(Phrase("was not asked to the end"))


def _who_asks(access: SnmpAccess) -> dict[str, str]:
    """
    Raises:
        DestinationRejected: a secret is not there.
    """
    if access.community is not None:
        return {"community": access.community.reveal()}
    who = {"user": access.user or ""}
    if access.auth is not None:
        who |= {"auth": access.auth.reveal(), "auth_method": access.auth_method.value}
    if access.privacy is not None:
        who |= {"privacy": access.privacy.reveal(), "privacy_method": access.privacy_method.value}
    return who


def _values(printed: bytes) -> Mapping[str, object]:
    try:
        answer: dict[str, Any] = json.loads(printed)
    except ValueError:
        raise SwitchUntold(Phrase("answers something that is no SNMP")) from None
    if "values" not in answer:
        raise SwitchUntold(str(answer["words"]))
    return {
        cell: bytes.fromhex(value[0]) if isinstance(value, list) else value for cell, value in answer["values"].items()
    }
