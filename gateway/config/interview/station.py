"""Which station it is, where its data are kept, and who is asked for the time."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.config.interview.content import value_at
from gateway.config.interview.question import AnswerForm, Asking, Find, InitQuestion
from gateway.config.station import MEASURING_KINDS, Language, StationKind

TIME_SERVERS = ("vn.pool.ntp.org", "asia.pool.ntp.org", "time.cloudflare.com")
"""Three, so that one that is wrong is outvoted."""


def language_question(default: Language) -> InitQuestion:
    """The first one: in it everything else is asked."""
    choices = tuple(one.value for one in Language)
    return InitQuestion("language", ("station", "language"), AnswerForm.CHOICE, default.value, choices)


@dataclass(frozen=True, slots=True)
class KnownStation:
    """What later questions depend on. `kind`: `None` where it was not said. `has_full_names`: reports and letters are
    to write names, and need those of the authorities, too."""

    kind: StationKind | None
    is_special: bool
    has_full_names: bool


def ask_station(given: object, storage: str) -> Asking[KnownStation]:
    """`storage`: where data usually are."""
    kinds = tuple(one.value for one in MEASURING_KINDS)
    yield InitQuestion("station_name", ("station", "name"))
    kind = yield InitQuestion("station_kind", ("station", "kind"), AnswerForm.CHOICE, choices=kinds)
    yield InitQuestion("province", ("station", "province"))
    yield InitQuestion("facility", ("station", "facility"))
    yield InitQuestion("code", ("station", "code"))
    yield InitQuestion("province_name", ("station", "province_name"), optional=True)
    facility = yield InitQuestion("facility_name", ("station", "facility_name"), optional=True)
    special = yield InitQuestion("special_monitoring", ("station", "special_monitoring"), AnswerForm.FLAG, False)
    yield InitQuestion("storage", ("storage", "path"), default=storage)
    yield InitQuestion(
        "time_servers", ("clock", "servers"), AnswerForm.LIST, list(TIME_SERVERS), find=Find.TIME_SERVERS
    )
    named = facility is not None or any(value_at(given, ("station", key)) for key in ("department", "address"))
    return KnownStation(StationKind(kind) if kind in kinds else None, special is True, named)


def language_of(content: object, default: Language) -> Language:
    """What people at the station read, as far as that was answered."""
    said = value_at(content, ("station", "language"))
    return Language(said) if said in set(Language) else default
