"""FTP servers that are hard to come by: a scripted one says on a real socket what they say."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.interfaces import Conflict, Delivered, Parcel, Refused
from gateway.core.publishing import Publishing
from gateway.runtime.clock import SystemClock
from gateway.uplinks.ftp.login import FtpServer, Tls
from gateway.uplinks.ftp.uplink import FtpUplink
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.timeouts import Timeouts
from tests.support.examples import examples

PASSWORD = "geheim-8472"
PARCEL = Parcel("", "a.txt", b"12345")


class ScriptedServer:
    """Keeps uploads in memory and answers every command well, but for those in `says`.

    `says` maps a command's beginning to what is sent instead: one reply, or several used up one by one.
    """

    def __init__(self, says: dict[str, bytes | list[bytes]]) -> None:
        self.says = says
        self.one_command_per_packet = False
        """Forgets what comes with a command in the same packet."""
        self.drips = ""
        """The command that is answered one byte every 100 ms, without end."""
        self.ends_after_transfers = False
        """Hangs up once a file or a listing has gone all the way."""
        self.lists: Iterable[bytes] | None = None
        """Sent in place of a listing or a file."""
        self.heard: list[str] = []
        self.files: dict[str, bytes] = {}
        self._renaming: str | None = None
        self._passive: socket.socket | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # ends the wait; closing alone would not
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                control, _ = self._listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):  # a client that has heard enough
                control.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # two answers in a row: 40 ms otherwise
                self._talk(control)

    def _talk(self, control: socket.socket) -> None:
        with control:
            self._say(control, "greeting", self._scripted("greeting") or b"220 ready\r\n")
            while received := control.recv(65_536):
                lines = received.decode(errors="replace").splitlines()
                for command in lines[:1] if self.one_command_per_packet else lines:
                    self.heard.append(command)
                    said = self._scripted(command)
                    if said == b"hang up" or (command == "QUIT" and said is None):
                        return
                    reply = said or self._good(command, control)
                    self._say(control, command, reply)
                    if self.ends_after_transfers and reply.startswith(b"226"):
                        return

    def _say(self, control: socket.socket, command: str, reply: bytes) -> None:
        if not self.drips or not command.startswith(self.drips):
            control.sendall(reply)
            return
        for byte in itertools.chain(reply.rstrip(), itertools.repeat(ord("."))):
            control.sendall(bytes([byte]))
            time.sleep(0.1)

    def _scripted(self, command: str) -> bytes | None:
        for beginning, says in self.says.items():
            if command.startswith(beginning):
                return (says.pop(0) if says else None) if isinstance(says, list) else says
        return None

    def _good(self, command: str, control: socket.socket) -> bytes:
        verb, _, argument = command.partition(" ")
        if verb == "SIZE":
            size = len(self.files[argument]) if argument in self.files else None
            return b"550 no such file\r\n" if size is None else b"213 %d\r\n" % size
        if verb == "PASV":
            self._passive = socket.create_server(("127.0.0.1", 0))
            port = self._passive.getsockname()[1]
            # An inner address, as servers behind NAT announce it.
            return b"227 Entering (10,1,2,3,%d,%d)\r\n" % (port >> 8, port & 255)
        if verb == "EPSV":
            self._passive = socket.create_server(("127.0.0.1", 0))
            return b"229 Entering (|||%d|)\r\n" % self._passive.getsockname()[1]
        if verb == "MLST":
            if argument not in self.files:
                return b"550 no such file\r\n"
            return b"250-\r\n type=file;size=%d; %s\r\n250 end\r\n" % (len(self.files[argument]), argument.encode())
        if verb in ("STOR", "NLST", "LIST", "MLSD", "RETR"):
            return self._transfer(verb, argument, control)
        if verb == "RNFR":
            self._renaming = argument
        if verb == "RNTO":
            if self._renaming not in self.files:
                return b"503 RNFR first\r\n"
            self.files[argument], self._renaming = self.files.pop(str(self._renaming)), None
        if verb == "DELE":
            self.files.pop(argument, None)
        good = {"USER": b"331 password?", "PASS": b"230 in", "PWD": b'257 "/" is here', "RNFR": b"350 to?"}
        return good.get(verb, b"250 done") + b"\r\n"

    def _transfer(self, verb: str, argument: str, control: socket.socket) -> bytes:
        if self._passive is None:
            return b"425 PASV first\r\n"
        data, _ = self._passive.accept()
        self._passive.close()
        with data:
            control.sendall(b"150 go\r\n")
            if verb == "STOR":
                with data.makefile("rb") as uploaded:
                    self.files[argument] = uploaded.read()
            elif self.lists is not None and (verb != "RETR" or argument not in self.files):
                try:
                    for piece in self.lists:
                        data.sendall(piece)
                except OSError:
                    return b"426 connection closed; transfer aborted\r\n"
            elif verb == "RETR":
                try:
                    data.sendall(self.files[argument])
                except OSError:
                    return b"426 connection closed; transfer aborted\r\n"
            elif verb == "LIST":
                data.sendall(b"".join(_line(path, content) for path, content in self.files.items()))
            else:
                data.sendall("".join(f"{path}\r\n" for path in self.files).encode())
        return self._scripted(f"after {verb}") or b"226 complete\r\n"


def _line(path: str, content: bytes) -> bytes:
    return b"-rw-r--r-- 1 ftp ftp %8d Jan 01 00:05 %s\r\n" % (len(content), path.encode())


def uplink_to(
    server: ScriptedServer,
    *,
    password: str = PASSWORD,
    passive: bool = True,
    publishing: Publishing = Publishing.RENAME,
    answer_s: float = 1,
) -> FtpUplink:
    return FtpUplink(
        FtpServer("127.0.0.1", server.port, "/", "nuo001", lambda: password, Tls.NONE, passive=passive),
        clock=SystemClock(),
        pool=ConnectionPool(4, SystemClock()),
        urgent=True,
        publishing=publishing,
        timeouts=Timeouts(connect_s=1, answer_s=answer_s),
    )


@contextmanager
def scripted(**says: bytes | list[bytes]) -> Iterator[tuple[ScriptedServer, FtpUplink]]:
    server = ScriptedServer({beginning.replace("_", " "): reply for beginning, reply in says.items()})
    uplink = uplink_to(server)
    try:
        yield server, uplink
    finally:
        uplink.close()
        server.stop()


def failure(uplink: FtpUplink, error: type[DeliveryError]) -> str:
    with pytest.raises(error) as caught:
        list(uplink.deliver([PARCEL]))
    return str(caught.value)


def test_the_script_itself_is_a_good_server() -> None:
    with scripted() as (server, uplink):
        assert list(uplink.deliver([PARCEL])) == [Delivered(PARCEL, "226 complete / 250 done")]
        assert server.files == {"/a.txt": b"12345"}


@pytest.mark.parametrize(
    ("says", "error", "words"),
    [
        ({"greeting": b"421 Too many users, try later\r\n"}, DeliveryDeferred, "421 Too many users"),
        ({"greeting": b"530 Your address is blocked\r\n"}, DestinationRejected, "530 Your address is blocked"),
        ({"greeting": b"HELLO\r\n"}, DeliveryDeferred, "HELLO"),
        ({"PASS": b"530 Login incorrect\r\n"}, DestinationRejected, "refuses user nuo001.*530 Login incorrect"),
        ({"PASS": b"530 Sorry, the maximum number of clients\r\n"}, DeliveryDeferred, "crowded"),
        ({"PASS": b"421 Timeout\r\n"}, DeliveryDeferred, "421 Timeout"),
        ({"PASS": b"hang up"}, DeliveryDeferred, "closed the connection"),
        ({"TYPE": b"421 Going down\r\n"}, DeliveryDeferred, "421 Going down"),
        ({"TYPE": b"504 ASCII only\r\n"}, DestinationRejected, "does not send bytes as they are.*504 ASCII only"),
        ({"PASV": b"425 No free port\r\n"}, DeliveryDeferred, "425 No free port"),
        ({"PASV": b"227 Entering nonsense\r\n"}, DeliveryDeferred, "227 Entering nonsense"),
        ({"STOR": b"452 Insufficient space\r\n"}, DeliveryDeferred, "452 Insufficient space"),
        ({"STOR": b"552 Quota exceeded\r\n"}, DeliveryDeferred, "552 Quota exceeded"),
        ({"STOR": b"550 No space left on device\r\n"}, DeliveryDeferred, "No space left"),
        ({"STOR": b"550 Permission denied\r\n"}, DestinationRejected, "may not write.*550 Permission denied"),
        ({"STOR": b"553 Could not create file\r\n"}, DestinationRejected, "may not write.*553"),
        (
            {"after STOR": b"426 Failure writing to local file\r\n", "SIZE": b"213 4\r\n"},
            DeliveryDeferred,
            "426 Failure writing",
        ),
        ({"after STOR": b"551 Error on input file\r\n"}, DeliveryDeferred, "551 Error"),
        ({"after STOR": b"522 SSL session not reused\r\n"}, DestinationRejected, "522 SSL session"),
        ({"RNFR": b"502 Command not implemented\r\n"}, DestinationRejected, "may not rename.*publish: direct"),
        ({"RNTO": b"553 Name not allowed\r\n"}, DestinationRejected, "may not rename.*553 Name.*publish: direct"),
        ({"RNTO": b"421 Going down\r\n"}, DeliveryDeferred, "421 Going down"),
        ({"RNTO": b"552 Disk full\r\n"}, DeliveryDeferred, "552 Disk full"),
    ],
)
def test_what_a_reply_means(says: dict[str, bytes], error: type[DeliveryError], words: str) -> None:
    with scripted(**says) as (server, uplink):
        message = failure(uplink, error)
        assert "/a.txt" not in server.files

    assert re.search(words, message)
    assert f"ftp 127.0.0.1:{server.port}: " in message
    assert "\n" not in message


def test_one_name_that_is_not_allowed_is_refused_and_leaves_nothing() -> None:
    other = Parcel("", "b.txt", b"12345")
    with scripted(RNTO=[b"553 Name not allowed\r\n"] * 2) as (server, uplink):  # the second time one command at a time
        delivered, refused = uplink.deliver([PARCEL, other])
        assert isinstance(delivered, Delivered)
        assert isinstance(refused, Refused)
        assert refused.parcel is PARCEL
        assert "553 Name not allowed" in refused.reason
        assert server.files == {"/b.txt": b"12345"}


def test_a_server_that_does_not_rename_onto_what_exists_keeps_it_and_the_way_out_is_named() -> None:
    with scripted(RNTO=b"550 File exists\r\n") as (server, uplink):
        server.files["/a.txt"] = b"old"
        (outcome,) = uplink.deliver([replace(PARCEL, replaces=True)])
        assert isinstance(outcome, Refused)
        assert re.search("another a.txt of 3 bytes.*550 File exists.*publish: rename-delete", outcome.reason)
        assert server.files == {"/a.txt": b"old"}


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("theirs", [b"12345", b"hello", b"others"])
def test_what_appears_meanwhile_is_compared_and_never_renamed_over(theirs: bytes, is_listed: bool) -> None:
    """A list may leave out what lies there: pure-ftpd tells the first 10,000 names."""
    with scripted(RNTO=b"550 File exists\r\n") as (server, uplink):
        server.lists = None if is_listed else iter([b"/b.txt\r\n"])
        server.files["/a.txt"] = theirs
        (outcome,) = uplink.deliver([PARCEL])
        if theirs == PARCEL.content:
            assert outcome == Delivered(PARCEL, "already there, 5 bytes")
        else:
            assert isinstance(outcome, Conflict)
            assert outcome.their_sha256 == hashlib.sha256(theirs).digest()
        assert server.files == {"/a.txt": theirs}


@pytest.mark.parametrize(
    "says",
    [
        dict.fromkeys(("SIZE", "MLST", "LIST", "NLST"), b"550 Permission denied\r\n"),
        dict.fromkeys(("SIZE", "MLST", "LIST", "NLST"), b"450 not now\r\n"),
    ],
)
def test_what_is_not_told_is_no_absence_for_what_is_asked_first(says: dict[str, bytes | list[bytes]]) -> None:
    with scripted(**says) as (server, uplink):
        server.files["/a.txt"] = b"of somebody else"
        (outcome,) = uplink.deliver([replace(PARCEL, ask_first=True)])
        assert isinstance(outcome, Conflict)
        assert (outcome.their_size, outcome.their_sha256) == (None, None)
        assert server.files == {"/a.txt": b"of somebody else"}


def test_a_file_without_end_under_the_name_is_not_read_to_its_end() -> None:
    with scripted(SIZE=[b"213 5\r\n"]) as (server, uplink):
        server.files["/a.txt"] = b"x" * 5_000_000
        (outcome,) = uplink.deliver([replace(PARCEL, ask_first=True)])
        assert isinstance(outcome, Conflict)
        assert "may not be read" in outcome.reason
        assert "/a.txt" in server.files


def test_a_beginning_that_a_cut_left_is_completed_only_where_uploads_are_direct() -> None:
    for publishing in Publishing:
        with scripted() as (server, _):
            uplink = uplink_to(server, publishing=publishing)
            server.files["/a.txt"] = b"123"
            (outcome,) = uplink.deliver([PARCEL])
            uplink.close()
            assert isinstance(outcome, Delivered) == (publishing is Publishing.DIRECT)
            assert server.files["/a.txt"] == (b"12345" if publishing is Publishing.DIRECT else b"123")


def test_rename_delete_makes_room_when_everything_is_there() -> None:
    with scripted() as (server, _):
        uplink = uplink_to(server, publishing=Publishing.RENAME_DELETE)
        server.files["/a.txt"] = b"old"
        (outcome,) = uplink.deliver([replace(PARCEL, replaces=True)])
        uplink.close()
        assert isinstance(outcome, Delivered)
        assert server.files == {"/a.txt": b"12345"}
        verbs = [line.split()[0] for line in server.heard]
        assert verbs.index("STOR") < verbs.index("DELE") < verbs.index("RNTO")


def test_direct_needs_no_rename_and_checks_the_size() -> None:
    with scripted(RNFR=b"502 Command not implemented\r\n") as (server, _):
        uplink = uplink_to(server, publishing=Publishing.DIRECT)
        (outcome,) = uplink.deliver([PARCEL])
        uplink.close()
        assert isinstance(outcome, Delivered)
        assert server.files == {"/a.txt": b"12345"}
        assert server.heard[server.heard.index("STOR /a.txt") + 1] == "SIZE /a.txt"


def test_replies_that_are_not_utf_8_do_no_harm() -> None:
    with scripted(RNTO="250 Đổi tên".encode("utf-16") + b"\r\n", PASS=b"230 Xin ch\xe0o\r\n") as (_, uplink):
        failure(uplink, DeliveryDeferred)
    with scripted(PASS=b"230 Xin ch\xe0o\r\n", greeting=b"220-Ch\xe0o\r\n220 ok\r\n") as (_, uplink):
        (outcome,) = uplink.deliver([PARCEL])
        assert isinstance(outcome, Delivered)


def test_a_server_that_echoes_the_password_does_not_get_it_into_a_message() -> None:
    with scripted(PASS=f"530 {PASSWORD} is wrong\r\n".encode()) as (_, uplink), pytest.raises(DeliveryError) as caught:
        list(uplink.deliver([PARCEL]))
    assert "*** is wrong" in str(caught.value)
    assert PASSWORD not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"


def test_a_password_with_a_line_break_cannot_smuggle_a_command() -> None:
    with scripted() as (server, uplink):
        smuggler = uplink_to(server, password="x\r\nDELE /a.txt")
        assert "line break" in failure(smuggler, DestinationRejected)
        smuggler.close()
        assert server.heard == []
        uplink.close()


def test_a_line_that_never_ends_is_given_up() -> None:
    with scripted(greeting=b"220-" + b"x" * 100_000 + b"\r\n") as (server, uplink):
        assert "got more than 8192 bytes" in failure(uplink, DeliveryDeferred)
        assert server.heard == [], "who greets like this is told nothing"


@pytest.mark.parametrize("piece", [b"x" * 1_000_000, b"a\r\n" * 100_000, b"slot.txt\r\n" * 100_000])
def test_a_listing_without_end_is_not_read_to_the_end(piece: bytes) -> None:
    with scripted(FEAT=b"211-\r\n MLST type*;size*;\r\n211 end\r\n") as (server, uplink):
        server.lists = itertools.repeat(piece)
        with pytest.raises(DeliveryDeferred, match=r"the folder /day cannot be listed: MLSD gave more than"):
            uplink.listing("day")
        assert len(list(uplink.deliver([PARCEL]))) == 1, "files are delivered without it"
        assert server.files == {"/a.txt": PARCEL.content}


def test_a_file_without_end_is_not_fetched_to_the_end() -> None:
    with scripted() as (server, uplink):
        server.lists = itertools.repeat(b"x" * 1_000_000)
        with pytest.raises(DeliveryDeferred, match=r"/day/a.txt cannot be fetched: RETR gave more than 64 MB"):
            uplink.fetch("day", "a.txt")


def test_a_folder_of_a_hundred_thousand_files_is_listed() -> None:
    with scripted(FEAT=b"211-\r\n MLST type*;size*;\r\n211 end\r\n") as (server, uplink):
        server.lists = (
            b"type=file;size=%d;modify=20260101000500;UNIX.mode=0644;unique=801g2; NUO001_%06d.txt\r\n" % (n % 400, n)
            for n in range(100_000)
        )
        found = uplink.listing("day")
        assert len(found) == 100_000
        assert found[-1].name == "NUO001_099999.txt"


def test_an_inner_address_announced_from_behind_nat_is_ignored() -> None:
    with scripted() as (server, uplink):
        assert len(list(uplink.deliver([PARCEL]))) == 1
        assert "PASV" in server.heard, "the script announces 10.1.2.3, where nobody is"


def test_a_server_that_refuses_pasv_is_asked_the_other_way_once() -> None:
    parcels = [Parcel("", f"{n}.txt", b"12345") for n in range(4)]
    with scripted(PASV=b"502 Not here\r\n") as (server, uplink):
        assert len(list(uplink.deliver(parcels))) == 4
        assert server.heard.count("PASV") == 1
        assert server.heard.count("EPSV") == 6, "a look for what trials left, the listing and four files"


def test_a_server_that_refuses_both_is_deferred_in_its_words() -> None:
    with scripted(PASV=b"502 Not here\r\n", EPSV=b"522 Not there\r\n") as (server, uplink):
        assert "no passive port: 502 Not here; 522 Not there" in failure(uplink, DeliveryDeferred)
        assert server.files == {}


def test_a_server_that_takes_two_commands_for_one_is_spoken_to_slowly() -> None:
    parcels = [Parcel("", f"{n}.txt", b"12345") for n in range(3)]
    with scripted() as (server, uplink):
        server.one_command_per_packet = True
        assert len([one for one in uplink.deliver(parcels) if isinstance(one, Delivered)]) == 3
        assert server.files == {f"/{n}.txt": b"12345" for n in range(3)}


def ago(hours: float) -> bytes:
    """What a server says of the time, so many hours behind ours."""
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() - hours * 3600)).encode()


@pytest.mark.parametrize(
    ("says", "hours"),
    [
        ({"MDTM": b"213 NOW\r\n"}, 0.0),
        ({"MDTM": b"213 NOW.250\r\n"}, 0.0),
        ({"MDTM": b"213 NOW\r\n"}, 400.1),
        ({"MDTM": b"500 What?\r\n", "MLST": b"250-of it\r\n Size=5;Modify=NOW; /x\r\n250 end\r\n"}, 0.0),
        ({"MDTM": b"213 NOW\r\n"}, -7.0),  # the local time of Hanoi
        ({"MDTM": b"550 No such file\r\n", "MLST": b"500 What?\r\n"}, None),
        ({"MDTM": b"213 yesterday\r\n"}, None),
        ({"MDTM": b"213 20269999999999\r\n"}, None),
    ],
)
def test_what_a_server_says_of_the_time_of_a_file(says: dict[str, bytes], hours: float | None) -> None:
    """It may be its own zone's time in place of UTC, and whoever judges it is told so."""
    now = ago(hours or 0.0)
    with scripted(**{verb: reply.replace(b"NOW", now) for verb, reply in says.items()}) as (server, uplink):
        said = uplink.server_time()
        assert server.files == {}
    if hours is None or said is None:
        assert (said, hours) == (None, None)
    else:
        assert said.may_be_local
        assert abs(said.their_ms - (time.time() - hours * 3600) * 1000) < 30_000


