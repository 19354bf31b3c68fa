"""`url` of a destination: which protocol, who, where. Never a password.

No message repeats the text, for whoever puts a password into a URL does it in many misspelt ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import unquote

from pydantic import PlainSerializer, PlainValidator

from gateway.config.destinations.scheme import Scheme
from gateway.config.file.form_error import FormError
from gateway.config.url_parts import host_and_port, host_in_url, split_url
from gateway.core.phrase import Phrase

_FORM = Phrase("write it as sftp://user@host/folder")


@dataclass(frozen=True, slots=True)
class DestinationUrl:
    """A parsed URL. `path` begins with `/` and does not end in one; it is empty for the folder one logs into."""

    scheme: Scheme
    user: str
    host: str
    port: int
    path: str

    @property
    def has_usual_port(self) -> bool:
        return self.port == self.scheme.traits.usual_port

    def __str__(self) -> str:
        return f"{self.scheme}://{self.user}@{host_in_url(self.host)}:{self.port}{self.path}"


def parse_destination_url(value: object) -> DestinationUrl:
    """The URL's parts; %-codes in the user and the path are resolved.

    Raises:
        FormError: no such form, a scheme that this version does not have, or a password inside.
    """
    if isinstance(value, DestinationUrl):
        return value
    if not isinstance(value, str) or "://" not in value or not value.isprintable() or " " in value:
        raise FormError(Phrase("is not a URL"), _FORM)
    scheme = _scheme(value.split("://", 1)[0])
    # The scheme is replaced because urlsplit treats unknown ones differently.
    parts = split_url("ftp://" + value.split("://", 1)[1], _FORM)
    if parts.password is not None:
        raise FormError(
            Phrase("has a password in it"),
            Phrase("take it out of the url; write password: {file: …} or {env: …} beside it"),
        )
    if parts.query or parts.fragment or "?" in value or "#" in value:
        raise FormError(Phrase("has a ? or # in it"), Phrase("write %3F or %23 if the folder's name really has one"))
    user = _plain(parts.username or "", "user")
    if not user:
        raise FormError(Phrase("names no user"), _FORM)
    host, port = host_and_port(parts, scheme.traits.usual_port, _FORM)
    path = _path(parts.path)
    if _names_topics(scheme) and ({"+", "#"} & set(path) or path.startswith("/$")):
        raise FormError(
            Phrase("has a + or # in its topic, or begins it with $"),
            Phrase("write the topic to publish below, such as /NUO001"),
        )
    return DestinationUrl(scheme, user, host, port, path)


def _names_topics(scheme: Scheme) -> bool:
    """Whether the path is the base of topics."""
    return scheme.carries_messages and not scheme.traits.in_web_sockets


def _scheme(text: str) -> Scheme:
    scheme = next((one for one in Scheme if one == text), None)
    if scheme is None:
        raise FormError(
            Phrase("has an unknown protocol before ://"), Phrase("use one of {scheme}", scheme=", ".join(Scheme))
        )
    return scheme


def _path(text: str) -> str:
    path = _plain(text, "folder").rstrip("/")
    if any(part in ("", ".", "..") for part in path.split("/")[1:]):
        raise FormError(
            Phrase("has an empty part, '.' or '..' in its folder"), Phrase("write the folder plainly, such as /NUO001")
        )
    return path


def _plain(text: str, what: str) -> str:
    """Resolves %-codes. A line break in a name would be a command of its own in FTP."""
    plain = unquote(text)
    if not plain.isprintable() or "\N{REPLACEMENT CHARACTER}" in plain:
        raise FormError(Phrase("has control characters in its {what}", what=what), _FORM)
    return plain


Url = Annotated[DestinationUrl, PlainValidator(parse_destination_url), PlainSerializer(str)]
