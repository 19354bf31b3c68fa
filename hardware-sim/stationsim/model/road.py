"""The road administration, which takes signed transport orders in over HTTPS, and what goes wrong with it when."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from stationsim.durations import DurationMs
from stationsim.model.authority import CutModel
from stationsim.model.base import Model, Name, Port

RoadFaultKind = Literal[
    "status",  # the request is answered with `status`, and with the system code `code` if there is one; none is taken
    "code",  # each order is answered with `code`; none is taken
    "slow",  # the answer waits for `delay`
    "drip",  # the answer comes byte by byte, one each `delay`
    "unheard",  # hangs up without having read the request
    "cut",  # hangs up after `bytes` of the answer; the orders are taken
    "no_json",
    "wrong_json",  # JSON, but nothing that was agreed
    "nested",  # JSON 100,000 levels deep
    "too_large",  # 64 MB without end in sight
    "redirect",
    "partial",  # tells results of every other order; all are taken
    "unknown_ids",  # tells results of orders that nobody sent besides
    "repeated",  # tells each result twice
    "expired",  # every token is expired
]


class RoadFaultModel(Model):
    """Holds during [at, at + for) after the start of the run, without `for` until its end; for the first `times`
    requests that it meets, and each with that `chance`."""

    kind: RoadFaultKind
    at: DurationMs = 0
    for_: Annotated[DurationMs, Field(gt=0)] | None = Field(alias="for", default=None)
    on: Literal["login", "submit"] = "submit"
    times: Annotated[int, Field(ge=1)] | None = None
    chance: Annotated[float, Field(gt=0, le=1)] = 1.0
    status: Annotated[int, Field(ge=200, le=599)] = 503
    code: Annotated[int, Field(ge=1)] | None = None
    delay: DurationMs = 1_000
    bytes: Annotated[int, Field(ge=0)] = 0
    orders: list[str] = []  # of `code`: these only; by default all

    @model_validator(mode="after")
    def _codes_are_said(self) -> "RoadFaultModel":
        if self.kind == "code" and self.code is None:
            raise ValueError("which code? add code: 30001, or another one")
        return self


class RoadModel(Model):
    name: Name
    user: str = Field(min_length=1)
    password: str = Field(min_length=1)
    host: str = "127.0.0.1"
    port: Port = 0  # the system picks
    sources: list[str] = ["127.0.0.1", "::1"]  # addresses that were registered
    token_life: Annotated[DurationMs, Field(gt=0)] = 900_000
    body: Annotated[int, Field(gt=0)] = 10_000_000  # bytes of one request; more is answered with 413
    batch: Annotated[int, Field(gt=0)] = 1_000  # orders of one request; more is answered with 400
    image: Annotated[int, Field(gt=0)] = 2_000_000  # bytes of one image
    whole: bool = False  # whether one order that is not taken has its whole request answered with 400
    verify: bool = True  # whether signatures are verified, by the openssl program
    keep: bool = True  # whether the accepted orders are kept as files
    roles: Annotated[list[str], Field(min_length=1)] = ["station"]  # who has to sign; the first is the sender
    certificates: list[Path] = []  # of those who may sign (PEM); by default whoever shows one
    client_ca: Path | None = None  # a client has to show a certificate of this authority
    operators: list[str] = []  # by default any; so are the others
    stations: list[str] = []
    departments: list[str] = []
    routes: list[str] = []
    window: Annotated[DurationMs, Field(gt=0)] | None = None  # how far `issued_ms` may be off; by default any
    late_after: Annotated[DurationMs, Field(gt=0)] = 180_000  # from `issued_ms` to accepted
    faults: list[RoadFaultModel] = []
    cuts: list[CutModel] = []  # of the line to it, in the order of time
