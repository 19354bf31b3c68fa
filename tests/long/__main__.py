"""`./test --long`: the long campaigns, each whole, one after the other.

    ./test --long                           all of them
    ./test --long --within 20min            the bare system of one release, then campaigns while there is time
    ./test --long --within 20min --seed 7   the same again
    ./test --long --only crashes --seed 7   one of them

The seed says which release, which campaign comes first, and by which chance each of them goes; without one it is the
number of hours since 1970, so that everything has its turn.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence

from tests.long.campaigns import CAMPAIGNS, SYSTEMS, Campaign, Ended


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./test --long", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--within", type=_minutes, metavar="20min", default=float("inf"))
    parser.add_argument("--seed", type=int, default=int(time.time() // 3600))
    parser.add_argument("--only", choices=[one.name for one in (*SYSTEMS, *CAMPAIGNS)])
    parser.add_argument("--again", action="store_true", help="what failed runs once more, and is told")
    wanted = parser.parse_args(arguments)
    print(f"seed {wanted.seed}", flush=True)
    turn = [one for one in in_turn(wanted.seed) if wanted.only in (None, one.name)]
    return go(turn, wanted.within, wanted.seed, wanted.again)


def in_turn(seed: int) -> list[Campaign]:
    """The bare system of one release, all campaigns beginning with another one each time, the other release."""
    first, *others = _rotated(SYSTEMS, seed)
    return [first, *_rotated(CAMPAIGNS, seed // len(SYSTEMS)), *others]


def _rotated(campaigns: Sequence[Campaign], seed: int) -> list[Campaign]:
    at = seed % len(campaigns)
    return [*campaigns[at:], *campaigns[:at]]


def go(campaigns: Sequence[Campaign], within_min: float, seed: int, again: bool) -> int:
    """The first campaign in any case, each other one if what it usually takes still fits. Returns the exit code."""
    began_s = time.monotonic()
    ended: dict[str, Ended] = {}
    left_out = []
    for campaign in campaigns:
        if ended and (time.monotonic() - began_s) / 60 + campaign.minutes > within_min:
            left_out.append(campaign)
            continue
        print(f"==== {campaign.name}: {campaign.what}", flush=True)
        started_s = time.monotonic()
        ended[campaign.name] = campaign.run(seed, again)
        word = "well" if ended[campaign.name].is_good else "FAILED"
        print(f"==== {campaign.name}: {word} in {(time.monotonic() - started_s) / 60:.1f} min", flush=True)
    for campaign in left_out:
        print(f"left out, for it usually takes {campaign.minutes:g} min: {campaign.name}: {campaign.what}")
    passed_again = [name for one in ended.values() for name in one.passed_again]
    for name in passed_again:
        print(f"passed when run again: {name}")
    failed = [name for name, one in ended.items() if not one.is_good]
    told = f"{len(ended) - len(failed)} campaigns passed, {len(failed)} failed, {len(left_out)} left out"
    if again:
        told += f", {len(passed_again)} failures passed when run again"
    print(f"==== {told} in {time.monotonic() - began_s:.0f}s (seed {seed}) ====")
    return 1 if failed else 0


def _minutes(text: str) -> float:
    found = re.fullmatch(r"(\d+)(s|min|h)", text)
    if found is None:
        raise argparse.ArgumentTypeError("a duration such as 20min")
    return int(found[1]) * {"s": 1 / 60, "min": 1.0, "h": 60.0}[found[2]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
