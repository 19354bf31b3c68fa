"""A request of the page as the file that it leaves and the daemon reads: pure.

The page is a process that may write nothing of the station's, and is believed no more than it has to be: each request
is read strictly, and what does not fit in every part is refused with a word on which part it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from gateway.core.act import (
    AcknowledgeMatters,
    ActRequest,
    Deed,
    NamedMatter,
    NoteLogin,
    NoteSeal,
    PageActKind,
    PinVideo,
    ReleaseOrder,
    ResendSlots,
)
from gateway.core.login_state import LoginState
from gateway.core.ports import SealAct
from gateway.core.printable import printable
from gateway.core.role import Role

LARGEST_BYTES = 16_384
"""Of a request as a file."""
LONGEST_NAME = 64
LONGEST_WORDS = 500
"""As the configuration and the commands have it."""
MOST_MATTERS = 50
_FORM = 1
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_LATEST_MS = 4_102_444_800_000
"""2100-01-01."""

T = TypeVar("T", bound=StrEnum)


class ActFault(ValueError):
    """What was read is no request; the message says why."""


def matter_subject(subject: str) -> str:
    """What a matter is about, as a request names it: whatever stood in it, one line of bounded length."""
    return " ".join(printable(subject).split())[:LONGEST_WORDS].strip() or "-"


def is_request_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def request_text(request: ActRequest) -> str:
    """The request as its file holds it."""
    content = {
        "form": _FORM,
        "id": request.id,
        "kind": request.kind.value,
        "asked_ms": request.asked_ms,
        "person": request.person,
        "role": request.role.value,
        "reason": request.reason,
        "deed": _deed_content(request.deed),
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _deed_content(deed: Deed) -> Mapping[str, Any]:
    if isinstance(deed, AcknowledgeMatters):
        return {"matters": [{"id": one.id, "subject": one.subject} for one in deed.matters]}
    names: tuple[str, ...] = deed.__slots__
    return {name: getattr(deed, name) for name in names}


def read_request(text: str) -> ActRequest:
    """
    Raises:
        ActFault: it is none.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ActFault("it is no JSON") from None
    whole = _ExactObject(content, "", ("form", "id", "kind", "asked_ms", "person", "role", "reason", "deed"))
    if whole.number("form", 1000) != _FORM:
        raise ActFault(
            f"its form is {whole.number('form', 1000)}, this gateway knows {_FORM}: are both of one version?"
        )
    kind = whole.one_of("kind", PageActKind)
    request_id = whole.text("id", 32)
    if not is_request_id(request_id):
        raise ActFault("id is not 32 hexadecimal digits")
    return ActRequest(
        request_id,
        whole.moment("asked_ms"),
        whole.text("person", LONGEST_NAME),
        whole.one_of("role", Role),
        whole.text("reason", LONGEST_WORDS, may_be_empty=kind is PageActKind.LOGIN),
        _READ[kind](whole.inside("deed")),
    )


def _resend(content: object) -> ResendSlots:
    part = _ExactObject(content, "deed.", ResendSlots.__slots__)
    return ResendSlots(part.text("destination", LONGEST_WORDS), *part.span())


def _acknowledge(content: object) -> AcknowledgeMatters:
    part = _ExactObject(content, "deed.", AcknowledgeMatters.__slots__)
    matters = part.inside("matters")
    if not isinstance(matters, list) or not 0 < len(matters) <= MOST_MATTERS:
        raise ActFault(f"deed.matters is no list of 1 to {MOST_MATTERS}")
    found = []
    for one in matters:
        matter = _ExactObject(one, "deed.matters.", NamedMatter.__slots__)
        found.append(NamedMatter(matter.text("id", LONGEST_WORDS), matter.text("subject", LONGEST_WORDS)))
    return AcknowledgeMatters(tuple(found))


def _pin(content: object) -> PinVideo:
    part = _ExactObject(content, "deed.", PinVideo.__slots__)
    camera = None if part.inside("camera") is None else part.text("camera", LONGEST_WORDS)
    return PinVideo(camera, *part.span())


def _seal(content: object) -> NoteSeal:
    part = _ExactObject(content, "deed.", NoteSeal.__slots__)
    return NoteSeal(
        part.one_of("act", SealAct),
        part.text("port", LONGEST_WORDS),
        part.text("number", LONGEST_NAME),
        part.text("done_by", LONGEST_WORDS),
    )


def _release(content: object) -> ReleaseOrder:
    part = _ExactObject(content, "deed.", ReleaseOrder.__slots__)
    return ReleaseOrder(part.text("order_id", LONGEST_WORDS))


def _login(content: object) -> NoteLogin:
    part = _ExactObject(content, "deed.", NoteLogin.__slots__)
    return NoteLogin(
        part.one_of("state", LoginState),
        part.text("address", LONGEST_NAME),
        part.number("times", 1_000_000),
        part.moment("since_ms"),
        part.text("typed_by", LONGEST_NAME, may_be_empty=True),
    )


_READ: Mapping[PageActKind, Callable[[object], Deed]] = {
    PageActKind.RESEND: _resend,
    PageActKind.ACKNOWLEDGE: _acknowledge,
    PageActKind.PIN: _pin,
    PageActKind.SEAL: _seal,
    PageActKind.RELEASE: _release,
    PageActKind.LOGIN: _login,
}


class _ExactObject:
    """An object of exactly these names."""

    def __init__(self, content: object, place: str, names: tuple[str, ...]) -> None:
        if not isinstance(content, dict) or set(content) != set(names):
            raise ActFault(f"{place.rstrip('.') or 'it'} is no object of {', '.join(names)}")
        self._content = content
        self._place = place

    def inside(self, name: str) -> object:
        return self._content[name]

    def text(self, name: str, longest: int, *, may_be_empty: bool = False) -> str:
        """Plain text without spaces around it."""
        found = self._content[name]
        if (
            not isinstance(found, str)
            or found != found.strip()
            or not (found.isprintable() and (found or may_be_empty))
        ):
            raise ActFault(f"{self._place}{name} is empty or no plain text")
        if len(found) > longest:
            raise ActFault(f"{self._place}{name} has {len(found)} characters, more than {longest}")
        return found

    def number(self, name: str, most: int) -> int:
        found = self._content[name]
        if type(found) is not int or not 0 <= found <= most:
            raise ActFault(f"{self._place}{name} is no whole number up to {most}")
        return found

    def moment(self, name: str) -> int:
        """UTC milliseconds."""
        return self.number(name, _LATEST_MS)

    def span(self) -> tuple[int, int]:
        from_ms, until_ms = self.moment("from_ms"), self.moment("until_ms")
        if from_ms > until_ms:
            raise ActFault(f"{self._place}from_ms lies behind until_ms")
        return from_ms, until_ms

    def one_of(self, name: str, kind: type[T]) -> T:
        found = self._content[name]
        if not isinstance(found, str) or found not in list(kind):
            raise ActFault(f"{self._place}{name} is none of {', '.join(kind)}")
        return kind(found)