def test_a_server_that_breaks_off_while_it_is_asked_for_its_time_keeps_nothing_of_it() -> None:
    with scripted(MDTM=b"421 Going down\r\n") as (server, uplink):
        with pytest.raises(DeliveryDeferred, match="421 Going down"):
            uplink.server_time()
        assert any(command.startswith("DELE") for command in server.heard) or not server.files


def test_a_microsoft_server_is_never_sent_two_commands_at_once() -> None:
    parcels = [Parcel("", f"{n}.txt", b"12345") for n in range(3)]
    with scripted(greeting=b"220 Microsoft FTP Service\r\n") as (server, uplink):
        server.one_command_per_packet = True
        assert len(list(uplink.deliver(parcels))) == 3


@pytest.mark.parametrize("drips", ["greeting", "SIZE"])
def test_a_server_that_drips_its_answer_is_given_up_in_time(drips: str) -> None:
    with scripted() as (server, uplink):
        server.drips = drips
        began = time.monotonic()
        assert "has said nothing" in failure(uplink, DeliveryDeferred)
        assert 0.8 < time.monotonic() - began < 3


def test_a_server_that_talks_on_after_goodbye_is_left_soon() -> None:
    with scripted() as (server, uplink):
        list(uplink.deliver([PARCEL]))
        server.drips = "QUIT"
        server.says["QUIT"] = b"221 bye\r\n"
        began = time.monotonic()
        uplink.close()
        assert time.monotonic() - began < 5


