"""Asking the daemon to do something: the request is left, the page shows what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.acts.outcomes import ActOutcomes, SettledAct
from gateway.acts.request_folder import RequestFolder, UnreadableRequest, new_id
from gateway.core.act import ActRequest, Deed, PageActKind
from gateway.core.act_form import ActFault, read_request, request_text
from gateway.web.page_settings import page_settings
from gateway.web.room import BadRequest, Redirect, StationLook

SHOWN = 5
"""Of what was asked for, the newest so many."""
_MOST_WAITING = 20


@dataclass(frozen=True, slots=True)
class AskedLately:
    """`waiting`: for the daemon, oldest first; `settled`: newest first."""

    waiting: tuple[ActRequest, ...]
    settled: tuple[SettledAct, ...]

    def __bool__(self) -> bool:
        return bool(self.waiting or self.settled)


def ask(look: StationLook, deed: Deed, reason: str, back: str) -> Redirect:
    """Leave it for the daemon, and go back to the page that shows what becomes of it.

    Raises:
        BadRequest: the reason is none, or the daemon would refuse the request as it is.
        RequestNotLeft: it could not be written down; nothing of it will happen.
    """
    person = look.person
    if person is None:
        raise AssertionError("an act without a person: see gateway.web.room.ActForm")
    folder = _folder(look)
    _tidy(look, folder)
    words = " ".join(reason.split())
    if not words.isprintable() or not words:
        raise BadRequest(look.wording.texts("page.problem.no_reason"))
    request = ActRequest(new_id(), look.now.wall_ms, person.name, person.role, words, deed)
    try:
        read_request(request_text(request))
    except ActFault:
        raise BadRequest(look.wording.texts("page.problem.not_taken")) from None
    folder.leave(request)
    return Redirect(back, "asked")


def asked_lately(look: StationLook, kinds: Iterable[PageActKind]) -> AskedLately:
    """What people asked for of these kinds."""
    wanted = tuple(kinds)
    folder = _folder(look)
    outcomes = ActOutcomes(look.database)
    try:
        ids = folder.ids()
    except OSError:  # the daemon says so
        ids = []
    settled = outcomes.settled(ids) if ids else set()
    waiting = []
    for request_id in [one for one in ids if one not in settled][:_MOST_WAITING]:
        try:
            request = folder.read(request_id)
        except FileNotFoundError:
            continue
        if not isinstance(request, UnreadableRequest) and request.kind in wanted:
            waiting.append(request)
    waiting.sort(key=lambda one: one.asked_ms)
    return AskedLately(tuple(waiting), tuple(outcomes.newest(SHOWN, wanted)))


def _tidy(look: StationLook, folder: RequestFolder) -> None:
    """Whatever has its outcome goes: the daemon never writes there."""
    try:
        ids = folder.ids()
    except OSError:
        return
    if ids:
        folder.remove(ActOutcomes(look.database).settled(ids))


def _folder(look: StationLook) -> RequestFolder:
    return RequestFolder(page_settings(look.configuration).storage)
