"""The protocols over which files are delivered, and what the configuration must know of each.

A new one is one member of `Scheme`: which keys of a destination it has a use for, and what is warned of, follow from
its traits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum

from gateway.config.suggest import listed
from gateway.core.phrase import Phrase

LANES = 2


class ServerProof(Enum):
    """By what a server is known to be the authority's."""

    HOST_KEY = "host key"
    """An SSH server's, pinned."""
    CERTIFICATE = "certificate"
    """TLS."""
    NONE = "none"
    """What is sent can be read, the password too."""


_SAFE = Phrase("")


@dataclass(frozen=True, slots=True)
class SchemeTraits:
    """What holds for every server of a scheme."""

    usual_port: int
    server_proof: ServerProof
    safer: Phrase = _SAFE
    """What to ask the authority for, where anybody can read what is sent."""
    takes_keys: bool = False
    """Whether one can log in by a key instead of a password."""
    carries_messages: bool = False
    """Whether there are topics instead of folders, and messages instead of files."""
    in_web_sockets: bool = False
    """Whether it goes through what carries web pages: the url's path is then a page's, and says nothing of topics."""
    carries_orders: bool = False
    """Whether it is a road administration's server, which takes signed orders and none of the station's files."""
    has_data_connections: bool = False
    """Whether each file goes over a connection of its own, which one of the two ends must open."""
    usual_connections: int = LANES
    """How many a destination may hold at once, both lanes together, unless the file says otherwise. A second one makes
    nothing faster but FTP, which carries one file at a time."""
    most_connections: int = LANES
    """How many of them have a use at all."""


_ASK_FOR_FILES = Phrase("TT10/2021 allows ftps and sftp: ask the authority for one of them")


def _ftp(usual_port: int, server_proof: ServerProof, safer: Phrase = _SAFE) -> SchemeTraits:
    return SchemeTraits(
        usual_port, server_proof, safer, has_data_connections=True, usual_connections=4, most_connections=8
    )


class Scheme(StrEnum):
    """What this version can deliver over, by the word before `://`."""

    traits: SchemeTraits

    def __new__(cls, word: str, traits: SchemeTraits) -> Scheme:
        member = str.__new__(cls, word)
        member._value_ = word
        member.traits = traits
        return member

    SFTP = "sftp", SchemeTraits(22, ServerProof.HOST_KEY, takes_keys=True)
    FTPS = "ftps", _ftp(21, ServerProof.CERTIFICATE)
    """FTP with explicit TLS (AUTH TLS)."""
    FTPS_IMPLICIT = "ftps-implicit", _ftp(990, ServerProof.CERTIFICATE)
    FTP = "ftp", _ftp(21, ServerProof.NONE, _ASK_FOR_FILES)
    """Without encryption."""
    MQTTS = "mqtts", SchemeTraits(8883, ServerProof.CERTIFICATE, carries_messages=True)
    """MQTT under TLS. The url's path is the base of the topics."""
    WSS = "wss", SchemeTraits(443, ServerProof.CERTIFICATE, carries_messages=True, in_web_sockets=True)
    """MQTT through web sockets under TLS, for brokers and firewalls that know the web only."""
    WS = (
        "ws",
        SchemeTraits(
            80, ServerProof.NONE, Phrase("ask the authority for wss"), carries_messages=True, in_web_sockets=True
        ),
    )
    """The same without encryption."""
    MQTT = "mqtt", SchemeTraits(1883, ServerProof.NONE, Phrase("ask the authority for mqtts"), carries_messages=True)
    """Without encryption."""
    HTTPS = "https", SchemeTraits(443, ServerProof.CERTIFICATE, carries_orders=True)
    """Transport orders as JSON. The url's path stands before those of the profile."""

    @property
    def carries_messages(self) -> bool:
        """Whether there are topics instead of folders."""
        return self.traits.carries_messages


def schemes_that(apply: Callable[[SchemeTraits], bool]) -> Phrase:
    """Those whose traits do, in a row for people: `ftps, ftps-implicit and mqtts`."""
    return listed(sorted(scheme for scheme in Scheme if apply(scheme.traits)), "and")
