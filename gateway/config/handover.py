"""`handover`: the accounts of the box, the datalogger, cameras and the rest, which the department is given with their
levels of access. Secrets are references, here as everywhere."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.secrets import Secret, SecretFile, SecretReference
from gateway.config.section import Name, Section, Words
from gateway.core.phrase import Phrase


class HandoverAccount(Section):
    """One account. `of`: the device it is on: box, datalogger, plc, a camera's name. `level`: what it may do, in the
    device's own words. Without `password` and `key` there is nothing to be given but its name."""

    of: Name = Field(description=Phrase("the device, such as datalogger"))
    level: Words = Field(description=Phrase("what the account may do, such as administrator"))
    user: Words = Field(description=Phrase("the account's name on the device"))
    password: SecretReference | None = None
    key: SecretFile | None = None

    @field_validator("key")
    @classmethod
    def _be_one_secret(cls, key: Secret | None, siblings: ValidationInfo[Any]) -> Secret | None:
        if key is not None and siblings.data.get("password") is not None:
            raise FormError(Phrase("stands beside a password"), Phrase("keep one of the two, or write two accounts"))
        return key

    @property
    def secret(self) -> Secret | None:
        return self.password or self.key


def _be_told_apart(accounts: tuple[HandoverAccount, ...]) -> tuple[HandoverAccount, ...]:
    seen: set[tuple[str, str]] = set()
    for account in accounts:
        if (account.of, account.user) in seen:
            raise FormError(
                Phrase("has {user} of {of} twice", user=account.user, of=account.of),
                Phrase("write each account once, with its level"),
            )
        seen.add((account.of, account.user))
    return accounts


class HandoverSettings(Section):
    """Cameras' and the relay's accounts are known from `cameras` and need not stand here."""

    accounts: Annotated[tuple[HandoverAccount, ...], AfterValidator(_be_told_apart)] = ()
