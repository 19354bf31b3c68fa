"""Who answers at a port, by the first bytes that came: a wrong port, or a wrong scheme in the url, is a person's matter
and not the line's."""

from __future__ import annotations

import re
from enum import Enum

from gateway.core.errors import DestinationRejected
from gateway.core.phrase import Phrase
from gateway.uplinks.publish import one_line

MOST_HEARD = 256
"""Bytes. A greeting's first line says who speaks."""
_TLS = re.compile(rb"[\x14-\x17]\x03[\x00-\x04]")
"""A record: its kind, then a version (RFC 8446, 5.1)."""
_MAIL = re.compile(rb"220[- ][^\r\n]*\bE?SMTP\b|\+OK |\* OK ", re.IGNORECASE)
_FTP = re.compile(rb"(?:[1-5]\d\d)[- ]")


class Speaker(Enum):
    """What is known by its first bytes. `value`: what it is, and where one goes that was meant instead."""

    SSH = Phrase("an SSH server"), Phrase("for SFTP write sftp://")
    TLS = Phrase("a server that begins TLS at once"), Phrase("for FTP write ftps-implicit://, for MQTT mqtts://")
    WEB = Phrase("a web server"), Phrase("ask the authority for the port")
    MAIL = Phrase("a mail server"), Phrase("ask the authority for the port")
    TELNET = Phrase("a telnet server"), Phrase("ask the authority for the port")
    SCREEN = Phrase("a remote screen (VNC)"), Phrase("ask the authority for the port")
    FTP = (
        Phrase("an FTP server without TLS at this point"),
        Phrase("write ftps:// for TLS after AUTH TLS, ftp:// for none"),
    )

    @property
    def what(self) -> str:
        return self.value[0]

    @property
    def advice(self) -> str:
        return self.value[1]


def speaker_of(first: bytes) -> Speaker | None:
    """Whose first bytes these are; `None`: nobody's that is known."""
    if first.startswith(b"SSH-"):
        return Speaker.SSH
    if _TLS.match(first):
        return Speaker.TLS
    if first.startswith((b"HTTP/", b"<!DOCTYPE", b"<html", b"<HTML")):
        return Speaker.WEB
    if _MAIL.match(first):
        return Speaker.MAIL
    if first[:1] == b"\xff" and first[1:2] in (b"\xfb", b"\xfc", b"\xfd", b"\xfe"):  # RFC 854: IAC WILL, WONT, DO, DONT
        return Speaker.TELNET
    if first.startswith(b"RFB 00"):
        return Speaker.SCREEN
    return Speaker.FTP if _FTP.match(first) else None


def wrong_port(where: str, speaker: Speaker, first: bytes) -> DestinationRejected:
    """Somebody else answers than the url's scheme says."""
    said = "" if speaker is Speaker.TLS else one_line(first.decode(errors="replace"))
    quoted = f" ({said})" if said and said.isascii() else ""
    return DestinationRejected(
        Phrase(
            "{where}: {what} answers at this port{quoted}; correct scheme or port in the destination's url: {advice}",
            where=where,
            what=speaker.what,
            quoted=quoted,
            advice=speaker.advice,
        )
    )
