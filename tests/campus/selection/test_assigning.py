"""Readers are shared out fairly, never across a conflict, and the same way each time."""

from __future__ import annotations

import random
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.campus.selection.domain.assigning import Plan, Reader, Reading, assign

STATES = ("ID", "TH", "VN")


def cost(plan: Plan, papers, people) -> tuple[int, int, int]:
    """Readings missing, squares of loads, squares of meetings of a reviewer and a state."""
    state = {p.ref: p.state for p in papers}
    loads = dict.fromkeys((r.key for r in people), 0)
    met: dict = {}
    for ref, keys in plan.given.items():
        for key in keys:
            loads[key] += 1
            met[key, state[ref]] = met.get((key, state[ref]), 0) + 1
    return (
        sum(plan.missing.values()),
        sum(v * v for v in loads.values()),
        sum(v * v for v in met.values()),
    )


@st.composite
def cases(draw):
    papers = [Reading(f"A{i}", "", draw(st.sampled_from(STATES))) for i in range(draw(st.integers(1, 4)))]
    people = [
        Reader(
            f"r{i}",
            frozenset(),
            frozenset(draw(st.sets(st.sampled_from(STATES), max_size=1))),
            frozenset(draw(st.sets(st.sampled_from([p.ref for p in papers]), max_size=1))),
            draw(st.sampled_from([None, 1, 3])),
        )
        for i in range(draw(st.integers(1, 4)))
    ]
    return papers, people, draw(st.integers(1, 2))


@settings(max_examples=80, deadline=None)
@given(cases())
def test_no_other_sharing_out_is_better(case):
    papers, people, each = case
    plan = assign(papers, people, each=each)
    options = []
    for paper in papers:
        able = [r.key for r in people if not r.why_not(paper)]
        options.append([some for n in range(min(each, len(able)) + 1) for some in combinations(able, n)])
    best = None
    most = {r.key: r.most for r in people}
    for choice in product(*options):
        loads = [k for some in choice for k in some]
        if any(m is not None and loads.count(k) > m for k, m in most.items()):
            continue
        given_ = {p.ref: some for p, some in zip(papers, choice, strict=True)}
        missing = {p.ref: each - len(given_[p.ref]) for p in papers}
        one = cost(Plan(given_, missing, {}), papers, people)
        best = one if best is None or one < best else best
    assert cost(plan, papers, people) == best


@settings(max_examples=60, deadline=None)
@given(cases(), st.randoms())
def test_the_order_of_the_input_changes_no_reading(case, chance):
    papers, people, each = case
    expected = assign(papers, people, each=each)
    chance.shuffle(papers)
    chance.shuffle(people)
    assert assign(papers, people, each=each) == expected


def test_three_hundred_applications_go_evenly_to_twelve_reviewers_of_other_states():
    chance = random.Random(3)
    states = ["BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN"]
    papers = []
    for i in range(300):
        state = chance.choice(states)
        papers.append(Reading(f"N{i:03}", f"{state}-{chance.randrange(4)}", state))
    people = [Reader(f"r{i:02}", frozenset(), frozenset({states[i % 11]})) for i in range(12)]
    plan = assign(papers, people, each=2)
    assert plan.missing == {}
    assert set(plan.loads.values()) == {50}
    own = {r.key: r.states for r in people}
    state = {p.ref: p.state for p in papers}
    assert not any(state[ref] in own[key] for ref, keys in plan.given.items() for key in keys)
    met = {(k, state[ref]) for ref, keys in plan.given.items() for k in keys}
    assert len(met) > 110  # of 12 x 10: nearly every reviewer meets every state but the own
    third = assign(papers, people, each=2, kept=plan.given, wanted={"N007": 3})
    assert [*third.given] == ["N007"]
    assert len(third.given["N007"]) == 1
    assert third.given["N007"][0] not in plan.given["N007"]


def test_an_application_that_nobody_may_read_is_named():
    papers = [Reading("A1", "jakarta", "ID"), Reading("A2", "bangkok", "TH")]
    people = [
        Reader("r1", frozenset({"jakarta"}), frozenset({"ID"})),
        Reader("r2", conflicts=frozenset({"A1"})),
    ]
    plan = assign(papers, people, each=2)
    assert plan.missing == {"A1": 2}
    assert plan.given == {"A2": ("r1", "r2")}
    assert people[0].why_not(papers[0]) == "is of the same city"
    assert people[1].why_not(papers[0]) == "declared a conflict of interest"
