"""What a configuration leaves to be brought: secrets, certificates, commands, and a real key where an
example's stands. It is looked for with the eyes of whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.config.checks.alerts import alert_authorities, alert_secrets, commands_not_there
from gateway.config.checks.cameras import camera_secrets
from gateway.config.checks.orders import secrets_of_orders
from gateway.config.checks.switches import switch_secrets
from gateway.config.configuration import Sections
from gateway.config.credentials import is_declared
from gateway.config.destinations.identity import check_certificates_in
from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.secrets import Secret
from gateway.core.phrase import Phrase

_EXAMPLES_HOST_KEY = f"SHA256:{'A' * 43}"


def not_filled_in(sections: Sections) -> Iterator[LocatedProblem]:
    """What keeps a destination or a camera from being reached yet, or accounts from being handed over: secrets that are
    not there for this user, an example's key."""
    for index, destination in enumerate(sections.destinations):
        if _EXAMPLES_HOST_KEY in (destination.host_key or ()):
            yield (
                ("destinations", index, "host_key"),
                Phrase("is still the example's: no server has this key, and nothing will be sent"),
                Phrase("ask the authority for its server's; gateway check --online shows the one that answers"),
            )
        for key, secret in (("password", destination.password), ("key", destination.key)):
            if secret is not None:
                yield from _not_there(("destinations", index, key), secret)
        yield from _no_certificates(("destinations", index, "ca"), destination.ca)
        if destination.client is not None:
            yield from _not_there(("destinations", index, "client", "certificate"), destination.client.certificate)
            for at, wrong, right in _not_there(("destinations", index, "client", "key"), destination.client.key):
                made_for_ssh = right.startswith("make one")
                yield at, wrong, Phrase("put the key there that belongs to the certificate") if made_for_ssh else right
    of_sections = (camera_secrets, switch_secrets, alert_secrets, secrets_of_orders)
    for at, secret in (found for secrets_of in of_sections for found in secrets_of(sections)):
        yield from _not_there(at, secret)
    if sections.metrics is not None and sections.metrics.token is not None:
        yield from _not_there(("metrics", "token"), sections.metrics.token)
    for index, account in enumerate(sections.handover.accounts):
        if account.secret is not None:
            key = "key" if account.password is None else "password"
            yield from _not_there(("handover", "accounts", index, key), account.secret)
    for at, ca in alert_authorities(sections):
        yield from _no_certificates(at, ca)
    yield from commands_not_there(sections)


def _no_certificates(at: Location, ca: Path | None) -> Iterator[LocatedProblem]:
    if ca is None:
        return
    try:
        check_certificates_in(ca)
    except FormError as fault:
        yield at, fault.wrong, fault.right


def _not_there(at: Location, secret: Secret) -> Iterator[LocatedProblem]:
    if secret.credential is not None and is_declared(secret.credential, secret.environ):
        return
    try:
        secret.read()
    except FormError as fault:
        yield at, fault.wrong, fault.right
