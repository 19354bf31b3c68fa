"""Every secret and every file of certificates that a configuration refers to, with its place; and a mark of each
secret, by which another content is seen."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from gateway.config.configuration import Sections
from gateway.config.file.form_error import FormError
from gateway.config.secrets import Secret

_NAMES = ("name", "host")


def secrets_in(sections: Sections) -> Iterator[tuple[str, Secret]]:
    """In the order of the sections; places as `gateway.core.difference` writes them: `destinations.so.password`."""
    for place, found in _references_in(sections):
        if isinstance(found, Secret):
            yield place, found


def authorities_in(sections: Sections) -> Iterator[tuple[str, Path]]:
    """Each file of certificates that a server's may be signed by, with its place."""
    for place, found in _references_in(sections):
        if isinstance(found, Path) and place.endswith(".ca"):
            yield place, found


def secret_marks(sections: Sections, key: bytes) -> dict[str, bytes | None]:
    """By place: HMAC-SHA256 of what the secret is now, which tells nothing to whoever has not the key; `None`: it
    cannot be read. With the same key and the same secrets, the same marks."""
    return {place: _mark(secret, key) for place, secret in secrets_in(sections)}


def _mark(secret: Secret, key: bytes) -> bytes | None:
    try:
        return hmac.digest(key, secret.read().encode(), "sha256")
    except FormError:
        return None


def _references_in(sections: Sections) -> Iterator[tuple[str, Secret | Path]]:
    for name in Sections.model_fields:
        yield from _within(getattr(sections, name), name)


def _within(value: object, place: str) -> Iterator[tuple[str, Secret | Path]]:
    if isinstance(value, Secret | Path):
        yield place, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _within(getattr(value, name), f"{place}.{name}")
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _within(one, f"{place}.{name}")
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from _within(one, f"{place}{_called(one, index)}")


def _called(one: object, index: int) -> str:
    named = next((known for name in _NAMES if isinstance(known := getattr(one, name, None), str)), None)
    return f"#{index}" if named is None else f".{named}"