NONSENSE = st.one_of(
    st.sampled_from(
        [
            b"229 ok (|||abc|)", b"229 ok (|||99999|)", b"229 (|||0|)", b"227 (1,2,3,4,999,999)", b"227 (1,2,3,4,0,0)",
            b"213 " + b"9" * 5000, b"213 -1", b"213 5 5", b"213", b"257 here", b"150 go", b"350", b"250-x\r\n250", b"",
        ]
    ),
    st.builds(b"%d %s".__mod__, st.tuples(st.integers(0, 999), st.binary(max_size=20))),
    st.binary(max_size=40),
)  # fmt: skip


@settings(max_examples=examples(40), deadline=None)
@given(st.sampled_from(["greeting", "USER", "PWD", "CWD", "PASV", "NLST", "STOR", "SIZE", "RNFR", "RNTO"]), NONSENSE)
@example("PASV", b"229 ok (|||abc|)")
@example("PASV", b"227 (1,2,3,4,999,999)")
@example("SIZE", b"213 " + b"9" * 5000)
def test_whatever_a_server_says_comes_to_an_outcome(command: str, nonsense: bytes) -> None:
    """An outcome, or a `DeliveryError`: never anything that nobody foresaw."""
    with scripted(**{command: nonsense + b"\r\n"}) as (server, _), contextlib.suppress(DeliveryError):
        uplink = uplink_to(server, answer_s=0.2)
        try:
            for outcome in uplink.deliver([PARCEL]):
                assert isinstance(outcome, (Delivered, Refused))
            uplink.probe()
        finally:
            uplink.close()


