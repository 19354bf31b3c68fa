"""The relay as a whole: one main loop, the recorder on one side of it, the viewers on the other."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from types import TracebackType
from typing import Any

from .gstreamer import GLib
from .journal import log_to_journal, value
from .login import NoCertificate
from .messages import Said, message, read_frame, read_object
from .notify import SystemdNotices
from .recorder_link import RecorderLink
from .server import CannotListen, StreamServer
from .settings import ServerSettings, read_settings
from .stream import RelayedStream
from .view_journal import View, ViewJournal

_log = logging.getLogger(__name__)

START_ANEW = -1
_TIDY_UP_S = 5
_SERVE_AGAIN_S = 2


class Relay:
    """What the recorder says becomes streams and a server; what viewers do is told to the recorder."""

    def __init__(self, socket: str) -> None:
        self._loop = GLib.MainLoop()
        self._notices = SystemdNotices()
        self._streams: dict[str, RelayedStream] = {}
        self._settings: ServerSettings | None = None
        self._server: StreamServer | None = None
        self._serves_not: str | None = None
        """Why, as it was told."""
        self._tries_again = False
        self._journal = ViewJournal(self._tell_view)
        self._link = RecorderLink(socket, self._greet, self._told, self._recorder_gone)
        self._starts_anew = False
        self._has_failed = False

    def run(self) -> int:
        """Until SIGTERM or SIGINT. Returns the exit code, or `START_ANEW`: with other settings."""
        sys.excepthook = self._failed
        for number in (signal.SIGTERM, signal.SIGINT):
            GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, self._stop)
        GLib.timeout_add_seconds(_TIDY_UP_S, self._tidy_up)
        if self._notices.watchdog_s:
            GLib.timeout_add(round(self._notices.watchdog_s * 1000 / 4), self._alive)
        self._notices.ready("waits for the recorder")
        self._link.connect()
        self._loop.run()
        if self._starts_anew and not self._has_failed:
            return START_ANEW  # of which systemd is told nothing: it would wait for an end
        self._notices.stopping()
        return 1 if self._has_failed else 0

    def _failed(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """What nobody foresaw. In a viewer's thread it is the viewer's end; in the main loop, which would go on without
        whatever failed, it is everybody's, and a new beginning."""
        _log.critical("the relay has failed error=%r", error, exc_info=(kind, error, trace))
        if threading.current_thread() is threading.main_thread():
            self._has_failed = True
            self._loop.quit()

    def _stop(self) -> bool:
        _log.info("relay stopped")
        self._loop.quit()
        return True

    def _alive(self) -> bool:
        self._notices.alive()
        return True

    def _tidy_up(self) -> bool:
        if self._server is not None:
            self._server.tidy_up()
        return True

    def _greet(self) -> None:
        for camera, stream in self._streams.items():
            if stream.is_watched:
                self._watch(camera, True)
        for view in self._journal.all():
            self._tell_view(view)

    def _watch(self, camera: str, is_watched: bool) -> None:
        self._link.send(message(Said.WATCH, {"camera": camera, "watched": is_watched}))

    def _tell_view(self, view: View) -> None:
        self._link.send(message(Said.VIEW, view.said()))

    def _recorder_gone(self) -> None:
        for stream in self._streams.values():
            stream.end()
        self._notices.status("waits for the recorder")

    def _told(self, kind: Said, body: bytes) -> None:
        if kind is Said.FRAME:
            frame = read_frame(body)
            stream = self._streams.get(frame.camera)
            if stream is not None:
                stream.frame(frame)
            return
        said = read_object(body)
        if kind is Said.SETTINGS:
            self._become(read_settings(said))
        elif kind is Said.SHAPE:
            self._begin(str(said.get("camera")), str(said.get("codec")))
        elif kind is Said.ENDED and said.get("camera") in self._streams:
            self._streams[said["camera"]].end()
        elif kind is Said.KEPT:
            self._journal.kept(str(said.get("source")), is_ended=bool(said.get("ended")))

    def _begin(self, camera: str, codec: str) -> None:
        stream = self._streams.get(camera)
        if stream is not None and stream.begin(codec) and self._server is not None:
            self._server.dismiss(camera, f"its pictures come as {codec} now")

    def _become(self, settings: ServerSettings) -> None:
        before, self._settings = self._settings, settings
        for camera in settings.cameras:
            self._streams.setdefault(camera, RelayedStream(camera, self._watch))
        if self._server is None:
            self._serve(settings)
        elif before is not None and before.fixed != settings.fixed:
            _log.info("the settings have changed, starting again")
            self._starts_anew = True
            self._loop.quit()
        if self._server is not None:
            self._server.offer(settings.cameras)
            self._notices.status(f"{settings.scheme} on {settings.host} port {self._server.port}")

    def _serve(self, settings: ServerSettings) -> None:
        try:
            server = StreamServer(settings, self._streams, self._journal)
            server.listen()
        except (CannotListen, NoCertificate) as error:
            if str(error) != self._serves_not:
                self._serves_not = str(error)
                _log.error("%s; trying again and again", error)
                self._notices.status(str(error))
            if not self._tries_again:
                self._tries_again = True
                GLib.timeout_add_seconds(_SERVE_AGAIN_S, self._serve_again)
            return
        self._server, self._serves_not = server, None
        _log.info(
            "relay listens url=%s://%s:%d/ viewers=%d cameras=%s",
            settings.scheme,
            f"[{settings.host}]" if ":" in settings.host else settings.host,
            server.port,
            settings.viewers,
            value(",".join(settings.cameras)),
        )

    def _serve_again(self) -> bool:
        self._tries_again = False
        if self._server is None and self._settings is not None:
            self._become(self._settings)
        return False


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="gateway cameras relay")
    parser.add_argument("--socket", required=True)
    parser.add_argument("--verbose", action="store_true")
    given: Any = parser.parse_args(arguments)
    log_to_journal(verbose=given.verbose)
    _log.info("relay started socket=%s", given.socket)
    code = Relay(given.socket).run()
    if code == START_ANEW:
        sys.stdout.flush()
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606  # itself, by the arguments it was started with
    return code
