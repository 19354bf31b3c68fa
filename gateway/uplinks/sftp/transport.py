"""paramiko's transport, made to say why: with which words a server disconnects, and what it asks of a person."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import paramiko
from paramiko.auth_handler import AuthHandler
from paramiko.kex_curve25519 import KexCurve25519

from gateway.config.destinations.identity import Legacy
from gateway.uplinks.sftp.offers import Offers
from gateway.uplinks.sftp.old_algorithms import OLD_KEY_EXCHANGES, SSH_RSA, Sha1RsaKey

_CURVE25519: Final = "curve25519-sha256"
"""RFC 8731; paramiko knows it only by the name that it had before."""
_RSA_SIGNATURES: Final = ("rsa-sha2-512", "rsa-sha2-256")
HOST_KEYS: Final = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    SSH_RSA,
)
"""Kinds of host keys, by the name that stands in the key itself; the first is asked for first."""


@dataclass(frozen=True, slots=True)
class Disconnection:
    """The server's last message: a reason of RFC 4253, 11.1, and words."""

    reason: int
    words: str


class PersonWanted(paramiko.SSHException):
    """The server asks what only a person can answer, such as for a new password. The text is what it says."""


class NewPasswordWanted(PersonWanted):
    """The server took the password and asks for another, by the message that there is for it (RFC 4252, 8)."""


class StationTransport(paramiko.Transport):
    """Knows what `legacy` names besides what paramiko knows."""

    _kex_info = {  # type: ignore[misc,unused-ignore]
        **paramiko.Transport._kex_info,  # type: ignore[attr-defined]
        _CURVE25519: KexCurve25519,
        **{old.name: old for old in OLD_KEY_EXCHANGES},
    }
    _key_info = {  # type: ignore[misc,unused-ignore]
        **paramiko.Transport._key_info,  # type: ignore[attr-defined]
        SSH_RSA: Sha1RsaKey,
        f"{SSH_RSA}-cert-v01@openssh.com": Sha1RsaKey,
    }

    def __init__(self, connection: socket.socket, legacy: Sequence[Legacy], host_keys: Sequence[str]) -> None:
        """`host_keys`: the kinds to be asked for, in this order; see `HOST_KEYS`."""
        super().__init__(connection)
        self.disconnection: Disconnection | None = None
        self.takes_old_rsa = Legacy.SSH_RSA in legacy
        options = self.get_security_options()
        options.kex = (
            _CURVE25519,
            *options.kex,
            *(old.name for old in OLD_KEY_EXCHANGES if Legacy.SHA1_KEX in legacy),
        )
        options.key_types = tuple(name for kind in host_keys for name in signatures_of(kind, self.takes_old_rsa))

    @property
    def known(self) -> Offers:
        """What we offer."""
        options = self.get_security_options()
        return Offers(tuple(options.kex), tuple(options.key_types), tuple(options.ciphers), tuple(options.digests))

    @property
    def preferred_pubkeys(self) -> Sequence[str]:
        """Also for what we sign: a server that tells nothing of signatures, or proves itself by such a one, is old."""
        usual = tuple(super().preferred_pubkeys)
        if not self.takes_old_rsa:
            return usual
        is_old = self.host_key_type == SSH_RSA or not self.server_extensions  # type: ignore[attr-defined]
        return (SSH_RSA, *usual) if is_old else (*usual, SSH_RSA)

    def give_password(self, user: str, password: str) -> list[str]:
        """As `auth_password`, without what that does by itself.

        Raises:
            NewPasswordWanted: the server wants another one.
        """
        answered = threading.Event()
        self.auth_handler = handler = _PasswordHandler(self)
        handler.auth_password(user, password, answered)
        return handler.wait_for_response(answered)

    def answer_prompt(self, user: str, password: str) -> list[str]:
        """As `auth_interactive`, after `give_password`: the password to the first question.

        Raises:
            PersonWanted: there is another.
        """
        answered = threading.Event()
        self.auth_handler = handler = _SecondHandler(self)
        handler.auth_interactive(user, _Answers(password).to, answered)
        return handler.wait_for_response(answered)

    def _parse_disconnect(self, message: paramiko.Message) -> None:
        self.disconnection = Disconnection(message.get_int(), message.get_text())


class _Answers:
    """To a server that logs in by questions."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._is_given = False
        self._said: list[str] = []

    def to(self, title: str, instructions: str, prompts: Sequence[tuple[str, bool]]) -> list[str]:
        self._said += [title, instructions, *(prompt for prompt, _ in prompts)]
        if not prompts:
            return []
        if self._is_given or len(prompts) > 1:
            raise PersonWanted(" ".join(self._said))
        self._is_given = True
        self._said.clear()
        return [self._password]


class _PasswordHandler(AuthHandler):
    """Understands that a server which was given the password wants another one."""

    def _parse_userauth_info_request(self, message: paramiko.Message) -> None:
        raise NewPasswordWanted(message.get_text())


class _SecondHandler(AuthHandler):
    """Goes on where another has begun: the service may be asked for only once, and some servers end a log-in in which
    it is asked for twice."""

    def _request_auth(self) -> None:
        granted = paramiko.Message()
        granted.add_string("ssh-userauth")
        granted.rewind()
        self._parse_service_accept(granted)  # type: ignore[attr-defined]


def signatures_of(kind: str, old_rsa: bool) -> tuple[str, ...]:
    """By which algorithms a key of this kind proves itself."""
    if kind != SSH_RSA:
        return (kind,)
    return (*_RSA_SIGNATURES, SSH_RSA) if old_rsa else _RSA_SIGNATURES
