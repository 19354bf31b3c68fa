"""aiosmtpd as a mail server of an office: STARTTLS or TLS from the first byte, a log-in, and what it refuses.

with mail_server(MailRules(certificate=authority.issue("127.0.0.1"), users={"gw": "geheim"})) as server:
    server.port, server.mails
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.certificates import ServerCertificate


@dataclass(frozen=True)
class MailRules:
    certificate: ServerCertificate | None = None
    is_implicit: bool = False
    users: Mapping[str, str] | None = None
    """Who may log in, by which password; `None`: nobody is asked to."""
    mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN")
    says: Mapping[str, str] = field(default_factory=dict)
    """What it answers in place of 250, by `MAIL`, `DATA`, or a recipient."""
    waits_s: float = 0
    """Before it answers to DATA."""


@dataclass
class MailServer:
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    greeted: list[str] = field(default_factory=list)
    """What clients called themselves."""


class _Rules:
    def __init__(self, rules: MailRules, server: MailServer) -> None:
        self._rules = rules
        self._server = server

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self._server.greeted.append(hostname)
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._rules.says.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self._rules.says.get(address, "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self._rules.waits_s)
        said = self._rules.says.get("DATA", "250 OK")
        if said.startswith("250"):
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            self._server.raw.append(content)
            mail: Any = message_from_bytes(content, policy=default)
            self._server.mails.append(mail)
            self._server.recipients.append(list(envelope.rcpt_tos))
        return said


@contextmanager
def mail_server(rules: MailRules) -> Iterator[MailServer]:
    server = MailServer()
    context = None
    if rules.certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(rules.certificate.certificate, rules.certificate.key)

    def authenticate(_: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword) -> AuthResult:
        user, password = given.login.decode(), given.password.decode()
        is_known = rules.users is not None and rules.users.get(user) == password
        return AuthResult(success=is_known, handled=False)

    def serve() -> SMTP:
        return SMTP(
            _Rules(rules, server),
            hostname="127.0.0.1",
            tls_context=None if rules.is_implicit else context,
            require_starttls=context is not None and not rules.is_implicit,
            authenticator=authenticate,
            auth_required=rules.users is not None,
            auth_require_tls=not rules.is_implicit and context is not None,
            auth_exclude_mechanism=[one for one in ("PLAIN", "LOGIN") if one not in rules.mechanisms],
            loop=loop,
        )

    loop = asyncio.new_event_loop()
    listening = loop.create_server(serve, "127.0.0.1", 0, ssl=context if rules.is_implicit else None)
    listener = loop.run_until_complete(listening)
    server.port = listener.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        listener.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
