"""The name or the address of something in the network, and a port there."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config.file.form_error import FormError
from gateway.config.section import Whole
from gateway.core.phrase import Phrase

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?", re.ASCII)
_DIGITS_AND_DOTS = re.compile(r"[0-9.]+", re.ASCII)
"""Meant as an IP address. (No name ends in a number: RFC 3696, 2.)"""
_HOST_AND_PORT = re.compile(r"[^:/]+:[0-9]+", re.ASCII)


def check_host(text: str) -> str:
    """A host name or an IP address, nothing else.

    Raises:
        FormError: anything more, such as a port or a scheme, or a character no host name has.
    """
    if _HOST_NAME.fullmatch(text) and not _DIGITS_AND_DOTS.fullmatch(text):
        return text
    try:
        ip_address(text)
    except ValueError:
        if _HOST_AND_PORT.fullmatch(text):
            raise FormError(
                Phrase("has the port in it"), Phrase("write the host alone and the port under the key port")
            ) from None
        raise FormError(
            Phrase("is neither a host name nor an IP address"), Phrase("write it as 192.168.1.10 or plc.local")
        ) from None
    return text


Host = Annotated[str, AfterValidator(check_host)]
Port = Annotated[Whole, Field(ge=1, le=65535)]
