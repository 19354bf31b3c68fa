"""Which port somebody means who types its name."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.config.file.form_error import FormError
from gateway.config.ports.port_name import parse_port_id
from gateway.config.suggest import did_you_mean
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.core.ports import PortId
from gateway.db import Database
from gateway.ports.seen_ports import SeenPorts


class UnknownPort(GatewayError):
    """Nobody declared or saw one of that name."""


def known_port(declared: Iterable[PortId], database: Database, word: str) -> PortId:
    """One that was declared, or that was seen.

    Raises:
        UnknownPort: neither, or it is no name of a port.
    """
    try:
        wanted = parse_port_id(word)
    except FormError as fault:
        raise UnknownPort(Phrase("{word}: {fault}", word=word, fault=fault)) from None
    known = {str(one) for one in declared} | {str(one.found.id) for one in SeenPorts(database).all()}
    if str(wanted) not in known:
        advice = did_you_mean(word, known) or Phrase(
            "declare it below ports: in the configuration, or see gateway ports list"
        )
        raise UnknownPort(Phrase("no port is called {word}; {advice}", word=word, advice=advice))
    return wanted
