"""The exact choice of modules, held against trying every subset."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.campus.curricula.domain.explaining import explain
from nagara.campus.curricula.domain.solving import (
    FINE,
    QUARTER,
    Candidate,
    CannotPlan,
    Need,
    Override,
    closure,
    problem_of,
    solve,
    unavailable,
    variant_for,
)

DIMENSIONS = ("D1", "D2", "D3")


def need(dimension, gap=1.0, weight=1.0, current=2.0):
    return Need(dimension, f"Name of {dimension}", current, current + gap, gap, weight)


def module(code, *dimensions, hours=4.0, before=(), modes=()):
    each = dict.fromkeys(("foundation", "standard", "advanced"), hours)
    return Candidate(code, f"Title of {code}", dimensions, each, tuple(before), tuple(modes))


def brute(modules, needs, *, hours, mode, overrides=()):
    """The best subset by trying all: (value, fewer hours, fewer modules, codes that come first)."""
    problem = problem_of(modules, needs, hours=hours, mode=mode, overrides=overrides)
    out = unavailable(problem)
    must = {o.code for o in overrides if o.into}
    never = {o.code for o in overrides if not o.into} | set(out)
    codes = [o.module.code for o in problem.offers]
    found = None
    for size in range(len(codes) + 1):
        for chosen in combinations(codes, size):
            inside = set(chosen)
            if not must <= inside or inside & never:
                continue
            if any(p not in inside for c in chosen for p in problem.offer(c).module.prerequisites):
                continue
            quarters = sum(round(problem.offer(c).hours * QUARTER) for c in chosen)
            if quarters > int(hours * QUARTER + 1e-9):
                continue
            value = sum(round(problem.offer(c).value * FINE) for c in chosen)
            key = (-value, quarters, size, tuple(0 if c in inside else 1 for c in codes))
            if found is None or key < found[0]:
                found = (key, inside)
    return found


needs_ = st.lists(
    st.tuples(
        st.integers(0, 20).map(lambda n: n / 4),
        st.sampled_from([1.0, 2.0]),
        st.integers(0, 20).map(lambda n: n / 4),
    ),
    min_size=3,
    max_size=3,
).map(lambda rows: [need(d, g, w, c) for d, (g, w, c) in zip(DIMENSIONS, rows, strict=True)])


@st.composite
def lists_of_modules(draw):
    count = draw(st.integers(0, 7))
    found = []
    for i in range(count):
        before = [f"M{j}" for j in range(i) if draw(st.integers(0, 3)) == 0]
        dims = draw(st.lists(st.sampled_from(DIMENSIONS), unique=True, max_size=2))
        hours = draw(st.integers(0, 24)) / 4
        modes = draw(st.sampled_from([(), ("online",), ("on-site", "online")]))
        found.append(module(f"M{i}", *dims, hours=hours, before=before, modes=modes))
    return found


@settings(max_examples=150, deadline=None)
@given(lists_of_modules(), needs_, st.integers(0, 80), st.sampled_from(["", "on-site"]), st.data())
def test_no_subset_is_better_than_the_choice(modules, needs, quarters, mode, data):
    words = []
    for one in modules:
        said = data.draw(st.sampled_from([None, None, None, None, True, False]))
        if said is not None:
            words.append(Override(one.code, said))
    hours = quarters / 4
    expected = brute(modules, needs, hours=hours, mode=mode, overrides=words)
    if expected is None:
        with pytest.raises(CannotPlan):
            solve(modules, needs, hours=hours, mode=mode, overrides=words)
        return
    found = solve(modules, needs, hours=hours, mode=mode, overrides=words)
    assert set(found.codes) == expected[1]


@settings(max_examples=60, deadline=None)
@given(lists_of_modules(), needs_, st.integers(0, 60))
def test_every_module_comes_after_what_it_needs_and_is_explained(modules, needs, quarters):
    found = solve(modules, needs, hours=quarters / 4)
    for i, code in enumerate(found.codes):
        assert closure(found.problem, code) <= set(found.codes[: i + 1])
    said = explain(found)
    assert [row["code"] for row in said["in"]] == list(found.codes)
    assert {row["code"] for row in said["out"]} == {m.code for m in modules} - set(found.codes)
    assert all(row["why"] and row["mend"] for row in said["out"])
    assert all(row["why"] for row in said["in"])
    assert said["hours"] <= quarters / 4


@pytest.mark.parametrize(
    ("current", "variant"),
    [(0, "foundation"), (2, "foundation"), (2.01, "standard"), (3.5, "standard"), (3.51, "advanced")],
)
def test_the_variant_follows_the_level(current, variant):
    assert variant_for(current) == variant


def test_a_missing_hour_says_how_many_hours_would_bring_a_module_in():
    modules = [module("A", "D1", hours=4), module("B", "D2", hours=5)]
    found = solve(modules, [need("D1", 2), need("D2", 1)], hours=6)
    assert found.codes == ("A",)
    (out,) = explain(found)["out"]
    assert out["kind"] == "hours"
    assert out["mend"] == "3 more hours (9 in all) make room for it beside the others."
    assert out["why"][-1] == "Within the budget it would cover 1.00 less in all and A would go."


def test_that_many_hours_do_bring_it_in():
    modules = [module("A", "D1", hours=4), module("B", "D2", hours=5)]
    assert solve(modules, [need("D1", 2), need("D2", 1)], hours=9).codes == ("A", "B")


def test_a_module_without_a_gap_or_mode_says_so():
    modules = [module("A", "D1"), module("B", "D2", modes=["on-site"]), module("C", "D3", before=["B"])]
    found = solve(modules, [need("D1", 0), need("D2", 1), need("D3", 1)], hours=50, mode="online")
    said = {row["code"]: row for row in explain(found)["out"]}
    assert said["A"]["why"] == ["Name of D1 (D1) is at or above its target."]
    assert said["B"]["why"][0] == "It is not offered online, only on-site."
    assert said["C"]["why"][0] == "It needs B, which cannot be taken here."


def test_an_override_shows_what_it_costs():
    modules = [module("A", "D1", hours=4), module("B", "D2", hours=4)]
    needs = [need("D1", 2), need("D2", 0.5)]
    found = solve(modules, needs, hours=4, overrides=[Override("B", True, "the mayor asked", "Olga")])
    assert found.codes == ("B",)
    (row,) = explain(found)["overrides"]
    assert (row["cost"], row["instead"]) == (1.5, ["A"])
    assert explain(found)["in"][0]["why"][0] == "Put in by Olga: the mayor asked"


def test_overrides_that_contradict_each_other_are_refused():
    modules = [module("A", "D1"), module("B", "D2", before=["A"])]
    with pytest.raises(CannotPlan, match="which it needs, is left out"):
        solve(modules, [need("D1")], hours=9, overrides=[Override("B", True), Override("A", False)])
    with pytest.raises(CannotPlan, match="need 8 hours"):
        solve(modules, [need("D1")], hours=7, overrides=[Override("B", True)])


def test_sixty_modules_are_chosen_in_a_moment():
    import time

    modules = [
        module(
            f"M{i:02}",
            DIMENSIONS[i % 3],
            hours=2 + (i * 7 % 13) / 4,
            before=[f"M{i - 9:02}"] if i > 8 else [],
        )
        for i in range(60)
    ]
    started = time.process_time()
    found = solve(modules, [need(d, 1 + i / 2) for i, d in enumerate(DIMENSIONS)], hours=90)
    assert found.hours <= 90
    assert time.process_time() - started < 10
