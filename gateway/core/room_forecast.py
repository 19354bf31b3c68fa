"""Whether three months of video fit, until when the room lasts if not, and what would help. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.instants import DAY_MS, local_text
from gateway.core.number_of import number_of
from gateway.core.phrase import Phrase
from gateway.core.video_rules import VideoRules

USUAL_BITS_A_SECOND = 2_000_000
"""Of a camera that was not measured yet: 1080p at 15 pictures a second. Two terabytes in 92 days."""
PINS_SHARE = 10
"""Of a disk that is small beside the pins' budget one part in so many is set apart for them."""
BEGINS_ABOVE = 1.0
BEGINS_EARLY_ABOVE = 1.1
"""As long as less than a day was measured: a night in a bit rate says little about the day."""
ENDS_BELOW = 0.95


@dataclass(frozen=True, slots=True)
class CameraRate:
    """What a camera takes. `measured_ms`: so much of its video was measured; 0: none was, and it is an estimate."""

    camera: str
    bits_a_second: float
    measured_ms: int = 0

    @property
    def is_measured(self) -> bool:
        return self.measured_ms > 0


@dataclass(frozen=True, slots=True)
class RoomForecast:
    """How video and room stand to each other, in bytes.

    `room_bytes`: what video may take, but for what is set apart for pins. `needed_bytes`: what it takes when it is kept
    for so long. `full_ms`: when the room is used up and the oldest has to go before its time; `None`: never, it fits.
    `other_bytes`: what is on the disk and no video of ours.
    """

    rates: tuple[CameraRate, ...]
    keep_ms: int
    room_bytes: int
    used_bytes: int
    other_bytes: int
    needed_bytes: int
    full_ms: int | None
    is_disk_the_bound: bool
    """Whether the disk is what ends it, and not `max_size`."""
    zone: str = "UTC"
    """In whose days people are told."""

    @property
    def fits(self) -> bool:
        return self.needed_bytes <= self.room_bytes

    @property
    def short_bytes(self) -> int:
        """So much more room would do."""
        return max(0, self.needed_bytes - self.room_bytes)

    @property
    def days(self) -> float:
        """So long is what the room holds."""
        return self.keep_ms / DAY_MS * self.room_bytes / self.needed_bytes if self.needed_bytes else float("inf")

    @property
    def fitting_bits_a_second(self) -> float:
        """What each camera may take so that it fits, if all take the same."""
        seconds = self.keep_ms / 1000 * max(1, len(self.rates))
        return self.room_bytes * 8 / seconds

    @property
    def is_measured(self) -> bool:
        """Whether every camera was."""
        return all(rate.is_measured for rate in self.rates)

    def is_short(self, *, is_told: bool) -> bool:
        """Whether it is to be told; one that is told already is short until there is clearly room again. Nothing is
        told of estimates: what cameras send that were measured has to be too much by itself."""
        measured = [rate for rate in self.rates if rate.is_measured]
        if not measured:
            return is_told
        if is_told:
            return self.needed_bytes > ENDS_BELOW * self.room_bytes
        is_early = min(rate.measured_ms for rate in measured) < 0.9 * DAY_MS
        needed = sum(rate.bits_a_second for rate in measured) / 8000 * self.keep_ms
        return needed > (BEGINS_EARLY_ABOVE if is_early else BEGINS_ABOVE) * self.room_bytes

    def words(self) -> Phrase:
        """For a person: what there is room for, or what is short, until when it lasts, what would help."""
        if not self.fits:
            return Phrase("{shortage}; {help}", shortage=self.shortage(), help=self.help())
        return Phrase(
            "{keep:.0f} days of video fit: {needed} of {room}",
            keep=self.keep_ms / DAY_MS,
            needed=size_text(self.needed_bytes),
            room=size_text(self.room_bytes),
        )

    def shortage(self) -> Phrase:
        """What is short, and until when it lasts."""
        short = Phrase(
            "{keep:.0f} days of video need {needed}, there is room for {room} ({days})",
            keep=self.keep_ms / DAY_MS,
            needed=size_text(self.needed_bytes),
            room=size_text(self.room_bytes),
            days=number_of(round(self.days), "day"),
        )
        if self.full_ms is None:
            return short
        return short + Phrase(", it is full on {day}", day=local_text(self.full_ms, self.zone)[:10])

    def help(self) -> Phrase:
        """The same, as the end of a sentence."""
        return Phrase("what would help: {remedy}", remedy=self.remedy())

    def remedy(self) -> Phrase:
        """What would do."""
        others = size_text(self.other_bytes)
        if self.fits:
            return Phrase("less of what else is on the disk, {others}", others=others)
        short, rate = size_text(self.short_bytes), self.fitting_bits_a_second / 1e6
        if not self.is_disk_the_bound:
            return Phrase(
                "cameras.storage.max_size larger by {short}, or at most {rate:.2f} Mb/s a camera",
                short=short,
                rate=rate,
            )
        found = Phrase("a disk that is larger by {short}, or at most {rate:.2f} Mb/s a camera", short=short, rate=rate)
        return (
            (found + Phrase("; other files take {others} of the disk", others=others)) if self._others_matter else found
        )

    @property
    def _others_matter(self) -> bool:
        return self.is_disk_the_bound and self.other_bytes > self.short_bytes // 2


def forecast(
    rates: Sequence[CameraRate],
    rules: VideoRules,
    *,
    used_bytes: int,
    free_bytes: int,
    total_bytes: int,
    now_ms: int,
) -> RoomForecast:
    """`used_bytes`: by our video; `free_bytes` and `total_bytes`: of its disk."""
    by_disk = max(0, used_bytes + free_bytes - rules.leave_free)
    most = by_disk if rules.max_bytes is None else min(by_disk, rules.max_bytes)
    room = most - min(rules.pinned_bytes, most // PINS_SHARE)
    bytes_a_ms = sum(rate.bits_a_second for rate in rates) / 8000
    needed = round(bytes_a_ms * rules.keep_ms)
    full_ms = None
    if needed > room:
        full_ms = now_ms + round(max(0, most - used_bytes) / bytes_a_ms)
    return RoomForecast(
        tuple(rates),
        rules.keep_ms,
        room,
        used_bytes,
        max(0, total_bytes - free_bytes - used_bytes),
        needed,
        full_ms,
        is_disk_the_bound=rules.max_bytes is None or by_disk < rules.max_bytes,
        zone=rules.zone,
    )


def size_text(size: int) -> str:
    """As on a disk's box, in two or three figures: `1.8 TB`, `640 GB`, `75 MB`."""
    for unit, count in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if size >= count:
            return f"{size / count:.3g} {unit}" if size < 1000 * count else f"{size // count} {unit}"
    return f"{size / 1000:.3g} kB"
