"""Secrets: the configuration says where one lies, never what it is.

Promises: the value is read when it is needed and kept nowhere, so that a changed password works without a new
configuration. No text, dump, copy or message made here contains it, nor what someone wrote in its place.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, ValidationInfo

from gateway.config.credentials import check_credential_name, credential_file, credential_missing
from gateway.config.file.form_error import FormError, MissingError
from gateway.config.section import outside
from gateway.core.errors import DestinationRejected
from gateway.core.phrase import Phrase

LARGEST = 65_536
"""Bytes. A password or a private key is far smaller; whatever is larger was not meant."""

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*", re.ASCII)
_REFERENCES = Phrase(
    "a secret is never in the file: write {file: /etc/station-gateway/secrets/…}, {env: NAME} or {credential: NAME}"
)
_CERTIFICATES = Phrase("name the file that it is in: write {file: /etc/station-gateway/…}")
_KEYS = Phrase("a key is never in the file: write {file: /etc/station-gateway/secrets/…} or {credential: NAME}")


@dataclass(frozen=True, slots=True)
class Secret:
    """A reference to a secret: an environment variable's name, a file's path or a credential's name, exactly one."""

    env: str | None = None
    file: Path | None = None
    credential: str | None = None
    """Of the unit, by systemd's `LoadCredential=` or `LoadCredentialEncrypted=`."""
    multiline: bool = False
    """Keys have lines; in a password a line break would be a command of its own to an FTP server."""
    published: bool = False
    """A certificate: not secret, though it lies beside its key. Everybody may read it."""
    signs_orders: bool = False
    """A key under transport orders, which a command of its own makes."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False, compare=False)

    def __str__(self) -> str:
        if self.credential is not None:
            return f"{{credential: {self.credential}}}"
        return f"{{env: {self.env}}}" if self.file is None else f"{{file: {self.file}}}"

    def __repr__(self) -> str:
        return f"Secret({self})"

    def __reduce__(self) -> tuple[type[Secret], tuple[str | None, Path | None, str | None, bool, bool, bool]]:
        """What is pickled is the reference; the environment, which holds the value, stays behind."""
        return Secret, (self.env, self.file, self.credential, self.multiline, self.published, self.signs_orders)

    @property
    def place(self) -> Path | None:
        """The file that it lies in for this process, be it there or not; `None`: it is in the environment."""
        return self.file if self.credential is None else credential_file(self.credential, self.environ)

    def reveal(self) -> str:
        """The secret as it is now, without the line end that editors leave behind it.

        Raises:
            DestinationRejected: it is not there any more, or not usable. The message says which and why.
        """
        try:
            return self.read()
        except FormError as fault:
            raise DestinationRejected(f"secret {self} {fault}") from fault

    def read(self) -> str:
        """As `reveal`, for those who check the configuration.

        Raises:
            MissingError: missing, or not readable by this user.
            FormError: empty, not text, or readable by everybody.
        """
        place = self.place
        text = self._from_environment() if place is None else _text(place, self)
        text = text.rstrip("\r\n")
        if not text:
            raise FormError(Phrase("is empty"), Phrase("put the secret into it"))
        if not self.multiline and not text.isprintable():
            raise FormError(Phrase("has several lines or control characters"), Phrase("a password is one line of text"))
        return text

    def _from_environment(self) -> str:
        value = self.environ.get(self.env or "")
        if value is None:
            raise MissingError(
                Phrase("environment variable {env} is not set", env=self.env),
                Phrase("set it where the gateway is started"),
            )
        return value


def _content(path: Path, secret: Secret) -> bytes:
    try:
        with path.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            if mode & stat.S_IROTH and not secret.published:
                raise FormError(
                    Phrase("{path} can be read by everybody (mode {mode:04o})", path=path, mode=stat.S_IMODE(mode)),
                    Phrase("chmod o-rwx {path}", path=path),
                )
            return opened.read(LARGEST + 1)
    except FileNotFoundError:
        if secret.credential is not None:
            raise credential_missing(secret.credential, secret.environ) from None
        raise MissingError(Phrase("{path} does not exist", path=path), _how_to_make(path, secret)) from None
    except IsADirectoryError:
        raise FormError(
            Phrase("{path} is a folder", path=path), Phrase("name the file that holds the secret")
        ) from None
    except OSError as error:
        give = Phrase(
            "give it to the gateway's group, as gateway keys new does: chgrp gateway {path} && chmod 640 {path}",
            path=path,
        )
        advice = give if secret.multiline else Phrase("let the gateway's user read it")
        raise MissingError(
            Phrase("{path} cannot be read ({strerror})", path=path, strerror=error.strerror), advice
        ) from None


def _how_to_make(path: Path, secret: Secret) -> Phrase:
    if secret.published:
        return Phrase("put the certificate there, in PEM form")
    if secret.signs_orders:
        return Phrase("make it, and the request for its certificate: gateway orders register -o FOLDER")
    if secret.multiline:
        return Phrase("make one: gateway keys new {name} --out {folder}", name=path.name, folder=path.parent)
    return Phrase("create it, readable by the gateway's user alone")


def _text(path: Path, secret: Secret) -> str:
    content = _content(path, secret)
    if len(content) > LARGEST:
        raise FormError(
            Phrase("{path} is larger than {largest} bytes", path=path, largest=LARGEST),
            Phrase("name the file that holds the secret and nothing else"),
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise FormError(Phrase("{path} is not text", path=path), Phrase("save it as UTF-8")) from None


def _parser(
    allowed: tuple[str, ...],
    advice: Phrase,
    multiline: bool,
    published: bool = False,
    signs_orders: bool = False,
) -> Callable[[object, ValidationInfo[Any]], Secret]:
    def parse(value: object, context: ValidationInfo[Any]) -> Secret:
        if isinstance(value, Secret):
            return value
        if not isinstance(value, dict):
            raise FormError(
                Phrase("is written out") if isinstance(value, str) else Phrase("is not a reference to a secret"), advice
            )
        if len(value) != 1 or not set(value) <= {"env", "file", "credential"}:
            raise FormError(Phrase("is not one reference to a secret"), advice)
        [(source, place)] = value.items()
        if source not in allowed:
            raise FormError(Phrase("cannot be taken from {source}", source=source), advice)
        around = outside(context)
        secret = _reference(source, place, os.environ if around is None else around.environ, multiline, published)
        secret = replace(secret, signs_orders=signs_orders)
        if around is not None and around.judges:
            with contextlib.suppress(MissingError):  # warned of by `checks.not_filled_in`
                secret.read()
        return secret

    return parse


def _reference(source: str, place: object, environ: Mapping[str, str], multiline: bool, published: bool) -> Secret:
    if source == "env":
        if not isinstance(place, str) or not _VARIABLE.fullmatch(place):  # never shown: it may be the secret itself
            raise FormError(
                Phrase("env does not name an environment variable"),
                Phrase("write its name in capitals, such as SO_TNMT_PASSWORD"),
            )
        return Secret(env=place, multiline=multiline, environ=environ)
    if source == "credential":
        return Secret(credential=check_credential_name(place), multiline=multiline, environ=environ)
    if not isinstance(place, str) or not place.startswith("/") or not place.isprintable():
        raise FormError(
            Phrase("file is not an absolute path"),
            Phrase("write the whole path, such as /etc/station-gateway/secrets/so-tnmt"),
        )
    return Secret(file=Path(place), multiline=multiline, published=published, environ=environ)


parse_secret = _parser(("env", "file", "credential"), _REFERENCES, multiline=False)
"""For keys that hold a secret or something else."""
SecretReference = Annotated[Secret, PlainValidator(parse_secret), PlainSerializer(str)]
SecretFile = Annotated[
    Secret, PlainValidator(_parser(("file", "credential"), _KEYS, multiline=True)), PlainSerializer(str)
]
OrderKeyFile = Annotated[
    Secret,
    PlainValidator(_parser(("file", "credential"), _KEYS, multiline=True, signs_orders=True)),
    PlainSerializer(str),
]
CertificateFile = Annotated[
    Secret,
    PlainValidator(_parser(("file",), _CERTIFICATES, multiline=True, published=True)),
    PlainSerializer(str),
]
"""Looked at as a secret is, but everybody may read it."""
