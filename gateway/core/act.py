"""What a person asks for at the page, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.core.login_state import LoginState
from gateway.core.ports import SealAct
from gateway.core.role import Role


class PageActKind(StrEnum):
    """The values are the files' and the database's."""

    RESEND = "resend"
    ACKNOWLEDGE = "acknowledge"
    PIN = "pin"
    SEAL = "seal"
    RELEASE = "release"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class ResendSlots:
    """Delivered files of slots that end in `[from_ms, until_ms]` are to be sent to the destination once more."""

    destination: str
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class NamedMatter:
    """Something that waits for a person, by its number as `gateway set-aside list` shows it and by what it is about: in
    another database the same number is another matter."""

    id: str
    subject: str


@dataclass(frozen=True, slots=True)
class AcknowledgeMatters:
    matters: tuple[NamedMatter, ...]


@dataclass(frozen=True, slots=True)
class PinVideo:
    """Video of `[from_ms, until_ms)` is to be kept; `camera=None`: of all of them."""

    camera: str | None
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class NoteSeal:
    """A seal was put or broken; `done_by`: name and office of who did it."""

    act: SealAct
    port: str
    number: str
    done_by: str


@dataclass(frozen=True, slots=True)
class ReleaseOrder:
    """A transport order that was set aside is to be sent again, by its own name (`id`)."""

    order_id: str


@dataclass(frozen=True, slots=True)
class NoteLogin:
    """`times`: how often since `since_ms`, where several are told in one. `typed_by`: who did it at the box to the
    account; empty: it happened at the page."""

    state: LoginState
    address: str
    times: int
    since_ms: int
    typed_by: str = ""


Deed = ResendSlots | AcknowledgeMatters | PinVideo | NoteSeal | ReleaseOrder | NoteLogin


@dataclass(frozen=True, slots=True)
class ActRequest:
    """`id`: 32 hexadecimal digits, which nobody has used before; `asked_ms`: by the page's clock. `role` is that of the
    person when it was asked."""

    id: str
    asked_ms: int
    person: str
    role: Role
    reason: str
    deed: Deed

    @property
    def kind(self) -> PageActKind:
        return _KIND_OF[type(self.deed)]

    @property
    def who(self) -> str:
        """As the journal and the database name whoever did it."""
        return f"{self.person}@page"


class ActState(StrEnum):
    """What became of a request. `NOTHING`: there was nothing to do, or no longer."""

    DONE = "done"
    NOTHING = "nothing"
    REFUSED = "refused"


class ActRefusal(StrEnum):
    """Why, for people in their language; `words` of the outcome says more."""

    ROLE = "role"
    NO_REQUEST = "no_request"
    DESTINATION = "destination"
    CAMERA = "camera"
    PORT = "port"
    SEAL = "seal"
    ORDER = "order"
    OTHER_MATTER = "other_matter"


@dataclass(frozen=True, slots=True)
class ActOutcome:
    """`count`: how many deliveries, matters, pins, seals, orders or entries it was about."""

    state: ActState
    count: int = 0
    refusal: ActRefusal | None = None
    words: str = ""


def needed_role(kind: PageActKind) -> Role:
    """Who may ask for it. Of a log-in anybody's is told."""
    return Role.VIEWER if kind is PageActKind.LOGIN else Role.OPERATOR


_KIND_OF: Mapping[type[Deed], PageActKind] = {
    ResendSlots: PageActKind.RESEND,
    AcknowledgeMatters: PageActKind.ACKNOWLEDGE,
    PinVideo: PageActKind.PIN,
    NoteSeal: PageActKind.SEAL,
    ReleaseOrder: PageActKind.RELEASE,
    NoteLogin: PageActKind.LOGIN,
}
