"""What the page's libraries are imported without is there, whole, for whoever wants it; and where they cannot do
without, all is as ever."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.shipped import EXAMPLES

_STARTED = """\
import sys
from pathlib import Path
from gateway.web import lean_libraries as lean
from gateway.web.received import receive
{before}
lean.import_lean_basics()
receive(Path(sys.argv[1]))
lean.import_lean_server(is_encrypted={is_encrypted})
import gateway.web.station_page
there = set(sys.modules)
"""
_SERVES = """
import asyncio, anyio
from gateway.web.lean_uvicorn import Config, Server
assert anyio.run(anyio.to_thread.run_sync, lambda: 5) == 5
Config(lambda: None, log_config=None).load()
"""


def _run(after: str, *, is_encrypted: bool = False, before: str = "") -> None:
    program = _STARTED.format(before=before, is_encrypted=is_encrypted) + after
    done = subprocess.run(
        [sys.executable, "-c", program, str(EXAMPLES[0])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_page_that_encrypts_nothing_holds_none_of_it() -> None:
    _run(
        "unasked = {'ssl', '_ssl', '_hashlib', 'jinja2.compiler', 'jinja2.lexer', 'html.entities', 'bz2', 'lzma',"
        " 'configparser', 'click', 'difflib', 'python_multipart', 'zipfile', 'http.client', 'email.message', 'uuid',"
        " 'typing_extensions', 'encodings.idna'}\n"
        "assert not there & unasked, there & unasked" + _SERVES
    )


def test_one_that_encrypts_has_tls_everywhere() -> None:
    _run(
        "import asyncio.sslproto, uvicorn.config, anyio.streams.tls, ssl\n"
        "for one in (asyncio.sslproto, asyncio.selector_events, uvicorn.config, anyio.streams.tls):\n"
        "    assert one.ssl is ssl\n"
        "assert '_hashlib' not in there" + _SERVES,
        is_encrypted=True,
    )


def test_what_was_left_out_is_whole_for_whoever_wants_it_later() -> None:
    _run("""
import bz2, configparser, hashlib, hmac, html, http, io, lzma, markupsafe, ssl, typing_extensions, uuid, zipfile
import starlette.exceptions
assert starlette.exceptions.HTTPException(404).detail == "Not Found" and http.client.HTTPMessage().items() == []
import http.client
assert http.client.responses[503] == "Service Unavailable" and http.client.HTTPResponse.getheader
with zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_LZMA) as archive:
    archive.writestr("name", "content")
assert archive.namelist() == ["name"] and uuid.UUID(int=1).hex.endswith("1")
assert typing_extensions.get_type_hints(int) == {} and typing_extensions.TypeIs
from jinja2.compiler import CodeGenerator
from jinja2.lexer import Lexer
assert html.unescape("n&eacute;e &Aacute;") == "née Á" and html.escape("<") == "&lt;"
assert markupsafe.Markup("&eacute;").unescape() == "é"
assert lzma.decompress(lzma.compress(bz2.decompress(bz2.compress(b"a")))) == b"a"
assert CodeGenerator.visit and Lexer.wrap and configparser.RawConfigParser().sections() == []
assert hashlib.sha256(b"a").hexdigest().startswith("ca978112") and hashlib.blake2b().digest()
said = hmac.new(b"key", b"The quick brown fox jumps over the lazy dog", "sha256")
assert said.hexdigest().startswith("f7bc83f430538424")
ssl.create_default_context()
""")


@pytest.mark.parametrize("stands_in", ["_NO_TLS", "_COMPILER", "_UNASKED", "_ARCHIVES"])
def test_a_library_that_asks_for_more_is_imported_whole(stands_in: str) -> None:
    """Another version of one: whatever stands in has nothing that it asks for."""
    before = (
        "from types import ModuleType\n"
        f"made = lean.{stands_in}\n"
        "lean.{0} = ModuleType('ssl') if isinstance(made, ModuleType) else dict.fromkeys(made, ModuleType('none'))\n"
        "if '{0}' == '_UNASKED': lean._UNASKED['starlette.routing'] = None\n"
        "if '{0}' == '_ARCHIVES': lean._ARCHIVES['zipfile'] = None\n"
    ).replace("{0}", stands_in)
    parts = {"_NO_TLS": "ssl", "_COMPILER": "jinja2.compiler", "_UNASKED": "starlette.routing", "_ARCHIVES": "zipfile"}
    whole = f"assert {parts[stands_in]!r} in there, sorted(there)\n"
    _run(whole + _SERVES, before=before)


def test_a_python_with_openssls_hashes_alone_keeps_them() -> None:
    _run("assert '_hashlib' in there" + _SERVES, before="lean._SHA2 = '_none_such',")


def test_the_pages_program_begins_with_them() -> None:
    """Whatever comes before them would import the libraries as they are."""
    program = "import sys, gateway.web.__main__\nassert not {'ssl', 'asyncio', 'hashlib', 'jinja2'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parent)
