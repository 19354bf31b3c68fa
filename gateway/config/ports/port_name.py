"""A port's name as the configuration writes it: `kind:place`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from gateway.config.file.form_error import FormError
from gateway.config.host import check_host
from gateway.config.suggest import did_you_mean, listed
from gateway.core.phrase import Phrase
from gateway.core.ports import PortId, PortKind

_LONGEST_PLACE = 200
_USB = re.compile(r"[0-9]{1,3}-[0-9]{1,3}(\.[0-9]{1,3}){0,6}", re.ASCII)
_DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]*", re.ASCII)
_LISTENER = re.compile(r"(?P<protocol>tcp|udp):(?P<number>[0-9]{1,5})", re.ASCII)
_END = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):(?P<number>[0-9]{1,10})", re.ASCII)
_LARGEST_PORT = 65535
_LARGEST_INDEX = 2**31 - 1


def parse_port_id(value: object) -> PortId:
    """
    Raises:
        FormError: no kind that is known, or no place in the form of its kind.
    """
    if isinstance(value, PortId):
        return value
    if not isinstance(value, str) or not value.isprintable() or len(value) > _LONGEST_PLACE:
        raise FormError(
            Phrase("is not a port's name"), Phrase('write it as "kind:place", as `gateway ports list` shows it')
        )
    word, colon, place = value.partition(":")
    kinds = [str(kind) for kind in PortKind]
    if word not in kinds or not colon:
        hint = did_you_mean(word, kinds) or Phrase("the kinds are {kinds}", kinds=listed(kinds, "and"))
        raise FormError(
            Phrase("{value!r} begins with no kind of port", value=value),
            Phrase("{hint}; see `gateway ports list`", hint=hint),
        )
    kind = PortKind(word)
    check, example = _FORMS[kind]
    if not check(place):
        raise FormError(
            Phrase("{place!r} is no place of the kind {kind}", place=place, kind=kind),
            Phrase('write it as "{kind}:{example}"', kind=kind, example=example),
        )
    return PortId(kind, place)


def _is_listener(place: str) -> bool:
    match = _LISTENER.fullmatch(place)
    return match is not None and _is_number(match["number"], 1, _LARGEST_PORT)


def _is_end(largest: int) -> Callable[[str], bool]:
    def check(place: str) -> bool:
        match = _END.fullmatch(place)
        if match is None or not _is_number(match["number"], 1, largest):
            return False
        check_host(match["host"].strip("[]"))
        return True

    return check


def _is_number(text: str, lowest: int, highest: int) -> bool:
    return text == str(int(text)) and lowest <= int(text) <= highest


def _is_path(place: str) -> bool:
    return bool(place) and not any(c.isspace() for c in place)


def _is_device(place: str) -> bool:
    return _DEVICE.fullmatch(place) is not None


_FORMS: dict[PortKind, tuple[Callable[[str], bool], str]] = {
    PortKind.USB: (lambda place: _USB.fullmatch(place) is not None, "1-1.2"),
    PortKind.SERIAL: (_is_device, "ttyS0"),
    PortKind.NET: (_is_device, "eth1"),
    PortKind.RADIO: (_is_device, "wlan0"),
    PortKind.DISPLAY: (_is_device, "HDMI-A-1"),
    PortKind.KEYBOARD: (_is_path, "isa0060/serio0"),
    PortKind.BLOCK: (_is_device, "mmcblk0"),
    PortKind.LISTEN: (_is_listener, "tcp:22"),
    PortKind.DOOR: (_is_end(_LARGEST_PORT), "192.168.1.10:502"),
    PortKind.SNMP: (_is_end(_LARGEST_INDEX), "192.168.1.2:3"),
    PortKind.PANEL: (_is_path, "datalogger-usb"),
}

PortName = Annotated[PortId, PlainValidator(parse_port_id), PlainSerializer(str)]
