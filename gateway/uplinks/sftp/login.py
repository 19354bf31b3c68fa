"""Logging in to an SSH server, and what its answers mean: the line's trouble, a busy server, or a person's matter.

Whatever a server says once it has seen who we are is its verdict; only silence, and an end without a word, is the line.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import paramiko

from gateway.config.destinations.identity import Legacy
from gateway.core.errors import Crowded, DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.phrase import Phrase
from gateway.uplinks.login_warning import warning_in
from gateway.uplinks.publish import one_line
from gateway.uplinks.sftp.old_algorithms import Sha1RsaKey
from gateway.uplinks.sftp.transport import Disconnection, NewPasswordWanted, PersonWanted, StationTransport

_TOO_MANY_CONNECTIONS = 12
_HANG_UPS_THAT_ANSWER = 3
_VERDICTS = {1, 13, 14, 15}
"""RFC 4253, 11.1: host not allowed, authentication cancelled, no more methods, illegal user name."""
_ABOUT_US = re.compile(
    r"account|passw|authenticat|credential|expired|disabled|locked|suspended|denied|not (?:allowed|permitted)|banned"
    r"|tài khoản|mật khẩu|hết hạn|khóa|khoá",
    re.I,
)
_BUSY = re.compile(
    r"too many (?:\w+ )?(?:connections|sessions|users)|maximum .*(?:connections|sessions|users)|busy", re.I
)
_EXPIRED = re.compile(r"expire|chang\w* .{0,40}passw|passw\w* .{0,40}chang|new password|hết hạn|đổi mật khẩu", re.I)
_CLOSED = re.compile(
    r"disabled|locked|suspended|inactive|deactivated|blocked|banned|not available|vô hiệu|bị kho[áa]", re.I
)

_A_NEW_ONE = Phrase(
    "have the authority set a new one, best one that does not expire, or a key, and put it into the secret's file"
)


@dataclass(slots=True)
class RememberedServer:
    """What former connections have shown of a server. Never trusted: what it shows now is held against the pins."""

    pinned_kind: str | None = None
    """Which kind of host key the pinned one is, so that it is asked for first."""
    hung_up: int = 0
    """How often in a row it has hung up without a word when it was given our credentials."""


@dataclass(frozen=True, slots=True)
class SshAccount:
    """Whom to log in, and which host key the server must prove. Secrets are asked for when they are needed."""

    user: str
    host_keys: tuple[str, ...]
    """Each `SHA256:` and 43 characters, as `ssh-keygen -lf` prints it; any of them will do."""
    password: Callable[[], str] | None = None
    private_key: Callable[[], str] | None = None
    """The text of a private key without passphrase: ed25519, ecdsa or rsa. Preferred to the password."""
    legacy: tuple[Legacy, ...] = ()
    known: RememberedServer = field(default_factory=RememberedServer, compare=False, repr=False)


class LogIn:
    """One try. `trouble` says what a failure of the connection means, `was_closed` whether the far end ended it."""

    def __init__(
        self,
        where: str,
        transport: StationTransport,
        account: SshAccount,
        trouble: Callable[[Exception], DeliveryDeferred],
        was_closed: Callable[[], bool],
    ) -> None:
        self._was_closed = was_closed
        self._where = where
        self._transport = transport
        self._account = account
        self._trouble = trouble
        self._by_key = account.private_key is not None
        self._secret = ""

    def run(self) -> None:
        """Log in.

        Raises:
            DeliveryDeferred: the connection failed, or the server has no room now.
            DestinationRejected: the server refuses us, or asks for what only a person can give.
        """
        try:
            further = self._offer()
        except paramiko.BadAuthenticationType as error:
            raise self._rejected(
                Phrase(
                    "the server lets nobody in this way; it offers: {one_line}",
                    one_line=one_line(", ".join(error.allowed_types)),
                )
            ) from None
        except PersonWanted as error:
            raise self._person_wanted(error) from None
        except paramiko.AuthenticationException as error:
            # paramiko uses the same class for a wrong password and for a server that hung up or said nothing.
            if "timeout" in str(error):
                raise self._trouble(TimeoutError()) from None
            if not self._transport.is_active():
                raise self.hung_up() from None
            raise self._refused(self._banner()) from None
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise (self._trouble(error) if self._transport.disconnection is None else self.hung_up()) from None
        self._account.known.hung_up = 0
        if further:
            raise self._rejected(
                Phrase(
                    "after {means} the server asks for more ({one_line}), which a station cannot give",
                    means=self._means,
                    one_line=one_line(", ".join(further)),
                )
            )

    def hung_up(self) -> DeliveryError:
        """What it means that the server ended the connection once it knew who we are."""
        said = self._transport.disconnection
        return self._without_a_word() if said is None else self._disconnected(said)

    @property
    def warning(self) -> str:
        """What the server has said meanwhile of the end of the password or of the account."""
        return warning_in((self._transport.get_banner() or b"").decode(errors="replace"), self._secret)

    @property
    def _means(self) -> str:
        return Phrase("the key") if self._by_key else Phrase("the password")

    def _offer(self) -> list[str]:
        account = self._account
        if account.private_key is not None:
            key = private_key(account.private_key(), self._where, old_rsa=self._transport.takes_old_rsa)
            return self._transport.auth_publickey(account.user, key)
        if account.password is None:
            raise self._rejected(Phrase("neither password nor key is configured"))
        self._secret = account.password()
        try:
            return self._transport.give_password(account.user, self._secret)
        except paramiko.BadAuthenticationType as error:
            if "keyboard-interactive" not in error.allowed_types:
                raise
            return self._transport.answer_prompt(account.user, self._secret)

    def _disconnected(self, said: Disconnection) -> DeliveryError:
        words = one_line(said.words, self._secret)
        if said.reason == _TOO_MANY_CONNECTIONS or _BUSY.search(words):
            return Crowded(
                Phrase("{where}: no SSH log-in now, the server says: {words}", where=self._where, words=words)
            )
        if said.reason in _VERDICTS or _ABOUT_US.search(words):
            return self._refused(words)
        return DeliveryDeferred(
            Phrase("{where}: the server ended the log-in ({words})", where=self._where, words=words or said.reason),
            by_server=True,
        )

    def _without_a_word(self) -> DeliveryError:
        """Once or twice it is the line, or a server that restarts; again and again at this moment it is an answer."""
        known = self._account.known
        known.hung_up += self._was_closed()
        if known.hung_up < _HANG_UPS_THAT_ANSWER or not self._was_closed():
            return self._trouble(EOFError())
        return self._rejected(
            Phrase(
                "the server has hung up without a word {hung_up} times in a row as soon as it was given "
                "{means} of user {user}, as some do with a closed or expired account; check both with the "
                "authority",
                hung_up=known.hung_up,
                means=self._means,
                user=self._account.user,
            )
        )

    def _refused(self, words: str) -> DestinationRejected:
        user, advice = self._account.user, self._advice(words)
        means = Phrase("this key") if self._by_key else Phrase("this password")
        if not words:
            return self._rejected(
                Phrase("the server refuses user {user} with {means}; {advice}", user=user, means=means, advice=advice)
            )
        return self._rejected(
            Phrase(
                "the server refuses user {user} with {means}; the server says: {words}; {advice}",
                user=user,
                means=means,
                words=words,
                advice=advice,
            )
        )

    def _person_wanted(self, error: PersonWanted) -> DestinationRejected:
        said = one_line(str(error), self._secret) or Phrase("without a word")
        if not isinstance(error, NewPasswordWanted) and not _EXPIRED.search(said):
            return self._rejected(
                Phrase(
                    "after {means} of user {user} the server asks ({said}), which a station cannot answer; "
                    "ask the authority for an account without questions",
                    means=self._means,
                    user=self._account.user,
                    said=said,
                )
            )
        return self._rejected(
            Phrase(
                "the server wants user {user} to change the password ({said}); the gateway changes none: {a_new_one}",
                user=self._account.user,
                said=said,
                a_new_one=_A_NEW_ONE,
            )
        )

    def _advice(self, words: str) -> str:
        if _EXPIRED.search(words):
            return Phrase("the password or the account has expired: {a_new_one}", a_new_one=_A_NEW_ONE)
        if _CLOSED.search(words):
            return Phrase("ask the authority to open the account again")
        return Phrase("check both with the authority")

    def _banner(self) -> str:
        return one_line((self._transport.get_banner() or b"").decode(errors="replace"), self._secret)

    def _rejected(self, why: str) -> DestinationRejected:
        return DestinationRejected(Phrase("{where}: {why}", where=self._where, why=why))


def not_sftp(where: str, user: str, words: str) -> DestinationRejected:
    """The server let us in and then ended the channel, with these words."""
    said = one_line(words)
    if _EXPIRED.search(said):
        return DestinationRejected(
            Phrase(
                "{where}: the password of user {user} has expired ({said}); {a_new_one}",
                where=where,
                user=user,
                said=said,
                a_new_one=_A_NEW_ONE,
            )
        )
    return DestinationRejected(
        Phrase(
            "{where}: the account may not use SFTP ({said}); ask the authority to allow it for user {user}, with "
            "nothing that prints text at log-in",
            where=where,
            said=said,
            user=user,
        )
    )


def without_words(where: str, user: str, status: int) -> DestinationRejected:
    """The same, where nothing was said. OpenSSH may lose the words with which it says that a password has expired."""
    return DestinationRejected(
        Phrase(
            "{where}: the server lets user {user} in and ends the session at once (exit status {status}), as it "
            "does when the password has expired or the account's shell lets nobody in; ask the authority; if it "
            "has expired: {a_new_one}",
            where=where,
            user=user,
            status=status,
            a_new_one=_A_NEW_ONE,
        )
    )


def private_key(text: str, where: str, *, old_rsa: bool = False) -> paramiko.PKey:
    """Raises `DestinationRejected` without a word of the key."""
    key = loaded_key(text, old_rsa=old_rsa)
    if isinstance(key, Phrase):
        raise DestinationRejected(
            Phrase("{where}: the private key {wrong}; make another: gateway keys new", where=where, wrong=key)
        )
    return key


def loaded_key(text: str, *, old_rsa: bool = False) -> paramiko.PKey | Phrase:
    """The key, or what is wrong with it."""
    if text.startswith(("ssh-", "ecdsa-")):
        return Phrase("is a public one; the private half has the same name without .pub")
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, Sha1RsaKey if old_rsa else paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text + "\n"))
        except paramiko.PasswordRequiredException:
            return Phrase("asks for a passphrase")
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    return Phrase("is none of ed25519, ecdsa, rsa, or damaged")