@pytest.mark.parametrize("question", ["SIZE", "NLST", "SIZE MLST"])
def test_a_question_that_ends_the_connection_is_not_asked_for_ever(question: str) -> None:
    """61 log-ins in half an hour and no file, of a firewall that does not know SIZE."""
    with scripted(**dict.fromkeys(question.split(), b"421 goodbye\r\n")) as (server, uplink):
        for _ in range(12):
            with contextlib.suppress(DeliveryDeferred):
                list(uplink.deliver([PARCEL]))
                break
        assert server.files == {"/a.txt": b"12345"}


@pytest.mark.parametrize("publishing", [Publishing.RENAME, Publishing.DIRECT])
def test_a_server_that_ends_the_connection_after_each_transfer(publishing: Publishing) -> None:
    """After a listing, too: nothing was ever sent to it, since each connection began with one."""
    with scripted() as (server, _):
        server.ends_after_transfers = True
        waiting = [PARCEL, Parcel("", "b.txt", b"678")]
        with contextlib.closing(uplink_to(server, publishing=publishing)) as uplink:
            for _ in range(8):
                with contextlib.suppress(DeliveryDeferred):
                    for outcome in uplink.deliver(list(waiting)):
                        assert isinstance(outcome, Delivered)
                        waiting.remove(outcome.parcel)
        assert waiting == []
        assert server.files == {"/a.txt": b"12345", "/b.txt": b"678"}


