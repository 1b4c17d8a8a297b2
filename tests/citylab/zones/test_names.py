import tomllib

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.findings import Findings
from nagara.citylab.zones import Gazetteer, normalise, proposals_text
from nagara.citylab.zones.names import score


def zones(*rows):
    """(zone_id, level, parent_id, name, name_local)"""
    names = ("zone_id", "level", "parent_id", "name", "name_local")
    table = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])
    table = table.set_column(1, "level", table.column("level").cast(pa.int8()))
    return table.append_column("level_name", pa.array(["town" if r[1] == 2 else "province" for r in rows]))


TOWNS = zones(
    ("n", 1, None, "North", None),
    ("s", 1, None, "South", None),
    ("n1", 2, "n", "Kota Baru", "โกตา"),
    ("s1", 2, "s", "Kota Baru", None),
    ("n2", 2, "n", "BALE KAMBANG", None),
    ("s2", 2, "s", "São Pedro II", None),
    ("s3", 2, "s", "Kampung Tengah", None),
)


def match(name, *within, level="town", accepted=None, drop=()):
    key = (name, within)
    return Gazetteer(TOWNS, level, drop).match([key], accepted)[key]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("  bale   KAMBANG ", "Bale Kambang"),
        ("São Pedro II", "SAO PEDRO 2"),
        ("St. John's", "ST JOHN S"),
        ("Đông Hà", "dong ha"),
        ("RW 07", "rw 7"),
    ],
)
def test_case_blanks_signs_accents_and_roman_numerals_do_not_tell_names_apart(one, two):
    assert normalise(one) == normalise(two)


def test_vowel_signs_of_asian_scripts_are_letters_and_stay():
    assert normalise("พระนคร") != normalise("พรนคร")
    assert normalise("ភ្នំពេញ") == "ភ្នំពេញ"
    assert normalise("เขตพระนคร", ("เขต",)) == "พระนคร"


@settings(deadline=None)
@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing_more(name):
    assert normalise(normalise(name)) == normalise(name)


def test_the_exact_name_wins_and_larger_units_tell_namesakes_apart():
    assert match("Kota Baru", "South").zone_id == "s1"
    assert match("Kota Baru", "north").zone_id == "n1"
    assert match("Kota Baru").how == "ambiguous"
    assert match("โกตา").zone_id == "n1"
    got = match("SAO PEDRO 2", "South")
    assert (got.zone_id, got.how) == ("s2", "normalised")


def test_what_is_only_alike_is_proposed_and_never_taken():
    got = match("Balekambang", "North")
    assert got.zone_id is None and got.how == "proposed"
    assert got.proposal is not None and got.proposal.zone_id == "n2" and got.proposal.score == 100.0
    part = match("Tengah", "South")
    assert part.proposal is not None and part.proposal.zone_id == "s3"
    assert match("Pulau Jauh", "South").how == "none"


def test_a_name_elsewhere_is_no_match():
    assert match("Bale Kambang", "South").zone_id is None
    assert match("Tengah", "North").how == "none"


def test_a_person_confirms_by_name_or_by_path_and_may_leave_a_name_out():
    assert match("Balekambang", "North", accepted={"Balekambang": "n2"}).zone_id == "n2"
    assert match("Balekambang", "North", accepted={"North/Balekambang": "n2"}).how == "confirmed"
    assert match("Balekambang", "North", accepted={"South/Balekambang": "n2"}).how == "proposed"
    assert match("Balekambang", "North", accepted={"Balekambang": ""}).how == "left out"
    assert match("Balekambang", "North", accepted={"Balekambang": "gone"}).how == "unknown zone"


def test_one_zone_is_proposed_for_one_name_only():
    keys = [("Balekambang", ()), ("Bale Kambangg", ())]
    found = Gazetteer(TOWNS, 2).match(keys)
    assert [m.how for m in found.values()].count("proposed") == 1


def test_the_file_of_proposals_says_nothing_until_a_person_takes_the_sign_away():
    findings = Findings()
    proposal = match('Bale "Kambangg\\', "North").proposal
    assert proposal is not None
    findings.proposals.append(proposal)
    text = proposals_text(findings)
    assert tomllib.loads(text)["matches"] == {}
    opened = "\n".join(line.removeprefix("# ") for line in text.splitlines() if " = " in line or "[" in line)
    assert tomllib.loads(opened)["matches"] == {'North/Bale "Kambangg\\': "n2"}


@settings(deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_scores_are_between_0_and_100_and_the_same_both_ways(one, two):
    assert 0 <= score(one, two) <= 100
    assert score(one, two) == pytest.approx(score(two, one), abs=1e-9)
