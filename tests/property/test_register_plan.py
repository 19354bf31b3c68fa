"""What every plan of requests keeps, whatever is wanted."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.config import Table
from gateway.instruments.register_plan import EXACT, Request, Span, plan

NEAR = 16
LIMITS = {Table.COIL: 2000, Table.DISCRETE: 2000, Table.HOLDING: 125, Table.INPUT: 125}

spans = st.builds(Span, st.sampled_from(Table), st.integers(0, 400), st.sampled_from([1, 2, 4]))
sparse = st.builds(Span, st.sampled_from(Table), st.integers(0, 65532), st.sampled_from([1, 2, 4]))
wanted = st.lists(spans, max_size=60) | st.lists(sparse, max_size=60)


def registers(request: Request) -> set[int]:
    return set(range(request.address, request.address + request.count))


@given(wanted)
def test_every_span_is_read_by_exactly_one_request(spans: list[Span]) -> None:
    requests = plan(spans)
    assert sorted(span for request in requests for span in request.spans) == sorted(set(spans))
    for request in requests:
        for span in request.spans:
            assert span.table is request.table
            assert set(range(span.address, span.address + span.width)) <= registers(request)


@given(wanted)
def test_no_request_is_longer_than_allowed_or_needed(spans: list[Span]) -> None:
    for request in plan(spans):
        needed = {a for span in request.spans for a in range(span.address, span.address + span.width)}
        assert request.count <= LIMITS[request.table]
        assert min(needed) == request.address
        assert max(needed) == request.address + request.count - 1


@given(wanted)
def test_no_hole_is_wider_than_near(spans: list[Span]) -> None:
    for request in plan(spans):
        needed = sorted({a for span in request.spans for a in range(span.address, span.address + span.width)})
        assert all(after - before - 1 <= NEAR for before, after in pairwise(needed))


@given(wanted)
def test_exact_requests_read_nothing_unwanted(spans: list[Span]) -> None:
    for request in plan(spans, EXACT):
        needed = {a for span in request.spans for a in range(span.address, span.address + span.width)}
        assert registers(request) == needed


@given(wanted, st.integers(0, 2**32))
def test_the_order_of_what_is_wanted_does_not_matter(spans: list[Span], seed: int) -> None:
    shuffled = list(spans)
    random.Random(seed).shuffle(shuffled)
    assert plan(shuffled) == plan(spans)


@given(st.lists(spans, min_size=1, max_size=9, unique=True))
def test_no_way_of_grouping_needs_fewer_requests(spans: list[Span]) -> None:
    """Against trying all the ways to cut the sorted spans into groups that obey the limits."""
    assert len(plan(spans)) == fewest(sorted(spans))


def fewest(ordered: list[Span]) -> int:
    best = [0]
    for end in range(1, len(ordered) + 1):
        best.append(min(best[start] + 1 for start in range(end) if may_share(ordered[start:end])))
    return best[-1]


def may_share(group: list[Span]) -> bool:
    if len({span.table for span in group}) > 1:
        return False
    needed = sorted({a for span in group for a in range(span.address, span.address + span.width)})
    is_near = all(after - before - 1 <= NEAR for before, after in pairwise(needed))
    return is_near and needed[-1] - needed[0] < LIMITS[group[0].table]


@given(wanted)
def test_taking_apart_ends_with_each_span_alone(spans: list[Span]) -> None:
    requests = list(plan(spans))
    alone: list[Request] = []
    while requests:
        request = requests.pop()
        finer = request.finer()
        assert sorted(span for part in finer for span in part.spans) == (sorted(request.spans) if finer else [])
        assert all(len(part.spans) < len(request.spans) for part in finer)
        requests.extend(finer)
        if not finer:
            alone.append(request)
    assert sorted(span for request in alone for span in request.spans) == sorted(set(spans))
    assert all((r.address, r.count) == (r.spans[0].address, r.spans[0].width) for r in alone)
