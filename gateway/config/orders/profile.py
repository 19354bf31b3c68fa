"""`orders` of a destination: how the road administration's server is spoken to. Its reference is published by the
authority and changes: paths, names of members and headers are configuration, and what stands here is the ready profile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config.file.form_error import FormError
from gateway.config.section import Section, Token, Whole, Words, not_empty
from gateway.config.sizes import Size, show_size
from gateway.config.units import Duration, within
from gateway.core.phrase import Phrase

LARGEST_BATCH = 10_000_000
"""Of the authority's guide: a list in one session. Bytes, as is everything here."""
LARGEST_IMAGE = 2_000_000
_SMALLEST_BATCH = 100_000
_SMALLEST_IMAGE = 50_000
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*", re.ASCII)
_POINTER = re.compile(r"(?:/(?:[^~/\x00-\x1f]|~[01])+)+")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}", re.ASCII)
_OURS = frozenset({"authorization", "accept", "content-type", "content-length", "host", "connection"})
"""Headers that the uplink writes itself."""


def _check_path(text: str) -> str:
    if not _PATH.fullmatch(text):
        raise FormError(
            Phrase("{text!r} is not a path of a web address", text=text),
            Phrase("write what stands behind host and port, such as /api/orders, without ? and #"),
        )
    return text


def _check_pointer(text: str) -> str:
    if not _POINTER.fullmatch(text):
        raise FormError(
            Phrase("{text!r} is no JSON pointer", text=text),
            Phrase("write the names of the members one inside the other, each behind a /, such as /data/token"),
        )
    return text


def _holding(*allowed: str) -> AfterValidator:
    """A check that a text has no other placeholders than these."""

    def check(text: str) -> str:
        named = _PLACEHOLDER.findall(text)
        if any(one not in allowed for one in named) or {"{", "}"} & set(_PLACEHOLDER.sub("", text)):
            raise FormError(
                Phrase("{text!r} has an unknown {{placeholder}}", text=text),
                Phrase("use {allowed}", allowed=", ".join(f"{{{one}}}" for one in allowed)),
            )
        return text

    return AfterValidator(check)


def _check_header(text: str) -> str:
    if "{token}" not in text or not text.isascii():
        raise FormError(
            Phrase("has no place for the token"), Phrase('write what Authorization is to say: "Bearer {token}"')
        )
    return text


def _check_header_names(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS or not value.isascii():
            raise FormError(
                Phrase("{name} is none that can be added", name=name),
                Phrase("write other headers than those of every request, in plain ASCII"),
            )
    return headers


def _between(smallest: int, largest: int) -> AfterValidator:
    def check(size: int) -> int:
        if not smallest <= size <= largest:
            raise FormError(
                Phrase("{size} is out of bounds", size=show_size(size)),
                Phrase("write {shortest} to {longest}", shortest=show_size(smallest), longest=show_size(largest)),
            )
        return size

    return AfterValidator(check)


def _check_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise FormError(
            Phrase("is not an IP address"),
            Phrase("write the address of this machine that is registered at the authority"),
        ) from None


RequestPath = Annotated[str, AfterValidator(_check_path)]
Pointer = Annotated[str, AfterValidator(_check_pointer)]
_LoginWords = Annotated[str, _holding("user", "password")]


class LoginProfile(Section):
    """How one logs in: a POST of `body`, with `{user}` and `{password}` filled in, is answered with a token that lies
    at `token`; at `expires`, how many seconds it lasts, if the server tells it."""

    path: RequestPath = "/api/login"
    body: Mapping[Token, _LoginWords] = {"username": "{user}", "password": "{password}"}
    token: Pointer = "/data/token"  # noqa: S105  # where in the answer it lies
    expires: Pointer = "/data/expires_in"


class SubmitProfile(Section):
    """A POST of an object whose member at `list` is the list of orders; the answer's `result` is a list of objects, in
    each of which `result_id` names the order and `result_code` says what became of it: one of `accepted`, or a code
    of the authority's list."""

    path: RequestPath = "/api/orders"
    list: Pointer = "/orders"
    result: Pointer = "/results"
    result_id: Token = "id"
    result_code: Token = "code"
    accepted: Annotated[tuple[Whole, ...], AfterValidator(not_empty)] = (0,)


class OrdersProfile(Section):
    """`timeout`: of each request. `batch` and `image`: the most bytes of a list and of an image, as they are sent and
    before base64. `source`: the address of this machine from which connections come, where it has several. `headers`
    go with every request."""

    login: LoginProfile = LoginProfile()
    submit: SubmitProfile = SubmitProfile()
    header: Annotated[Words, _holding("token"), AfterValidator(_check_header)] = "Bearer {token}"
    headers: Annotated[Mapping[Token, Words], AfterValidator(_check_header_names)] = {}
    timeout: Annotated[Duration, AfterValidator(within("1s", "60s"))] = timedelta(seconds=45)
    batch: Annotated[Size, _between(_SMALLEST_BATCH, LARGEST_BATCH)] = LARGEST_BATCH
    image: Annotated[Size, _between(_SMALLEST_IMAGE, LARGEST_IMAGE)] = LARGEST_IMAGE
    source: Annotated[str, AfterValidator(_check_address)] | None = Field(
        default=None, description=Phrase("the address of this machine that connections come from")
    )
