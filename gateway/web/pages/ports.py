"""Ports and seals: what is plugged in, linked and listening as the daemon saw it, what is not as declared, the register
of seals, and noting that one was put or broken."""

from __future__ import annotations

from gateway.audit.events import EventStore
from gateway.config import Configuration
from gateway.core.act import NoteSeal, PageActKind
from gateway.core.act_form import LONGEST_WORDS
from gateway.core.findings import Topic
from gateway.core.instants import DAY_MS
from gateway.core.ports import PortLook, SealAct
from gateway.core.role import Role
from gateway.core.seal_rules import LONGEST_NUMBER, is_sealable, plain_words
from gateway.ports.seen_ports import SeenPorts
from gateway.reports.port_list import list_ports
from gateway.reports.port_policy import policy_standing
from gateway.reports.ports import lasting_violations
from gateway.reports.seal_overview import seal_overview
from gateway.web.asking import ask, asked_lately
from gateway.web.room import ActForm, BadRequest, FilledForm, Page, Redirect, Room, StationLook

_SHOWN_ACTS = 50
_SHOWN_FINDINGS = 20
_PAST_MS = 90 * DAY_MS
"""So far back violations that are over are shown; reports have them all."""


def ports(look: StationLook) -> Page:
    configuration, database, now_ms = look.configuration, look.database, look.now.wall_ms
    overview = seal_overview(configuration, database)
    seen = {str(one.found.id): one for one in SeenPorts(database).all()}
    findings = EventStore(database).findings(Topic.PORT, now_ms - _PAST_MS, now_ms)
    bearing = dict.fromkeys((*(one.port for one in overview.in_place), *(str(one.id) for one in overview.unregistered)))
    rows = list_ports(
        overview.declared,
        PortLook(tuple(one.found for one in seen.values()), {}),
        {port: overview.numbers_on(port) for port in bearing},
        findings,
    )
    violations = lasting_violations(configuration, database) or ()
    return Page(
        "ports.html",
        {
            "rows": rows,
            "since": {name: one.since_ms for name, one in seen.items()},
            "violations": violations,
            "wrong": {one.port for one in violations},
            "past": [one for one in reversed(findings) if one.episode.end_ms is not None][:_SHOWN_FINDINGS],
            "policy": policy_standing(configuration.ports, configuration.ports_policy),
            "overview": overview,
            "entries": list(reversed(overview.entries))[:_SHOWN_ACTS],
            "sealable": [str(one.id) for one in rows if is_sealable(one.id)],
            "asked": asked_lately(look, (PageActKind.SEAL,)),
            "may_act": look.may(Role.OPERATOR),
            "longest_number": LONGEST_NUMBER,
            "longest_words": LONGEST_WORDS,
        },
    )


def _note(look: StationLook, form: FilledForm, act: SealAct) -> Redirect:
    try:
        number = plain_words(form.text("number"), LONGEST_NUMBER)
        done_by = plain_words(form.text("done_by"), LONGEST_WORDS)
        port = plain_words(form.text("port"), LONGEST_WORDS)
    except ValueError:
        raise BadRequest(look.wording.texts("page.ports.incomplete")) from None
    return ask(look, NoteSeal(act, port, number, done_by), form.reason, "/ports#seals")


def put(look: StationLook, form: FilledForm) -> Redirect:
    return _note(look, form, SealAct.PUT)


def break_seal(look: StationLook, form: FilledForm) -> Redirect:
    return _note(look, form, SealAct.BROKEN)


def _appears(configuration: Configuration) -> bool:
    return configuration.ports is not None


ROOM = Room(
    "ports",
    "/ports",
    ports,
    _appears,
    acts={"put": ActForm(Role.OPERATOR, put), "break": ActForm(Role.OPERATOR, break_seal)},
)
