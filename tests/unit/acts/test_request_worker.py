"""What a person asked for at the page is done once, by the daemon, in his name; or refused in words for people."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.acts import carry_out, outcomes
from gateway.acts.outcomes import KEPT_DAYS, ActOutcomes
from gateway.acts.request_folder import RequestFolder
from gateway.acts.request_worker import RequestWorker
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.keeping.pins import PinStore
from gateway.config import Configuration, load
from gateway.core.act import (
    AcknowledgeMatters,
    ActOutcome,
    ActRefusal,
    ActRequest,
    ActState,
    Deed,
    LoginState,
    NamedMatter,
    NoteLogin,
    NoteSeal,
    PinVideo,
    ResendSlots,
)
from gateway.core.errors import StoreError
from gateway.core.ports import SealAct
from gateway.core.role import Role
from gateway.db import Database, set_aside
from gateway.db.damage import SetAsideKind
from gateway.ports.seal_register import SealRegister
from tests.support.clock import FakeClock
from tests.support.journey import Journey

T0 = FakeClock().wall_ms
STATION = """\
station: {{name: Trạm thử, province: HN, facility: TEST, code: TST001, kind: ambient_air}}
storage: {{path: {folder}}}
links: {{bus: {{type: modbus-tcp, host: 127.0.0.1, port: 9}}}}
instruments: [{{name: ozone, link: bus, unit: 3, profile: teledyne-t400}}]
ports: [{{id: "panel:datalogger-usb", state: unused, of: datalogger}}]
destinations: [{{name: so-tnmt, authority: province, url: "ftp://u@127.0.0.1/", password: {{file: {folder}/password}}}}]
cameras: {{list: [{{name: outlet, url: "rtsp://127.0.0.1/1"}}]}}
web: {{storage: {folder}/page}}
"""
RESEND = ResendSlots("so-tnmt", T0, T0)
SEAL = NoteSeal(SealAct.PUT, "panel:datalogger-usb", "TEM-1", "Nguyễn Văn A")
PIN = PinVideo("outlet", T0 - 60_000, T0)
LOGIN = NoteLogin(LoginState.REFUSED, "192.0.2.7", 12, T0 - 60_000)


class Station:
    """The daemon's side and the page's, with a clock in the test's hand."""

    def __init__(self, configuration: Configuration, journey: Journey) -> None:
        self.configuration = configuration
        self.journey = journey
        self.clock = FakeClock()
        self.folder = RequestFolder(configuration.storage.path / "page")
        self.folder.folder.parent.mkdir()
        self.outcomes = ActOutcomes(journey.database)
        self.worker = self.started()
        self._asked = 0

    def started(self) -> RequestWorker:
        """A worker that knows nothing, as after a start."""
        return RequestWorker(self.configuration, self.folder.folder.parent, self.journey.database, self.clock)

    def ask(self, deed: Deed, role: Role = Role.OPERATOR, reason: str = "vì thế") -> str:
        self._asked += 1
        request = ActRequest(f"{self._asked:032x}", self.clock.wall_ms, "lan", role, reason, deed)
        self.folder.leave(request)
        return request.id

    def do(self, deed: Deed, role: Role = Role.OPERATOR) -> ActOutcome:
        request_id = self.ask(deed, role)
        self.step()
        found = self.outcomes.find(request_id)
        assert found is not None
        return found.outcome

    def step(self) -> None:
        self.worker.step(self.clock.advance(1))

    def journal(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        rows = self.journey.database.read("SELECT who, what FROM sound_journal WHERE kind = ? ORDER BY seq", (kind,))
        return [(who, json.loads(what)) for who, what in rows]


@pytest.fixture
def station(journey: Journey, tmp_path: Path) -> Station:
    (tmp_path / "password").write_text("secret")
    (tmp_path / "password").chmod(0o600)
    file = tmp_path / "gateway.yaml"
    file.write_text(STATION.format(folder=tmp_path), "utf-8")
    return Station(load(file), journey)


@pytest.fixture
def cameras(station: Station) -> Iterator[Database]:
    with closing(open_cameras_database(station.configuration.storage.path)) as made:
        yield made


@pytest.fixture
def delivered(station: Station) -> None:
    station.journey.send(T0, ["so-tnmt"])
    with station.journey.database.write() as connection:
        connection.execute("UPDATE delivery SET state = 'delivered', delivered_ms = ?", (T0 + 3000,))


@pytest.mark.usefixtures("delivered")
def test_delivered_files_wait_again(station: Station) -> None:
    assert station.do(RESEND) == ActOutcome(ActState.DONE, 1)
    assert station.journey.deliveries() == {("so-tnmt", T0): "waiting"}
    ((who, what),) = station.journal("delivery")
    assert (who, what["action"], what["reason"]) == ("lan@page", "resend", "vì thế")
    assert station.do(RESEND) == ActOutcome(ActState.NOTHING)


def test_a_seal_is_noted_once(station: Station) -> None:
    assert station.do(SEAL) == ActOutcome(ActState.DONE, 1)
    (entry,) = SealRegister(station.journey.database).entries()
    assert (entry.number, entry.who, entry.reason) == ("TEM-1", "Nguyễn Văn A", "vì thế")
    assert station.journal("seal")[0][0] == "lan@page"
    again = station.do(SEAL)
    assert (again.state, again.refusal) == (ActState.REFUSED, ActRefusal.SEAL)
    assert "TEM-1 is in place" in again.words
    assert station.do(NoteSeal(SealAct.BROKEN, SEAL.port, "TEM-1", "B")) == ActOutcome(ActState.DONE, 1)


def test_what_waited_for_a_person_is_closed(station: Station, cameras: Database) -> None:
    for database in (station.journey.database, cameras):
        with database.write() as connection:
            set_aside.keep(connection, SetAsideKind.ROW, "record 7", "3 bits", T0)
            set_aside.keep(connection, SetAsideKind.ROW, "record\n8", "3 bits", T0)
    matters = (NamedMatter("1", "record 7"), NamedMatter("c2", "record\\n8"))
    assert station.do(AcknowledgeMatters(matters)) == ActOutcome(ActState.DONE, 2)
    assert [one.id for one in set_aside.open_ones(station.journey.database)] == [2]
    assert [one.id for one in set_aside.open_ones(cameras)] == [1]
    assert station.journal("storage") == [
        ("lan@page", {"act": "closed", "matter": "row", "subject": "record 7", "reason": "vì thế"})
    ]


def test_another_matter_of_the_same_number_stays_open(station: Station) -> None:
    """The database is another one than when it was asked."""
    with station.journey.database.write() as connection:
        set_aside.keep(connection, SetAsideKind.ROW, "record 8", "3 bits", T0)
    outcome = station.do(AcknowledgeMatters((NamedMatter("1", "record 7"),)))
    assert (outcome.state, outcome.refusal) == (ActState.NOTHING, ActRefusal.OTHER_MATTER)
    assert len(set_aside.open_ones(station.journey.database)) == 1


def test_video_is_pinned(station: Station, cameras: Database) -> None:
    assert station.do(PIN) == ActOutcome(ActState.DONE, 1)
    (pin,) = PinStore(cameras).all()
    assert (pin.camera, pin.begin_ms, pin.end_ms, pin.made_by) == ("outlet", T0 - 60_000, T0, "lan@page")


def test_a_log_in_is_told_whoever_it_was(station: Station) -> None:
    assert station.do(LOGIN, Role.VIEWER) == ActOutcome(ActState.DONE, 1)
    ((who, what),) = station.journal("login")
    assert (who, what["state"], what["address"], what["times"]) == ("lan@page", "refused", "192.0.2.7", 12)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUTHORITY])
