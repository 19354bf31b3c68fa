"""The accounts that are handed over: those of the section `handover`, and those by which the gateway itself asks
cameras and switches, and lets the authority look at cameras."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.config import Configuration
from gateway.config.secrets import Secret
from gateway.core.errors import DestinationRejected, GatewayError


class SecretsMissing(GatewayError):
    """An account cannot be handed over: what opens it cannot be read. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Account:
    """`level`: what it may do. `secret`: a reference, or nothing where the name is all there is."""

    of: str
    level: str
    user: str
    secret: Secret | None

    @property
    def has_key(self) -> bool:
        return self.secret is not None and self.secret.multiline


def accounts_of(configuration: Configuration) -> tuple[Account, ...]:
    """By the configuration's order; what `handover` says of an account counts before the other sections."""
    declared = tuple(Account(one.of, one.level, one.user, one.secret) for one in configuration.handover.accounts)
    known = {(one.of, one.user) for one in declared}
    others = (*_of_cameras(configuration), *_of_switches(configuration))
    return (*declared, *(one for one in others if (one.of, one.user) not in known))


def _of_switches(configuration: Configuration) -> Iterator[Account]:
    """A user of SNMPv3 may have two passwords."""
    for one in configuration.ports_policy.snmp:
        if one.user is None:
            yield Account(one.host, "read", "community", one.community)
            continue
        passwords = {"auth": one.auth, "privacy": one.privacy}
        found = [
            Account(one.host, "read", f"{one.user} ({name})", secret) for name, secret in passwords.items() if secret
        ]
        yield from found or [Account(one.host, "read", one.user, None)]


def _of_cameras(configuration: Configuration) -> Iterator[Account]:
    cameras = configuration.cameras
    if cameras is None:
        return
    for camera in cameras.list:
        if camera.user is not None:
            yield Account(camera.name, "stream", camera.user, camera.password)
    if cameras.relay is not None:
        yield Account("relay", "view", cameras.relay.user, cameras.relay.password)


def in_plain(station: str, made: str, accounts: Sequence[Account]) -> bytes:
    """What is to be encrypted, with every secret. It is never written anywhere as it is.

    Raises:
        SecretsMissing: at least one cannot be read; the message names all of them, by their references.
    """
    faults: list[str] = []
    told = [_told(one, faults) for one in accounts]
    if faults:
        raise SecretsMissing("; ".join((*faults, "nothing was written")))
    content = {"station": station, "made": made, "accounts": told}
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode()


def _told(account: Account, faults: list[str]) -> dict[str, str]:
    content = {"of": account.of, "level": account.level, "user": account.user}
    if account.secret is None:
        return content
    try:
        return {**content, "key" if account.has_key else "password": account.secret.reveal()}
    except DestinationRejected as fault:
        faults.append(f"{account.user} of {account.of}: {fault}")
        return content


def names_of(accounts: Iterable[Account]) -> list[dict[str, str]]:
    """Who may do what, without secrets."""
    return [{"of": one.of, "level": one.level, "user": one.user} for one in accounts]
