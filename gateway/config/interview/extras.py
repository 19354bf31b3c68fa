"""What not every station has: the page, cameras, alerts, a declaration of ports. Each is asked for in one question, and
kept small; the rest is in the integrator's guide."""

from __future__ import annotations

from gateway.config.interview.content import items_in, value_at
from gateway.config.interview.places import UsualPlaces
from gateway.config.interview.question import AnswerForm, Asking, Find, InitQuestion, Put, yes_or_no

NOBODY, MAIL, WEBHOOK = "nobody", "mail", "webhook"
CAMERA_SECRET, MAIL_SECRET, RELAY_SECRET = "camera-", "mail", "relay"
"""How their files are named: a camera's own name follows."""
_RELAY_USER = "authority"


def ask_extras(given: object, places: UsualPlaces) -> Asking[None]:
    """All of them."""
    yield from _ask_page(given, places)
    yield from _ask_cameras(given, places)
    yield from _ask_alerts(given)
    if not items_in(given, ("ports",)):
        wanted = yield yes_or_no("ports", ("ports", "declare"))
        if wanted is True:
            yield InitQuestion("ports_found", ("ports",), AnswerForm.FOUND, find=Find.PORTS)


def _ask_page(given: object, places: UsualPlaces) -> Asking[None]:
    if value_at(given, ("web",)) is None:
        wanted = yield yes_or_no("page", ("web", "wanted"))
        if wanted is not True:
            return
    yield InitQuestion("page_listen", ("web", "listen"), default=places.page)
    if places.page_storage is not None and value_at(given, ("web", "storage")) is None:
        yield Put(("web", "storage"), places.page_storage)


def _ask_cameras(given: object, places: UsualPlaces) -> Asking[None]:
    count = items_in(given, ("cameras", "list"))
    if not count:
        wanted = yield yes_or_no("cameras", ("cameras", "wanted"))
        if wanted is not True:
            return
    yield InitQuestion("video_storage", ("cameras", "storage", "path"), default=places.video)
    index = 0
    while True:
        at = ("cameras", "list", index)
        name = yield InitQuestion("camera_name", (*at, "name"), default=f"camera-{index + 1}")
        yield InitQuestion("camera_url", (*at, "url"))
        user = yield InitQuestion("camera_user", (*at, "user"), optional=True)
        if user is not None:
            yield InitQuestion(
                "camera_password",
                (*at, "password"),
                AnswerForm.SECRET,
                secret_name=f"{CAMERA_SECRET}{name}",
                fields={"name": str(name)},
            )
        index += 1
        if index < count:
            continue
        more = yield yes_or_no("another_camera", ("cameras", "another", index), count=index)
        if more is not True:
            break
    yield from _ask_relay(given, places)


def _ask_relay(given: object, places: UsualPlaces) -> Asking[None]:
    """Who else may look at the cameras: the authority, by one address instead of each camera's own."""
    at = ("cameras", "relay")
    if value_at(given, at) is None:
        wanted = yield yes_or_no("relay", (*at, "wanted"))
        if wanted is not True:
            return
    yield InitQuestion("relay_listen", (*at, "listen"), default=places.relay)
    user = yield InitQuestion("relay_user", (*at, "user"), default=_RELAY_USER)
    yield InitQuestion(
        "relay_password", (*at, "password"), AnswerForm.SECRET, secret_name=RELAY_SECRET, fields={"name": str(user)}
    )  # fmt: skip


def _ask_alerts(given: object) -> Asking[None]:
    if items_in(given, ("alerts",)):
        return
    at = ("alerts", 0)
    way = yield InitQuestion(
        "alerts", ("alerts", "by"), AnswerForm.CHOICE, NOBODY, (NOBODY, MAIL, WEBHOOK), is_kept=False
    )
    if way == WEBHOOK:
        yield InitQuestion("webhook", (*at, "webhook"))
    elif way == MAIL:
        yield InitQuestion("mail_server", (*at, "mail", "server"))
        user = yield InitQuestion("mail_user", (*at, "mail", "user"), optional=True)
        if user is not None:
            yield InitQuestion(
                "mail_password",
                (*at, "mail", "password"),
                AnswerForm.SECRET,
                secret_name=MAIL_SECRET,
                fields={"name": str(user)},
            )
        yield InitQuestion("mail_from", (*at, "mail", "from"))
        yield InitQuestion("mail_to", (*at, "mail", "to"), AnswerForm.LIST)