@pytest.mark.parametrize("deed", [RESEND, SEAL, PIN, AcknowledgeMatters((NamedMatter("1", "x"),))])
@pytest.mark.usefixtures("delivered")
def test_who_may_only_look_does_nothing(station: Station, cameras: Database, deed: Deed, role: Role) -> None:
    outcome = station.do(deed, role)
    assert (outcome.state, outcome.refusal) == (ActState.REFUSED, ActRefusal.ROLE)
    assert station.journey.deliveries() == {("so-tnmt", T0): "delivered"}
    assert SealRegister(station.journey.database).entries() == []
    assert PinStore(cameras).all() == []


@pytest.mark.parametrize(
    ("deed", "refusal"),
    [
        (ResendSlots("nobody", T0, T0), ActRefusal.DESTINATION),
        (PinVideo("nobody", T0, T0), ActRefusal.CAMERA),
        (NoteSeal(SealAct.PUT, "panel:door", "1", "A"), ActRefusal.PORT),
        (NoteSeal(SealAct.PUT, "../etc", "1", "A"), ActRefusal.PORT),
        (NoteSeal(SealAct.BROKEN, SEAL.port, "1", "A"), ActRefusal.SEAL),
    ],
)
@pytest.mark.usefixtures("cameras")
def test_what_cannot_be_is_refused_with_its_reason(station: Station, deed: Deed, refusal: ActRefusal) -> None:
    outcome = station.do(deed)
    assert (outcome.state, outcome.refusal) == (ActState.REFUSED, refusal)
    assert outcome.words


