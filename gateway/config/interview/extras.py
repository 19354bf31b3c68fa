"""What not every station has: the page, cameras, alerts, a declaration of ports. Each is asked for in one question, and
kept small; the rest is in the integrator's guide."""

from __future__ import annotations

from gateway.config.cameras.video_storage import VideoStorage
from gateway.config.interview.content import items_in, value_at
from gateway.config.interview.question import AnswerForm, Asking, Find, InitQuestion, yes_or_no

NOBODY, MAIL, WEBHOOK = "nobody", "mail", "webhook"
_LISTEN = "127.0.0.1:8080"


def ask_extras(given: object) -> Asking[None]:
    """All of them."""
    yield from _ask_page(given)
    yield from _ask_cameras(given)
    yield from _ask_alerts(given)
    if not items_in(given, ("ports",)):
        wanted = yield yes_or_no("ports", ("ports", "declare"))
        if wanted is True:
            yield InitQuestion("ports_found", ("ports",), AnswerForm.FOUND, find=Find.PORTS)


def _ask_page(given: object) -> Asking[None]:
    wanted = yield yes_or_no("page", ("web", "wanted"), default=value_at(given, ("web",)) is not None)
    if wanted is True:
        yield InitQuestion("page_listen", ("web", "listen"), default=_LISTEN)


def _ask_cameras(given: object) -> Asking[None]:
    count = items_in(given, ("cameras", "list"))
    if not count:
        wanted = yield yes_or_no("cameras", ("cameras", "wanted"))
        if wanted is not True:
            return
    yield InitQuestion("video_storage", ("cameras", "storage", "path"), default=str(VideoStorage().path))
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
                secret_name=f"camera-{name}",
                fields={"name": str(name)},
            )
        index += 1
        if index < count:
            continue
        more = yield yes_or_no("another_camera", ("cameras", "another", index), count=index)
        if more is not True:
            return


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
                secret_name="mail",  # noqa: S106 -- a name
                fields={"name": str(user)},
            )
        yield InitQuestion("mail_from", (*at, "mail", "from"))
        yield InitQuestion("mail_to", (*at, "mail", "to"), AnswerForm.LIST)
