"""`ports_policy.snmp`: how managed switches let themselves be read."""

from __future__ import annotations

from enum import StrEnum

from pydantic import model_validator

from gateway.config.file.form_error import FormError
from gateway.config.host import Host, Port
from gateway.config.secrets import SecretReference
from gateway.config.section import Section, Words
from gateway.core.phrase import Phrase


class AuthMethod(StrEnum):
    """How an SNMPv3 user proves the password (RFC 3414, RFC 7860)."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA224 = "sha224"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


class PrivacyMethod(StrEnum):
    """How SNMPv3 hides what is said (RFC 3414, RFC 3826)."""

    DES = "des"
    AES128 = "aes128"
    AES192 = "aes192"
    AES256 = "aes256"


class SnmpAccess(Section):
    """Of one switch. Version 2c with a `community`, or version 3 with a `user`; `auth` and `privacy` are the user's
    passwords. An account that may only read is enough, and the only one that should be given."""

    host: Host
    port: Port = 161
    community: SecretReference | None = None
    user: Words | None = None
    auth: SecretReference | None = None
    auth_method: AuthMethod = AuthMethod.SHA256
    privacy: SecretReference | None = None
    privacy_method: PrivacyMethod = PrivacyMethod.AES128

    @model_validator(mode="after")
    def _says_who_asks(self) -> SnmpAccess:
        if (self.community is None) == (self.user is None):
            raise FormError(
                Phrase("has to say who asks, once"),
                Phrase("write community (version 2c), or user and auth (version 3)"),
            )
        if self.user is None and (self.auth is not None or self.privacy is not None):
            raise FormError(
                Phrase("has passwords and no user"), Phrase("auth and privacy are the user's, of version 3")
            )
        if self.privacy is not None and self.auth is None:
            raise FormError(
                Phrase("hides what nobody proves"), Phrase("SNMPv3 has privacy only beside auth: write auth as well")
            )
        return self
