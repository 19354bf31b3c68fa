"""`mqtt` of a destination: which topics, who we are there, and what counts as delivered."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator

from gateway.config.destinations.scheme import Scheme
from gateway.config.file.form_error import FormError
from gateway.config.section import Flag, Section
from gateway.core.phrase import Phrase

TOPIC_PARTS = ("base", "station", "lane")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,100}")


class MqttVersion(StrEnum):
    V5 = "v5"
    V3_1_1 = "v3.1.1"


class Unheard(StrEnum):
    """What becomes of a message that the broker acknowledges with: nobody listens."""

    WAIT = "wait"
    DELIVERED = "delivered"


def _check_topic(text: str) -> str:
    unknown = [name for name in _PLACEHOLDER.findall(text) if name not in TOPIC_PARTS]
    rest = _PLACEHOLDER.sub("x", text)
    if unknown or "{" in rest or "}" in rest:
        raise FormError(
            Phrase("{text!r} has an unknown {{placeholder}}", text=text),
            Phrase("use {base}, {station} and {lane} (live or backlog)"),
        )
    if not rest.isprintable() or rest.startswith(("/", "$")) or "" in rest.split("/") or {"+", "#"} & set(rest):
        raise FormError(
            Phrase("{text!r} is not a topic to publish on", text=text),
            Phrase("write parts joined by single slashes, without + and #, such as {base}/{station}/data"),
        )
    return text


def _check_base(text: str) -> str:
    if "{" in text or "}" in text:
        raise FormError(
            Phrase("{text!r} has a {{placeholder}}", text=text),
            Phrase("write it into topic and status, which begin with {base}"),
        )
    return _check_topic(text.removesuffix("/"))


def _check_status(text: str) -> str:
    return _check_topic(text) if text else text


def _check_client_id(text: str) -> str:
    if not _CLIENT_ID.fullmatch(text):
        raise FormError(
            Phrase("{text!r} is not usable as a client id", text=text),
            Phrase("write letters, digits, '-', '_' and '.', no spaces"),
        )
    return text


class Mqtt(Section):
    """`client_id` is what the live lane logs in as; the backlog adds `-backlog` to it, the online status `-status`.

    `base` is that of the topics where the url's path is a web socket's.
    `status` is the topic of the retained `online` or `offline`; empty for none.
    """

    base: Annotated[str, AfterValidator(_check_base)] | None = None
    topic: Annotated[str, AfterValidator(_check_topic)] = "{base}/{station}/data"
    status: Annotated[str, AfterValidator(_check_status)] = "{base}/{station}/status"
    client_id: Annotated[str, AfterValidator(_check_client_id)] | None = None
    qos: Literal[1] = 1
    retain: Flag = False
    version: MqttVersion = MqttVersion.V5
    unheard: Unheard = Unheard.WAIT

    def topic_of(self, pattern: str, *, base: str, station: str, lane: str) -> str:
        """A pattern's topic. An empty base leaves no slash behind."""
        return pattern.format(base=base, station=station, lane=lane).lstrip("/")


def check_base(options: Mqtt, scheme: Scheme) -> None:
    """Raises `FormError` where the url says the base already."""
    if options.base is not None and not scheme.traits.in_web_sockets:
        raise FormError(
            Phrase("has a base, which means nothing to {scheme}", scheme=scheme),
            Phrase("write it as the url's path: that is the base of the topics"),
        )
