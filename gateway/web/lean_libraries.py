"""Imports of the page's libraries without those of their parts that a page never comes to: on a small board every
megabyte is held for months. Nothing is taken from anybody: after these imports each part can be imported, whole, by
whoever wants it; and a version of a library that cannot do without is imported whole, too.

To be called before anything else imports them: what is loaded stays as it is. About, imported one at a time, in the
order of the calls: archives 0.7 MB, OpenSSL's hashes 3.6, Jinja2's compiler 1, kinds of types that only a checker reads
0.3, TLS where nothing is encrypted 3.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, TypeVar

from gateway.runtime.lean_import import lean_or_whole, without

_SHA2 = "_sha256", "_sha2"
"""Python's own, by its versions; built without, it has OpenSSL's alone."""


def import_lean_basics() -> None:
    """Python's `shutil` without archives that nobody makes here, `hashlib` and `hmac` with Python's own SHA-2 in place
    of all that OpenSSL would look up: each of them is made to do without. What reads files that ship comes to archives
    when there are some."""
    with without({"bz2": None, "lzma": None}):
        import shutil

        lean_or_whole(_ARCHIVES, _import_readers)
    with without({"_hashlib": None} if any(find_spec(one) is not None for one in _SHA2) else {}):
        import hashlib
        import hmac
    _ = shutil, hashlib, hmac


def import_lean_templates() -> None:
    """Jinja2 where templates come compiled. Whoever would compile one fails."""
    lean_or_whole(_COMPILER, _import_jinja)


def import_lean_server(*, is_encrypted: bool) -> None:
    """Starlette, uvicorn and what they stand on. Forms are read by `gateway.web.form_fields`, and pages of faults are
    our own."""
    with without({} if is_encrypted else {"ssl": None}):  # asyncio is made to do without
        import asyncio
    _ = asyncio
    lean_or_whole(_UNASKED if is_encrypted else {**_UNASKED, "ssl": _NO_TLS}, _import_server)


def _import_readers() -> None:
    import importlib.resources.readers

    _ = importlib


def _import_jinja() -> None:
    import jinja2

    _ = jinja2


def _import_server() -> None:
    import http

    import anyio

    if sys.modules.get("http.client") is _HTTP_CLIENT:
        http.client = _HTTP_CLIENT  # until somebody imports it
    import starlette.applications

    import gateway.web.lean_uvicorn

    anyio.run(anyio.sleep, 0, backend="asyncio")  # which imports what its tasks and threads run by
    _ = starlette.applications, gateway.web.lean_uvicorn


def _module(name: str, **content: object) -> ModuleType:
    made = ModuleType(name)
    made.__dict__.update(content)
    return made


def _when_wanted(name: str, **content: object) -> ModuleType:
    """Stands in for a module that is imported when somebody asks, afterwards, for what is not in `content`."""
    made = _module(name, **content)

    def asked(attribute: str) -> object:
        if sys.modules.get(name) is made:
            raise AttributeError(f"module {name!r} has no attribute {attribute!r} yet")
        return getattr(import_module(name), attribute)

    made.__dict__["__getattr__"] = asked
    return made


def _type_variable(name: str, *, default: object = None, **said: Any) -> TypeVar:
    _ = default
    return TypeVar(name, **said)


def _as_it_is(decorated: object) -> object:
    return decorated


_COMPILER: Mapping[str, ModuleType] = {
    "jinja2.compiler": _module("jinja2.compiler", CodeGenerator=None, generate=None),
    "jinja2.lexer": _module("jinja2.lexer", Lexer=None, TokenStream=None, get_lexer=None),
    "jinja2.parser": _module("jinja2.parser", Parser=None),
}
_ARCHIVES: Mapping[str, ModuleType] = {"zipfile": _when_wanted("zipfile")}
_HTTP_CLIENT = _when_wanted("http.client", responses={int(one): one.phrase for one in HTTPStatus})
"""Starlette has it for the phrases of codes; messages and their parsers come with it."""
_UNASKED: Mapping[str, ModuleType | None] = {
    "html": _module("html", escape=None),  # for Starlette's own page of a fault; half a megabyte of names of letters
    "http.client": _HTTP_CLIENT,
    "python_multipart": None,
    "typing_extensions": _when_wanted(
        "typing_extensions",
        TypeVar=_type_variable,
        TypeIs=None,
        deprecated=lambda _, **__: _as_it_is,
        override=_as_it_is,
        sentinel=lambda _: object(),
    ),
    "uuid": _when_wanted("uuid", UUID=object),  # for a kind of routes that the page has none of
}
_NO_TLS = _module("ssl", PROTOCOL_TLS_SERVER=None, CERT_NONE=None, SSLContext=None)
"""What uvicorn and anyio name where there is none, too."""
