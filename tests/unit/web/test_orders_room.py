"""The orders of a coach station as people see them: only there, in both languages, no driver's data for a viewer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest

from gateway.acts.request_folder import RequestFolder
from gateway.config import Configuration, Language, load
from gateway.core.act import ActRequest, ReleaseOrder
from gateway.core.role import LoggedIn, Role
from gateway.db import Database, open_database
from gateway.runtime import lock
from gateway.web.pages import now, orders, reports, system, wall
from gateway.web.report_request import monthly_names
from gateway.web.room import BadRequest, FilledForm, NotThere, Room
from gateway.web.rooms import rooms_of
from tests.support import three_days
from tests.support.drawn import drawn, look_at
from tests.support.page import page_yaml
from tests.support.sixty_days.made import NOW_MS, SECRETS, made

VIEWER, AUTHORITY, OPERATOR = (LoggedIn("an", role) for role in Role)
LANGUAGES = tuple(Language)
ASIDE, LATE = "L-20619-007", "L-2026-CHO-540000"


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Configuration, Database]]:
    folder = tmp_path_factory.mktemp("coach")
    file = made("coach", 2, folder)
    file.write_text(file.read_text("utf-8") + page_yaml(folder, 8080), "utf-8")
    (folder / "page").mkdir()
    reader = open_database(folder / "gateway.db", read_only=True)
    with closing(lock.hold(folder)):  # as a daemon that runs
        yield load(file, SECRETS), reader
    reader.close()


def words(
    station: tuple[Configuration, Database],
    address: str,
    room: Room = orders.ROOM,
    language: Language = Language.ENGLISH,
    person: LoggedIn | None = OPERATOR,
) -> str:
    """What the page says, without its marks."""
    text = drawn(room, look_at(*station, address, NOW_MS, language, person))
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", text)))


def test_a_coach_station_has_its_own_rooms_and_a_measuring_one_no_orders(
    station: tuple[Configuration, Database], tmp_path: Path
) -> None:
    paths = [room.path for room in rooms_of(station[0])]
    assert paths[:3] == ["/now", "/orders", "/orders/order"]
    assert not {"/charts", "/deliveries", "/slot/{slot}"} & set(paths)
    assert "/orders" not in [room.path for room in rooms_of(three_days.configuration(tmp_path))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("room", [now.ROOM, wall.ROOM, system.ROOM, reports.ROOM], ids=lambda room: room.name)
def test_the_other_rooms_say_nothing_of_what_it_has_not(
    station: tuple[Configuration, Database], room: Room, language: Language
) -> None:
    said = words(station, room.path, room, language)
    assert not re.search(r"Parameters|Thông số|Instruments|Thiết bị đo\b", said)


def test_the_start_page_says_how_the_orders_stand(station: tuple[Configuration, Database]) -> None:
    said = words(station, "/now", now.ROOM)
    assert re.search(r"Accepted within 3 minutes 9\d\.\d %", said)
    assert "Waiting to be sent 3 ■ 2 late" in said


def test_a_day_counts_its_orders_and_lists_them_newest_first(station: tuple[Configuration, Database]) -> None:
    said = words(station, "/orders")
    assert re.search(r"Submitted 5\d .* Accepted within 3 minutes 5\d \(9\d\.\d %\)", said)
    assert said.index("L-2026-CHO-40000") < said.index(f"{LATE} ", said.index("The day's orders"))
    assert "The receiving server could not be reached" in said  # why the oldest waits


@pytest.mark.parametrize(
    ("language", "meaning"),
    [(Language.ENGLISH, "30005 the code of the coach station is not known"), (Language.VIETNAMESE, "30005 mã bến xe")],
)
def test_what_is_set_aside_says_the_codes_meaning_in_the_readers_language(
    station: tuple[Configuration, Database], language: Language, meaning: str
) -> None:
    assert meaning in words(station, "/orders", language=language)
    assert meaning in words(station, f"/orders/order?id={ASIDE}", orders.ORDER, language)


@pytest.mark.parametrize(
    ("shown", "is_in", "is_not_in"),
    [("waiting", LATE, "L-20619-003"), ("set_aside", ASIDE, LATE), ("accepted", "L-20619-003", LATE)],
)
def test_a_choice_lists_only_those(
    station: tuple[Configuration, Database], shown: str, is_in: str, is_not_in: str
) -> None:
    listed = words(station, f"/orders?show={shown}").partition("The day's orders")[2]
    assert is_in in listed
    assert is_not_in not in listed


def test_a_long_day_has_several_pages(station: tuple[Configuration, Database]) -> None:
    first, second = (words(station, f"/orders?day=2026-06-15&page={number}") for number in (1, 2))
    assert "older" in first
    assert "newer" in second
    assert "L-20618-159" in first.partition("The day's orders")[2]
    assert "L-20618-159" not in second.partition("The day's orders")[2]


def test_the_day_of_a_cut_says_what_made_orders_late(station: tuple[Configuration, Database]) -> None:
    assert re.search(
        r"late ▲ \d+ .*The receiving server could not be reached: [1-9]", words(station, "/orders?day=2026-06-15")
    )


def test_an_order_tells_its_story_with_every_try_and_both_hashes(station: tuple[Configuration, Database]) -> None:
    said = words(station, f"/orders/order?id={ASIDE}", orders.ORDER)
    assert re.search(r"Tries .* refused 30005", said)
    assert len(set(re.findall(r"\b[0-9a-f]{64}\b", said))) == 5


@pytest.mark.parametrize(("person", "is_shown"), [(None, False), (VIEWER, False), (AUTHORITY, True), (OPERATOR, True)])
def test_the_drivers_name_is_not_for_everybody(
    station: tuple[Configuration, Database], person: LoggedIn | None, is_shown: bool
) -> None:
    said = words(station, f"/orders/order?id={ASIDE}", orders.ORDER, person=person)
    assert ("Nguyễn Văn An" in said) is is_shown


def test_an_operator_asks_the_daemon_to_release_it(station: tuple[Configuration, Database]) -> None:
    look = look_at(*station, "/orders", NOW_MS, person=OPERATOR)
    went = orders.release(look, FilledForm({"id": ASIDE}, "đã sửa"))
    assert went.to == f"/orders/order?id={ASIDE}"
    settings = station[0].web
    assert settings is not None
    folder = RequestFolder(settings.storage)
    (left,) = [folder.read(one) for one in folder.ids()]
    assert isinstance(left, ActRequest)
    assert (left.deed, left.reason, left.person) == (ReleaseOrder(ASIDE), "đã sửa", "an")
    assert "waits release an order" in words(station, f"/orders/order?id={ASIDE}", orders.ORDER)


def test_what_is_not_set_aside_cannot_be_released(station: tuple[Configuration, Database]) -> None:
    look = look_at(*station, "/orders", NOW_MS, person=OPERATOR)
    with pytest.raises(BadRequest, match="not set aside"):
        orders.release(look, FilledForm({"id": LATE}, "x"))


@pytest.mark.parametrize("query", ["day=2026-13-01", "show=none", "page=0", "page=x", "page=99999999999"])
def test_what_makes_no_sense_is_refused(station: tuple[Configuration, Database], query: str) -> None:
    with pytest.raises(BadRequest):
        words(station, f"/orders?{query}")


def test_an_order_that_is_not_there_is_not_there(station: tuple[Configuration, Database]) -> None:
    with pytest.raises(NotThere):
        words(station, "/orders/order?id=nobody", orders.ORDER)


def test_reports_of_measuring_are_not_offered(station: tuple[Configuration, Database]) -> None:
    assert not {"completeness", "quality", "letter"} & set(monthly_names(station[0]))
