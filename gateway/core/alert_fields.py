"""A message as a row of named texts: for the arguments and variables of a command, and as JSON. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from gateway.core.alert import AlertMessage
from gateway.core.instants import utc_text
from gateway.core.printable import printable, printable_lines

ALERT_FIELDS = ("id", "kind", "state", "station", "station_name", "subject", "text", "began", "ended", "count")
PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}", re.ASCII)


def alert_fields(message: AlertMessage) -> Mapping[str, str]:
    """A value for each of `ALERT_FIELDS`. `kind`: the state, where there is no kind (`digest`, `test`). `station`: its
    code. `began`, `ended`: UTC, ISO 8601; empty where not known, or not over."""
    return {
        "id": message.id,
        "kind": message.kind or message.state,
        "state": message.state,
        "station": message.station_code,
        "station_name": printable(message.station_name),
        "subject": printable(message.subject),
        "text": printable_lines(message.text),
        "began": "" if message.began_ms is None else utc_text(message.began_ms),
        "ended": "" if message.ended_ms is None else utc_text(message.ended_ms),
        "count": str(message.count),
    }


def filled_in(argument: str, fields: Mapping[str, str]) -> str:
    """The argument with its placeholders; what is put in is not looked through again.

    Raises:
        KeyError: a placeholder that is none of `ALERT_FIELDS`.
    """
    return PLACEHOLDER.sub(lambda found: fields[found[1]], argument)


def alert_json(message: AlertMessage) -> bytes:
    """For programs: the fields, instants in milliseconds of UTC beside them (`null`: not known, or not over), and the
    lines as a list. UTF-8, the same bytes each time."""
    content = {
        **alert_fields(message),
        "count": message.count,
        "began_ms": message.began_ms,
        "ended_ms": message.ended_ms,
        "lines": [printable(line) for line in message.lines],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
