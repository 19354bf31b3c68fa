"""System: the gateway itself, its clock, the box and its card, instruments and links, papers of the equipment, and what
waits for a person, who acknowledges it here."""

from __future__ import annotations

from typing import Any

from gateway.audit import runs
from gateway.core.act import AcknowledgeMatters, NamedMatter, PageActKind
from gateway.core.act_form import MOST_MATTERS, matter_subject
from gateway.core.clock_trust import TrustState
from gateway.core.component import ComponentState
from gateway.core.reason import Reason
from gateway.core.role import Role
from gateway.core.validity import ValidityState
from gateway.core.witness import WitnessVerdict
from gateway.db.open_matters import OpenMatter
from gateway.reports.status import StationStatus, collect
from gateway.runtime.versions import versions
from gateway.web.asking import ask, asked_lately
from gateway.web.room import ActForm, BadRequest, FilledForm, Page, Redirect, Room, StationLook

BADGES = {
    ComponentState.UP: "good",
    ComponentState.ANSWERING: "good",
    ComponentState.WORKING: "good",
    ComponentState.SLOW: "odd",
    TrustState.TRUSTED: "good",
    TrustState.ASSUMED: "none",
    TrustState.DRIFTING: "odd",
    TrustState.UNTRUSTED: "bad",
    ValidityState.VALID: "good",
    ValidityState.ENDING: "odd",
}
"""The shape of each state; of what is not here, `bad`."""
WITNESS_BADGES = {WitnessVerdict.OK: "good", WitnessVerdict.SILENT: "none"}
_MOST_DAYS_LEFT = 3650
"""More is as good as for ever, and reckoned of too little."""
_FIELD = "matter:"


def system(look: StationLook) -> Page:
    status = collect(look.configuration, look.database, look.now)
    run = runs.newest(look.database)
    ((schema,),) = look.database.read("PRAGMA user_version")
    return Page(
        "system.html",
        {
            "status": status,
            "kind_of": {str(state): kind for state, kind in BADGES.items()},
            "witness_kind_of": {str(verdict): kind for verdict, kind in WITNESS_BADGES.items()},
            "days_left": status.days_left if (status.days_left or 0) < _MOST_DAYS_LEFT else None,
            "run_version": run.version if run else None,
            "schema": schema,
            "versions": versions(),
            "reasons": {one.name: Reason.from_text(one.reason or "") for one in status.instruments},
            "papers": _papers(status),
            "matters": [(f"{_FIELD}{_id(one)}", matter_subject(one.subject), one) for one in status.set_aside],
            "most_matters": MOST_MATTERS,
            "asked": asked_lately(look, (PageActKind.ACKNOWLEDGE,)),
            "may_act": look.may(Role.OPERATOR),
        },
    )


def acknowledge(look: StationLook, form: FilledForm) -> Redirect:
    """What was ticked is closed by the daemon, if it is still what it was."""
    ticked = [
        NamedMatter(name.removeprefix(_FIELD), subject)
        for name, subject in form.fields.items()
        if name.startswith(_FIELD)
    ]
    if not ticked:
        raise BadRequest(look.wording.texts("page.system.nothing_ticked"))
    return ask(look, AcknowledgeMatters(tuple(ticked)), form.reason, "/system#set-aside")


def _id(matter: OpenMatter) -> str:
    """By its number, or by its file where nothing was written down of it yet."""
    return matter.subject if matter.id is None else str(matter.id)


def _papers(status: StationStatus) -> list[dict[str, Any]]:
    """What of the equipment ends on which day; the next to end first."""
    today = status.today
    return [
        {
            "equipment": one.equipment,
            "of": one.of,
            "until": one.until,
            "left": None if today is None else one.days_left(today),
            "state": None if today is None else one.state(today),
        }
        for one in sorted(status.configuration.validities, key=lambda one: (one.until, one.equipment))
    ]


ROOM = Room("system", "/system", system, acts={"acknowledge": ActForm(Role.OPERATOR, acknowledge)})
