"""Asking a camera by hand what it has against us: FFmpeg says only that it was refused, and of most refusals not which.

Asked only once no other connection is open: many cameras have one. Whatever it began it ends.
RFC 2326 (RTSP 1.0), RFC 2617 (Basic and Digest, by MD5, which is what cameras have).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gateway.cameras.stream.rtsp_challenge import is_digest, is_plain
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase

ANSWER_S = 3.0
"""For the whole conversation."""
_LARGEST_ANSWER = 65_536
_OUR_PORT = 41794
_STATUS = re.compile(rb"RTSP/1\.\d (\d{3}) ?([^\r\n]*)")


class NoRtspError(Exception):
    """What came is no answer of an RTSP server. `came`: its begin; empty: it closed without a word."""

    def __init__(self, came: bytes) -> None:
        super().__init__()
        self.came = came


@dataclass(frozen=True, slots=True)
class RtspAnswer:
    """`method`: what was asked: the first question that was refused, else the last."""

    method: str
    status: int
    reason: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    challenges: tuple[str, ...] = ()
    """Each way in which it would take a password."""
    is_of_sound: bool = False
    """Whether it is about the sound alone."""


@dataclass(frozen=True, slots=True)
class RtspQuestion:
    """`url`: without user and password. `credentials`: both, if there are any."""

    address: str
    port: int
    url: str
    credentials: tuple[str, str] | None
    over_tcp: bool
    clock: Clock
    with_sound: bool = False
    """Whether sound is wanted, if there is any."""

    def ask(self) -> RtspAnswer:
        """The first refusal of DESCRIBE, SETUP and PLAY; otherwise the last answer.

        Raises:
            TimeoutError: connected, and no answer came in time.
            OSError: no connection, or it broke.
            NoRtspError: not an RTSP server.
        """
        deadline_s = self.clock.now().mono_s + ANSWER_S
        with socket.create_connection((self.address, self.port), ANSWER_S) as connection:
            talk = _Talk(connection, self.credentials, self.clock, deadline_s)
            described = talk.ask("DESCRIBE", self.url, "Accept: application/sdp\r\n")
            if described.status != 200:
                return described
            answer = talk.ask("SETUP", _media_url(described, self.url, "video"), self._transport(0))
            if answer.status != 200:
                return answer
            session = f"Session: {answer.headers.get('session', '').split(';')[0]}\r\n"
            try:
                if self.with_sound and "m=audio" in described.body:
                    where = _media_url(described, self.url, "audio")
                    answer = talk.ask("SETUP", where, f"{self._transport(2)}{session}")
                    if answer.status != 200:
                        return replace(answer, is_of_sound=True)
                return talk.ask("PLAY", self.url, session)
            except NoRtspError as played:
                if played.came.startswith(b"$"):  # the stream itself, before the answer
                    return RtspAnswer("PLAY", 200, "OK")
                raise
            finally:
                with contextlib.suppress(OSError):
                    talk.say("TEARDOWN", self.url, session)

    def _transport(self, channel: int) -> str:
        if self.over_tcp:
            return f"Transport: RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}\r\n"
        return f"Transport: RTP/AVP;unicast;client_port={_OUR_PORT + channel}-{_OUR_PORT + channel + 1}\r\n"

    def challenges(self) -> tuple[str, ...]:
        """Each way in which it would take a password. It is told none.

        Raises:
            As `ask`.
        """
        deadline_s = self.clock.now().mono_s + ANSWER_S
        with socket.create_connection((self.address, self.port), ANSWER_S) as connection:
            talk = _Talk(connection, None, self.clock, deadline_s)
            return talk.ask("DESCRIBE", self.url, "Accept: application/sdp\r\n").challenges


class _Talk:
    """Questions and answers on one connection."""

    def __init__(
        self, connection: socket.socket, credentials: tuple[str, str] | None, clock: Clock, deadline_s: float
    ) -> None:
        self._connection = connection
        self._credentials = credentials
        self._clock = clock
        self._deadline_s = deadline_s
        self._challenge: str | None = None
        self._number = 0

    def ask(self, method: str, url: str, headers: str) -> RtspAnswer:
        answer = self._once(method, url, headers)
        if answer.status == 401 and self._credentials is not None and self._challenge is None:
            self._challenge = answer.headers.get("www-authenticate")
            if self._challenge is not None:
                answer = self._once(method, url, headers)
        return answer

    def say(self, method: str, url: str, headers: str) -> None:
        """Ask, and wait for no answer."""
        self._number += 1
        head = f"{method} {url} RTSP/1.0\r\nCSeq: {self._number}\r\n{headers}{self._authorization(method, url)}\r\n"
        self._connection.sendall(head.encode())

    def _once(self, method: str, url: str, headers: str) -> RtspAnswer:
        self.say(method, url, headers)
        return self._answer(method)

    def _authorization(self, method: str, url: str) -> str:
        if self._challenge is None or self._credentials is None:
            return ""
        user, password = self._credentials
        if is_plain(self._challenge):
            token = base64.b64encode(f"{user}:{password}".encode()).decode()
            return f"Authorization: Basic {token}\r\n"
        if not is_digest(self._challenge):
            return ""
        asked = dict(re.findall(r'(\w+)="?([^",]*)"?', self._challenge))
        realm, nonce = asked.get("realm", ""), asked.get("nonce", "")
        ours, what = _md5(f"{user}:{realm}:{password}"), _md5(f"{method}:{url}")
        said = f'username="{user}", realm="{realm}", nonce="{nonce}", uri="{url}"'
        if "auth" in asked.get("qop", ""):
            once = secrets.token_hex(8)
            response = _md5(f"{ours}:{nonce}:00000001:{once}:auth:{what}")
            said += f', qop=auth, nc=00000001, cnonce="{once}"'
        else:
            response = _md5(f"{ours}:{nonce}:{what}")
        return f'Authorization: Digest {said}, response="{response}"\r\n'

    def _answer(self, method: str) -> RtspAnswer:
        came = b""
        while b"\r\n\r\n" not in came:
            came += self._more(came)
        head, _, body = came.partition(b"\r\n\r\n")
        status = _STATUS.match(head)
        if status is None:
            raise NoRtspError(came)
        lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
        headers: dict[str, str] = {}
        challenges: list[str] = []
        for key, _, value in lines:
            name, said = key.strip().lower(), value.strip()
            if name == "www-authenticate":
                challenges.append(said)
            if name == "www-authenticate" and is_plain(headers.get(name, "basic")):
                headers[name] = said  # of several challenges one that does not want the password itself
            headers.setdefault(name, said)
        length = headers.get("content-length", "")
        wanted = min(int(length), _LARGEST_ANSWER) if length.isascii() and length.isdigit() and len(length) < 9 else 0
        while len(body) < wanted:
            body += self._more(came + body)
        reason = status[2].decode("latin-1").strip()
        return RtspAnswer(method, int(status[1]), reason, headers, body.decode("utf-8", "replace"), tuple(challenges))

    def _more(self, came: bytes) -> bytes:
        left_s = self._deadline_s - self._clock.now().mono_s
        if left_s <= 0:
            raise TimeoutError(Phrase("no answer"))
        if len(came) > 2 * _LARGEST_ANSWER or not came.startswith(b"RTSP/"[: len(came)]):
            raise NoRtspError(came)
        self._connection.settimeout(left_s)
        more = self._connection.recv(4096)
        if not more:
            raise NoRtspError(came)
        return more


def _media_url(described: RtspAnswer, url: str, kind: str) -> str:
    """What the first stream of this kind is called in a set-up."""
    base = described.headers.get("content-base") or described.headers.get("content-location") or url
    media = described.body.partition(f"m={kind}")[2]
    found = re.search(r"^a=control:(\S+)", media.partition("\nm=")[0], re.MULTILINE)
    control = found[1] if found else "*"
    if control == "*":
        return url
    return control if "://" in control else f"{base.rstrip('/')}/{control.lstrip('/')}"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