def test_a_size_that_is_not_known_yet_is_asked_for_in_another_way() -> None:
    with scripted(SIZE=[b"213 0\r\n", b"550 no such file\r\n"] * 9) as (server, uplink):
        assert list(uplink.deliver([PARCEL])) == [Delivered(PARCEL, "226 complete / 250 done")]
        assert server.files == {"/a.txt": b"12345"}


def test_a_file_that_is_short_by_every_way_is_not_there() -> None:
    with scripted(SIZE=b"213 3\r\n", MLST=b"250-\r\n type=file;size=3; /a.txt\r\n250 end\r\n") as (_, uplink):
        assert "the server reports 3" in failure(uplink, DeliveryDeferred)


@pytest.mark.parametrize("code", [500, 502, 504, 530, 532])
def test_a_server_where_nobody_may_store_is_a_matter_for_a_person(code: int) -> None:
    with scripted(STOR=b"%d not here\r\n" % code) as (_, uplink):
        assert "may not write into the folder" in failure(uplink, DestinationRejected)


@pytest.mark.parametrize("publishing", [Publishing.RENAME, Publishing.DIRECT])
def test_what_has_taken_files_may_say_nonsense_to_one_of_them(publishing: Publishing) -> None:
    with scripted() as (server, _):
        uplink = uplink_to(server, publishing=publishing)
        assert [type(outcome) for outcome in uplink.deliver([PARCEL])] == [Delivered]
        server.says["STOR"] = b"530 Not logged in\r\n"
        with pytest.raises(DeliveryDeferred):
            list(uplink.deliver([Parcel("", "b.txt", b"1")]))
        uplink.close()