def test_where_no_camera_was_ever_recorded(station: Station) -> None:
    assert station.do(PIN).words == "the cameras' recorder has never run here"


@pytest.mark.usefixtures("delivered")
def test_the_same_request_is_done_once_however_often_it_lies_there(station: Station) -> None:
    station.do(RESEND)
    with station.journey.database.write() as connection:
        connection.execute("UPDATE delivery SET state = 'delivered', delivered_ms = ?", (T0 + 3000,))
    station.worker = station.started()
    station.step()
    assert station.journey.deliveries() == {("so-tnmt", T0): "delivered"}
    assert len(station.journal("delivery")) == 1


class _KilledError(BaseException):
    """kill -9: nothing that follows is done."""


@pytest.mark.parametrize("deed", [RESEND, SEAL, PIN, LOGIN, AcknowledgeMatters((NamedMatter("c1", "record 7"),))])
@pytest.mark.usefixtures("delivered")
def test_killed_between_act_and_outcome_it_is_done_once(
    station: Station, cameras: Database, deed: Deed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cameras.write() as connection:
        set_aside.keep(connection, SetAsideKind.ROW, "record 7", "3 bits", T0)
    request_id = station.ask(deed)
    with monkeypatch.context() as patched:

        def killed(*_: object) -> None:
            raise _KilledError

        patched.setattr(outcomes, "_insert", killed)
        with pytest.raises(_KilledError):
            station.step()
    assert station.outcomes.find(request_id) is None
    station.worker = station.started()
    station.step()
    found = station.outcomes.find(request_id)
    assert found is not None
    assert found.outcome == ActOutcome(ActState.DONE, 1)
    entries = [len(station.journal(kind)) for kind in ("delivery", "seal", "login")]
    pins, closed = len(PinStore(cameras).all()), not set_aside.open_ones(cameras)
    assert sum(entries) + pins + closed == 1


def test_garbage_is_told_once_and_left_as_it_is(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    request_id = station.ask(RESEND)
    file = station.folder.folder / f"{request_id}.json"
    file.write_text("{")
    for _ in range(3):
        station.step()
    station.worker = station.started()
    station.step()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "is left as it is" in caplog.text
    found = station.outcomes.find(request_id)
    assert found is not None
    assert (found.kind, found.outcome.refusal) == (None, ActRefusal.NO_REQUEST)
    assert file.read_text() == "{"


def test_a_folder_that_cannot_be_read_is_told_once(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    station.ask(LOGIN)
    station.folder.folder.chmod(0o777)
    for _ in range(3):
        station.step()
    assert len(caplog.records) == 1
    assert "anybody may write it" in caplog.text
    station.folder.folder.chmod(0o750)
    station.step()
    assert len(station.journal("login")) == 1


def test_a_page_that_runs_wild_fills_no_journal(station: Station) -> None:
    for _ in range(80):
        for _ in range(10):
            station.ask(LOGIN)
        station.step()
        station.folder.remove(station.folder.ids())
    assert len(station.journal("login")) == 600


def test_what_the_database_cannot_take_is_tried_again(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = station.ask(SEAL)
    with monkeypatch.context() as patched:

        def full(*_: object, **__: object) -> None:
            raise StoreError("no space left")

        patched.setattr(carry_out.SealRegister, "add_within", full)
        with pytest.raises(StoreError):
            station.step()
    assert station.outcomes.find(request_id) is None
    station.step()
    assert len(SealRegister(station.journey.database).entries()) == 1


def test_old_outcomes_go_once_their_request_is_gone(station: Station) -> None:
    kept, gone = station.ask(LOGIN), station.ask(LOGIN)
    station.step()
    station.folder.remove([gone])
    station.clock.advance((KEPT_DAYS + 1) * 86_400)
    station.step()
    assert station.outcomes.settled([kept, gone]) == {kept}
