"""What a managed switch says of one of its ports (IF-MIB, RFC 2863). Pure."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.core.phrase import Phrase
from gateway.core.ports import FoundPort, PortId
from gateway.core.printable import printable

ADMIN_STATUS = "1.3.6.1.2.1.2.2.1.7"
OPER_STATUS = "1.3.6.1.2.1.2.2.1.8"
NAME = "1.3.6.1.2.1.31.1.1.1.1"
SPEED_MBIT_S = "1.3.6.1.2.1.31.1.1.1.15"
ALIAS = "1.3.6.1.2.1.31.1.1.1.18"
COLUMNS = (OPER_STATUS, ADMIN_STATUS, NAME, SPEED_MBIT_S, ALIAS)
"""What is read of each port: one cell of each, at the port's ifIndex."""

_UP, _DOWN, _TESTING, _UNKNOWN, _DORMANT, _NOT_PRESENT, _LOWER_LAYER_DOWN = range(1, 8)
_HAS_LINK = {_UP: True, _DORMANT: True, _DOWN: False, _NOT_PRESENT: False, _LOWER_LAYER_DOWN: False}
_WORDS = {
    _UP: "has a link",
    _DOWN: "has no link",
    _TESTING: "is being tested",
    _UNKNOWN: "does not know its state",
    _DORMANT: "has a link and waits",
    _NOT_PRESENT: "is not there",
    _LOWER_LAYER_DOWN: "has no link below it",
}
_CLOSED_BY_THE_SWITCH = 2
_LONGEST_NAME = 64


def cells_of(index: int) -> list[str]:
    """The numbers of what to ask of a port."""
    return [f"{column}.{index}" for column in COLUMNS]


def switch_port(port: PortId, index: int, values: Mapping[str, object]) -> FoundPort:
    """As the rules of ports see it. What is missing, or is no state that there is, is not told."""
    state = values.get(f"{OPER_STATUS}.{index}")
    if not isinstance(state, int) or state not in _WORDS:
        return FoundPort(
            port,
            None,
            None,
            Phrase("the switch has no port {index}", index=index) if state is None else Phrase("gives no state"),
        )
    names = [name for name in (_text(values.get(f"{column}.{index}")) for column in (NAME, ALIAS)) if name]
    words = [_WORDS[state]]
    speed = values.get(f"{SPEED_MBIT_S}.{index}")
    if _HAS_LINK.get(state) and isinstance(speed, int) and speed > 0:
        words.append(f"of {speed} Mbit/s")
    if names:
        words.append(f"({', '.join(names)})")
    if values.get(f"{ADMIN_STATUS}.{index}") == _CLOSED_BY_THE_SWITCH:
        words.append("and is closed by the switch")
    return FoundPort(port, _HAS_LINK.get(state), " ".join(names) or None, " ".join(words))


def _text(value: object) -> str:
    """What a switch calls a port: whoever set it up wrote it."""
    if not isinstance(value, bytes):
        return ""
    return printable(value.decode("utf-8", "replace").strip())[:_LONGEST_NAME]
