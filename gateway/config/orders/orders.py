"""`orders`: transport orders, from the folder or the door at which they come in to the signatures below them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.listen import Listen, ListenAddress
from gateway.config.orders.signing import SignerSettings
from gateway.config.secrets import Secret, SecretReference
from gateway.config.section import AbsolutePath, Section, not_empty
from gateway.config.units import Duration, within
from gateway.core.phrase import Phrase

DEFAULT_SCHEMA = "default"


def _schema_file(value: object) -> object:
    return None if value == DEFAULT_SCHEMA else value


def _shown_schema(value: Path | None) -> str:
    return DEFAULT_SCHEMA if value is None else str(value)


def _check_local(listen: ListenAddress | None) -> ListenAddress | None:
    if listen is not None and not listen.is_local:
        raise FormError(
            Phrase("can be reached from the network: whoever gets there has orders signed by this station"),
            Phrase("listen on 127.0.0.1; from other machines, move files into the spool"),
        )
    return listen


def _check_roles(signers: tuple[SignerSettings, ...]) -> tuple[SignerSettings, ...]:
    roles = [one.role for one in not_empty(signers)]
    for role in roles:
        if roles.count(role) > 1:
            raise FormError(Phrase("has the role {role} twice", role=role), Phrase("give each signature its own role"))
    return signers


class OrdersSettings(Section):
    """`spool`: the folder into which orders and their images are moved, with `done/`, `refused/` and `kept/` in it.
    `listen`: where orders are taken over HTTP, from this machine alone, by whoever knows `token`. `sign`: every order
    gets all of these signatures. `structure`, in the file `schema`: the JSON Schema that orders are held against;
    `None`: the gateway's own. `keep`: how long signed orders, and what was moved in, are kept once they are
    accepted."""

    spool: AbsolutePath = Path("/var/lib/station-gateway/orders")
    listen: Annotated[Listen, AfterValidator(_check_local)] | None = None
    token: SecretReference | None = Field(default=None, validate_default=True)
    sign: Annotated[tuple[SignerSettings, ...], AfterValidator(_check_roles)] = Field(
        description=Phrase("the list of who signs: {role: station, key: {file: …}, certificate: {file: …}}")
    )
    structure: Annotated[AbsolutePath | None, BeforeValidator(_schema_file), PlainSerializer(_shown_schema)] = Field(
        default=None, alias="schema"
    )
    keep: Annotated[Duration, AfterValidator(within("1d", "3650d"))] = timedelta(days=60)

    @field_validator("token")
    @classmethod
    def _guard_the_door(cls, token: Secret | None, siblings: ValidationInfo[Any]) -> Secret | None:
        if "listen" not in siblings.data:  # it was refused: one fault is enough
            return token
        if (token is None) != (siblings.data["listen"] is None):
            raise FormError(
                Phrase("is missing") if token is None else Phrase("is for the door that listen opens"),
                Phrase("add token: {file: …}: without it everybody at this machine could submit orders")
                if token is None
                else Phrase("remove it, or add listen: 127.0.0.1:8089"),
            )
        return token


def order_secrets(orders: OrdersSettings) -> Mapping[tuple[str | int, ...], Secret]:
    """Each secret of the section, by its place below it."""
    found: dict[tuple[str | int, ...], Secret | None] = {("token",): orders.token}
    for index, one in enumerate(orders.sign):
        found |= {("sign", index, "key"): one.key, ("sign", index, "pin"): one.pin}
        found[("sign", index, "certificate")] = one.certificate
    return {at: secret for at, secret in found.items() if secret is not None}
