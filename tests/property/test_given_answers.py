"""Whatever is given beforehand: it is refused, or what is missing or wrong is told; nothing breaks."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config import Language
from gateway.config.interview.content import misshapen
from gateway.config.interview.course import Course
from gateway.config.interview.faults import configured
from gateway.config.interview.places import usual_places
from gateway.config.interview.progress import Progress
from gateway.config.interview.yaml_text import yaml_text
from gateway.config.profiles.shelf import ProfileShelf
from gateway.config.standards.shelf import StandardShelf
from gateway.core.errors import ConfigError
from tests.support.examples import examples

SHELF, TABLES = ProfileShelf(None), StandardShelf()
COURSE = Course(
    Language.ENGLISH,
    usual_places("station-gateway"),
    "/etc/station-gateway/secrets",
    tuple(SHELF.find(name).profile for name in SHELF.names()),
    tuple(TABLES.standard(name) for name in TABLES.names()),
    date(2026, 11, 30),
)
SOUND: dict[str, Any] = {
    "station": {"name": "Trạm", "province": "HN", "facility": "ABCD", "code": "NUO001", "kind": "wastewater"},
    "links": {"plc": {"type": "modbus-tcp", "host": "192.168.1.10"}},
    "instruments": [
        {"name": "a", "parameters": [{"symbol": "COD", "register": "holding:0", "limit": {"max": 5}}]},
        {"name": "b", "unit": 2, "profile": "endress-hauser-cm44x"},
    ],
    "destinations": [
        {"url": "sftp://a@b/c", "host_key": f"SHA256:{'B' * 43}", "password": {"file": "/etc/a"}},
        {"name": "m", "url": "mqtts://a@b/c", "password": {"env": "A"}},
    ],
    "cameras": {"list": [{"name": "c", "url": "rtsp://a/b"}]},
    "alerts": [{"webhook": "https://a.vn/b"}],
    "web": {"listen": "127.0.0.1:8080"},
}
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 70_000), st.text(max_size=8), st.just([]), st.just({}),
    st.just([1, {}]),
    st.just({"a": [1]}),
    st.sampled_from(["modbus-rtu", "serial", "ftp", "wss", "emission", "custom:X", "QCVN 40:2011"]),
)  # fmt: skip


def paths(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [one for key, value in inner for one in ((*path, key), *paths(value, (*path, key)))]


@settings(deadline=None, max_examples=examples(30))
@given(st.lists(st.tuples(st.sampled_from(paths(SOUND)), JUNK, st.booleans()), max_size=4))
def test_nothing_that_is_given_breaks_it(changes: list[tuple[tuple[Any, ...], Any, bool]]) -> None:
    content = deepcopy(SOUND)
    for path, junk, is_removed in changes:
        place = content
        for part in path[:-1]:
            place = place[part] if isinstance(place, dict | list) and part in dict(paths_of(place)) else None
        if isinstance(place, dict | list) and path[-1] in dict(paths_of(place)):
            if is_removed:
                del place[path[-1]]
            else:
                place[path[-1]] = junk
    if list(misshapen(content)):
        return
    progress, asked = Progress(COURSE.begin, content, takes_defaults=True), 0
    while progress.question is not None:
        asked += 1
        assert asked < 100
        progress.answer(progress.offered)
    try:
        configured(yaml_text(progress.content), Path("/etc/station-gateway/gateway.yaml"), check_secrets=False)
    except ConfigError:
        return
    assert not progress.missing


def paths_of(place: Any) -> list[tuple[Any, Any]]:
    return list(place.items() if isinstance(place, dict) else enumerate(place))
