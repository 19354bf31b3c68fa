"""What the administration does with a request, once it is read: the answer as status and JSON, or how it is spoilt."""

import json
from dataclasses import dataclass
from typing import Any

from stationsim.authority.account import Account
from stationsim.clock import Clock
from stationsim.model.road import RoadFaultModel, RoadModel
from stationsim.road.faults import RoadFaults
from stationsim.road.rules import ACCEPTED, INVALID, Verdict, judge
from stationsim.road.signatures import Signatures, sha256
from stationsim.road.tally import RoadTally
from stationsim.road.tokens import Tokens

LOGIN, SUBMIT = "/api/login", "/api/orders"
SENDER_UNKNOWN, SOURCE_UNKNOWN = 20001, 20003
_SPOILING = ("slow", "drip", "cut", "no_json", "wrong_json", "nested", "too_large", "redirect")


@dataclass(frozen=True, slots=True)
class Request:
    """`token`: of the header Authorization, without its first word."""

    path: str
    source: str
    token: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """`spoilt`: how it is not to arrive as it is."""

    status: int
    content: dict[str, Any]
    spoilt: tuple[RoadFaultModel, ...] = ()


class Desk:
    """May be asked from any thread."""

    def __init__(self, model: RoadModel, tally: RoadTally, faults: RoadFaults, clock: Clock) -> None:
        self._model = model
        self._tally = tally
        self._faults = faults
        self._clock = clock
        self._account = Account(model.user, model.password)
        self._tokens = Tokens(model.token_life)
        self._signatures = Signatures(model.roles, model.certificates)

    def answer(self, request: Request) -> Answer | None:
        """None: hang up without a word."""
        self._tally.count("requests")
        self._tally.saw_body(len(request.body))
        met = self._faults.meeting("login" if request.path == LOGIN else "submit")
        if any(fault.kind == "unheard" for fault in met):
            return None
        spoilt = tuple(fault for fault in met if fault.kind in _SPOILING)
        for fault in met:
            if fault.kind == "status":
                return Answer(fault.status, _said(fault.code or fault.status, "on demand"), spoilt)
        status, content = self._answer(request, met)
        return Answer(status, content, spoilt)

    def _answer(self, request: Request, met: list[RoadFaultModel]) -> tuple[int, dict[str, Any]]:
        if request.source not in self._model.sources:
            return 403, _said(SOURCE_UNKNOWN, f"address {request.source} is not registered")
        try:
            asked = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            return INVALID, _said(INVALID, f"no JSON: {error}")
        if request.path == LOGIN:
            return self._log_in(asked)
        expired = any(fault.kind == "expired" for fault in met)
        if expired or not self._tokens.admits(request.token, self._clock.wall_ms()):
            return 401, _said(401, "the token is not valid, or no longer")
        return self._submit(asked, met)

    def _log_in(self, asked: Any) -> tuple[int, dict[str, Any]]:
        words = [asked.get(word) if isinstance(asked, dict) else None for word in ("username", "password")]
        if not self._account.admits(*map(str, words)):
            self._tally.count("refused_logins")
            return 401, _said(SENDER_UNKNOWN, "user or password is wrong")
        self._tally.count("logins")
        token = self._tokens.give(self._model.user, self._clock.wall_ms())
        return 200, _said(ACCEPTED, "welcome") | {"data": {"token": token, "expires_in": self._tokens.life_s}}

    def _submit(self, asked: Any, met: list[RoadFaultModel]) -> tuple[int, dict[str, Any]]:
        orders = asked.get("orders") if isinstance(asked, dict) else None
        if not isinstance(orders, list) or not 0 < len(orders) <= self._model.batch:
            return INVALID, _said(INVALID, f"orders is no list of 1 to {self._model.batch}")
        if not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in orders):
            return INVALID, _said(INVALID, "an order is an object with an id")
        verdicts = [self._verdict(one, met) for one in orders]
        if self._model.whole and (bad := [v for v in verdicts if v.code != ACCEPTED]):
            return INVALID, _said(bad[0].code, bad[0].message)
        results = [self._settle(one, verdict) for one, verdict in zip(orders, verdicts, strict=True)]
        return 200, _said(ACCEPTED, "done") | {"results": _told(results, met)}

    def _verdict(self, order: dict[str, Any], met: list[RoadFaultModel]) -> Verdict:
        for fault in met:
            if fault.kind == "code" and (not fault.orders or order["id"] in fault.orders):
                return Verdict(fault.code or INVALID, "on demand")
        if self._model.verify and (wrong := self._signatures.fault(order)) is not None:
            return Verdict(*wrong)
        return judge(order, self._model, self._clock.wall_ms())

    def _settle(self, order: dict[str, Any], verdict: Verdict) -> dict[str, Any]:
        if verdict.code == ACCEPTED and not self._tally.take(order, sha256(order), self._clock.wall_ms()):
            verdict = Verdict(INVALID, "another order was taken under this id")
        if verdict.code != ACCEPTED:
            self._tally.refuse(order["id"], verdict.code, verdict.message)
        return {"id": order["id"]} | _said(verdict.code, verdict.message)


def _told(results: list[dict[str, Any]], met: list[RoadFaultModel]) -> list[dict[str, Any]]:
    kinds = {fault.kind for fault in met}
    if "partial" in kinds:
        results = results[::2]
    if "unknown_ids" in kinds:
        results = [{"id": "nobody's", "code": ACCEPTED}, *results]
    return results * 2 if "repeated" in kinds else results


def _said(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message}
