"""An address of this machine and a port, on which something of ours waits for others to come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from gateway.config.file.form_error import FormError
from gateway.config.host import check_host
from gateway.config.url_parts import host_in_url
from gateway.core.phrase import Phrase

_FORM = Phrase('write it as "127.0.0.1:PORT", or "0.0.0.0:PORT" for every interface')
_HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):(?P<port>[0-9]{1,5})", re.ASCII)
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # what is compared with


@dataclass(frozen=True, slots=True)
class ListenAddress:
    host: str
    port: int

    def __str__(self) -> str:
        return f"{host_in_url(self.host)}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether nobody outside of this machine can come to it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse_listen(value: object) -> ListenAddress:
    """
    Raises:
        FormError: no host and port.
    """
    if isinstance(value, ListenAddress):
        return value
    match = _HOST_AND_PORT.fullmatch(value) if isinstance(value, str) else None
    if match is None or not 1 <= int(match["port"]) <= 65535:
        raise FormError(Phrase("is not an address with a port"), _FORM)
    return ListenAddress(check_host(match["host"].strip("[]")), int(match["port"]))


def meet(one: ListenAddress, other: ListenAddress) -> bool:
    """Whether the two cannot listen at once."""
    hosts = {one.host, other.host}
    return one.port == other.port and (len(hosts) == 1 or not hosts.isdisjoint(_EVERYWHERE))


Listen = Annotated[ListenAddress, PlainValidator(parse_listen), PlainSerializer(str)]
