"""The page as somebody meets it who wants in, and may not: against the process itself, over TLS, from several
addresses."""

from __future__ import annotations

import hashlib
import socket
import ssl
import stat
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from gateway.core.login_pause import FREE_OF_ONE
from gateway.core.role import Role
from gateway.web.accounts.database import open_beside_the_page
from gateway.web.form_fields import LARGEST_FORM
from gateway.web.limits import LARGEST_HEADERS, MOST_OF_ONE_ADDRESS
from gateway.web.tls import OWN_FILE
from tests.support.page import running_page
from tests.support.visitor import PASSWORD, OpenPage, PageVisitor, add_account, open_page, web_command

_addresses = (f"127.0.{number // 250 + 1}.{number % 250 + 1}" for number in count())
"""Each used once: what one test does from an address is not held against another one."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenPage]:
    with open_page(tmp_path_factory.mktemp("page"), ", names: [tram.example.vn]") as running:
        yield running


@pytest.fixture
def visitor(page: OpenPage) -> PageVisitor:
    return page.visitor(next(_addresses))


@pytest.fixture
def person(page: OpenPage) -> str:
    """An account that no other test guesses at."""
    name = f"person{next(_numbers)}"
    add_account(page.storage, name, Role.VIEWER)
    return name


_numbers = count()


def test_who_has_not_logged_in_sees_nothing(visitor: PageVisitor) -> None:
    for path in ("/system", "/live", "/password"):
        answer = visitor.get(path)
        assert answer.status in (303, 401)
        assert "COD" not in answer.text
    assert visitor.get("/system?a=b").headers["location"] == "/login?to=%2Fsystem%3Fa%3Db"


def test_the_right_password_opens_the_page_that_was_asked_for(visitor: PageVisitor, person: str) -> None:
    answer = visitor.log_in(person, to="/system?a=b")
    assert (answer.status, answer.headers["location"]) == (303, "/system?a=b")
    assert visitor.get("/system").status == 200
    assert person in visitor.get("/system").text


def test_cookies_are_for_this_host_alone_and_for_no_script(visitor: PageVisitor, person: str) -> None:
    visitor.get("/login")
    visitor.log_in(person)
    assert all(name.startswith("__Host-") for name in visitor.cookies)
    cookie = visitor.get("/login").headers.get("set-cookie", "") or visitor.log_in(person).headers["set-cookie"]
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie


def test_guesses_are_stopped_from_everywhere_and_the_owner_is_not(page: OpenPage, person: str) -> None:
    owner = page.visitor(next(_addresses))
    assert owner.log_in(person).status == 303
    guessers = [page.visitor(next(_addresses)) for _ in range(FREE_OF_ONE + 1)]
    statuses = [guesser.log_in(person, "a wrong password").status for guesser in guessers]
    assert statuses == [403] * FREE_OF_ONE + [429]
    stranger = page.visitor(next(_addresses))
    waiting = stranger.log_in(person)  # with the right one
    assert waiting.status == 429
    assert int(waiting.headers["retry-after"]) >= 1
    assert owner.log_in(person).status == 303


def test_a_name_that_nobody_has_is_answered_alike_and_as_late(page: OpenPage, person: str) -> None:
    def tried(name: str) -> tuple[list[int], float, str]:
        visitor = page.visitor(next(_addresses))
        statuses, times = [], []
        for _ in range(FREE_OF_ONE + 1):
            visitor.get("/login")
            began = time.perf_counter()
            answer = visitor.log_in(name, "a wrong password")
            times.append(time.perf_counter() - began)
            statuses.append(answer.status)
        words = answer.text.partition("<main")[2].partition("</main")[0].replace(name, "NAME")
        return statuses, min(times[:FREE_OF_ONE]), words.partition("value=")[0]

    known, nobody = tried(person), tried(f"{person}x")
    assert known[0] == nobody[0]
    assert known[2] == nobody[2]
    assert nobody[1] > 0.4 * known[1]
    assert known[1] > 0.4 * nobody[1]


def test_a_session_that_was_planted_is_not_taken_over(page: OpenPage, visitor: PageVisitor, person: str) -> None:
    attacker = page.visitor(next(_addresses))
    attacker.get("/login")
    planted = {name.replace("form", "session"): "A" * 43 for name in attacker.cookies}
    visitor.cookies |= planted | attacker.cookies
    assert visitor.log_in(person).status == 303
    attacker.cookies |= planted
    assert not attacker.is_logged_in
    assert visitor.is_logged_in
    assert not set(planted.values()) & set(visitor.cookies.values())


def test_a_form_of_another_site_does_nothing(page: OpenPage, visitor: PageVisitor, person: str) -> None:
    visitor.log_in(person)
    other = page.visitor(next(_addresses))
    other.log_in("so.tnmt")
    theirs = other.get("/password").text.partition('name="form_token" value="')[2].partition('"')[0]
    assert visitor.send("/logout", {}).status == 403
    assert visitor.send("/logout", {"form_token": ""}).status == 403
    assert visitor.send("/logout", {"form_token": theirs}).status == 403
    for header in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}):
        assert visitor.post("/logout", {}, **header).status == 403
    assert visitor.get("/logout").status == 405
    assert visitor.is_logged_in
    here = f"https://127.0.0.1:{visitor.port}"
    assert visitor.post("/logout", {}, Origin=here, Sec_Fetch_Site="same-origin").status == 303
    assert not visitor.is_logged_in


def test_nobody_is_logged_in_as_somebody_else_by_another_site(visitor: PageVisitor) -> None:
    """Else they would write what they do into the attacker's account."""
    assert visitor.send("/login", {"name": "lan", "password": PASSWORD}).status == 403
    assert not visitor.is_logged_in


