"""The authorities' servers: how each is reached, by what it is known to us, and we to it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from gateway.config.destinations.destination import Authority
from gateway.config.destinations.folder import LAYOUTS
from gateway.config.destinations.scheme import Scheme, ServerProof
from gateway.config.file.location import Location
from gateway.config.interview.content import items_in, value_at
from gateway.config.interview.question import AnswerForm, Asking, Find, InitQuestion, Placed, Put, yes_or_no
from gateway.config.url_parts import host_in_url

PASSWORD, NEW_KEY, KEY_FILE = "password", "new_key", "key_file"  # noqa: S105 -- words that people choose from
SYSTEM, PIN, CA = "system", "pin", "ca"
_NAMES = {Authority.PROVINCE: "so-tnmt", Authority.MINISTRY: "bo-tnmt"}
_MINISTRY = "Bộ Nông nghiệp và Môi trường"
_UNTOLD = {"scheme": "sftp", "user": "user", "host": "127.0.0.1", "path": ""}
_OF_AN_END = ("host", "port")
_END: Location = ("links", "server")
_SOUND_END = {"type": "tcp", "host": "127.0.0.1", "port": 1}


@dataclass(frozen=True, slots=True)
class DestinationQuestions:
    """Those about one station's destinations. `secrets`: the folder for keys that are made. `names_are_written`: the
    station has full names for letters, so that its authorities need theirs."""

    given: object
    is_special: bool
    secrets: str
    names_are_written: bool

    def ask(self) -> Asking[None]:
        """One after the other; a second one for the Ministry where the station is specially monitored."""
        given, names = items_in(self.given, ("destinations",)), list[str]()
        while True:
            index = len(names)
            name = yield from self._ask_one(("destinations", index), index, names)
            names.append(name)
            if index + 1 < given:
                continue
            wanted = self.is_special and index == 0 and not given
            more = yield yes_or_no(
                "another_destination", ("destinations", "another", index + 1), default=wanted, count=index + 1
            )
            if more is not True:
                return

    def _ask_one(self, at: Location, index: int, names: list[str]) -> Asking[str]:
        usual = Authority.MINISTRY if self.is_special and index == 1 else Authority.PROVINCE
        choices = tuple(one.value for one in _NAMES)
        authority = yield InitQuestion("authority", (*at, "authority"), AnswerForm.CHOICE, usual.value, choices)
        proposed = _NAMES[Authority(authority)] if authority in choices else None
        proposed = f"{proposed}-{index + 1}" if proposed in names else proposed
        name = yield InitQuestion("destination_name", (*at, "name"), default=proposed, taken=tuple(names))
        official = _MINISTRY if authority == Authority.MINISTRY else None
        is_optional = official is None and not self.names_are_written
        yield InitQuestion("official_name", (*at, "official_name"), default=official, optional=is_optional)
        if authority == Authority.MINISTRY and value_at(self.given, (*at, "only_if_special")) is None:
            yield Put((*at, "only_if_special"), True)
        scheme = yield from self._ask_url(at)
        if scheme is not None:
            if not scheme.carries_messages:
                layouts = tuple(LAYOUTS)
                yield InitQuestion(
                    "folder", (*at, "folder"), AnswerForm.TEXT, layouts[0], fields={"layouts": ", ".join(layouts)}
                )
            yield from self._ask_who_it_is(at, scheme)
            yield from self._ask_log_in(at, scheme, str(name))
        return str(name)

    def _ask_url(self, at: Location) -> Asking[Scheme | None]:
        """Returns the scheme; `None`: it is not known."""
        where = (*at, "url")
        said = value_at(self.given, where)
        if said is not None:
            url = yield InitQuestion("url", where)
            return _scheme(str(url).partition("://")[0])
        parts = dict(_UNTOLD)

        def part(
            key: str, name: str, default: object = None, form: AnswerForm = AnswerForm.TEXT, *, optional: bool = False
        ) -> InitQuestion:
            def checked(answer: object) -> Placed:
                if name in _OF_AN_END:  # in the words that are for it alone
                    return _END, {**_SOUND_END, name: answer}, (*_END, name)
                return where, _url({**parts, name: str(answer)}), where

            return InitQuestion(
                key,
                (*at, name),
                form,
                default,
                is_kept=False,
                optional=optional,
                checked_as=checked,
                fields={"scheme": parts["scheme"]},
            )

        schemes = tuple(one.value for one in Scheme if not one.traits.carries_orders)
        answer = yield InitQuestion("scheme", (*at, "scheme"), AnswerForm.CHOICE, "sftp", schemes, is_kept=False)
        scheme = _scheme(answer)
        if scheme is None:
            return None
        parts["scheme"] = scheme.value
        host = yield part("server_host", "host")
        parts["host"] = str(host)
        parts["port"] = str((yield part("server_port", "port", scheme.traits.usual_port, AnswerForm.WHOLE)))
        user = yield part("server_user", "user")
        parts["user"] = str(user)
        key = "topic_base" if scheme.carries_messages else "server_path"
        path = yield part(key, "path", optional=True)
        parts["path"] = "" if path is None else str(path)
        if host is not None and user is not None:
            yield Put(where, _url(parts))
        return scheme

    def _ask_who_it_is(self, at: Location, scheme: Scheme) -> Asking[None]:
        if scheme.traits.server_proof is ServerProof.HOST_KEY:
            yield InitQuestion("host_key", (*at, "host_key"), find=Find.HOST_KEY)
        elif scheme.traits.server_proof is ServerProof.CERTIFICATE:
            if any(value_at(self.given, (*at, key)) is not None for key in ("certificate", "ca")):
                return
            trust = yield InitQuestion(
                "trust",
                (*at, "trust"),
                AnswerForm.CHOICE,
                SYSTEM,
                (SYSTEM, PIN, CA),
                is_kept=False,
                find=Find.CERTIFICATE,
            )
            if trust == PIN:
                yield InitQuestion("certificate", (*at, "certificate"), find=Find.CERTIFICATE)
            elif trust == CA:
                yield InitQuestion("ca", (*at, "ca"))

    def _ask_log_in(self, at: Location, scheme: Scheme, name: str) -> Asking[None]:
        if any(value_at(self.given, (*at, key)) is not None for key in ("key", "client")):
            return
        way: object = PASSWORD
        if scheme.traits.takes_keys and value_at(self.given, (*at, "password")) is None:
            ways = (PASSWORD, NEW_KEY, KEY_FILE)
            way = yield InitQuestion("log_in", (*at, "log_in"), AnswerForm.CHOICE, PASSWORD, ways, is_kept=False)
        if way == NEW_KEY:
            made = yield InitQuestion(
                "new_key", (*at, "new_key"), default=f"{name}-key", is_kept=False, find=Find.NEW_KEY
            )
            yield Put((*at, "key"), {"file": f"{self.secrets}/{made}"})
        elif way == KEY_FILE:
            file = yield InitQuestion("key_file", (*at, "key_file"), is_kept=False)
            yield Put((*at, "key"), {"file": str(file)})
        else:
            yield InitQuestion(
                "password", (*at, "password"), AnswerForm.SECRET, secret_name=name, fields={"name": name}
            )


def _url(parts: dict[str, str]) -> str:
    scheme = _scheme(parts["scheme"])
    usual = "" if scheme is None else str(scheme.traits.usual_port)
    port = parts.get("port", usual)
    shown = "" if port == usual else f":{port}"
    path = parts["path"].strip("/")
    user, folder = quote(parts["user"], safe=""), quote(path, safe="/~")
    return f"{parts['scheme']}://{user}@{host_in_url(parts['host'])}{shown}{f'/{folder}' if path else ''}"


def _scheme(word: object) -> Scheme | None:
    return next((one for one in Scheme if one.value == word), None)
