"""Runs many generators of requests over one channel side by side, each as soon as its replies are in."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Generic, TypeVar

from gateway.uplinks.sftp.channel import SftpChannel
from gateway.uplinks.sftp.messages import Exchange, Reply

T = TypeVar("T")
UNDER_WAY = 32
"""Generators at once. Enough for a hundred files a second at 50 ms; little enough for any server's queue."""


class _Task(Generic[T]):
    """A generator that waits for the replies to the requests it yielded last."""

    def __init__(self, steps: Exchange[T]) -> None:
        self.steps = steps
        self.numbers: list[int] = []
        self.replies: dict[int, Reply] = {}

    def complete(self) -> bool:
        return len(self.replies) == len(self.numbers)


def run(channel: SftpChannel, work: Iterable[Exchange[T]], at_once: int = UNDER_WAY) -> Generator[T, None, None]:
    """Yields each generator's result when it returns, in whatever order. `work` is asked for the next one when there is
    room for it: not more than `at_once` are under way.

    Requests of one generator are answered as a tuple in their order. An exception out of a generator or the channel
    ends the run; replies still under way are then ignored by the next run on the same channel.
    """
    waiting = iter(work)
    owners: dict[int, _Task[T]] = {}
    under_way = 0
    is_all_begun = False
    while under_way or not is_all_begun:
        while not is_all_begun and under_way < at_once:
            steps = next(waiting, None)
            if steps is None:
                is_all_begun = True
                break
            under_way += 1
            if (result := _advance(channel, _Task(steps), owners)) is not None:
                under_way -= 1
                yield result[0]
        if not owners:
            continue
        number, reply = channel.receive()
        task = owners.pop(number, None)
        if task is None:  # of a run that ended early
            continue
        task.replies[number] = reply
        if task.complete() and (result := _advance(channel, task, owners)) is not None:
            under_way -= 1
            yield result[0]


def complete(channel: SftpChannel, steps: Exchange[T]) -> T:
    """Run one generator to its end and return its result."""
    (result,) = run(channel, [steps])
    return result


def _advance(channel: SftpChannel, task: _Task[T], owners: dict[int, _Task[T]]) -> tuple[T] | None:
    """Hand over the replies and send what is asked next. The result as a tuple when the generator has returned."""
    replies = tuple(task.replies[number] for number in task.numbers)
    try:
        requests = task.steps.send(replies) if task.numbers else next(task.steps)
    except StopIteration as end:
        return (end.value,)
    task.replies.clear()
    task.numbers = [channel.send(request) for request in requests]
    owners.update(dict.fromkeys(task.numbers, task))
    return None
