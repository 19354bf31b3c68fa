"""Who answers where an SSH server should: known by the first thing it says."""

from __future__ import annotations

import re

_STRANGERS = (
    (re.compile(rb"\s*(?:HTTP/\d|<!doctype|<html)", re.I), "a web server"),
    (re.compile(rb"(?:\x15|\x16)\x03[\x00-\x04]"), "a server of TLS (ftps-implicit, or https)"),
    (re.compile(rb"\+OK\b"), "a mail server (POP3)"),
    (re.compile(rb"\* (?:OK|BYE|PREAUTH)\b"), "a mail server (IMAP)"),
    (re.compile(rb"(?:220|421|554)[ -][^\n]*(?:SMTP|\bmail\b)", re.I), "a mail server (SMTP)"),
    (re.compile(rb"220[ -]"), "an FTP server"),
    (re.compile(rb"\xff[\xfb-\xfe]"), "a telnet server"),
    (re.compile(rb"RFB \d\d\d\.\d\d\d\n"), "a remote screen (VNC)"),
    (re.compile(rb"\x03\x00\x00[\x0b-\x20]"), "a remote screen (RDP)"),
    (re.compile(rb".{3}\x00\x0a\d+\.\d+\.\d+", re.S), "a database (MySQL)"),
)
_OLD_SSH = re.compile(rb"(?:^|\n)SSH-1\.(?!99)[0-9]+-")


def stranger(heard: bytes) -> str | None:
    """What speaks there, in words, from its first bytes; `None`: they are an SSH server's, or nothing known."""
    for pattern, name in _STRANGERS:
        if pattern.match(heard):
            return name
    return None


def is_stranger(heard: bytes) -> bool:
    return stranger(heard) is not None


def speaks_ssh_1_only(heard: bytes) -> bool:
    """Version 1 is broken since 1998, and no library speaks it any more. 1.99 is one that speaks 2 as well."""
    return _OLD_SSH.search(heard) is not None
