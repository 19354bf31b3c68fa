"""`ports`: one place where something can be plugged in or connected, and what it is for."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import Field, PlainSerializer, PlainValidator

from gateway.config.file.form_error import FormError
from gateway.config.ports.port_name import PortName
from gateway.config.section import Name, Section, Words
from gateway.core.phrase import Phrase
from gateway.core.ports import DeclaredPort, PortState

_NETWORK = Phrase('write networks in quotes, such as "10.0.0.0/8" or "192.168.1.20"')


def _parse_network(value: object) -> IPv4Network | IPv6Network:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str):
        raise FormError(Phrase("is not a network"), _NETWORK)
    try:
        return ip_network(value)
    except ValueError as error:
        raise FormError(Phrase("is not a network: {error}", error=error), _NETWORK) from None


Network = Annotated[IPv4Network | IPv6Network, PlainValidator(_parse_network), PlainSerializer(str)]


class PortSettings(Section):
    """`for`: in words, what it is used for. `match`: what has to be there, such as `1a86:7523`. `from`: who may connect
    to a listener, by default everybody who can reach it. `of`: the neighbour it belongs to."""

    id: PortName = Field(description=Phrase('the port\'s name, such as "usb:1-1.2", as `gateway ports list` shows it'))
    state: PortState = Field(description=Phrase("used, locked or unused"))
    purpose: Words | None = Field(default=None, alias="for")
    match: Words | None = None
    seal: Words | None = None
    sources: tuple[Network, ...] = Field(default=(), alias="from")
    of: Name | None = None

    @property
    def declared(self) -> DeclaredPort:
        """As the rules see it."""
        return DeclaredPort(self.id, self.state, self.purpose, self.match, self.seal, self.of)