def test_logging_out_ends_the_session_and_not_only_the_cookie(visitor: PageVisitor, person: str) -> None:
    visitor.log_in(person)
    stolen = dict(visitor.cookies)
    assert visitor.post("/logout", {}).status == 303
    visitor.cookies = stolen
    assert not visitor.is_logged_in


def test_another_password_ends_the_sessions_of_whoever_had_the_old_one(page: OpenPage, person: str) -> None:
    thief, owner = page.visitor(next(_addresses)), page.visitor(next(_addresses))
    for one in (thief, owner):
        one.log_in(person)
    new = "sáu con vịt bầu béo"
    fields = {"old": PASSWORD, "new": new, "again": new}
    assert owner.post("/password", {**fields, "old": "wrong"}).status == 403
    assert owner.post("/password", {**fields, "again": "other"}).status == 403
    assert owner.post("/password", {**fields, "new": "short", "again": "short"}).status == 403
    assert thief.is_logged_in
    assert owner.post("/password", fields).status == 303
    assert owner.is_logged_in
    assert not thief.is_logged_in
    assert page.visitor(next(_addresses)).log_in(person).status == 403
    assert page.visitor(next(_addresses)).log_in(person, new).status == 303


def test_who_is_removed_at_the_box_is_out_at_once(page: OpenPage, visitor: PageVisitor, person: str) -> None:
    visitor.log_in(person)
    assert visitor.is_logged_in
    web_command(page.config, "user", "remove", person)
    assert not visitor.is_logged_in


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\r\nSet-Cookie: x=1",
        "/a\nLocation: //evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x=1",
    ],
)
def test_a_login_leads_nowhere_else_and_writes_no_header(page: OpenPage, to: str) -> None:
    answer = page.visitor(next(_addresses)).log_in("so.tnmt", to=to)
    assert answer.status == 303
    assert answer.headers["location"] in ("/", "/%0d%0aSet-Cookie:x=1")
    assert "x" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../../../../etc/passwd",
        "/static/..%2f..%2f..%2fetc%2fpasswd",
        "/static/%2e%2e/%2e%2e/accounts/store.py",
        "/static//etc/passwd",
        "/static/....//....//etc/passwd",
        "/static/page.css%00.html",
        "/static/..\\..\\server.py",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/static/%c0%ae%c0%ae/etc/passwd",
    ],
)
def test_no_address_leads_out_of_the_pages_folder(visitor: PageVisitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status in (400, 404)
    assert b"root:" not in answer.body
    assert b"import" not in answer.body


@pytest.mark.parametrize("host", ["evil.example", "tram.example.vn.evil.example", "127.0.0.1.evil.example", "", "a b"])
def test_a_name_that_leads_here_without_being_ours_is_refused(visitor: PageVisitor, host: str) -> None:
    """DNS rebinding: for the browser, evil.example and this page would be one."""
    for path in ("/login", "/static/page.css", "/nothing", "/healthz"):
        assert visitor.get(path, Host=host).status in (400, 421)
    assert visitor.get("/login", Host="tram.example.vn").status == 200


def test_whatever_is_answered_says_what_browsers_may_do(visitor: PageVisitor) -> None:
    answers = [visitor.get(path) for path in ("/login", "/system", "/nothing", "/static/page.css", "/healthz")]
    answers += [visitor.send("/login", {}), visitor.get("/login", Host="evil.example")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "no-store" in answer.headers["cache-control"] or "/static/" in answer.text or answer.status == 200
        assert "server" not in answer.headers
        assert "strict-transport-security" not in answer.headers  # the certificate is our own


def test_what_is_too_large_is_refused_before_it_is_read(visitor: PageVisitor) -> None:
    assert visitor.send("/login", {"name": "x" * (LARGEST_FORM + 1)}).status == 413
    head = b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    assert visitor.raw(head + b"X-Much: " + b"x" * (2 * LARGEST_HEADERS)).startswith(b"HTTP/1.1 400")
    many = b"".join(b"X-%d: y\r\n" % number for number in range(LARGEST_HEADERS // 6))
    assert visitor.raw(head + many).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    "question",
    [
        b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET /login HTTP/1.1\r\n\r\n",
        b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nA: b\r\n folded: x\r\nBad Header: x\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\x16\x03\x01\x00\x05hello\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: gzip\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_and_the_connection_closed(visitor: PageVisitor, question: bytes) -> None:
    answer = visitor.raw(question)
    assert answer.split(b" ")[1][:1] in (b"4", b"5")


def test_one_address_does_not_take_all_connections(page: OpenPage) -> None:
    greedy = page.visitor(next(_addresses))
    greedy.trusted = None
    held = [greedy.connect() for _ in range(MOST_OF_ONE_ADDRESS + 8)]
    for one in held:
        one.settimeout(5)
    closed = [one for one in held[MOST_OF_ONE_ADDRESS:] if one.recv(1) == b""]
    assert len(closed) == 8
    assert page.visitor(next(_addresses)).get("/login").status == 200
    for one in held:
        one.close()
    deadline = time.monotonic() + 10
    greedy.trusted = page.storage / OWN_FILE
    while True:
        try:
            assert greedy.get("/login").status == 200
            break
        except (OSError, ssl.SSLError):
            assert time.monotonic() < deadline, "connections that are closed count for ever"


def test_the_certificate_is_our_own_and_its_fingerprint_is_told(page: OpenPage) -> None:
    with page.visitor().connect() as connection:
        assert isinstance(connection, ssl.SSLSocket)
        assert connection.version() in ("TLSv1.2", "TLSv1.3")
        shown = connection.getpeercert(binary_form=True)
    assert shown is not None
    told = web_command(page.config, "certificate")
    assert hashlib.sha256(shown).digest().hex(":").upper() in told
    assert hashlib.sha256(shown).digest().hex(":").upper() in page.running.log.read_text("utf-8")
    mode = stat.S_IMODE((page.storage / OWN_FILE).stat().st_mode)
    assert mode == 0o600
    assert "tram.example.vn" in str(ssl._ssl._test_decode_cert(str(page.storage / OWN_FILE)))  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_and_no_tls_are_not_spoken(page: OpenPage) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", page.running.port), 10) as plain,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        old.wrap_socket(plain)
    visitor = PageVisitor(page.running.port, None, next(_addresses))
    assert b"200" not in visitor.raw(b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")[:64]


def test_passwords_and_tokens_are_in_no_log(page: OpenPage, visitor: PageVisitor, person: str) -> None:
    visitor.log_in(person)
    visitor.log_in(f"{PASSWORD} typed as a name")
    log = page.running.log.read_text("utf-8")
    assert f"logged in account={person} address={visitor.address}" in log
    assert PASSWORD not in log
    assert not [value for value in visitor.cookies.values() if value in log]


def test_what_a_password_takes_is_given_back(page: OpenPage, visitor: PageVisitor, person: str) -> None:
    """19 MB for each look at one; the allocator would keep them for ever after the second."""
    visitor.get("/login")
    before_kb = resident_kb(page.running.pid)
    for _ in range(3):
        visitor.log_in(person)
    assert resident_kb(page.running.pid) < before_kb + 10_000


def resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


def test_sessions_and_pauses_outlast_a_restart(tmp_path: Path) -> None:
    with open_page(tmp_path) as page:
        owner = page.visitor("127.0.0.2")
        owner.log_in("so.tnmt")
        page.visitor("127.0.0.3").log_in("lan", "a wrong password")
    with closing(open_beside_the_page(page.storage)) as database, database.write() as connection:
        connection.execute("UPDATE failed_login SET failures = 40 WHERE kind = 'account'")
    with running_page(page.config, page.running.port):
        assert owner.is_logged_in
        assert page.visitor("127.0.0.99").log_in("lan").status == 429
        web_command(page.config, "user", "passwd", "lan", "--password-stdin", typed=PASSWORD)
        assert page.visitor("127.0.0.99").log_in("lan").status == 303
