"""`clock`: who is asked for the time, and what happens as long as nobody can be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import Annotated, Any

from pydantic import AfterValidator, PlainSerializer, PlainValidator, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.host import check_host
from gateway.config.section import Section
from gateway.config.units import Duration, show_duration, within
from gateway.config.url_parts import host_in_url
from gateway.core.phrase import Phrase

NTP_PORT = 123
ADVISED_SERVERS = 3
"""Of two that disagree nobody knows which one is right."""
POLITE = timedelta(seconds=64)
"""Public servers take more frequent questions for abuse (RFC 8633, 3.2; the pool's rules)."""
_BRACKETED = re.compile(r"\[([^\]]*)\](?::(.*))?", re.DOTALL)
_FORM = Phrase("write host, host:port, or [IPv6 address]:port")


class TrustPolicy(StrEnum):
    """What counts until somebody has vouched for the clock since the machine was started."""

    WAIT = "wait"
    ASSUME = "assume"


@dataclass(frozen=True, slots=True)
class TimeServer:
    """A server that speaks NTP."""

    host: str
    port: int = NTP_PORT

    def __str__(self) -> str:
        host = host_in_url(self.host)
        return host if self.port == NTP_PORT else f"{host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"


def _parse_server(value: object) -> TimeServer:
    if isinstance(value, TimeServer):
        return value
    if not isinstance(value, str):
        raise FormError(Phrase("is not a time server"), _FORM)
    bracketed = _BRACKETED.fullmatch(value)
    if bracketed is not None:
        return TimeServer(_ipv6(bracketed[1]), _port(bracketed[2]))
    if value.count(":") > 1:
        return TimeServer(_ipv6(value))
    host, colon, port = value.partition(":")
    return TimeServer(check_host(host), _port(port if colon else None))


def _ipv6(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except ValueError:
        raise FormError(Phrase("{text!r} is no IPv6 address", text=text[:60]), _FORM) from None


def _port(text: str | None) -> int:
    if text is None:
        return NTP_PORT
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise FormError(Phrase("{text!r} is no port", text=text[:20]), Phrase("write 1 to 65535, or nothing for 123"))
    return int(text)


def _differ(servers: tuple[TimeServer, ...]) -> tuple[TimeServer, ...]:
    seen: set[tuple[str, int]] = set()
    for server in servers:
        one = (server.host.lower().rstrip("."), server.port)
        if one in seen:
            raise FormError(
                Phrase("{server} stands twice", server=server), Phrase("name it once: a server does not confirm itself")
            )
        seen.add(one)
    return servers


Server = Annotated[TimeServer, PlainValidator(_parse_server), PlainSerializer(str)]


class ClockSettings(Section):
    """The time servers, how far the clock may be from them, and how long to wait for anybody who vouches for it."""

    servers: Annotated[tuple[Server, ...], AfterValidator(_differ)] = ()
    max_offset: Annotated[
        Duration,
        AfterValidator(
            within("50ms", "1min", Phrase("less cannot be told over a network, more is no clock of a station's"))
        ),
    ] = timedelta(seconds=1)
    check_every: Annotated[Duration, AfterValidator(within("1s", "1d"))] = timedelta(minutes=15)
    trust: TrustPolicy = TrustPolicy.WAIT
    give_up: Annotated[
        Duration,
        AfterValidator(within("10s", "30d", Phrase("as long as somebody may need to answer after a power cut"))),
    ] = timedelta(minutes=30)

    @field_validator("check_every")
    @classmethod
    def _be_polite(cls, every: timedelta, siblings: ValidationInfo[Any]) -> timedelta:
        if every < POLITE and not all(server.is_local for server in siblings.data.get("servers", ())):
            raise FormError(
                Phrase("{every} is too often for servers of other people", every=show_duration(every)),
                Phrase("write {polite} or more: they shut out who asks more often", polite=show_duration(POLITE)),
            )
        return every
