"""Certificate rules, whatever they are: their order never matters, each unmet one is explained, a waiver
leaves a trace and only ever helps."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from nagara.campus.credentials.domain.lines import ELSEWHERE, MET, OPEN, UNMET, WAIVED, word_of
from nagara.campus.programmes.facts import Fact, unknown
from nagara.campus.programmes.rules_engine import check
from nagara.campus.programmes.standing import judged

NAMES = ("attendance.minutes_share", "tests.post_percent", "evaluation.done", "submissions.accepted")
RULE = st.one_of(
    st.builds(
        lambda name, op, value: {"fact": name, "op": op, "value": value},
        st.sampled_from(NAMES[:2]),
        st.sampled_from([">=", "<=", ">", "<"]),
        st.integers(0, 100),
    ),
    st.builds(lambda value: {"fact": NAMES[2], "op": "==", "value": value}, st.booleans()),
    st.builds(
        lambda value: {"fact": NAMES[3], "op": "has all", "value": value},
        st.lists(st.sampled_from(["report", "plan"]), min_size=1, unique=True),
    ),
)
RULES = st.lists(RULE, min_size=1, max_size=5).map(
    lambda rules: [{**rule, "id": f"r{n}"} for n, rule in enumerate(rules)]
)
FACTS = st.fixed_dictionaries(
    {
        NAMES[0]: st.none() | st.integers(0, 100),
        NAMES[1]: st.none() | st.integers(0, 100),
        NAMES[2]: st.none() | st.booleans(),
        NAMES[3]: st.none() | st.lists(st.sampled_from(["report", "plan"]), unique=True),
    }
).map(lambda told: {n: unknown(n, "not yet") if v is None else Fact(n, v) for n, v in told.items()})


def _batch(rules):
    section = {"full": "Completion", "otherwise": "Participation", "rules": rules}
    return SimpleNamespace(version=SimpleNamespace(rules={"certificate": section}))


def _waiver(rule):
    return SimpleNamespace(rule=rule, reason="Ill", signature="Ria")


@given(RULES, FACTS, st.randoms())
def test_the_order_of_rules_never_matters(rules, facts, chance):
    mixed = list(rules)
    chance.shuffle(mixed)
    one, other = judged(_batch(rules), "certificate", facts), judged(_batch(mixed), "certificate", facts)
    assert one.award == other.award
    assert {v.rule: v for v in one.verdicts} == {v.rule: v for v in other.verdicts}


@given(RULES, FACTS)
def test_every_rule_that_is_not_met_says_what_was_found_and_what_would_meet_it(rules, facts):
    for verdict in check(rules, facts):
        word = word_of(verdict)
        assert word in (MET, UNMET, OPEN, ELSEWHERE)
        if word == UNMET:
            assert verdict.mend and verdict.said
        if word == OPEN:
            assert "not known yet" in verdict.said


@given(RULES, FACTS)
def test_nobody_is_judged_on_a_guess(rules, facts):
    standing = judged(_batch(rules), "certificate", facts)
    words = [word_of(verdict) for verdict in standing.verdicts]
    expected = "Participation" if UNMET in words else None if OPEN in words else "Completion"
    assert standing.award == expected


@given(RULES, FACTS, st.data())
def test_a_waiver_leaves_a_trace_and_never_harms(rules, facts, data):
    rule = data.draw(st.sampled_from([rule["id"] for rule in rules]))
    before = judged(_batch(rules), "certificate", facts)
    after = judged(_batch(rules), "certificate", facts, {rule: _waiver(rule)})
    held = next(verdict for verdict in after.verdicts if verdict.rule == rule)
    assert word_of(held) == WAIVED
    assert "Waived: Ill (Ria)" in held.said
    better = ["Participation", None, "Completion"]
    assert better.index(after.award) >= better.index(before.award)
    others = [v for v in after.verdicts if v.rule != rule]
    assert others == [v for v in before.verdicts if v.rule != rule]
