"""Jinja2's templates, compiled: where they are asked for first, or by another process, so that the three megabytes that
compiling takes are not this one's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from urllib.parse import quote, urlencode

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from jinja2.bccache import Bucket
from markupsafe import Markup

from gateway import __version__
from gateway.core.printable import printable_lines
from gateway.core.role import Role
from gateway.web.static_files import static_address


class _Compiled(BytecodeCache):
    """Code by Jinja2's keys. Taken out once it is loaded, for the environment keeps the template."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}
        self.is_collecting = False

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code.pop(bucket.key))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if self.is_collecting:
            self.code[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def template(name: str) -> Template:
    return _environment().get_template(name)


def compiled_templates() -> Mapping[str, bytes]:
    """Of all templates, for another process of this very version."""
    _COMPILED.is_collecting = True
    for name in _names():
        template(name)
    return _COMPILED.code


def take_templates(code: Mapping[str, bytes]) -> None:
    """`compiled_templates` of another process."""
    _COMPILED.code = dict(code)
    for name in _names():
        template(name)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("gateway.web"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_COMPILED,
    )
    made.globals |= {"static": static_address, "query": _query, "Role": Role, "version": __version__}
    return made


def _names() -> list[str]:
    return _environment().list_templates(extensions=["html"])


def _seen(shown: object) -> object:
    """What comes from outside hides nothing and turns nothing round: see `gateway.core.printable`."""
    return printable_lines(shown) if isinstance(shown, str) and not isinstance(shown, Markup) else shown


def _query(**parts: object) -> str:
    """`?from=…&to=…`, without what is `None`."""
    given = {name.rstrip("_"): part for name, part in parts.items() if part is not None}
    return f"?{urlencode(given, quote_via=quote)}" if given else ""
