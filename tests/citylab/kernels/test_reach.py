"""The search by timetable against a plain time-dependent Dijkstra, minute by minute."""

import heapq

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.kernels import reach
from nagara.citylab.kernels.reach import Calls, Search, Ways

SECOND = st.integers(0, 30).map(lambda n: n * 30)


def ways(rows):
    at, to, seconds = (
        (np.array(column, np.int64) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    )
    return Ways.of(*(np.asarray(column, np.int64) for column in (at, to, seconds)))


def calls_of(runs):
    rows = [(n, *call) for n, run in enumerate(runs) for call in run]
    return reach.in_order(Calls(*(np.array(c, np.int64) for c in zip(*rows, strict=True))))


def plain(runs, access, between, *, leave, rides, change):
    """Earliest arrival by vehicle at each stop, leaving at one second: a queue and nothing clever."""
    best, queue = {}, []
    walks = {}
    for a, b, s in between:
        walks.setdefault(a, []).append((b, s))

    def ride_from(stop, ready, used):
        for run in runs:
            for i, (at, _, dep) in enumerate(run):
                if at == stop and dep >= ready:
                    for to, arr, _ in run[i + 1 :]:
                        heapq.heappush(queue, (arr, used + 1, to))

    for stop, seconds in access:
        ride_from(stop, leave + seconds, 0)
    while queue:
        arr, used, stop = heapq.heappop(queue)
        if any(best.get((k, stop), 1e9) <= arr for k in range(1, used + 1)):
            continue
        best[used, stop] = arr
        if used < rides:
            for to, seconds in [(stop, 0), *walks.get(stop, [])]:
                ride_from(to, arr + max(seconds, change), used)
    out = {}
    for (_, stop), arr in best.items():
        out[stop] = min(out.get(stop, 1e9), arr)
    return out


@st.composite
def timetables(draw):
    stops = draw(st.integers(2, 6))
    runs = []
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.lists(st.integers(0, stops - 1), min_size=2, max_size=5))
        time, run = draw(st.integers(0, 20)) * 30, []
        for stop in at:
            dep = time + draw(st.sampled_from([0, 0, 30]))
            run.append((stop, time, dep))
            time = dep + draw(st.sampled_from([0, 30, 60, 150]))
        runs.append(run)
    pair = st.tuples(st.integers(0, stops - 1), st.integers(0, stops - 1), SECOND)
    between = [w for w in draw(st.lists(pair, max_size=4, unique_by=lambda w: w[:2])) if w[0] != w[1]]
    reached = st.tuples(st.integers(0, stops - 1), SECOND)
    access = [draw(st.lists(reached, max_size=3, unique_by=lambda w: w[0])) for _ in range(2)]
    return stops, runs, between, access, draw(st.integers(1, 4)), draw(st.sampled_from([1, 60, 120]))


@settings(deadline=None, max_examples=150)
@given(timetables())
def test_every_departure_minute_arrives_when_a_plain_search_does(made):
    stops, runs, between, access, rides, change = made
    minutes = 10
    rows = [(origin, stop, s) for origin, mine in enumerate(access) for stop, s in mine]
    found = reach.arrivals(
        calls_of(runs), Search(stops, len(access), minutes, rides, change, ways(rows), ways(between))
    )
    starts = np.searchsorted(found.stop, np.arange(stops + 1)).astype(np.int64)
    for stop in range(stops):
        here = reach.profile(found, starts, np.array([stop]), np.array([45]))
        seconds = reach.travel_seconds(here, minutes)
        counts = {budget: reach.minutes_within(here, budget) for budget in (300, 601)}
        for origin, mine in enumerate(access):
            truth = [
                plain(runs, mine, between, leave=60 * m, rides=rides, change=change).get(stop, np.inf)
                for m in range(minutes)
            ]
            truth = [arr + 45 - 60 * m for m, arr in enumerate(truth)]
            assert seconds[:, origin].tolist() == truth
            for budget, count in counts.items():
                assert count[origin] == sum(t <= budget for t in truth)


def test_a_run_whose_time_falls_back_is_two_runs():
    cut = calls_of([[(0, 100, 100), (1, 200, 200), (2, 50, 50), (3, 90, 90)]])
    assert cut.run.tolist() == [0, 0, 1, 1]
