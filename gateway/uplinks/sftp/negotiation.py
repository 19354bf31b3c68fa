"""Agreeing with an SSH server on encryption, and what it means where that fails: who else answers there, or what they
lack.

Only what a server says, or offers, rejects it; silence and an end without a word are the line's.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import paramiko

from gateway.config.destinations.identity import Legacy
from gateway.core.errors import Crowded, DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.phrase import Phrase
from gateway.uplinks.first_words import Speaker, speaker_of, wrong_port
from gateway.uplinks.publish import one_line
from gateway.uplinks.sftp.offers import Offers, nothing_in_common, offers_in
from gateway.uplinks.sftp.old_algorithms import OLD_KEY_EXCHANGES, SSH_RSA
from gateway.uplinks.sftp.transport import StationTransport
from gateway.uplinks.sftp.watched_socket import WatchedSocket

_OLD_SSH = re.compile(rb"(?:^|\n)SSH-1\.(?!99)[0-9]+-")
"""1.99 is a server that speaks version 2 as well."""
_KEY_EXCHANGE_FAILED = 3
"""RFC 4253, 11.1."""


def is_hopeless(heard: bytes) -> bool:
    """Whether somebody else than an SSH server speaks, so that nothing that follows is worth waiting for."""
    return speaker_of(heard) not in (None, Speaker.SSH)


def negotiate(
    where: str,
    transport: StationTransport,
    socket: WatchedSocket,
    within_s: float,
    trouble: Callable[[Exception], DeliveryDeferred],
) -> None:
    """Until both ends encrypt. `trouble` says what a failure of the connection means.

    Raises:
        DeliveryDeferred: the connection failed, or the server takes nobody now.
        DestinationRejected: no SSH server, or none with which anything can be agreed on.
    """
    try:
        transport.start_client(timeout=within_s)
    except (paramiko.SSHException, EOFError, OSError) as error:
        lost = trouble(error)
        if str(lost).endswith("interrupted"):
            raise lost from error
        raise (
            _verdict(where, transport, socket.heard_first, error) or _no_greeting(where, transport, socket) or lost
        ) from error


def _verdict(where: str, transport: StationTransport, heard: bytes, error: Exception) -> DeliveryError | None:
    said = transport.disconnection
    who = speaker_of(heard)
    if who is not None and who is not Speaker.SSH:
        return wrong_port(where, who, heard[:80])
    if _OLD_SSH.search(heard):
        return DestinationRejected(
            Phrase(
                "{where}: the server speaks only version 1 of SSH, which is broken and which nothing here "
                "speaks; ask the authority for a newer server, or for another scheme",
                where=where,
            )
        )
    is_incompatible = isinstance(error, paramiko.ssh_exception.IncompatiblePeer)
    if is_incompatible or (said is not None and said.reason == _KEY_EXCHANGE_FAILED):
        offers = offers_in(heard)
        lacking = nothing_in_common(offers, transport.known) if offers is not None else ""
        words = lacking or one_line(said.words if said is not None else str(error))
        return DestinationRejected(
            Phrase(
                "{where}: no common encryption ({words}); {newer}",
                where=where,
                words=words,
                newer=_newer(offers, transport.known),
            )
        )
    if "ignature verification" in str(error):
        return DestinationRejected(
            Phrase("{where}: the server cannot prove that the host key is its own; tell the authority", where=where)
        )
    if said is not None:
        return Crowded(
            Phrase(
                "{where}: no SSH log-in now, the server says: {one_line}", where=where, one_line=one_line(said.words)
            )
        )
    return None


def _newer(theirs: Offers | None, ours: Offers) -> str:
    """What is to be done where there is nothing in common."""
    keys = []
    if theirs is not None:
        old = {old.name for old in OLD_KEY_EXCHANGES}
        if not set(theirs.key_exchange) & set(ours.key_exchange) and old & set(theirs.key_exchange):
            keys.append(Legacy.SHA1_KEX.value)
        if not set(theirs.host_keys) & set(ours.host_keys) and SSH_RSA in theirs.host_keys:
            keys.append(Legacy.SSH_RSA.value)
    if not keys:
        return Phrase("ask the authority to let its server offer one of those that the gateway knows")
    return Phrase(
        "ask the authority for a newer server; only if it has none, write legacy: [{keys}], which lets weak "
        "algorithms in",
        keys=", ".join(keys),
    )


def _no_greeting(where: str, transport: StationTransport, socket: WatchedSocket) -> DeliveryDeferred | None:
    """If the far end did not greet as SSH servers do: OpenSSH says `Exceeded MaxStartups` and hangs up while too many
    others log in, some hang up without a word."""
    if transport.remote_version or socket.silent_too_long:
        return None
    said = one_line(socket.heard_first[:300].decode(errors="replace"))
    if not said:
        return DeliveryDeferred(Phrase("{where}: the server hung up before it had said anything", where=where))
    return Crowded(Phrase("{where}: no SSH log-in now, the server says: {said}", where=where, said=said))
