"""Rules over facts: exact, explained, and in any order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nagara.campus.people.models import User
from nagara.campus.programmes import facts
from nagara.campus.programmes.facts import Fact, facts_about, provides, unknown
from nagara.campus.programmes.rule_schema import problems, rules_of
from nagara.campus.programmes.rules_engine import OPERATORS, check, fact_names, outcome, says, show
from nagara.campus.programmes.seeds import read

CERTIFICATE = read("short_course")["rules"]["certificate"]["rules"]


def known(**values):
    return {
        name.replace("__", "."): Fact(name.replace("__", "."), value, unit="1" if "share" in name else "")
        for name, value in values.items()
    }


GOOD = known(
    attendance__minutes_share=0.8,
    submissions__accepted=["City Report", "Decision brief", "Action Plan", "more"],
    tests__post_percent=60,
    evaluation__done=True,
)


def test_exactly_eighty_per_cent_meets_the_rule_and_a_minute_less_does_not():
    assert outcome(check(CERTIFICATE, GOOD)) is True
    verdict = check(CERTIFICATE, GOOD | known(attendance__minutes_share=0.7999))[0]
    assert verdict.met is False
    assert verdict.said == "Attended at least 80 % of the planned minutes: 79.99 %"
    assert verdict.mend == "0.01 % more would meet it."


def test_tenths_add_up_exactly():
    rule = {"id": "r", "fact": "x", "op": "==", "value": 0.3}
    assert check([rule], {"x": Fact("x", 0.3)})[0].met
    rule = {"id": "r", "fact": "x", "op": ">=", "value": 3.0}
    assert check([rule], {"x": Fact("x", 3)})[0].met


def test_what_is_missing_is_named():
    verdict = check(CERTIFICATE, GOOD | known(submissions__accepted=["City Report"]))[1]
    assert (verdict.met, verdict.mend) == (False, "Missing: Decision brief, Action Plan.")


def test_a_missing_fact_leaves_the_rule_open_with_the_reason():
    facts = {name: fact for name, fact in GOOD.items() if name != "tests.post_percent"}
    verdicts = check(CERTIFICATE, facts)
    assert [v.met for v in verdicts] == [True, True, None, True]
    assert "no part of this site records it yet" in verdicts[2].said
    assert outcome(verdicts) is None


def test_a_fact_that_cannot_be_compared_is_open_not_false():
    rule = {"id": "r", "fact": "x", "op": ">=", "value": 3}
    verdict = check([rule], {"x": Fact("x", "three")})[0]
    assert verdict.met is None
    assert "cannot be compared" in verdict.said


def test_a_rule_that_does_not_concern_someone_is_met_and_says_so():
    rule = {
        "id": "again",
        "when": {"fact": "before", "op": "==", "value": True},
        "fact": "years",
        "op": ">=",
        "value": 3,
        "says": "Three years since",
    }
    assert check([rule], known(before=False))[0].said == "Three years since: does not apply here"
    assert check([rule], known(before=True, years=2))[0].met is False
    assert check([rule], {})[0].met is None


def test_either_of_two_is_enough_and_both_are_said_where_neither_holds():
    rule = {
        "id": "r",
        "any": [
            {"fact": "a", "op": ">=", "value": 2, "says": "Two of a"},
            {"fact": "b", "op": ">=", "value": 2, "says": "Two of b"},
        ],
    }
    assert check([rule], known(a=0, b=2))[0].met is True
    assert check([rule], known(a=2))[0].met is True
    assert check([rule], known(a=0))[0].met is None
    verdict = check([rule], known(a=0, b=1))[0]
    assert verdict.said == "Two of a or Two of b: Two of a: 0; or Two of b: 1"
    assert verdict.mend == "2 more would meet it.; or 1 more would meet it."


def test_the_degree_rules_explain_each_of_their_twelve_rules():
    degree = rules_of(read("masters")["rules"], "degree")
    facts = {name: unknown(name, "no grades yet") for name in fact_names(degree)}
    facts |= known(degree__credits=30, degree__semesters=9, degree__credits_double_counted=12)
    verdicts = {v.rule: v for v in check(degree, facts)}
    assert len(verdicts) == 12
    assert verdicts["total"].mend == "3 credits more would meet it."
    assert verdicts["semesters"].mend == "Ask the office for an extension."
    assert verdicts["double"].met
    assert verdicts["gpa"].said.endswith("not known yet (no grades yet)")


comparison = st.fixed_dictionaries(
    {
        "fact": st.sampled_from(["a", "b", "c"]),
        "op": st.sampled_from([">=", "<=", ">", "<", "==", "!="]),
        "value": st.integers(-3, 3) | st.sampled_from([0.1, 0.2, 0.30000000000000004]),
    }
)
rule = st.recursive(
    comparison,
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda parts: st.sampled_from([{"all": parts}, {"any": parts}])
    ),
    max_leaves=6,
)
values = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(-3, 3) | st.sampled_from([0.1, 0.2]))


@given(st.lists(rule, max_size=6), values, st.randoms())
def test_the_order_of_rules_never_matters(rules, held, random):
    facts = {name: Fact(name, value) for name, value in held.items()}
    named = [{**r, "id": f"r{n}"} for n, r in enumerate(rules)]
    mixed = list(named)
    random.shuffle(mixed)
    first = {v.rule: v for v in check(named, facts)}
    assert first == {v.rule: v for v in check(mixed, facts)}
    assert outcome(list(first.values())) == outcome(check(mixed, facts))
    assert problems({"eligibility": named}) == []


@given(st.lists(rule, max_size=4), values)
def test_what_is_met_or_unmet_stays_so_when_more_becomes_known(rules, held):
    named = [{**r, "id": f"r{n}"} for n, r in enumerate(rules)]
    facts = {name: Fact(name, value) for name, value in held.items()}
    more = {name: Fact(name, 1) for name in ("a", "b", "c")} | facts
    for before, after in zip(check(named, facts), check(named, more), strict=True):
        assert before.met is None or before.met == after.met
        assert after.met is not None


def test_every_operator_can_be_said():
    for op in OPERATORS:
        value = [1, 2] if op in ("in", "not in", "has all") else 3
        assert OPERATORS[op][0] in says({"fact": "credits.core", "op": op, "value": value})


def test_numbers_are_shown_as_people_write_them():
    assert show(0.8, "1") == "80 %"
    assert show(1e21) == "1000000000000000000000"
    assert show(2 / 3, "1") == "66.6667 %"
    assert show(3.0, "credits") == "3 credits"


def test_the_shipped_rules_are_sound():
    for name in ("short_course", "masters"):
        assert problems(read(name)["rules"]) == []


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([], "must be an object"),
        ({"certifcate": {}}, "certifcate: no such section"),
        ({"degree": {"rules": {}}}, "degree.rules: must be a list"),
        ({"eligibility": [{"id": "a"}]}, "eligibility, rule 1: needs exactly one of fact, all, any"),
        ({"eligibility": [{"id": "a", "fact": "x", "op": "=>", "value": 1}]}, "op must be one of"),
        ({"eligibility": [{"id": "a", "fact": "x", "op": ">=", "value": "3"}]}, "needs a number as value"),
        ({"eligibility": [{"id": "a", "fact": "x", "op": ">="}]}, "needs a value"),
        ({"eligibility": [{"fact": "x", "op": ">=", "value": 3}]}, "needs an id"),
        ({"eligibility": [{"id": "a", "all": []}]}, "a list of rules that is not empty"),
        ({"eligibility": [{"id": "a", "all": [{"fact": "x", "op": "?"}]}]}, "rule 1, part 1: op must be"),
        (
            {"eligibility": [{"id": "a", "fact": "x", "op": "==", "value": 1, "hint": ""}]},
            "does not know hint",
        ),
        ({"documents": [{"title": "CV"}]}, "documents, row 1: needs a kind"),
        ({"quotas": [{"scope": "planet", "most": 3}]}, "scope must be state, city or any"),
        ({"quotas": [{"scope": "city", "most": -1}]}, "most must be a whole number"),
    ],
)
def test_unsound_rules_are_told_where_they_are_wrong(rules, said):
    assert any(said in problem for problem in problems(rules)), problems(rules)


def test_two_rules_of_one_name_are_refused():
    twin = {"id": "a", "fact": "x", "op": "==", "value": 1}
    assert problems({"warnings": [twin, twin]}) == [
        "warnings, rule 2: the id 'a' stands twice. Give each rule its own."
    ]


def test_a_provider_that_fails_or_knows_nothing_leaves_its_fact_unknown():
    @provides("test.broken", meaning="never works")
    def _broken(batch, user):
        raise ZeroDivisionError

    @provides("test.silent", meaning="knows nothing")
    def _silent(batch, user):
        return None

    @provides("test.share", unit="1", meaning="a share")
    def _share(batch, user):
        return Fact("", 0.5, period="2026", evidence="run 7")

    facts = facts_about(None, None, ["test.broken", "test.silent", "test.share", "test.nobody"])
    assert [f.known for f in facts.values()] == [False, False, True, False]
    assert facts["test.broken"].reason == "it could not be worked out: ZeroDivisionError"
    assert facts["test.share"] == Fact("test.share", 0.5, "1", "2026", "run 7")


def test_a_provider_of_many_answers_for_one_and_for_all(monkeypatch):
    monkeypatch.setattr(facts, "_providers", {})
    ann, ben = User(pk=1), User(pk=2)
    asked = []

    @facts.provides_many("t.share", unit="1", meaning="a share")
    def share(batch, users):
        asked.append(len(users))
        return {1: 0.5}

    @facts.provides("t.one", meaning="one by one")
    def one(batch, user):
        return user.pk

    found = facts.facts_about_many(None, [ann, ben])
    assert asked == [2]
    assert found[1]["t.share"] == facts.Fact("t.share", 0.5, unit="1")
    assert not found[2]["t.share"].known
    assert (found[1]["t.one"].value, found[2]["t.one"].value) == (1, 2)
    assert facts.facts_about(None, ann)["t.share"].value == 0.5


def test_a_provider_of_many_that_fails_leaves_everyone_unknown(monkeypatch):
    monkeypatch.setattr(facts, "_providers", {})

    @facts.provides_many("t.bad", meaning="fails")
    def bad(batch, users):
        raise ZeroDivisionError

    found = facts.facts_about_many(None, [User(pk=1), User(pk=2)])
    assert {row["t.bad"].reason for row in found.values()} == {
        "it could not be worked out: ZeroDivisionError"
    }


def test_facts_that_are_worked_out_together_are_asked_for_once_and_fail_together(monkeypatch):
    monkeypatch.setattr(facts, "_providers", {})
    ann = User(pk=1)
    asked = []

    @facts.provides_together({"t.one": ("m", "one"), "t.two": ("", "two")})
    def both(batch, users):
        asked.append(len(users))
        if batch == "broken":
            raise ZeroDivisionError
        return {1: {"t.one": 7}}

    found = facts.facts_about_many(None, [ann, User(pk=2)])
    assert found[1]["t.one"] == facts.Fact("t.one", 7, unit="m")
    assert [found[1]["t.two"].known, found[2]["t.one"].known] == [False, False]
    assert facts.facts_about(None, ann)["t.one"].value == 7
    assert asked == [2, 1]
    assert "ZeroDivisionError" in facts.facts_about("broken", ann)["t.two"].reason
    assert asked == [2, 1, 1]
