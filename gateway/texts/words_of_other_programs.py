"""What the watch of upgrades, the relay and the simulator say, which run where a `Phrase` cannot be imported: with the
holes of their sentences, so that they are recognised where they were stored or are shown."""

from __future__ import annotations

from gateway.core.phrase import Phrase

WORDS_OF_OTHER_PROGRAMS = frozenset(
    (
        Phrase("GStreamer's RTSP server is missing: apt-get install --no-install-recommends {packages}"),
        Phrase("all that {newer} holds was taken over"),
        Phrase("cannot listen on {where}: another program does, or no interface has this address"),
        Phrase("changed after it was seen, {before} to {after} bytes"),
        Phrase("dpkg does not install version {before} again: {said}"),
        Phrase("gateway status does not work"),
        Phrase("instruments do not answer that did before: {silent}"),
        Phrase("is from the future"),
        Phrase("it was not installed completely"),
        Phrase("late by {seconds} s"),
        Phrase("no new readings come"),
        Phrase("no slot was closed since the start"),
        Phrase("not all that {newer} holds was taken over: gateway recover {newer}"),
        Phrase("nothing can be kept in {path}: {error}"),
        Phrase("nothing is kept in {kept}: install the version that is wanted"),
        Phrase("stages of its work fail: {failing}"),
        Phrase("the certificate or its key cannot be used: {message}"),
        Phrase("the key is not the certificate's: nobody could connect"),
        Phrase(
            "there is no room to keep this version and its databases, or for another one beside it, in "
            "{place}: {needed} MB needed, {free} MB free; make room, then upgrade again"
        ),
        Phrase("this version and its databases cannot be kept in {path}: {error}"),
        Phrase(
            "version {after} cannot read {file} any more. What it was before is kept in {kept}; gateway "
            "upgrade back --reason … goes back to {after}, puts that in its place and takes over what came "
            "since"
        ),
        Phrase(
            "version {after} was installed here before and left again: {why}. To try it once more: gateway "
            "upgrade allow {after}"
        ),
        Phrase("what is kept is the version before {after}, and {here} is installed"),
        Phrase("{late} does not run after {watched_s:.0f} s"),
        Phrase("{module} is missing: pip install 'stationsim[cameras]'"),
        Phrase("{name} ended {restarts} times"),
        Phrase("{name} has ended and is not started again"),
        Phrase("{newer} holds what was entered there meanwhile"),
    )
)
